#include "mlkit/data/sort_doubles.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>

#include "mlkit/base/random.h"

namespace mlkit {
namespace {

std::vector<double> random_values(std::size_t n, int kind) {
  RandomStream random(7, RandomPurpose::kSample, static_cast<std::uint32_t>(kind));
  std::vector<double> out;
  for (std::size_t i = 0; i < n; ++i) {
    const double x = random.normal();
    switch (kind) {
      case 0: out.push_back(x); break;
      case 1: out.push_back(std::floor(3 * x)); break;  // many ties, -0 among them
      case 2: out.push_back(x * std::ldexp(1.0, static_cast<int>(random.below(2000)) - 1000)); break;  // every exponent
      case 3: out.push_back(i % 777 == 0 ? 1e9 * x : 1 + x * 1e-13); break;             // most share their highest bits
      case 4: out.push_back(1e15 + static_cast<double>(i * 2 < n ? i + n : i)); break;  // two rising runs, near
      default: out.push_back(5);
    }
  }
  return out;
}

TEST(SortDoubles, GivesTheBitsOfAComparingSort) {
  std::vector<double> scratch;
  for (const std::size_t n : {0u, 1u, 2u, 1023u, 1024u, 20000u}) {
    for (int kind = 0; kind < 6; ++kind) {
      std::vector<double> values = random_values(n, kind);
      std::vector<double> expected = values;
      for (double& value : expected) value += 0.0;
      std::sort(expected.begin(), expected.end());
      sort_doubles(values, scratch);
      ASSERT_EQ(values.size(), n);
      for (std::size_t i = 0; i < n; ++i) {
        ASSERT_EQ(std::bit_cast<std::uint64_t>(values[i]), std::bit_cast<std::uint64_t>(expected[i]))
            << n << " " << kind;
      }
    }
  }
}

TEST(SortDoubles, TakesTheEndsOfTheRange) {
  std::vector<double> values = random_values(5000, 0);
  values[17] = -std::numeric_limits<double>::max();
  values[4000] = std::numeric_limits<double>::max();
  values[123] = std::numeric_limits<double>::denorm_min();
  std::vector<double> scratch;
  sort_doubles(values, scratch);
  EXPECT_EQ(values.front(), -std::numeric_limits<double>::max());
  EXPECT_EQ(values.back(), std::numeric_limits<double>::max());
  EXPECT_TRUE(std::is_sorted(values.begin(), values.end()));
}

}  // namespace
}  // namespace mlkit
