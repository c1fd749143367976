#include "mlkit/drift/ks_test.h"

#include <algorithm>
#include <cmath>
#include <cstdlib>

#include "mlkit/drift/special.h"

namespace mlkit {
namespace {

std::int64_t magnitude(std::int64_t value) { return value < 0 ? -value : value; }

}  // namespace

SampleDistance sample_distance(std::span<const double> reference, std::span<const double> current) {
  const std::size_t rows_a = reference.size();
  const std::size_t rows_b = current.size();
  const double* const a = reference.data();
  const double* const b = current.data();
  const auto m = static_cast<std::int64_t>(rows_a);
  const auto n = static_cast<std::int64_t>(rows_b);
  const double scale = 1 / (static_cast<double>(rows_a) * static_cast<double>(rows_b));
  std::size_t i = 0;
  std::size_t j = 0;
  std::int64_t balance = 0;  // i n - j m
  std::int64_t largest = 0;
  double area = 0;
  // The stretch from the last value to the next one.
  const auto close = [&](double value, double next) {
    const std::int64_t size = magnitude(balance);
    const std::int64_t seen = next != value ? size : 0;
    largest = seen > largest ? seen : largest;
    area += static_cast<double>(size) * scale * (next - value);
  };
  // At most one value of each sample a step, without branches that depend on the values.
  while (i + 1 < rows_a && j + 1 < rows_b) {
    const double value = a[i] < b[j] ? a[i] : b[j];
    const auto from_a = static_cast<std::int64_t>(a[i] == value);
    const auto from_b = static_cast<std::int64_t>(b[j] == value);
    i += static_cast<std::size_t>(from_a);
    j += static_cast<std::size_t>(from_b);
    balance += (-from_a & n) - (-from_b & m);
    close(value, a[i] < b[j] ? a[i] : b[j]);
  }
  const auto next_value = [&] { return i == rows_a ? b[j] : j == rows_b ? a[i] : std::min(a[i], b[j]); };
  while (i < rows_a || j < rows_b) {
    const double value = next_value();
    if (i < rows_a && a[i] == value) ++i, balance += n;
    if (j < rows_b && b[j] == value) ++j, balance -= m;
    if (i < rows_a || j < rows_b) close(value, next_value());
  }
  return {largest, area};
}

double ks_limit_p(double statistic, std::size_t m, std::size_t n) {
  const double size = static_cast<double>(m) * (static_cast<double>(n) / static_cast<double>(m + n));
  return kolmogorov_upper(std::sqrt(size) * statistic);
}

double ks_exact_p(std::int64_t c, std::size_t m, std::size_t n, const std::vector<std::uint8_t>& checked) {
  if (c <= 0) return 1;
  const auto rows = static_cast<std::int64_t>(m);
  const auto others = static_cast<std::int64_t>(n);
  const std::int64_t all = rows + others;
  // u[i + 1] is U(i, k - i): the share of orders of the first k pooled values, i of them from the first sample, that
  // have reached c. Outside of low .. high it is 1.
  std::vector<double> u(m + 3, 1.0);
  u[1] = 0;
  std::int64_t low = 0;
  std::int64_t high = 0;
  for (std::int64_t k = 1; k <= all; ++k) {
    const std::int64_t new_low = std::max<std::int64_t>({low, 0, k - others});
    const std::int64_t new_high = std::min({high + 1, rows, k});
    const double inverse = 1 / static_cast<double>(k);
    double* const cell = u.data() + 1;
    for (std::int64_t i = new_high; i >= new_low; --i) {  // (at i = 0 the cell before has weight 0)
      cell[i] = (static_cast<double>(i) * cell[i - 1] + static_cast<double>(k - i) * cell[i]) * inverse;
    }
    low = new_low;
    high = new_high;
    if (k < all && checked[static_cast<std::size_t>(k - 1)] != 0) {
      // |i n - (k - i) m| >= c at both ends of the range
      while (low <= high && magnitude(low * others - (k - low) * rows) >= c) cell[low++] = 1.0;
      while (high >= low && magnitude(high * others - (k - high) * rows) >= c) cell[high--] = 1.0;
      if (low > high) return 1;
    }
  }
  return std::clamp(u[m + 1], 0.0, 1.0);
}

KsResult ks_two_sample(std::span<const double> reference, std::span<const double> current,
                       const SampleDistance& distance) {
  const std::size_t m = reference.size();
  const std::size_t n = current.size();
  KsResult result;
  // c / m / n would round twice; m n may be beyond 2^53, where its rounding is far below that of D's last digit.
  result.statistic = static_cast<double>(distance.ks_numerator) / (static_cast<double>(m) * static_cast<double>(n));
  result.exact = std::max(m, n) <= kMostExactRows;
  if (!result.exact) {
    result.p_value = ks_limit_p(result.statistic, m, n);
    return result;
  }
  std::vector<double> pooled(m + n);
  std::merge(reference.begin(), reference.end(), current.begin(), current.end(), pooled.begin());
  std::vector<std::uint8_t> checked(m + n, 1);
  for (std::size_t k = 0; k + 1 < pooled.size(); ++k) checked[k] = pooled[k] != pooled[k + 1] ? 1 : 0;
  result.p_value = ks_exact_p(distance.ks_numerator, m, n, checked);
  return result;
}

KsResult ks_two_sample(std::span<const double> reference, std::span<const double> current) {
  return ks_two_sample(reference, current, sample_distance(reference, current));
}

}  // namespace mlkit
