#include "mlkit/features/column_statistics.h"

#include <algorithm>
#include <limits>
#include <vector>

namespace mlkit {
namespace {

constexpr std::size_t kSample = 1024;

// The median of a column of which `values` are a stretch of the sorted order that holds the middle.
double middle(std::vector<double>& values, std::size_t lower_rank, bool odd) {
  const auto at = values.begin() + static_cast<std::ptrdiff_t>(lower_rank);
  std::nth_element(values.begin(), at, values.end());
  const double low = *at;
  if (odd) return low;
  const double high = *std::min_element(at + 1, values.end());
  return low == high ? low : 0.5 * low + 0.5 * high;
}

}  // namespace

double median_of_present(std::span<const double> values) {
  const std::size_t present =
      static_cast<std::size_t>(std::count_if(values.begin(), values.end(), [](double x) { return x == x; }));
  if (present == 0) return std::numeric_limits<double>::quiet_NaN();
  const std::size_t rank = (present - 1) / 2;
  const bool odd = present % 2 == 1;
  std::vector<double> near;
  if (present > 16 * kSample) {
    const std::size_t stride = values.size() / kSample;
    for (std::size_t i = 0; i < kSample; ++i) {
      if (const double x = values[i * stride]; x == x) near.push_back(x);
    }
    std::sort(near.begin(), near.end());
    const std::size_t m = near.size();
    if (m > kSample / 4) {
      const double low = near[m / 2 - m / 16];
      const double high = near[m / 2 + m / 16];
      near.clear();
      std::size_t below = 0;
      for (const double x : values) {
        below += x < low ? 1 : 0;
        if (x >= low && x <= high) near.push_back(x);
      }
      if (below <= rank && rank + 1 < below + near.size()) return middle(near, rank - below, odd);
    }
    near.clear();
  }
  near.reserve(present);
  std::copy_if(values.begin(), values.end(), std::back_inserter(near), [](double x) { return x == x; });
  return middle(near, rank, odd);
}

}  // namespace mlkit
