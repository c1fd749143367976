// Newton's method with step halving on the logistic objective (Nocedal and Wright, Numerical
// Optimization, 2nd ed., section 3.3): solve H d = -g, try x + d, halve d until the objective falls.
//
// Where double precision can no longer see the objective fall, a step is taken if the gradient shrinks.
// Once the gradient is small enough one more step is taken with the Hessian at hand, which squares the
// error that is left, unless it is small already; where quadratic convergence promises to get there with the next
// step, that step's end is evaluated without a Hessian (a third of the cost). H is singular by one direction per
// feature in an unpenalised multinomial model, and in the intercepts of every multinomial model (all classes shifted
// alike): curvature is added along those directions, where the gradient is 0, so that the steps stay exact and the sums
// over the classes keep 0.
#pragma once

#include <span>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/train/fit_report.h"
#include "mlkit/train/logistic_objective.h"

namespace mlkit {

struct NewtonResult {
  std::vector<double> parameters;
  LogisticEvaluation last;                       // at `parameters`, without Hessian
  std::vector<double> hessian_diagonal_inverse;  // of the last Hessian; only where asked for
  std::vector<double> step;                      // the last Newton step, whole
  std::vector<std::size_t> dropped;              // parameters that are combinations of others
  std::int64_t iterations = 0;
  bool converged = false;
  std::vector<FitTraceLine> trace;
};

// Until the gradient's largest entry is at most `gradient_target`, no step helps, or `max_iter`.
NewtonResult minimise_newton(const LogisticObjective& objective, std::vector<double> start, double gradient_target,
                             std::int64_t max_iter, bool want_inverse, const IterationHook& hook, Context& context);

}  // namespace mlkit
