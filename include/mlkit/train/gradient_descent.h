// Full-batch gradient descent for smooth convex functions, alone or with a penalty sum_k t_k |x_k| beside them.
//
// Without a given rate: accelerated proximal gradient (FISTA; Beck and Teboulle, SIAM J. Imaging Sci. 2, 2009) with the
// step found by itself - lengthened a little every time, shortened where the curvature met is more than it allows -
// and momentum restarted where it points uphill (O'Donoghue and Candes, Found. Comput. Math. 15, 2015). Two
// gradients an iteration. Converges.
//
// With a given rate: x <- x - rate * gradient, as in the textbook, with heavy-ball momentum where asked for
// (Polyak 1964). Diverges where the rate is too large, and says so. One gradient an iteration.
#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/train/fit_report.h"
#include "mlkit/train/lbfgs.h"

namespace mlkit {

struct GradientDescentOptions {
  std::vector<double> thresholds;  // t; empty = no such penalty
  std::optional<double> rate;
  double momentum = 0;  // with a given rate only, in [0, 1)
  double target = 0;    // as LbfgsOptions
  double enough = 0;
  std::int64_t max_iter = 1000;
  IterationHook hook;
};

struct GradientDescentResult {
  std::vector<double> x;  // where it diverged: the best of the iterates
  double value = 0;       // with the penalty
  double norm = 0;
  std::int64_t iterations = 0;
  bool converged = false;  // norm <= enough
  bool diverged = false;
  std::vector<FitTraceLine> trace;
};

// `function` gives the smooth part and its gradient; `norm` is of the whole.
GradientDescentResult minimise_by_gradient(const LbfgsFunction& function, std::vector<double> start,
                                           const GradientDescentOptions& options, Context& context);

}  // namespace mlkit
