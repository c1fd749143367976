#include "mlkit/features/preprocess.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/datetime.h"
#include "support/golden.h"

namespace mlkit {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

Json golden_case(const std::string& id) {
  for (const Json& golden : test::golden_cases("preprocess")) {
    if (golden.at("id") == id) return golden;
  }
  throw std::runtime_error("no golden case " + id);
}

std::vector<std::size_t> all_columns(const Table& table) {
  std::vector<std::size_t> positions(table.column_count());
  std::iota(positions.begin(), positions.end(), 0);
  return positions;
}

Preprocess fit(const Table& table, const PreprocessOptions& options = {}) {
  Context context(1);
  return fit_preprocess(table, all_columns(table), options, context);
}

DenseMatrix dense(const Preprocess& preprocess, const Table& table, TransformCounts* counts = nullptr) {
  const Context context(1);
  return std::get<DenseMatrix>(preprocess.transform(table, all_columns(table), context, counts));
}

Column make_time_column(const std::string& name, const std::vector<std::string>& cells) {
  Column column;
  column.name = name;
  column.type = ColumnType::kDatetime;
  Times times;
  times.date_only = true;
  for (const std::string& cell : cells) {
    std::int64_t micros = 0;
    bool date_only = true;
    const bool valid = parse_datetime(cell, micros, date_only);
    if (valid) times.date_only = times.date_only && date_only;
    times.micros.push_back(micros);
    column.validity.append(valid);
  }
  column.storage = std::move(times);
  return column;
}

TEST(Preprocess, OneHotRowsOfTheGoldenCase) {
  const Json expected = golden_case("one_hot_order").at("expected");
  const Table table({make_category_column("x", {"b", "a", "", "c", "a", "B"})});
  const Preprocess preprocess = fit(table);
  EXPECT_EQ(preprocess.columns()[0].levels, expected["levels_byte_order"].get<std::vector<std::string>>());
  EXPECT_EQ(preprocess.feature_names(), (std::vector<std::string>{"x=B", "x=a", "x=b", "x=c"}));
  const DenseMatrix matrix = dense(preprocess, table);
  for (std::size_t row = 0; row < 6; ++row) {
    for (std::size_t col = 0; col < 4; ++col) {
      EXPECT_EQ(matrix.row(row)[col], expected["rows"][row][col].get<double>()) << row << "," << col;
    }
  }
}

TEST(Preprocess, ZScoresOfTheGoldenCases) {
  for (const std::string id : {"small", "decimals", "negatives_even", "cancellation"}) {
    const Json golden = golden_case(id);
    const auto values = golden["input"]["values"].get<std::vector<double>>();
    const Table table({make_numeric_column("x", values)});
    const DenseMatrix matrix = dense(fit(table), table);
    const double rtol = golden["tolerance"]["rtol"].get<double>();
    const double atol = golden["tolerance"]["atol"].get<double>();
    for (std::size_t i = 0; i < values.size(); ++i) {
      const double expected = golden["expected"]["z_scores_sd_n"][i].get<double>();
      EXPECT_NEAR(matrix.values[i], expected, atol + rtol * std::abs(expected)) << id << " " << i;
    }
  }
}

TEST(Preprocess, GapsAreFilledBeforeTheScaleIsLearned) {
  // Median of 1, 2, 6 is 2; filled 1, 2, 2, 6: mean 2.75, variance (3.0625 + 2 * 0.5625 + 10.5625) / 4.
  const Table table({make_numeric_column("x", {1, kNaN, 2, 6})});
  const Preprocess preprocess = fit(table);
  EXPECT_DOUBLE_EQ(preprocess.columns()[0].fill, 2);
  EXPECT_DOUBLE_EQ(preprocess.centers()[0], 2.75);
  EXPECT_DOUBLE_EQ(preprocess.scales()[0], std::sqrt(3.6875));
  EXPECT_DOUBLE_EQ(dense(preprocess, table).values[1], (2 - 2.75) / std::sqrt(3.6875));
}

TEST(Preprocess, ImputeOptionsDoWhatTheySay) {
  const Table table({make_numeric_column("x", {1, kNaN, 1, 7}), make_category_column("c", {"a", "b", "", "b"})});
  const auto fill_of = [&](const std::string& how) {
    PreprocessOptions options;
    options.impute = how;
    return fit(table, options).columns()[0].fill;
  };
  EXPECT_EQ(fill_of("mean"), 3);
  EXPECT_EQ(fill_of("mode"), 1);
  EXPECT_EQ(fill_of("constant=-2.5"), -2.5);
  PreprocessOptions mode;
  mode.impute = "mode";
  EXPECT_EQ(fit(table, mode).columns()[1].fill_level, 1u);
  EXPECT_EQ(fit(table).columns()[1].fill_level, kNoLevel);
  EXPECT_THROW(fill_of("none"), Error);
  EXPECT_THROW(fill_of("medain"), Error);
  EXPECT_THROW(fill_of("constant=x"), Error);
}

TEST(Preprocess, ConstantColumnBecomesZeroWithAWarning) {
  const Table table({make_numeric_column("x", {0.1, 0.1, 0.1})});
  Context context(1);
  const Preprocess preprocess = fit_preprocess(table, all_columns(table), {}, context);
  EXPECT_EQ(dense(preprocess, table).values, (std::vector<double>{0, 0, 0}));
  EXPECT_EQ(context.take_warnings().size(), 1u);
}

TEST(Preprocess, ColumnWithoutAnyValueIsNamed) {
  const Table table({make_numeric_column("gone", {kNaN, kNaN})});
  try {
    fit(table);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kData);
    EXPECT_EQ(error.place().column, "gone");
  }
}

TEST(Preprocess, DropFirstIsDummyCodingAndFillsWithTheMode) {
  const Table table({make_category_column("c", {"b", "a", "b", "c"})});
  PreprocessOptions options;
  options.drop_first = true;
  const Preprocess preprocess = fit(table, options);
  EXPECT_EQ(preprocess.feature_names(), (std::vector<std::string>{"c=b", "c=c"}));
  const Table later({make_category_column("c", {"a", "c", ""})});
  EXPECT_EQ(dense(preprocess, later).values, (std::vector<double>{0, 0, 0, 1, 1, 0}));
}

TEST(Preprocess, UnseenLevelsAreZeroAndCounted) {
  const Preprocess preprocess = fit(Table({make_category_column("c", {"a", "b", "a"})}));
  TransformCounts counts;
  const Table later({make_text_column("c", {"b", "new", "other"})});
  EXPECT_EQ(dense(preprocess, later, &counts).values, (std::vector<double>{0, 1, 0, 0, 0, 0}));
  EXPECT_EQ(counts.unknown, (std::vector<std::uint64_t>{2}));
}

TEST(Preprocess, RareLevelsShareOneFeature) {
  PreprocessOptions options;
  options.rare = 2;
  const Preprocess preprocess = fit(Table({make_category_column("c", {"a", "b", "a", "z"})}), options);
  EXPECT_EQ(preprocess.feature_names(), (std::vector<std::string>{"c=a", "c=(rare)"}));
  const Table later({make_text_column("c", {"a", "z", "unseen"})});
  EXPECT_EQ(dense(preprocess, later).values, (std::vector<double>{1, 0, 0, 1, 0, 1}));
}

TEST(Preprocess, BooleansMatchWhateverTheCaseOfLetters) {
  Column column = make_category_column("b", {"TRUE", "false", "true", "FALSE"});
  column.type = ColumnType::kBoolean;
  const Preprocess preprocess = fit(Table({column}));
  EXPECT_EQ(preprocess.feature_names(), (std::vector<std::string>{"b=FALSE", "b=TRUE"}));
  const Table later({make_text_column("b", {"True", "fAlse"})});
  EXPECT_EQ(dense(preprocess, later).values, (std::vector<double>{0, 1, 1, 0}));
}

TEST(Preprocess, TimeStampsGiveThePartsThatVary) {
  PreprocessOptions options;
  options.scale = "none";
  const Table days({make_time_column("d", {"2024-02-29", "2024-03-01", "2024-03-04"})});
  const Preprocess by_day = fit(days, options);
  EXPECT_EQ(by_day.feature_names(), (std::vector<std::string>{"d_month", "d_day", "d_day_of_week"}));
  EXPECT_EQ(dense(by_day, days).values, (std::vector<double>{2, 29, 3, 3, 1, 4, 3, 4, 0}));
  const Table times({make_time_column("t", {"2024-01-01T10:30", "2024-01-01T11:45", ""})});
  const Preprocess by_minute = fit(times, options);
  EXPECT_EQ(by_minute.feature_names(), (std::vector<std::string>{"t_hour", "t_minute"}));
  EXPECT_EQ(dense(by_minute, times).values, (std::vector<double>{10, 30, 11, 45, 10, 30}));  // lower median
}

TEST(Preprocess, FeatureNamesAreDistinct) {
  const Table table({make_numeric_column("c=a", {1, 2}), make_category_column("c", {"a", "b"})});
  EXPECT_EQ(fit(table).feature_names(), (std::vector<std::string>{"c=a", "c=a_2", "c=b"}));
}

// A table with every kind of column, and with levels enough to become sparse.
Table mixed_table(std::size_t rows, std::size_t levels) {
  std::vector<double> numbers;
  std::vector<std::string> cities;
  std::vector<std::string> texts;
  std::vector<std::string> times;
  for (std::size_t i = 0; i < rows; ++i) {
    const std::uint64_t draw = random_bits(3, RandomPurpose::kSample, i);
    numbers.push_back(draw % 11 == 0 ? kNaN : static_cast<double>(draw % 1000) / 7);
    cities.push_back(draw % 13 == 0 ? "" : "city" + std::to_string(draw % 5));
    texts.push_back(draw % 17 == 0 ? "" : "t" + std::to_string(draw % levels));
    times.push_back(
        draw % 19 == 0 ? "" : "2024-0" + std::to_string(1 + draw % 9) + "-11T0" + std::to_string(draw % 7) + ":00");
  }
  return Table({make_numeric_column("n", numbers), make_category_column("city", cities), make_text_column("t", texts),
                make_time_column("when", times)});
}

CellValue cell_of(const Column& column, std::size_t row) {
  CellValue cell;
  if (column.is_missing(row)) return cell;
  if (column.is_numeric()) {
    cell.kind = CellValue::Kind::kNumber;
    cell.number = column.numbers().values[row];
  } else if (column.is_times()) {
    cell.kind = CellValue::Kind::kTime;
    cell.micros = column.times().micros[row];
  } else {
    cell.kind = CellValue::Kind::kText;
    cell.text =
        column.is_texts() ? column.texts().at(row) : (*column.categories().levels)[column.categories().codes[row]];
  }
  return cell;
}

TEST(Preprocess, OneRowAtATimeGivesTheBitsOfTheTable) {
  for (const std::size_t levels : {20u, 700u}) {
    const Table table = mixed_table(3000, levels);
    const Preprocess preprocess = fit(table);
    EXPECT_EQ(preprocess.sparse(), levels == 700);
    const Context context(1);
    const Matrix matrix = preprocess.transform(table, all_columns(table), context);
    std::vector<double> row_values(preprocess.outputs());
    Preprocess::SparseRow sparse;
    sparse.columns.resize(preprocess.most_entries());
    sparse.values.resize(preprocess.most_entries());
    for (std::size_t row = 0; row < table.rows(); ++row) {
      std::vector<CellValue> cells;
      for (const Column& column : table.columns()) cells.push_back(cell_of(column, row));
      preprocess.transform_row(cells, row_values);
      if (!preprocess.sparse()) {
        const auto expected = std::get<DenseMatrix>(matrix).row(row);
        ASSERT_TRUE(std::equal(expected.begin(), expected.end(), row_values.begin())) << row;
        continue;
      }
      const CsrMatrix::Row expected = std::get<CsrMatrix>(matrix).row(row);
      preprocess.transform_sparse_row(cells, sparse);
      ASSERT_EQ(sparse.size, expected.columns.size());
      double sum = 0;
      for (std::size_t i = 0; i < sparse.size; ++i) {
        ASSERT_EQ(sparse.columns[i], expected.columns[i]);
        ASSERT_EQ(sparse.values[i], expected.values[i]);
        ASSERT_EQ(row_values[sparse.columns[i]], expected.values[i]);
        sum += std::abs(sparse.values[i]);
      }
      double dense_sum = 0;
      for (const double x : row_values) dense_sum += std::abs(x);
      EXPECT_DOUBLE_EQ(sum, dense_sum);
    }
  }
}

TEST(Preprocess, ThreadsDoNotChangeABit) {
  for (const std::size_t levels : {20u, 700u}) {
    const Table table = mixed_table(20000, levels);
    std::string first;
    for (const int threads : {1, 2, 3, 8}) {
      Context context(threads);
      const Preprocess preprocess = fit_preprocess(table, all_columns(table), {}, context);
      BinaryWriter out;
      preprocess.save(out);
      const Matrix matrix = preprocess.transform(table, all_columns(table), context);
      if (const auto* d = std::get_if<DenseMatrix>(&matrix)) out.f64s(d->values);
      if (const auto* s = std::get_if<CsrMatrix>(&matrix)) {
        out.u32s(s->columns);
        out.f64s(s->values);
        for (const std::uint64_t start : s->starts) out.u64(start);
      }
      if (first.empty()) first = out.data();
      EXPECT_TRUE(first == out.data()) << threads;
    }
  }
}

TEST(Preprocess, SavedLoadedSavedGivesTheSameBytes) {
  const Preprocess preprocess = fit(mixed_table(500, 30));
  BinaryWriter first;
  preprocess.save(first);
  BinaryReader in(first.data(), "features");
  const Preprocess loaded = Preprocess::load(in);
  BinaryWriter second;
  loaded.save(second);
  EXPECT_EQ(first.data(), second.data());
  EXPECT_EQ(loaded.feature_names(), preprocess.feature_names());
}

TEST(Preprocess, MoreLevelsThanTheLimitKeepTheMostFrequent) {
  std::vector<std::string> cells;
  for (std::size_t i = 0; i < kMaxEncodedLevels + 10; ++i) cells.push_back("v" + std::to_string(i));
  for (std::size_t i = 10; i < kMaxEncodedLevels + 10; ++i)
    cells.push_back("v" + std::to_string(i));  // all but ten: twice
  const Table table({make_text_column("t", cells)});
  Context context(1);
  const Preprocess preprocess = fit_preprocess(table, all_columns(table), {}, context);
  EXPECT_EQ(preprocess.outputs(), kMaxEncodedLevels);
  EXPECT_EQ(preprocess.columns()[0].find_level("v0"), kNoLevel);
  EXPECT_NE(preprocess.columns()[0].find_level("v10"), kNoLevel);
  EXPECT_EQ(context.take_warnings().size(), 1u);
}

TEST(Preprocess, ColumnOfAnotherTypeIsRefused) {
  const Preprocess preprocess = fit(Table({make_numeric_column("x", {1, 2})}));
  EXPECT_THROW(dense(preprocess, Table({make_category_column("x", {"a", "b"})})), Error);
}

TEST(Preprocess, LettingTheTableGoGivesTheSameMatrix) {
  // More rows than one band; a number with gaps, a category, a time stamp.
  constexpr std::size_t kRows = (std::size_t{1} << 18) + 5000;
  Table table;
  Column number;
  number.name = "n";
  Column city;
  city.name = "c";
  city.type = ColumnType::kCategory;
  city.storage = Categories{};
  city.categories().levels = std::make_shared<Levels>(Levels{"a", "b", "c"});
  Column day;
  day.name = "d";
  day.type = ColumnType::kDatetime;
  day.storage = Times{};
  for (std::size_t i = 0; i < kRows; ++i) {
    const std::uint64_t draw = i * 2654435761u % 1000;
    number.numbers().values.push_back(draw == 0 ? kNaN : static_cast<double>(draw));
    number.validity.append(draw != 0);
    city.categories().codes.push_back(static_cast<std::uint32_t>(draw % 3));
    city.validity.append(true);
    std::get<Times>(day.storage).micros.push_back(static_cast<std::int64_t>(draw) * 86'400'000'000);
    day.validity.append(true);
  }
  for (Column* column : {&number, &city, &day}) table.add_column(std::move(*column));
  const Preprocess preprocess = fit(table);
  const DenseMatrix expected = dense(preprocess, table);
  const DenseMatrix got =
      std::get<DenseMatrix>(preprocess.transform_and_release(table, all_columns(table), Context(2)));
  EXPECT_EQ(got.rows, expected.rows);
  EXPECT_TRUE(got.values == expected.values);
  EXPECT_EQ(table.schema().names(), (std::vector<std::string>{"n", "c", "d"}));
  EXPECT_TRUE(table.column(0).numbers().values.empty());
  EXPECT_TRUE(table.column(1).categories().codes.empty());
  EXPECT_TRUE(table.column(2).times().micros.empty());
}

TEST(Preprocess, WarnsOfAColumnThatBecomesAThousandFeatures) {
  std::vector<std::string> cells;
  for (int i = 0; i < 2000; ++i) cells.push_back("level" + std::to_string(i % 1000));
  Context context(1);
  const std::vector<std::size_t> first = {0};
  Table table;
  table.add_column(make_category_column("code", cells));
  fit_preprocess(table, first, {}, context);
  const std::vector<std::string> warnings = context.take_warnings();
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(warnings[0],
            "column \"code\" becomes 1,000 0/1 features, one per text; --rare 10 lets those in fewer rows than that "
            "share one, --exclude code leaves the column out");
  PreprocessOptions rare;
  rare.rare = 10;
  fit_preprocess(table, first, rare, context);
  for (const std::string& warning : context.take_warnings()) EXPECT_EQ(warning.find("0/1 features"), std::string::npos);
}

}  // namespace
}  // namespace mlkit
