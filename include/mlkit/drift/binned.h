// Distributions as counts in bins that were frozen on the reference, and what is measured between two of them.
//
// All functions take two lists of counts of the same length; a list whose counts are all zero stands for no rows, and
// every measure is then 0 (nothing can be said).
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace mlkit {

using Counts = std::vector<std::uint64_t>;

// The shares below this are raised to it in the PSI (the others are not renormalised).
inline constexpr double kPsiFloor = 1e-4;

// Inner edges of quantile bins: type 7 quantiles at i / bins of sorted values, equal ones merged. Bin i holds
// edge[i-1] < x <= edge[i]; the outer bins are open-ended.
std::vector<double> quantile_edges(std::span<const double> sorted, std::size_t bins);
// The same from quantiles found before (rising, equal ones allowed).
std::vector<double> distinct_edges(std::span<const double> quantiles);

// How many of the sorted values are in each of edges.size() + 1 bins. O(bins log n).
Counts count_sorted(std::span<const double> sorted, std::span<const double> edges);

// Population stability index, sum (q - p) ln(q / p) over bins, shares floored; `terms`, where given, takes the parts.
double population_stability_index(const Counts& reference, const Counts& current, double floor = kPsiFloor,
                                  std::vector<double>* terms = nullptr);
// stable < 0.1 <= moderate < 0.25 <= major
std::string_view psi_label(double psi);
// What the PSI stays below with probability `level` by chance alone: chi2(level, bins - 1) (1/n + 1/m), for `bins` bins
// that are not empty on both sides (Yurdakul, "Statistical properties of population stability index", 2018).
double psi_chance_bound(double level, std::size_t bins, std::uint64_t reference_rows, std::uint64_t current_rows);

// Bins that hold a row of either side.
std::size_t occupied_bins(const Counts& reference, const Counts& current);

// Pearson's test of homogeneity of the 2 x B table, without continuity correction; bins empty on both sides are left
// out. cramers_v = sqrt(statistic / rows) (of a table of two rows). p = 1 with fewer than two bins.
struct ChiSquareResult {
  double statistic = 0;
  std::size_t df = 0;
  double p_value = 1;
  double cramers_v = 0;
};
ChiSquareResult chi_square_homogeneity(const Counts& reference, const Counts& current);

// Jensen-Shannon divergence in nats, and its square root in base 2 (the distance, 0 to 1).
double jensen_shannon_divergence(const Counts& reference, const Counts& current);
double jensen_shannon_distance(const Counts& reference, const Counts& current);
// Half the sum of |p - q|.
double total_variation(const Counts& reference, const Counts& current);

// p-values adjusted for looking at many (Holm 1979; Benjamini and Hochberg 1995), in the order given.
std::vector<double> adjust_holm(std::span<const double> p_values);
std::vector<double> adjust_benjamini_hochberg(std::span<const double> p_values);

}  // namespace mlkit
