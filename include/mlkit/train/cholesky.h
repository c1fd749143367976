// Solving with a symmetric positive semidefinite matrix: L L^T by rows (Golub and Van Loan, Matrix
// Computations, 4th ed., section 4.2), where a variable whose pivot vanishes against its diagonal entry is
// dropped: it is a combination of the variables before it, and its part of any solution is 0. For a
// right-hand side in the range of the matrix that is an exact solution.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace mlkit {

class Cholesky {
 public:
  // `lower` is n x n row-major, of which the lower triangle is read. Cost n^3 / 3.
  Cholesky(std::vector<double> lower, std::size_t n);

  std::size_t size() const { return n_; }
  const std::vector<std::size_t>& dropped() const { return dropped_; }
  // x with A x = b, in place.
  void solve(std::span<double> b) const;
  // Diagonal of the inverse (0 for dropped variables). Cost n^3.
  std::vector<double> inverse_diagonal() const;

 private:
  std::vector<double> factor_;
  std::size_t n_;
  std::vector<std::size_t> dropped_;
};

}  // namespace mlkit
