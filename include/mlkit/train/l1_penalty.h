// The penalty sum_k t_k |x_k|: what solvers with exact zeros share. t_k >= 0 are thresholds, one per parameter, 0
// where a parameter is not penalised; an empty list stands for zeros.
#pragma once

#include <algorithm>
#include <cmath>
#include <span>

namespace mlkit {

inline double l1_value(std::span<const double> x, std::span<const double> thresholds) {
  double sum = 0;
  for (std::size_t k = 0; k < thresholds.size(); ++k) sum += thresholds[k] * std::abs(x[k]);
  return sum;
}

// The minimiser of (x - at)^2 / 2 + threshold |x|: exactly 0 for |at| <= threshold.
inline double soft_threshold(double at, double threshold) {
  return at > threshold ? at - threshold : at < -threshold ? at + threshold : 0.0;
}

// Entry of the smallest subgradient of f + sum t |x| where f has the gradient entry g.
inline double subgradient(double g, double x, double threshold) {
  return x > 0 ? g + threshold : x < 0 ? g - threshold : soft_threshold(g, threshold);
}

// Its largest absolute entry over all parameters: 0 exactly at a minimum (of a convex f).
inline double subgradient_norm(std::span<const double> gradient, std::span<const double> x,
                               std::span<const double> thresholds) {
  double norm = 0;
  for (std::size_t k = 0; k < gradient.size(); ++k) {
    const double g = thresholds.empty() ? gradient[k] : subgradient(gradient[k], x[k], thresholds[k]);
    norm = std::max(norm, std::abs(g));
  }
  return norm;
}

}  // namespace mlkit
