#include "mlkit/train/fit_logistic.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "train/fit_data.h"

namespace mlkit {
namespace {

using test::as_sparse;
using test::bytes_of;
using test::random_data;

LogisticFit fit(const Dataset& data, LogisticOptions options = {}, int threads = 2) {
  Context context(threads);
  return fit_logistic(DatasetView(data), options, context);
}

LogisticOptions with(const char* solver, double C = 1.0) {
  LogisticOptions options;
  options.solver = solver;
  options.C = C;
  return options;
}

// All numbers of a model: intercepts, then coefficients.
std::vector<double> numbers(const LogisticModel& model) {
  std::vector<double> out(model.intercepts().begin(), model.intercepts().end());
  out.insert(out.end(), model.coefficients().begin(), model.coefficients().end());
  return out;
}

void expect_close(const LogisticModel& a, const LogisticModel& b, double atol) {
  const std::vector<double> x = numbers(a), y = numbers(b);
  ASSERT_EQ(x.size(), y.size());
  for (std::size_t i = 0; i < x.size(); ++i) EXPECT_NEAR(x[i], y[i], atol) << i;
}

// Largest entry of the gradient, from the formulas, in long double, row by row.
double gradient_by_definition(const Dataset& data, const LogisticModel& model, double C) {
  const DenseMatrix& x = std::get<DenseMatrix>(data.features);
  const std::size_t outputs = model.intercepts().size();
  std::vector<long double> gradient(outputs * (x.cols + 1), 0.0L);
  for (std::size_t i = 0; i < x.rows; ++i) {
    std::vector<long double> z(outputs);
    for (std::size_t o = 0; o < outputs; ++o) {
      z[o] = model.intercepts()[o];
      for (std::size_t j = 0; j < x.cols; ++j)
        z[o] += static_cast<long double>(model.coefficients_of(o)[j]) * x.row(i)[j];
    }
    const long double top = *std::max_element(z.begin(), z.end());
    long double sum = 0;
    for (const long double s : z) sum += std::exp(s - top);
    for (std::size_t o = 0; o < outputs; ++o) {
      const long double p = outputs == 1 ? 1 / (1 + std::exp(-z[0])) : std::exp(z[o] - top) / sum;
      const bool is = outputs == 1 ? data.labels[i] == 1 : data.labels[i] == o;
      const long double r = (data.weights.empty() ? 1.0L : data.weights[i]) * (p - (is ? 1 : 0));
      gradient[o * (x.cols + 1)] += r;
      for (std::size_t j = 0; j < x.cols; ++j) gradient[o * (x.cols + 1) + 1 + j] += r * x.row(i)[j];
    }
  }
  long double norm = 0;
  for (std::size_t o = 0; o < outputs; ++o) {
    for (std::size_t j = 0; j <= x.cols; ++j) {
      long double g = gradient[o * (x.cols + 1) + j];
      if (j > 0) g += model.coefficients_of(o)[j - 1] / C;
      norm = std::max(norm, std::abs(g));
    }
  }
  return static_cast<double>(norm);
}

struct Case {
  const char* solver;
  std::size_t classes;
};

class FitLogistic : public testing::TestWithParam<Case> {
 protected:
  Dataset data(std::size_t rows, std::uint32_t sub = 1) const { return random_data(rows, 7, GetParam().classes, sub); }
  LogisticOptions options(double C = 1.0) const {
    LogisticOptions options = with(GetParam().solver, C);
    if (options.solver == "gd") options.max_iter = 20000;  // many towards an optimum at infinity
    return options;
  }
};

TEST_P(FitLogistic, ConvergedMeansASmallGradientByDefinition) {
  for (const double C : {0.01, 1.0, 1e6}) {
    const Dataset d = data(3000);
    const LogisticFit got = fit(d, options(C));
    EXPECT_TRUE(got.report.converged);
    EXPECT_EQ(got.report.message, "");
    EXPECT_LE(gradient_by_definition(d, *got.model, C), 1e-9 * 3000);
    EXPECT_NEAR(gradient_by_definition(d, *got.model, C), got.report.gradient_norm, 1e-9 * 3000);
  }
}

TEST_P(FitLogistic, TheSameBytesForAnyNumberOfThreadsAndTwice) {
  const Dataset d = data(options().solver == "gd" ? 5000 : 20000);
  const std::string once = bytes_of(*fit(d, options(), 1).model);
  for (const int threads : {1, 2, 3, 8}) EXPECT_EQ(bytes_of(*fit(d, options(), threads).model), once) << threads;
  const Dataset sparse = as_sparse(d);
  const std::string sparse_once = bytes_of(*fit(sparse, options(), 1).model);
  for (const int threads : {2, 3, 8})
    EXPECT_EQ(bytes_of(*fit(sparse, options(), threads).model), sparse_once) << threads;
}

TEST_P(FitLogistic, OrderOfTheRowsMovesNothingThatMatters) {
  const Dataset d = data(5000);
  const Dataset shuffled = test::take_rows(d, random_permutation(5000, 3, RandomPurpose::kShuffle));
  expect_close(*fit(d, options()).model, *fit(shuffled, options()).model, 1e-8);
}

TEST_P(FitLogistic, WeightTwoIsARowTwice) {
  Dataset d = data(1000);
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < 1000; ++i) {
    const std::uint32_t times = i % 4;  // weight 0 = not there
    d.weights.push_back(times);
    order.insert(order.end(), times, i);
  }
  Dataset repeated = test::take_rows(d, order);
  repeated.weights.clear();
  const LogisticFit weighted = fit(d, options());
  const LogisticFit twice = fit(repeated, options());
  expect_close(*weighted.model, *twice.model, 1e-8);
  EXPECT_NEAR(weighted.report.objective, twice.report.objective, 1e-9 * twice.report.objective);
  EXPECT_LE(gradient_by_definition(d, *weighted.model, 1.0), 1e-9 * 1500);
}

TEST_P(FitLogistic, ASubsetIsAFitOnACopyOfItsRows) {
  const Dataset d = data(4000);
  std::vector<std::uint32_t> subset;
  for (std::uint32_t i = 0; i < 4000; i += 3) subset.push_back(i);
  Context context(2);
  const LogisticFit got = fit_logistic(DatasetView(d, subset), options(), context);
  EXPECT_EQ(bytes_of(*got.model), bytes_of(*fit(test::take_rows(d, subset), options()).model));
}

TEST_P(FitLogistic, SparseDataGiveTheModelOfDenseData) {
  const Dataset d = random_data(3000, 9, GetParam().classes, 4, 0.7);
  expect_close(*fit(d, options()).model, *fit(as_sparse(d), options()).model, 1e-8);
}

TEST_P(FitLogistic, RenamedClassesOnlyPermute) {
  Dataset d = data(2000);
  const LogisticFit before = fit(d, options());
  const auto last = static_cast<std::uint32_t>(GetParam().classes - 1);
  for (std::uint32_t& label : d.labels) label = last - label;
  const LogisticFit after = fit(d, options());
  const std::size_t outputs = before.model->intercepts().size();
  for (std::size_t o = 0; o < outputs; ++o) {
    const double sign = outputs == 1 ? -1.0 : 1.0;
    EXPECT_NEAR(before.model->intercepts()[o], sign * after.model->intercepts()[outputs - 1 - o], 1e-8);
    for (std::size_t j = 0; j < 7; ++j) {
      EXPECT_NEAR(before.model->coefficients_of(o)[j], sign * after.model->coefficients_of(outputs - 1 - o)[j], 1e-8);
    }
  }
}

TEST_P(FitLogistic, AConstantColumnAndAHugeOneStayFinite) {
  Dataset d = data(500);
  DenseMatrix& x = std::get<DenseMatrix>(d.features);
  for (std::size_t i = 0; i < x.rows; ++i) x.row(i)[2] = 5.0, x.row(i)[3] *= 1000;
  const LogisticFit got = fit(d, options());
  EXPECT_TRUE(got.report.converged) << got.report.message;
  EXPECT_LE(gradient_by_definition(d, *got.model, 1.0), 1e-9 * 500);
}

TEST_P(FitLogistic, PerfectSeparationWithoutPenaltyIsNamedAndFinite) {
  Dataset d = data(400);
  DenseMatrix& x = std::get<DenseMatrix>(d.features);
  for (std::size_t i = 0; i < x.rows; ++i) x.row(i)[0] = 10.0 * d.labels[i] * d.labels[i];  // no two on a line
  for (std::size_t i = 0; i < x.rows; ++i) x.row(i)[1] = 10.0 * d.labels[i];
  const LogisticFit got = fit(d, options(std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(got.report.converged);
  ASSERT_FALSE(got.report.warnings.empty());
  EXPECT_EQ(got.report.warnings[0].find("perfect separation"), 0u) << got.report.warnings[0];
  for (const double v : numbers(*got.model)) EXPECT_TRUE(std::isfinite(v));
  EXPECT_NE(got.report.message.find("--C"), std::string::npos);
}

TEST_P(FitLogistic, AStartFromASampleEndsWhereAnyStartDoes) {
  if (options().solver == "gd") GTEST_SKIP() << "gd starts at 0";
  const Dataset d = data(70000);  // enough rows for the sample of every 16th
  const LogisticFit got = fit(d, options());
  EXPECT_TRUE(got.report.converged);
  EXPECT_LE(gradient_by_definition(d, *got.model, 1.0), 1e-9 * 70000);
}

INSTANTIATE_TEST_SUITE_P(Solvers, FitLogistic,
                         testing::Values(Case{"newton", 2}, Case{"newton", 3}, Case{"lbfgs", 2}, Case{"lbfgs", 3},
                                         Case{"coordinate", 2}, Case{"coordinate", 3}, Case{"gd", 2}, Case{"gd", 3}),
                         [](const auto& param_info) {
                           return std::string(param_info.param.solver) + std::to_string(param_info.param.classes);
                         });

TEST(FitLogisticOptions, UnpenalisedMultinomialSumsToZero) {
  const Dataset d = random_data(2000, 5, 4, 8);
  const LogisticFit newton = fit(d, with("newton", std::numeric_limits<double>::infinity()));
  const LogisticFit lbfgs = fit(d, with("lbfgs", std::numeric_limits<double>::infinity()));
  EXPECT_TRUE(newton.report.converged);
  expect_close(*newton.model, *lbfgs.model, 1e-6);
  for (std::size_t j = 0; j < 5; ++j) {
    double sum = 0;
    for (std::size_t c = 0; c < 4; ++c) sum += newton.model->coefficients_of(c)[j];
    EXPECT_NEAR(sum, 0, 1e-13);
  }
}

TEST(FitLogisticOptions, ADuplicateColumnWithoutPenaltyIsDroppedByName) {
  Dataset d = random_data(800, 4, 2, 3);
  DenseMatrix& x = std::get<DenseMatrix>(d.features);
  for (std::size_t i = 0; i < x.rows; ++i) x.row(i)[3] = x.row(i)[0] - 2 * x.row(i)[1];
  const LogisticFit got = fit(d, with("newton", std::numeric_limits<double>::infinity()));
  EXPECT_TRUE(got.report.converged);
  EXPECT_EQ(got.model->coefficients()[3], 0.0);
  ASSERT_EQ(got.report.warnings.size(), 1u);
  EXPECT_NE(got.report.warnings[0].find("x3"), std::string::npos);
}

TEST(FitLogisticOptions, ALevelThatIsAlwaysPositiveIsSeparation) {
  Dataset d = random_data(600, 3, 2, 6);
  DenseMatrix& x = std::get<DenseMatrix>(d.features);
  for (std::size_t i = 0; i < x.rows; ++i) x.row(i)[1] = i < 40 ? 1.0 : 0.0;
  for (std::size_t i = 0; i < 40; ++i) d.labels[i] = 1;
  const LogisticFit got = fit(d, with("newton", std::numeric_limits<double>::infinity()));
  EXPECT_FALSE(got.report.converged);
  ASSERT_EQ(got.report.warnings.size(), 1u);
  EXPECT_EQ(got.report.warnings[0].find("separation"), 0u);
}

TEST(FitLogisticOptions, ClassWeightsMultiplyRowWeights) {
  Dataset d = random_data(900, 4, 3, 2);
  LogisticOptions options;
  options.class_weights = balanced_class_weights(DatasetView(d));
  const LogisticFit by_class = fit(d, options);
  std::vector<double> count(3, 0.0);
  for (const std::uint32_t label : d.labels) count[label] += 1;
  for (const std::uint32_t label : d.labels) d.weights.push_back(900.0 / (3 * count[label]));
  EXPECT_EQ(bytes_of(*by_class.model), bytes_of(*fit(d).model));
}

// On one category the unpenalised model is saturated: it says the weighted shares of the classes within each level, so
// taking the weights out again must give the plain shares, whatever the weights.
TEST(UndoClassWeights, OfASaturatedMultinomialModelGivesThePlainSharesOfEachLevel) {
  const std::vector<std::vector<int>> counts = {{50, 30, 20}, {5, 90, 10}, {200, 4, 7}};  // per level and class
  Dataset d;
  d.classes = {"a", "b", "c"};
  d.feature_names = {"u", "v"};
  DenseMatrix x{0, 2, {}};
  for (std::size_t level = 0; level < 3; ++level) {
    for (std::uint32_t label = 0; label < 3; ++label) {
      for (int i = 0; i < counts[level][label]; ++i) {
        x.values.insert(x.values.end(), {level == 1 ? 1.0 : 0.0, level == 2 ? 1.0 : 0.0});
        d.labels.push_back(label);
        ++x.rows;
      }
    }
  }
  d.features = std::move(x);
  LogisticOptions options = with("newton", std::numeric_limits<double>::infinity());
  for (const std::vector<double>& weights :
       {balanced_class_weights(DatasetView(d)), std::vector<double>{0.2, 7, 1.5}}) {
    options.class_weights = weights;
    const LogisticFit weighted = fit(d, options);
    ASSERT_TRUE(weighted.report.converged);
    const std::unique_ptr<LogisticModel> plain = undo_class_weights(*weighted.model, weights);
    double intercepts = 0;
    for (const double intercept : plain->intercepts()) intercepts += intercept;
    EXPECT_NEAR(intercepts, 0, 1e-12);
    for (std::size_t level = 0; level < 3; ++level) {
      std::vector<double> p(3);
      plain->predict_row(std::vector<double>{level == 1 ? 1.0 : 0.0, level == 2 ? 1.0 : 0.0}, p);
      const double rows = counts[level][0] + counts[level][1] + counts[level][2];
      // A gradient below 1e-9 n with at least 100 rows behind each level: far below 1e-6 in a probability.
      for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(p[c], counts[level][c] / rows, 1e-6) << level << " " << c;
    }
  }
}

TEST(RefitIntercepts, MeanProbabilitiesAreTheSharesByWeightAndSlopesStay) {
  for (const std::size_t classes : {2u, 4u}) {
    Dataset d = random_data(700, 3, classes, 6);
    for (std::size_t i = 0; i < 700; ++i) d.weights.push_back(1.0 + static_cast<double>(i % 3));
    LogisticOptions options;
    options.class_weights.assign(classes, 1.0);
    options.class_weights[1] = 12;
    const LogisticFit weighted = fit(d, options);
    Context context(1);
    const auto model = refit_intercepts(*weighted.model, DatasetView(d), context);
    EXPECT_TRUE(
        std::equal(model->coefficients().begin(), model->coefficients().end(), weighted.model->coefficients().begin()));
    const Predictions p = predict_rows(*model, MatrixView(d.features), context);
    for (std::size_t c = 0; c < classes; ++c) {
      double expected = 0, found = 0;
      for (std::size_t i = 0; i < 700; ++i) {
        expected += d.labels[i] == c ? d.weights[i] : 0;
        found += d.weights[i] * p.probabilities_of(i)[c];
      }
      EXPECT_NEAR(found, expected, 1e-9 * expected) << classes << " " << c;
    }
  }
}

TEST(FitLogisticOptions, AClassWithoutRowsGetsProbabilityZero) {
  Dataset d = random_data(500, 3, 3, 2);
  std::vector<std::uint32_t> subset;
  for (std::uint32_t i = 0; i < 500; ++i) {
    if (d.labels[i] != 1) subset.push_back(i);
  }
  Context context(1);
  const LogisticFit got = fit_logistic(DatasetView(d, subset), {}, context);
  const Predictions p = predict_rows(*got.model, MatrixView(d.features), context);
  for (std::size_t i = 0; i < p.rows; ++i) EXPECT_EQ(p.probabilities_of(i)[1], 0.0);
}

TEST(FitLogisticOptions, WhatIsNotDefinedIsAnErrorInTheData) {
  const auto refused = [](const Dataset& d) {
    try {
      fit(d);
      return std::string();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kData);
      return error.message();
    }
  };
  Dataset one_class = random_data(10, 2, 2, 1);
  one_class.labels.assign(10, 0);
  EXPECT_NE(refused(one_class).find("one class"), std::string::npos);
  EXPECT_NE(refused(random_data(0, 2, 2, 1)), "");
  EXPECT_NE(refused(random_data(1, 2, 2, 1)).find("one class"), std::string::npos);
  Dataset negative = random_data(10, 2, 2, 1);
  negative.weights.assign(10, -1);
  EXPECT_NE(refused(negative).find("weight"), std::string::npos);
  Dataset not_a_number = random_data(50, 2, 2, 1);
  std::get<DenseMatrix>(not_a_number.features).values[7] = std::nan("");
  EXPECT_NE(refused(not_a_number).find("finite"), std::string::npos);
}

TEST(FitLogisticOptions, TooFewIterationsAreAdmitted) {
  LogisticOptions options = with("lbfgs");
  options.max_iter = 2;
  const LogisticFit got = fit(random_data(500, 5, 2, 1), options);
  EXPECT_FALSE(got.report.converged);
  EXPECT_EQ(got.report.iterations, 2);
  EXPECT_NE(got.report.message.find("--max-iter"), std::string::npos);
}

TEST(FitLogisticOptions, AutoTakesNewtonForNarrowAndLbfgsForWideData) {
  EXPECT_EQ(fit(random_data(100, 5, 2, 1)).report.solver, "newton");
  EXPECT_EQ(fit(random_data(20, 1600, 2, 1)).report.solver, "lbfgs");
  EXPECT_EQ(fit(as_sparse(random_data(50, 400, 2, 1, 0.9))).report.solver, "lbfgs");
}

// Recorded on x86-64: other processors must give the same bytes.
TEST(FitLogisticOptions, TheBytesAreTheSameOnEveryProcessor) {
  const Dataset two = random_data(5000, 11, 2, 21), three = random_data(5000, 6, 3, 22);
  EXPECT_EQ(crc32c(bytes_of(*fit(two, with("newton")).model)), 130016356u);
  EXPECT_EQ(crc32c(bytes_of(*fit(two, with("lbfgs")).model)), 2526243889u);
  EXPECT_EQ(crc32c(bytes_of(*fit(three, with("newton")).model)), 4277495238u);
  EXPECT_EQ(crc32c(bytes_of(*fit(as_sparse(three), with("lbfgs")).model)), 3941243904u);
  LogisticOptions net = with("coordinate", 0.01);
  net.l1_ratio = 0.5;
  EXPECT_EQ(crc32c(bytes_of(*fit(two, net).model)), 4085237362u);
  EXPECT_EQ(crc32c(bytes_of(*fit(as_sparse(random_data(300, 400, 3, 8, 0.9)), net).model)), 836835793u);
  EXPECT_EQ(crc32c(bytes_of(*fit(two, with("gd")).model)), 163952933u);
  EXPECT_EQ(crc32c(bytes_of(*fit(as_sparse(three), with("sgd")).model)), 3175465451u);
}

}  // namespace
}  // namespace mlkit
