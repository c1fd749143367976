// The score of a row under an affine model: intercept + w . x, the products summed in eight lanes over the
// feature index and then along a fixed tree. Dense and sparse rows give the same bits.
#pragma once

#include <span>

#include "mlkit/base/lanes.h"
#include "mlkit/data/dataset.h"

namespace mlkit {

inline double affine_score(double intercept, std::span<const double> weights, std::span<const double> features) {
  return intercept + lanes::dot<2>(weights.data(), features.data(), weights.size());
}

inline double affine_score(double intercept, std::span<const double> weights, CsrMatrix::Row features) {
  double lane[lanes::kLanes] = {};
  for (std::size_t k = 0; k < features.columns.size(); ++k) {
    const std::size_t j = features.columns[k];
    lane[j % lanes::kLanes] += weights[j] * features.values[k];
  }
  lanes::Pack<2> sums;
  for (std::size_t v = 0; v < 4; ++v) sums.part[v] = lanes::load<2>(lane + 2 * v);
  return intercept + sums.sum();
}

}  // namespace mlkit
