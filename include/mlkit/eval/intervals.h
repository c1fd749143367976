// Intervals for scores. `confidence` is 0.95 unless said otherwise; rows are taken as independent.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <span>
#include <utility>

#include "mlkit/base/context.h"
#include "mlkit/eval/ranking.h"

namespace mlkit {

struct Interval {
  double low = 0;
  double high = 0;
};

// z with P(|N(0,1)| <= z) = confidence.
double normal_two_sided_quantile(double confidence);

// Wilson's score interval for `successes` of `trials` (Wilson, JASA 22, 1927): within [0, 1], sensible
// at 0 and at all.
Interval wilson_interval(double successes, double trials, double confidence = 0.95);

// Area under the ROC curve with its standard error by DeLong's method in O(n log n) (Sun and Xu,
// "Fast implementation of DeLong's algorithm", IEEE Signal Processing Letters 21, 2014). Unweighted.
// nullopt unless both classes have two rows or more.
struct AucWithError {
  double auc = 0;
  double std_error = 0;
  Interval interval;  // auc -+ z std_error, cut to [0, 1]
};
std::optional<AucWithError> delong_auc(std::span<const double> scores, std::span<const std::uint8_t> positive,
                                       double confidence = 0.95);

// Percentile bootstrap: `metric` of `resamples` samples of the rows with replacement (given as how often
// each row was drawn). A resample where the metric is not defined (nullopt) is left out; nullopt when
// that leaves fewer than half. Draws are keyed by (seed, resample), so threads do not matter.
std::optional<Interval> bootstrap_interval(
    std::size_t rows, std::size_t resamples, std::uint64_t seed, double confidence, const Context& context,
    const std::function<std::optional<double>(std::span<const double> times_drawn)>& metric);

}  // namespace mlkit
