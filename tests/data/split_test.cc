#include "mlkit/data/split.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"

namespace mlkit {
namespace {

// Every row in exactly one part, each part rising.
void expect_partition(const Split& split, std::size_t rows) {
  std::vector<int> seen(rows);
  for (const RowList* part : {&split.train, &split.valid, &split.test}) {
    EXPECT_TRUE(std::is_sorted(part->begin(), part->end()));
    for (const std::uint32_t row : *part) ++seen[row];
  }
  EXPECT_TRUE(std::all_of(seen.begin(), seen.end(), [](int n) { return n == 1; }));
}

std::map<std::uint32_t, std::size_t> counts_of(const RowList& rows, const std::vector<std::uint32_t>& labels) {
  std::map<std::uint32_t, std::size_t> counts;
  for (const std::uint32_t row : rows) ++counts[labels[row]];
  return counts;
}

std::string message_of(const std::function<void()>& work) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kData);
    return error.what();
  }
  return "no error";
}

const std::vector<std::string> kNames = {"a", "b", "c"};

TEST(LargestRemainder, HamiltonByHand) {
  // Quotas 4.7, 3.2, 2.1 of 10: the last seat goes to the first.
  EXPECT_EQ(largest_remainder(10, std::vector<std::size_t>{47, 32, 21}), (std::vector<std::size_t>{5, 3, 2}));
  EXPECT_EQ(largest_remainder(1, std::vector<std::size_t>{1, 1}), (std::vector<std::size_t>{1, 0}));
  EXPECT_EQ(largest_remainder(0, std::vector<std::size_t>{3, 4}), (std::vector<std::size_t>{0, 0}));
}

TEST(SplitRandom, SizesAreThoseOfScikitLearn) {
  // train_test_split: the test part is ceil(n * test_size).
  for (const auto& [rows, share, test] : std::vector<std::tuple<std::size_t, double, std::size_t>>{
           {891, 0.25, 223}, {100, 0.25, 25}, {10, 0.25, 3}, {100, 0.07, 7}, {30, 0.1, 3}, {2, 0.25, 1}}) {
    const Split split = split_random(rows, {.test = share}, 42);
    EXPECT_EQ(split.test.size(), test) << rows << " " << share;
    expect_partition(split, rows);
  }
}

TEST(SplitRandom, SeedDecidesAndIsKept) {
  const Split one = split_random(1000, {}, 1);
  EXPECT_EQ(one.test, split_random(1000, {}, 1).test);
  EXPECT_NE(one.test, split_random(1000, {}, 2).test);
}

TEST(SplitRandom, EveryRowIsEquallyLikely) {
  std::vector<int> hits(20);
  for (std::uint64_t seed = 0; seed < 4000; ++seed) {
    for (const std::uint32_t row : split_random(20, {.test = 0.25}, seed).test) ++hits[row];
  }
  // Binomial(4000, 1/4): sd 27.4; six of them.
  for (const int n : hits) EXPECT_NEAR(n, 1000, 165);
}

TEST(SplitRandom, NothingLeftForTraining) {
  EXPECT_NE(message_of([] { split_random(1, {.test = 0.25}, 1); }).find("no row would be left"), std::string::npos);
  EXPECT_NE(message_of([] { split_random(0, {.test = 0.25}, 1); }).find("no row would be left"), std::string::npos);
}

TEST(SplitStratified, EveryClassCountIsItsShareRoundedUpOrDown) {
  RandomStream random(9, RandomPurpose::kSample);
  for (int round = 0; round < 200; ++round) {
    std::vector<std::uint32_t> labels(12 + random.below(200));
    for (std::size_t i = 0; i < labels.size(); ++i)
      labels[i] = i < 9 ? i % 3 : random.below(10) < 7 ? 0 : 1 + random.below(2);
    const SplitSizes sizes{.test = 0.1 + 0.3 * random.uniform(), .valid = round % 2 == 0 ? 0.2 : 0};
    const Split split = split_stratified(labels, kNames, sizes, static_cast<std::uint64_t>(round));
    expect_partition(split, labels.size());
    const Split plain = split_random(labels.size(), sizes, 1);
    EXPECT_EQ(split.test.size(), plain.test.size());
    EXPECT_EQ(split.valid.size(), plain.valid.size());
    RowList all(labels.size());
    for (std::uint32_t i = 0; i < all.size(); ++i) all[i] = i;
    auto total = counts_of(all, labels);
    auto test = counts_of(split.test, labels);
    for (const auto& [label, count] : total) {
      const double share =
          static_cast<double>(count) * static_cast<double>(split.test.size()) / static_cast<double>(labels.size());
      EXPECT_GE(test[label] + 1e-9, std::floor(share - 1e-9));
      EXPECT_LE(test[label], std::ceil(share + 1e-9));
    }
  }
}

TEST(SplitStratified, ClassWithOneRowIsNamed) {
  const std::vector<std::uint32_t> labels = {0, 0, 0, 0, 1, 0, 0, 0};
  const std::string text = message_of([&] { split_stratified(labels, kNames, {}, 1); });
  EXPECT_NE(text.find("class \"b\" has only 1 row"), std::string::npos) << text;
  EXPECT_NE(text.find("--no-stratify"), std::string::npos);
}

TEST(SplitGroups, NoGroupOnTwoSides) {
  RandomStream random(11, RandomPurpose::kSample);
  for (int round = 0; round < 200; ++round) {
    const std::size_t group_count = 3 + random.below(20);
    std::vector<std::uint32_t> groups(group_count + random.below(100));
    for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = i < group_count ? i : random.below(group_count);
    const SplitSizes sizes{.test = 0.25, .valid = round % 2 == 0 ? 0.2 : 0};
    const Split split = split_groups(groups, group_count, sizes, static_cast<std::uint64_t>(round));
    expect_partition(split, groups.size());
    EXPECT_FALSE(split.train.empty());
    EXPECT_FALSE(split.test.empty());
    EXPECT_EQ(split.valid.empty(), sizes.valid == 0);
    std::map<std::uint32_t, std::set<int>> sides;
    for (const std::uint32_t row : split.train) sides[groups[row]].insert(0);
    for (const std::uint32_t row : split.valid) sides[groups[row]].insert(1);
    for (const std::uint32_t row : split.test) sides[groups[row]].insert(2);
    for (const auto& [group, parts] : sides) EXPECT_EQ(parts.size(), 1u) << group;
  }
}

TEST(SplitGroups, SizesAreNearWhereGroupsAreSmall) {
  std::vector<std::uint32_t> groups(1000);
  for (std::size_t i = 0; i < groups.size(); ++i) groups[i] = static_cast<std::uint32_t>(i / 4);
  EXPECT_EQ(split_groups(groups, 250, {.test = 0.25}, 5).test.size(), 248u);  // 252 is no nearer to 250
}

TEST(SplitGroups, TooFewGroups) {
  EXPECT_NE(message_of([] { split_groups(std::vector<std::uint32_t>(10, 0), 1, {}, 1); }).find("1 groups for 2 parts"),
            std::string::npos);
}

TEST(SplitByTime, LastRowsAreTheTestAndInstantsStayTogether) {
  const std::vector<std::int64_t> times = {5, 1, 9, 3, 7, 7, 2, 8, 7, 6};
  const Split split = split_by_time(times, {.test = 0.3});
  expect_partition(split, times.size());
  // The last three are 9, 8 and one of three 7s: all of the 7s come along.
  EXPECT_EQ(split.test, (RowList{2, 4, 5, 7, 8}));
  const Split three = split_by_time(times, {.test = 0.2, .valid = 0.2});
  EXPECT_EQ(three.test, (RowList{2, 7}));
  EXPECT_EQ(three.valid, (RowList{4, 5, 8}));
  EXPECT_NE(message_of([] { split_by_time(std::vector<std::int64_t>(10, 1), {}); }).find("earliest times"),
            std::string::npos);
}

TEST(SplitByHash, RowsKeepTheirSideWhenRowsAreAdded) {
  std::vector<std::string> keys;
  for (int i = 0; i < 5000; ++i) keys.push_back("customer " + std::to_string(i));
  const Split before = split_by_hash(keys, {.test = 0.25, .valid = 0.1}, 42);
  expect_partition(before, keys.size());
  // Binomial: sd of the test part 30.6, of the validation part 21.2; five of them.
  EXPECT_NEAR(static_cast<double>(before.test.size()), 1250, 155);
  EXPECT_NEAR(static_cast<double>(before.valid.size()), 500, 110);
  const std::set<std::uint32_t> test_before(before.test.begin(), before.test.end());
  keys.insert(keys.begin(), "somebody new");
  const Split after = split_by_hash(keys, {.test = 0.25, .valid = 0.1}, 42);
  for (const std::uint32_t row : after.test) {
    if (row > 0) {
      EXPECT_TRUE(test_before.contains(row - 1));
    }
  }
}

TEST(Folds, SizesDifferByAtMostOne) {
  const std::vector<std::uint32_t> folds = folds_random(23, 5, 7);
  std::vector<int> sizes(5);
  for (const std::uint32_t fold : folds) ++sizes[fold];
  std::sort(sizes.begin(), sizes.end());
  EXPECT_EQ(sizes, (std::vector<int>{4, 4, 5, 5, 5}));
  EXPECT_NE(folds, folds_random(23, 5, 7, 1));
  EXPECT_EQ(folds, folds_random(23, 5, 7, 0));
}

TEST(Folds, StratifiedInClassesAndInSizes) {
  RandomStream random(13, RandomPurpose::kSample);
  for (std::uint64_t round = 0; round < 100; ++round) {
    std::vector<std::uint32_t> labels(20 + random.below(60));
    for (std::size_t i = 0; i < labels.size(); ++i) labels[i] = i < 6 ? i % 3 : random.below(3);
    const std::vector<std::uint32_t> folds = folds_stratified(labels, kNames, 4, round);
    std::vector<std::size_t> sizes(4);
    std::vector<std::vector<std::size_t>> by_class(3, std::vector<std::size_t>(4));
    for (std::size_t i = 0; i < labels.size(); ++i) {
      ++sizes[folds[i]];
      ++by_class[labels[i]][folds[i]];
    }
    by_class.push_back(sizes);
    for (const auto& counts : by_class) {
      EXPECT_LE(*std::max_element(counts.begin(), counts.end()) - *std::min_element(counts.begin(), counts.end()), 1u);
    }
  }
}

TEST(Folds, ErrorsNameTheProblem) {
  EXPECT_NE(message_of([] { folds_random(3, 5, 1); }).find("5 folds need at least 5 rows"), std::string::npos);
  EXPECT_NE(message_of([] {
              folds_stratified(std::vector<std::uint32_t>{0, 0, 0, 0, 0, 1}, kNames, 5, 1);
            }).find("class \"b\" has only 1 row"),
            std::string::npos);
}

TEST(Folds, GroupsStayTogetherAndFoldsAreEven) {
  std::vector<std::uint32_t> groups;
  for (std::uint32_t g = 0; g < 20; ++g) groups.insert(groups.end(), 1 + g % 4, g);
  const std::vector<std::uint32_t> folds = folds_groups(groups, 20, 5, 3);
  std::map<std::uint32_t, std::set<std::uint32_t>> where;
  std::vector<std::size_t> sizes(5);
  for (std::size_t i = 0; i < groups.size(); ++i) {
    where[groups[i]].insert(folds[i]);
    ++sizes[folds[i]];
  }
  for (const auto& [group, in] : where) EXPECT_EQ(in.size(), 1u) << group;
  EXPECT_EQ(sizes, std::vector<std::size_t>(5, 10));
}

TEST(Folds, FoldSplitIsThePartition) {
  const Split split = fold_split(std::vector<std::uint32_t>{0, 1, 2, 1}, 1);
  EXPECT_EQ(split.test, (RowList{1, 3}));
  EXPECT_EQ(split.train, (RowList{0, 2}));
}

}  // namespace
}  // namespace mlkit
