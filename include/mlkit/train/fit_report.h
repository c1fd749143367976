// What a fit says about itself. Not converging is not an error: it is said here, with what to try next.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace mlkit {

// One line per iteration, for `--trace`.
struct FitTraceLine {
  std::int64_t iteration = 0;
  double objective = 0;
  double gradient_norm = 0;  // largest absolute entry
};

struct FitReport {
  std::string solver;        // what ran: newton, lbfgs, qr, conjugate_gradient, none
  double objective = 0;      // final value of what was minimised (the model's header has the formula)
  double gradient_norm = 0;  // largest absolute entry of the gradient there, recomputed at the end
  std::int64_t iterations = 0;
  bool converged = true;  // never claimed without the gradient to show for it
  std::string message;    // empty when converged; else what happened and the next thing to try
  std::vector<std::string> warnings;
  std::vector<FitTraceLine> trace;
};

template <class M>
struct Fitted {
  std::unique_ptr<M> model;  // converts to std::unique_ptr<Model>
  FitReport report;
};

}  // namespace mlkit
