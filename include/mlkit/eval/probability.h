// How good probabilities are, beyond ranking: log loss, Brier score, calibration.
// `weights` is empty or as long as the rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mlkit/base/context.h"

namespace mlkit {

// Mean of -log p(true class), natural logarithm, no clipping: infinite where a true class got 0
// (the caller must not print that as a number). `probabilities` row-major, `classes` a row.
double log_loss(std::span<const std::uint32_t> labels, std::span<const double> probabilities, std::size_t classes,
                std::span<const double> weights = {});

// Two classes: mean of (p - y)^2 for the last class. More: mean over rows of sum_c (p_c - y_c)^2
// (Brier's own definition; twice the former where classes = 2).
double brier_score(std::span<const std::uint32_t> labels, std::span<const double> probabilities, std::size_t classes,
                   std::span<const double> weights = {});

struct ReliabilityBin {
  double low = 0, high = 0;  // equal width: the edges; equal mass: smallest and largest probability
  double weight = 0;         // share of the rows
  double mean_probability = 0;
  double mean_truth = 0;
  std::uint64_t rows = 0;
};

// The bin of equal width that a probability is in, from 0: the last k with k / bins <= probability.
std::size_t width_bin(double probability, std::size_t bins);

// Equal-width bins [k/bins, (k+1)/bins), the last closed; empty bins are left out.
std::vector<ReliabilityBin> reliability_by_width(std::span<const double> probability,
                                                 std::span<const std::uint8_t> positive, std::size_t bins,
                                                 std::span<const double> weights = {});
// The same by several threads, summed block by block.
std::vector<ReliabilityBin> reliability_by_width(std::span<const double> probability,
                                                 std::span<const std::uint8_t> positive, std::size_t bins,
                                                 std::span<const double> weights, const Context& context);
// Bins of as nearly equal numbers of rows as ties allow (equal probabilities share a bin).
std::vector<ReliabilityBin> reliability_by_mass(std::span<const double> probability,
                                                std::span<const std::uint8_t> positive, std::size_t bins,
                                                std::span<const double> weights = {});

// Expected calibration error: sum over bins of weight * |mean truth - mean probability|.
double calibration_error(std::span<const ReliabilityBin> bins);

}  // namespace mlkit
