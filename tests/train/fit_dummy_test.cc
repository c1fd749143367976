#include "mlkit/train/fit_dummy.h"

#include <cmath>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"

namespace mlkit {
namespace {

Dataset numbers(std::vector<double> targets, std::vector<double> weights = {}) {
  Dataset data;
  data.features = DenseMatrix{targets.size(), 1, std::vector<double>(targets.size(), 0.0)};
  data.targets = std::move(targets);
  data.weights = std::move(weights);
  return data;
}

double answer(const Dataset& data, const std::string& strategy) {
  Context context(1);
  DummyOptions options;
  options.strategy = strategy;
  const auto fit = fit_dummy(DatasetView(data), options, context);
  double out = 0;
  fit.model->predict_row(std::span<const double>(), std::span<double>(&out, 1));
  return out;
}

TEST(FitDummy, SharesOfTheClassesByWeight) {
  Dataset data;
  data.features = DenseMatrix{4, 0, {}};
  data.labels = {0, 1, 1, 2};
  data.classes = {"a", "b", "c"};
  data.weights = {1, 1, 1, 5};
  Context context(1);
  const auto fit = fit_dummy(DatasetView(data), {}, context);
  double p[3];
  fit.model->predict_row(std::span<const double>(), p);
  EXPECT_EQ(p[0], 0.125);
  EXPECT_EQ(p[1], 0.25);
  EXPECT_EQ(p[2], 0.625);
  EXPECT_NEAR(fit.report.objective, -(std::log(0.125) + 2 * std::log(0.25) + 5 * std::log(0.625)), 1e-14);
}

TEST(FitDummy, MeanAndMedianOfTheTargets) {
  EXPECT_EQ(answer(numbers({1, 2, 3, 10}), "mean"), 4.0);
  EXPECT_EQ(answer(numbers({10, 1, 3, 2}), "median"), 2.5);
  EXPECT_EQ(answer(numbers({10, 1, 3}), "median"), 3.0);
  EXPECT_EQ(answer(numbers({10, 1, 3}, {1, 5, 1}), "median"), 1.0);
  EXPECT_EQ(answer(numbers({10, 1, 3}, {0, 1, 1}), "median"), 2.0);
  EXPECT_EQ(answer(numbers({10, 1, 3}, {2, 1, 1}), "mean"), 6.0);
}

TEST(FitDummy, MeanOfTargetsWithALargeOffsetKeepsItsDigits) {
  std::vector<double> targets;
  for (int i = 0; i < 10001; ++i) targets.push_back(1e9 + i % 3 * 0.125);  // 3334, 3334, 3333 of each
  const double exact = 1e9 + (3334 * 0.125 + 3333 * 0.25) / 10001;
  EXPECT_EQ(answer(numbers(targets), "mean"), exact);
}

TEST(FitDummy, NoRowsIsAnError) {
  Context context(1);
  EXPECT_THROW(fit_dummy(DatasetView(numbers({})), {}, context), Error);
  EXPECT_THROW(fit_dummy(DatasetView(numbers({1, 2}, {0, 0})), {}, context), Error);
  EXPECT_THROW(fit_dummy(DatasetView(numbers({1, 2}, {1, -1})), {}, context), Error);
}

}  // namespace
}  // namespace mlkit
