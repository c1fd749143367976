#include "mlkit/drift/compare.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"

namespace mlkit {
namespace {

NumberSample numbers(std::vector<double> values, std::uint64_t missing = 0) {
  NumberSample out;
  out.rows = values.size() + missing;
  out.missing = missing;
  std::sort(values.begin(), values.end());
  out.sorted = std::move(values);
  return out;
}

NumberSample normals(std::size_t n, double shift, std::uint32_t sub) {
  RandomStream random(3, RandomPurpose::kSimulate, sub);
  std::vector<double> values;
  for (std::size_t i = 0; i < n; ++i) values.push_back(random.normal() + shift);
  return numbers(std::move(values));
}

ColumnDrift judged(ColumnDrift column, const DriftOptions& options = {}) {
  std::vector<ColumnDrift> columns = {std::move(column)};
  judge_columns(columns, options);
  return columns[0];
}

TEST(Compare, AShiftIsDriftAndChanceIsNot) {
  EXPECT_TRUE(judged(compare_numbers(normals(500, 0, 1), normals(500, 0.5, 2), {})).drift);
  EXPECT_FALSE(judged(compare_numbers(normals(500, 0, 1), normals(500, 0, 2), {})).drift);
}

TEST(Compare, ATinyEffectIsNoDriftHoweverSmallItsProbability) {
  const ColumnDrift column = judged(compare_numbers(normals(60000, 0, 3), normals(60000, 0.04, 4), {}));
  ASSERT_LT(*column.p_adjusted, 0.01);
  ASSERT_LT(*column.effect(), 0.02);
  EXPECT_FALSE(column.drift);
  EXPECT_TRUE(judged(column, {.tests = {}, .min_effect = 0.005}).drift);
}

TEST(Compare, MissingCellsAreABinOfThePsi) {
  const ColumnDrift column =
      judged(compare_numbers(numbers(std::vector<double>(500, 1.0)), numbers(std::vector<double>(250, 1.0), 250), {}));
  EXPECT_EQ(column.ks->statistic, 0);
  EXPECT_TRUE(column.psi_alarm);
  EXPECT_TRUE(column.drift);
  EXPECT_EQ(column.missing_share_current(), 0.5);
}

TEST(Compare, OneSideWithoutAnyValueHasNoTestButAVerdict) {
  const ColumnDrift column = judged(compare_numbers(normals(300, 0, 1), numbers({}, 300), {}));
  EXPECT_FALSE(column.ks.has_value());
  EXPECT_FALSE(column.wasserstein.has_value());
  EXPECT_TRUE(column.drift);
  const ColumnDrift nothing = judged(compare_numbers(numbers({}, 10), numbers({}, 20), {}));
  EXPECT_FALSE(nothing.drift);
  EXPECT_EQ(nothing.psi->value, 0);
}

TEST(Compare, ConstantsAreMeasuredInTheirOwnUnits) {
  const ColumnDrift column = compare_numbers(numbers({5, 5, 5}), numbers({7, 7}), {});
  EXPECT_EQ(*column.wasserstein, 2);
  EXPECT_EQ(column.ks->statistic, 1);
}

TEST(Compare, FewRowsDoNotAlarmByTheirPsiAlone) {
  // Four rows against four: PSI far above any threshold, and so is what chance does.
  const ColumnDrift column = judged(compare_numbers(numbers({1, 2, 3, 4}), numbers({2, 3, 4, 5}), {}));
  EXPECT_GT(column.psi->value, 0.2);
  EXPECT_FALSE(column.drift);
}

TEST(Compare, UnseenLevelsAreOneBinAndAreNamedByFrequency) {
  LevelSample reference{{"a", "b"}, {300, 200}, 500, 0};
  LevelSample current{{"x", "a", "b", "y"}, {60, 240, 100, 100}, 500, 0};
  const ColumnDrift column = judged(compare_levels(reference, current, {}));
  EXPECT_EQ(column.unseen, 160u);
  EXPECT_EQ(column.unseen_levels, (std::vector<std::string>{"y", "x"}));
  EXPECT_EQ(column.chi2->df, 3u);
  EXPECT_TRUE(column.psi_alarm);
}

TEST(Compare, ProbabilitiesAreCorrectedOverAllColumns) {
  std::vector<ColumnDrift> columns(2);
  columns[0].ks = KsResult{0.5, 0.03, true};
  columns[1].ks = KsResult{0.5, 0.2, true};
  EXPECT_FALSE(judge_columns(columns, {}));
  EXPECT_EQ(*columns[0].p_adjusted, 0.06);
  EXPECT_TRUE(judge_columns(columns, {.tests = {}, .correction = "none"}));
  EXPECT_EQ(by_importance(columns), (std::vector<std::size_t>{0, 1}));
}

TEST(Compare, TestsThatAreNotWantedAreNotMade) {
  DriftOptions options;
  options.tests = {"jensen-shannon"};
  validate_drift_options(options);
  const ColumnDrift column = judged(compare_numbers(normals(100, 0, 1), normals(100, 3, 2), options), options);
  EXPECT_FALSE(column.ks || column.psi || column.wasserstein);
  EXPECT_TRUE(column.jensen_shannon.has_value());
  EXPECT_FALSE(column.drift);
  options.tests = {"kss"};
  EXPECT_THROW(validate_drift_options(options), Error);
}

// A small form of the certificate in docs/drift.md: twenty columns without drift, Holm, alpha 0.05. Of 100 pairs at
// most 0.05 + 3 standard errors may alarm: 0.05 + 3 sqrt(0.05 0.95 / 100) = 0.115.
TEST(Compare, FalseAlarmsStayWithinAlpha) {
  int alarms = 0;
  for (std::uint32_t pair = 0; pair < 100; ++pair) {
    std::vector<ColumnDrift> columns;
    for (std::uint32_t c = 0; c < 20; ++c) {
      const std::uint32_t sub = 1000 + 40 * pair + 2 * c;
      columns.push_back(compare_numbers(normals(60, 0, sub), normals(40, 0, sub + 1), {}));
    }
    alarms += judge_columns(columns, {}) ? 1 : 0;
  }
  EXPECT_LE(alarms, 11);
}

}  // namespace
}  // namespace mlkit
