// The two-sample Kolmogorov-Smirnov test, and what else comes out of walking along two sorted samples at once.
//
// D = sup |F1 - F2| with right-continuous distribution functions, held as the integer c = max |i n - j m| over the
// points where the pooled values change (m, n the sizes, i and j how many of each are at or below), so D = c / (m n)
// is exact to one rounding.
//
// p-value: while max(m, n) <= kMostExactRows, the exact probability of a statistic >= D given the pooled values, ties
// respected, by the recursion over lattice paths U(i, j) = i/(i+j) U(i-1, j) + j/(i+j) U(i, j-1), U = 1 where a path
// has reached c (Schroeer and Trenkler, Comput. Stat. Data Anal. 20, 1995; Viehmann, arXiv 2102.08037). Only terms
// that are not negative are added, so small p-values keep their relative precision. Beyond, Kolmogorov's limit
// distribution at D sqrt(m n / (m + n)). Never NaN.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mlkit {

inline constexpr std::size_t kMostExactRows = 10'000;

struct KsResult {
  double statistic = 0;
  double p_value = 1;
  bool exact = true;  // else the limit formula
};

// What the walk along two sorted samples finds.
struct SampleDistance {
  std::int64_t ks_numerator = 0;  // c
  double wasserstein = 0;         // integral of |F1 - F2|, in the units of the values; inf where beyond a double
};

// Both rising, neither empty, no NaN, fewer than 2^31 values each. O(m + n).
SampleDistance sample_distance(std::span<const double> reference, std::span<const double> current);

// The test of two sorted samples (as above); `distance` where it is known already.
KsResult ks_two_sample(std::span<const double> reference, std::span<const double> current);
KsResult ks_two_sample(std::span<const double> reference, std::span<const double> current,
                       const SampleDistance& distance);

// P(|i n - j m| >= c at one of the checked points) for a random order of m + n values; checked[k] says whether the
// pooled value k + 1 from below differs from the next one (the last is always checked). O(m n) at most.
double ks_exact_p(std::int64_t c, std::size_t m, std::size_t n, const std::vector<std::uint8_t>& checked);

// The limit formula.
double ks_limit_p(double statistic, std::size_t m, std::size_t n);

}  // namespace mlkit
