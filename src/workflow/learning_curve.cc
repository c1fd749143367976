#include "mlkit/workflow/learning_curve.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/base/text.h"
#include "mlkit/data/split.h"
#include "mlkit/data/summary.h"

namespace mlkit {
namespace {

constexpr double kNotDefined = std::numeric_limits<double>::quiet_NaN();
constexpr std::uint32_t kFirstDraw = 1u << 21;  // far from the draws that training makes under the same purpose
constexpr std::size_t kLeastRows = 2;

// A fold's rows: training rows in their nested order, validation rows.
struct FoldRows {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> valid;
};

std::vector<FoldRows> rows_of_folds(const Target& target, const std::vector<std::uint32_t>& rows,
                                    std::span<const std::uint32_t> fold_of_row, std::uint64_t seed) {
  std::vector<std::uint32_t> fold_of;
  for (const std::uint32_t row : rows) fold_of.push_back(fold_of_row[row]);
  const std::size_t folds = fold_of.empty() ? 0 : *std::max_element(fold_of.begin(), fold_of.end()) + std::size_t{1};
  std::vector<FoldRows> out(folds);
  for (std::uint32_t fold = 0; fold < folds; ++fold) {
    const Split split = fold_split(fold_of, fold);
    if (split.test.empty()) throw_data("fold " + std::to_string(fold + 1) + " has no row with a target");
    std::vector<std::uint32_t> labels;
    if (!target.labels.empty()) {
      for (const std::uint32_t i : split.train) labels.push_back(target.labels[rows[i]]);
    }
    for (const std::uint32_t i : nested_order(labels, split.train.size(), seed, fold)) {
      out[fold].train.push_back(rows[split.train[i]]);
    }
    for (const std::uint32_t i : split.test) out[fold].valid.push_back(rows[i]);
  }
  return out;
}

// Rows from the start until every class is there.
std::size_t rows_with_all_classes(const FoldRows& fold, const Target& target) {
  if (target.labels.empty()) return kLeastRows;
  std::vector<bool> seen(target.classes.size());
  std::size_t left = seen.size();
  for (std::size_t i = 0; i < fold.train.size(); ++i) {
    const std::uint32_t label = target.labels[fold.train[i]];
    if (!seen[label]) --left;
    seen[label] = true;
    if (left == 0) return std::max(i + 1, kLeastRows);
  }
  const auto missing = static_cast<std::size_t>(std::find(seen.begin(), seen.end(), false) - seen.begin());
  throw_data("class \"" + target.classes[missing] + "\" is missing in the training rows of a fold",
             "give fewer folds, or add rows of that class");
}

std::vector<std::size_t> choose_sizes(const LearningCurveOptions& curve, std::size_t most, std::size_t least,
                                      Context& context) {
  std::vector<std::size_t> sizes;
  if (curve.sizes.empty()) {
    for (std::int64_t i = curve.points - 1; i >= 0; --i) {
      const std::size_t size = i >= 63 ? 0 : most >> i;
      if (size >= least) sizes.push_back(size);
    }
    if (sizes.empty()) sizes.push_back(most);
  }
  bool raised = false;
  for (const double size : curve.sizes) {
    const double rows = size <= 1 ? std::round(size * static_cast<double>(most)) : size;
    if (!(rows <= static_cast<double>(most))) {
      throw_data("--points asks for " + with_thousands(static_cast<unsigned long long>(rows)) +
                     " rows, and the smallest fold leaves " + with_thousands(most) + " to learn from",
                 "give sizes up to that, or shares up to 1");
    }
    raised |= rows < static_cast<double>(least);
    sizes.push_back(std::max(least, static_cast<std::size_t>(rows)));
  }
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  if (raised) {
    context.warn("sizes below " + with_thousands(least) + " rows are raised to that: fewer have not every class");
  }
  return sizes;
}

double score(const Predictions& predictions, const Target& truth, const Table& table, const TrainOptions& options,
             const std::string& metric, const Context& context) {
  MetricOptions metrics;
  metrics.intervals = false;
  const MetricValue value =
      score_predictions(predictions, truth, read_weights(table, options.weight), {metric}, metrics, context)[0];
  return value.value && std::isfinite(*value.value) ? *value.value : kNotDefined;
}

// What the dummy that was trained beside a model says to rows.
double score_dummy(const TrainedPipeline& trained, const Predictions& like, const Target& truth, const Table& table,
                   const TrainOptions& options, const std::string& metric, const Context& context) {
  std::vector<double> answer(trained.dummy->outputs());
  trained.dummy->predict_row(std::vector<double>(trained.dummy->inputs()), answer);
  Predictions same;
  same.task = like.task;
  same.rows = like.rows;
  same.classes = like.classes;
  std::vector<double>& cells = same.classes == 0 ? same.values : same.probabilities;
  for (std::size_t row = 0; row < same.rows; ++row) cells.insert(cells.end(), answer.begin(), answer.end());
  decide_labels(same, trained.pipeline.threshold());
  return score(same, truth, table, options, metric, context);
}

void summarize(std::span<const double> folds, const Context& context, double& mean, std::optional<double>& sd) {
  std::vector<double> defined;
  for (const double value : folds) {
    if (!std::isnan(value)) defined.push_back(value);
  }
  const Moments moments = compute_moments(defined, context);
  mean = defined.empty() ? kNotDefined : moments.mean;
  if (defined.size() > 1) sd = moments.sd_n_minus_1();
}

// Mean of the folds' differences, and its corrected standard error.
void paired_mean(std::span<const double> from, std::span<const double> to, double sign, double share,
                 const Context& context, double& mean, double& error) {
  std::vector<double> differences;
  for (std::size_t k = 0; k < from.size(); ++k) {
    if (!std::isnan(from[k]) && !std::isnan(to[k])) differences.push_back(sign * (to[k] - from[k]));
  }
  const Moments moments = compute_moments(differences, context);
  mean = moments.mean;
  const double k = static_cast<double>(differences.size());
  error = k > 1 ? moments.sd_n_minus_1() * std::sqrt(1 / k + share) : kNotDefined;
}

CurveVerdict verdict_of(const LearningCurve& curve) {
  constexpr double kErrors = 2;    // standard errors beyond which a difference is taken as one
  constexpr double kGap = 0.1;     // of the way from the baseline to the training score
  constexpr double kWorth = 0.02;  // and the share of the skill below which it is not worth more rows
  if (!curve.same_folds || std::isnan(curve.skill_error)) return CurveVerdict::kUnclear;
  if (!(curve.skill > kErrors * curve.skill_error) || !(curve.skill > 0)) {
    const bool rising = curve.points.size() > 1 && curve.gain > kErrors * curve.gain_error && curve.gain > 0;
    return rising ? CurveVerdict::kMoreRows : CurveVerdict::kNoSkill;
  }
  if (curve.points.size() < 2) return CurveVerdict::kUnclear;
  if (curve.gain > kErrors * curve.gain_error && curve.gain > kWorth * curve.skill) return CurveVerdict::kMoreRows;
  const double trained = curve.skill + curve.gap;  // baseline to training
  if (curve.gap > kGap * trained) {
    return curve.gap > kErrors * curve.gap_error ? CurveVerdict::kVariance : CurveVerdict::kUnclear;
  }
  const double faults = std::abs((curve.higher_is_better ? 1.0 : 0.0) - curve.points.back().valid_mean);
  if (faults == 0) return CurveVerdict::kBias;  // nothing left to gain
  // That neither is seen proves nothing where the folds could not show it: both must be small at their upper ends too,
  // beside what is reached and beside what is left.
  const bool met = curve.gap + kErrors * curve.gap_error <= kGap * std::min(trained, faults);
  const bool flat = curve.gain + kErrors * curve.gain_error <= kWorth * std::min(curve.skill, faults);
  return met && flat ? CurveVerdict::kBias : CurveVerdict::kUnclear;
}

// Defined in the same folds; with `or_more`, in all of those of `b` at least.
bool same_folds(std::span<const double> a, std::span<const double> b, bool or_more = false) {
  for (std::size_t k = 0; k < a.size(); ++k) {
    if (std::isnan(a[k]) != std::isnan(b[k]) && !(or_more && std::isnan(b[k]))) return false;
  }
  return true;
}

// A mean of some folds must not pass for one of all.
void warn_about_undefined(const LearningCurve& curve, Context& context) {
  const auto undefined = [](std::span<const double> folds) {
    return std::count_if(folds.begin(), folds.end(), [](double value) { return std::isnan(value); });
  };
  for (const LearningCurvePoint& point : curve.points) {
    for (const auto& [name, folds] : {std::pair{"validation", &point.valid}, std::pair{"training", &point.train}}) {
      const auto count = undefined(*folds);
      if (count == 0) continue;
      context.warn("with " + with_thousands(point.rows) + " rows: " + curve.metric + " of " + name +
                   " rows is not defined in " + std::to_string(count) + " of " + std::to_string(folds->size()) +
                   " folds; its mean is of the others");
    }
  }
}

void judge(LearningCurve& curve, const std::vector<double>& dummy, double share, const Context& context) {
  const double sign = curve.higher_is_better ? 1 : -1;
  const LearningCurvePoint& last = curve.points.back();
  std::optional<double> unused;
  summarize(dummy, context, curve.baseline, unused);
  paired_mean(dummy, last.valid, sign, share, context, curve.skill, curve.skill_error);
  paired_mean(last.valid, last.train, sign, share, context, curve.gap, curve.gap_error);
  if (curve.points.size() > 1) {
    const LearningCurvePoint& before = curve.points[curve.points.size() - 2];
    paired_mean(before.valid, last.valid, sign, share, context, curve.gain, curve.gain_error);
    curve.gain_from = before.rows;
    curve.same_folds = same_folds(before.valid, last.valid);
  }
  curve.same_folds = curve.same_folds && same_folds(dummy, last.valid) && same_folds(last.train, last.valid, true);
  curve.verdict = verdict_of(curve);
}

}  // namespace

std::vector<std::uint32_t> nested_order(std::span<const std::uint32_t> labels, std::size_t rows, std::uint64_t seed,
                                        std::uint32_t draw) {
  std::vector<std::uint32_t> order = random_permutation(rows, seed, RandomPurpose::kShuffle, kFirstDraw + draw);
  if (labels.empty()) return order;
  std::vector<std::size_t> count;
  for (const std::uint32_t label : labels) {
    if (label >= count.size()) count.resize(label + std::size_t{1});
    ++count[label];
  }
  // The i-th of n rows of a class stands at (i + 1/2) / n of the way.
  std::vector<std::size_t> met(count.size());
  std::vector<double> place(rows);
  for (const std::uint32_t row : order) {
    const std::uint32_t label = labels[row];
    place[row] = (static_cast<double>(met[label]++) + 0.5) / static_cast<double>(count[label]);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return place[a] < place[b]; });
  return order;
}

namespace {

// A fold with its validation rows at hand.
struct Fold {
  std::vector<std::uint32_t> train;  // in their nested order
  Table valid;
  Target truth;
};

// Fits on the first rows of every fold and scores; `dummy` gets the baseline of each fold.
void learn_point(const Table& table, const Target& target, const TrainOptions& options, const std::vector<Fold>& folds,
                 const std::string& metric, LearningCurvePoint& point, std::vector<double>& dummy, Context& context) {
  dummy.clear();
  for (const Fold& fold : folds) {
    context.check_stop();
    Context quiet(context.threads());
    quiet.stop = context.stop;
    std::vector<std::uint32_t> rows(fold.train.begin(), fold.train.begin() + static_cast<std::ptrdiff_t>(point.rows));
    std::sort(rows.begin(), rows.end());
    const Table train = table.select_rows(rows);
    const Target truth = select_target(target, rows);
    const TrainedPipeline trained = train_pipeline(train, truth, options, quiet);
    point.train.push_back(score(trained.pipeline.predict(train, quiet), truth, train, options, metric, quiet));
    const Predictions answers = trained.pipeline.predict(fold.valid, quiet);
    point.valid.push_back(score(answers, fold.truth, fold.valid, options, metric, quiet));
    dummy.push_back(score_dummy(trained, answers, fold.truth, fold.valid, options, metric, quiet));
    if (context.progress != nullptr) context.progress->advance(1);
  }
  summarize(point.train, context, point.train_mean, point.train_sd);
  summarize(point.valid, context, point.valid_mean, point.valid_sd);
  if (std::isnan(point.valid_mean) || std::isnan(point.train_mean)) {
    throw_data(metric + " is not defined in any fold", "choose another --metric");
  }
}

const MetricInfo& metric_of(const LearningCurveOptions& curve, const Target& target) {
  const MetricInfo& metric = find_metric(!curve.metric.empty()              ? curve.metric
                                         : target.task == Task::kBinary     ? "roc_auc"
                                         : target.task == Task::kRegression ? "rmse"
                                                                            : "accuracy");
  if (!metric_applies(metric, target.classes.size())) {
    throw_usage("the metric " + metric.name + " is not defined for a " + std::string(task_name(target.task)) +
                " target");
  }
  return metric;
}

}  // namespace

LearningCurve learning_curve(const Table& table, const Target& target, const TrainOptions& options,
                             const LearningCurveOptions& curve, std::span<const std::uint32_t> fold_of_row,
                             Context& context) {
  LearningCurve out;
  const MetricInfo& metric = metric_of(curve, target);
  out.metric = metric.name;
  out.higher_is_better = metric.higher_is_better;
  std::vector<Fold> folds;
  std::size_t most = std::numeric_limits<std::size_t>::max(), least = kLeastRows;
  for (FoldRows& rows : rows_of_folds(target, rows_with_target(target), fold_of_row, options.seed)) {
    most = std::min(most, rows.train.size());
    least = std::max(least, rows_with_all_classes(rows, target));
    folds.push_back({std::move(rows.train), table.select_rows(rows.valid), select_target(target, rows.valid)});
  }
  out.folds = folds.size();
  const std::vector<std::size_t> sizes = choose_sizes(curve, most, std::min(least, most), context);
  std::vector<double> dummy;
  if (context.progress != nullptr) context.progress->begin("learning curve", folds.size() * sizes.size());
  for (const std::size_t size : sizes) {
    LearningCurvePoint point;
    point.rows = size;
    try {
      learn_point(table, target, options, folds, out.metric, point, dummy, context);
      out.points.push_back(std::move(point));
    } catch (const Error& error) {  // so few rows that a column of one fold is empty, say
      if (error.code() != ErrorCode::kData || size == sizes.back()) throw;
      context.warn("no model can be fitted on " + with_thousands(size) +
                   " rows of every fold, left out: " + error.message());
    }
  }
  if (context.progress != nullptr) context.progress->end();
  warn_about_undefined(out, context);
  const double held_out = static_cast<double>(folds[0].valid.rows());
  judge(out, dummy, held_out / static_cast<double>(folds[0].train.size()), context);
  return out;
}

}  // namespace mlkit
