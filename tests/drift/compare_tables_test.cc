#include "mlkit/drift/compare_tables.h"

#include <gtest/gtest.h>

#include <limits>

#include "mlkit/base/random.h"

namespace mlkit {
namespace {

constexpr double kNone = std::numeric_limits<double>::quiet_NaN();

std::vector<ColumnDrift> compare(Table a, Table b, const std::vector<std::string>& asked = {}, int threads = 1) {
  return compare_tables(std::move(a), std::move(b), asked, {}, Context(threads));
}

TEST(CompareTables, ColumnsMeetByNameInTheReferencesOrder) {
  const auto found = compare(
      Table({make_numeric_column("a", {1, 2}), make_numeric_column("b", {1, 2})}),
      Table({make_numeric_column("c", {1, 2}), make_numeric_column("b", {5, 6}), make_numeric_column("a", {1, 2})}));
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found[0].name, "a");
  EXPECT_EQ(found[0].ks->statistic, 0);
  EXPECT_EQ(found[1].name, "b");
  EXPECT_EQ(found[1].ks->statistic, 1);
}

TEST(CompareTables, WordsAmongNumbersAreUnseen) {
  const auto found = compare(Table({make_numeric_column("a", {1, 2, 3, kNone})}),
                             Table({make_category_column("a", {"1", "x", "", "2"})}));
  EXPECT_EQ(found[0].kind, DriftKind::kNumeric);
  EXPECT_EQ(found[0].unseen, 1u);
  EXPECT_EQ(found[0].missing_current, 1u);
  EXPECT_EQ(found[0].missing_reference, 1u);
  EXPECT_FALSE(found[0].note.empty());
}

TEST(CompareTables, NumbersAmongWordsAreLevels) {
  const auto found =
      compare(Table({make_category_column("a", {"1", "1", "x", "x"})}), Table({make_numeric_column("a", {1, 1, 7})}));
  EXPECT_EQ(found[0].kind, DriftKind::kCategory);
  EXPECT_EQ(found[0].unseen, 1u);
  EXPECT_EQ(found[0].unseen_levels, (std::vector<std::string>{"7"}));
}

TEST(CompareTables, IdentifiersAndTimesAreComparedOnlyWhereAskedFor) {
  Column time;
  time.name = "t";
  time.type = ColumnType::kDatetime;
  time.storage = Times{{1, 2, 3}, false};
  time.validity = Validity(3);
  const Table table({make_text_column("id", {"p", "q", "r"}), time});
  auto found = compare(table, table);
  EXPECT_FALSE(found[0].tested);
  EXPECT_FALSE(found[1].tested);
  EXPECT_EQ(found[1].kind, DriftKind::kTime);
  found = compare(table, table, {"id", "t"});
  EXPECT_TRUE(found[0].tested && found[0].chi2);
  EXPECT_TRUE(found[1].tested && found[1].ks);
}

TEST(CompareTables, TheNumberOfThreadsChangesNothing) {
  std::vector<Column> a, b;
  for (std::uint32_t c = 0; c < 7; ++c) {
    RandomStream random(5, RandomPurpose::kSimulate, c);
    std::vector<double> x, y;
    for (int i = 0; i < 5000; ++i) x.push_back(random.normal()), y.push_back(1.1 * random.normal());
    a.push_back(make_numeric_column("c" + std::to_string(c), x));
    b.push_back(make_numeric_column("c" + std::to_string(c), y));
  }
  const auto one = compare(Table(a), Table(b));
  for (const int threads : {2, 3, 8}) {
    const auto many = compare(Table(a), Table(b), {}, threads);
    for (std::size_t i = 0; i < one.size(); ++i) {
      EXPECT_EQ(one[i].ks->p_value, many[i].ks->p_value);
      EXPECT_EQ(*one[i].wasserstein, *many[i].wasserstein);
      EXPECT_EQ(one[i].psi->value, many[i].psi->value);
    }
  }
}

}  // namespace
}  // namespace mlkit
