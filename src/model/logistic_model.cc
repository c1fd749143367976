#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "mlkit/base/math.h"
#include "mlkit/model/affine.h"
#include "mlkit/model/linear_models.h"

namespace mlkit {
namespace {

// Sections of model files: raise when the layout changes, and keep reading the old ones.
constexpr std::uint32_t kVersion = 1;

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

}  // namespace

LogisticModel::LogisticModel(std::size_t inputs, std::size_t classes, std::vector<double> intercepts,
                             std::vector<double> coefficients, std::vector<std::uint8_t> absent)
    : inputs_(inputs),
      classes_(classes),
      intercepts_(std::move(intercepts)),
      coefficients_(std::move(coefficients)),
      absent_(std::move(absent)) {
  const std::size_t rows = classes == 2 ? 1 : classes;
  if (classes < 2 || intercepts_.size() != rows || coefficients_.size() != rows * inputs ||
      (!absent_.empty() && (classes == 2 || absent_.size() != classes))) {
    throw std::invalid_argument("LogisticModel: sizes do not fit");
  }
  if (std::all_of(absent_.begin(), absent_.end(), [](std::uint8_t a) { return a != 0; }) && !absent_.empty()) {
    throw std::invalid_argument("LogisticModel: every class is absent");
  }
  if (!all_finite(intercepts_) || !all_finite(coefficients_)) {
    throw std::invalid_argument("LogisticModel: a coefficient is not finite");
  }
}

// `out` holds the scores (binary: the score in out[1]) and gets the probabilities.
void LogisticModel::scores_to_probabilities(std::span<double> out) const {
  if (classes_ == 2) {
    // Both from one exponential of a number that is not positive: no overflow, no 1 - p.
    const double z = out[1];
    const double e = mlkit::exp(z < 0 ? z : -z);
    const double larger = 1.0 / (1.0 + e);
    const double smaller = e / (1.0 + e);
    out[0] = z < 0 ? larger : smaller;
    out[1] = z < 0 ? smaller : larger;
    return;
  }
  const auto is_absent = [this](std::size_t c) { return !absent_.empty() && absent_[c] != 0; };
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t c = 0; c < classes_; ++c) {
    if (!is_absent(c)) largest = std::max(largest, out[c]);
  }
  double sum = 0;
  for (std::size_t c = 0; c < classes_; ++c) {
    out[c] = is_absent(c) ? 0.0 : mlkit::exp(out[c] - largest);
    sum += out[c];
  }
  for (double& value : out) value /= sum;
}

void LogisticModel::predict_row(std::span<const double> features, std::span<double> out) const {
  if (classes_ == 2) {
    out[1] = affine_score(intercepts_[0], coefficients_, features);
  } else {
    for (std::size_t c = 0; c < classes_; ++c) out[c] = affine_score(intercepts_[c], coefficients_of(c), features);
  }
  scores_to_probabilities(out);
}

void LogisticModel::predict_sparse_row(CsrMatrix::Row features, std::span<double> out) const {
  if (classes_ == 2) {
    out[1] = affine_score(intercepts_[0], coefficients_, features);
  } else {
    for (std::size_t c = 0; c < classes_; ++c) out[c] = affine_score(intercepts_[c], coefficients_of(c), features);
  }
  scores_to_probabilities(out);
}

ModelDescription LogisticModel::describe() const {
  ModelDescription description;
  description.kind = kind();
  description.task = task();
  description.intercepts = intercepts_;
  for (std::size_t r = 0; r < intercepts_.size(); ++r) {
    const auto row = coefficients_of(r);
    description.coefficients.emplace_back(row.begin(), row.end());
  }
  return description;
}

void LogisticModel::save(BinaryWriter& out) const {
  out.u32(kVersion);
  out.u64(inputs_);
  out.u64(classes_);
  out.f64s(intercepts_);
  out.f64s(coefficients_);
  out.boolean(!absent_.empty());
  for (const std::uint8_t flag : absent_) out.boolean(flag != 0);
}

std::unique_ptr<Model> LogisticModel::load(BinaryReader& in) {
  if (in.u32() != kVersion) in.fail("logistic model of an unknown version");
  const std::uint64_t inputs = in.u64();
  const std::uint64_t classes = in.u64();
  std::vector<double> intercepts = in.finite_f64s();
  std::vector<double> coefficients = in.finite_f64s();
  // Sizes by division: a product of two claimed counts could wrap around.
  const std::uint64_t rows = classes == 2 ? 1 : classes;
  if (classes < 2 || intercepts.size() != rows || coefficients.size() % rows != 0 ||
      coefficients.size() / rows != inputs) {
    in.fail("logistic model whose sizes do not fit");
  }
  std::vector<std::uint8_t> absent;
  if (in.boolean()) {
    if (classes == 2) in.fail("logistic model whose sizes do not fit");
    for (std::uint64_t c = 0; c < classes; ++c) absent.push_back(in.boolean() ? 1 : 0);
    if (std::find(absent.begin(), absent.end(), 0) == absent.end()) in.fail("logistic model without classes");
  }
  return std::make_unique<LogisticModel>(inputs, classes, std::move(intercepts), std::move(coefficients),
                                         std::move(absent));
}

}  // namespace mlkit
