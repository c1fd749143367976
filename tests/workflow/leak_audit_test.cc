// Eight planted leaks, each found, and the same table without them, quiet.
#include "mlkit/workflow/leak_audit.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/csv_read.h"

namespace mlkit {
namespace {

using ::testing::Contains;
using ::testing::ElementsAre;
using ::testing::IsEmpty;

// An honest table: two numbers that tell the target a little, a category, a time, a group, an id.
Table honest(std::size_t rows, std::uint64_t seed, double first_day = 0) {
  RandomStream random(seed, RandomPurpose::kSimulate);
  std::vector<double> a;
  std::vector<double> b;
  std::vector<double> amount;
  std::vector<double> day;
  std::vector<double> id;
  std::vector<std::string> color;
  std::vector<std::string> group;
  std::vector<std::string> target;
  for (std::size_t i = 0; i < rows; ++i) {
    const double x = random.normal();
    a.push_back(x);
    b.push_back(random.normal());
    color.push_back(std::string(1, static_cast<char>('p' + random.below(4))));
    group.push_back("g" + std::to_string(seed) + "_" + std::to_string(random.below(40)));
    day.push_back(first_day + static_cast<double>(i));
    id.push_back(static_cast<double>(random.bits() >> 24));
    target.push_back(x + 2 * random.normal() > 0 ? "yes" : "no");
    amount.push_back(3 * x + random.normal());
  }
  return Table({make_numeric_column("a", a), make_numeric_column("b", b), make_category_column("color", color),
                make_category_column("group", group), make_numeric_column("day", day), make_numeric_column("id", id),
                make_category_column("target", target), make_numeric_column("amount", amount)});
}

struct Split {
  Table train = honest(400, 1);
  Table test = honest(150, 2, 400);
};

LeakOptions all_options() { return {.target = "target", .group = "group", .time = "day"}; }

std::vector<std::string> kinds(const LeakReport& report) {
  std::vector<std::string> out;
  for (const LeakFinding& finding : report.findings) out.push_back(finding.kind);
  return out;
}

LeakReport audit(const Split& split, const LeakOptions& options = all_options()) {
  return audit_leaks(split.train, &split.test, options, Context(1));
}

void replace_rows(Table& test, const Table& train, std::size_t count, const std::string& change) {
  for (std::size_t c = 0; c < test.column_count(); ++c) {
    Column& column = test.column(c);
    if (column.name == change) continue;
    if (column.is_numeric()) {
      for (std::size_t r = 0; r < count; ++r) column.numbers().values[r] = train.column(c).numbers().values[r];
    } else {
      std::vector<std::string> cells;
      for (std::size_t r = 0; r < test.rows(); ++r) {
        cells.push_back(r < count ? train.column(c).cell_text(r) : column.cell_text(r));
      }
      column = make_category_column(column.name, cells);
    }
  }
}

TEST(LeakAudit, HonestSplitIsQuiet) {
  EXPECT_THAT(kinds(audit(Split{})), IsEmpty());
  EXPECT_THAT(audit(Split{}).checks, ElementsAre("duplicates", "near_duplicates", "target_copy", "single_column",
                                                 "id_like", "missingness", "group_overlap", "time_order"));
}

TEST(LeakAudit, FindsRowsOnBothSides) {
  Split split;
  replace_rows(split.test, split.train, 10, "");
  const LeakReport report = audit(split, {.target = "target"});
  ASSERT_THAT(kinds(report), ElementsAre("duplicates"));
  EXPECT_EQ(report.findings[0].rows, 10u);
}

// Two columns of few values: every row has equals, as many across as within.
Table few_combinations(std::size_t rows, std::uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kSimulate);
  std::vector<std::string> color, target;
  std::vector<double> size;
  for (std::size_t i = 0; i < rows; ++i) {
    color.push_back(std::string(1, static_cast<char>('a' + random.below(3))));
    size.push_back(static_cast<double>(random.below(2)));
    target.push_back(random.below(2) == 0 ? "yes" : "no");
  }
  return Table({make_category_column("color", color), make_numeric_column("size", size),
                make_category_column("target", target)});
}

TEST(LeakAudit, TheTrainingTableIsNoTestTable) {
  const Table train = few_combinations(300, 3);
  std::vector<std::uint32_t> turned(train.rows());
  std::iota(turned.rbegin(), turned.rend(), 0u);
  const Table test = train.select_rows(turned);
  const LeakReport report = audit_leaks(train, &test, {}, Context(1));
  ASSERT_THAT(kinds(report), ElementsAre("duplicates"));
  EXPECT_EQ(report.findings[0].rows, 300u);
  const Table other = few_combinations(300, 4);
  EXPECT_THAT(kinds(audit_leaks(train, &other, {}, Context(1))), IsEmpty());
}

// 600 rows of which two in three come twice: a split at random finds those on the other side, and no others.
TEST(LeakAudit, MoreSeenRowsThanRepeatsExplainAreFound) {
  RandomStream random(5, RandomPurpose::kSimulate);
  std::vector<double> x;
  for (int i = 0; i < 600; ++i) x.push_back(i % 3 == 1 ? x.back() : random.normal());
  const Table train({make_numeric_column("x", x)});
  std::vector<std::uint32_t> seen(60);
  std::iota(seen.begin(), seen.end(), 30u);
  const Table copied = train.select_rows(seen);
  EXPECT_THAT(kinds(audit_leaks(train, &copied, {}, Context(1))), Contains("duplicates"));
}

TEST(LeakAudit, EmptyTablesAreErrors) {
  const Table some = few_combinations(30, 3), none = some.select_rows({});
  EXPECT_THROW(audit_leaks(none, nullptr, {}, Context(1)), Error);
  EXPECT_THROW(audit_leaks(some, &none, {}, Context(1)), Error);
}

TEST(LeakAudit, FindsRowsThatDifferInOneCell) {
  Split split;
  replace_rows(split.test, split.train, 10, "b");
  const LeakReport report = audit(split, {.target = "target"});
  ASSERT_THAT(kinds(report), ElementsAre("near_duplicates"));
  EXPECT_EQ(report.findings[0].rows, 10u);
}

TEST(LeakAudit, FindsRowsWhoseNumbersWereJittered) {
  Split split;
  replace_rows(split.test, split.train, 20, "");
  for (const char* name : {"a", "b", "amount"}) {
    Column& column = split.test.column(*split.test.find(name));
    for (std::size_t r = 0; r < 20; ++r) column.numbers().values[r] *= 1 + 1e-7;
  }
  const LeakReport report = audit(split, {.target = "target"});
  ASSERT_THAT(kinds(report), ElementsAre("near_duplicates"));
  EXPECT_GE(report.findings[0].rows, 19u) << "one in a thousand cells crosses a border of its digits";
}

TEST(LeakAudit, FindsAnotherSpellingOfTheTarget) {
  Split split;
  std::vector<std::string> cells;
  for (std::size_t r = 0; r < split.train.rows(); ++r) {
    cells.push_back(split.train.column("target").cell_text(r) == "yes" ? "1" : "0");
  }
  split.train.add_column(make_category_column("outcome_code", cells));
  const LeakReport report = audit(split);
  ASSERT_THAT(kinds(report), ElementsAre("target_copy"));
  EXPECT_EQ(report.findings[0].column, "outcome_code");
}

TEST(LeakAudit, FindsTheTargetOnAnotherScale) {
  Split split;
  std::vector<double> euros = split.train.column("amount").numbers().values;
  for (double& x : euros) x = 1.13 * x - 7;
  split.train.add_column(make_numeric_column("euros", euros));
  const LeakReport report = audit(split, {.target = "amount"});
  ASSERT_THAT(kinds(report), ElementsAre("target_copy"));
  EXPECT_EQ(report.findings[0].column, "euros");
}

TEST(LeakAudit, FindsAColumnThatRanksTheClasses) {
  Split split;
  RandomStream random(9, RandomPurpose::kSimulate);
  std::vector<double> score;
  for (std::size_t r = 0; r < split.train.rows(); ++r) {
    score.push_back((split.train.column("target").cell_text(r) == "yes" ? 4 : 0) + random.normal());
  }
  split.train.add_column(make_numeric_column("score", score));
  const LeakReport report = audit(split);
  ASSERT_THAT(kinds(report), ElementsAre("single_column"));
  EXPECT_EQ(report.findings[0].column, "score");
  LeakOptions tolerant = all_options();
  tolerant.auc_limit = 1;
  EXPECT_THAT(kinds(audit(split, tolerant)), IsEmpty());
}

// One class that stands apart is what data are for; a column that tells all three is not.
TEST(LeakAudit, OfSeveralClassesAllHaveToBeTold) {
  RandomStream random(21, RandomPurpose::kSimulate);
  std::vector<double> one;
  std::vector<double> all;
  std::vector<std::string> target;
  for (int i = 0; i < 300; ++i) {
    target.push_back(std::string(1, static_cast<char>('a' + i % 3)));
    one.push_back((i % 3 == 0 ? 20 : 0) + random.normal());
    all.push_back(20 * (i % 3) + random.normal());
  }
  const Table table(
      {make_numeric_column("one", one), make_numeric_column("all", all), make_category_column("target", target)});
  const LeakReport report = audit_leaks(table, nullptr, {.target = "target"}, Context(1));
  ASSERT_THAT(kinds(report), ElementsAre("single_column"));
  EXPECT_EQ(report.findings[0].column, "all");
}

TEST(LeakAudit, FindsNumbersOfRowsThatWereSortedByTheTarget) {
  Split split;
  std::vector<double> number(split.train.rows());
  std::vector<std::size_t> order(number.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  // Sorted by class, but for every twelfth row: no perfect ranking, so it is no single column that tells all.
  std::stable_sort(order.begin(), order.end(), [&](std::size_t i, std::size_t j) {
    const auto key = [&](std::size_t r) {
      return (split.train.column("target").cell_text(r) == "yes") != (r % 25 == 0);
    };
    return key(i) < key(j);
  });
  for (std::size_t i = 0; i < order.size(); ++i) number[order[i]] = static_cast<double>(i + 1);
  Column column = make_numeric_column("row_number", number);
  column.numbers().integer = true;
  split.train.add_column(std::move(column));
  const LeakReport report = audit(split);
  ASSERT_THAT(kinds(report), ElementsAre("id_like"));
  EXPECT_EQ(report.findings[0].column, "row_number");
}

TEST(LeakAudit, FindsThatMissingCellsTellTheTarget) {
  Split split;
  RandomStream random(11, RandomPurpose::kSimulate);
  std::vector<double> closed;
  for (std::size_t r = 0; r < split.train.rows(); ++r) {
    const bool yes = split.train.column("target").cell_text(r) == "yes";
    closed.push_back(yes != (random.uniform() < 0.03) ? random.normal() : std::nan(""));
  }
  split.train.add_column(make_numeric_column("closed_after", closed));
  const LeakReport report = audit(split);
  ASSERT_THAT(kinds(report), ElementsAre("missingness"));
  EXPECT_EQ(report.findings[0].column, "closed_after");
}

TEST(LeakAudit, FindsGroupsOnBothSides) {
  Split split;
  std::vector<std::string> cells;
  for (std::size_t r = 0; r < split.test.rows(); ++r) {
    cells.push_back(r < 7 ? split.train.column("group").cell_text(0) : split.test.column("group").cell_text(r));
  }
  split.test.column(*split.test.find("group")) = make_category_column("group", cells);
  const LeakReport report = audit(split);
  ASSERT_THAT(kinds(report), ElementsAre("group_overlap"));
  EXPECT_EQ(report.findings[0].rows, 7u);
}

TEST(LeakAudit, FindsTrainingRowsFromTheFuture) {
  Split split;
  split.test.column(*split.test.find("day")).numbers().values[3] = 380.5;
  const LeakReport report = audit(split);
  ASSERT_THAT(kinds(report), ElementsAre("time_order"));
  EXPECT_EQ(report.findings[0].rows, 19u) << "days 381 to 399";
}

TEST(LeakAudit, RepeatedRowsOfFewCombinationsAreNatural) {
  RandomStream random(3, RandomPurpose::kSimulate);
  std::vector<std::string> sex;
  std::vector<std::string> size;
  for (int i = 0; i < 500; ++i) {
    sex.push_back(random.below(2) == 0 ? "f" : "m");
    size.push_back(std::string(1, static_cast<char>('a' + random.below(5))));
  }
  const Table table({make_category_column("sex", sex), make_category_column("size", size)});
  const LeakReport report = audit_leaks(table, nullptr, {}, Context(1));
  EXPECT_THAT(kinds(report), IsEmpty());
  EXPECT_EQ(report.notes.size(), 1u);
}

TEST(LeakAudit, AnyNumberOfThreadsFindsTheSame) {
  Split split;
  replace_rows(split.test, split.train, 10, "");
  const LeakReport one = audit_leaks(split.train, &split.test, all_options(), Context(1));
  const LeakReport many = audit_leaks(split.train, &split.test, all_options(), Context(4));
  ASSERT_EQ(one.findings.size(), many.findings.size());
  for (std::size_t i = 0; i < one.findings.size(); ++i) EXPECT_EQ(one.findings[i].detail, many.findings[i].detail);
}

TEST(LeakAudit, OneRowIsNoError) {
  const Table one({make_numeric_column("x", {1}), make_category_column("y", {std::string("a")})});
  const Table other({make_numeric_column("x", {2}), make_category_column("y", {std::string("a")})});
  EXPECT_THAT(kinds(audit_leaks(one, &other, {.target = "y"}, Context(1))), IsEmpty());
  EXPECT_THAT(kinds(audit_leaks(one, &one, {.target = "y"}, Context(1))), ElementsAre("duplicates"));
}

TEST(LeakAudit, UnknownColumnsAreNamed) {
  const Split split;
  EXPECT_THROW(audit(split, {.target = "tarjet"}), Error);
  EXPECT_THROW(audit(split, {.group = "nothing"}), Error);
}

// Passengers, in the original order: an id in every row, names that are all different, a cabin that is mostly missing.
TEST(LeakAudit, TitanicOfTheGoldenDataIsQuiet) {
  Context context;
  const Table table = read_csv(std::string(MLKIT_SOURCE_DIR) + "/tests/golden/data/titanic.csv", {}, context);
  EXPECT_THAT(kinds(audit_leaks(table, nullptr, {.target = "Survived"}, Context(1))), IsEmpty());
}

}  // namespace
}  // namespace mlkit
