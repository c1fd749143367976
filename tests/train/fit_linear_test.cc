#include "mlkit/train/fit_linear.h"

#include <cmath>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/train/sparse_least_squares.h"
#include "train/fit_data.h"

namespace mlkit {
namespace {

using test::as_regression;
using test::as_sparse;
using test::bytes_of;

Dataset random_numbers(std::size_t rows, std::size_t cols, std::uint32_t sub, double zeros = 0) {
  return as_regression(test::random_data(rows, cols, 2, sub, zeros));
}

LinearFit fit(const Dataset& data, LinearOptions options = {}, int threads = 2) {
  Context context(threads);
  return fit_linear(DatasetView(data), options, context);
}

LinearOptions ridge(double alpha) {
  LinearOptions options;
  options.alpha = alpha;
  return options;
}

// Normal equations solved by Gauss-Jordan in long double: enough digits for well-conditioned data.
std::vector<long double> normal_equations(const Dataset& data, double alpha, bool intercept) {
  const DenseMatrix& x = std::get<DenseMatrix>(data.features);
  const std::size_t d = x.cols + 1;
  std::vector<std::vector<long double>> a(d, std::vector<long double>(d + 1, 0.0L));
  for (std::size_t i = 0; i < x.rows; ++i) {
    std::vector<long double> row{intercept ? 1.0L : 0.0L};
    for (const double v : x.row(i)) row.push_back(v);
    const long double w = data.weights.empty() ? 1.0L : data.weights[i];
    for (std::size_t j = 0; j < d; ++j) {
      for (std::size_t k = 0; k < d; ++k) a[j][k] += w * row[j] * row[k];
      a[j][d] += w * row[j] * data.targets[i];
    }
  }
  for (std::size_t j = 1; j < d; ++j) a[j][j] += alpha;
  if (!intercept) a[0][0] = 1;
  for (std::size_t k = 0; k < d; ++k) {
    for (std::size_t i = 0; i < d; ++i) {
      if (i == k) continue;
      const long double factor = a[i][k] / a[k][k];
      for (std::size_t j = k; j <= d; ++j) a[i][j] -= factor * a[k][j];
    }
  }
  std::vector<long double> out;
  for (std::size_t k = 0; k < d; ++k) out.push_back(a[k][d] / a[k][k]);
  return out;
}

void expect_solution(const LinearFit& got, const std::vector<long double>& expected, double rtol) {
  EXPECT_NEAR(got.model->intercept(), static_cast<double>(expected[0]), rtol);
  for (std::size_t j = 1; j < expected.size(); ++j) {
    EXPECT_NEAR(got.model->coefficients()[j - 1], static_cast<double>(expected[j]), rtol) << j;
  }
}

TEST(FitLinear, IsTheSolutionOfTheNormalEquations) {
  for (const std::size_t rows : {9u, 300u, 20000u}) {
    Dataset d = random_numbers(rows, 6, 1);
    for (const double alpha : {0.0, 3.5}) {
      for (const bool intercept : {true, false}) {
        LinearOptions options = ridge(alpha);
        options.fit_intercept = intercept;
        // The condition number here is below 1e3: long double leaves 1e-19 * 1e6.
        expect_solution(fit(d, options), normal_equations(d, alpha, intercept), 1e-12);
      }
    }
  }
}

TEST(FitLinear, WeightTwoIsARowTwice) {
  Dataset d = random_numbers(700, 5, 2);
  std::vector<std::uint32_t> order;
  for (std::uint32_t i = 0; i < 700; ++i) {
    d.weights.push_back(i % 4);
    order.insert(order.end(), i % 4, i);
  }
  Dataset repeated = test::take_rows(d, order);
  repeated.weights.clear();
  const LinearFit weighted = fit(d), twice = fit(repeated);
  EXPECT_NEAR(weighted.model->intercept(), twice.model->intercept(), 1e-12);
  for (std::size_t j = 0; j < 5; ++j)
    EXPECT_NEAR(weighted.model->coefficients()[j], twice.model->coefficients()[j], 1e-12);
  EXPECT_NEAR(weighted.statistics.sse, twice.statistics.sse, 1e-11 * twice.statistics.sse);
  EXPECT_NEAR(weighted.statistics.r_squared, twice.statistics.r_squared, 1e-12);
}

TEST(FitLinear, TheSameBytesForAnyNumberOfThreads) {
  const Dataset d = random_numbers(30000, 8, 3);
  const std::string once = bytes_of(*fit(d, {}, 1).model);
  for (const int threads : {1, 2, 3, 8}) EXPECT_EQ(bytes_of(*fit(d, {}, threads).model), once);
}

TEST(FitLinear, OrderOfTheRowsMovesNothingThatMatters) {
  const Dataset d = random_numbers(10000, 8, 3);
  const LinearFit a = fit(d), b = fit(test::take_rows(d, random_permutation(10000, 3, RandomPurpose::kShuffle)));
  for (std::size_t j = 0; j < 8; ++j) EXPECT_NEAR(a.model->coefficients()[j], b.model->coefficients()[j], 1e-13);
}

TEST(FitLinear, SparseDataGiveTheModelOfDenseData) {
  const Dataset d = random_numbers(6000, 7, 4, 0.6);
  EXPECT_EQ(bytes_of(*fit(d).model), bytes_of(*fit(as_sparse(d)).model));
}

TEST(FitLinear, ConjugateGradientsReachTheSameSolution) {
  Dataset d = random_numbers(3000, 30, 5, 0.8);
  for (std::size_t i = 0; i < 3000; ++i) d.weights.push_back(0.5 + static_cast<double>(i % 3));
  const Dataset sparse = as_sparse(d);
  for (const double alpha : {0.0, 10.0}) {
    Context context(2);
    const LinearFit direct = fit(d, ridge(alpha));
    const LinearFit iterated = fit_sparse_least_squares(DatasetView(sparse), ridge(alpha), context);
    EXPECT_TRUE(iterated.report.converged);
    EXPECT_NEAR(iterated.model->intercept(), direct.model->intercept(), 1e-9);
    for (std::size_t j = 0; j < 30; ++j) {
      EXPECT_NEAR(iterated.model->coefficients()[j], direct.model->coefficients()[j], 1e-9);
    }
    EXPECT_NEAR(iterated.report.objective, direct.report.objective, 1e-9 * direct.report.objective);
  }
}

TEST(FitLinear, ACombinationOfColumnsIsDroppedByName) {
  Dataset d = random_numbers(500, 4, 6);
  DenseMatrix& x = std::get<DenseMatrix>(d.features);
  for (std::size_t i = 0; i < x.rows; ++i) {
    x.row(i)[1] = 3.0;  // the intercept again
    x.row(i)[2] = x.row(i)[0] + 0.25 * x.row(i)[3];
  }
  const LinearFit got = fit(d);
  EXPECT_EQ(got.statistics.rank, 3u);
  EXPECT_EQ(got.model->coefficients()[1], 0.0);
  ASSERT_EQ(got.report.warnings.size(), 1u);
  EXPECT_NE(got.report.warnings[0].find("x1"), std::string::npos);
  // Whichever was dropped, the fit is that of two columns.
  Dataset small = d;
  DenseMatrix kept{500, 2, {}};
  for (std::size_t i = 0; i < 500; ++i) kept.values.insert(kept.values.end(), {x.row(i)[0], x.row(i)[3]});
  small.features = std::move(kept);
  EXPECT_NEAR(got.statistics.sse, fit(small).statistics.sse, 1e-11 * got.statistics.sse);
  EXPECT_TRUE(fit(d, ridge(1)).report.warnings.empty());
}

TEST(FitLinear, MoreColumnsThanRowsAndASingleRowAreDefined) {
  const LinearFit wide = fit(random_numbers(5, 20, 7));
  EXPECT_EQ(wide.statistics.rank, 5u);
  EXPECT_NEAR(wide.statistics.sse, 0, 1e-20);
  EXPECT_FALSE(wide.statistics.has_errors);
  const Dataset single = random_numbers(1, 2, 8);
  EXPECT_NEAR(fit(single).model->intercept(), single.targets[0], 1e-15);
  EXPECT_EQ(fit(single).model->coefficients()[0], 0.0);
}

TEST(FitLinear, ALargeOffsetCostsNoDigits) {
  Dataset d = random_numbers(1000, 1, 9);
  DenseMatrix& x = std::get<DenseMatrix>(d.features);
  for (std::size_t i = 0; i < 1000; ++i) {
    x.row(i)[0] = 1e9 + static_cast<double>(i);
    d.targets[i] = 0.5 * static_cast<double>(i) + 7;  // exact in double
  }
  const LinearFit got = fit(d);
  EXPECT_NEAR(got.model->coefficients()[0], 0.5, 1e-15);
  EXPECT_NEAR(got.model->intercept(), 7 - 0.5e9, 1e-6);
}

TEST(FitLinear, WhatIsNotDefinedIsAnErrorInTheData) {
  EXPECT_THROW(fit(random_numbers(0, 2, 1)), Error);
  Dataset bad = random_numbers(20, 2, 1);
  bad.targets[3] = std::nan("");
  EXPECT_THROW(fit(bad), Error);
  Dataset inf = random_numbers(20, 2, 1);
  std::get<DenseMatrix>(inf.features).values[5] = std::numeric_limits<double>::infinity();
  EXPECT_THROW(fit(inf), Error);
}

// Recorded on x86-64: other processors must give the same bytes.
TEST(FitLinear, TheBytesAreTheSameOnEveryProcessor) {
  EXPECT_EQ(crc32c(bytes_of(*fit(random_numbers(9000, 12, 31)).model)), 2356976238u);
  EXPECT_EQ(crc32c(bytes_of(*fit(random_numbers(9000, 12, 31), ridge(2)).model)), 1262674606u);
}

TEST(FitLinear, WideSparseDataAreLeftToConjugateGradients) {
  // 1,000 one-hot levels of 50,000 rows: 2 n p^2 = 1e11. One level: the mean of its rows is known.
  Dataset d;
  CsrMatrix x;
  x.rows = 50000;
  x.cols = 1000;
  for (std::size_t i = 0; i < x.rows; ++i) {
    x.columns.push_back(static_cast<std::uint32_t>(i % 1000));
    x.values.push_back(1.0);
    x.starts.push_back(x.columns.size());
    d.targets.push_back(static_cast<double>(i % 1000) + (i < 25000 ? 0.25 : -0.25));
  }
  d.features = std::move(x);
  const LinearFit got = fit(d);
  EXPECT_EQ(got.report.solver, "conjugate_gradient");
  EXPECT_TRUE(got.report.converged);
  // Relative to the largest prediction, what the gradient's tolerance of 1e-11 leaves.
  for (const std::size_t j : {0u, 17u, 999u}) {
    EXPECT_NEAR(got.model->intercept() + got.model->coefficients()[j], static_cast<double>(j), 1e-6);
  }
}

}  // namespace
}  // namespace mlkit
