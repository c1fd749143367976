// Minimises over steps d from a point x the function
//   g . d + d^T H d / 2 + sum_k t_k |x_k + d_k|
// for a symmetric positive semidefinite H: cyclic coordinate descent (Friedman, Hastie, Tibshirani, "Regularization
// paths for generalized linear models via coordinate descent", J. Stat. Software 33, 2010, with covariance updates) on
// the parameters that are not 0 or want to leave 0; once their signs stand still, a step to the exact minimum for these
// signs by Cholesky, as far as no sign changes. The result is a minimum to rounding, with exact zeros, however
// ill-conditioned H is. A parameter with H_kk = 0 keeps its value, or goes to 0 where t_k > 0.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

namespace mlkit {

struct L1Quadratic {
  std::span<const double> hessian;     // n x n row-major, both triangles
  std::span<const double> gradient;    // n
  std::span<const double> x;           // n
  std::span<const double> thresholds;  // n, or none = zeros
};

// `accuracy`: a largest subgradient entry below which nothing more is gained (0 = as far as rounding lets it).
// One thread; cost n^2 a pass over the parameters, and (number of non-zeros)^3 / 3 an exact step.
std::vector<double> minimise_l1_quadratic(const L1Quadratic& problem, double accuracy);

}  // namespace mlkit
