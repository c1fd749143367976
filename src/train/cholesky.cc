#include "mlkit/train/cholesky.h"

#include <cmath>
#include <limits>

#include "mlkit/train/row_kernels.h"

namespace mlkit {

Cholesky::Cholesky(std::vector<double> lower, std::size_t n) : factor_(std::move(lower)), n_(n) {
  // Rounding leaves about n * epsilon of the diagonal entry where the exact pivot is 0.
  const double tolerance = 16.0 * static_cast<double>(n) * std::numeric_limits<double>::epsilon();
  for (std::size_t i = 0; i < n; ++i) {
    double* row = factor_.data() + i * n;
    const double diagonal = row[i];
    for (std::size_t j = 0; j < i; ++j) {
      const double* other = factor_.data() + j * n;
      row[j] = other[j] > 0 ? (row[j] - dot_product(row, other, j)) / other[j] : 0.0;
    }
    const double pivot = diagonal - dot_product(row, row, i);
    if (pivot > tolerance * diagonal) {
      row[i] = std::sqrt(pivot);
    } else {
      for (std::size_t j = 0; j <= i; ++j) row[j] = 0;
      dropped_.push_back(i);
    }
  }
}

void Cholesky::solve(std::span<double> b) const {
  for (std::size_t i = 0; i < n_; ++i) {
    const double* row = factor_.data() + i * n_;
    b[i] = row[i] > 0 ? (b[i] - dot_product(row, b.data(), i)) / row[i] : 0.0;
  }
  for (std::size_t i = n_; i-- > 0;) {
    const double* row = factor_.data() + i * n_;
    if (row[i] == 0) continue;
    b[i] /= row[i];
    for (std::size_t j = 0; j < i; ++j) b[j] -= row[j] * b[i];
  }
}

std::vector<double> Cholesky::inverse_diagonal() const {
  std::vector<double> out(n_, 0.0);
  std::vector<double> unit(n_);
  for (std::size_t k = 0; k < n_; ++k) {
    if (factor_[k * n_ + k] == 0) continue;
    unit.assign(n_, 0.0);
    unit[k] = 1.0;
    solve(unit);
    out[k] = unit[k];
  }
  return out;
}

}  // namespace mlkit
