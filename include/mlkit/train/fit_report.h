// What a fit says about itself. Not converging is not an error: it is said here, with what to try next.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

namespace mlkit {

// One line per iteration, for `--trace`.
struct FitTraceLine {
  std::int64_t iteration = 0;
  double objective = 0;
  double gradient_norm = 0;          // largest absolute entry
  std::optional<double> validation;  // mean log loss of the rows set apart, with early stopping
};

// Told after every iteration where the fit is; false ends it there. Empty = nobody asks.
using IterationHook = std::function<bool(std::int64_t iteration, std::span<const double> parameters)>;

// What early stopping did. `best_iteration` is the one whose parameters were kept.
struct EarlyStopReport {
  std::size_t rows = 0;  // set apart from the training rows, and not fitted on
  std::int64_t best_iteration = 0;
  double best_loss = 0;  // mean log loss of those rows there
  bool stopped = false;  // what was kept comes before the solver's own end
};

struct FitReport {
  std::string solver;        // what ran: newton, lbfgs, gd, sgd, coordinate, qr, conjugate_gradient, none
  double objective = 0;      // final value of what was minimised (the model's header has the formula)
  double gradient_norm = 0;  // largest absolute entry of the gradient there, recomputed at the end
  std::int64_t iterations = 0;
  bool converged = true;  // never claimed without the gradient to show for it
  std::string message;    // empty when converged; else what happened and the next thing to try
  std::optional<EarlyStopReport> early_stop;
  std::vector<std::string> warnings;
  std::vector<FitTraceLine> trace;
};

template <class M>
struct Fitted {
  std::unique_ptr<M> model;  // converts to std::unique_ptr<Model>
  FitReport report;
};

}  // namespace mlkit
