#include "mlkit/eval/metrics.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <stdexcept>

#include "mlkit/base/error.h"
#include "mlkit/base/math.h"
#include "mlkit/base/text.h"
#include "mlkit/eval/probability.h"
#include "mlkit/eval/ranking.h"
#include "mlkit/eval/regression.h"

namespace mlkit {
namespace {

// A value, or why there is none; a value may come with a remark too (0 / 0 taken as 0).
struct Answer {
  std::optional<double> value;
  std::string note;
};

Answer from_ratio(const Ratio& ratio, const std::string& note) { return {ratio.value, ratio.defined ? "" : note}; }

// What the metrics are read from, for one set of row weights. Parts that do not depend on the weights are
// computed once and shared between resamples.
class Rows {
 public:
  Rows(const ScoredRows& rows, const MetricOptions& options) : in_(rows), options_(options) {
    if (in_.classes < 2 || in_.probabilities.empty()) return;
    for (std::size_t i = 0; i < in_.rows(); ++i) {
      losses_.push_back(-mlkit::log(in_.probabilities[i * in_.classes + in_.labels[i]]));
    }
    const std::size_t first = in_.classes == 2 ? 1 : 0;
    for (std::size_t c = first; c < in_.classes; ++c) {
      Side side;
      for (std::size_t i = 0; i < in_.rows(); ++i) {
        side.scores.push_back(in_.probabilities[i * in_.classes + c]);
        side.positive.push_back(in_.labels[i] == c ? 1 : 0);
      }
      sides_.push_back(std::move(side));
    }
  }

  // Needed before sweeps with weights of their own.
  void sort_once() {
    for (Side& side : sides_) side.order = falling_order(side.scores);
  }

  struct Side {  // one class against the rest
    std::vector<double> scores;
    std::vector<std::uint8_t> positive;
    std::vector<std::uint32_t> order;
  };

  const ScoredRows& in() const { return in_; }
  const MetricOptions& options() const { return options_; }
  const std::vector<Side>& sides() const { return sides_; }
  const std::vector<double>& losses() const { return losses_; }

 private:
  const ScoredRows& in_;
  const MetricOptions& options_;
  std::vector<Side> sides_;
  std::vector<double> losses_;
};

class Weighted {
 public:
  Weighted(const Rows& rows, std::span<const double> weights) : rows_(rows), weights_(weights) {}

  const ScoredRows& in() const { return rows_.in(); }
  std::size_t positive_class() const { return in().classes - 1; }

  const Confusion& confusion() const {
    if (!confusion_) confusion_ = count_confusion(in().labels, in().predicted, in().classes, weights_);
    return *confusion_;
  }

  const std::vector<ThresholdSweep>& sweeps() const {
    if (!sweeps_.empty()) return sweeps_;
    for (const Rows::Side& side : rows_.sides()) {
      const ScoredLabels scored{side.scores, side.positive, weights_};
      sweeps_.push_back(side.order.empty() ? sweep_thresholds(scored) : sweep_in_order(scored, side.order));
    }
    return sweeps_;
  }

  const RegressionScores& numbers() const {
    if (!numbers_) numbers_ = regression_scores(in().targets, in().values, weights_);
    return *numbers_;
  }

  double mean_loss() const {
    double sum = 0, total = 0;
    for (std::size_t i = 0; i < rows_.losses().size(); ++i) {
      const double weight = weights_.empty() ? 1.0 : weights_[i];
      total += weight;
      if (weight > 0) sum += weight * rows_.losses()[i];
    }
    return sum / total;
  }

  double brier() const { return brier_score(in().labels, in().probabilities, in().classes, weights_); }

  // Two classes: of the positive one. More: of the predicted class (its probability against being right).
  double calibration(bool by_mass) const {
    std::vector<double> confidence;
    std::vector<std::uint8_t> right;
    if (in().classes > 2) {
      for (std::size_t i = 0; i < in().rows(); ++i) {
        const auto predicted = static_cast<std::size_t>(in().predicted[i]);
        confidence.push_back(in().probabilities[i * in().classes + predicted]);
        right.push_back(in().labels[i] == predicted ? 1 : 0);
      }
    }
    const std::span<const double> p = in().classes > 2 ? std::span<const double>(confidence) : rows_.sides()[0].scores;
    const std::span<const std::uint8_t> y =
        in().classes > 2 ? std::span<const std::uint8_t>(right) : rows_.sides()[0].positive;
    const auto bins = static_cast<std::size_t>(rows_.options().bins);
    return calibration_error(by_mass ? reliability_by_mass(p, y, bins, weights_)
                                     : reliability_by_width(p, y, bins, weights_));
  }

 private:
  const Rows& rows_;
  std::span<const double> weights_;
  mutable std::optional<Confusion> confusion_;
  mutable std::vector<ThresholdSweep> sweeps_;
  mutable std::optional<RegressionScores> numbers_;
};

const char* const kNoPredicted = "no row is predicted positive: 0 / 0 taken as 0";
const char* const kNoPositive = "no row is truly positive: 0 / 0 taken as 0";
const char* const kNoNegative = "no row is truly negative: 0 / 0 taken as 0";
const char* const kNeither = "no row is positive, truly or predicted: 0 / 0 taken as 0";
const char* const kEmptyClass = "a class is never predicted or does not occur: its 0 / 0 taken as 0";
const char* const kOneKind = "the truth or the predictions are all one class: 0 / 0 taken as 0";
const char* const kConstant = "the targets do not vary";
const char* const kOneClass = "the rows are all of one class";

// Mean over the classes of one-against-rest areas; of the classes that occur.
Answer area_under_roc(const Weighted& w, bool by_support) {
  double sum = 0, weight = 0;
  for (const ThresholdSweep& sweep : w.sweeps()) {
    if (!sweep.both_classes()) continue;
    const double share = by_support ? sweep.positives : 1.0;
    sum += share * roc_auc(sweep);
    weight += share;
  }
  if (weight == 0) return {std::nullopt, kOneClass};
  return {sum / weight, ""};
}

Answer mean_average_precision(const Weighted& w) {
  double sum = 0, classes = 0;
  for (const ThresholdSweep& sweep : w.sweeps()) {
    if (!(sweep.positives > 0)) continue;
    sum += average_precision(sweep);
    classes += 1;
  }
  if (classes == 0) return {std::nullopt, "no row is truly positive"};
  return {sum / classes, ""};
}

Answer ks(const Weighted& w) {
  if (!w.sweeps()[0].both_classes()) return {std::nullopt, kOneClass};
  return {ks_of_scores(w.sweeps()[0]), ""};
}

Answer loss(const Weighted& w) {
  const double value = w.mean_loss();
  if (std::isfinite(value)) return {value, ""};
  return {std::nullopt, "infinite: a row's true class was given probability 0"};
}

Answer averaged(const Weighted& w, Average average, Ratio ClassScores::*member) {
  return from_ratio(average_scores(w.confusion(), average).*member, kEmptyClass);
}

// Positive class of two, macro average of more.
Answer plain(const Weighted& w, Ratio ClassScores::*member, const char* note) {
  if (w.in().classes > 2) return averaged(w, Average::kMacro, member);
  return from_ratio(class_scores(w.confusion(), w.positive_class()).*member, note);
}

// kNone: the calibration errors. A resample repeats rows, which adds to |truth - probability| in every bin what
// drawing the sample added before: the bootstrap doubles the bias and does not cover a calibrated model's 0.
enum class IntervalKind { kBootstrap, kWilson, kDeLong, kNone };

struct Row {
  MetricInfo info;
  bool needs_probabilities;
  IntervalKind interval;
  Answer (*compute)(const Weighted&);
};

const std::vector<Row>& rows_of_table() {
  using W = const Weighted&;
  using K = IntervalKind;
  constexpr auto kB = MetricFor::kBinary;
  constexpr auto kC = MetricFor::kClasses;
  constexpr auto kN = MetricFor::kNumbers;
  static const std::vector<Row> table = {
      {{"accuracy", kC, true, true, "share of rows predicted right"},
       false,
       K::kWilson,
       [](W w) { return from_ratio(accuracy(w.confusion()), ""); }},
      {{"balanced_accuracy", kC, true, true, "mean recall over the classes"},
       false,
       K::kBootstrap,
       [](W w) { return from_ratio(balanced_accuracy(w.confusion()), kOneClass); }},
      {{"precision", kC, true, true, "share of predicted positives that are (macro average of more classes)"},
       false,
       K::kWilson,
       [](W w) { return plain(w, &ClassScores::precision, kNoPredicted); }},
      {{"recall", kC, true, true, "share of true positives that are found (macro average of more classes)"},
       false,
       K::kWilson,
       [](W w) { return plain(w, &ClassScores::recall, kNoPositive); }},
      {{"specificity", kB, true, false, "share of true negatives that are found"},
       false,
       K::kWilson,
       [](W w) { return from_ratio(specificity(w.confusion(), w.positive_class()), kNoNegative); }},
      {{"f1", kC, true, true, "harmonic mean of precision and recall (macro average of more classes)"},
       false,
       K::kBootstrap,
       [](W w) { return plain(w, &ClassScores::f1, kNeither); }},
      {{"fbeta_2", kB, true, false, "F score that weighs recall over precision"},
       false,
       K::kBootstrap,
       [](W w) { return from_ratio(fbeta(w.confusion(), w.positive_class(), 2.0), kNeither); }},
      {{"fbeta_0_5", kB, true, false, "F score that weighs precision over recall"},
       false,
       K::kBootstrap,
       [](W w) { return from_ratio(fbeta(w.confusion(), w.positive_class(), 0.5), kNeither); }},
      {{"precision_macro", kC, true, false, "mean precision over the classes"},
       false,
       K::kBootstrap,
       [](W w) { return averaged(w, Average::kMacro, &ClassScores::precision); }},
      {{"recall_macro", kC, true, false, "mean recall over the classes"},
       false,
       K::kBootstrap,
       [](W w) { return averaged(w, Average::kMacro, &ClassScores::recall); }},
      {{"f1_macro", kC, true, false, "mean F1 over the classes"},
       false,
       K::kBootstrap,
       [](W w) { return averaged(w, Average::kMacro, &ClassScores::f1); }},
      {{"precision_weighted", kC, true, false, "precision, averaged by class size"},
       false,
       K::kBootstrap,
       [](W w) { return averaged(w, Average::kWeighted, &ClassScores::precision); }},
      {{"recall_weighted", kC, true, false, "recall, averaged by class size"},
       false,
       K::kBootstrap,
       [](W w) { return averaged(w, Average::kWeighted, &ClassScores::recall); }},
      {{"f1_weighted", kC, true, false, "F1, averaged by class size"},
       false,
       K::kBootstrap,
       [](W w) { return averaged(w, Average::kWeighted, &ClassScores::f1); }},
      {{"precision_micro", kC, true, false, "precision over all decisions together"},
       false,
       K::kWilson,
       [](W w) { return averaged(w, Average::kMicro, &ClassScores::precision); }},
      {{"recall_micro", kC, true, false, "recall over all decisions together"},
       false,
       K::kWilson,
       [](W w) { return averaged(w, Average::kMicro, &ClassScores::recall); }},
      {{"f1_micro", kC, true, false, "F1 over all decisions together"},
       false,
       K::kWilson,
       [](W w) { return averaged(w, Average::kMicro, &ClassScores::f1); }},
      {{"mcc", kC, true, false, "Matthews correlation coefficient"},
       false,
       K::kBootstrap,
       [](W w) { return from_ratio(matthews(w.confusion()), kOneKind); }},
      {{"cohen_kappa", kC, true, false, "agreement beyond chance"},
       false,
       K::kBootstrap,
       [](W w) { return from_ratio(cohen_kappa(w.confusion()), kOneKind); }},
      {{"roc_auc", kC, true, true, "chance that a positive scores above a negative (macro one-against-rest)"},
       true,
       K::kDeLong,
       [](W w) { return area_under_roc(w, false); }},
      {{"roc_auc_ovr", kC, true, false, "macro one-against-rest area under the ROC curve"},
       true,
       K::kDeLong,
       [](W w) { return area_under_roc(w, false); }},
      {{"roc_auc_ovr_weighted", kC, true, false, "one-against-rest area, averaged by class size"},
       true,
       K::kDeLong,
       [](W w) { return area_under_roc(w, true); }},
      {{"average_precision", kC, true, true, "area under the precision-recall steps (macro one-against-rest)"},
       true,
       K::kBootstrap,
       mean_average_precision},
      {{"ks", kB, true, false, "largest gap between the score distributions of the classes"}, true, K::kBootstrap, ks},
      {{"log_loss", kC, false, true, "mean negative log probability of the true class"}, true, K::kBootstrap, loss},
      {{"brier", kC, false, true, "mean squared error of the probabilities"},
       true,
       K::kBootstrap,
       [](W w) {
         return Answer{w.brier(), ""};
       }},
      {{"ece", kC, false, true, "expected calibration error, bins of equal width"},
       true,
       K::kNone,
       [](W w) {
         return Answer{w.calibration(false), ""};
       }},
      {{"ece_mass", kC, false, false, "expected calibration error, bins of equal size"},
       true,
       K::kNone,
       [](W w) {
         return Answer{w.calibration(true), ""};
       }},
      {{"rmse", kN, false, true, "root mean squared error"},
       false,
       K::kBootstrap,
       [](W w) {
         return Answer{w.numbers().rmse, ""};
       }},
      {{"mae", kN, false, true, "mean absolute error"},
       false,
       K::kBootstrap,
       [](W w) {
         return Answer{w.numbers().mae, ""};
       }},
      {{"mse", kN, false, false, "mean squared error"},
       false,
       K::kBootstrap,
       [](W w) {
         return Answer{w.numbers().mse, ""};
       }},
      {{"r2", kN, true, true, "share of the variance explained"},
       false,
       K::kBootstrap,
       [](W w) {
         return w.numbers().r2.defined ? Answer{w.numbers().r2.value, ""} : Answer{std::nullopt, kConstant};
       }},
      {{"median_ae", kN, false, true, "median absolute error"},
       false,
       K::kBootstrap,
       [](W w) {
         return Answer{w.numbers().median_ae, ""};
       }},
      {{"max_error", kN, false, false, "largest absolute error"},
       false,
       K::kBootstrap,
       [](W w) {
         return Answer{w.numbers().max_error, ""};
       }},
      {{"explained_variance", kN, true, false, "r2 with the mean error taken out"},
       false,
       K::kBootstrap,
       [](W w) {
         const Ratio& r = w.numbers().explained_variance;
         return r.defined ? Answer{r.value, ""} : Answer{std::nullopt, kConstant};
       }},
      {{"mape", kN, false, true, "mean absolute error as a share of the true value"},
       false,
       K::kBootstrap,
       [](W w) {
         return Answer{w.numbers().mape, ""};
       }},
  };
  return table;
}

const Row& find_row(std::string_view name) {
  const auto fold = [](std::string_view text) {
    std::string out = to_lower_ascii(text);
    std::replace(out.begin(), out.end(), '-', '_');
    return out;
  };
  std::vector<std::string> names;
  for (const Row& row : rows_of_table()) {
    if (row.info.name == fold(name)) return row;
    names.push_back(row.info.name);
  }
  const std::string near = nearest_name(name, names);
  throw_usage("there is no metric \"" + std::string(name) + "\"",
              near.empty() ? "mlkit evaluate --help lists them" : "did you mean " + near + "?");
}

void check_shapes(const ScoredRows& in) {
  const std::size_t n = in.rows();
  const bool weights_fit = in.weights.empty() || in.weights.size() == n;
  const bool classes_fit =
      in.predicted.size() == n && (in.probabilities.empty() || in.probabilities.size() == n * in.classes);
  const bool numbers_fit = in.values.size() == n;
  if (!weights_fit || !(in.classes == 0 ? numbers_fit : classes_fit)) {
    throw std::invalid_argument("compute_metrics: lengths differ");
  }
  if (n == 0) throw_data("there are no rows to score");
  if (in.weights.empty()) return;
  double total = 0;
  for (const double weight : in.weights) {
    if (!std::isfinite(weight) || weight < 0) throw_data("a row weight is negative or not a finite number");
    total += weight;
  }
  if (!(total > 0)) throw_data("all row weights are 0");
}

// Successes and trials of a rate; nullopt where the metric is not one rate on these rows.
std::optional<std::pair<double, double>> rate_counts(const std::string& name, const Weighted& w) {
  const Confusion& confusion = w.confusion();
  const std::size_t c = w.positive_class();
  const bool whole = name == "accuracy" || name.ends_with("_micro");
  if (whole) return std::pair{confusion.correct(), confusion.total()};
  if (w.in().classes > 2) return std::nullopt;
  if (name == "precision") return std::pair{confusion.true_positives(c), confusion.predicted(c)};
  if (name == "recall") return std::pair{confusion.true_positives(c), confusion.support(c)};
  if (name == "specificity") {
    return std::pair{confusion.true_negatives(c), confusion.true_negatives(c) + confusion.false_positives(c)};
  }
  return std::nullopt;
}

// Intervals by formula; nullopt leaves the metric to the bootstrap.
std::optional<Interval> interval_by_formula(const Row& row, const Weighted& w, const MetricOptions& options) {
  if (!w.in().weights.empty()) return std::nullopt;
  if (row.interval == IntervalKind::kWilson) {
    const auto counts = rate_counts(row.info.name, w);
    if (counts && counts->second > 0) return wilson_interval(counts->first, counts->second, options.confidence);
  }
  if (row.interval == IntervalKind::kDeLong && w.in().classes == 2) {
    const auto auc = delong_auc(w.sweeps()[0], options.confidence);
    if (auc) return auc->interval;
  }
  return std::nullopt;
}

// At the end of its range a score of the sample is that of nearly every resample: the bootstrap would claim that
// it is certain. (A DeLong interval that is not defined is not replaced by a bootstrap either.)
bool may_bootstrap(const Row& row, double value, const ScoredRows& in) {
  if (row.interval == IntervalKind::kNone) return false;
  if (row.interval == IntervalKind::kDeLong && in.classes == 2 && in.weights.empty()) return false;
  return in.classes == 0 || (value != 0 && value != 1);
}

void add_bootstrap(Rows& rows, const std::vector<std::size_t>& which, const std::vector<const Row*>& metrics,
                   std::vector<MetricValue>& values, const Context& context) {
  const MetricOptions& options = rows.options();
  const std::size_t n = rows.in().rows();
  if (which.empty() || n < 2 || n > static_cast<std::size_t>(options.bootstrap_rows)) return;
  rows.sort_once();
  const auto of_resample = [&](std::span<const double> times) {
    std::vector<double> weights(times.begin(), times.end());
    if (!rows.in().weights.empty()) {
      for (std::size_t i = 0; i < n; ++i) weights[i] *= rows.in().weights[i];
    }
    std::vector<std::optional<double>> out(which.size());
    if (std::all_of(weights.begin(), weights.end(), [](double v) { return v == 0; })) return out;
    const Weighted weighted(rows, weights);
    for (std::size_t k = 0; k < which.size(); ++k) {
      const Answer answer = metrics[which[k]]->compute(weighted);
      if (answer.value && std::isfinite(*answer.value)) out[k] = answer.value;
    }
    return out;
  };
  const auto intervals = bootstrap_intervals(n, static_cast<std::size_t>(options.resamples), options.seed,
                                             options.confidence, context, of_resample);
  for (std::size_t k = 0; k < intervals.size(); ++k) {
    if (intervals[k] && intervals[k]->low < intervals[k]->high) values[which[k]].interval = intervals[k];
  }
}

}  // namespace

const std::vector<MetricInfo>& metric_table() {
  static const std::vector<MetricInfo> table = [] {
    std::vector<MetricInfo> infos;
    for (const Row& row : rows_of_table()) infos.push_back(row.info);
    return infos;
  }();
  return table;
}

const MetricInfo& find_metric(std::string_view name) { return find_row(name).info; }

bool metric_applies(const MetricInfo& metric, std::size_t classes) {
  switch (metric.applies) {
    case MetricFor::kBinary: return classes == 2;
    case MetricFor::kMulticlass: return classes > 2;
    case MetricFor::kClasses: return classes >= 2;
    case MetricFor::kNumbers: return classes == 0;
  }
  return false;
}

std::vector<std::string> default_metrics(std::size_t classes) {
  std::vector<std::string> names;
  for (const Row& row : rows_of_table()) {
    if (row.info.by_default && metric_applies(row.info, classes)) names.push_back(row.info.name);
  }
  return names;
}

std::vector<MetricValue> compute_metrics(const ScoredRows& in, const std::vector<std::string>& names,
                                         const MetricOptions& options, const Context& context) {
  check_shapes(in);
  std::vector<const Row*> metrics;
  for (const std::string& name : names) {
    metrics.push_back(&find_row(name));
    if (metric_applies(metrics.back()->info, in.classes)) continue;
    const std::string kind = in.classes == 0   ? "predicted numbers"
                             : in.classes == 2 ? "two classes"
                                               : "more than two classes";
    throw_usage("the metric " + metrics.back()->info.name + " is not defined for " + kind);
  }
  Rows rows(in, options);
  const Weighted weighted(rows, in.weights);
  std::vector<MetricValue> values;
  std::vector<std::size_t> to_bootstrap;
  for (const Row* metric : metrics) {
    MetricValue value{metric->info.name, std::nullopt, std::nullopt, ""};
    if (metric->needs_probabilities && in.probabilities.empty()) {
      value.note = "needs probabilities";
    } else {
      Answer answer = metric->compute(weighted);
      value.value = answer.value;
      value.note = std::move(answer.note);
    }
    if (options.intervals && value.value) {
      value.interval = interval_by_formula(*metric, weighted, options);
      if (!value.interval && may_bootstrap(*metric, *value.value, in)) to_bootstrap.push_back(values.size());
    }
    values.push_back(std::move(value));
  }
  if (options.intervals) add_bootstrap(rows, to_bootstrap, metrics, values, context);
  return values;
}

}  // namespace mlkit
