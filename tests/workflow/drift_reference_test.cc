#include "mlkit/workflow/drift_reference.h"

#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <fstream>

#include "mlkit/base/error.h"
#include "mlkit/base/math.h"
#include "mlkit/base/random.h"
#include "mlkit/io/model_file.h"
#include "mlkit/workflow/compare_model.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit {
namespace {

// Two inputs, a category, and a target of which P(yes) = sigmoid(2 x - y).
std::string rows_csv(std::size_t rows, double shift, std::uint32_t sub, bool labels) {
  RandomStream random(8, RandomPurpose::kSimulate, sub);
  std::string out = labels ? "x,y,c,t\n" : "x,y,c\n";
  for (std::size_t i = 0; i < rows; ++i) {
    const double x = random.normal() + shift, y = random.normal();
    out += std::to_string(x) + "," + std::to_string(y) + "," + (random.uniform() < 0.5 ? "p" : "q");
    const bool yes = random.uniform() < mlkit::sigmoid(2 * x - y);
    out += labels ? (yes ? ",yes\n" : ",no\n") : "\n";
  }
  return out;
}

Pipeline trained(const std::string& csv, const std::string& target = "t") {
  Context context(2);
  const Table table = read_csv_bytes(csv, {}, context);
  TrainOptions options;
  options.target = target;
  const Pipeline pipeline = train_pipeline(table, options, context).pipeline;
  return pipeline.with_drift(learn_drift_reference(pipeline, take_reference_rows(table, 42), context));
}

ModelComparison compare(const Pipeline& pipeline, const std::string& csv, int threads = 2,
                        const DriftOptions& options = {}, std::vector<std::string> columns = {}) {
  // A name of this test's own: others run beside it.
  const std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string path = (std::filesystem::path(testing::TempDir()) / ("drift_reference_" + test + ".csv")).string();
  std::ofstream(path, std::ios::binary) << csv;
  Context context(threads);
  return compare_with_model(pipeline, "m.mlkit", path, {}, columns, options, context);
}

TEST(DriftReference, RowsLikeThoseOfTrainingAreNoDrift) {
  const ModelComparison found = compare(trained(rows_csv(3000, 0, 1, true)), rows_csv(2000, 0, 2, false));
  EXPECT_FALSE(found.drift);
  EXPECT_EQ(found.current_rows, 2000u);
  EXPECT_EQ(found.columns.size(), 3u);
  ASSERT_EQ(found.predictions.size(), 2u);
  EXPECT_TRUE(found.measured.empty());
  EXPECT_EQ(found.labelled, 0u);
}

TEST(DriftReference, AShiftedInputAndTheAnswersThatFollowAreFound) {
  const ModelComparison found = compare(trained(rows_csv(3000, 0, 1, true)), rows_csv(2000, 1, 2, false));
  EXPECT_TRUE(found.drift);
  for (const ColumnDrift& column : found.columns) EXPECT_EQ(column.drift, column.name == "x") << column.name;
  EXPECT_TRUE(found.predictions[0].drift);
  EXPECT_TRUE(found.predictions[1].drift);
}

// The same rows with and without labels: the estimate must hit what is measured. The standard error of an area over
// 4,000 rows is below 0.007; four of them.
TEST(DriftReference, PerformanceIsEstimatedWithoutLabelsAndMeasuredWithThem) {
  const Pipeline pipeline = trained(rows_csv(4000, 0, 1, true));
  for (const double shift : {0.0, 0.7}) {
    const ModelComparison found = compare(pipeline, rows_csv(4000, shift, 5, true));
    ASSERT_EQ(found.estimated.size(), 4u);
    ASSERT_EQ(found.measured.size(), 4u);
    EXPECT_EQ(found.labelled, 4000u);
    for (std::size_t i = 0; i < 2; ++i) {
      EXPECT_EQ(found.estimated[i].metric, found.measured[i].metric);
      EXPECT_NEAR(found.estimated[i].value, found.measured[i].value, 0.028) << found.measured[i].metric;
      EXPECT_LT(found.estimated[i].interval->low, found.estimated[i].value);
      EXPECT_GT(found.estimated[i].interval->high, found.estimated[i].value);
    }
  }
}

TEST(DriftReference, MeasuredValuesAreThoseOfEvaluate) {
  const Pipeline pipeline = trained(rows_csv(1000, 0, 1, true));
  const std::string csv = rows_csv(900, 0, 6, true);
  Context context(1);
  CsvReadOptions options;
  options.types_for = [&](const std::vector<std::string>& header) { return pipeline.declared_types(header); };
  const Table table = read_csv_bytes(csv, options, context);
  const auto expected = score_predictions(pipeline.predict(table, context), read_truth(table, pipeline), {},
                                          {"roc_auc", "accuracy", "log_loss", "brier"}, {}, context);
  const ModelComparison found = compare(pipeline, csv);
  for (std::size_t i = 0; i < 4; ++i) {
    // Pairs of scores that share a bin of 1/512 count one half: at most one in a thousand here.
    EXPECT_NEAR(found.measured[i].value, *expected[i].value, i == 0 ? 1e-3 : 1e-12) << expected[i].name;
  }
}

TEST(DriftReference, TheNumberOfThreadsChangesNothing) {
  const Pipeline pipeline = trained(rows_csv(2000, 0, 1, true));
  const std::string csv = rows_csv(20000, 0.1, 7, true);
  const ModelComparison one = compare(pipeline, csv, 1), eight = compare(pipeline, csv, 8);
  for (std::size_t i = 0; i < one.columns.size(); ++i) {
    EXPECT_EQ(one.columns[i].p_value(), eight.columns[i].p_value());
    EXPECT_EQ(one.columns[i].mean_current, eight.columns[i].mean_current);
  }
  for (std::size_t i = 0; i < 4; ++i) EXPECT_EQ(one.measured[i].value, eight.measured[i].value);
}

TEST(DriftReference, TravelsWithTheModelFile) {
  const Pipeline pipeline = trained(rows_csv(500, 0, 1, true));
  const std::string bytes = pipeline_to_bytes(pipeline);
  const Pipeline read = pipeline_from_bytes(bytes, "m.mlkit");
  EXPECT_EQ(pipeline_to_bytes(read), bytes);
  const ModelComparison a = compare(pipeline, rows_csv(300, 0, 2, false)),
                        b = compare(read, rows_csv(300, 0, 2, false));
  for (std::size_t i = 0; i < a.columns.size(); ++i) EXPECT_EQ(a.columns[i].p_value(), b.columns[i].p_value());
}

TEST(DriftReference, AModelWithoutOneSaysWhatToDo) {
  Context context(1);
  const Table table = read_csv_bytes(rows_csv(200, 0, 1, true), {}, context);
  TrainOptions options;
  options.target = "t";
  const Pipeline pipeline = train_pipeline(table, options, context).pipeline;
  try {
    compare(pipeline, rows_csv(10, 0, 2, false));
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kModelFile);
    EXPECT_EQ(error.place().file, "m.mlkit");
    EXPECT_FALSE(error.place().hint.empty());
  }
}

TEST(DriftReference, RegressionsCompareTheirNumbers) {
  const Pipeline pipeline = trained(rows_csv(800, 0, 1, false), "x");
  const ModelComparison found = compare(pipeline, rows_csv(700, 0, 2, false));
  ASSERT_EQ(found.predictions.size(), 1u);
  EXPECT_TRUE(found.estimated.empty());
  ASSERT_GE(found.measured.size(), 2u);
  EXPECT_EQ(found.measured[0].metric, "rmse");
}

TEST(DriftReference, OnlySomeColumnsAndOtherBinsOnRequest) {
  const Pipeline pipeline = trained(rows_csv(800, 0, 1, true));
  EXPECT_EQ(compare(pipeline, rows_csv(100, 0, 2, false), 1, {}, {"y"}).columns.size(), 1u);
  EXPECT_THROW(compare(pipeline, rows_csv(100, 0, 2, false), 1, {}, {"nope"}), Error);
  DriftOptions options;
  options.psi_bins = 20;
  EXPECT_EQ(compare(pipeline, rows_csv(100, 0, 2, false), 1, options).columns[0].psi->bins, 20u);
  options.psi_bins = 7;
  EXPECT_THROW(compare(pipeline, rows_csv(100, 0, 2, false), 1, options), Error);
  EXPECT_THROW(compare(pipeline, "x,y,c\n"), Error);
}

TEST(MoveThreshold, TakesTheLabelsOfTheReferenceAlong) {
  const std::string csv = rows_csv(3000, 0, 1, true);
  const Pipeline before = trained(csv);
  constexpr double kThreshold = 0.8;
  const Pipeline after = move_threshold(before, kThreshold);
  EXPECT_EQ(after.threshold(), kThreshold);
  // Counted on the rows themselves; within a bin, of a hundredth of the rows, they are taken as even.
  Context context(1);
  const Pipeline exact = before.with_threshold(kThreshold);
  const DriftReference counted =
      learn_drift_reference(exact, take_reference_rows(read_csv_bytes(csv, {}, context), 42), context);
  const ReferenceColumn& got = after.parts().drift->predictions[0];
  const ReferenceColumn& expected = counted.predictions[0];
  ASSERT_EQ(got.levels, expected.levels);
  for (std::size_t i = 0; i < got.levels.size(); ++i) {
    EXPECT_NEAR(static_cast<double>(got.level_counts[i]), static_cast<double>(expected.level_counts[i]), 31);
  }
  EXPECT_NE(got.level_counts, before.parts().drift->predictions[0].level_counts);
  EXPECT_EQ(got.rows, expected.rows);
  EXPECT_EQ(replay_self_test(after).passed, replay_self_test(after).rows);
  EXPECT_FALSE(compare(after, rows_csv(2000, 0, 2, false)).drift);
}

}  // namespace
}  // namespace mlkit
