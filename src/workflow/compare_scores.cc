// Intervals of means over folds, and models against each other on the same folds (workflow/cross_validate.h).
#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "mlkit/eval/student.h"
#include "score_statistics.h"

namespace mlkit {
namespace internal {
namespace {
constexpr double kConfidence = 0.95;
}

double test_share(const FoldPlan& plan, const Target& target) {
  const std::vector<std::uint32_t> rows = rows_with_target(target);
  double sum = 0;
  for (const std::vector<std::uint32_t>& fold_of : plan.fold_of_row) {
    std::vector<double> counts(plan.folds + (plan.expanding ? 1 : 0));
    for (const std::uint32_t row : rows) counts[fold_of[row]] += 1;
    double before = plan.expanding ? counts[0] : 0;
    for (std::size_t fold = 0; fold < plan.folds; ++fold) {
      const double scored = counts[plan.expanding ? fold + 1 : fold];
      sum += scored / (plan.expanding ? before : static_cast<double>(rows.size()) - scored);
      before += scored;
    }
  }
  return sum / static_cast<double>(plan.fits());
}

double corrected_error(double sd, std::size_t folds, double share) {
  return sd * std::sqrt(1 / static_cast<double>(folds) + share);
}

Interval corrected_interval(double mean, double sd, std::size_t folds, double share) {
  const double reach =
      student_t_quantile(kConfidence, static_cast<std::int64_t>(folds) - 1) * corrected_error(sd, folds, share);
  return {mean - reach, mean + reach};
}

void cut_off(const std::string& metric, Interval& interval) {
  const MetricInfo& info = find_metric(metric);
  double low = 0;
  double high = std::numeric_limits<double>::infinity();
  if (info.applies == MetricFor::kNumbers) {
    if (info.higher_is_better) {  // shares of the variance
      low = -high;
      high = 1;
    }
  } else if (metric != "log_loss") {
    high = metric == "brier" ? 2 : 1;
    if (metric == "mcc" || metric == "cohen_kappa") low = -1;
  }
  interval = {std::clamp(interval.low, low, high), std::clamp(interval.high, low, high)};
}

}  // namespace internal

namespace {

// Where the model has it in every fold.
const CrossValidated* find_everywhere(const ModelScores& model, const std::string& metric) {
  const CrossValidated* score = model.find(metric);
  return score != nullptr && score->everywhere() ? score : nullptr;
}

// Of two models that are scored in the same folds.
std::vector<double> differences(const CrossValidated& a, const CrossValidated& b) {
  std::vector<double> out;
  for (std::size_t i = 0; i < a.folds.size(); ++i) out.push_back(a.folds[i] - b.folds[i]);
  return out;
}

PairedComparison compare(const ModelScores& best, const ModelScores& other, const MetricInfo& metric, double share) {
  PairedComparison out{.model = best.name, .other = other.name};
  const std::vector<double> d = differences(*best.find(metric.name), *other.find(metric.name));
  out.folds = d.size();
  if (d.empty()) return out;
  const double n = static_cast<double>(d.size());
  out.difference = std::accumulate(d.begin(), d.end(), 0.0) / n;
  for (const double x : d) out.wins += (metric.higher_is_better ? x > 0 : x < 0) ? 1u : 0u;
  if (d.size() < 2) return out;
  double squares = 0;
  for (const double x : d) squares += (x - out.difference) * (x - out.difference);
  const double sd = std::sqrt(squares / (n - 1));
  out.interval = internal::corrected_interval(out.difference, sd, d.size(), share);
  const double error = internal::corrected_error(sd, d.size(), share);
  if (error > 0) {
    out.p_value = student_t_two_sided(out.difference / error, static_cast<std::int64_t>(d.size()) - 1);
  } else {
    out.p_value = out.difference == 0 ? 1.0 : 0.0;
  }
  return out;
}

// Holm's step-down adjustment (Scandinavian J. Statistics 6, 1979).
void adjust_holm(std::vector<PairedComparison>& comparisons) {
  std::vector<PairedComparison*> order;
  for (PairedComparison& comparison : comparisons) {
    if (comparison.p_value) order.push_back(&comparison);
  }
  std::stable_sort(order.begin(), order.end(), [](const auto* a, const auto* b) { return *a->p_value < *b->p_value; });
  double floor = 0;
  for (std::size_t i = 0; i < order.size(); ++i) {
    const double adjusted = std::min(1.0, *order[i]->p_value * static_cast<double>(order.size() - i));
    floor = std::max(floor, adjusted);
    order[i]->p_value = floor;
  }
}

}  // namespace

std::string ranking_metric(const Target& target) {
  if (target.labels.empty()) return "rmse";
  return target.classes.size() == 2 ? "roc_auc" : "accuracy";
}

std::optional<std::size_t> best_model(const std::vector<ModelScores>& models, const std::string& metric) {
  const bool higher = find_metric(metric).higher_is_better;
  std::optional<std::size_t> best;
  for (std::size_t m = 0; m < models.size(); ++m) {
    const CrossValidated* score = find_everywhere(models[m], metric);
    if (score == nullptr) continue;
    const double mean = score->mean;
    if (!best || (higher ? mean > models[*best].find(metric)->mean : mean < models[*best].find(metric)->mean)) best = m;
  }
  return best;
}

std::vector<PairedComparison> compare_scores(const std::vector<ModelScores>& models, const std::string& metric,
                                             const FoldPlan& plan, const Target& target,
                                             std::optional<std::size_t> reference) {
  std::vector<PairedComparison> out;
  const std::optional<std::size_t> best = reference ? reference : best_model(models, metric);
  if (!best || plan.pooled || find_everywhere(models[*best], metric) == nullptr) return out;
  const double share = internal::test_share(plan, target);
  for (std::size_t m = 0; m < models.size(); ++m) {
    if (m == *best || find_everywhere(models[m], metric) == nullptr) continue;
    out.push_back(compare(models[*best], models[m], find_metric(metric), share));
  }
  adjust_holm(out);
  return out;
}

}  // namespace mlkit
