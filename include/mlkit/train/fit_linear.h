// Linear least squares, with an optional ridge penalty on all but the intercept:
//   sum_i v_i (y_i - b - w . x_i)^2 + alpha |w|^2
// v_i are the row weights.
//
// Dense input: blocks of rows are reduced by Householder QR and merged pairwise along a fixed tree (TSQR;
// Demmel, Grigori, Hoemmen, Langou, "Communication-optimal parallel and sequential QR and LU
// factorizations", SIAM J. Sci. Comput. 34, 2012), after scaling the columns to norms between 1 and 2; the
// triangle that is left gets a QR with column pivoting (Businger and Golub 1965). The solution is then refined:
// residuals r and A^T r from the data themselves in twice the precision, a step from the triangle, until the steps
// stop shrinking. Each round cuts the error by about condition * epsilon, so that the result is right to the last
// digits where plain QR loses as many as the condition number has. Never the normal equations, which lose twice
// as many. Cost 2 n p^2, and n p per refinement.
//
// Rank: a column of which less than 1e-13 is left beside the others is a combination of them; its coefficient
// is 0 and a warning names it (with alpha > 0 there is nothing to drop).
//
// With l1_ratio > 0 the fit is that of train/fit_elastic_net.h: lasso and elastic net, exact zeros.
//
// Sparse input: the same, rows unpacked tile by tile, while 2 n p^2 <= 1e12; above, conjugate gradients
// (train/sparse_least_squares.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/base/fields.h"
#include "mlkit/data/dataset.h"
#include "mlkit/model/linear_models.h"
#include "mlkit/train/fit_report.h"

namespace mlkit {

struct LinearOptions {
  double alpha = 0.0;
  double l1_ratio = 0.0;  // share of the penalty that is L1 (train/fit_elastic_net.h says the objective)
  bool fit_intercept = true;
  std::int64_t max_iter = 10000;

  template <class Visitor>
  void fields(Visitor&& visit) {
    visit("alpha", alpha, {.help = "ridge penalty; 0 = least squares", .range = at_least(0)});
    visit("l1_ratio", l1_ratio, {.help = "share of the penalty that is L1: 1 lasso", .range = between(0, 1)});
    visit("fit_intercept", fit_intercept, {.help = "a constant term, which is not penalised"});
    visit("max_iter", max_iter, {.help = "iterations at most (wide sparse data only)", .range = between(1, 1e9)});
  }
};

// The classical figures of least squares. Standard errors and residual_sd are defined for alpha = 0 and
// df > 0 only (`has_errors`); those of dropped columns are 0.
struct LinearStatistics {
  double sse = 0;          // sum of v_i (y_i - fit_i)^2
  double residual_sd = 0;  // sqrt(sse / df)
  // 1 - sse / sum v (y - mean)^2; without an intercept 1 - sse / sum v y^2, as NIST certifies it.
  double r_squared = 0;
  std::int64_t df = 0;  // rows of positive weight - rank
  std::size_t rank = 0;
  bool has_errors = false;
  double intercept_std_error = 0;
  std::vector<double> coefficient_std_errors;
};

struct LinearFit : Fitted<LinearModel> {
  LinearStatistics statistics;
};

// Throws Error(kData) where there are no rows, or a weight that is negative or not finite.
LinearFit fit_linear(const DatasetView& data, const LinearOptions& options, Context& context);

}  // namespace mlkit
