#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "metric_rows.h"
#include "mlkit/base/error.h"
#include "mlkit/data/summary.h"
#include "mlkit/eval/paired.h"

namespace mlkit {

using internal::Answer;
using internal::IntervalKind;
using internal::MetricInputs;
using internal::MetricRow;
using internal::Weighted;

namespace {

bool is_area(const MetricRow& row, std::size_t classes) {
  return row.interval == IntervalKind::kDeLong && classes == 2 && row.info.name != "roc_auc_ovr_weighted";
}

PairedTest choose_test(const MetricRow& row, const ScoredRows& rows, PairedTest asked) {
  const bool weighted = !rows.weights.empty();
  const bool mcnemar = row.info.name == "accuracy" && !weighted;
  const bool delong = is_area(row, rows.classes) && !weighted;
  if (weighted && (asked == PairedTest::kMcNemar || asked == PairedTest::kDeLong)) {
    throw_usage(std::string("--test ") + (asked == PairedTest::kMcNemar ? "mcnemar" : "delong") +
                    " cannot use the weights of rows",
                "--test bootstrap, or no --weight");
  }
  if (asked == PairedTest::kMcNemar && !mcnemar) {
    throw_usage("--test mcnemar compares accuracy, not " + row.info.name, "--metric accuracy, or --test bootstrap");
  }
  if (asked == PairedTest::kDeLong && !delong) {
    throw_usage("--test delong compares roc_auc of two classes, not " + row.info.name,
                "--metric roc_auc, or --test bootstrap");
  }
  if (asked != PairedTest::kAuto) return asked;
  return mcnemar ? PairedTest::kMcNemar : delong ? PairedTest::kDeLong : PairedTest::kBootstrap;
}

void add_mcnemar(const ScoredRows& first, const ScoredRows& second, double confidence, PairedMetric& out) {
  const Agreement agreement = count_agreement(first.labels, first.predicted, second.predicted);
  const McNemar test = mcnemar_test(agreement.only_first, agreement.only_second);
  out.test = test.exact ? "mcnemar_exact" : "mcnemar";
  out.p_value = test.p_value;
  out.interval = paired_rates_interval(agreement, confidence);
}

void add_delong(const MetricInputs& first, const MetricInputs& second, double confidence, PairedMetric& out) {
  const MetricInputs::Side& a = first.sides()[0];
  const auto test = delong_paired(a.scores, second.sides()[0].scores, a.positive, confidence);
  if (!test) {
    out.note = "a test needs two rows of each class";
    return;
  }
  out.test = "delong";
  out.p_value = test->p_value;
  out.interval = test->interval;
  if (!test->p_value) out.note = "every positive is placed alike among the negatives: no test can tell by how much";
}

// The metric of both on each resample.
std::optional<double> difference_of(const MetricRow& row, const Weighted& first, const Weighted& second) {
  const Answer a = row.compute(first), b = row.compute(second);
  if (!a.value || !b.value || !std::isfinite(*a.value) || !std::isfinite(*b.value)) return std::nullopt;
  return *b.value - *a.value;
}

void judge_resamples(std::vector<double> differences, std::size_t resamples, double confidence, PairedMetric& out) {
  if (2 * differences.size() < resamples) {
    out.note = "not defined on most resamples of the rows";
    return;
  }
  std::sort(differences.begin(), differences.end());
  const auto not_above = std::upper_bound(differences.begin(), differences.end(), 0.0) - differences.begin();
  const auto not_below = differences.end() - std::lower_bound(differences.begin(), differences.end(), 0.0);
  const double fewer = static_cast<double>(std::min<std::ptrdiff_t>(not_above, not_below));
  const double tail = 0.5 * (1.0 - confidence);
  out.test = "bootstrap";
  out.p_value = std::min(1.0, 2.0 * (fewer + 1.0) / (static_cast<double>(differences.size()) + 1.0));
  out.interval = Interval{quantile_of_sorted(differences, tail), quantile_of_sorted(differences, 1.0 - tail)};
}

void add_bootstrap(MetricInputs& first, MetricInputs& second, const std::vector<const MetricRow*>& rows,
                   const std::vector<std::size_t>& which, const PairedOptions& options, const Context& context,
                   std::vector<PairedMetric>& out) {
  if (which.empty()) return;
  const std::size_t n = first.in().rows();
  const auto of_resample = [&](std::span<const double> times) {
    std::vector<double> weights(times.begin(), times.end());
    for (std::size_t i = 0; i < first.in().weights.size(); ++i) weights[i] *= first.in().weights[i];
    std::vector<std::optional<double>> values(which.size());
    if (std::all_of(weights.begin(), weights.end(), [](double v) { return v == 0; })) return values;
    const Weighted a(first, weights), b(second, weights);
    for (std::size_t k = 0; k < which.size(); ++k) values[k] = difference_of(*rows[which[k]], a, b);
    return values;
  };
  const auto resamples = static_cast<std::size_t>(options.resamples);
  const auto values = bootstrap_values(n, resamples, options.seed, context, of_resample);
  for (std::size_t k = 0; k < which.size(); ++k) {
    std::vector<double> differences;
    for (const auto& resample : values) {
      if (resample[k]) differences.push_back(*resample[k]);
    }
    judge_resamples(std::move(differences), resamples, options.confidence, out[which[k]]);
  }
}

PairedVerdict verdict_of(const PairedMetric& metric, bool same_answers, double confidence) {
  if (!metric.difference) return PairedVerdict::kUndefined;
  if (same_answers) return PairedVerdict::kSame;
  if (!metric.p_value || !(*metric.p_value < 1.0 - confidence) || *metric.difference == 0) {
    return PairedVerdict::kUndecided;
  }
  return (*metric.difference > 0) == metric.higher_is_better ? PairedVerdict::kBetter : PairedVerdict::kWorse;
}

// Is there nothing that the metric could tell the two apart by?
bool same_answers(const MetricRow& row, const ScoredRows& first, const ScoredRows& second) {
  if (first.classes == 0) return std::equal(first.values.begin(), first.values.end(), second.values.begin());
  if (row.needs_probabilities) {
    return std::equal(first.probabilities.begin(), first.probabilities.end(), second.probabilities.begin());
  }
  return std::equal(first.predicted.begin(), first.predicted.end(), second.predicted.begin());
}

PairedMetric value_of(const MetricRow& row, const Weighted& first, const Weighted& second) {
  PairedMetric out;
  out.name = row.info.name;
  out.higher_is_better = row.info.higher_is_better;
  const bool known =
      !row.needs_probabilities || (!first.in().probabilities.empty() && !second.in().probabilities.empty());
  if (!known) {
    out.note = "needs probabilities";
    return out;
  }
  const Answer a = row.compute(first), b = row.compute(second);
  if (a.value && std::isfinite(*a.value)) out.first = a.value;
  if (b.value && std::isfinite(*b.value)) out.second = b.value;
  if (out.first && out.second) out.difference = *out.second - *out.first;
  out.note = a.note == b.note || b.note.empty() ? a.note : a.note.empty() ? b.note : a.note + "; " + b.note;
  return out;
}

void check_same_rows(const ScoredRows& first, const ScoredRows& second) {
  if (first.rows() == 0) throw_data("there are no rows to compare the models on");
  if (first.rows() != second.rows() || first.classes != second.classes ||
      first.weights.size() != second.weights.size()) {
    throw std::invalid_argument("compare_metrics: other rows");
  }
}

}  // namespace

std::vector<PairedMetric> compare_metrics(const ScoredRows& first, const ScoredRows& second,
                                          const std::vector<std::string>& names, const PairedOptions& options,
                                          const Context& context) {
  check_same_rows(first, second);
  MetricOptions metric_options;
  metric_options.seed = options.seed;
  MetricInputs a(first, metric_options), b(second, metric_options);
  a.prepare_resamples();
  b.prepare_resamples();
  const Weighted whole_a(a, first.weights, &context), whole_b(b, second.weights, &context);
  std::vector<const MetricRow*> rows;
  std::vector<PairedMetric> out;
  std::vector<std::size_t> to_bootstrap;
  for (const std::string& name : names) {
    const MetricRow& row = internal::find_metric_row(name);
    if (!metric_applies(row.info, first.classes)) {
      throw_usage("the metric " + row.info.name + " is not defined for " +
                  (first.classes == 0 ? "predicted numbers" : "these classes"));
    }
    const PairedTest test = choose_test(row, first, options.test);
    rows.push_back(&row);
    out.push_back(value_of(row, whole_a, whole_b));
    PairedMetric& metric = out.back();
    if (!metric.difference) continue;
    if (same_answers(row, first, second)) {
      metric.p_value = 1.0;
    } else if (test == PairedTest::kMcNemar) {
      add_mcnemar(first, second, options.confidence, metric);
    } else if (test == PairedTest::kDeLong) {
      add_delong(a, b, options.confidence, metric);
    } else if (row.interval == IntervalKind::kNone) {
      metric.note = "no test: its bootstrap is biased";
    } else if (first.rows() > 1) {
      to_bootstrap.push_back(out.size() - 1);
    }
  }
  add_bootstrap(a, b, rows, to_bootstrap, options, context, out);
  for (std::size_t i = 0; i < out.size(); ++i) {
    out[i].verdict = verdict_of(out[i], same_answers(*rows[i], first, second), options.confidence);
  }
  return out;
}

}  // namespace mlkit
