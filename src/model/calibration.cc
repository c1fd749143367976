#include "mlkit/model/calibration.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/math.h"

namespace mlkit {
namespace {

constexpr double kNearest = 0x1p-53;

bool is_share(double value) { return value >= 0 && value <= 1; }

bool is_curve(const CalibrationCurve& curve, CalibrationKind kind) {
  if (kind == CalibrationKind::kSigmoid) {
    return std::isfinite(curve.slope) && std::isfinite(curve.offset) && curve.from.empty() && curve.to.empty();
  }
  return !curve.from.empty() && curve.from.size() == curve.to.size() &&
         std::all_of(curve.from.begin(), curve.from.end(), is_share) &&
         std::all_of(curve.to.begin(), curve.to.end(), is_share) &&
         std::adjacent_find(curve.from.begin(), curve.from.end(), std::greater_equal<>()) == curve.from.end() &&
         std::is_sorted(curve.to.begin(), curve.to.end());
}

double interpolate(const CalibrationCurve& curve, double x) {
  const auto above = std::lower_bound(curve.from.begin(), curve.from.end(), x);
  if (above == curve.from.begin()) return curve.to.front();
  if (above == curve.from.end()) return curve.to.back();
  const auto i = static_cast<std::size_t>(above - curve.from.begin());
  if (curve.from[i] == x || curve.to[i] == curve.to[i - 1]) return curve.to[i];
  const double share = (x - curve.from[i - 1]) / (curve.from[i] - curve.from[i - 1]);
  // Rounding must not lead beyond the ends: the map stays monotone.
  return std::min(curve.to[i], curve.to[i - 1] + share * (curve.to[i] - curve.to[i - 1]));
}

}  // namespace

std::string_view calibration_name(CalibrationKind kind) {
  return kind == CalibrationKind::kSigmoid ? "sigmoid" : "isotonic";
}

double clamped_logit(double probability) {
  const double p = std::min(std::max(probability, kNearest), 1 - kNearest);
  return mlkit::log(p) - mlkit::log(1 - p);
}

Calibration::Calibration(CalibrationKind kind, std::vector<CalibrationCurve> curves)
    : kind_(kind), curves_(std::move(curves)) {
  const bool fine = !curves_.empty() && std::all_of(curves_.begin(), curves_.end(), [&](const CalibrationCurve& curve) {
    return is_curve(curve, kind_);
  });
  if (!fine) throw Error(ErrorCode::kModelFile, "the calibration is no rising curve of probabilities");
}

double Calibration::apply_to(double probability, std::size_t curve) const {
  const CalibrationCurve& c = curves_[curve];
  if (kind_ == CalibrationKind::kSigmoid) return mlkit::sigmoid(c.slope * clamped_logit(probability) + c.offset);
  return interpolate(c, probability);
}

void Calibration::apply(std::span<double> probabilities) const {
  if (probabilities.size() == 2) {
    probabilities[1] = apply_to(probabilities[1]);
    probabilities[0] = 1 - probabilities[1];
    return;
  }
  double sum = 0;
  for (std::size_t c = 0; c < probabilities.size(); ++c) {
    probabilities[c] = apply_to(probabilities[c], c);
    sum += probabilities[c];
  }
  for (double& p : probabilities) p = sum > 0 ? p / sum : 1.0 / static_cast<double>(probabilities.size());
}

void Calibration::save(BinaryWriter& out) const {
  out.u8(static_cast<std::uint8_t>(kind_));
  out.u64(curves_.size());
  for (const CalibrationCurve& curve : curves_) {
    out.f64(curve.slope);
    out.f64(curve.offset);
    out.f64s(curve.from);
    out.f64s(curve.to);
  }
}

Calibration Calibration::load(BinaryReader& in) {
  const std::uint8_t kind = in.u8();
  if (kind > static_cast<std::uint8_t>(CalibrationKind::kIsotonic)) in.fail("names an unknown calibration");
  std::vector<CalibrationCurve> curves;
  constexpr std::size_t kLeastBytes = 32;
  for (std::uint64_t left = in.count(kLeastBytes); left > 0; --left) {
    CalibrationCurve curve;
    curve.slope = in.finite_f64();
    curve.offset = in.finite_f64();
    curve.from = in.finite_f64s();
    curve.to = in.finite_f64s();
    curves.push_back(std::move(curve));
  }
  try {
    return Calibration(static_cast<CalibrationKind>(kind), std::move(curves));
  } catch (const Error& error) {
    in.fail("holds no rising curve of probabilities");
  }
}

}  // namespace mlkit
