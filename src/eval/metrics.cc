#include "mlkit/eval/metrics.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "metric_rows.h"
#include "mlkit/base/error.h"

namespace mlkit {

using internal::Answer;
using internal::IntervalKind;
using internal::MetricInputs;
using internal::MetricRow;
using internal::Weighted;

namespace {

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
std::optional<Interval> interval_by_formula(const MetricRow& row, const Weighted& w, const MetricOptions& options) {
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
bool may_bootstrap(const MetricRow& row, double value, const ScoredRows& in) {
  if (row.interval == IntervalKind::kNone) return false;
  if (row.interval == IntervalKind::kDeLong && in.classes == 2 && in.weights.empty()) return false;
  return in.classes == 0 || (value != 0 && value != 1);
}

void add_bootstrap(MetricInputs& rows, const std::vector<std::size_t>& which,
                   const std::vector<const MetricRow*>& metrics, std::vector<MetricValue>& values,
                   const Context& context) {
  const MetricOptions& options = rows.options();
  const std::size_t n = rows.in().rows();
  if (which.empty() || n < 2 || n > static_cast<std::size_t>(options.bootstrap_rows)) return;
  rows.prepare_resamples();
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

std::vector<MetricValue> compute_metrics(const ScoredRows& in, const std::vector<std::string>& names,
                                         const MetricOptions& options, const Context& context) {
  check_shapes(in);
  std::vector<const MetricRow*> metrics;
  for (const std::string& name : names) {
    metrics.push_back(&internal::find_metric_row(name));
    if (metric_applies(metrics.back()->info, in.classes)) continue;
    const std::string kind = in.classes == 0   ? "predicted numbers"
                             : in.classes == 2 ? "two classes"
                                               : "more than two classes";
    throw_usage("the metric " + metrics.back()->info.name + " is not defined for " + kind);
  }
  MetricInputs rows(in, options);
  const Weighted weighted(rows, in.weights, &context);
  std::vector<MetricValue> values;
  std::vector<std::size_t> to_bootstrap;
  for (const MetricRow* metric : metrics) {
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
