// Logistic regression with an L2 penalty.
//
// Binary, s_i = +1 for the last class and -1 for the other, z_i = b + w . x_i:
//   sum_i v_i log(1 + exp(-s_i z_i)) + |w|^2 / (2 C)
// Multinomial, for three classes or more, z_ic = b_c + w_c . x_i:
//   sum_i v_i (log sum_c exp(z_ic) - z_i,y(i)) + |W|^2 / (2 C)
// v_i are the row weights (1 where the data have none) times the class weights. Intercepts are not
// penalised; the multinomial ones are reported with zero sum. C = inf means no penalty.
//
// Solvers: `newton`, Newton's method on the full Hessian with step halving (Nocedal and Wright,
// Numerical Optimization, 2nd ed., section 3.3), a few sweeps over the data of (features * outputs)^2 / 2
// multiplications a row; `lbfgs`, limited-memory BFGS with the two-loop recursion and a
// strong Wolfe line search (algorithms 7.4, 3.5, 3.6 there), one to two sweeps of features * outputs
// multiplications an iteration, dense or sparse; `auto` takes newton for dense data while
// (features + 1) * outputs <= 1500.
//
// The result does not depend on the number of threads. Both solvers end where the gradient's largest
// entry is at most tol * sum(v), or where no step in double precision lowers the objective any more;
// `converged` says which. Perfect separation is named in a warning, and the coefficients stay finite.
#pragma once

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/base/fields.h"
#include "mlkit/data/dataset.h"
#include "mlkit/model/linear_models.h"
#include "mlkit/train/fit_report.h"

namespace mlkit {

struct LogisticOptions {
  double C = 1.0;
  std::string solver = "auto";
  std::int64_t max_iter = 1000;
  double tol = 1e-9;
  // Multiplies the weight of the rows of each class; empty = all 1. Not a field: the caller makes it
  // from its own option (balanced_class_weights for "balanced").
  std::vector<double> class_weights;

  template <class Visitor>
  void fields(Visitor&& visit) {
    visit("C", C,
          {.help = "inverse of the L2 penalty (lambda = 1 / C); inf = no penalty",
           .range = {.min = 0, .min_open = true, .allow_inf = true}});
    visit("solver", solver, {.help = "how to minimise", .choices = {"auto", "newton", "lbfgs"}});
    visit("max_iter", max_iter, {.help = "iterations at most", .range = between(1, 1e9)});
    visit("tol", tol,
          {.help = "converged when no entry of the gradient exceeds tol times the number of rows",
           .range = strictly_between(0, 1)});
  }
};

struct LogisticFit : Fitted<LogisticModel> {
  // Maximum likelihood only (C = inf, newton, not separated, full rank): standard errors from the inverse
  // Hessian, the layout of the coefficients; empty otherwise.
  std::vector<double> intercept_std_errors;
  std::vector<double> coefficient_std_errors;
};

// Throws Error(kData) where there are no rows, only one class, or a weight that is negative or not finite.
LogisticFit fit_logistic(const DatasetView& data, const LogisticOptions& options, Context& context);

// n / (k n_c) over the k classes that have rows (by weight where the rows have weights); 1 for the others.
std::vector<double> balanced_class_weights(const DatasetView& data);

// A model fitted with class weights, brought back to the true shares of the classes: weight v_c multiplies the
// odds of class c, so log v_c is taken from its intercept (Elkan, "The foundations of cost-sensitive learning",
// IJCAI 2001; King and Zeng, Political Analysis 9, 2001). Multinomial intercepts sum to zero again.
std::unique_ptr<LogisticModel> undo_class_weights(const LogisticModel& model, std::span<const double> class_weights);

// The intercepts fitted again on `data` by maximum likelihood, slopes held (Newton, one class after the other): then
// the mean probability of every class over the rows, by weight, is its share of them. What undo_class_weights gets
// right only for a model that is true is exact after it. Multinomial intercepts sum to zero again; classes without rows
// keep theirs.
std::unique_ptr<LogisticModel> refit_intercepts(const LogisticModel& model, const DatasetView& data,
                                                const Context& context);

}  // namespace mlkit
