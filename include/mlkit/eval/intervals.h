// Intervals for scores. `confidence` is 0.95 unless said otherwise; rows are taken as independent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/eval/ranking.h"

namespace mlkit {

struct Interval {
  double low = 0;
  double high = 0;
};

// z with P(|N(0,1)| <= z) = confidence, for 0.5 <= confidence < 1, to 1e-9 (Wichura, "Algorithm AS 241",
// Applied Statistics 37, 1988).
double normal_two_sided_quantile(double confidence);

// Wilson's score interval for `successes` of `trials` (Wilson, JASA 22, 1927): within [0, 1], sensible
// at 0 and at all.
Interval wilson_interval(double successes, double trials, double confidence = 0.95);

// Area under the ROC curve with its standard error by DeLong's method (DeLong, DeLong, Clarke-Pearson,
// Biometrics 44, 1988), read from the sweep in one pass as Sun and Xu show ("Fast implementation of
// DeLong's algorithm", IEEE Signal Processing Letters 21, 2014). For a sweep without weights.
// nullopt unless both classes have two rows or more.
// The interval is made on the logit scale (Pepe, The Statistical Evaluation of Medical Tests, 2003, 5.2.5), which
// keeps it within 0 .. 1. At an area of 0 or 1, and wherever the standard error is 0, that has no width: then the
// interval is Wilson's for a rate over as many trials as the smaller class has rows, which are that many
// comparisons without a shared row.
struct AucWithError {
  double auc = 0;
  double std_error = 0;
  Interval interval;
};
std::optional<AucWithError> delong_auc(const ThresholdSweep& sweep, double confidence = 0.95);

// Percentile bootstrap of several metrics at once: `metrics` gives their values on each of `resamples`
// samples of the rows with replacement (told as how often each row was drawn; called from several threads). A
// resample where a metric is not defined is left out; nullopt for a metric when that leaves fewer than half.
// Draws are keyed by (seed, resample), so threads do not matter; a row's chance is off 1 / rows by at
// most 2^-32. rows < 2^31.
using MetricsOfResample = std::function<std::vector<std::optional<double>>(std::span<const double> times_drawn)>;
std::vector<std::optional<Interval>> bootstrap_intervals(std::size_t rows, std::size_t resamples, std::uint64_t seed,
                                                         double confidence, const Context& context,
                                                         const MetricsOfResample& metrics);
// The values that those are read from: one list per resample.
std::vector<std::vector<std::optional<double>>> bootstrap_values(std::size_t rows, std::size_t resamples,
                                                                 std::uint64_t seed, const Context& context,
                                                                 const MetricsOfResample& metrics);

}  // namespace mlkit
