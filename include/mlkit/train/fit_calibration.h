// Fits a calibration (model/calibration.h) to the probabilities of rows that the model did not learn from.
//
// Sigmoid: minimises -sum w (t log q + (1 - t) log(1 - q)) over slope and offset, q = sigmoid(slope * logit(p) +
// offset), with Platt's targets t = (N+ + 1) / (N+ + 2) for positives and 1 / (N- + 2) for negatives, by Newton's
// method with backtracking (Platt, "Probabilistic outputs for support vector machines", 1999; Lin, Lin, Weng, "A note
// on Platt's probabilistic outputs for support vector machines", Machine Learning 68, 2007, algorithm 1). Two
// parameters: for few rows.
//
// Isotonic: minimises sum w (y - q)^2 over all non-decreasing q of p, by pooling adjacent violators (Ayer and others,
// 1955); equal probabilities are pooled first. The mean of each block is then shrunk towards the share of the positives
// among all rows, (positives + share) / (weight + 1), and blocks that do not rise any more are pooled: never 0 or 1, so
// no answer has an infinite log loss. Linear in between, as in scikit-learn. For a thousand rows and more; it makes
// ties.
#pragma once

#include <cstdint>
#include <span>

#include "mlkit/model/calibration.h"

namespace mlkit {

// All as long as each other, `weights` empty or not negative. Needs rows of both classes with a weight
// (std::invalid_argument).
CalibrationCurve fit_sigmoid_curve(std::span<const double> probability, std::span<const std::uint8_t> positive,
                                   std::span<const double> weights = {});
CalibrationCurve fit_isotonic_curve(std::span<const double> probability, std::span<const std::uint8_t> positive,
                                    std::span<const double> weights = {});

// `probabilities` row-major, `classes` a row. Throws Error(kData) where a class has no row, or all.
Calibration fit_calibration(CalibrationKind kind, std::span<const double> probabilities, std::size_t classes,
                            std::span<const std::uint32_t> labels, std::span<const double> weights = {});

}  // namespace mlkit
