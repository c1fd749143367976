// Figures that summarise a column of numbers: moments, quantiles, mode. Exact definitions, and the
// same bits for any number of threads.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "mlkit/base/context.h"

namespace mlkit {

// Values must be finite (leave missing cells out).
struct Moments {
  std::size_t count = 0;
  double mean = 0;
  double squares = 0;  // sum of (x - mean)^2
  double min = 0;
  double max = 0;

  double sd_n() const;          // denominator n; 0 for one value
  double sd_n_minus_1() const;  // denominator n - 1; NaN for fewer than two values
};

// Two passes: the mean from sums in twice the working precision (Dekker and Knuth's TwoSum), then
// the squares about it with the correction of Chan, Golub and LeVeque ("Algorithms for computing the
// sample variance", 1983) for the mean's rounding. All zero for no values.
Moments compute_moments(std::span<const double> values, const Context& context);

// The values at the given positions (from 0, rising) of `values` in rising order, NaNs left out; positions must
// be below the count of the others. One pass counts by the leading bits, one collects the few values around each
// position: O(n).
std::vector<double> order_statistics(std::span<const double> values, std::span<const std::size_t> positions);

// Quantile of type 7 (R's and numpy's default): with h = (n - 1) p, x[floor h] + (h - floor h)
// (x[floor h + 1] - x[floor h]) in rising order. p in [0, 1]. NaN for no values.
double quantile_of_sorted(std::span<const double> sorted, double p);
// The same by selection, in O(n); may reorder `values`.
double select_quantile(std::span<double> values, double p);
// Several at once; `probabilities` must rise. Cheaper than one at a time.
std::vector<double> select_quantiles(std::span<double> values, std::span<const double> probabilities);

// The most frequent value, the smallest of those where several are; reorders `values`; NaN for none.
double select_mode(std::span<double> values);

}  // namespace mlkit
