#include "mlkit/drift/binned.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "mlkit/base/math.h"
#include "mlkit/data/summary.h"
#include "mlkit/drift/special.h"

namespace mlkit {
namespace {

constexpr double kLn2 = 0.69314718055994530942;

double total(const Counts& counts) {
  return static_cast<double>(std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}));
}

// Positions by rising p-value, equal ones in the order given.
std::vector<std::size_t> rising_order(std::span<const double> p_values) {
  std::vector<std::size_t> order(p_values.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return p_values[a] < p_values[b]; });
  return order;
}

}  // namespace

std::vector<double> distinct_edges(std::span<const double> quantiles) {
  std::vector<double> edges(quantiles.begin(), quantiles.end());
  edges.erase(std::unique(edges.begin(), edges.end()), edges.end());
  return edges;
}

std::vector<double> quantile_edges(std::span<const double> sorted, std::size_t bins) {
  std::vector<double> edges;
  if (sorted.empty()) return edges;
  for (std::size_t i = 1; i < bins; ++i) {
    edges.push_back(quantile_of_sorted(sorted, static_cast<double>(i) / static_cast<double>(bins)));
  }
  return distinct_edges(edges);
}

Counts count_sorted(std::span<const double> sorted, std::span<const double> edges) {
  Counts counts;
  auto from = sorted.begin();
  for (const double edge : edges) {
    const auto to = std::upper_bound(from, sorted.end(), edge);
    counts.push_back(static_cast<std::uint64_t>(to - from));
    from = to;
  }
  counts.push_back(static_cast<std::uint64_t>(sorted.end() - from));
  return counts;
}

double population_stability_index(const Counts& reference, const Counts& current, double floor,
                                  std::vector<double>* terms) {
  const double n = total(reference);
  const double m = total(current);
  if (terms != nullptr) terms->assign(reference.size(), 0.0);
  if (n == 0 || m == 0) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double p = std::max(static_cast<double>(reference[i]) / n, floor);
    const double q = std::max(static_cast<double>(current[i]) / m, floor);
    const double term = p == q ? 0.0 : (q - p) * mlkit::log(q / p);
    if (terms != nullptr) (*terms)[i] = term;
    sum += term;
  }
  return sum;
}

std::string_view psi_label(double psi) { return psi < 0.1 ? "stable" : psi < 0.25 ? "moderate" : "major"; }

double psi_chance_bound(double level, std::size_t bins, std::uint64_t reference_rows, std::uint64_t current_rows) {
  if (bins < 2 || reference_rows == 0 || current_rows == 0) return 0;
  const double per_row = 1 / static_cast<double>(reference_rows) + 1 / static_cast<double>(current_rows);
  return chi_square_quantile(level, static_cast<double>(bins - 1)) * per_row;
}

std::size_t occupied_bins(const Counts& reference, const Counts& current) {
  std::size_t bins = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) bins += reference[i] + current[i] > 0 ? 1 : 0;
  return bins;
}

ChiSquareResult chi_square_homogeneity(const Counts& reference, const Counts& current) {
  ChiSquareResult result;
  const double n = total(reference);
  const double m = total(current);
  const std::size_t bins = occupied_bins(reference, current);
  if (n == 0 || m == 0 || bins < 2) return result;
  const double all = n + m;
  double sum = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const auto a = static_cast<double>(reference[i]);
    const auto b = static_cast<double>(current[i]);
    if (a + b == 0) continue;
    // Both cells deviate by the same from what is expected: (a - n (a+b)/all)^2 (1/Ea + 1/Eb).
    const double off = a - n * ((a + b) / all);
    sum += off * off * all * all / (n * m * (a + b));
  }
  result.statistic = sum;
  result.df = bins - 1;
  result.p_value = chi_square_upper(sum, static_cast<double>(result.df));
  result.cramers_v = std::min(1.0, std::sqrt(sum / all));
  return result;
}

double jensen_shannon_divergence(const Counts& reference, const Counts& current) {
  const double n = total(reference);
  const double m = total(current);
  if (n == 0 || m == 0) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    const double p = static_cast<double>(reference[i]) / n;
    const double q = static_cast<double>(current[i]) / m;
    const double middle = 0.5 * (p + q);
    if (p > 0) sum += 0.5 * p * mlkit::log(p / middle);
    if (q > 0) sum += 0.5 * q * mlkit::log(q / middle);
  }
  return std::clamp(sum, 0.0, kLn2);
}

double jensen_shannon_distance(const Counts& reference, const Counts& current) {
  return std::sqrt(jensen_shannon_divergence(reference, current) / kLn2);
}

double total_variation(const Counts& reference, const Counts& current) {
  const double n = total(reference);
  const double m = total(current);
  if (n == 0 || m == 0) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < reference.size(); ++i) {
    sum += std::fabs(static_cast<double>(reference[i]) / n - static_cast<double>(current[i]) / m);
  }
  return 0.5 * sum;
}

std::vector<double> adjust_holm(std::span<const double> p_values) {
  std::vector<double> out(p_values.size());
  double least = 0;  // adjusted values do not fall along the order
  std::size_t left = p_values.size();
  for (const std::size_t i : rising_order(p_values)) {
    least = std::max(least, std::min(1.0, p_values[i] * static_cast<double>(left--)));
    out[i] = least;
  }
  return out;
}

std::vector<double> adjust_benjamini_hochberg(std::span<const double> p_values) {
  std::vector<double> out(p_values.size());
  const std::vector<std::size_t> order = rising_order(p_values);
  double most = 1;
  for (std::size_t rank = order.size(); rank > 0; --rank) {
    const std::size_t i = order[rank - 1];
    most = std::min(most, p_values[i] * static_cast<double>(order.size()) / static_cast<double>(rank));
    out[i] = most;
  }
  return out;
}

}  // namespace mlkit
