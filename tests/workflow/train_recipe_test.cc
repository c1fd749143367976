// A feature recipe on its way through training: refitted on the rows, sealed, replayed; and no leak.
#include <gtest/gtest.h>

#include <algorithm>
#include <bit>
#include <string>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/features/fit_features.h"
#include "mlkit/io/model_file.h"
#include "mlkit/workflow/cross_validate.h"

namespace mlkit {
namespace {

Table read(const std::string& csv, const std::string& target = "y") {
  Context context(1);
  CsvReadOptions options;
  options.types[target] = {ColumnType::kCategory, false};
  return read_csv_bytes(csv, options, context);
}

TrainOptions with_recipe(const Table& table, FeatureOptions features) {
  features.target = "y";
  TrainOptions options;
  options.target = "y";
  Context context(1);
  options.recipe = plan_features(table, features, read_target(table, options, context).classes, 42);
  return options;
}

// Many levels, a target that has nothing to do with them.
std::string permuted_csv(std::size_t rows, std::size_t levels) {
  RandomStream random(5, RandomPurpose::kSimulate);
  std::string csv = "level,other,y\n";
  for (std::size_t i = 0; i < rows; ++i) {
    csv += "l" + std::to_string(random.below(levels)) + ",o" + std::to_string(random.below(levels / 4)) + "," +
           (random.uniform() < 0.3 ? "1" : "0") + "\n";
  }
  return csv;
}

double cross_validated_auc(const Table& table, const TrainOptions& options) {
  Context context(2);
  const Target target = read_target(table, options, context);
  for (const CrossValidated& score : cross_validate(table, target, options, 5, context)) {
    if (score.metric == "roc_auc") return score.mean;
  }
  throw std::runtime_error("no roc_auc");
}

// AUC of 12,000 rows (3,600 positive) without signal has a standard error of sqrt((n + 1) / (12 n1 n0)) = 0.0058; the
// mean over disjoint folds has about the same. 0.02 is more than three of them.
TEST(TrainRecipe, PermutedTargetsScoreAHalf) {
  const Table table = read(permuted_csv(12000, 3000));
  FeatureOptions features;
  features.encode = {"level=target", "other=target"};
  features.smoothing = "1";  // hardly any smoothing: a leak would show
  EXPECT_NEAR(cross_validated_auc(table, with_recipe(table, features)), 0.5, 0.02);
}

// Everything that learns switched on at once: target encoding, SMOTE, imputation, cleaning. 8,000 rows, 2,400 positive:
// the standard error is sqrt((n + 1) / (12 n1 n0)) = 0.0070, so that 0.02 is 2.8 of them (5 in 1,000 draws are further
// off, and this one is fixed).
TEST(TrainRecipe, PermutedTargetsScoreAHalfWithEncodingResamplingImputationAndCleaningTogether) {
  RandomStream random(6, RandomPurpose::kSimulate);
  std::string csv = "level,a,b,y\n";
  for (std::size_t i = 0; i < 8000; ++i) {
    const std::string a = random.uniform() < 0.2 ? "" : std::to_string(random.below(1000));
    const std::string b = random.uniform() < 0.01 ? "99999" : std::to_string(random.below(1000));
    csv += "l" + std::to_string(random.below(2000)) + "," + a + "," + b + "," + (random.uniform() < 0.3 ? "1" : "0") +
           "\n";
  }
  const Table table = read(csv);
  FeatureOptions features;
  features.encode = {"level=target"};
  features.smoothing = "1";
  TrainOptions options = with_recipe(table, features);
  options.clean.emplace();
  options.clean->target = "y";
  options.clean->impute = "none";
  options.preprocess.impute = "mean";
  options.resample.method = "smote";
  EXPECT_NEAR(cross_validated_auc(table, options), 0.5, 0.02);
}

// The same table, encoded before it is cut into folds, without cross-fitting: what the recipe protects from.
TEST(TrainRecipe, EncodingBeforeTheFoldsWouldLeak) {
  const Table table = read(permuted_csv(4000, 1000));
  FeatureOptions features;
  features.encode = {"level=target", "other=target"};
  features.smoothing = "1";
  Context context(1);
  TrainOptions options = with_recipe(table, features);
  const Target target = read_target(table, options, context);
  const FeatureFit fitted = fit_features(*options.recipe, table, {target.labels, {}}, context);
  Table leaking = fitted.encoder().apply(table, context);
  options.recipe.reset();
  options.exclude = {"level", "other"};
  EXPECT_GT(cross_validated_auc(leaking, options), 0.65);
}

std::string telling_csv(std::size_t rows, std::uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kSimulate);
  std::string csv = "when,city,note,x,y\n";
  for (std::size_t i = 0; i < rows; ++i) {
    const std::uint64_t hour = random.below(24);
    const std::uint64_t city = random.below(40);
    const double x = random.normal();
    const double score = x + 0.1 * static_cast<double>(city % 20) + (hour < 6 || hour > 20 ? 1.5 : 0) - 2;
    csv += "2024-0" + std::to_string(1 + random.below(9)) + "-15 " + (hour < 10 ? "0" : "") + std::to_string(hour) +
           ":30:00," + (random.below(20) == 0 ? "" : "city " + std::to_string(city)) + ",note " +
           std::to_string(random.below(3)) + " text" + "," + (random.below(15) == 0 ? "" : std::to_string(x)) + "," +
           (score + random.normal() > 0 ? "yes" : "no") + "\n";
  }
  return csv;
}

FeatureOptions telling_features() {
  FeatureOptions features;
  features.encode = {"city=target", "city=frequency"};
  features.text = {"note=tfidf"};
  features.bins = {"x=4"};
  return features;
}

TrainedPipeline train(const Table& table, const TrainOptions& options, int threads = 1) {
  Context context(threads);
  return train_pipeline(table, options, context);
}

CellValue cell_of(const Column& column, std::size_t row) {
  CellValue cell;
  if (column.is_missing(row)) return cell;
  if (column.is_numeric()) return {CellValue::Kind::kNumber, column.numbers().values[row], {}, 0};
  if (column.is_times()) return {CellValue::Kind::kTime, 0, {}, column.times().micros[row]};
  const std::string_view text =
      column.is_texts() ? column.texts().at(row) : (*column.categories().levels)[column.categories().codes[row]];
  return {CellValue::Kind::kText, 0, text, 0};
}

TEST(TrainRecipe, TheSealedModelPredictsRowByRowWhatItPredictsInBlocksAndAfterLoading) {
  for (const bool clean : {false, true}) {
    const Table table = read(telling_csv(500, 1));
    TrainOptions options = with_recipe(table, telling_features());
    if (clean) options.clean.emplace();
    const TrainedPipeline trained = train(table, options);
    const std::string bytes = pipeline_to_bytes(trained.pipeline);
    const Pipeline loaded = pipeline_from_bytes(bytes, "m");
    EXPECT_EQ(pipeline_to_bytes(loaded), bytes);
    const Table later = read(telling_csv(300, 2) + "2024-02-03 04:05:06,a new city,new words,0.5,no\n");
    const Predictions blocks = trained.pipeline.predict(later, Context(1));
    EXPECT_EQ(loaded.predict(later, Context(3)).probabilities, blocks.probabilities);
    Scorer scorer(loaded);
    std::vector<double> row(scorer.outputs());
    std::size_t unknown = 0;
    for (std::size_t i = 0; i < later.rows(); ++i) {
      std::vector<CellValue> cells;
      for (const ColumnSpec& input : loaded.inputs()) cells.push_back(cell_of(later.column(input.name), i));
      unknown += scorer.score(cells, row);
      for (std::size_t k = 0; k < row.size(); ++k) EXPECT_EQ(row[k], blocks.probabilities_of(i)[k]) << i;
    }
    EXPECT_GE(unknown, 2u);  // the city of the last row, in two encoders
    EXPECT_EQ(replay_self_test(loaded).passed, replay_self_test(loaded).rows);
  }
}

TEST(TrainRecipe, FeaturesMakeTheModelBetterAndStandForTheirSources) {
  const Table table = read(telling_csv(3000, 1));
  TrainOptions plain;
  plain.target = "y";
  plain.exclude = {"note"};
  const TrainOptions options = with_recipe(table, telling_features());
  EXPECT_GT(cross_validated_auc(table, options), cross_validated_auc(table, plain) + 0.01);
  const TrainedPipeline trained = train(table, options);
  const std::vector<std::string>& names = trained.pipeline.parts().preprocess.feature_names();
  const auto has = [&](const std::string& name) { return std::find(names.begin(), names.end(), name) != names.end(); };
  EXPECT_TRUE(has("when_hour_sin"));
  EXPECT_TRUE(has("city_target"));
  EXPECT_TRUE(has("x") && has("x_bin"));
  EXPECT_FALSE(has("city=city 1"));
  EXPECT_FALSE(has("when_hour_2"));
}

TEST(TrainRecipe, ThreadsChangeNoByte) {
  const Table table = read(telling_csv(2000, 1));
  const TrainOptions options = with_recipe(table, telling_features());
  const std::string bytes = pipeline_to_bytes(train(table, options).pipeline);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(pipeline_to_bytes(train(table, options, threads).pipeline), bytes);
}

TEST(TrainRecipe, WhatIsLearnedIsThatOfTheTrainingRows) {
  const Table table = read(telling_csv(400, 1));
  const Table later = read(telling_csv(600, 9));
  const TrainOptions options = with_recipe(table, telling_features());
  const TrainedPipeline trained = train(later, options);
  const FeatureRecipe& recipe = trained.pipeline.parts().recipe->recipe();
  EXPECT_EQ(recipe.rows, 600u);
  EXPECT_TRUE(recipe.fingerprint.empty());
}

TEST(TrainRecipe, ARecipeForAnotherTargetIsRefused) {
  const Table table = read("c,x,y,z\na,1,0,1\nb,2,1,0\na,3,0,0\nb,4,1,1\nc,5,0,1\nc,6,1,0\n");
  FeatureOptions features;
  features.target = "z";
  features.encode = {"c=target"};
  TrainOptions options;
  options.target = "y";
  options.recipe = plan_features(table, features, {"0", "1"}, 42);
  EXPECT_THROW(train(table, options), Error);
}

}  // namespace
}  // namespace mlkit
