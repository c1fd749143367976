#include "mlkit/data/column.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "mlkit/base/random.h"

namespace mlkit {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

// The same cells as plain booleans.
Validity from_bools(const std::vector<bool>& cells) {
  Validity out;
  for (const bool cell : cells) out.append(cell);
  return out;
}

void expect_cells(const Validity& got, const std::vector<bool>& cells) {
  ASSERT_EQ(got.size(), cells.size());
  std::size_t missing = 0;
  for (std::size_t i = 0; i < cells.size(); ++i) {
    EXPECT_EQ(got.is_valid(i), cells[i]) << i;
    missing += cells[i] ? 0 : 1;
  }
  EXPECT_EQ(got.missing_count(), missing);
}

TEST(Validity, AgreesWithPlainBooleans) {
  RandomStream random(2, RandomPurpose::kSample);
  for (int round = 0; round < 300; ++round) {
    std::vector<bool> a(random.below(200));
    std::vector<bool> b(random.below(200));
    for (std::size_t i = 0; i < a.size(); ++i) a[i] = round % 3 == 0 || random.below(5) != 0;
    for (std::size_t i = 0; i < b.size(); ++i) b[i] = round % 2 == 0 || random.below(5) != 0;
    Validity joined = from_bools(a);
    expect_cells(joined, a);
    joined.append(from_bools(b));
    std::vector<bool> both = a;
    both.insert(both.end(), b.begin(), b.end());
    expect_cells(joined, both);
    EXPECT_EQ(joined, from_bools(both));
    const std::size_t more = random.below(150);
    joined.append_valid(more);
    both.insert(both.end(), more, true);
    expect_cells(joined, both);
    for (int change = 0; change < 20 && !both.empty(); ++change) {
      const std::size_t i = random.below(both.size());
      both[i] = !both[i];
      both[i] ? joined.set_valid(i) : joined.set_missing(i);
    }
    expect_cells(joined, both);
    std::vector<std::uint32_t> rows;
    std::vector<bool> picked;
    for (std::size_t i = 0; i < both.size(); i += 1 + random.below(3)) {
      rows.push_back(static_cast<std::uint32_t>(i));
      picked.push_back(both[i]);
    }
    expect_cells(joined.select(rows), picked);
  }
}

TEST(Validity, EqualWhateverTheWayThere) {
  Validity a(70);
  Validity b(70);
  a.set_missing(3);
  a.set_valid(3);
  EXPECT_EQ(a, b);
  a.set_missing(69);
  EXPECT_FALSE(a == b);
}

TEST(Column, CellsAsText) {
  const Column numbers = make_numeric_column("x", {1, 0.1, kMissing, -2.5e300});
  EXPECT_EQ(numbers.cell_text(0), "1");
  EXPECT_EQ(numbers.cell_text(1), "0.1");
  EXPECT_EQ(numbers.cell_text(2), "");
  EXPECT_EQ(numbers.cell_text(3), "-2.5e+300");
  Column times{.name = "t",
               .type = ColumnType::kDatetime,
               .storage = Times{.micros = {0, 86400000000}, .date_only = true},
               .validity = Validity(2)};
  EXPECT_EQ(times.cell_text(1), "1970-01-02");
}

TEST(Column, IntegerMeansEveryPresentValueIsWhole) {
  EXPECT_TRUE(make_numeric_column("x", {1, kMissing, -3}).numbers().integer);
  EXPECT_FALSE(make_numeric_column("x", {1, 0.5}).numbers().integer);
}

TEST(Column, CategoryLevelsRiseInByteOrder) {
  const Column column = make_category_column("c", {"b", "", "a", "é", "B", "a"});
  EXPECT_EQ(*column.categories().levels, (Levels{"B", "a", "b", "é"}));
  EXPECT_EQ(column.categories().codes, (std::vector<std::uint32_t>{2, kNoLevel, 1, 3, 0, 1}));
  EXPECT_TRUE(column.is_missing(1));
}

TEST(Column, SelectKeepsOrderAndRepeats) {
  const std::vector<std::uint32_t> rows = {2, 0, 2};
  const Column text = make_text_column("t", {"a", "bb", ""}).select(rows);
  EXPECT_EQ(text.cell_text(0), "");
  EXPECT_EQ(text.cell_text(1), "a");
  EXPECT_TRUE(text.is_missing(2));
  EXPECT_EQ(make_numeric_column("n", {1, 2, 3}).select(rows).numbers().values, (std::vector<double>{3, 1, 3}));
}

TEST(ToCategoryColumn, NumbersByTheirShortestTextAndOneZero) {
  const Column column = to_category_column(make_numeric_column("y", {2, 10, -0.0, 0, kMissing, 2}));
  EXPECT_EQ(*column.categories().levels, (Levels{"0", "10", "2"}));
  EXPECT_EQ(column.categories().codes, (std::vector<std::uint32_t>{2, 1, 0, 0, kNoLevel, 2}));
  EXPECT_EQ(column.type, ColumnType::kCategory);
}

}  // namespace
}  // namespace mlkit
