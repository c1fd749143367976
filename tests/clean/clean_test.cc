#include <algorithm>
#include <cmath>
#include <functional>
#include <limits>
#include <map>
#include <set>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/clean/clean_recipe.h"
#include "mlkit/clean/clean_step.h"
#include "mlkit/clean/duplicates.h"
#include "mlkit/data/summary.h"
#include "support/golden.h"

namespace mlkit {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

std::string message_of(const std::function<void()>& work, ErrorCode code = ErrorCode::kData) {
  try {
    work();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), code);
    return error.what();
  }
  return "no error";
}

Table cleaned(const Table& table, const CleanOptions& options = {}, int threads = 1) {
  Context context(threads);
  const CleanFit fit = fit_clean(table, options, context);
  return apply_clean(fit.recipe, table.select_rows(fit.kept));
}

std::vector<double> values_of(const Table& table, const std::string& name) {
  return table.column(name).numbers().values;
}

TEST(FitClean, GoldenFencesAndReplacements) {
  int cases = 0;
  for (const Json& item : test::golden_cases("preprocess")) {
    const Json& want = item.at("expected");
    if (!want.contains("iqr_outliers_replaced_by_median")) continue;
    ++cases;
    std::vector<double> given;
    for (const Json& value : item.at("input").at("values"))
      given.push_back(value.is_null() ? kMissing : value.get<double>());
    // A second column keeps the rows with a gap; the golden values fill none.
    std::vector<double> other(given.size());
    for (std::size_t i = 0; i < other.size(); ++i) other[i] = static_cast<double>(i);
    const Table table({make_numeric_column("x", given), make_numeric_column("y", other)});
    CleanOptions options;
    options.keep_duplicates = true;
    options.impute = "none";
    Context context(1);
    const CleanFit fit = fit_clean(table, options, context);
    const CleanColumn& rule = fit.recipe.columns[0];
    const double rtol = item.at("tolerance").at("rtol");
    const double atol = item.at("tolerance").at("atol");
    const auto check = [&](double got, const Json& expected) {
      EXPECT_LE(std::abs(got - expected.get<double>()), atol + rtol * std::abs(expected.get<double>()))
          << item.at("id");
    };
    if (rule.outliers != OutlierAction::kNone) {
      check(rule.low, want.at("iqr_outlier_fences_1_5")[0]);
      check(rule.high, want.at("iqr_outlier_fences_1_5")[1]);
    } else {
      EXPECT_TRUE(want.at("iqr_outliers").empty());
    }
    const Table out = apply_clean(fit.recipe, table);
    for (std::size_t i = 0; i < given.size(); ++i) {
      const Json& expected = want.at("iqr_outliers_replaced_by_median")[i];
      EXPECT_EQ(out.column(0).is_missing(i), expected.is_null());
      if (!expected.is_null()) check(out.column(0).numbers().values[i], expected);
    }
  }
  EXPECT_EQ(cases, 7);
}

TEST(FitClean, StepsRunInOrderAndEachLearnsFromTheOneBefore) {
  // Row 1 repeats row 0; row 3 has two of three features missing; the gap in row 5 gets the median of
  // 1, 2, 3, 4, 5 and 100 (3.5), and then 100 lies beyond Q3 + 1.5 IQR of {1, 2, 3, 3.5, 4, 5, 100}.
  const Table table({make_numeric_column("Number Of", {1, 1, 2, kMissing, 3, kMissing, 4, 5, 100}),
                     make_text_column("aB", {"p", "p", "q", "", "r", "s", "t", "u", "v"}),
                     make_numeric_column("c", {1, 1, 1, 7, 2, 2, 3, 4, 5})});
  Context context(1);
  const CleanFit fit = fit_clean(table, {}, context);
  EXPECT_EQ(fit.report.dropped_duplicates, 1u);
  EXPECT_EQ(fit.report.dropped_missing, 1u);
  EXPECT_EQ(fit.kept, (std::vector<std::uint32_t>{0, 2, 4, 5, 6, 7, 8}));
  const CleanColumn& rule = fit.recipe.columns[0];
  EXPECT_EQ(rule.name, "number_of");
  EXPECT_EQ(rule.fill_number, 3.5);
  EXPECT_EQ(rule.low, 2.5 - 1.5 * 2);
  EXPECT_EQ(rule.high, 4.5 + 1.5 * 2);
  EXPECT_EQ(rule.replacement, 3.5);
  const Table out = apply_clean(fit.recipe, table.select_rows(fit.kept));
  EXPECT_EQ(values_of(out, "number_of"), (std::vector<double>{1, 2, 3, 3.5, 4, 5, 3.5}));
  EXPECT_EQ(out.column(1).name, "a_b");
}

// Slow and obvious: rows of optional numbers, in the words of the conventions.
using SlowRow = std::vector<std::optional<double>>;

double slow_quantile(std::vector<double> values, double p) {
  std::sort(values.begin(), values.end());
  return quantile_of_sorted(values, p);
}

std::vector<SlowRow> slow_clean(std::vector<SlowRow> rows) {
  std::vector<SlowRow> left;
  for (const SlowRow& row : rows) {
    if (std::find(left.begin(), left.end(), row) == left.end()) left.push_back(row);
  }
  std::erase_if(left, [](const SlowRow& row) {
    return std::count(row.begin(), row.end(), std::nullopt) * 2 > static_cast<long>(row.size());
  });
  if (left.empty()) return left;
  for (std::size_t c = 0; c < left[0].size(); ++c) {
    std::vector<double> present;
    for (const SlowRow& row : left) {
      if (row[c]) present.push_back(*row[c]);
    }
    const double median = slow_quantile(present, 0.5);
    std::vector<double> all;
    for (SlowRow& row : left) {
      if (!row[c]) row[c] = median;
      all.push_back(*row[c]);
    }
    const double q1 = slow_quantile(all, 0.25);
    const double q3 = slow_quantile(all, 0.75);
    const double middle = slow_quantile(all, 0.5);
    if (q1 == q3 || std::set<double>(all.begin(), all.end()).size() <= 2) continue;
    for (SlowRow& row : left) {
      if (*row[c] < q1 - 1.5 * (q3 - q1) || *row[c] > q3 + 1.5 * (q3 - q1)) row[c] = middle;
    }
  }
  return left;
}

TEST(FitClean, AgreesWithTheObviousVersion) {
  RandomStream random(21, RandomPurpose::kSample);
  int compared = 0;
  for (int round = 0; round < 300; ++round) {
    const std::size_t rows = 3 + random.below(30);
    const std::size_t columns = 1 + random.below(4);
    std::vector<SlowRow> slow(rows, SlowRow(columns));
    std::vector<std::vector<double>> cells(columns, std::vector<double>(rows, kMissing));
    for (std::size_t r = 0; r < rows; ++r) {
      for (std::size_t c = 0; c < columns; ++c) {
        if (random.below(4) == 0) continue;
        const double value = random.below(12) == 0 ? 50.0 : static_cast<double>(random.below(5)) * 0.3;
        slow[r][c] = value;
        cells[c][r] = value;
      }
    }
    Table table;
    bool empty_column = false;
    for (std::size_t c = 0; c < columns; ++c) table.add_column(make_numeric_column("x" + std::to_string(c), cells[c]));
    const std::vector<SlowRow> kept_slow = slow_clean(slow);
    for (std::size_t c = 0; c < columns; ++c) {
      empty_column |=
          std::any_of(kept_slow.begin(), kept_slow.end(), [&](const SlowRow& row) { return std::isnan(*row[c]); });
    }
    if (kept_slow.empty() || empty_column) {
      EXPECT_NE(message_of([&] { cleaned(table); }), "no error");
      continue;
    }
    const Table fast = cleaned(table);
    ASSERT_EQ(fast.rows(), kept_slow.size());
    for (std::size_t r = 0; r < fast.rows(); ++r) {
      for (std::size_t c = 0; c < columns; ++c) ASSERT_EQ(fast.column(c).numbers().values[r], *kept_slow[r][c]);
    }
    ++compared;
  }
  EXPECT_GT(compared, 200);
}

TEST(FitClean, SameForAnyNumberOfThreads) {
  RandomStream random(5, RandomPurpose::kSample);
  std::vector<double> a(30000);
  std::vector<std::string> b(30000);
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = random.below(10) == 0 ? kMissing : std::floor(random.normal() * 20);
    b[i] = std::string(1, static_cast<char>('a' + random.below(20)));
  }
  const Table table({make_numeric_column("a", a), make_category_column("b", b)});
  BinaryWriter one;
  Context single(1);
  const CleanFit fit = fit_clean(table, {}, single);
  CleanStep(fit.recipe).save(one);
  for (const int threads : {2, 3, 8}) {
    Context context(threads);
    const CleanFit more = fit_clean(table, {}, context);
    EXPECT_EQ(more.kept, fit.kept);
    BinaryWriter bytes;
    CleanStep(more.recipe).save(bytes);
    EXPECT_EQ(bytes.data(), one.data());
  }
}

TEST(FitClean, TargetAndIdAreLeftAloneAndDoNotCount) {
  std::vector<double> ids(12);
  std::vector<double> target(12, 1);
  std::vector<double> x(12);
  for (std::size_t i = 0; i < ids.size(); ++i) {
    ids[i] = i == 11 ? 1e6 : static_cast<double>(i);
    x[i] = static_cast<double>(i % 7);
  }
  target[3] = kMissing;
  target[4] = 500;
  target[5] = 2;
  x[6] = kMissing;  // one of the two features: exactly half, not more
  const Table table({make_numeric_column("id", ids), make_numeric_column("Target", target), make_numeric_column("x", x),
                     make_numeric_column("z", x)});
  CleanOptions options;
  options.target = "target";
  options.keep_duplicates = true;
  Context context(1);
  const CleanFit fit = fit_clean(table, options, context);
  EXPECT_EQ(fit.kept.size(), 11u);  // row 6: x and z, both of its features
  const Table out = apply_clean(fit.recipe, table);
  EXPECT_EQ(values_of(out, "id"), ids);
  EXPECT_TRUE(out.column("target").is_missing(3));
  EXPECT_EQ(values_of(out, "target")[4], 500);
}

TEST(FitClean, ConflictingDuplicatesAreReportedNotDropped) {
  const Table table({make_numeric_column("x", {1, 1, 2, 3, 1}), make_category_column("y", {"a", "b", "a", "a", "b"})});
  CleanOptions options;
  options.target = "y";
  Context context(1);
  const CleanFit fit = fit_clean(table, options, context);
  EXPECT_EQ(fit.report.dropped_duplicates, 1u);
  EXPECT_EQ(fit.report.conflicting_duplicates, 1u);
  EXPECT_EQ(fit.kept.size(), 4u);
}

TEST(FitClean, RareFlagsAndColumnsWithoutSpreadAreLeftAloneWithAWarning) {
  std::vector<double> flag(40, 0);
  flag[7] = 1;
  std::vector<double> flat(40, 5);
  flat[1] = 100;
  flat[2] = 200;
  std::vector<double> x(40);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  Context context(1);
  const Table table(
      {make_numeric_column("flag", flag), make_numeric_column("flat", flat), make_numeric_column("x", x)});
  const CleanFit fit = fit_clean(table, {}, context);
  EXPECT_EQ(fit.recipe.columns[0].outliers, OutlierAction::kNone);
  EXPECT_EQ(fit.recipe.columns[1].outliers, OutlierAction::kNone);
  EXPECT_EQ(fit.recipe.columns[2].outliers, OutlierAction::kMedian);
  const std::vector<std::string> warnings = context.take_warnings();
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_NE(warnings[0].find(": flag"), std::string::npos);
  EXPECT_NE(warnings[1].find(": flat"), std::string::npos);
}

TEST(FitClean, AllMissingColumnIsAnErrorThatNamesTheFix) {
  const Table table({make_numeric_column("x", {1, 2, 3}), make_numeric_column("y", {2, 2, 3}),
                     make_numeric_column("none", {kMissing, kMissing, kMissing})});
  const std::string text = message_of([&] { cleaned(table); });
  EXPECT_NE(text.find("every cell is missing in column none"), std::string::npos) << text;
  EXPECT_NE(text.find("--max-col-missing"), std::string::npos);
  CleanOptions drop;
  drop.max_col_missing = 0.99;
  EXPECT_EQ(cleaned(table, drop).column_count(), 2u);
  CleanOptions exclude;
  exclude.exclude = {"none"};
  EXPECT_EQ(cleaned(table, exclude).column_count(), 3u);
}

TEST(FitClean, ActionsOnOutliers) {
  const std::vector<double> x = {1, 2, 3, 4, 5, 6, 7, 8, 9, 1000, -1000};
  const Table table({make_numeric_column("x", x)});
  // Quartiles of the eleven values: 2.5, 5, 7.5; fences -5 and 15.
  const auto run = [&](const std::string& action) {
    CleanOptions options;
    options.outlier_action = action;
    return cleaned(table, options);
  };
  EXPECT_EQ(values_of(run("median"), "x")[9], 5);
  EXPECT_EQ(values_of(run("cap"), "x")[9], 15);
  EXPECT_EQ(values_of(run("cap"), "x")[10], -5);
  EXPECT_TRUE(run("null").column("x").is_missing(9));
  EXPECT_EQ(run("drop").rows(), 9u);
  EXPECT_EQ(values_of(run("flag"), "x_outlier"), (std::vector<double>{0, 0, 0, 0, 0, 0, 0, 0, 0, 1, 1}));
  EXPECT_EQ(values_of(run("flag"), "x"), x);
  CleanOptions wide;
  wide.outliers = "iqr:500";
  EXPECT_EQ(values_of(cleaned(table, wide), "x"), x);
}

TEST(FitClean, WaysToFill) {
  const Table table({make_numeric_column("x", {1, 1, 4, kMissing, 6}), make_numeric_column("k", {1, 2, 3, 4, 5}),
                     make_category_column("c", {"b", "", "a", "a", "b"}),
                     make_text_column("t", {"", "v", "w", "w", "u"})});
  const auto run = [&](const std::string& how) {
    CleanOptions options;
    options.impute = how;
    return cleaned(table, options);
  };
  EXPECT_EQ(values_of(run("median"), "x")[3], 2.5);
  EXPECT_EQ(values_of(run("mean"), "x")[3], 3);
  EXPECT_EQ(values_of(run("mode"), "x")[3], 1);
  EXPECT_EQ(values_of(run("constant=-1"), "x")[3], -1);
  EXPECT_TRUE(run("none").column("x").is_missing(3));
  EXPECT_EQ(run("mode").column("c").cell_text(1), "a");  // two of each: the first in byte order
  EXPECT_EQ(run("mode").column("t").cell_text(0), "w");
  EXPECT_TRUE(run("median").column("c").is_missing(1));
  EXPECT_TRUE(run("constant=-1").column("c").is_missing(1));
  EXPECT_EQ(run("constant=other").column("c").cell_text(1), "other");
  EXPECT_EQ(run("constant=other").column("c").cell_text(0), "b");
  EXPECT_EQ(run("constant=other").column("t").cell_text(0), "other");
  EXPECT_TRUE(run("constant=other").column("x").is_missing(3));
  for (const std::string bad : {"", "average", "constant", "constant=", "constant=1e999", "constant=inf"}) {
    EXPECT_NE(message_of([&] { run(bad); }, ErrorCode::kUsage).find("--impute"), std::string::npos) << bad;
  }
}

// Expected values by pandas 1.5.3: fillna with mean(), median(), mode()[0]; quantile(.25), quantile(.75); clip and
// where.
const Table& passengers() {
  static const Table table(
      {make_numeric_column("age", {22, 38, kMissing, 35, 54, 2, 27, 14, 4, 58, 95, kMissing}),
       make_numeric_column("fare", {7.25, 71.5, 8, 53.25, kMissing, 21, 11.5, 30, 16.75, 26.5, 512.25, 9.5}),
       make_category_column("city", {"b", "a", "", "a", "b", "a", "", "c", "a", "b", "a", "a"})});
  return table;
}

TEST(FitClean, ColumnsFilledEachInItsWayAsPandasDoes) {
  CleanOptions options;
  options.max_row_missing = 1;
  options.impute = "age=mean, city=mode";
  options.outliers = "iqr:1";
  options.outlier_action = "cap";
  const Table table = cleaned(passengers(), options);
  const std::vector<double> age = {22, 38, 34.9, 35, 54, 2, 27, 14, 4, 58, 64, 34.9};
  const std::vector<double> fare = {7.25, 60.625, 8, 53.25, 21, 21, 11.5, 30, 16.75, 26.5, 60.625, 9.5};
  for (std::size_t row = 0; row < age.size(); ++row) {
    EXPECT_NEAR(values_of(table, "age")[row], age[row], 1e-13 * 64) << row;  // the mean: a sum of ten, divided
    EXPECT_EQ(values_of(table, "fare")[row], fare[row]) << row;
  }
  EXPECT_EQ(table.column("city").cell_text(2), "a");
  EXPECT_EQ(table.column("city").cell_text(6), "a");
}

TEST(FitClean, OutliersThatBecomeMissingLeaveTheGapsOfTheirColumn) {
  CleanOptions options;
  options.max_row_missing = 1;
  options.outlier_action = "null";
  Context context(1);
  const CleanFit fit = fit_clean(passengers(), options, context);
  const Table table = apply_clean(fit.recipe, passengers());
  EXPECT_EQ(fit.recipe.find("age")->low, -35);
  EXPECT_EQ(fit.recipe.find("age")->high, 101);
  EXPECT_EQ(fit.recipe.find("fare")->low, -36.1875);
  EXPECT_EQ(fit.recipe.find("fare")->high, 88.3125);
  for (const std::size_t row : {2u, 11u}) EXPECT_TRUE(table.column("age").is_missing(row));
  for (const std::size_t row : {4u, 10u}) EXPECT_TRUE(table.column("fare").is_missing(row));
  EXPECT_EQ(table.column("age").validity.missing_count(), 2u);
  EXPECT_EQ(table.column("fare").validity.missing_count(), 2u);
  const std::vector<std::string> warnings = context.take_warnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0], "outliers become missing, so gaps are not filled either: age, fare");
}

TEST(FitClean, WaysToFillSingleColumnsAreCheckedAgainstThem) {
  const auto message = [](const std::string& how) {
    return message_of(
        [&] {
          CleanOptions options;
          options.impute = how;
          options.target = "fare";
          cleaned(passengers(), options);
        },
        ErrorCode::kUsage);
  };
  EXPECT_NE(message("city=median").find("\"city\" is category, not numeric"), std::string::npos)
      << message("city=mean");
  EXPECT_NE(message("age=constant=old").find("\"old\" is no number"), std::string::npos);
  EXPECT_NE(message("fare=mean").find("is the target"), std::string::npos);
  EXPECT_NE(message("age=mean,age=mode").find("twice"), std::string::npos);
  EXPECT_NE(message("mean,median").find("two ways"), std::string::npos);
  EXPECT_NE(message("age=average").find("age=average"), std::string::npos);
  EXPECT_NE(message("constant=a,b").find("quoted"), std::string::npos);
  CleanOptions zero;
  zero.max_row_missing = 1;
  zero.impute = "none,city=constant=0,#1=constant=-1";
  const Table table = cleaned(passengers(), zero);
  EXPECT_EQ(table.column("city").cell_text(2), "0");
  EXPECT_EQ(values_of(table, "age")[2], -1);
  EXPECT_TRUE(table.column("fare").is_missing(4));
  zero.impute = "\"constant=a,b\"";
  EXPECT_EQ(cleaned(passengers(), zero).column("city").cell_text(2), "a,b");
}

TEST(FitClean, ManyValuesTakenForOutliersAreWorthAWarning) {
  std::vector<double> skewed(60);
  std::vector<double> even(60);
  for (std::size_t i = 0; i < 60; ++i) {
    skewed[i] = i < 54 ? static_cast<double>(i % 6) : 1000 + static_cast<double>(i);
    even[i] = static_cast<double>(i);
  }
  const Table table({make_numeric_column("Skewed", skewed), make_numeric_column("even", even)});
  const auto warnings = [&](const std::string& action, const std::vector<std::string>& exclude) {
    CleanOptions options;
    options.outlier_action = action;
    options.exclude = exclude;
    Context context(1);
    fit_clean(table, options, context);
    return context.take_warnings();
  };
  for (const std::string action : {"median", "cap", "null", "drop"}) {
    const std::vector<std::string> said = warnings(action, {});
    ASSERT_EQ(said.size(), 1u) << action;
    EXPECT_NE(said[0].find("skewed (10 %)"), std::string::npos) << said[0];
    EXPECT_EQ(said[0].find("even"), std::string::npos) << said[0];
    EXPECT_NE(said[0].find("--outliers none, or --exclude NAME"), std::string::npos) << said[0];
  }
  EXPECT_TRUE(warnings("flag", {}).empty());
  EXPECT_TRUE(warnings("median", {"skewed"}).empty());
  EXPECT_TRUE(warnings("median", {" skewed"}).empty()) << "a blank after the comma of a list is no part of a name";
}

TEST(FitClean, OutlierRulesThatAreNone) {
  for (const std::string bad : {"", "iqr:", "iqr:x", "iqr:-1", "iqr:inf", "iqr:nan", "sigma", "iqrs"}) {
    CleanOptions options;
    options.outliers = bad;
    EXPECT_NE(message_of([&] { parse_clean_rules(options); }, ErrorCode::kUsage).find("--outliers"), std::string::npos)
        << bad;
  }
}

TEST(ApplyClean, ReplayOnTheOwnOutputChangesNothing) {
  RandomStream random(33, RandomPurpose::kSample);
  std::vector<double> x(500);
  std::vector<double> y(500);
  for (std::size_t i = 0; i < x.size(); ++i) {
    x[i] = random.below(9) == 0 ? kMissing : random.normal() * (random.below(20) == 0 ? 100 : 1);
    y[i] = std::floor(random.uniform() * 50);
  }
  const Table table({make_numeric_column("X Value", x), make_numeric_column("yVal", y)});
  for (const std::string action : {"median", "cap", "flag", "null"}) {
    CleanOptions options;
    options.outlier_action = action;
    options.indicator = true;
    Context context(1);
    const CleanFit fit = fit_clean(table, options, context);
    const Table once = apply_clean(fit.recipe, table.select_rows(fit.kept));
    const Table twice = apply_clean(fit.recipe, once);
    ASSERT_EQ(twice.schema(), once.schema()) << action;
    EXPECT_EQ(clean_output_schema(fit.recipe, table.schema()), once.schema()) << action;
    for (std::size_t c = 0; c < once.column_count(); ++c) {
      EXPECT_EQ(twice.column(c).validity.missing_count(), once.column(c).validity.missing_count()) << action;
      for (std::size_t row = 0; row < once.rows(); ++row) {
        if (once.column(c).is_missing(row)) {
          EXPECT_TRUE(twice.column(c).is_missing(row)) << action;
        } else {
          EXPECT_EQ(twice.column(c).numbers().values[row], once.column(c).numbers().values[row]) << action;
        }
      }
    }
  }
}

TEST(ApplyClean, NewRowsGetTheStoredValuesByEitherSpellingInAnyOrder) {
  const Table train({make_numeric_column("First Col", {1, 2, 3, 4, 5, kMissing}),
                     make_numeric_column("b", {1, 1, 2, 2, 3, 3}),
                     make_category_column("y", {"p", "q", "p", "q", "p", "q"})});
  CleanOptions options;
  options.target = "y";
  Context context(1);
  const CleanFit fit = fit_clean(train, options, context);
  const Table rows({make_text_column("Extra One", {"e", "f"}), make_numeric_column("b", {kMissing, 50}),
                    make_numeric_column("first_col", {kMissing, 2})});
  const Table out = apply_clean(fit.recipe, rows);
  ASSERT_EQ(out.schema().names(), (std::vector<std::string>{"first_col", "b", "extra_one"}));
  EXPECT_EQ(values_of(out, "first_col"), (std::vector<double>{3, 2}));
  EXPECT_EQ(values_of(out, "b"), (std::vector<double>{2, 2}));
  EXPECT_EQ(out.rows(), 2u);
  const Table lacking({make_numeric_column("b", {1})});
  EXPECT_NE(message_of([&] { apply_clean(fit.recipe, lacking); }).find("\"First Col\""), std::string::npos);
  const Table wrong({make_text_column("First Col", {"x"}), make_numeric_column("b", {1})});
  EXPECT_NE(message_of([&] { apply_clean(fit.recipe, wrong); }).find("First Col"), std::string::npos);
}

TEST(Duplicates, FirstOfEqualRowsAgainstAllPairs) {
  RandomStream random(8, RandomPurpose::kSample);
  std::vector<double> a(3000);
  std::vector<std::string> b(3000);
  for (std::size_t i = 0; i < a.size(); ++i) {
    a[i] = random.below(5) == 0 ? kMissing : static_cast<double>(random.below(30)) * (random.below(2) == 0 ? 1 : -1);
    b[i] = random.below(6) == 0 ? "" : std::string(1 + random.below(12), static_cast<char>('a' + random.below(3)));
  }
  const Table table({make_numeric_column("a", a), make_text_column("b", b)});
  Context context(2);
  const std::vector<std::uint32_t> first = first_equal_rows(table, context);
  for (std::size_t i = 0; i < a.size(); ++i) {
    std::size_t expected = i;
    for (std::size_t j = 0; j < i && expected == i; ++j) {
      if ((a[i] == a[j] || (std::isnan(a[i]) && std::isnan(a[j]))) && b[i] == b[j]) expected = j;
    }
    ASSERT_EQ(first[i], expected);
  }
}

TEST(CleanStep, SavedAndLoadedIsTheSame) {
  const Table table({make_numeric_column("X Y", {1, 2, 3, kMissing, 900}),
                     make_category_column("c", {"b", "", "a", "a", "b"}), make_numeric_column("k", {5, 3, 3, 1, 2})});
  CleanOptions options;
  options.impute = "mode";
  options.indicator = true;
  options.max_col_missing = 0.9;
  options.exclude = {"k"};
  CleanStep step(options);
  Context context(1);
  step.observe(table, context);
  step.finish(context);
  BinaryWriter first;
  step.save(first);
  BinaryReader reader(first.data(), "clean");
  const std::unique_ptr<CleanStep> loaded = CleanStep::load(reader);
  reader.expect_end();
  BinaryWriter second;
  loaded->save(second);
  EXPECT_EQ(first.data(), second.data());
  EXPECT_EQ(loaded->apply(table).schema(), step.apply(table).schema());
  EXPECT_EQ(step.output_schema(table.schema()), step.apply(table).schema());
  for (std::size_t size = 0; size < first.data().size(); ++size) {
    EXPECT_THROW(
        {
          BinaryReader cut(std::string_view(first.data()).substr(0, size), "clean");
          CleanStep::load(cut);
        },
        Error);
  }
}

CleanOptions fill_with_mode() {
  CleanOptions options;
  options.impute = "mode";
  return options;
}

TEST(CleanStep, BlocksMergedAreTheWholeTable) {
  const Table table({make_numeric_column("x", {1, 2, 3, kMissing, 900, 3, 2, 1}),
                     make_category_column("c", {"b", "", "a", "a", "z", "z", "", "b"}),
                     make_text_column("t", {"1", "2", "3", "4", "", "5", "2", "1"})});
  Context context(1);
  CleanStep whole(fill_with_mode());
  whole.observe(table, context);
  whole.finish(context);
  BinaryWriter expected;
  whole.save(expected);
  for (std::uint32_t cut = 1; cut < 8; ++cut) {
    std::vector<std::uint32_t> head;
    std::vector<std::uint32_t> tail;
    for (std::uint32_t row = 0; row < 8; ++row) (row < cut ? head : tail).push_back(row);
    CleanStep left(fill_with_mode());
    CleanStep right(fill_with_mode());
    left.observe(table.select_rows(head), context);
    right.observe(table.select_rows(tail), context);
    left.merge(std::move(right));
    left.finish(context);
    BinaryWriter bytes;
    left.save(bytes);
    EXPECT_EQ(bytes.data(), expected.data()) << cut;
  }
}

TEST(CleanStep, TrainingRowsAreDroppedLaterRowsNever) {
  const Table table({make_numeric_column("x", {1, 1, 2, 3, 4}), make_numeric_column("y", {1, 1, 2, kMissing, 4})});
  Context context(1);
  CleanStep step{CleanOptions{}};
  step.observe(table, context);
  step.finish(context);
  EXPECT_TRUE(step.training_differs());
  EXPECT_EQ(step.apply(table).rows(), 5u);
  EXPECT_EQ(step.apply_training(table, context).rows(), 4u);
}

}  // namespace
}  // namespace mlkit
