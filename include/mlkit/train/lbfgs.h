// Limited-memory BFGS for smooth convex functions: two-loop recursion (Nocedal and Wright, Numerical
// Optimization, 2nd ed., algorithm 7.4) with the initial scaling of their (7.20).
//
// The line search brackets a sign change of the slope, which on a convex function holds the minimum, and
// accepts a point where the slope has shrunk to 0.9 of its size and the function has not grown beyond its
// rounding (the approximate Wolfe condition of Hager and Zhang, SIAM J. Optim. 16, 2005): values stop being
// comparable when the gradient is about sqrt(epsilon), slopes do not.
#pragma once

#include <cstdint>
#include <functional>
#include <span>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/train/fit_report.h"

namespace mlkit {

// Value of the function at x; fills the gradient (same length), and `norm`, by which convergence is judged.
using LbfgsFunction = std::function<double(std::span<const double> x, std::span<double> gradient, double& norm)>;

struct LbfgsOptions {
  std::size_t memory = 20;
  double target = 0;  // stop where norm <= target
  double enough = 0;  // norm <= enough counts as converged; once there, at most half as many iterations
                      // again are spent on reaching `target`
  std::int64_t max_iter = 1000;
  IterationHook hook;
};

struct LbfgsResult {
  std::vector<double> x;
  double value = 0;
  double norm = 0;
  std::int64_t iterations = 0;
  bool converged = false;  // norm <= enough
  bool stalled = false;    // no step in double precision helps any more
  std::vector<FitTraceLine> trace;
};

LbfgsResult minimise_lbfgs(const LbfgsFunction& function, std::vector<double> start, const LbfgsOptions& options,
                           Context& context);

}  // namespace mlkit
