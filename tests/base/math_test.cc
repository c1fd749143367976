#include "mlkit/base/math.h"

#include <bit>
#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "mlkit/base/random.h"

namespace mlkit {
namespace {

// Error in units of the last place of the exact (long double) value.
double ulp_error(double got, long double exact) {
  const double nearest = static_cast<double>(exact);
  const double ulp = std::nextafter(std::abs(nearest), std::numeric_limits<double>::infinity()) - std::abs(nearest);
  return static_cast<double>(std::abs(static_cast<long double>(got) - exact) / ulp);
}

TEST(Math, ExpIsWithinOneUlp) {
  RandomStream random(1, RandomPurpose::kSample);
  double worst = 0;
  for (int i = 0; i < 200000; ++i) {
    const double x = (random.uniform() - 0.5) * 1400;
    worst = std::max(worst, ulp_error(mlkit::exp(x), std::exp(static_cast<long double>(x))));
  }
  EXPECT_LT(worst, 1.0);
  EXPECT_EQ(mlkit::exp(0.0), 1.0);
  EXPECT_EQ(mlkit::exp(-1000.0), 0.0);
  EXPECT_TRUE(std::isinf(mlkit::exp(1000.0)));
  EXPECT_TRUE(std::isnan(mlkit::exp(std::nan(""))));
}

TEST(Math, LogIsWithinOneUlp) {
  RandomStream random(2, RandomPurpose::kSample);
  double worst = 0;
  for (int i = 0; i < 200000; ++i) {
    const double x =
        i % 2 == 0 ? random.uniform() * 3 + 1e-300 : std::bit_cast<double>(random.bits() & 0x7FEFFFFFFFFFFFFFULL);
    worst = std::max(worst, ulp_error(mlkit::log(x), std::log(static_cast<long double>(x))));
  }
  EXPECT_LT(worst, 1.0);
  EXPECT_EQ(mlkit::log(1.0), 0.0);
  EXPECT_TRUE(std::isinf(mlkit::log(0.0)));
  EXPECT_TRUE(std::isnan(mlkit::log(-1.0)));
}

TEST(Math, Log1pKeepsSmallArguments) {
  RandomStream random(3, RandomPurpose::kSample);
  double worst = 0;
  for (int i = 0; i < 200000; ++i) {
    const double x = (random.uniform() - 0.3) * std::pow(10.0, -20 + 24 * random.uniform());
    if (x <= -1) continue;
    worst = std::max(worst, ulp_error(mlkit::log1p(x), std::log1p(static_cast<long double>(x))));
  }
  EXPECT_LT(worst, 2.0);
}

TEST(Math, SigmoidAndLossSurviveExtremes) {
  EXPECT_EQ(sigmoid(0), 0.5);
  EXPECT_EQ(sigmoid(1000), 1.0);
  EXPECT_EQ(sigmoid(-1000), 0.0);
  EXPECT_EQ(log1p_exp(1000), 1000.0);
  EXPECT_EQ(log1p_exp(-1000), 0.0);
  EXPECT_NEAR(log1p_exp(0), 0.6931471805599453, 1e-16);
}

}  // namespace
}  // namespace mlkit
