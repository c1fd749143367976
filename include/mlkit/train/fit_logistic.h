// Logistic regression with an L2 penalty, an L1 penalty, or both (elastic net). With lambda = 1 / C, r = l1_ratio:
//
// Binary, s_i = +1 for the last class and -1 for the other, z_i = b + w . x_i:
//   sum_i v_i log(1 + exp(-s_i z_i)) + lambda (r |w|_1 + (1 - r) |w|^2 / 2)
// Multinomial, for three classes or more, z_ic = b_c + w_c . x_i:
//   sum_i v_i (log sum_c exp(z_ic) - z_i,y(i)) + lambda (r |W|_1 + (1 - r) |W|^2 / 2)
// v_i are the row weights (1 where the data have none) times the class weights. Intercepts are not
// penalised; the multinomial ones are reported with zero sum. C = inf means no penalty.
//
// Solvers, all for dense and sparse data:
// - `newton` (train/newton.h): Newton's method on the full Hessian with step halving, a few sweeps over the data of
//   (features * outputs)^2 / 2 multiplications a row.
// - `lbfgs` (train/lbfgs.h): limited-memory BFGS, one to two sweeps of features * outputs multiplications an iteration.
// - `coordinate` (train/proximal_newton.h): proximal Newton with coordinate descent inside; L1 with exact zeros.
// - `gd` (train/gradient_descent.h): full-batch gradient descent, accelerated; with learning_rate the textbook's. L1
// too.
// - `sgd` (train/stochastic_descent.h): mini-batches, momentum, averaging. Ends near the optimum, not at it.
// - `auto`: coordinate with an L1 penalty; else newton for dense data while (features + 1) * outputs <= 1500, and
// lbfgs.
//
// The result does not depend on the number of threads. `converged` says that the largest entry of the gradient (with an
// L1 penalty: of the smallest subgradient) is at most tol * sum(v), which all but sgd and gd with a learning rate
// promise unless no step in double precision lowers the objective any more. Perfect separation and divergence are named
// with what to try, and the coefficients stay finite.
//
// With early_stopping the fit is one on all rows but those set apart (train/early_stopping.h), and what is kept is the
// iterate with the least loss on these.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
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
  double l1_ratio = 0.0;
  std::optional<std::int64_t> max_iter;  // iterations_at_most() says what stands for nothing
  double tol = 1e-9;
  std::optional<double> learning_rate;     // gd, sgd; of the mean objective
  std::optional<std::int64_t> batch_size;  // sgd; 64
  std::optional<double> momentum;          // gd with a learning rate (0), sgd (0.9)
  bool average = false;                    // sgd
  bool early_stopping = false;
  std::optional<double> validation_fraction;  // 0.1
  std::optional<std::int64_t> patience;       // 5
  // Multiplies the weight of the rows of each class; empty = all 1. Not a field: the caller makes it
  // from its own option (balanced_class_weights for "balanced").
  std::vector<double> class_weights;
  // Of the rows set apart and the order of batches. Not a field: that of the command.
  std::uint64_t seed = 42;

  template <class Visitor>
  void fields(Visitor&& visit) {
    visit("C", C,
          {.help = "inverse of the penalty (lambda = 1 / C); inf = no penalty",
           .range = {.min = 0, .min_open = true, .allow_inf = true}});
    visit("l1_ratio", l1_ratio,
          {.help = "share of the penalty that is L1 and sets coefficients to exactly 0: 0 ridge, 1 lasso",
           .range = between(0, 1)});
    visit(
        "solver", solver,
        {.help = "how to minimise; auto: coordinate with L1, else newton, for wide data lbfgs; sgd does not go all the "
                 "way to the optimum",
         .choices = {"auto", "newton", "lbfgs", "gd", "sgd", "coordinate"}});
    visit("max_iter", max_iter,
          {.help = "iterations at most, passes over the rows of sgd (1000; gd 100000)", .range = between(1, 1e9)});
    visit("tol", tol,
          {.help = "converged when no entry of the gradient exceeds tol times the number of rows",
           .range = strictly_between(0, 1)});
    visit("learning_rate", learning_rate,
          {.help = "step of gd and sgd on the mean objective, features as they are after scaling (found by itself)",
           .value_name = "RATE",
           .range = above(0)});
    visit("batch_size", batch_size,
          {.help = "rows of a step of sgd (64)", .value_name = "N", .range = between(1, 1e9)});
    visit("momentum", momentum,
          {.help = "share of the last step that the next one of sgd keeps (0.9), or of gd with --learning-rate (0)",
           .value_name = "SHARE",
           .range = {.min = 0, .max = 1, .max_open = true}});
    visit("average", average, {.help = "a pass of sgd comes to the mean of its steps"});
    visit("early_stopping", early_stopping,
          {.help = "set rows apart, end where their loss falls no more, keep the best iteration"});
    visit("validation_fraction", validation_fraction,
          {.help = "share of the training rows set apart, of every class alike, with --early-stopping (0.1)",
           .value_name = "SHARE",
           .range = strictly_between(0, 1)});
    visit("patience", patience,
          {.help = "iterations without a new best before --early-stopping ends the fit (5)",
           .value_name = "N",
           .range = between(1, 1e9)});
  }

  std::int64_t iterations_at_most() const { return max_iter.value_or(solver == "gd" ? 100000 : 1000); }
};

struct LogisticFit : Fitted<LogisticModel> {
  // Maximum likelihood only (C = inf, newton, not separated, full rank): standard errors from the inverse
  // Hessian, the layout of the coefficients; empty otherwise.
  std::vector<double> intercept_std_errors;
  std::vector<double> coefficient_std_errors;
};

// Throws Error(kUsage) for options that do not go together.
void validate_logistic_options(const LogisticOptions& options);

// Throws Error(kUsage) as that, and Error(kData) where there are no rows, only one class, or a weight that is negative
// or not finite.
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
