#include "mlkit/data/sample.h"

#include <algorithm>
#include <set>

#include <gtest/gtest.h>

namespace mlkit {
namespace {

TEST(DrawRows, AreDistinctRisingAndOfTheTable) {
  for (const std::size_t count : {0u, 1u, 7u, 99u}) {
    const std::vector<std::uint32_t> rows = draw_rows(100, count, 5, RandomPurpose::kSample);
    EXPECT_EQ(rows.size(), count);
    EXPECT_TRUE(std::is_sorted(rows.begin(), rows.end()));
    EXPECT_EQ(std::set<std::uint32_t>(rows.begin(), rows.end()).size(), count);
    if (count > 0) {
      EXPECT_LT(rows.back(), 100u);
    }
  }
  EXPECT_EQ(draw_rows(3, 10, 5, RandomPurpose::kSample), (std::vector<std::uint32_t>{0, 1, 2}));
}

TEST(DrawRows, FollowTheSeedAndTheNumberOfTheDraw) {
  const auto first = draw_rows(1000000, 20, 5, RandomPurpose::kSample);
  EXPECT_EQ(draw_rows(1000000, 20, 5, RandomPurpose::kSample), first);
  EXPECT_NE(draw_rows(1000000, 20, 6, RandomPurpose::kSample), first);
  EXPECT_NE(draw_rows(1000000, 20, 5, RandomPurpose::kSample, 1), first);
}

TEST(DrawRows, TakeEveryRowAsOftenAsAnother) {
  std::vector<int> taken(20);
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    for (const std::uint32_t row : draw_rows(20, 5, seed, RandomPurpose::kSample)) ++taken[row];
  }
  // Each row is in a quarter of 4,000 draws: 1,000 times, standard deviation 27; six of them.
  for (const int times : taken) EXPECT_NEAR(times, 1000, 165);
}

}  // namespace
}  // namespace mlkit
