// Calibration: a map from the probabilities that a model gives to those that came true. Fitted on rows that the model
// did not learn from (train/fit_calibration.h), sealed with the model and applied to every answer.
//
// Two classes: one curve, for the positive class. More: one curve for each class against the rest, the results divided
// by their sum (Zadrozny, Elkan, "Transforming classifier scores into accurate multiclass probability estimates",
// KDD 2002); where all of them are 0, the classes are equally probable.
#pragma once

#include <cstddef>
#include <span>
#include <string_view>
#include <vector>

#include "mlkit/base/binary.h"

namespace mlkit {

// Never renumber: stored in model files.
enum class CalibrationKind : std::uint8_t { kSigmoid = 0, kIsotonic = 1 };

std::string_view calibration_name(CalibrationKind kind);  // sigmoid, isotonic

// Non-decreasing (a sigmoid may fall, where the model is worse than guessing).
struct CalibrationCurve {
  // Sigmoid: p -> 1 / (1 + exp(-(slope * logit(p) + offset))), logit taken within 2^-53 of 0 and 1.
  double slope = 1;
  double offset = 0;
  // Isotonic: linear between these points, constant beyond them. `from` rises strictly, `to` never falls, all in 0
  // .. 1.
  std::vector<double> from;
  std::vector<double> to;
};

// log(p / (1 - p)), p taken within 2^-53 of 0 and 1.
double clamped_logit(double probability);

class Calibration {
 public:
  Calibration() = default;
  // `curves`: one, or one for each class. Throws Error(kModelFile) where they are none.
  Calibration(CalibrationKind kind, std::vector<CalibrationCurve> curves);

  CalibrationKind kind() const { return kind_; }
  const std::vector<CalibrationCurve>& curves() const { return curves_; }
  // Of a model of so many classes?
  bool fits(std::size_t classes) const { return curves_.size() == (classes == 2 ? 1 : classes); }

  double apply_to(double probability, std::size_t curve = 0) const;
  // One row, in place, without allocation.
  void apply(std::span<double> probabilities) const;

  void save(BinaryWriter& out) const;
  static Calibration load(BinaryReader& in);

 private:
  CalibrationKind kind_ = CalibrationKind::kSigmoid;
  std::vector<CalibrationCurve> curves_;
};

}  // namespace mlkit
