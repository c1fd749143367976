#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "mlkit/model/affine.h"
#include "mlkit/model/linear_models.h"

namespace mlkit {
namespace {

constexpr std::uint32_t kVersion = 1;

}  // namespace

LinearModel::LinearModel(double intercept, std::vector<double> coefficients)
    : intercept_(intercept), coefficients_(std::move(coefficients)) {
  if (!std::isfinite(intercept_) ||
      !std::all_of(coefficients_.begin(), coefficients_.end(), [](double v) { return std::isfinite(v); })) {
    throw std::invalid_argument("LinearModel: a coefficient is not finite");
  }
}

void LinearModel::predict_row(std::span<const double> features, std::span<double> out) const {
  out[0] = affine_score(intercept_, coefficients_, features);
}

void LinearModel::predict_sparse_row(CsrMatrix::Row features, std::span<double> out) const {
  out[0] = affine_score(intercept_, coefficients_, features);
}

ModelDescription LinearModel::describe() const {
  ModelDescription description;
  description.kind = kind();
  description.task = task();
  description.intercepts = {intercept_};
  description.coefficients = {coefficients_};
  return description;
}

void LinearModel::save(BinaryWriter& out) const {
  out.u32(kVersion);
  out.f64(intercept_);
  out.f64s(coefficients_);
}

std::unique_ptr<Model> LinearModel::load(BinaryReader& in) {
  if (in.u32() != kVersion) in.fail("linear model of an unknown version");
  const double intercept = in.finite_f64();
  return std::make_unique<LinearModel>(intercept, in.finite_f64s());
}

}  // namespace mlkit
