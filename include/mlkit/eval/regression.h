// How far predicted numbers are from the true ones. `weights` is empty or as long as the rows.
#pragma once

#include <cstddef>
#include <span>
#include <utility>
#include <vector>

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

// Where predicted numbers go wrong. A residual is truth - predicted.
struct ResidualGroup {       // rows of similar predictions
  double low = 0, high = 0;  // least and largest prediction
  double mean_predicted = 0;
  double mean_truth = 0;
  double rmse = 0;
  std::size_t rows = 0;
};

struct ResidualSummary {
  double mean = 0;                                   // not 0: predictions are too low (> 0) or too high in general
  double sd = 0;                                     // denominator n
  std::vector<std::pair<double, double>> quantiles;  // share, residual: linear interpolation (type 7)
  std::vector<ResidualGroup> groups;                 // by rising prediction
};

// Of the rows as they are (no weights): at the shares 0, 0.01, 0.05, 0.1, 0.25, 0.5 and those mirrored; at most
// `groups` groups of as nearly equal numbers of rows as ties allow. Needs a row.
ResidualSummary summarise_residuals(std::span<const double> truth, std::span<const double> predicted,
                                    std::size_t groups = 10);

}  // namespace mlkit
