// The linear algebra of fit_linear: the triangle of a tall matrix, absorbed row block by row block, and its
// pivoted factor; residuals in twice the precision.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace mlkit {

// R of the QR factorisation of the rows seen so far (any signs on its diagonal). Rows are absorbed by
// Householder reflections of [R; B], which leave all of R but one row alone at a time (Golub and Van Loan,
// Matrix Computations, 4th ed., section 6.5.3). Two triangles merge as if the rows of one followed those
// of the other, so blocks of rows may be reduced along any fixed tree.
class Triangle {
 public:
  explicit Triangle(std::size_t columns) : columns_(columns), rows_(columns * columns, 0.0) {}

  std::size_t columns() const { return columns_; }
  double at(std::size_t i, std::size_t j) const { return rows_[i * columns_ + j]; }

  // `block` is rows x columns, column-major, and is overwritten. Cost 2 * rows * columns^2.
  void absorb(std::span<double> block, std::size_t rows);
  void merge(Triangle&& right);

 private:
  std::size_t columns_;
  std::vector<double> rows_;  // row-major; 0 below the diagonal
};

// Least squares with the columns 0 .. d-1 of a triangle, d = columns() - 1, and its last one as the right-hand
// side. Columns are chosen by what is left of their norm (Businger and Golub, 1965), the first one always first;
// a column of which less than kRankTolerance of its norm is left is dropped, and its solution is 0.
class PivotedSolver {
 public:
  static constexpr double kRankTolerance = 1e-13;

  explicit PivotedSolver(const Triangle& triangle);

  std::size_t rank() const { return rank_; }
  const std::vector<double>& solution() const { return solution_; }
  std::vector<std::size_t> dropped() const;  // rising
  // x with R^T R x = g on the columns that were kept.
  std::vector<double> solve_normal(std::span<const double> g) const;
  // Diagonal of (R^T R)^-1; 0 for dropped columns.
  std::vector<double> inverse_diagonal() const;

 private:
  void factor(const Triangle& triangle);
  void back_substitute(std::span<double> x) const;  // in pivoted order
  std::size_t size_;
  std::size_t rank_ = 0;
  std::vector<std::size_t> order_;  // order_[k] = column that was chosen k-th
  std::vector<double> factor_;      // column-major size_ x size_, upper
  std::vector<double> rhs_;
  std::vector<double> solution_;
};

// A number in two doubles, high + low, |low| <= ulp(high) / 2: about 32 digits.
struct TwoDoubles {
  double high = 0;
  double low = 0;
};

// On a tile of kTileRows packed rows (train/row_kernels.h), with parameters and sums in two arrays of `stride`:
//   r_i = y_i - row_i . parameters, gradient += sum_i v_i r_i row_i, squares += sum_i v_i r_i^2,
// all in twice the precision. Sums run over the rows in order, dot products in eight lanes.
void add_residuals(const double* rows, std::size_t stride, const double* parameters_high, const double* parameters_low,
                   const double* y, const double* v, double* gradient_high, double* gradient_low, TwoDoubles& squares);

TwoDoubles add_exactly(TwoDoubles a, TwoDoubles b);

}  // namespace mlkit
