#include "mlkit/train/scaled_parameters.h"

#include <cmath>

namespace mlkit {

ScaledParameters::ScaledParameters(const LogisticObjective& objective)
    : features_(objective.features()), outputs_(objective.outputs()) {
  const LogisticObjective::Moments moments = objective.moments();
  mean_ = moments.mean;
  for (std::size_t j = 0; j < features_; ++j) {
    const double scale = std::sqrt(0.25 * moments.spread[j] + objective.lambda());
    scale_.push_back(scale > 0 && std::isfinite(scale) ? scale : 1.0);
  }
  intercept_scale_ = std::sqrt(0.25 * objective.total_weight());
}

std::vector<double> ScaledParameters::to_plain(std::span<const double> u) const {
  std::vector<double> plain(u.size());
  for (std::size_t o = 0; o < outputs_; ++o) {
    const std::size_t at = o * (features_ + 1);
    double intercept = u[at] / intercept_scale_;
    for (std::size_t j = 0; j < features_; ++j) {
      plain[at + 1 + j] = u[at + 1 + j] / scale_[j];
      intercept -= mean_[j] * plain[at + 1 + j];
    }
    plain[at] = intercept;
  }
  return plain;
}

std::vector<double> ScaledParameters::from_plain(std::span<const double> plain) const {
  std::vector<double> u(plain.size());
  for (std::size_t o = 0; o < outputs_; ++o) {
    const std::size_t at = o * (features_ + 1);
    double intercept = plain[at];
    for (std::size_t j = 0; j < features_; ++j) {
      u[at + 1 + j] = plain[at + 1 + j] * scale_[j];
      intercept += mean_[j] * plain[at + 1 + j];
    }
    u[at] = intercept * intercept_scale_;
  }
  return u;
}

void ScaledParameters::map_gradient(std::span<const double> plain, std::span<double> u) const {
  for (std::size_t o = 0; o < outputs_; ++o) {
    const std::size_t at = o * (features_ + 1);
    u[at] = plain[at] / intercept_scale_;
    for (std::size_t j = 0; j < features_; ++j) {
      u[at + 1 + j] = (plain[at + 1 + j] - mean_[j] * plain[at]) / scale_[j];
    }
  }
}

std::vector<double> ScaledParameters::map_thresholds(std::span<const double> plain) const {
  std::vector<double> u(plain.begin(), plain.end());
  for (std::size_t k = 0; k < u.size(); ++k) {
    const std::size_t j = k % (features_ + 1);
    u[k] /= j == 0 ? intercept_scale_ : scale_[j - 1];
  }
  return u;
}

}  // namespace mlkit
