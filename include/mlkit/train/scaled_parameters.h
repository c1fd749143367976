// First-order solvers work on parameters u for which the Hessian is near the identity: the features centred, and
// everything divided by the root of a bound of its second derivative. z is linear in u, so only the parameters and the
// gradient are mapped, never the data.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "mlkit/train/logistic_objective.h"

namespace mlkit {

class ScaledParameters {
 public:
  explicit ScaledParameters(const LogisticObjective& objective);

  std::vector<double> to_plain(std::span<const double> u) const;
  std::vector<double> from_plain(std::span<const double> plain) const;
  // A gradient with respect to plain parameters becomes one with respect to u.
  void map_gradient(std::span<const double> plain, std::span<double> u) const;
  // Thresholds of a penalty sum t |plain| become those of sum t |u|.
  std::vector<double> map_thresholds(std::span<const double> plain) const;

 private:
  std::size_t features_;
  std::size_t outputs_;
  std::vector<double> mean_;
  std::vector<double> scale_;
  double intercept_scale_ = 1;
};

}  // namespace mlkit
