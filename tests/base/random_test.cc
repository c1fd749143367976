#include "mlkit/base/random.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

namespace mlkit {
namespace {

// Known answers published with Random123 (kat_vectors, philox4x32 10).
TEST(Philox, MatchesPublishedVectors) {
  EXPECT_EQ(philox4x32({0, 0, 0, 0}, {0, 0}),
            (std::array<std::uint32_t, 4>{0x6627e8d5, 0xe169c58d, 0xbc57ac4c, 0x9b00dbd8}));
  EXPECT_EQ(philox4x32({0xffffffff, 0xffffffff, 0xffffffff, 0xffffffff}, {0xffffffff, 0xffffffff}),
            (std::array<std::uint32_t, 4>{0x408f276d, 0x41c83b0e, 0xa20bc7c6, 0x6d5451fd}));
  EXPECT_EQ(philox4x32({0x243f6a88, 0x85a308d3, 0x13198a2e, 0x03707344}, {0xa4093822, 0x299f31d0}),
            (std::array<std::uint32_t, 4>{0xd16cfe09, 0x94fdcceb, 0x5001e420, 0x24126ea1}));
}

TEST(RandomStream, BelowIsUniform) {
  RandomStream random(7, RandomPurpose::kSample);
  std::array<int, 6> counts{};
  for (int i = 0; i < 60000; ++i) ++counts[random.below(6)];
  // Chi-square with 5 degrees of freedom: P(> 25) = 1.4e-4, and the seed is fixed.
  double chi2 = 0;
  for (const int count : counts) chi2 += (count - 10000.0) * (count - 10000.0) / 10000.0;
  EXPECT_LT(chi2, 25);
}

TEST(RandomStream, NormalHasMomentsOfTheNormal) {
  RandomStream random(8, RandomPurpose::kSample);
  double sum = 0;
  double squares = 0;
  constexpr int kDraws = 100000;
  for (int i = 0; i < kDraws; ++i) {
    const double x = random.normal();
    sum += x;
    squares += x * x;
  }
  // Four standard errors: sd(mean) = n^-1/2, sd(mean square) = (2/n)^1/2.
  EXPECT_LT(std::abs(sum / kDraws), 4 / std::sqrt(kDraws));
  EXPECT_LT(std::abs(squares / kDraws - 1), 4 * std::sqrt(2.0 / kDraws));
}

TEST(RandomPermutation, IsAPermutationAndFixedBySeed) {
  std::vector<std::uint32_t> order = random_permutation(1000, 5, RandomPurpose::kShuffle);
  EXPECT_EQ(order, random_permutation(1000, 5, RandomPurpose::kShuffle));
  EXPECT_NE(order, random_permutation(1000, 6, RandomPurpose::kShuffle));
  std::sort(order.begin(), order.end());
  for (std::uint32_t i = 0; i < 1000; ++i) EXPECT_EQ(order[i], i);
}

}  // namespace
}  // namespace mlkit
