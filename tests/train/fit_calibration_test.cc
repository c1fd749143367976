#include "mlkit/train/fit_calibration.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"

namespace mlkit {
namespace {

const std::vector<double> kProbability{.05, .1, .1, .2, .3, .35, .4, .4, .55, .6, .7, .7, .8, .95, .15, .9};
const std::vector<std::uint8_t> kPositive{0, 0, 1, 0, 0, 1, 0, 1, 0, 1, 1, 0, 1, 1, 0, 1};
const std::vector<double> kWeights{1, 2, 1, 1, 3, 1, 1, 1, 2, 1, 1, 1, 2, 1, 1, 1};

TEST(FitCalibration, SigmoidIsTheOptimumOfThePlattTargets) {
  // Newton's method in numpy on the same objective, 50 steps; scikit-learn 1.2.1's _SigmoidCalibration stops at
  // 0.5911588, 0.1562928.
  const CalibrationCurve even = fit_sigmoid_curve(kProbability, kPositive);
  EXPECT_NEAR(even.slope, 0.5911581598682161, 1e-9);
  EXPECT_NEAR(even.offset, 0.15629227396427217, 1e-9);
  const CalibrationCurve weighted = fit_sigmoid_curve(kProbability, kPositive, kWeights);
  EXPECT_NEAR(weighted.slope, 0.7336463260740017, 1e-9);
  EXPECT_NEAR(weighted.offset, -0.11869473774271781, 1e-9);
}

TEST(FitCalibration, SeparatedClassesGiveAFiniteSigmoid) {
  const CalibrationCurve curve =
      fit_sigmoid_curve(std::vector<double>{0, 0, 1, 1}, std::vector<std::uint8_t>{0, 0, 1, 1});
  EXPECT_TRUE(std::isfinite(curve.slope) && std::isfinite(curve.offset));
  const Calibration calibration(CalibrationKind::kSigmoid, {curve});
  // The optimum gives both groups their targets: 3/4 and 1/4.
  EXPECT_NEAR(calibration.apply_to(1), 0.75, 1e-8);
  EXPECT_NEAR(calibration.apply_to(0), 0.25, 1e-8);
}

TEST(FitCalibration, IsotonicIsThatOfScikitLearnWithShrunkSteps) {
  // The steps of scikit-learn 1.2.1's IsotonicRegression(out_of_bounds="clip"), their means shrunk in numpy to
  // (positives + share) / (weight + 1), neighbours pooled until these rise; numpy.interp in between. The first two
  // steps (of 1 and 5 rows; of weight 1 and 8) are pooled: they tie at 0.25 here, and fall from 0.214 to 0.159 with
  // weights.
  const std::vector<double> at{0, .12, .25, .5, .65, .75, 1};
  const std::vector<double> even{1.5 / 7, 1.5 / 7, 1.5 / 7, 0.5, 0.625, 0.75, 0.875};
  const std::vector<double> weighted{0.14285714285714285, 0.14285714285714285, 0.14285714285714285, 0.4047619047619047,
                                     0.6071428571428571,  0.7464285714285714,  0.8857142857142858};
  const Calibration a(CalibrationKind::kIsotonic, {fit_isotonic_curve(kProbability, kPositive)});
  const Calibration b(CalibrationKind::kIsotonic, {fit_isotonic_curve(kProbability, kPositive, kWeights)});
  for (std::size_t i = 0; i < at.size(); ++i) {
    EXPECT_NEAR(a.apply_to(at[i]), even[i], 1e-15) << at[i];
    EXPECT_NEAR(b.apply_to(at[i]), weighted[i], 1e-15) << at[i];
  }
}

TEST(FitCalibration, IsotonicNeverAnswersZeroOrOne) {
  // All rows of one class at either end, and at 0.7 a tie of both.
  const std::vector<double> p{0, 0.1, 0.1, 0.4, 0.5, 0.7, 0.7, 0.9, 1};
  const std::vector<std::uint8_t> y{0, 0, 0, 1, 0, 1, 0, 1, 1};
  const CalibrationCurve curve = fit_isotonic_curve(p, y);
  EXPECT_TRUE(std::is_sorted(curve.to.begin(), curve.to.end()));
  EXPECT_GT(curve.to.front(), 0);
  EXPECT_LT(curve.to.back(), 1);
  const double share = 4.0 / 9;
  EXPECT_EQ(curve.to.front(), share / 4);  // three negatives
  EXPECT_EQ(curve.to.back(), (2 + share) / 3);
}

TEST(FitCalibration, IsotonicIsTheMinimaxOfMeansWhereRowsAreMany) {
  // The least squares under order: at each value, the largest over starts of the least mean up to any end. With a
  // weight w of each row, a step's mean m of rows n moves by |share - m| / (n w + 1), below 1 / w.
  constexpr double kWeight = 1e9;
  RandomStream random(8, RandomPurpose::kSample);
  std::vector<double> p;
  std::vector<std::uint8_t> y;
  for (int i = 0; i < 120; ++i) {
    p.push_back(std::round(20 * random.uniform()) / 20);
    y.push_back(random.uniform() < p.back() * p.back() ? 1 : 0);
  }
  const Calibration calibration(CalibrationKind::kIsotonic,
                                {fit_isotonic_curve(p, y, std::vector<double>(p.size(), kWeight))});
  std::vector<double> values = p;
  std::sort(values.begin(), values.end());
  for (const double x : values) {
    double largest = 0;
    for (const double from : values) {
      if (from > x) break;
      double least = 1;
      for (const double to : values) {
        if (to < x) continue;
        double sum = 0, rows = 0;
        for (std::size_t i = 0; i < p.size(); ++i) {
          if (p[i] >= from && p[i] <= to) sum += y[i], ++rows;
        }
        least = std::min(least, sum / rows);
      }
      largest = std::max(largest, least);
    }
    EXPECT_NEAR(calibration.apply_to(x), largest, 1 / kWeight);
  }
}

TEST(FitCalibration, SeveralClassesAreCalibratedApartAndSumToOne) {
  RandomStream random(4, RandomPurpose::kSample);
  std::vector<double> probabilities;
  std::vector<std::uint32_t> labels;
  for (int i = 0; i < 300; ++i) {
    double row[3] = {random.uniform(), random.uniform(), random.uniform()};
    const double sum = row[0] + row[1] + row[2];
    for (double& p : row) probabilities.push_back(p / sum);
    labels.push_back(random.uniform() < 0.5 ? static_cast<std::uint32_t>(std::max_element(row, row + 3) - row)
                                            : static_cast<std::uint32_t>(random.below(3)));
  }
  for (const CalibrationKind kind : {CalibrationKind::kSigmoid, CalibrationKind::kIsotonic}) {
    const Calibration calibration = fit_calibration(kind, probabilities, 3, labels);
    EXPECT_TRUE(calibration.fits(3));
    std::vector<double> row{0.2, 0.5, 0.3};
    double alone[3];
    for (std::size_t c = 0; c < 3; ++c) alone[c] = calibration.apply_to(row[c], c);
    calibration.apply(row);
    EXPECT_NEAR(row[0] + row[1] + row[2], 1, 1e-15);
    for (std::size_t c = 0; c < 3; ++c) EXPECT_EQ(row[c], alone[c] / (alone[0] + alone[1] + alone[2]));
  }
}

TEST(FitCalibration, WhereNoClassIsLeftAllAreEquallyProbable) {
  const CalibrationCurve nothing{1, 0, {0.5}, {0}};
  std::vector<double> row{0.2, 0.3, 0.5};
  Calibration(CalibrationKind::kIsotonic, {nothing, nothing, nothing}).apply(row);
  EXPECT_EQ(row, (std::vector<double>{1.0 / 3, 1.0 / 3, 1.0 / 3}));
}

TEST(FitCalibration, OneClassIsRefused) {
  EXPECT_THROW(fit_sigmoid_curve(std::vector<double>{.1, .2}, std::vector<std::uint8_t>{1, 1}), std::invalid_argument);
  EXPECT_THROW(
      fit_calibration(CalibrationKind::kSigmoid, std::vector<double>{.9, .1}, 2, std::vector<std::uint32_t>{0}), Error);
}

TEST(Calibration, CurvesThatFallOrLeaveTheUnitAreRefused) {
  const auto isotonic = [](std::vector<double> from, std::vector<double> to) {
    return Calibration(CalibrationKind::kIsotonic, {CalibrationCurve{1, 0, std::move(from), std::move(to)}});
  };
  EXPECT_THROW(isotonic({}, {}), Error);
  EXPECT_THROW(isotonic({.1, .1}, {.2, .3}), Error);
  EXPECT_THROW(isotonic({.1, .2}, {.3, .2}), Error);
  EXPECT_THROW(isotonic({.1, 1.2}, {.2, .3}), Error);
  EXPECT_THROW(isotonic({.1, .2}, {.2}), Error);
  EXPECT_THROW(Calibration(CalibrationKind::kSigmoid, {}), Error);
}

TEST(Calibration, SavedAndLoadedIsTheSame) {
  for (const Calibration& calibration :
       {Calibration(CalibrationKind::kSigmoid, {CalibrationCurve{1.5, -0.25, {}, {}}}),
        Calibration(CalibrationKind::kIsotonic, {fit_isotonic_curve(kProbability, kPositive)})}) {
    BinaryWriter out;
    calibration.save(out);
    const std::string bytes = out.take();
    BinaryReader in(bytes, "calibration");
    const Calibration loaded = Calibration::load(in);
    in.expect_end();
    for (const double p : {0.0, 0.1, 0.33, 0.5, 1.0}) EXPECT_EQ(loaded.apply_to(p), calibration.apply_to(p));
    BinaryWriter again;
    loaded.save(again);
    EXPECT_EQ(again.data(), bytes);
    for (std::size_t size = 0; size < bytes.size(); ++size) {
      BinaryReader cut(std::string_view(bytes).substr(0, size), "calibration");
      EXPECT_THROW(Calibration::load(cut), Error);
    }
  }
}

}  // namespace
}  // namespace mlkit
