// Our Cholesky and pivoted QR against Eigen's, on random problems and on ones that are nearly dependent.
#include <Eigen/Cholesky>
#include <Eigen/Core>
#include <Eigen/QR>
#include <cmath>
#include <limits>
#include <vector>

#include <gtest/gtest.h>

#include "mlkit/base/random.h"
#include "mlkit/train/cholesky.h"
#include "mlkit/train/least_squares.h"
#include "train/fit_data.h"

namespace mlkit {
namespace {

using Eigen::MatrixXd;
using Eigen::VectorXd;
using test::centred;

constexpr double kRounding = std::numeric_limits<double>::epsilon() / 2;  // of one operation

MatrixXd random_matrix(Eigen::Index rows, Eigen::Index cols, RandomStream& random) {
  MatrixXd m(rows, cols);
  for (Eigen::Index j = 0; j < cols; ++j) {
    for (Eigen::Index i = 0; i < rows; ++i) m(i, j) = centred(random);
  }
  return m;
}

// rows x cols with the singular values 1 .. 1 / condition in geometric steps.
MatrixXd with_condition(Eigen::Index rows, Eigen::Index cols, double condition, RandomStream& random) {
  const MatrixXd left =
      Eigen::HouseholderQR<MatrixXd>(random_matrix(rows, cols, random)).householderQ() * MatrixXd::Identity(rows, cols);
  const MatrixXd right = Eigen::HouseholderQR<MatrixXd>(random_matrix(cols, cols, random)).householderQ();
  VectorXd values(cols);
  for (Eigen::Index j = 0; j < cols; ++j) {
    values(j) = std::pow(condition, -static_cast<double>(j) / static_cast<double>(cols - 1));
  }
  return left * values.asDiagonal() * right.transpose();
}

std::vector<double> lower_of(const MatrixXd& a) {
  std::vector<double> out(static_cast<std::size_t>(a.size()), 0.0);
  for (Eigen::Index i = 0; i < a.rows(); ++i) {
    for (Eigen::Index j = 0; j <= i; ++j) out[static_cast<std::size_t>(i * a.cols() + j)] = a(i, j);
  }
  return out;
}

VectorXd as_eigen(const std::vector<double>& x) {
  return Eigen::Map<const VectorXd>(x.data(), static_cast<Eigen::Index>(x.size()));
}

// The triangle of the rows of (a, b), absorbed in blocks of 37 rows.
Triangle triangle_of(const MatrixXd& a, const VectorXd& b) {
  Triangle triangle(static_cast<std::size_t>(a.cols()) + 1);
  for (Eigen::Index from = 0; from < a.rows(); from += 37) {
    const Eigen::Index rows = std::min<Eigen::Index>(37, a.rows() - from);
    MatrixXd block(rows, a.cols() + 1);
    block << a.middleRows(from, rows), b.segment(from, rows);
    triangle.absorb({block.data(), static_cast<std::size_t>(block.size())}, static_cast<std::size_t>(rows));
  }
  return triangle;
}

// Both solve (A + E) x = b with |E| <= n (n + 1) u |A| at most (Higham, Accuracy and Stability of Numerical
// Algorithms, 2nd ed., theorem 10.4, norms taken for components), so that to first order each is off the true x by
// condition * n (n + 1) u |x|, and they are off each other by twice that.
TEST(AgainstEigen, CholeskySolvesAsLdltDoes) {
  RandomStream random(9, RandomPurpose::kSimulate);
  for (const Eigen::Index n : {2, 3, 8, 17, 40}) {
    for (const double condition : {1.0, 1e2, 1e5}) {  // of the rows; A has the square
      const MatrixXd rows = with_condition(3 * n, n, condition, random);
      MatrixXd a = rows.transpose() * rows;
      a = (0.5 * (a + a.transpose())).eval();
      const VectorXd b = a * random_matrix(n, 1, random);
      const VectorXd expected = Eigen::LDLT<MatrixXd>(a).solve(b);
      const Cholesky factor(lower_of(a), static_cast<std::size_t>(n));
      EXPECT_TRUE(factor.dropped().empty()) << n << " " << condition;
      std::vector<double> x(b.data(), b.data() + n);
      factor.solve(x);
      const double size = static_cast<double>(n * (n + 1));
      const double tolerance = 2 * size * kRounding * condition * condition * expected.norm();
      EXPECT_LE((as_eigen(x) - expected).norm(), tolerance) << n << " " << condition;
      // What solving itself promises whatever the condition: a small residual.
      EXPECT_LE((a * as_eigen(x) - b).norm(), 2 * size * kRounding * a.norm() * as_eigen(x).norm()) << n;
      const VectorXd inverse = Eigen::LDLT<MatrixXd>(a).solve(MatrixXd::Identity(n, n)).diagonal();
      const VectorXd got = as_eigen(factor.inverse_diagonal());
      EXPECT_LE((got - inverse).norm(), 2 * size * kRounding * condition * condition * inverse.norm()) << n;
    }
  }
}

// Householder QR solves min |(A + E) x - (b + e)| with |E| <= m n c u |A|, c a small constant (Higham, theorem 20.3;
// 4 here). The error of x is then at most condition * that * (|x| + (condition |r| + |b|) / |A|) (theorem 20.1),
// |A| = 1 here. Twice it for two such solutions.
TEST(AgainstEigen, PivotedSolverAgreesWithColPivHouseholderQr) {
  RandomStream random(10, RandomPurpose::kSimulate);
  for (const Eigen::Index n : {2, 5, 12, 30}) {
    for (const double condition : {1.0, 1e3, 1e6, 1e9}) {
      for (const double noise : {0.0, 1e-3}) {
        const Eigen::Index m = 6 * n + 11;
        const MatrixXd a = with_condition(m, n, condition, random);
        const VectorXd b = a * random_matrix(n, 1, random) + noise * random_matrix(m, 1, random);
        const VectorXd expected = Eigen::ColPivHouseholderQR<MatrixXd>(a).solve(b);
        const PivotedSolver solver(triangle_of(a, b));
        EXPECT_EQ(solver.rank(), static_cast<std::size_t>(n));
        const VectorXd x = as_eigen(solver.solution());
        const double left = (a * expected - b).norm();
        const double backward = 4 * static_cast<double>(m * n) * kRounding;
        const double tolerance = 2 * backward * condition * (expected.norm() + condition * left + b.norm());
        EXPECT_LE((x - expected).norm(), tolerance) << n << " " << condition << " " << noise;
        // The residual does not suffer from the condition: nobody does better than the minimum, nor much worse.
        EXPECT_NEAR((a * x - b).norm(), left, 2 * backward * (x.norm() + b.norm())) << n << " " << condition;
      }
    }
  }
}

TEST(AgainstEigen, RanksAndFitsOfDependentColumns) {
  RandomStream random(11, RandomPurpose::kSimulate);
  for (const Eigen::Index n : {4, 9, 20}) {
    for (Eigen::Index rank = 1; rank < n; rank += 2) {
      const Eigen::Index m = 5 * n;
      const MatrixXd a = random_matrix(m, rank, random) * random_matrix(rank, n, random);
      const VectorXd b = random_matrix(m, 1, random);
      // (ColPivHouseholderQR::solve goes by its own threshold and fits the rounding of dependent columns.)
      Eigen::CompleteOrthogonalDecomposition<MatrixXd> qr;
      qr.setThreshold(1e-12);
      qr.compute(a);
      ASSERT_EQ(qr.rank(), rank);
      const PivotedSolver solver(triangle_of(a, b));
      EXPECT_EQ(solver.rank(), static_cast<std::size_t>(rank)) << n;
      EXPECT_EQ(solver.dropped().size(), static_cast<std::size_t>(n - rank));
      // Solutions may differ, fits may not: both are the projection of b on the columns, which a change E of the
      // matrix moves by |E| / (its least singular value that is not 0) (Stewart, SIAM Review 19, 1977); twice that for
      // two solvers with the |E| of above. Of that value the last diagonal entry of R is the estimate.
      const VectorXd fit = a * as_eigen(solver.solution());
      const VectorXd expected = a * qr.solve(b);
      const double spread = 1 / qr.matrixQTZ().diagonal().head(rank).cwiseAbs().minCoeff();
      EXPECT_LE((fit - expected).norm(), 2 * 4 * static_cast<double>(m * n) * kRounding * a.norm() * spread * b.norm())
          << n;
    }
  }
}

}  // namespace
}  // namespace mlkit
