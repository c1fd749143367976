#include "mlkit/data/frequent_values.h"

#include <gtest/gtest.h>

#include <map>
#include <utility>
#include <vector>

#include "mlkit/base/random.h"

namespace mlkit {
namespace {

using Entries = std::vector<std::pair<double, std::uint64_t>>;

TEST(FrequentValues, IsExactWhileValuesFit) {
  FrequentValues<double> values(3);
  values.add_counts({{2.0, 5}, {1.0, 1}});
  values.add_counts({{3.0, 2}, {1.0, 1}});
  EXPECT_TRUE(values.exact());
  EXPECT_EQ(values.entries(), (Entries{{1, 2}, {2, 5}, {3, 2}}));
  EXPECT_EQ(values.top(2), (Entries{{2, 5}, {1, 2}})) << "equal counts by value";
}

// Against plain counting: no count is too large, none too small by more than the stated error, and the error keeps
// below rows / (kept + 1).
TEST(FrequentValues, CountsKeepWithinTheStatedError) {
  RandomStream random(5, RandomPurpose::kSample);
  FrequentValues<double> values(20);
  std::map<double, std::uint64_t> all;
  std::uint64_t rows = 0;
  for (int block = 0; block < 40; ++block) {
    std::map<double, std::uint64_t> counts;
    for (int i = 0; i < 250; ++i) {
      const double u = random.uniform();
      const double value = static_cast<double>(random.below(u < 0.5 ? 5 : 5000));
      ++counts[value];
      ++all[value];
      ++rows;
    }
    values.add_counts({counts.begin(), counts.end()});
  }
  EXPECT_FALSE(values.exact());
  EXPECT_LE(values.error(), rows / 21);
  std::map<double, std::uint64_t> kept(values.entries().begin(), values.entries().end());
  for (const auto& [value, count] : all) {
    const std::uint64_t seen = kept.contains(value) ? kept[value] : 0;
    EXPECT_LE(seen, count);
    EXPECT_LE(count, seen + values.error());
  }
}

TEST(FrequentValues, WhatCallersLeftOutIsInTheError) {
  FrequentValues<double> values(2);
  values.add_counts({{1.0, 10}, {2.0, 7}}, 3);
  EXPECT_EQ(values.error(), 3u);
  EXPECT_EQ(values.entries(), (Entries{{1, 7}, {2, 4}}));
}

}  // namespace
}  // namespace mlkit
