// What the solvers beside newton and lbfgs promise, from the definitions: L1 and elastic net, gradient descent,
// stochastic descent, early stopping.
#include <algorithm>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/train/early_stopping.h"
#include "mlkit/train/fit_elastic_net.h"
#include "mlkit/train/fit_logistic.h"
#include "mlkit/train/l1_penalty.h"
#include "mlkit/train/l1_quadratic.h"
#include "mlkit/train/proximal_newton.h"
#include "mlkit/train/stochastic_descent.h"
#include "train/fit_data.h"

namespace mlkit {
namespace {

using test::as_sparse;
using test::bytes_of;
using test::centred;
using test::random_data;

LogisticFit fit(const Dataset& data, const LogisticOptions& options, int threads = 2) {
  Context context(threads);
  return fit_logistic(DatasetView(data), options, context);
}

LogisticOptions with(const char* solver, double C, double l1_ratio) {
  LogisticOptions options;
  options.solver = solver;
  options.C = C;
  options.l1_ratio = l1_ratio;
  return options;
}

// The gradient of the loss alone, by output then intercept and features, in long double, row by row.
std::vector<double> loss_gradient(const Dataset& data, const LogisticModel& model) {
  const DenseMatrix& x = std::get<DenseMatrix>(data.features);
  const std::size_t outputs = model.intercepts().size();
  std::vector<long double> sum(outputs * (x.cols + 1), 0.0L);
  for (std::size_t i = 0; i < x.rows; ++i) {
    std::vector<long double> z(outputs);
    for (std::size_t o = 0; o < outputs; ++o) {
      z[o] = model.intercepts()[o];
      for (std::size_t j = 0; j < x.cols; ++j)
        z[o] += static_cast<long double>(model.coefficients_of(o)[j]) * x.row(i)[j];
    }
    const long double top = *std::max_element(z.begin(), z.end());
    long double total = 0;
    for (const long double s : z) total += std::exp(s - top);
    for (std::size_t o = 0; o < outputs; ++o) {
      const long double p = outputs == 1 ? 1 / (1 + std::exp(-z[0])) : std::exp(z[o] - top) / total;
      const bool is = outputs == 1 ? data.labels[i] == 1 : data.labels[i] == o;
      const long double r = (data.weights.empty() ? 1.0L : data.weights[i]) * (p - (is ? 1 : 0));
      sum[o * (x.cols + 1)] += r;
      for (std::size_t j = 0; j < x.cols; ++j) sum[o * (x.cols + 1) + 1 + j] += r * x.row(i)[j];
    }
  }
  return {sum.begin(), sum.end()};
}

// The conditions for a minimum (Karush, Kuhn, Tucker): where a coefficient is not 0 the gradient of loss and L2 part is
// -lambda r sign(w); where it is 0 that gradient is at most lambda r. Converged promises both to 1e-9 of the weight.
void expect_minimum(const Dataset& data, const LogisticModel& model, double C, double r, std::size_t* zeros = nullptr) {
  const std::size_t d = model.inputs() + 1;
  const double slack = 1e-9 * static_cast<double>(data.rows());
  const std::vector<double> g = loss_gradient(data, model);
  for (std::size_t k = 0; k < g.size(); ++k) {
    if (k % d == 0) {
      EXPECT_LE(std::abs(g[k]), slack) << "intercept " << k / d;
      continue;
    }
    const double w = model.coefficients_of(k / d)[k % d - 1];
    const double l1 = r / C, smooth = g[k] + (1 - r) / C * w;
    if (w != 0) {
      EXPECT_LE(std::abs(smooth + (w > 0 ? l1 : -l1)), slack) << k;
    } else {
      EXPECT_LE(std::abs(smooth), l1 + slack) << k;
      if (zeros != nullptr) ++*zeros;
    }
  }
}

struct Case {
  const char* solver;
  std::size_t classes;
};

class WithL1 : public testing::TestWithParam<Case> {};

TEST_P(WithL1, TheResultMeetsTheConditionsForAMinimumWithExactZeros) {
  const Dataset d = random_data(800, 12, GetParam().classes, 31);
  for (const double r : {0.3, 1.0}) {
    for (const double C : {0.003, 0.03, 1.0}) {
      const LogisticFit got = fit(d, with(GetParam().solver, C, r));
      EXPECT_TRUE(got.report.converged) << got.report.message;
      std::size_t zeros = 0;
      expect_minimum(d, *got.model, C, r, &zeros);
      if (C == 0.003 && r == 1.0) {
        EXPECT_GT(zeros, 0u);
      }
    }
  }
}

TEST_P(WithL1, SparseDataAndWeightsGiveTheModelOfDenseRepeatedRows) {
  Dataset d = random_data(400, 9, GetParam().classes, 4, 0.7);
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < 400; ++i) {
    d.weights.push_back(i % 3);
    order.insert(order.end(), i % 3, i);
  }
  Dataset repeated = test::take_rows(d, order);
  repeated.weights.clear();
  const LogisticOptions options = with(GetParam().solver, 0.1, 0.8);
  const LogisticFit weighted = fit(as_sparse(d), options), twice = fit(repeated, options);
  for (std::size_t k = 0; k < weighted.model->coefficients().size(); ++k) {
    EXPECT_NEAR(weighted.model->coefficients()[k], twice.model->coefficients()[k], 1e-8) << k;
    EXPECT_EQ(weighted.model->coefficients()[k] == 0, twice.model->coefficients()[k] == 0) << k;
  }
}

INSTANTIATE_TEST_SUITE_P(Solvers, WithL1,
                         testing::Values(Case{"coordinate", 2}, Case{"coordinate", 3}, Case{"gd", 2}, Case{"gd", 3}),
                         [](const auto& param_info) {
                           return std::string(param_info.param.solver) + std::to_string(param_info.param.classes);
                         });

// Wide data go column by column: 400 features of sparse rows are beyond what a Hessian is made for.
TEST(ColumnDescent, WideSparseDataMeetTheConditionsForAnyNumberOfThreads) {
  for (const std::size_t classes : {2u, 4u}) {
    const Dataset d = random_data(300, 400, classes, 8, 0.9);
    for (const double r : {0.0, 0.5, 1.0}) {
      const LogisticFit got = fit(as_sparse(d), with("coordinate", 0.5, r), 1);
      EXPECT_TRUE(got.report.converged) << got.report.message;
      expect_minimum(d, *got.model, 0.5, r);
      EXPECT_EQ(bytes_of(*got.model), bytes_of(*fit(as_sparse(d), with("coordinate", 0.5, r), 3).model));
    }
  }
}

TEST(ColumnDescent, ByColumnsAndByHessianAreTheSameMinimum) {
  const Dataset d = random_data(500, 20, 3, 12);
  const DatasetView view(d);
  Context context(2);
  const LogisticObjective objective(view, {}, 0.5, context);
  ProximalNewtonOptions options;
  options.thresholds.assign(objective.dimension(), 6.0);
  for (std::size_t k = 0; k < objective.dimension(); k += 21) options.thresholds[k] = 0;
  options.target = 1e-7;
  const std::vector<double> start(objective.dimension(), 0.0);
  const ProximalNewtonResult by_hessian = minimise_proximal_newton(objective, start, options, context);
  options.by_columns = true;
  const ProximalNewtonResult by_columns = minimise_proximal_newton(objective, start, options, context);
  EXPECT_TRUE(by_hessian.converged && by_columns.converged);
  for (std::size_t k = 0; k < start.size(); ++k) {
    if (k % 21 == 0) continue;  // intercepts are free to shift together
    EXPECT_NEAR(by_hessian.parameters[k], by_columns.parameters[k], 1e-8) << k;
  }
}

// All sign patterns of six parameters, each solved exactly: the least value of those that fit their signs.
TEST(L1Quadratic, IsTheBestOfAllSignPatterns) {
  constexpr std::size_t n = 6;
  RandomStream random(3, RandomPurpose::kSimulate);
  for (int trial = 0; trial < 20; ++trial) {
    std::vector<double> h(n * n, 0.0), g(n), x(n), t(n);
    std::vector<double> b(n * n);
    for (double& v : b) v = centred(random);
    for (std::size_t i = 0; i < n; ++i) {
      g[i] = 2 * centred(random), x[i] = trial % 2 == 0 ? 0 : centred(random), t[i] = i == 0 ? 0 : random.uniform();
      for (std::size_t j = 0; j < n; ++j) {
        for (std::size_t k = 0; k < n; ++k) h[i * n + j] += b[k * n + i] * b[k * n + j];
        if (i == j) h[i * n + j] += 0.01;
      }
    }
    const auto value = [&](const std::vector<double>& d) {
      double sum = 0;
      for (std::size_t i = 0; i < n; ++i) {
        sum += g[i] * d[i] + t[i] * std::abs(x[i] + d[i]);
        for (std::size_t j = 0; j < n; ++j) sum += 0.5 * d[i] * h[i * n + j] * d[j];
      }
      return sum;
    };
    const std::vector<double> got = minimise_l1_quadratic({h, g, x, t}, 0);
    // At a minimum no move of one or two parameters, of any size on a grid, leads lower.
    const double least = value(got);
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = 0; j < n; ++j) {
        for (const double a : {-0.1, -1e-3, -1e-5, 1e-5, 1e-3, 0.1}) {
          for (const double c : {-0.1, -1e-4, 0.0, 1e-4, 0.1}) {
            std::vector<double> moved = got;
            moved[i] += a, moved[j] += c;
            EXPECT_GE(value(moved), least - 1e-13) << trial << " " << i << " " << j;
          }
        }
      }
      double slope = g[i];
      for (std::size_t j = 0; j < n; ++j) slope += h[i * n + j] * got[j];
      EXPECT_NEAR(subgradient(slope, x[i] + got[i], t[i]), 0, 1e-12) << trial << " " << i;
    }
  }
}

// The textbook, row by row: w <- w - rate / n * gradient, with heavy-ball momentum.
TEST(GradientDescent, AGivenRateIsTheTextbookStepByStep) {
  const Dataset d = random_data(60, 4, 2, 5);
  for (const double momentum : {0.0, 0.6}) {
    LogisticOptions options = with("gd", 2.0, 0);
    options.learning_rate = 0.3;
    options.momentum = momentum;
    options.max_iter = 25;
    const LogisticFit got = fit(d, options);
    EXPECT_EQ(got.report.iterations, 25);
    EXPECT_EQ(got.report.trace.size(), 26u);
    std::vector<double> w(5, 0.0), velocity(5, 0.0);
    for (int step = 0; step < 25; ++step) {
      const LogisticModel model(4, 2, {w[0]}, {w.begin() + 1, w.end()}, {});
      const std::vector<double> g = loss_gradient(d, model);
      for (std::size_t k = 0; k < 5; ++k) {
        velocity[k] = momentum * velocity[k] - 0.3 / 60 * (g[k] + (k > 0 ? w[k] / 2.0 : 0));
        w[k] += velocity[k];
      }
    }
    EXPECT_NEAR(got.model->intercepts()[0], w[0], 1e-13);
    for (std::size_t k = 1; k < 5; ++k) EXPECT_NEAR(got.model->coefficients()[k - 1], w[k], 1e-13) << k;
  }
}

TEST(GradientDescent, ARateThatIsTooLargeIsNamedAndTheBestIterateKept) {
  const Dataset d = random_data(200, 4, 2, 5);
  for (const char* solver : {"gd", "sgd"}) {
    LogisticOptions options = with(solver, 1.0, 0);
    options.learning_rate = 1e4;
    const LogisticFit got = fit(d, options);
    EXPECT_FALSE(got.report.converged);
    EXPECT_EQ(got.report.message.find("diverged"), 0u) << got.report.message;
    EXPECT_NE(got.report.message.find("1000"), std::string::npos) << got.report.message;
    EXPECT_LE(got.report.objective, 200 * std::log(2.0) * (1 + 1e-12));
  }
}

// With all rows in a batch and no momentum a pass is one step of gradient descent, whatever the order of the rows.
TEST(StochasticDescent, ABatchOfAllRowsIsAStepOfGradientDescent) {
  const Dataset d = random_data(90, 3, 3, 6);
  LogisticOptions full = with("gd", 1.0, 0), batch = with("sgd", 1.0, 0);
  full.learning_rate = batch.learning_rate = 0.05;
  full.max_iter = batch.max_iter = 10;
  batch.batch_size = 90;
  batch.momentum = 0;
  const LogisticFit a = fit(d, full), b = fit(d, batch);
  for (std::size_t k = 0; k < 9; ++k) EXPECT_NEAR(a.model->coefficients()[k], b.model->coefficients()[k], 1e-13) << k;
}

TEST(StochasticDescent, EndsNearTheOptimumInEveryForm) {
  for (const std::size_t classes : {2u, 3u}) {
    const Dataset d = random_data(600, 6, classes, 9);
    const double least = fit(d, with("newton", 1.0, 0)).report.objective;
    for (const std::int64_t batch : {1, 16, 64}) {
      for (const bool average : {false, true}) {
        LogisticOptions options = with("sgd", 1.0, 0);
        options.batch_size = batch;
        options.average = average;
        if (batch == 16) options.momentum = 0;
        const LogisticFit got = fit(average ? as_sparse(d) : d, options);
        EXPECT_FALSE(got.report.converged);
        EXPECT_NE(got.report.message.find("near the optimum"), std::string::npos) << got.report.message;
        EXPECT_GE(got.report.objective, least);
        EXPECT_LE(got.report.objective, 1.005 * least) << batch << " " << average;
      }
    }
  }
}

TEST(StochasticDescent, OnlyTheSeedDecides) {
  const Dataset d = random_data(700, 5, 2, 2);
  LogisticOptions options = with("sgd", 1.0, 0);
  const std::string once = bytes_of(*fit(d, options, 1).model);
  for (const int threads : {2, 8}) EXPECT_EQ(bytes_of(*fit(d, options, threads).model), once);
  options.seed = 43;
  EXPECT_NE(bytes_of(*fit(d, options).model), once);
}

TEST(EarlyStopping, SetsTheSameShareOfEveryClassApartAndNeverItsLastRow) {
  Dataset d = random_data(1000, 2, 3, 3);
  for (std::size_t i = 0; i < 1000; ++i) d.labels[i] = i == 0 ? 2 : i < 101 ? 1 : 0;
  const CarvedRows rows = carve_validation(DatasetView(d), 0.2, 42);
  std::vector<std::size_t> apart(3, 0);
  for (const std::uint32_t i : rows.apart) ++apart[d.labels[i]];
  EXPECT_EQ(apart, (std::vector<std::size_t>{180, 20, 0}));
  EXPECT_EQ(rows.fitted.size(), 800u);
  std::vector<std::uint32_t> all = rows.fitted;
  all.insert(all.end(), rows.apart.begin(), rows.apart.end());
  std::sort(all.begin(), all.end());
  for (std::uint32_t i = 0; i < 1000; ++i) EXPECT_EQ(all[i], i);
  EXPECT_EQ(carve_validation(DatasetView(d), 0.2, 42).apart, rows.apart);
  EXPECT_NE(carve_validation(DatasetView(d), 0.2, 43).apart, rows.apart);
  EXPECT_THROW(carve_validation(DatasetView(random_data(2, 2, 2, 1)), 0.1, 42), Error);
}

// Few rows, many features, hardly a penalty: the best iterate comes early. It is what the same solver has after so many
// iterations on the rows that were not set apart.
TEST(EarlyStopping, KeepsTheIterateWithTheLeastLossOnTheRowsSetApart) {
  const Dataset d = random_data(120, 30, 2, 14);
  for (const char* solver : {"gd", "lbfgs", "newton", "coordinate", "sgd"}) {
    SCOPED_TRACE(solver);
    LogisticOptions options = with(solver, 100.0, 0);
    options.early_stopping = true;
    options.validation_fraction = 0.3;
    const LogisticFit got = fit(d, options);
    ASSERT_TRUE(got.report.early_stop.has_value());
    EXPECT_TRUE(got.report.early_stop->stopped);
    EXPECT_FALSE(got.report.converged);
    const CarvedRows rows = carve_validation(DatasetView(d), 0.3, 42);
    EXPECT_EQ(got.report.early_stop->rows, rows.apart.size());
    double least = std::numeric_limits<double>::infinity();
    std::int64_t best = 0;
    for (const FitTraceLine& line : got.report.trace) {
      ASSERT_TRUE(line.validation.has_value());
      if (*line.validation < least) least = *line.validation, best = line.iteration;
    }
    EXPECT_EQ(best, got.report.early_stop->best_iteration);
    EXPECT_EQ(least, got.report.early_stop->best_loss);
    EXPECT_LE(got.report.trace.back().iteration, best + 5);
    const Dataset apart = test::take_rows(d, rows.apart);
    Context context(1);
    const Predictions p = predict_rows(*got.model, MatrixView(apart.features), context);
    double loss = 0;
    for (std::size_t i = 0; i < apart.rows(); ++i) loss -= std::log(p.probabilities_of(i)[apart.labels[i]]);
    EXPECT_NEAR(loss / static_cast<double>(apart.rows()), least, 1e-12);
    if (std::string(solver) == "sgd" || best == 0) continue;  // sgd keeps its best pass, not its last
    options.early_stopping = false;
    options.validation_fraction.reset();
    options.max_iter = best;
    EXPECT_EQ(bytes_of(*fit(test::take_rows(d, rows.fitted), options).model), bytes_of(*got.model));
  }
}

TEST(LogisticOptions, WhatDoesNotGoTogetherIsAUsageError) {
  const auto refused = [](const LogisticOptions& options) {
    try {
      validate_logistic_options(options);
      return std::string();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kUsage);
      return error.message();
    }
  };
  for (const char* solver : {"newton", "lbfgs", "sgd"}) EXPECT_NE(refused(with(solver, 1, 0.5)), "") << solver;
  for (const char* solver : {"auto", "gd", "coordinate"}) EXPECT_EQ(refused(with(solver, 1, 0.5)), "") << solver;
  LogisticOptions options;
  options.learning_rate = 0.1;
  EXPECT_NE(refused(options).find("--learning-rate"), std::string::npos);
  options.solver = "gd";
  options.momentum = 0.5;
  EXPECT_EQ(refused(options), "");
  options.batch_size = 10;
  EXPECT_NE(refused(options).find("--batch-size"), std::string::npos);
  options = {};
  options.patience = 3;
  EXPECT_NE(refused(options).find("--patience"), std::string::npos);
  options.early_stopping = true;
  EXPECT_EQ(refused(options), "");
}

TEST(LogisticOptions, ClassWeightsMultiplyRowWeightsInEverySolver) {
  Dataset plain = random_data(300, 4, 3, 2);
  LogisticOptions options;
  options.class_weights = {0.5, 3, 1};
  Dataset weighted = plain;
  for (const std::uint32_t label : plain.labels) weighted.weights.push_back(options.class_weights[label]);
  for (const char* solver : {"newton", "lbfgs", "coordinate", "gd", "sgd"}) {
    LogisticOptions by_class = options, by_row;
    by_class.solver = by_row.solver = solver;
    by_class.early_stopping = by_row.early_stopping = true;
    EXPECT_EQ(bytes_of(*fit(plain, by_class).model), bytes_of(*fit(weighted, by_row).model)) << solver;
  }
}

// Labels that the features say nothing about, and nothing that holds the fit back.
TEST(EarlyStopping, ThatNeverGotBetterThanTheStartIsNamed) {
  Dataset d = random_data(60, 20, 2, 14);
  const std::vector<std::uint32_t> order = random_permutation(60, 5, RandomPurpose::kShuffle);
  for (std::size_t i = 0; i < 60; ++i) d.labels[i] = order[i] % 2;
  LogisticOptions options = with("newton", 1e3, 0);
  options.early_stopping = true;
  options.validation_fraction = 0.3;
  const LogisticFit got = fit(d, options);
  EXPECT_EQ(got.report.early_stop->best_iteration, 0);
  ASSERT_FALSE(got.report.warnings.empty());
  EXPECT_NE(got.report.warnings[0].find("no iteration lowered"), std::string::npos);
  for (const double w : got.model->coefficients()) EXPECT_EQ(w, 0.0);
}

TEST(LogisticOptions, AutoTakesCoordinateWithL1) {
  EXPECT_EQ(fit(random_data(100, 5, 2, 1), with("auto", 1, 0.5)).report.solver, "coordinate");
}

// The conditions for a minimum of sum v r^2 + alpha (2 r |w|_1 + (1 - r) |w|^2), residuals by definition.
void expect_lasso_minimum(const Dataset& data, const LinearModel& model, double alpha, double r) {
  const DenseMatrix& x = std::get<DenseMatrix>(data.features);
  std::vector<long double> g(x.cols, 0.0L);
  long double sum = 0, size = 0;
  for (std::size_t i = 0; i < x.rows; ++i) {
    const long double v = data.weights.empty() ? 1.0L : data.weights[i];
    long double e = data.targets[i] - static_cast<long double>(model.intercept());
    for (std::size_t j = 0; j < x.cols; ++j) e -= static_cast<long double>(model.coefficients()[j]) * x.row(i)[j];
    sum += v * e;
    for (std::size_t j = 0; j < x.cols; ++j) g[j] -= 2 * v * e * x.row(i)[j], size += std::abs(v * e * x.row(i)[j]);
  }
  // Of sums that large, so many parts remain: rows * epsilon, and the error of the coefficients.
  const double slack = 1e-12 * static_cast<double>(size) + 1e-12;
  EXPECT_LE(std::abs(static_cast<double>(sum)), slack);
  for (std::size_t j = 0; j < x.cols; ++j) {
    const double w = model.coefficients()[j], smooth = static_cast<double>(g[j]) + 2 * alpha * (1 - r) * w;
    if (w != 0) {
      EXPECT_NEAR(smooth, (w > 0 ? -2 : 2) * alpha * r, slack) << j;
    } else {
      EXPECT_LE(std::abs(smooth), 2 * alpha * r + slack) << j;
    }
  }
}

TEST(ElasticNet, MeetsTheConditionsForAMinimumDenseAndSparseWithWeights) {
  Dataset d = test::as_regression(random_data(300, 14, 2, 7, 0.5));
  for (std::size_t i = 0; i < 300; ++i) d.weights.push_back(static_cast<double>(i % 4) / 2);
  for (const double r : {0.4, 1.0}) {
    for (const double alpha : {1.0, 60.0, 1e6}) {
      LinearOptions options;
      options.alpha = alpha;
      options.l1_ratio = r;
      Context context(2);
      const LinearFit dense = fit_linear(DatasetView(d), options, context);
      EXPECT_TRUE(dense.report.converged);
      expect_lasso_minimum(d, *dense.model, alpha, r);
      const Dataset s = as_sparse(d);
      const LinearFit sparse = fit_linear(DatasetView(s), options, context);
      for (std::size_t j = 0; j < 14; ++j) {
        EXPECT_NEAR(dense.model->coefficients()[j], sparse.model->coefficients()[j], 1e-11) << j;
        if (alpha == 1e6) {
          EXPECT_EQ(dense.model->coefficients()[j], 0.0);
        }
      }
      Context one(1);
      EXPECT_EQ(bytes_of(*dense.model), bytes_of(*fit_linear(DatasetView(d), options, one).model));
    }
  }
}

TEST(ElasticNet, WideSparseDataGoByGradientToTheSameMinimum) {
  const Dataset d = test::as_regression(random_data(40, 2100, 2, 7, 0.97));
  LinearOptions options;
  options.alpha = 8;
  options.l1_ratio = 0.5;
  Context context(2);
  const Dataset s = as_sparse(d);
  const LinearFit got = fit_linear(DatasetView(s), options, context);
  EXPECT_EQ(got.report.solver, "gd");
  EXPECT_TRUE(got.report.converged) << got.report.iterations;
  EXPECT_GT(std::count(got.model->coefficients().begin(), got.model->coefficients().end(), 0.0), 1000);
}

// Without features that matter: nothing to learn from constant columns, one row, or a penalty that forbids all.
TEST(ElasticNet, DegenerateDataGiveTheMean) {
  Dataset d = test::as_regression(random_data(1, 3, 2, 7));
  LinearOptions options;
  options.alpha = 1;
  options.l1_ratio = 1;
  Context context(1);
  const LinearFit one = fit_linear(DatasetView(d), options, context);
  EXPECT_NEAR(one.model->intercept(), d.targets[0], 1e-15);
  for (const double w : one.model->coefficients()) EXPECT_EQ(w, 0.0);
  Dataset constant = test::as_regression(random_data(50, 2, 2, 7));
  for (double& v : std::get<DenseMatrix>(constant.features).values) v = 3.5;
  const LinearFit flat = fit_linear(DatasetView(constant), options, context);
  for (const double w : flat.model->coefficients()) EXPECT_EQ(w, 0.0);
}

}  // namespace
}  // namespace mlkit
