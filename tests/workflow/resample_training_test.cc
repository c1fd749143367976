// Resampling inside train and its folds.
#include "mlkit/workflow/resample_training.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/io/model_file.h"
#include "mlkit/workflow/cross_validate.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit {
namespace {

Table read(const std::string& text) {
  CsvReadOptions options;
  options.types["y"] = {ColumnType::kCategory, false};
  Context context(1);
  return read_csv_bytes(text, options, context);
}

// Two numbers (one with gaps) and a category; one row in ten or so is "yes", with log odds linear in a and the city.
std::string some_csv(std::size_t rows, bool related = true) {
  RandomStream random(17, RandomPurpose::kSample);
  std::string text = "a,b,city,y\n";
  for (std::size_t i = 0; i < rows; ++i) {
    const double a = random.normal();
    const std::uint64_t city = random.below(3);
    const double odds = -2.8 + (related ? 1.2 * a + 0.6 * static_cast<double>(city) : 0.5);
    const bool yes = random.uniform() < 1 / (1 + std::exp(-odds));
    text += std::to_string(a) + "," + (random.below(9) == 0 ? "" : std::to_string(random.normal())) + ",city" +
            std::to_string(city) + (yes ? ",yes\n" : ",no\n");
  }
  return text;
}

TrainOptions options_for(const std::string& method) {
  TrainOptions options;
  options.target = "y";
  options.resample.method = method;
  return options;
}

TrainedPipeline train(const Table& table, const TrainOptions& options, int threads = 1) {
  Context context(threads);
  return train_pipeline(table, options, context);
}

double share_of_yes(const Table& table) {
  const Column& y = table.column("y");
  double yes = 0;
  for (std::size_t row = 0; row < y.size(); ++row) yes += y.cell_text(row) == "yes" ? 1 : 0;
  return yes / static_cast<double>(y.size());
}

double mean_probability(const Pipeline& pipeline, const Table& table) {
  Context context(1);
  const Predictions answers = pipeline.predict(table, context);
  double sum = 0;
  for (std::size_t i = 0; i < answers.rows; ++i) sum += answers.probabilities_of(i)[1];
  return sum / static_cast<double>(answers.rows);
}

TEST(ResampleTraining, ProbabilitiesStayHonestAndLabelsAreThoseOfEvenClasses) {
  const Table table = read(some_csv(4000));
  const double share = share_of_yes(table);
  for (const char* method : {"smote", "over", "under"}) {
    const TrainedPipeline trained = train(table, options_for(method));
    EXPECT_NEAR(mean_probability(trained.pipeline, table), share, 1e-9) << method;
    ASSERT_EQ(trained.rows_before.size(), 2u);
    EXPECT_EQ(trained.rows_before[0] + trained.rows_before[1], 4000u);
    EXPECT_EQ(trained.rows_after[0], trained.rows_after[1]) << method;
    // About even odds before the correction, which are the share after it.
    EXPECT_NEAR(trained.pipeline.threshold(), share, 0.2 * share) << method;
    EXPECT_EQ(trained.pipeline.parts().record.rows, 4000u);
  }
}

TEST(ResampleTraining, RepeatingEveryRowTheSameIsTheWeightedFit) {
  // Nine rows of "no" for each of "yes", exactly: `over` repeats every "yes" nine times.
  std::string text = "a,y\n";
  RandomStream random(3, RandomPurpose::kSample);
  for (int i = 0; i < 500; ++i) {
    const bool yes = i % 10 == 0;
    text += std::to_string(random.normal() + (yes ? 1 : 0)) + (yes ? ",yes\n" : ",no\n");
  }
  const Table table = read(text);
  TrainOptions balanced = options_for("none");
  balanced.class_weight = "balanced";
  // The weights are 5/9 and 5 where the repeated rows weigh 1 and 9: the same up to the penalty, which is taken off.
  balanced.logistic.C = std::numeric_limits<double>::infinity();
  TrainOptions over = options_for("over");
  over.logistic.C = balanced.logistic.C;
  const TrainedPipeline a = train(table, balanced);
  const TrainedPipeline b = train(table, over);
  EXPECT_NEAR(a.pipeline.threshold(), b.pipeline.threshold(), 1e-6);
  EXPECT_NEAR(mean_probability(a.pipeline, table), mean_probability(b.pipeline, table), 1e-6);
}

TEST(ResampleTraining, MultinomialProbabilitiesComeBackToTheTrueShares) {
  std::string text = "a,b,y\n";
  RandomStream random(5, RandomPurpose::kSample);
  for (int i = 0; i < 3000; ++i) {
    const std::uint64_t draw = random.below(20);
    const int label = draw == 0 ? 2 : draw < 5 ? 1 : 0;
    text += std::to_string(random.normal() + (label == 1 ? 1.5 : 0)) + "," +
            std::to_string(random.normal() + (label == 2 ? 1.5 : 0)) + ",k" + std::to_string(label) + "\n";
  }
  const Table table = read(text);
  const TrainedPipeline trained = train(table, options_for("smote"));
  Context context(1);
  const Predictions answers = trained.pipeline.predict(table, context);
  for (std::size_t c = 0; c < 3; ++c) {
    double mean = 0;
    for (std::size_t i = 0; i < answers.rows; ++i) mean += answers.probabilities_of(i)[c] / 3000;
    const double share = static_cast<double>(trained.rows_before[c]) / 3000;
    EXPECT_NEAR(mean, share, 1e-9) << c;
  }
}

TEST(ResampleTraining, IsSealedInTheModelsOptions) {
  TrainOptions options = options_for("smote");
  options.resample.k_neighbors = 3;
  const TrainedPipeline trained = train(read(some_csv(600)), options);
  const auto& texts = trained.pipeline.parts().record.options;
  const auto has = [&](const std::string& name, const std::string& value) {
    return std::find(texts.begin(), texts.end(), std::pair(name, value)) != texts.end();
  };
  EXPECT_TRUE(has("resample", "smote"));
  EXPECT_TRUE(has("k_neighbors", "3"));
}

TEST(ResampleTraining, ThreadsChangeNoByte) {
  const Table table = read(some_csv(1500));
  const std::string one = pipeline_to_bytes(train(table, options_for("smote"), 1).pipeline);
  for (const int threads : {2, 3, 8}) {
    EXPECT_TRUE(pipeline_to_bytes(train(table, options_for("smote"), threads).pipeline) == one) << threads;
  }
}

// Where the target has nothing to do with the columns, the rows that a fold is judged on must not look learnable:
// made rows of them would. The standard error of an AUC without information is sqrt((n1 + n0 + 1) / (12 n1 n0)).
TEST(ResampleTraining, FoldsOfATargetWithoutMeaningScoreAHalf) {
  const Table table = read(some_csv(3000, false));
  const double share = share_of_yes(table);
  Context context(1);
  const TrainOptions options = options_for("smote");
  const Target target = read_target(table, options, context);
  for (const CrossValidated& score : cross_validate(table, target, options, 5, context)) {
    if (score.metric != "roc_auc") continue;
    const double yes = 3000 * share;
    EXPECT_NEAR(score.mean, 0.5, 4 * std::sqrt(3001 / (12 * yes * (3000 - yes))));
    return;
  }
  FAIL() << "no roc_auc";
}

TEST(ResampleTraining, RefusesNumbersAndTwoWaysAtOnce) {
  TrainOptions both = options_for("over");
  both.class_weight = "balanced";
  EXPECT_THROW(train(read(some_csv(300)), both), Error);
  TrainOptions numbers = options_for("over");
  numbers.target = "a";
  EXPECT_THROW(train(read(some_csv(300)), numbers), Error);
}

}  // namespace
}  // namespace mlkit
