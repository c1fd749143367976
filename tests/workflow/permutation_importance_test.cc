#include "mlkit/workflow/permutation_importance.h"

#include <gtest/gtest.h>

#include <stdexcept>

#include "mlkit/base/error.h"
#include "mlkit/features/fit_features.h"
#include "support/mixed_rows.h"

namespace mlkit {
namespace {

using test::mixed_csv;
using test::options_for;
using test::read_rows;
using test::train_model;

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
  const Table table = read_rows(csv);
  TrainOptions options;
  options.target = "y";
  options.task = "regression";
  const PermutationImportance got = permuted(train_model(table, options), table);
  EXPECT_EQ(got.metric, "r2");
  // var(y) = 11. With 4,000 rows sample variances and correlations are off by about 1/60 each: four of these.
  EXPECT_NEAR(loss_of(got, "a"), 2 * 9 / 11.0, 0.07 * 2 * 9 / 11);
  EXPECT_NEAR(loss_of(got, "b"), 2 * 1 / 11.0, 0.12 * 2 * 1 / 11);
  EXPECT_NEAR(loss_of(got, "c"), 0, 1e-3);
  EXPECT_EQ(got.columns[0].losses.size(), 5u);
}

TEST(PermutationImportance, WhatIsDerivedFromAColumnFollowsIt) {
  const Table table = read_rows(mixed_csv(400));
  TrainOptions options = options_for("number");
  options.features = {"city"};
  FeatureOptions features;
  features.target = "number";
  features.encode = {"city=target"};
  Context context(1);
  options.recipe = plan_features(table, features, {}, 42, options.exclude);
  const PermutationImportance got = permuted(train_model(table, options), table);
  EXPECT_GT(loss_of(got, "city"), 0.05) << "the encoding was made anew from the shuffled cells";
}

TEST(PermutationImportance, LowerIsBetterIsTurnedRound) {
  const Table table = read_rows(mixed_csv(300));
  const Pipeline pipeline = train_model(table, options_for("two"));
  const PermutationImportance got = permuted(pipeline, table, {.metric = "log_loss", .repeats = 2, .seed = 1});
  EXPECT_GT(loss_of(got, "size"), 0.1);
  EXPECT_EQ(permuted(pipeline, table, {.metric = "", .repeats = 1, .seed = 1}).columns[0].sd, 0);
}

TEST(PermutationImportance, OfADummyIsNothing) {
  const Table table = read_rows(mixed_csv(60));
  TrainOptions options = options_for("two");
  options.model = "dummy";
  for (const ColumnLoss& loss : permuted(train_model(table, options), table).columns) EXPECT_EQ(loss.mean, 0);
}

TEST(PermutationImportance, ThreadsChangeNoDigitAndSeedsDo) {
  const Table table = read_rows(mixed_csv(300));
  const Pipeline pipeline = train_model(table, options_for("three"));
  const auto once = permuted(pipeline, table), many = permuted(pipeline, table, {}, 4);
  const auto other = permuted(pipeline, table, {.metric = "", .repeats = 5, .seed = 7});
  EXPECT_EQ(once.columns[0].losses, many.columns[0].losses);
  EXPECT_NE(once.columns[0].losses, other.columns[0].losses);
  EXPECT_NE(once.columns[0].losses[0], once.columns[0].losses[1]);
}

TEST(PermutationImportance, AMetricThatIsNotDefinedOnTheRowsIsAnError) {
  const Table table = read_rows(mixed_csv(300));
  const Pipeline pipeline = train_model(table, options_for("two"));
  const Table one_class = read_rows(
      "size,weight,city,open,day,noise,two\n1,80,c1,true,2024-03-09,0.5,yes\n"
      "1,90,c1,true,2024-03-09,0.5,yes\n");
  EXPECT_THROW(permuted(pipeline, one_class), Error);
  EXPECT_THROW(permuted(pipeline, table, {.metric = "rmse", .repeats = 5, .seed = 1}), Error);
}

}  // namespace
}  // namespace mlkit
