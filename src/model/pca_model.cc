#include "mlkit/model/pca_model.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "mlkit/base/lanes.h"

namespace mlkit {
namespace {

constexpr std::uint32_t kVersion = 1;
constexpr std::size_t kLanes = lanes::kLanes;

// What is wrong with the parts, or "".
std::string_view problem_of(const PcaModel::Parts& parts) {
  const std::size_t outputs = parts.variance.size();
  if (parts.inputs == 0 || outputs == 0 || parts.mean.size() != parts.inputs ||
      parts.variance_ratio.size() != outputs || parts.components.size() % parts.inputs != 0 ||
      parts.components.size() / parts.inputs != outputs) {
    return "sizes do not fit";
  }
  const auto finite = [](const std::vector<double>& values) {
    return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
  };
  if (!finite(parts.mean) || !finite(parts.components) || !finite(parts.variance) || !finite(parts.variance_ratio)) {
    return "a number is not finite";
  }
  const bool positive = std::all_of(parts.variance.begin(), parts.variance.end(), [](double v) { return v >= 0; });
  return positive ? "" : "a variance is negative";
}

double sum_lanes(const double* lane) {
  lanes::Pack<2> sums;
  for (std::size_t v = 0; v < kLanes / 2; ++v) sums.part[v] = lanes::load<2>(lane + 2 * v);
  return sums.sum();
}

}  // namespace

PcaModel::PcaModel(Parts parts) : parts_(std::move(parts)) {
  const std::string_view problem = problem_of(parts_);
  if (!problem.empty()) throw std::invalid_argument("PcaModel: " + std::string(problem));
}

double PcaModel::whitened(std::size_t c, double value) const {
  if (!parts_.whiten) return value;
  return parts_.variance[c] > 0 ? value / std::sqrt(parts_.variance[c]) : 0;
}

void PcaModel::predict_row(std::span<const double> features, std::span<double> out) const {
  const std::size_t d = parts_.inputs;
  for (std::size_t c = 0; c < out.size(); ++c) {
    const double* along = parts_.components.data() + c * d;
    double lane[kLanes] = {};
    std::size_t j = 0;
    for (; j + kLanes <= d; j += kLanes) {
      for (std::size_t l = 0; l < kLanes; ++l) lane[l] += (features[j + l] - parts_.mean[j + l]) * along[j + l];
    }
    for (std::size_t l = 0; j + l < d; ++l) lane[l] += (features[j + l] - parts_.mean[j + l]) * along[j + l];
    out[c] = whitened(c, sum_lanes(lane));
  }
}

void PcaModel::predict_sparse_row(CsrMatrix::Row features, std::span<double> out) const {
  for (std::size_t c = 0; c < out.size(); ++c) {
    const double* along = parts_.components.data() + c * parts_.inputs;
    double lane[kLanes] = {};
    std::size_t entry = 0;
    for (std::size_t j = 0; j < parts_.inputs; ++j) {
      const bool present = entry < features.columns.size() && features.columns[entry] == j;
      const double x = present ? features.values[entry++] : 0.0;
      lane[j % kLanes] += (x - parts_.mean[j]) * along[j];
    }
    out[c] = whitened(c, sum_lanes(lane));
  }
}

ModelDescription PcaModel::describe() const {
  ModelDescription description;
  description.kind = kind();
  description.task = task();
  description.numbers.emplace_back("whiten", parts_.whiten ? 1.0 : 0.0);
  for (std::size_t c = 0; c < outputs(); ++c) {
    const std::string name = "pc" + std::to_string(c + 1);
    description.numbers.emplace_back(name + "_variance", parts_.variance[c]);
    description.numbers.emplace_back(name + "_variance_ratio", parts_.variance_ratio[c]);
    description.points.emplace_back(component(c).begin(), component(c).end());
  }
  return description;
}

void PcaModel::save(BinaryWriter& out) const {
  out.u32(kVersion);
  out.u64(parts_.inputs);
  out.f64s(parts_.mean);
  out.f64s(parts_.components);
  out.f64s(parts_.variance);
  out.f64s(parts_.variance_ratio);
  out.boolean(parts_.whiten);
}

std::unique_ptr<Model> PcaModel::load(BinaryReader& in) {
  if (in.u32() != kVersion) in.fail("PCA model of an unknown version");
  Parts parts;
  parts.inputs = in.u64();
  parts.mean = in.finite_f64s();
  parts.components = in.finite_f64s();
  parts.variance = in.finite_f64s();
  parts.variance_ratio = in.finite_f64s();
  parts.whiten = in.boolean();
  const std::string_view problem = problem_of(parts);
  if (!problem.empty()) in.fail("PCA model: " + std::string(problem));
  return std::make_unique<PcaModel>(std::move(parts));
}

}  // namespace mlkit
