// Proximal Newton's method for the logistic objective plus sum_k t_k |w_k| (Lee, Sun, Saunders, "Proximal Newton-type
// methods for minimizing composite functions", SIAM J. Optim. 24, 2014; newGLMNET: Yuan, Ho, Lin, JMLR 13, 2012): the
// step minimises the quadratic model of the loss plus the penalty, is halved until the objective falls enough, and near
// the optimum is taken whole, which squares the error.
//
// The model is minimised by coordinate descent, either on the Hessian itself (train/l1_quadratic.h: to rounding;
// dimension^2 memory) or, for wide data, column by column of the data (train/column_descent.h: as exactly as the
// distance from the optimum asks for).
#pragma once

#include <cstdint>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/train/fit_report.h"
#include "mlkit/train/logistic_objective.h"

namespace mlkit {

struct ProximalNewtonOptions {
  std::vector<double> thresholds;  // of every parameter, 0 for intercepts
  double target = 0;               // until the largest entry of the smallest subgradient is at most this
  std::int64_t max_iter = 1000;
  bool by_columns = false;
  IterationHook hook;
};

struct ProximalNewtonResult {
  std::vector<double> parameters;
  LogisticEvaluation last;   // at `parameters`, without Hessian; the objective without the L1 part
  std::vector<double> step;  // the last one, whole
  std::int64_t iterations = 0;
  bool converged = false;
  std::vector<FitTraceLine> trace;
};

ProximalNewtonResult minimise_proximal_newton(const LogisticObjective& objective, std::vector<double> start,
                                              const ProximalNewtonOptions& options, Context& context);

}  // namespace mlkit
