// How far predicted numbers are from the true ones. `weights` is empty or as long as the rows.
#pragma once

#include <span>

#include "mlkit/eval/confusion.h"

namespace mlkit {

struct RegressionScores {
  double mse = 0, rmse = 0, mae = 0, median_ae = 0, max_error = 0;
  double mape = 0;           // mean of |y - p| / max(|y|, 2.2e-16), a share, not a percentage
  Ratio r2;                  // not defined for constant targets or a single row
  Ratio explained_variance;  // as r2, with the mean error taken out
};

// Sums are compensated and the variances two-pass: offsets of 1e9 cost no digits. Needs a row.
RegressionScores regression_scores(std::span<const double> truth, std::span<const double> predicted,
                                   std::span<const double> weights = {});

}  // namespace mlkit
