#include "mlkit/features/column_statistics.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "mlkit/base/random.h"

namespace mlkit {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

double median_by_sorting(std::vector<double> values) {
  std::erase_if(values, [](double x) { return x != x; });
  if (values.empty()) return kNaN;
  std::sort(values.begin(), values.end());
  const std::size_t n = values.size();
  const double low = values[(n - 1) / 2];
  const double high = values[n / 2];
  return low == high ? low : 0.5 * low + 0.5 * high;
}

TEST(MedianOfPresent, EqualsTheSortedMiddleWhateverTheShape) {
  // Sizes on both sides of where a sample is used; uniform, heavy ties, a rising ramp (what a strided
  // sample of sorted data sees), two far clusters (no value near the middle), one spike, gaps.
  for (const std::size_t n : {1u, 2u, 7u, 1000u, 16384u, 16385u, 50001u, 80000u}) {
    for (int shape = 0; shape < 6; ++shape) {
      std::vector<double> values(n);
      for (std::size_t i = 0; i < n; ++i) {
        const double u = random_uniform(7, RandomPurpose::kSample, i, static_cast<std::uint32_t>(shape));
        if (shape == 0) values[i] = u;
        if (shape == 1) values[i] = std::floor(u * 5);
        if (shape == 2) values[i] = static_cast<double>(i);
        if (shape == 3) values[i] = i % 2 == 0 ? u : 1e6 + u;
        if (shape == 4) values[i] = i % 50 == 0 ? u : 0.0;
        if (shape == 5) values[i] = u < 0.9 ? kNaN : u;
      }
      const double expected = median_by_sorting(values);
      const double got = median_of_present(values);
      EXPECT_TRUE(got == expected || (std::isnan(got) && std::isnan(expected))) << n << " " << shape << " " << got;
    }
  }
}

}  // namespace
}  // namespace mlkit
