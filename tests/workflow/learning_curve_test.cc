#include "mlkit/workflow/learning_curve.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/data/split.h"
#include "mlkit/workflow/cross_validate.h"

namespace mlkit {
namespace {

// `columns` numbers, of which the first decides with so much noise.
Table made_table(std::size_t rows, std::size_t columns, double noise, double weight = 1) {
  RandomStream random(4, RandomPurpose::kSimulate);
  std::string csv;
  for (std::size_t c = 0; c < columns; ++c) csv += "x" + std::to_string(c) + ",";
  csv += "y,v\n";
  for (std::size_t i = 0; i < rows; ++i) {
    double first = 0;
    for (std::size_t c = 0; c < columns; ++c) {
      const double x = random.normal();
      if (c == 0) first = x;
      csv += std::to_string(x) + ",";
    }
    const double z = weight * first + noise * random.normal();
    csv += (z > 0.3 ? "yes," : "no,") + std::to_string(z) + "\n";
  }
  Context context(1);
  CsvReadOptions options;
  options.types["y"] = {ColumnType::kCategory, false};
  return read_csv_bytes(csv, options, context);
}

struct Learned {
  LearningCurve curve;
  std::vector<std::string> warnings;
};

Learned learn(const Table& table, const std::string& target, const LearningCurveOptions& curve = {}, int threads = 1) {
  TrainOptions options;
  options.target = target;
  if (table.find("v")) options.exclude = {target == "y" ? "v" : "y"};
  Context context(threads);
  const Target truth = read_target(table, options, context);
  const auto folds =
      truth.labels.empty() ? folds_random(table.rows(), 5, 42) : folds_stratified(truth.labels, truth.classes, 5, 42);
  Learned out{learning_curve(table, truth, options, curve, folds, context), {}};
  out.warnings = context.take_warnings();
  return out;
}

TEST(LearningCurve, APrefixOfTheNestedOrderHasTheSharesOfTheClasses) {
  std::vector<std::uint32_t> labels;
  for (std::uint32_t i = 0; i < 300; ++i) labels.push_back(i < 30 ? 2 : i < 120 ? 0 : 1);
  const std::vector<std::uint32_t> order = nested_order(labels, 300, 42, 0);
  std::vector<double> met(3);
  const double share[] = {0.3, 0.6, 0.1};
  for (std::size_t i = 0; i < 300; ++i) {
    met[labels[order[i]]] += 1;
    for (std::size_t c = 0; c < 3; ++c) EXPECT_LT(std::abs(met[c] - share[c] * static_cast<double>(i + 1)), 1.5);
  }
  std::vector<std::uint32_t> sorted = order;
  std::sort(sorted.begin(), sorted.end());
  for (std::uint32_t i = 0; i < 300; ++i) EXPECT_EQ(sorted[i], i);
  EXPECT_NE(order, nested_order(labels, 300, 43, 0));
  EXPECT_NE(order, nested_order(labels, 300, 42, 1));
}

TEST(LearningCurve, AtAllRowsItIsCrossValidation) {
  const Table table = made_table(300, 4, 1);
  for (const char* target : {"y", "v"}) {
    const LearningCurve curve = learn(table, target, {.metric = "", .sizes = {0.5, 1}, .points = 6}).curve;
    TrainOptions options;
    options.target = target;
    options.exclude = {std::string(target) == "y" ? "v" : "y"};
    Context context(1);
    bool found = false;
    for (const CrossValidated& score :
         cross_validate(table, read_target(table, options, context), options, 5, context)) {
      if (score.metric != curve.metric) continue;
      found = true;
      // Folds differ by a row in size: the curve learns from as many rows as the smallest has.
      ASSERT_EQ(curve.points.back().rows, 240u);
      EXPECT_EQ(curve.points.back().valid, score.folds);
      EXPECT_EQ(curve.points.back().valid_mean, score.mean);
      EXPECT_EQ(curve.points.back().valid_sd, score.sd);
    }
    EXPECT_TRUE(found) << target;
    EXPECT_EQ(curve.points[0].rows, 120u);
  }
}

TEST(LearningCurve, SizesDoubleUpToAllRowsAndHaveEveryClass) {
  const LearningCurve curve = learn(made_table(400, 2, 1), "y").curve;
  ASSERT_EQ(curve.points.size(), 6u);
  EXPECT_EQ(curve.points.back().rows, 320u);
  EXPECT_EQ(curve.points.front().rows, 10u);
  for (const LearningCurvePoint& point : curve.points) EXPECT_EQ(point.valid.size(), 5u);
}

TEST(LearningCurve, SizesTooSmallForAClassAreRaisedAndTooLargeOnesRefused) {
  const Table table = made_table(200, 2, 1);
  const Learned got = learn(table, "y", {.metric = "", .sizes = {1, 2, 0.001}, .points = 6});
  EXPECT_EQ(got.curve.points.back().rows, 160u);
  EXPECT_EQ(got.warnings.size(), 1u);
  EXPECT_THROW(learn(table, "y", {.metric = "", .sizes = {161}, .points = 6}), Error);
  EXPECT_THROW(learn(table, "y", {.metric = "rmse", .sizes = {}, .points = 6}), Error);
}

TEST(LearningCurve, SizesWithAnEmptyColumnAreLeftOut) {
  std::string csv = "x,rare,y\n";
  for (int i = 0; i < 200; ++i) {
    csv += std::to_string(i % 17) + "," + (i % 10 == 3 ? "1" : "") + "," + (i % 17 > 8 ? "b" : "a") + "\n";
  }
  Context context(1);
  const Learned got = learn(read_csv_bytes(csv, {}, context), "y");
  EXPECT_LT(got.curve.points.size(), 6u);
  EXPECT_EQ(got.curve.points.back().rows, 160u);
  ASSERT_FALSE(got.warnings.empty());
  EXPECT_NE(got.warnings[0].find("no model can be fitted"), std::string::npos) << got.warnings[0];
}

TEST(LearningCurve, AFewColumnsAndManyRowsAreBias) {
  const LearningCurve curve =
      learn(made_table(4000, 3, 0.3), "v", {.metric = "", .sizes = {0.5, 1}, .points = 6}).curve;
  EXPECT_EQ(curve.metric, "rmse");
  EXPECT_EQ(curve.verdict, CurveVerdict::kBias);
  EXPECT_GT(curve.skill, 5 * curve.skill_error);
}

TEST(LearningCurve, NoiseIsNoSkill) {
  EXPECT_EQ(learn(made_table(400, 3, 1, 0), "y").curve.verdict, CurveVerdict::kNoSkill);
}

TEST(LearningCurve, ManyColumnsAndFewRowsAskForMore) {
  const LearningCurve curve = learn(made_table(240, 60, 0.5), "v").curve;
  EXPECT_EQ(curve.verdict, CurveVerdict::kMoreRows);
  EXPECT_GT(curve.gap, 0);
  EXPECT_EQ(curve.gain_from, curve.points[curve.points.size() - 2].rows);
}

TEST(LearningCurve, AFlatCurveWithAGapIsVariance) {
  // The last step adds a handful of rows: no gain to speak of, and the gap of 60 columns on 190 rows.
  const LearningCurve curve =
      learn(made_table(240, 60, 2), "v", {.metric = "", .sizes = {189, 192}, .points = 6}).curve;
  EXPECT_TRUE(curve.verdict == CurveVerdict::kVariance || curve.verdict == CurveVerdict::kNoSkill);
  const LearningCurve skilled =
      learn(made_table(240, 60, 0.5), "v", {.metric = "", .sizes = {189, 192}, .points = 6}).curve;
  EXPECT_EQ(skilled.verdict, CurveVerdict::kVariance);
}

TEST(LearningCurve, OneSizeIsTooLittleToJudge) {
  EXPECT_EQ(learn(made_table(200, 2, 0.3), "y", {.metric = "", .sizes = {1}, .points = 6}).curve.points.size(), 1u);
  EXPECT_EQ(learn(made_table(200, 2, 0.3), "y", {.metric = "", .sizes = {}, .points = 1}).curve.verdict,
            CurveVerdict::kUnclear);
}

TEST(LearningCurve, WhatTheFoldsCannotShowIsNotCalledBias) {
  // 30 validation rows a fold: one of them moves the accuracy by 0.03, more than gain and gap here.
  const LearningCurve few = learn(made_table(150, 2, 0.5), "y", {.metric = "accuracy", .sizes = {}, .points = 6}).curve;
  EXPECT_LT(std::abs(few.gain), 2 * few.gain_error);
  EXPECT_LT(std::abs(few.gap), 2 * few.gap_error);
  EXPECT_EQ(few.verdict, CurveVerdict::kUnclear);
}

TEST(LearningCurve, FoldsWithoutTheMetricAreNamedAndTheVerdictStaysOpenWhereTheyDiffer) {
  // In the second fold all have one class: no size has an area there. The others can be compared.
  const Table table = made_table(900, 2, 1);
  TrainOptions options;
  options.target = "y";
  options.exclude = {"v"};
  Context context(1);
  const Target truth = read_target(table, options, context);
  std::vector<std::uint32_t> folds = folds_random(table.rows(), 4, 42);
  for (std::size_t i = 0; i < folds.size(); ++i) {
    if (folds[i] == 1 && truth.labels[i] == 1) folds[i] = 0;
  }
  LearningCurve curve =
      learning_curve(table, truth, options, {.metric = "", .sizes = {0.5, 1}, .points = 6}, folds, context);
  EXPECT_TRUE(curve.same_folds);
  std::vector<std::string> warnings = context.take_warnings();
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_NE(warnings[0].find("roc_auc of validation rows is not defined in 1 of 4 folds"), std::string::npos)
      << warnings[0];

  // A fold's R2 of training rows is there for the large size, but validation targets of one value have none at any; the
  // small size of constant targets has no training R2, the large one has.
  std::string csv = "x,v\n";
  for (int i = 0; i < 40; ++i) csv += std::to_string(i % 7) + "," + (i == 0 ? "3" : i < 20 ? "1" : "2") + "\n";
  const Table steps = read_csv_bytes(csv, {}, context);
  options.target = "v";
  options.exclude = {};
  options.task = "regression";
  std::vector<std::uint32_t> halves(40);
  for (std::size_t i = 20; i < 40; ++i) halves[i] = 1;
  const Target numbers = read_target(steps, options, context);
  context.take_warnings();
  curve = learning_curve(steps, numbers, options, {.metric = "r2", .sizes = {20}, .points = 6}, halves, context);
  EXPECT_FALSE(curve.same_folds);
  EXPECT_EQ(curve.verdict, CurveVerdict::kUnclear);
  EXPECT_FALSE(context.take_warnings().empty());
}

TEST(LearningCurve, ThreadsChangeNoDigit) {
  const Table table = made_table(200, 5, 1);
  const LearningCurve once = learn(table, "y").curve, many = learn(table, "y", {}, 3).curve;
  for (std::size_t i = 0; i < once.points.size(); ++i) EXPECT_EQ(once.points[i].valid, many.points[i].valid);
}

}  // namespace
}  // namespace mlkit
