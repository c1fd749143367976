#include "mlkit/data/sort_numbers.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <vector>

#include "mlkit/base/random.h"

namespace mlkit {
namespace {

TEST(SortNumbers, AgreesWithComparing) {
  RandomStream random(1, RandomPurpose::kSample);
  std::vector<std::uint64_t> scratch;
  for (const std::size_t n : {0u, 1u, 2u, 511u, 512u, 513u, 5000u}) {
    for (const double scale : {1.0, 1e-300, 1e300}) {
      std::vector<double> values(n);
      for (double& x : values) x = std::floor(random.normal() * 50) * scale;
      std::vector<double> expected = values;
      std::sort(expected.begin(), expected.end());
      sort_numbers(values, scratch);
      EXPECT_EQ(values, expected) << n;
    }
  }
}

// All numbers alike in their upper digits; and a few such among others.
TEST(SortNumbers, NumbersThatDifferFarBehindThePoint) {
  RandomStream random(6, RandomPurpose::kSample);
  std::vector<std::uint64_t> scratch;
  for (const double near : {1.0, 0.005}) {
    std::vector<double> values(4000);
    for (double& x : values) x = random.uniform() < near ? 1e9 + random.uniform() : random.normal();
    std::vector<double> expected = values;
    std::sort(expected.begin(), expected.end());
    sort_numbers(values, scratch);
    EXPECT_EQ(values, expected);
  }
}

TEST(SortNumbers, ExtremesAndSignedZerosHaveTheirPlaces) {
  std::vector<double> values(600, 0.0);
  values[3] = -0.0;
  values[100] = std::numeric_limits<double>::max();
  values[200] = std::numeric_limits<double>::lowest();
  values[300] = std::numeric_limits<double>::denorm_min();
  values[400] = -std::numeric_limits<double>::denorm_min();
  std::vector<std::uint64_t> scratch;
  sort_numbers(values, scratch);
  EXPECT_EQ(values.front(), std::numeric_limits<double>::lowest());
  EXPECT_EQ(values[1], -std::numeric_limits<double>::denorm_min());
  EXPECT_TRUE(std::signbit(values[2]));
  EXPECT_FALSE(std::signbit(values[3]));
  EXPECT_EQ(values[598], std::numeric_limits<double>::denorm_min());
  EXPECT_EQ(values.back(), std::numeric_limits<double>::max());
}

}  // namespace
}  // namespace mlkit
