#include "mlkit/pipeline/pipeline.h"

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "support/count_allocations.h"
#include "support/small_pipeline.h"

namespace mlkit {
namespace {

using test::small_pipeline;
using test::small_table;

// Rows with everything that may come later: gaps, values far outside, new levels, other spellings.
Table later_rows(std::size_t rows) {
  std::vector<double> spend;
  std::vector<std::string> cities;
  std::vector<std::string> flags;
  Column day;
  day.name = "Day";
  day.type = ColumnType::kDatetime;
  Times times;
  const std::vector<std::string> kCities = {"Graz", "Linz", "Wien", "Rom", ""};
  const std::vector<std::string> kFlags = {"true", "False", "TRUE", ""};
  for (std::size_t i = 0; i < rows; ++i) {
    const std::uint64_t draw = random_bits(5, RandomPurpose::kSample, i);
    spend.push_back(draw % 9 == 0 ? test::kMissing : draw % 10 == 0 ? -1e9 : static_cast<double>(draw % 500) / 100);
    cities.push_back(kCities[draw % 5]);
    flags.push_back(kFlags[draw / 7 % 4]);
    times.micros.push_back(static_cast<std::int64_t>(draw % 30000) * 86400000000);
    day.validity.append(draw % 8 != 0);
  }
  day.storage = std::move(times);
  return Table({make_numeric_column("Total Spend", spend), make_text_column("city", cities),
                make_text_column("Is Active", flags), day});
}

CellValue cell_of(const Column& column, std::size_t row) {
  CellValue cell;
  if (column.is_missing(row)) return cell;
  if (column.is_numeric()) return {CellValue::Kind::kNumber, column.numbers().values[row], {}, 0};
  if (column.is_times()) return {CellValue::Kind::kTime, 0, {}, column.times().micros[row]};
  if (column.is_texts()) return {CellValue::Kind::kText, 0, column.texts().at(row), 0};
  return {CellValue::Kind::kText, 0, (*column.categories().levels)[column.categories().codes[row]], 0};
}

const std::vector<double>& numbers_of(const Predictions& predictions) {
  return predictions.classes == 0 ? predictions.values : predictions.probabilities;
}

Pipeline calibrated(const Pipeline& pipeline) {
  PipelineParts parts = pipeline.parts();
  if (parts.classes.size() == 2) {
    parts.calibration = Calibration(CalibrationKind::kSigmoid, {CalibrationCurve{0.7, -0.3, {}, {}}});
  } else {
    const CalibrationCurve steps{1, 0, {0.1, 0.2, 0.6}, {0.05, 0.3, 0.9}};
    parts.calibration = Calibration(CalibrationKind::kIsotonic, {steps, steps, steps});
  }
  return Pipeline(std::move(parts));
}

TEST(Scorer, GivesTheBitsOfPredictAndAllocatesNothing) {
  CleanOptions cap;
  cap.outlier_action = "cap";
  cap.indicator = true;
  CleanOptions null;
  null.outlier_action = "null";
  null.impute = "none";
  CleanOptions flag;
  flag.outlier_action = "flag";
  flag.impute = "mode";
  const std::vector<Pipeline> pipelines = {small_pipeline(2),
                                           small_pipeline(3),
                                           small_pipeline(0),
                                           small_pipeline(2, true),
                                           calibrated(small_pipeline(2)),
                                           calibrated(small_pipeline(3)),
                                           small_pipeline(2, true, cap),
                                           small_pipeline(2, true, null),
                                           small_pipeline(3, true, flag)};
  const Table table = later_rows(400);
  for (std::size_t p = 0; p < pipelines.size(); ++p) {
    const Predictions expected = pipelines[p].predict(table, Context(1));
    Scorer scorer(pipelines[p]);
    std::vector<double> out(scorer.outputs());
    std::vector<CellValue> cells(scorer.inputs());
    for (std::size_t row = 0; row < table.rows(); ++row) {
      for (std::size_t i = 0; i < cells.size(); ++i) cells[i] = cell_of(table.column(i), row);
      const std::size_t before = test::allocation_count();
      scorer.score(cells, out);
      ASSERT_EQ(test::allocation_count(), before) << "pipeline " << p << " row " << row;
      for (std::size_t i = 0; i < out.size(); ++i) {
        ASSERT_EQ(out[i], numbers_of(expected)[row * out.size() + i]) << "pipeline " << p << " row " << row;
      }
    }
  }
}

TEST(Pipeline, AnswersAreCalibratedAndLabelsFollowThem) {
  const Pipeline plain = small_pipeline(2);
  const Pipeline other = calibrated(plain);
  const Table table = later_rows(100);
  const Predictions before = plain.predict(table, Context(1));
  const Predictions after = other.predict(table, Context(3));
  std::size_t moved = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const double expected = other.parts().calibration->apply_to(before.probabilities_of(row)[1]);
    EXPECT_EQ(after.probabilities_of(row)[1], expected);
    EXPECT_EQ(after.probabilities_of(row)[0], 1 - expected);
    EXPECT_EQ(after.labels[row], expected >= other.threshold() ? 1 : 0);
    moved += after.labels[row] != before.labels[row] ? 1 : 0;
  }
  EXPECT_GT(moved, 0u);
}

TEST(Pipeline, ACalibrationOfOtherClassesIsRefused) {
  PipelineParts parts = small_pipeline(3).parts();
  parts.calibration = Calibration(CalibrationKind::kSigmoid, {CalibrationCurve{}});
  EXPECT_THROW(Pipeline(std::move(parts)), Error);
  PipelineParts numbers = small_pipeline(0).parts();
  numbers.calibration = Calibration(CalibrationKind::kSigmoid, {CalibrationCurve{}});
  EXPECT_THROW(Pipeline(std::move(numbers)), Error);
}

TEST(Pipeline, OrderAndFurtherColumnsChangeNothing) {
  const Pipeline pipeline = small_pipeline();
  const Table table = later_rows(50);
  Table other({table.column(3), make_numeric_column("further", std::vector<double>(50, 1)), table.column(1),
               table.column(0), table.column(2)});
  EXPECT_EQ(pipeline.predict(table, Context(1)).probabilities, pipeline.predict(other, Context(1)).probabilities);
}

TEST(Pipeline, EitherSpellingOfACleanedNameIsAccepted) {
  const Pipeline pipeline = small_pipeline(2, true);
  const Table table = later_rows(50);
  Table renamed = table;
  renamed.column(std::size_t{0}).name = "total_spend";
  renamed.column(std::size_t{2}).name = "is_active";
  EXPECT_EQ(pipeline.predict(table, Context(1)).probabilities, pipeline.predict(renamed, Context(1)).probabilities);
}

TEST(Pipeline, AMissingColumnIsNamedWithTheNearest) {
  const Pipeline pipeline = small_pipeline();
  try {
    pipeline.bind({"TotalSpend", "city", "Is Active", "Day"});
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kData);
    EXPECT_NE(error.message().find("\"Total Spend\""), std::string::npos);
    EXPECT_NE(error.place().hint.find("\"TotalSpend\""), std::string::npos);
  }
}

TEST(Pipeline, ThreadsDoNotChangeABit) {
  const Pipeline pipeline = small_pipeline(3);
  const Table table = later_rows(20000);
  const Predictions one = pipeline.predict(table, Context(1));
  for (const int threads : {2, 3, 8}) {
    const Predictions many = pipeline.predict(table, Context(threads));
    EXPECT_EQ(one.probabilities, many.probabilities);
    EXPECT_EQ(one.labels, many.labels);
  }
}

TEST(Pipeline, SomeRowsGetWhatTheyGetAmongAll) {
  const Pipeline pipeline = small_pipeline();
  const Table table = later_rows(100);
  const std::vector<std::uint32_t> rows = {3, 1, 77, 20};
  const Predictions all = pipeline.predict(table, Context(1));
  const Predictions some = pipeline.predict(table.select_rows(rows), Context(1));
  for (std::size_t i = 0; i < rows.size(); ++i)
    EXPECT_EQ(some.probabilities[2 * i + 1], all.probabilities[2 * rows[i] + 1]);
}

TEST(Pipeline, TheThresholdDecidesBetweenTwoClasses) {
  const std::vector<double> even = {0.5, 0.5};
  EXPECT_EQ(decide(even, 0.5), 1);
  EXPECT_EQ(decide(even, 0.50001), 0);
  const std::vector<double> tie = {0.4, 0.4, 0.2};
  EXPECT_EQ(decide(tie, 0.5), 0);
}

TEST(Pipeline, NoRowsGiveNoPredictions) {
  EXPECT_EQ(small_pipeline().predict(later_rows(10).select_rows({}), Context(1)).rows, 0u);
}

TEST(Pipeline, PartsThatDoNotFitAreRefused) {
  const auto refused = [](auto change) {
    PipelineParts parts = small_pipeline().parts();
    change(parts);
    try {
      Pipeline broken(std::move(parts));
    } catch (const Error& error) {
      return error.code() == ErrorCode::kModelFile;
    }
    return false;
  };
  EXPECT_TRUE(refused([](PipelineParts& p) { p.model = nullptr; }));
  EXPECT_TRUE(refused([](PipelineParts& p) { p.model = std::make_shared<LinearModel>(0, std::vector<double>(3)); }));
  EXPECT_TRUE(refused([](PipelineParts& p) { p.classes.pop_back(); }));
  EXPECT_TRUE(refused([](PipelineParts& p) { p.classes[0] = p.classes[1]; }));
  EXPECT_TRUE(refused([](PipelineParts& p) { p.classes[0] = "\x1b[2J"; }));
  EXPECT_TRUE(refused([](PipelineParts& p) { p.threshold = 1.5; }));
  EXPECT_TRUE(refused([](PipelineParts& p) { p.inputs[0].name = "gone"; }));
  EXPECT_TRUE(refused([](PipelineParts& p) { p.inputs[1].type = ColumnType::kNumeric; }));
  EXPECT_TRUE(refused([](PipelineParts& p) { p.aliases.pop_back(); }));
  EXPECT_TRUE(refused([](PipelineParts& p) { p.self_test.expected.pop_back(); }));
}

TEST(SelfTest, PassesAsMadeAndFailsWhenTheModelDiffers) {
  const Pipeline pipeline = small_pipeline(3, true);
  const SelfTestResult good = replay_self_test(pipeline);
  EXPECT_GT(good.rows, 3u);
  EXPECT_EQ(good.passed, good.rows);
  EXPECT_EQ(good.max_error, 0);
  PipelineParts parts = pipeline.parts();
  parts.self_test.expected[0] += 1e-6;
  const SelfTestResult bad = replay_self_test(Pipeline(std::move(parts)));
  EXPECT_EQ(bad.passed, bad.rows - 1);
  EXPECT_NEAR(bad.max_error, 1e-6, 1e-12);
}

TEST(SelfTest, RowsAreNoneOfTheTraining) {
  const Pipeline pipeline = small_pipeline();
  const SelfTest& test = pipeline.parts().self_test;
  const Table table = small_table();
  for (std::size_t made = 0; made < test.rows; ++made) {
    for (std::size_t row = 0; row < table.rows(); ++row) {
      std::size_t same = 0;
      for (std::size_t i = 0; i < table.column_count(); ++i) {
        const SelfTest::Cell& cell = test.cells[made * table.column_count() + i];
        const CellValue real = cell_of(table.column(i), row);
        same += cell.kind == real.kind && cell.number == real.number && cell.text == real.text &&
                cell.micros == real.micros;
      }
      EXPECT_LT(same, table.column_count()) << made << " " << row;
    }
  }
}

}  // namespace
}  // namespace mlkit
