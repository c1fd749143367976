#include "mlkit/eval/metrics.h"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/eval/probability.h"
#include "mlkit/eval/regression.h"

namespace mlkit {
namespace {

struct Example {
  std::vector<std::uint32_t> labels{0, 1, 2, 0, 0, 2, 1, 1, 2, 1, 2, 0};
  std::vector<double> probabilities{.7, .2,  .1,  .1,  .6, .3,  .2, .2, .6, .5, .3, .2, .3,  .4,  .3, .1,  .1,  .8,
                                    .4, .35, .25, .25, .5, .25, .6, .1, .3, .2, .7, .1, .15, .25, .6, .33, .33, .34};
  std::vector<std::int32_t> predicted{0, 1, 2, 0, 1, 2, 0, 1, 0, 1, 2, 2};
  std::vector<double> weights{1, 2, 1, .5, 3, 1, 1, 2, 1, 1, .25, 1.5};

  ScoredRows rows(bool weighted) const {
    ScoredRows out;
    out.classes = 3;
    out.labels = labels;
    out.predicted = predicted;
    out.probabilities = probabilities;
    if (weighted) out.weights = weights;
    return out;
  }
};

std::map<std::string, MetricValue> values(const ScoredRows& rows, std::vector<std::string> names,
                                          bool intervals = false, int threads = 1) {
  Context context(threads);
  MetricOptions options;
  options.intervals = intervals;
  options.resamples = 200;
  std::map<std::string, MetricValue> out;
  for (MetricValue& value : compute_metrics(rows, names, options, context)) out[value.name] = value;
  return out;
}

TEST(Metrics, ThreeClassesAreThoseOfScikitLearn) {
  // scikit-learn 1.2.1: means of one-against-rest scores; sample_weight for the second column.
  const std::map<std::string, std::pair<double, double>> known{
      {"roc_auc", {0.9166666666666666, 0.8907368907368908}},
      {"average_precision", {0.8587301587301587, 0.826994301994302}},
      {"log_loss", {0.7018079191068081, 0.7775902915682522}},
      {"balanced_accuracy", {0.6666666666666666, 0.5918803418803419}},
      {"mcc", {0.5, 0.35769636579030256}},
      {"cohen_kappa", {0.5, 0.34516928158546656}},
      {"f1_weighted", {0.6666666666666666, 0.5422778257118206}},
      {"accuracy", {0.6666666666666666, 0.5737704918032787}},
      {"brier", {0.39653333333333335, 0.4482852459016393}},
  };
  const Example example;
  std::vector<std::string> names;
  for (const auto& [name, value] : known) names.push_back(name);
  const auto plain = values(example.rows(false), names);
  const auto weighted = values(example.rows(true), names);
  for (const auto& [name, value] : known) {
    EXPECT_NEAR(*plain.at(name).value, value.first, 1e-14) << name;
    EXPECT_NEAR(*weighted.at(name).value, value.second, 1e-14) << name;
  }
}

TEST(Metrics, WeightedRegressionIsThatOfScikitLearn) {
  const std::vector<double> truth{3, -.5, 2, 7, 4.5}, predicted{2.5, 0, 2, 8, 5}, weights{1, 2, .5, 1, 3};
  const RegressionScores got = regression_scores(truth, predicted, weights);
  EXPECT_NEAR(got.mse, 0.3333333333333333, 1e-15);
  EXPECT_NEAR(got.mae, 0.5333333333333333, 1e-15);
  EXPECT_NEAR(got.r2.value, 0.9474973748687434, 1e-15);
  EXPECT_NEAR(got.explained_variance.value, 0.9726986349317466, 1e-15);
  EXPECT_NEAR(got.mape, 0.35238095238095235, 1e-15);
  EXPECT_EQ(got.median_ae, 0.5);
}

TEST(Metrics, EveryIntervalHoldsItsValueAndIgnoresThreads) {
  const Example example;
  const auto one = values(example.rows(false), default_metrics(3), true, 1);
  const auto many = values(example.rows(false), default_metrics(3), true, 8);
  for (const auto& [name, value] : one) {
    ASSERT_EQ(value.value.has_value(), true) << name;
    if (name.starts_with("ece")) {
      EXPECT_FALSE(value.interval.has_value());
      continue;
    }
    ASSERT_TRUE(value.interval.has_value()) << name;
    EXPECT_LT(value.interval->low, value.interval->high) << name;
    EXPECT_EQ(value.interval->low, many.at(name).interval->low) << name;
    EXPECT_EQ(value.interval->high, many.at(name).interval->high) << name;
    EXPECT_LE(value.interval->low, *value.value) << name;
    EXPECT_GE(value.interval->high, *value.value) << name;
  }
}

TEST(Metrics, PerfectScoresOfFewRowsHaveNoIntervalWithoutWidth) {
  const std::vector<std::uint32_t> labels{0, 0, 1, 1};
  const std::vector<std::int32_t> predicted{0, 0, 1, 1};
  const std::vector<double> probabilities{.9, .1, .8, .2, .1, .9, .3, .7};
  ScoredRows rows;
  rows.classes = 2, rows.labels = labels, rows.predicted = predicted, rows.probabilities = probabilities;
  for (const auto& [name, value] : values(rows, default_metrics(2), true)) {
    if (value.interval) {
      EXPECT_LT(value.interval->low, value.interval->high) << name;
    }
    if (name == "f1" || name == "balanced_accuracy") {
      EXPECT_FALSE(value.interval.has_value()) << name;
    }
    if (name == "accuracy" || name == "roc_auc") {
      EXPECT_TRUE(value.interval.has_value()) << name;
    }
  }
}

TEST(Calibration, TheShareOfTheClassIsExactlyCalibrated) {
  const std::vector<double> share(891, 342.0 / 891.0);
  std::vector<std::uint8_t> positive(891, 0);
  std::fill_n(positive.begin(), 342, std::uint8_t{1});
  EXPECT_EQ(calibration_error(reliability_by_width(share, positive, 10)), 0.0);
  EXPECT_EQ(calibration_error(reliability_by_mass(share, positive, 10)), 0.0);
}

TEST(Metrics, WhatIsNotDefinedSaysWhy) {
  ScoredRows rows;
  const std::vector<std::uint32_t> labels{0, 0};
  const std::vector<std::int32_t> predicted{0, 0};
  const std::vector<double> probabilities{.9, .1, .8, .2};
  rows.classes = 2, rows.labels = labels, rows.predicted = predicted, rows.probabilities = probabilities;
  const auto got = values(rows, {"roc_auc", "average_precision", "precision", "recall", "mcc", "accuracy"}, true);
  EXPECT_FALSE(got.at("roc_auc").value.has_value());
  EXPECT_FALSE(got.at("average_precision").value.has_value());
  EXPECT_EQ(got.at("roc_auc").note, "the rows are all of one class");
  EXPECT_EQ(*got.at("precision").value, 0.0);
  EXPECT_NE(got.at("precision").note, "");
  EXPECT_NE(got.at("recall").note, "");
  EXPECT_EQ(*got.at("mcc").value, 0.0);
  EXPECT_EQ(got.at("accuracy").note, "");
}

TEST(Metrics, ACertainMistakeHasNoFiniteLogLoss) {
  ScoredRows rows;
  const std::vector<std::uint32_t> labels{0, 1};
  const std::vector<std::int32_t> predicted{1, 1};
  const std::vector<double> probabilities{0, 1, 0.5, 0.5};
  rows.classes = 2, rows.labels = labels, rows.predicted = predicted, rows.probabilities = probabilities;
  const auto got = values(rows, {"log_loss"}, true);
  EXPECT_FALSE(got.at("log_loss").value.has_value());
  EXPECT_NE(got.at("log_loss").note, "");
}

TEST(Metrics, UnknownNamesAreRefusedWithTheNearest) {
  EXPECT_EQ(find_metric("Roc-AUC").name, "roc_auc");
  try {
    find_metric("roc_acu");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_NE(std::string(error.what()).find("roc_auc"), std::string::npos);
  }
  const Example example;
  EXPECT_THROW(values(example.rows(false), {"rmse"}), Error);
  EXPECT_THROW(values(ScoredRows{}, {"rmse"}), Error);
}

TEST(Metrics, ConstantTargetsHaveNoR2) {
  const std::vector<double> truth{2, 2}, predicted{1, 3};
  ScoredRows rows;
  rows.targets = truth, rows.values = predicted;
  EXPECT_FALSE(values(rows, {"r2"}).at("r2").value.has_value());
}

TEST(Calibration, EqualMassBinsShareTiesAndCoverAllRows) {
  std::vector<double> p;
  std::vector<std::uint8_t> y;
  for (int i = 0; i < 100; ++i) {
    p.push_back(i < 40 ? 0.1 : i / 100.0);
    y.push_back(i % 3 == 0 ? 1 : 0);
  }
  const auto bins = reliability_by_mass(p, y, 10);
  std::uint64_t rows = 0;
  for (const ReliabilityBin& bin : bins) rows += bin.rows;
  EXPECT_EQ(rows, 100u);
  EXPECT_EQ(bins[0].rows, 40u);  // one tie is one bin
  ASSERT_EQ(bins.size(), 7u);
  for (std::size_t k = 1; k < bins.size(); ++k) EXPECT_EQ(bins[k].rows, 10u);
}

TEST(Calibration, AProbabilityOnAnEdgeBelongsAbove) {
  const std::vector<double> p{0.3, 0.6, 0.7, 1.0, 0.0};
  const std::vector<std::uint8_t> y{0, 1, 1, 1, 0};
  const auto bins = reliability_by_width(p, y, 10);
  ASSERT_EQ(bins.size(), 5u);
  EXPECT_EQ(bins[1].low, 3 / 10.0);
  EXPECT_EQ(bins[2].low, 6 / 10.0);
  EXPECT_EQ(bins[3].low, 7 / 10.0);
  EXPECT_EQ(bins[4].low, 9 / 10.0);
}

}  // namespace
}  // namespace mlkit
