// The parts of the trainers on problems whose answer is known.
#include <cmath>

#include <gtest/gtest.h>

#include "mlkit/base/random.h"
#include "mlkit/train/cholesky.h"
#include "mlkit/train/lbfgs.h"
#include "mlkit/train/least_squares.h"
#include "mlkit/train/row_kernels.h"
#include "train/fit_data.h"

namespace mlkit {
namespace {

using test::centred;

TEST(Cholesky, SolvesAndDropsACombinationOfEarlierVariables) {
  // A = B^T B with columns b0, b1, b0 + b1, b3.
  const double b[5][4] = {{1, 2, 3, 0}, {0, 1, 1, 4}, {2, -1, 1, 1}, {1, 0, 1, -2}, {3, 1, 4, 1}};
  std::vector<double> a(16, 0.0), rhs(4, 0.0);
  for (const auto& row : b) {
    for (int i = 0; i < 4; ++i) {
      rhs[i] += row[i] * (row[0] - 2 * row[3]);
      for (int j = 0; j <= i; ++j) a[i * 4 + j] += row[i] * row[j];
    }
  }
  const Cholesky factor(a, 4);
  EXPECT_EQ(factor.dropped(), std::vector<std::size_t>{2});
  factor.solve(rhs);
  EXPECT_NEAR(rhs[0], 1, 1e-14);
  EXPECT_NEAR(rhs[1], 0, 1e-14);
  EXPECT_EQ(rhs[2], 0.0);
  EXPECT_NEAR(rhs[3], -2, 1e-14);
}

TEST(Cholesky, DiagonalOfTheInverse) {
  const Cholesky factor({4, 0, 2, 3}, 2);  // [[4, 2], [2, 3]], inverse [[3, -2], [-2, 4]] / 8
  const std::vector<double> diagonal = factor.inverse_diagonal();
  EXPECT_NEAR(diagonal[0], 0.375, 1e-16);
  EXPECT_NEAR(diagonal[1], 0.5, 1e-16);
}

// sum over 10^(k/4) (x_k - k)^2 / 2: condition number 1e5, minimum at x_k = k.
double stretched_bowl(std::span<const double> x, std::span<double> gradient, double& norm) {
  double value = 0;
  norm = 0;
  double scale = 1;
  for (std::size_t k = 0; k < x.size(); ++k, scale *= 1.7782794100389228) {
    const double off = x[k] - static_cast<double>(k);
    value += 0.5 * scale * off * off;
    gradient[k] = scale * off;
    norm = std::max(norm, std::abs(gradient[k]));
  }
  return value;
}

TEST(Lbfgs, FindsTheBottomOfAStretchedBowl) {
  LbfgsOptions options;
  options.enough = 1e-9;
  options.target = 1e-10;
  Context context(1);
  const LbfgsResult got = minimise_lbfgs(stretched_bowl, std::vector<double>(21, 0.0), options, context);
  EXPECT_TRUE(got.converged);
  EXPECT_LE(got.norm, 1e-10);
  for (std::size_t k = 0; k < 21; ++k) EXPECT_NEAR(got.x[k], static_cast<double>(k), 1e-9);
  EXPECT_LT(got.iterations, 1000);  // scipy's L-BFGS-B with the same memory: 857
}

TEST(Lbfgs, SurvivesAFunctionThatOverflows) {
  // cosh(30 x) + cosh(x - 1): the first step overshoots into infinity.
  const LbfgsFunction function = [](std::span<const double> x, std::span<double> gradient, double& norm) {
    gradient[0] = 30 * std::sinh(30 * x[0]) + std::sinh(x[0] - 1);
    norm = std::abs(gradient[0]);
    return std::cosh(30 * x[0]) + std::cosh(x[0] - 1);
  };
  LbfgsOptions options;
  options.enough = options.target = 1e-10;
  Context context(1);
  const LbfgsResult got = minimise_lbfgs(function, {1.0}, options, context);
  EXPECT_TRUE(got.converged);
  EXPECT_NEAR(30 * std::sinh(30 * got.x[0]), std::sinh(1 - got.x[0]), 1e-10);
}

TEST(Lbfgs, SaysWhenDoublePrecisionEnds) {
  LbfgsOptions options;  // no gradient is small enough
  options.max_iter = 100000;
  Context context(1);
  const LbfgsFunction function = [](std::span<const double> x, std::span<double> gradient, double& norm) {
    gradient[0] = (x[0] - 0.1) + 1e-9;  // never exactly 0 in steps that matter
    norm = 1;
    return 0.5 * (x[0] - 0.1) * (x[0] - 0.1) + 1e-9 * x[0];
  };
  const LbfgsResult got = minimise_lbfgs(function, {5.0}, options, context);
  EXPECT_TRUE(got.stalled);
  EXPECT_FALSE(got.converged);
  EXPECT_LT(got.iterations, 1000);
}

TEST(Triangle, AbsorbedInPiecesHasTheGramMatrixOfTheRows) {
  RandomStream random(4, RandomPurpose::kSample);
  const std::size_t rows = 90, columns = 6;
  std::vector<double> m(rows * columns);
  for (double& v : m) v = centred(random);
  const auto piece = [&](std::size_t begin, std::size_t end) {
    std::vector<double> block;
    for (std::size_t j = 0; j < columns; ++j)
      block.insert(block.end(), m.begin() + j * rows + begin, m.begin() + j * rows + end);
    return block;
  };
  Triangle left(columns), right(columns);
  std::vector<double> a = piece(0, 4), b = piece(4, 50), c = piece(50, 90);
  left.absorb(a, 4), left.absorb(b, 46), right.absorb(c, 40);
  left.merge(std::move(right));
  for (std::size_t i = 0; i < columns; ++i) {
    for (std::size_t j = 0; j < columns; ++j) {
      double gram = 0, product = 0;
      for (std::size_t r = 0; r < rows; ++r) gram += m[i * rows + r] * m[j * rows + r];
      for (std::size_t k = 0; k < columns; ++k) product += left.at(k, i) * left.at(k, j);
      EXPECT_NEAR(product, gram, 1e-13);
    }
  }
}

TEST(RowKernels, AreTheirPlainLoops) {
  RandomStream random(6, RandomPurpose::kSample);
  const std::size_t stride = 24;
  std::vector<double> rows(kTileRows * stride), q(kTileRows), parameters(stride), z(kTileRows);
  for (double& v : rows) v = centred(random);
  for (double& v : q) v = random.uniform();
  for (double& v : parameters) v = centred(random);
  tile_scores(rows.data(), stride, parameters.data(), z.data());
  std::vector<double> sum(stride, 0.25), expected_sum(stride, 0.25);
  add_scaled_rows(rows.data(), stride, q.data(), sum.data());
  std::vector<double> squares(stride * stride, 0.0), expected(stride * stride, 0.0), scratch(kTileRows * stride);
  add_weighted_squares(rows.data(), stride, q.data(), scratch.data(), squares.data());
  for (std::size_t i = 0; i < kTileRows; ++i) {
    const double* row = rows.data() + i * stride;
    EXPECT_EQ(z[i], dot_product(row, parameters.data(), stride));
    for (std::size_t j = 0; j < stride; ++j) {
      expected_sum[j] += q[i] * row[j];
      for (std::size_t k = 0; k <= j; ++k) expected[j * stride + k] += q[i] * row[j] * row[k];
    }
  }
  EXPECT_EQ(sum, expected_sum);
  for (std::size_t j = 0; j < stride; ++j) {
    for (std::size_t k = 0; k <= j; ++k) EXPECT_EQ(squares[j * stride + k], expected[j * stride + k]);
  }
}

TEST(RowKernels, ResidualsKeepThirtyDigits) {
  // y = row . (1, 1e-20): the fit of (1, 0) leaves 1e-20, which plain doubles cannot see beside 1.
  const std::size_t stride = 8;
  std::vector<double> rows(kTileRows * stride, 0.0), y(kTileRows, 0.0), v(kTileRows, 0.0);
  rows[0] = 1.0 / 3, rows[1] = 1.0;
  y[0] = 1.0 / 3;
  v[0] = 2.0;
  const double high[8] = {1.0, 1e-20}, low[8] = {1e-25};
  double gradient_high[8] = {}, gradient_low[8] = {};
  TwoDoubles squares;
  add_residuals(rows.data(), stride, high, low, y.data(), v.data(), gradient_high, gradient_low, squares);
  const double r = -1e-20 - 1e-25 / 3;
  EXPECT_NEAR(gradient_high[1], 2 * r, 1e-35);
  EXPECT_NEAR(squares.high, 2 * r * r, 1e-54);
}

}  // namespace
}  // namespace mlkit
