#include "mlkit/profile/profile_csv.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdio>
#include <fstream>
#include <string>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/numbers.h"
#include "mlkit/data/summary.h"
#include "support/golden.h"

namespace mlkit {
namespace {

class TemporaryCsv {
 public:
  explicit TemporaryCsv(const std::string& bytes) : path_(testing::TempDir() + "mlkit_profile_" + name() + ".csv") {
    std::ofstream(path_, std::ios::binary) << bytes;
  }
  ~TemporaryCsv() { std::remove(path_.c_str()); }
  const std::string& path() const { return path_; }

 private:
  static std::string name() { return testing::UnitTest::GetInstance()->current_test_info()->name(); }
  std::string path_;
};

TableProfile profile(const std::string& bytes, const std::string& target = "", const CsvReadOptions& options = {},
                     int threads = 1) {
  const TemporaryCsv file(bytes);
  Context context(threads);
  return profile_csv(file.path(), options, target, context);
}

TEST(ProfileCsv, TypesAreThoseOfReading) {
  const std::string bytes =
      "n,i,b,d,t,c,text,mixed,code,long,late,none\n"
      "1.5,1,true,2024-01-01,2024-01-01 10:00:00,red,aa,1,007,1234567890123456,1,\n"
      "2,2,FALSE,2024-01-02,2024-01-02 10:00:00,red,bb,x,008,1,2,NA\n"
      "NA,3,True,,2024-01-03T10:00:00Z,blue,cc,2,009,2,end,\n"
      "-1e3,4,false,2024-02-02,2024-01-03 10:00:00.5,red,dd,2,010,3,2,nan\n";
  Context context;
  const Table table = read_csv_bytes(bytes, {}, context);
  const TableProfile result = profile(bytes);
  ASSERT_EQ(result.columns.size(), table.column_count());
  for (std::size_t c = 0; c < table.column_count(); ++c) {
    EXPECT_EQ(result.columns[c].type, table.column(c).type) << table.column(c).name;
    EXPECT_EQ(result.columns[c].missing, table.column(c).validity.missing_count()) << table.column(c).name;
  }
  EXPECT_EQ(result.rows, 4u);
}

TEST(ProfileCsv, FiguresOfSmallTablesAreExact) {
  const TableProfile result = profile("x,c\n3,a\n1,b\n2,a\n10,a\n,b\n2,a\n");
  const ColumnProfile& x = result.columns[0];
  ASSERT_TRUE(x.numbers);
  EXPECT_DOUBLE_EQ(x.numbers->mean, 3.6);
  EXPECT_NEAR(x.numbers->sd, 3.6469165057620936, 1e-15);  // numpy.std([3, 1, 2, 10, 2], ddof=1)
  EXPECT_EQ(x.numbers->q1, 2);
  EXPECT_EQ(x.numbers->median, 2);
  EXPECT_EQ(x.numbers->q3, 3);
  EXPECT_EQ(x.distinct, 4);
  EXPECT_EQ(x.distinct_error, 0);
  ASSERT_EQ(x.top.size(), 4u);
  EXPECT_EQ(x.top[0].text, "2");
  EXPECT_EQ(x.top[0].count, 2u);
  EXPECT_NEAR(x.numbers->skewness, 1.3608927294433224, 1e-12);  // scipy.stats.skew([3, 1, 2, 10, 2])
  const ColumnProfile& c = result.columns[1];
  EXPECT_EQ(c.type, ColumnType::kCategory);
  EXPECT_EQ(c.top[0].text, "a");
  EXPECT_EQ(c.top[0].count, 4u);
  EXPECT_EQ(result.repeated_rows, 1) << "2,a";
}

// A table of several batches: every figure is of all rows, and the same bits for any number of threads.
TEST(ProfileCsv, ManyBatchesAndThreadsGiveTheSame) {
  RandomStream random(2, RandomPurpose::kSample);
  std::string bytes = "id,value,level,late,target\n";
  std::vector<double> values;
  constexpr int kRows = 120'000;
  for (int i = 0; i < kRows; ++i) {
    const double value = std::floor(random.uniform() * 1e9) / 1e3;
    values.push_back(value);
    bytes += std::to_string(i) + "," + format_number(value) + ",level_" + std::to_string(random.below(50)) +
             "_with_a_long_name_so_that_there_are_several_batches," +
             (i + 1 == kRows ? "word" : std::to_string(i % 7)) + "," + (value > 5e5 ? "high" : "low") + "\n";
  }
  const TemporaryCsv file(bytes);
  std::vector<TableProfile> results;
  for (const int threads : {1, 2, 3, 8}) {
    Context context(threads);
    results.push_back(profile_csv(file.path(), {}, "target", context));
  }
  const ColumnProfile& value = results[0].columns[1];
  Context context(1);
  const Moments moments = compute_moments(values, context);
  EXPECT_NEAR(value.numbers->mean / moments.mean, 1, 1e-14);
  EXPECT_NEAR(value.numbers->sd / moments.sd_n_minus_1(), 1, 1e-13);
  EXPECT_EQ(value.numbers->min, moments.min);
  EXPECT_EQ(value.numbers->quantile_error, 0);
  EXPECT_EQ(value.numbers->median, select_quantile(values, 0.5));
  EXPECT_TRUE(results[0].columns[0].numbers->rising);
  EXPECT_EQ(results[0].columns[2].distinct, 50);
  EXPECT_EQ(results[0].columns[3].type, ColumnType::kCategory) << "one word at the very end";
  EXPECT_EQ(results[0].columns[3].distinct, 8);
  EXPECT_TRUE(results[0].target_is_class);
  ASSERT_TRUE(value.link);
  EXPECT_EQ(value.link->measure, "point_biserial");
  EXPECT_NEAR(std::fabs(value.link->value), std::sqrt(3.0) / 2, 0.01) << "uniform cut at its middle";
  for (const TableProfile& other : results) {
    for (std::size_t c = 0; c < other.columns.size(); ++c) {
      const ColumnProfile& a = results[0].columns[c];
      const ColumnProfile& b = other.columns[c];
      EXPECT_EQ(a.distinct, b.distinct);
      ASSERT_EQ(a.numbers.has_value(), b.numbers.has_value());
      if (a.numbers) {
        EXPECT_EQ(a.numbers->mean, b.numbers->mean);
        EXPECT_EQ(a.numbers->sd, b.numbers->sd);
        EXPECT_EQ(a.numbers->skewness, b.numbers->skewness);
        EXPECT_EQ(a.numbers->heights, b.numbers->heights);
      }
      EXPECT_EQ(a.link.has_value() ? a.link->value : 9, b.link.has_value() ? b.link->value : 9);
    }
  }
}

// numpy.corrcoef([1, 2, 3, 4, 7], [2.5, 1, 4, 3, 9]); and of two-valued columns.
TEST(ProfileCsv, LinksWithTheTarget) {
  const TableProfile numbers = profile("x,y\n1,2.5\n2,1\n3,4\n4,3\n7,9\n", "y");
  ASSERT_TRUE(numbers.columns[0].link);
  EXPECT_EQ(numbers.columns[0].link->measure, "pearson");
  EXPECT_NEAR(numbers.columns[0].link->value, 0.8973484983270364, 1e-14);
  std::string rows = "c,d,y\n";
  for (int i = 0; i < 40; ++i) rows += i % 2 == 0 ? "a,p,yes\n" : (i % 4 == 1 ? "b,p,no\n" : "b,q,no\n");
  const TableProfile classes = profile(rows, "y");
  EXPECT_EQ(classes.columns[0].link->measure, "cramers_v");
  EXPECT_NEAR(classes.columns[0].link->value, 1, 1e-12);
  EXPECT_LT(classes.columns[1].link->value, 0.7);
}

// Certified values of NIST's StRD; the tolerances are the suite's, which says where they come from.
TEST(ProfileCsv, NistUnivariate) {
  if (test::golden_data("data/nist_lew.csv").empty()) GTEST_SKIP() << "the NIST data are not here";
  int cases = 0;
  for (const Json& item : test::golden_cases("nist_univariate")) {
    Context context(2);
    const TableProfile table = profile_csv(test::golden_data(item.at("dataset")), {}, "", context);
    const auto column = std::find_if(table.columns.begin(), table.columns.end(),
                                     [&](const ColumnProfile& c) { return c.name == item.at("column"); });
    ASSERT_NE(column, table.columns.end());
    const Json& want = item.at("expected");
    const double mean = want.at("mean");
    const double sd = want.at("sd_n_minus_1");
    EXPECT_NEAR(column->numbers->mean, mean, std::fabs(mean) * item.at("tolerance").at("mean_rtol").get<double>());
    EXPECT_NEAR(column->numbers->sd, sd, sd * item.at("tolerance").at("sd_rtol").get<double>());
    EXPECT_EQ(column->numbers->median, want.at("median").get<double>());
    EXPECT_EQ(column->numbers->max, want.at("max").get<double>());
    ++cases;
  }
  EXPECT_EQ(cases, 9);
}

TEST(ProfileCsv, EmptyOneRowAndAllMissingTables) {
  const TableProfile none = profile("a,b\n");
  EXPECT_EQ(none.rows, 0u);
  EXPECT_EQ(none.columns.size(), 2u);
  EXPECT_FALSE(none.columns[0].numbers);
  const TableProfile one = profile("a,b\n1,x\n", "b");
  EXPECT_TRUE(std::isnan(one.columns[0].numbers->sd));
  EXPECT_EQ(one.columns[0].numbers->median, 1);
  const TableProfile missing = profile("a,b\n,NA\n,\n");
  EXPECT_EQ(missing.columns[1].missing, 2u);
  EXPECT_EQ(missing.columns[1].type, ColumnType::kNumeric);
}

TEST(ProfileCsv, QuotesThatNeedNotBeMakeNoOtherRow) {
  EXPECT_EQ(profile("a,b\n1,x\n\"1\",\"x\"\n1,y\n").repeated_rows, 1);
}

TEST(ProfileCsv, DeclaredTypesHoldAndMisfitsAreLocated) {
  CsvReadOptions options;
  options.types["zip"] = {.type = ColumnType::kNumeric, .id = false};
  EXPECT_EQ(profile("zip\n007\n8\n", "", options).columns[0].type, ColumnType::kNumeric);
  try {
    profile("zip\n7\nx\n", "", options);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kData);
    EXPECT_EQ(error.place().line, 3u);
  }
}

TEST(ProfileCsv, UnknownTargetIsNamed) { EXPECT_THROW(profile("a,b\n1,2\n", "c"), Error); }

}  // namespace
}  // namespace mlkit
