// Why models answer as they do: contributions on raw columns (pipeline/explain.h) and permutation importance, on models
// that were trained here.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/features/fit_features.h"
#include "mlkit/io/model_card.h"
#include "mlkit/pipeline/explain.h"
#include "mlkit/workflow/drift_reference.h"
#include "mlkit/workflow/permutation_importance.h"

namespace mlkit {
namespace {

// Numbers with gaps, a category, a boolean, dates; `y` of three kinds. `noise` has nothing to do with them.
std::string mixed_csv(std::size_t rows) {
  RandomStream random(3, RandomPurpose::kSimulate);
  std::string csv = "size,weight,city,open,day,noise,number,two,three\n";
  for (std::size_t i = 0; i < rows; ++i) {
    const double size = random.normal(), weight = 100 + 20 * random.normal();
    const std::uint64_t city = random.below(4), open = random.below(2), day = random.below(28);
    const double z = 1.5 * size - 0.02 * (weight - 100) + 0.7 * static_cast<double>(city) - 1 + 0.5 * random.normal();
    csv += (i % 7 == 3 ? "" : std::to_string(size)) + "," + std::to_string(weight) + "," +
           (i % 11 == 5 ? "" : "c" + std::to_string(city)) + "," + (open == 0 ? "false" : "true") + ",2024-03-" +
           (day < 9 ? "0" : "") + std::to_string(day + 1) + "," + std::to_string(random.uniform()) + "," +
           std::to_string(z) + "," + (z > 0.2 ? "yes" : "no") + "," +
           (z > 1      ? "high"
            : z > -0.5 ? "mid"
                       : "low") +
           "\n";
  }
  return csv;
}

Table read(const std::string& csv) {
  Context context(1);
  return read_csv_bytes(csv, {}, context);
}

TrainOptions options_for(const std::string& target) {
  TrainOptions options;
  options.target = target;
  for (const char* other : {"number", "two", "three"}) {
    if (target != other) options.exclude.emplace_back(other);
  }
  return options;
}

Pipeline train(const Table& table, const TrainOptions& options) {
  Context context(1);
  const Pipeline pipeline = train_pipeline(table, options, context).pipeline;
  return pipeline.with_drift(learn_drift_reference(pipeline, table, context));
}

// The score of a row by the model's answer alone.
double score_by_answer(const Predictions& answers, std::size_t row, std::size_t score) {
  if (answers.classes == 0) return answers.values[row];
  const std::span<const double> p = answers.probabilities_of(row);
  if (answers.classes == 2) return std::log(p[1] / p[0]);
  double mean = 0;
  for (const double share : p) mean += std::log(share) / static_cast<double>(p.size());
  return std::log(p[score]) - mean;
}

struct Variant {
  std::string target;
  bool clean = false;
  bool scale = true;
  bool recipe = false;
  bool drop_first = false;
};

class EveryVariant : public testing::TestWithParam<Variant> {
 protected:
  static TrainOptions options(const Table& table) {
    const Variant& variant = GetParam();
    TrainOptions out = options_for(variant.target);
    if (variant.clean) out.clean.emplace().indicator = true;
    if (!variant.scale) out.preprocess.scale = "none";
    out.preprocess.drop_first = variant.drop_first;
    if (!variant.recipe) return out;
    FeatureOptions features;
    features.target = variant.target;
    features.encode = {"city=target"};
    features.bins = {"size=4"};
    features.interactions = {"size:weight"};
    Context context(1);
    out.recipe = plan_features(table, features, read_target(table, out, context).classes, 42, out.exclude);
    return out;
  }
};

TEST_P(EveryVariant, BaseAndContributionsAddUpToTheScoreOfTheAnswer) {
  const Table table = read(mixed_csv(300));
  const Pipeline pipeline = train(table, options(table));
  const Table others = read("size,weight,city,open,day,noise\n,80,unseen,true,2024-03-09,0.5\n9,-5,c1,false,,\n");
  const Explainer explainer(pipeline);
  const Context context(1);
  for (const Table* rows : {&table, &others}) {
    const Matrix features = pipeline.features(*rows, context);
    const Predictions answers = pipeline.predict(*rows, context);
    std::vector<double> parts(explainer.columns().size());
    for (std::size_t row = 0; row < rows->rows(); ++row) {
      for (std::size_t s = 0; s < explainer.scores(); ++s) {
        const double score = explainer.contributions(MatrixView(features), row, s, parts);
        double sum = explainer.base(s);
        for (const double part : parts) sum += part;
        EXPECT_NEAR(sum, score, 1e-11 * (1 + std::abs(score)));  // some tens of roundings of terms of that size
        // Probabilities near 1 have lost the digits that 1 - p would need: about e^|score| roundings.
        EXPECT_NEAR(sum, score_by_answer(answers, row, s), 1e-11 * (1 + std::exp(std::abs(score))));
      }
    }
  }
}

TEST_P(EveryVariant, TheAverageTrainingRowHasNoContributions) {
  const Table table = read(mixed_csv(300));
  const Pipeline pipeline = train(table, options(table));
  const Explainer explainer(pipeline);
  const Context context(2);
  const Matrix features = pipeline.features(table, context);
  const ContributionSummary summary = summarize_contributions(explainer, MatrixView(features), context);
  EXPECT_LT(summary.max_error, 1e-10);
  for (std::size_t c = 0; c < explainer.columns().size(); ++c) {
    const std::string& name = explainer.columns()[c].name;
    // A target encoding is cross-fitted in training; the parts of time stamps that are not scaled have those of the
    // median for a mean.
    const bool approximate = (GetParam().recipe && name == "city") || (!GetParam().scale && name == "day");
    for (std::size_t s = 0; s < explainer.scores() && !approximate; ++s) {
      EXPECT_NEAR(summary.mean[s * explainer.columns().size() + c], 0, 1e-11) << name;
    }
  }
}

INSTANTIATE_TEST_SUITE_P(Models, EveryVariant,
                         testing::Values(Variant{"two"}, Variant{"three"}, Variant{"number"}, Variant{"two", true},
                                         Variant{"number", false, false}, Variant{"three", false, true, true},
                                         Variant{"number", true, true, true}, Variant{"two", false, true, false, true}),
                         [](const auto& test) {
                           const Variant& v = test.param;
                           return v.target + (v.clean ? "_cleaned" : "") + (v.scale ? "" : "_unscaled") +
                                  (v.recipe ? "_recipe" : "") + (v.drop_first ? "_drop_first" : "");
                         });

std::vector<std::string> names_of(const Explainer& explainer) {
  std::vector<std::string> names;
  for (const ExplainedColumn& column : explainer.columns()) names.push_back(column.name);
  return names;
}

TEST(ExplainModel, LevelsTimePartsAndIndicatorsBelongToTheirColumn) {
  const Table table = read(mixed_csv(200));
  TrainOptions options = options_for("two");
  options.clean.emplace().indicator = true;
  const std::vector<std::string> columns = {"size", "weight", "city", "open", "day", "noise"};
  const Pipeline pipeline = train(table, options);
  EXPECT_EQ(names_of(Explainer(pipeline)), columns);
  EXPECT_GT(pipeline.parts().preprocess.outputs(), 9u);
}

TEST(ExplainModel, AFeatureOfTwoColumnsStandsUnderItsOwnName) {
  const Table table = read(mixed_csv(200));
  TrainOptions options = options_for("number");
  FeatureOptions features;
  features.target = "number";
  features.interactions = {"size:weight"};
  Context context(1);
  options.recipe = plan_features(table, features, {}, 42, options.exclude);
  const Explainer explainer(train(table, options));
  EXPECT_EQ(explainer.columns().back().name, "size_x_weight");
  EXPECT_EQ(explainer.columns().back().inputs.size(), 2u);
}

TEST(ExplainModel, SealedImportanceIsTheSpreadOfTheContributionsInTraining) {
  const Table table = read(mixed_csv(400));
  for (const char* target : {"two", "three", "number"}) {
    const Pipeline pipeline = train(table, options_for(target));
    const Explainer explainer(pipeline);
    const Context context(1);
    const Matrix features = pipeline.features(table, context);
    std::vector<double> parts(explainer.columns().size());
    for (std::size_t s = 0; s < explainer.scores(); ++s) {
      std::vector<double> squares(parts.size());
      for (std::size_t row = 0; row < table.rows(); ++row) {
        explainer.contributions(MatrixView(features), row, s, parts);
        for (std::size_t c = 0; c < parts.size(); ++c) squares[c] += parts[c] * parts[c];
      }
      const std::vector<SealedImportance> sealed = explainer.sealed_importance(s);
      for (std::size_t c = 0; c < parts.size(); ++c) {
        ASSERT_TRUE(sealed[c].sd.has_value());
        EXPECT_EQ(sealed[c].exact, explainer.columns()[c].name != "day" || sealed[c].effects.size() == 1);
        if (!sealed[c].exact) continue;
        const double sd = std::sqrt(squares[c] / static_cast<double>(table.rows()));
        EXPECT_NEAR(*sealed[c].sd, sd, 1e-10) << target << " " << explainer.columns()[c].name;
      }
    }
  }
}

TEST(ExplainModel, WithoutScalingTheReferenceKnowsTheSpread) {
  const Table table = read(mixed_csv(400));
  TrainOptions options = options_for("number");
  options.preprocess.scale = "none";
  const Pipeline pipeline = train(table, options);
  const std::vector<SealedImportance> unscaled = Explainer(pipeline).sealed_importance(0);
  const std::vector<SealedImportance> scaled = Explainer(train(table, options_for("number"))).sealed_importance(0);
  // Least squares does not see scales: the same function, the same spread. (size has gaps, filled by its median.)
  for (const std::size_t c : {0, 1, 2, 3, 5}) EXPECT_NEAR(*unscaled[c].sd, *scaled[c].sd, 1e-9) << c;
  PipelineParts parts = pipeline.parts();
  parts.drift.reset();
  EXPECT_FALSE(Explainer(Pipeline(parts)).sealed_importance(0)[0].sd.has_value());
}

TEST(ExplainModel, SparseRowsAddUpAsWell) {
  std::string csv = "word,x,y\n";
  for (int i = 0; i < 900; ++i) {
    csv += "w" + std::to_string(i * 37 % 300) + "," + std::to_string(i % 13) + "," + (i % 5 < 2 ? "a" : "b") + "\n";
  }
  const Table table = read(csv);
  TrainOptions options;
  options.target = "y";
  const Pipeline pipeline = train(table, options);
  ASSERT_TRUE(pipeline.parts().preprocess.sparse());
  const Context context(1);
  const Matrix features = pipeline.features(table, context);
  EXPECT_LT(summarize_contributions(Explainer(pipeline), MatrixView(features), context).max_error, 1e-11);
}

TEST(ExplainModel, ThreadsChangeNoDigit) {
  const Table table = read(mixed_csv(9000));
  const Pipeline pipeline = train(table, options_for("three"));
  const Explainer explainer(pipeline);
  const Matrix features = pipeline.features(table, Context(1));
  const auto once = summarize_contributions(explainer, MatrixView(features), Context(1));
  const auto many = summarize_contributions(explainer, MatrixView(features), Context(3));
  EXPECT_EQ(once.mean_absolute, many.mean_absolute);
  EXPECT_EQ(once.mean, many.mean);
}

TEST(ExplainModel, ADummyHasNoContributions) {
  const Table table = read(mixed_csv(50));
  TrainOptions options = options_for("two");
  options.model = "dummy";
  const Pipeline pipeline = train(table, options);
  EXPECT_FALSE(Explainer::can_explain(pipeline));
  EXPECT_THROW(Explainer{pipeline}, Error);
}

TEST(ExplainModel, TheLargestComeFirstAndTiesInOrder) {
  const std::vector<double> values{0.5, -2, 0, 2, -0.5};
  EXPECT_EQ(largest_contributions(values, 3), (std::vector<std::size_t>{1, 3, 0}));
  EXPECT_EQ(largest_contributions(values, 99).size(), 5u);
}

// ---- permutation importance

PermutationImportance permuted(const Pipeline& pipeline, const Table& table, const PermutationOptions& options = {},
                               int threads = 1) {
  Context context(threads);
  return permutation_importance(pipeline, table, read_truth(table, pipeline), {}, options, context);
}

double loss_of(const PermutationImportance& importance, const std::string& column) {
  for (const ColumnLoss& loss : importance.columns) {
    if (loss.column == column) return loss.mean;
  }
  throw std::runtime_error("no column " + column);
}

// R2 of a least-squares fit y = sum b_j x_j with independent x_j: shuffling x_j makes the mean square error larger by
// 2 b_j^2 var(x_j), and R2 smaller by 2 b_j^2 var(x_j) / var(y).
TEST(PermutationImportance, OfALinearModelIsTwiceTheVarianceThatAColumnExplains) {
  RandomStream random(8, RandomPurpose::kSimulate);
  std::string csv = "a,b,c,y\n";
  for (int i = 0; i < 4000; ++i) {
    const double a = random.normal(), b = random.normal(), c = random.normal();
    csv += std::to_string(a) + "," + std::to_string(b) + "," + std::to_string(c) + "," +
           std::to_string(3 * a + b + random.normal()) + "\n";
  }
  const Table table = read(csv);
  TrainOptions options;
  options.target = "y";
  options.task = "regression";
  const PermutationImportance got = permuted(train(table, options), table);
  EXPECT_EQ(got.metric, "r2");
  // var(y) = 11. With 4,000 rows sample variances and correlations are off by about 1/60 each: four of these.
  EXPECT_NEAR(loss_of(got, "a"), 2 * 9 / 11.0, 0.07 * 2 * 9 / 11);
  EXPECT_NEAR(loss_of(got, "b"), 2 * 1 / 11.0, 0.12 * 2 * 1 / 11);
  EXPECT_NEAR(loss_of(got, "c"), 0, 1e-3);
  EXPECT_EQ(got.columns[0].losses.size(), 5u);
}

TEST(PermutationImportance, WhatIsDerivedFromAColumnFollowsIt) {
  const Table table = read(mixed_csv(400));
  TrainOptions options = options_for("number");
  options.features = {"city"};
  FeatureOptions features;
  features.target = "number";
  features.encode = {"city=target"};
  Context context(1);
  options.recipe = plan_features(table, features, {}, 42, options.exclude);
  const PermutationImportance got = permuted(train(table, options), table);
  EXPECT_GT(loss_of(got, "city"), 0.05) << "the encoding was made anew from the shuffled cells";
}

TEST(PermutationImportance, LowerIsBetterIsTurnedRound) {
  const Table table = read(mixed_csv(300));
  const Pipeline pipeline = train(table, options_for("two"));
  const PermutationImportance got = permuted(pipeline, table, {.metric = "log_loss", .repeats = 2, .seed = 1});
  EXPECT_GT(loss_of(got, "size"), 0.1);
  EXPECT_EQ(permuted(pipeline, table, {.metric = "", .repeats = 1, .seed = 1}).columns[0].sd, 0);
}

TEST(PermutationImportance, OfADummyIsNothing) {
  const Table table = read(mixed_csv(60));
  TrainOptions options = options_for("two");
  options.model = "dummy";
  for (const ColumnLoss& loss : permuted(train(table, options), table).columns) EXPECT_EQ(loss.mean, 0);
}

TEST(PermutationImportance, ThreadsChangeNoDigitAndSeedsDo) {
  const Table table = read(mixed_csv(300));
  const Pipeline pipeline = train(table, options_for("three"));
  const auto once = permuted(pipeline, table), many = permuted(pipeline, table, {}, 4);
  const auto other = permuted(pipeline, table, {.metric = "", .repeats = 5, .seed = 7});
  EXPECT_EQ(once.columns[0].losses, many.columns[0].losses);
  EXPECT_NE(once.columns[0].losses, other.columns[0].losses);
  EXPECT_NE(once.columns[0].losses[0], once.columns[0].losses[1]);
}

TEST(PermutationImportance, AMetricThatIsNotDefinedOnTheRowsIsAnError) {
  const Table table = read(mixed_csv(300));
  const Pipeline pipeline = train(table, options_for("two"));
  const Table one_class = read(
      "size,weight,city,open,day,noise,two\n1,80,c1,true,2024-03-09,0.5,yes\n"
      "1,90,c1,true,2024-03-09,0.5,yes\n");
  EXPECT_THROW(permuted(pipeline, one_class), Error);
  EXPECT_THROW(permuted(pipeline, table, {.metric = "rmse", .repeats = 5, .seed = 1}), Error);
}

// ---- the model card

TEST(ModelCard, SaysWhatTheFileKnowsAndCannotBeBrokenByNames) {
  std::string csv = "a|b,`tick`,<i>x</i>,y\n";
  for (int i = 0; i < 60; ++i) {
    csv += std::to_string(i % 7) + "," + (i % 3 == 0 ? "p|q" : "r`s") + "," + std::to_string(i % 4) + "," +
           (i % 5 < 2 ? "no" : "it's") + "\n";
  }
  TrainOptions options;
  options.target = "y";
  options.positive = "it's";
  const Pipeline pipeline = train(read(csv), options);
  ModelFileInfo info;
  info.sha256 = "cafe";
  const std::string card = render_model_card(pipeline, info);
  EXPECT_NE(card.find("# Model card: `y`\n"), std::string::npos);
  EXPECT_NE(card.find("whether `y` is `it's` (else `no`)"), std::string::npos);
  EXPECT_NE(card.find("| `a\\|b` | numeric | 0 .. 6 |"), std::string::npos) << card;
  EXPECT_NE(card.find("| `` `tick` `` |"), std::string::npos);
  EXPECT_NE(card.find("--positive 'it'\\''s'"), std::string::npos);
  EXPECT_NE(card.find("SHA-256 `cafe`"), std::string::npos);
  EXPECT_NE(card.find("No score on rows that the model did not learn from"), std::string::npos);
  const Json json = model_card_to_json(pipeline, info);
  EXPECT_EQ(json["trained_on"]["rows"], 60);
  EXPECT_FALSE(json["scores"].contains("validation_rows"));
  json_text(json);  // throws where a number is not finite
}

TEST(ModelCard, ValidationScoresStandApartFromTrainingOnes) {
  const Table table = read(mixed_csv(120));
  const Pipeline trained = train(table, options_for("number"));
  TrainingRecord record = trained.parts().record;
  record.valid_metrics = {{"r2", 0.125}};
  const std::string card = render_model_card(trained.with_record(record), {});
  EXPECT_NE(card.find("| metric | training rows | validation rows | baseline |"), std::string::npos);
  EXPECT_NE(card.find(" | 0.125 | "), std::string::npos);
  EXPECT_EQ(card.find("No score on rows"), std::string::npos);
}

}  // namespace
}  // namespace mlkit
