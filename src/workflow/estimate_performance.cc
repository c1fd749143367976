#include "mlkit/workflow/estimate_performance.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/math.h"
#include "mlkit/eval/ranking.h"

namespace mlkit {
namespace {

constexpr double kMostLogit = 20;
constexpr double kBinsPerLogit = 512;
constexpr std::size_t kBins = static_cast<std::size_t>(2 * kMostLogit * kBinsPerLogit) + 1;
constexpr double kLeastProbability = 1e-15;  // as in the log loss of evaluate: no infinity for one sure mistake

std::size_t bin_of(double p) {
  if (!(p > 0)) return 0;
  if (!(p < 1)) return kBins - 1;
  const double logit = std::clamp(mlkit::log(p / (1 - p)), -kMostLogit, kMostLogit);
  return static_cast<std::size_t>((logit + kMostLogit) * kBinsPerLogit);
}

double log_loss_of(double p) { return -mlkit::log(std::clamp(p, kLeastProbability, 1.0)); }

}  // namespace

void PerformanceCounts::add(const Predictions& predictions, const Target* truth) {
  rows_ += predictions.rows;
  if (predictions.classes > 0) {
    add_classes(predictions, truth);
  } else if (truth != nullptr && predictions.task == Task::kRegression) {
    add_numbers(predictions, *truth);
  }
}

void PerformanceCounts::add_classes(const Predictions& predictions, const Target* truth) {
  const bool binary = predictions.classes == 2;
  if (binary && bins_.empty()) bins_.resize(kBins);
  for (std::size_t row = 0; row < predictions.rows; ++row) {
    const std::span<const double> shares = predictions.probabilities_of(row);
    const auto label = static_cast<std::uint32_t>(predictions.labels[row]);
    expected_correct_ += shares[label];
    for (const double p : shares) expected_log_loss_ += p > 0 ? p * log_loss_of(p) : 0;
    Bin* const bin = binary ? &bins_[bin_of(shares[1])] : nullptr;
    if (binary) {
      ++bin->rows;
      bin->weight += shares[1];
      expected_brier_ += shares[1] * (1 - shares[1]);
    }
    if (truth == nullptr || truth->labels[row] == kNoLevel) continue;
    const std::uint32_t answer = truth->labels[row];
    ++labelled_;
    correct_ += label == answer ? 1 : 0;
    log_loss_ += log_loss_of(shares[answer]);
    if (!binary) continue;
    ++(answer == 1 ? bin->positives : bin->negatives);
    const double off = shares[1] - (answer == 1 ? 1.0 : 0.0);
    brier_ += off * off;
  }
}

void PerformanceCounts::add_numbers(const Predictions& predictions, const Target& truth) {
  for (std::size_t row = 0; row < predictions.rows; ++row) {
    const double answer = truth.numbers[row];
    if (std::isnan(answer)) continue;
    ++labelled_;
    const double off = predictions.values[row] - answer;
    squares_ += off * off;
    distances_ += std::fabs(off);
    const double from_mean = answer - target_mean_;  // Welford
    target_mean_ += from_mean / static_cast<double>(labelled_);
    target_squares_ += from_mean * (answer - target_mean_);
  }
}

std::vector<PerformanceValue> PerformanceCounts::estimated() const {
  std::vector<PerformanceValue> out;
  if (rows_ == 0 || task_ == Task::kRegression || task_ == Task::kClustering) return out;
  const auto n = static_cast<double>(rows_);
  if (!bins_.empty()) {
    ThresholdSweep sweep;
    for (std::size_t i = kBins; i-- > 0;) {
      if (bins_[i].rows == 0) continue;
      sweep.positives += bins_[i].weight;
      sweep.negatives += std::max(0.0, static_cast<double>(bins_[i].rows) - bins_[i].weight);
      sweep.points.push_back({static_cast<double>(i), sweep.positives, sweep.negatives});
    }
    if (const auto auc = delong_auc(sweep)) out.push_back({"roc_auc", auc->auc, auc->interval});
  }
  out.push_back({"accuracy", expected_correct_ / n, wilson_interval(expected_correct_, n)});
  out.push_back({"log_loss", expected_log_loss_ / n, {}});
  if (!bins_.empty()) out.push_back({"brier", expected_brier_ / n, {}});
  return out;
}

std::vector<PerformanceValue> PerformanceCounts::measured() const {
  std::vector<PerformanceValue> out;
  if (labelled_ == 0) return out;
  const auto n = static_cast<double>(labelled_);
  if (task_ == Task::kRegression) {
    out.push_back({"rmse", std::sqrt(squares_ / n), {}});
    out.push_back({"mae", distances_ / n, {}});
    if (target_squares_ > 0) out.push_back({"r2", 1 - squares_ / target_squares_, {}});
    std::erase_if(out, [](const PerformanceValue& value) { return !std::isfinite(value.value); });
    return out;
  }
  if (!bins_.empty()) {
    ThresholdSweep sweep;
    for (std::size_t i = kBins; i-- > 0;) {
      if (bins_[i].positives + bins_[i].negatives == 0) continue;
      sweep.positives += static_cast<double>(bins_[i].positives);
      sweep.negatives += static_cast<double>(bins_[i].negatives);
      sweep.points.push_back({static_cast<double>(i), sweep.positives, sweep.negatives});
    }
    if (const auto auc = delong_auc(sweep)) out.push_back({"roc_auc", auc->auc, auc->interval});
  }
  const auto correct = static_cast<double>(correct_);
  out.push_back({"accuracy", correct / n, wilson_interval(correct, n)});
  out.push_back({"log_loss", log_loss_ / n, {}});
  if (!bins_.empty()) out.push_back({"brier", brier_ / n, {}});
  return out;
}

}  // namespace mlkit
