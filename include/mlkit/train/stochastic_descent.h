// Stochastic gradient descent on the logistic objective, in mini-batches (Robbins and Monro 1951; Bottou, Curtis,
// Nocedal, "Optimization methods for large-scale machine learning", SIAM Review 60, 2018): each pass takes the rows in
// a new random order, drawn from the seed, and moves after every batch by
//   v <- momentum v - rate * (gradient estimated from the batch),  w <- w + v.
//
// After every pass the objective is evaluated on all rows; where it has not fallen, the rate is halved and the descent
// goes on from the best pass (constant steps end in a ball about the optimum whose size is the rate's). With
// averaging, what a pass comes to is the mean of its iterates (Polyak and Juditsky, SIAM J. Control 30, 1992).
// It ends where halving the rate gains nothing any more: near the optimum, not at it.
//
// Without a given rate, steps are taken in scaled parameters (train/scaled_parameters.h) at a rate that is right for
// them, lowered where it proves too large. A given rate is one of the mean objective (divided by the sum of the
// weights), in the features as they are; where the objective runs away from it, the fit is called diverged.
//
// One thread walks the batches, so that the result depends on the seed alone; evaluations use all.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/train/fit_report.h"
#include "mlkit/train/logistic_objective.h"

namespace mlkit {

struct StochasticOptions {
  std::int64_t batch_size = 64;
  double momentum = 0.9;
  bool average = false;
  std::optional<double> rate;
  double target = 0;  // norm of the gradient that counts as converged
  std::int64_t max_iter = 1000;
  std::uint64_t seed = 42;
  IterationHook hook;  // told the parameters after every pass
};

struct StochasticResult {
  std::vector<double> parameters;  // of the best pass
  LogisticEvaluation last;
  std::int64_t iterations = 0;  // passes over the rows
  bool converged = false;
  bool settled = false;  // no smaller rate gains anything
  bool diverged = false;
  std::vector<FitTraceLine> trace;
};

StochasticResult minimise_stochastic(const LogisticObjective& objective, const StochasticOptions& options,
                                     Context& context);

}  // namespace mlkit
