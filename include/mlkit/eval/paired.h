// Two models on the same rows: is one better, or was it chance? Everything here is paired: rows that both find hard
// count for neither. Differences are second - first.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/eval/intervals.h"
#include "mlkit/eval/metrics.h"

namespace mlkit {

// P(|N(0,1)| >= |z|), to about 1e-13 relative also far out (the series of the normal integral below 2.5, Legendre's
// continued fraction above).
double normal_two_sided_p(double z);

// Which of two models named the right class, row by row.
struct Agreement {
  std::uint64_t both = 0;  // are right
  std::uint64_t only_first = 0;
  std::uint64_t only_second = 0;
  std::uint64_t neither = 0;
  std::uint64_t neither_and_different = 0;  // of them: both wrong, with different classes

  std::uint64_t rows() const { return both + only_first + only_second + neither; }
  std::uint64_t flips() const { return only_first + only_second + neither_and_different; }
};
Agreement count_agreement(std::span<const std::uint32_t> truth, std::span<const std::int32_t> first,
                          std::span<const std::int32_t> second);

// Are the two as often right? McNemar (Psychometrika 12, 1947): only rows count where exactly one is right. Exact
// (two-sided binomial, twice the smaller tail) for at most kMostExactPairs of them, else chi-square with the correction
// for continuity.
struct McNemar {
  double statistic = 0;  // chi-square; exact: the smaller of the two counts
  double p_value = 1;
  bool exact = true;
};
inline constexpr std::uint64_t kMostExactPairs = 1000;
McNemar mcnemar_test(std::uint64_t only_first, std::uint64_t only_second);

// The difference of the two shares of right answers: Newcombe's hybrid of Wilson's intervals, with the correlation of
// the pairs (Statistics in Medicine 17, 1998, 2635-2650, method 10). Needs a row.
Interval paired_rates_interval(const Agreement& agreement, double confidence = 0.95);

// The areas under two ROC curves of the same rows, by DeLong's covariance (Biometrics 44, 1988). nullopt unless both
// classes have two rows or more. Cost: two sorts. Scores must not be NaN.
struct PairedAuc {
  double first = 0;
  double second = 0;
  double difference = 0;
  double std_error = 0;  // of the difference
  double z = 0;
  std::optional<double> p_value;     // 1 where the two rank alike; none where only the standard error is 0
  std::optional<Interval> interval;  // of the difference, within -1 .. 1; none as above
};
std::optional<PairedAuc> delong_paired(std::span<const double> first, std::span<const double> second,
                                       std::span<const std::uint8_t> positive, double confidence = 0.95);

enum class PairedTest { kAuto, kMcNemar, kDeLong, kBootstrap };

struct PairedOptions {
  // kAuto: McNemar for accuracy, DeLong for the area under the ROC curve of two classes, the bootstrap for the rest and
  // wherever rows have weights.
  PairedTest test = PairedTest::kAuto;
  double confidence = 0.95;
  std::int64_t resamples = 1000;
  std::uint64_t seed = 42;
};

// Who is ahead in a metric, seen from the second model. kSame: not a digit of difference.
enum class PairedVerdict { kSame, kBetter, kWorse, kUndecided, kUndefined };

struct PairedMetric {
  std::string name;
  bool higher_is_better = true;
  std::optional<double> first;  // not set where the metric is not defined: `note` says why
  std::optional<double> second;
  std::optional<double> difference;
  std::optional<Interval> interval;  // of the difference
  std::optional<double> p_value;     // two-sided, of no difference
  std::string test;                  // mcnemar_exact, mcnemar, delong, bootstrap; "" = none was made
  std::string note;
  PairedVerdict verdict = PairedVerdict::kUndefined;  // at p < 1 - confidence
};

// One per name. Both must have the same truth and weights. The bootstrap draws the same rows for both: a percentile
// interval, and twice the smaller share of resamples on one side of 0, counting the sample itself (so p >= 2 /
// (resamples
// + 1)). Calibration errors have no honest interval and are shown without a test. Throws Error(kUsage) for unknown
// metrics, those that do not apply, and a test that is not one of the metric's. The same for any number of threads.
std::vector<PairedMetric> compare_metrics(const ScoredRows& first, const ScoredRows& second,
                                          const std::vector<std::string>& names, const PairedOptions& options,
                                          const Context& context);

}  // namespace mlkit
