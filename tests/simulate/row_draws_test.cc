#include "mlkit/simulate/row_draws.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <vector>

namespace mlkit {
namespace {

// Values from mpmath with 40 digits: the root of log(ncdf(z)) = log(p).
TEST(NormalQuantile, AgreesWithMpmath) {
  const std::vector<std::pair<double, double>> known = {{1e-300, -37.047096299361199237},
                                                        {1e-16, -8.2220822161304356152},
                                                        {1e-07, -5.19933758219281694},
                                                        {0.01, -2.3263478740408410931},
                                                        {0.075, -1.4395314709384559349},
                                                        {0.3, -0.52440051270804081597},
                                                        {0.5, 0.0},
                                                        {0.6, 0.25334710313579974132},
                                                        {0.925, 1.4395314709384562291},
                                                        {0.999, 3.0902323061678132778}};
  // The algorithm's own error is about 1e-16; a few roundings come with the polynomials.
  for (const auto& [p, z] : known) EXPECT_NEAR(normal_quantile(p), z, 2e-15 * std::max(1.0, std::abs(z))) << p;
}

TEST(NormalCdf, AgreesWithMpmath) {
  const std::vector<std::pair<double, double>> known = {
      {-9, 1.1285884059538406477e-19}, {-6.5, 4.0160005838591178083e-11}, {-3, 0.0013498980316300945267},
      {-0.5, 0.30853753872598689636},  {0.25, 0.59870632568292372424},    {1.959963984540054, 0.97499999999999998912},
      {5.9, 0.9999999981824921369},    {7, 0.99999999999872018746}};
  for (const auto& [x, p] : known) EXPECT_NEAR(normal_cdf(x), p, 1e-14) << x;
  EXPECT_NEAR(normal_cdf(-9) / 1.1285884059538406477e-19, 1, 1e-13);
}

TEST(NormalCdf, UndoesTheQuantile) {
  for (double p = 0.001; p < 1; p += 0.0173) EXPECT_NEAR(normal_cdf(normal_quantile(p)), p, 1e-14);
}

TEST(RowDraws, AreAFunctionOfSeedStreamAndRow) {
  RowDraws a(7, DrawStream::kFeatures, 3);
  RowDraws b(7, DrawStream::kFeatures, 3);
  for (int i = 0; i < 9; ++i) EXPECT_EQ(a.bits(), b.bits());
  const std::uint64_t first = RowDraws(7, DrawStream::kFeatures, 3).bits();
  EXPECT_NE(first, RowDraws(8, DrawStream::kFeatures, 3).bits());
  EXPECT_NE(first, RowDraws(7, DrawStream::kLabels, 3).bits());
  EXPECT_NE(first, RowDraws(7, DrawStream::kFeatures, 4).bits());
}

// Kolmogorov's statistic of n draws against the normal law is above 1.95 / sqrt(n) with probability 0.001 (the limit
// law); the seed is fixed.
TEST(RowDraws, NormalDrawsAreNormal) {
  constexpr std::size_t kRows = 5000;
  constexpr std::size_t kEach = 4;
  std::vector<double> draws;
  for (std::size_t row = 0; row < kRows; ++row) {
    RowDraws row_draws(42, DrawStream::kFeatures, row);
    for (std::size_t i = 0; i < kEach; ++i) draws.push_back(row_draws.normal());
  }
  std::sort(draws.begin(), draws.end());
  double distance = 0;
  const double n = static_cast<double>(draws.size());
  for (std::size_t i = 0; i < draws.size(); ++i) {
    const double p = normal_cdf(draws[i]);
    distance = std::max({distance, p - static_cast<double>(i) / n, static_cast<double>(i + 1) / n - p});
  }
  EXPECT_LT(distance, 1.95 / std::sqrt(n));
}

TEST(RowDraws, BelowReachesEveryValueEvenly) {
  constexpr std::uint32_t kBound = 7;
  constexpr int kDraws = 14000;
  std::vector<int> counts(kBound);
  RowDraws draws(1, DrawStream::kLevels, 0);
  for (int i = 0; i < kDraws; ++i) ++counts[draws.below(kBound)];
  double chi2 = 0;
  const double expected = static_cast<double>(kDraws) / kBound;
  for (const int count : counts) chi2 += (count - expected) * (count - expected) / expected;
  EXPECT_LT(chi2, 22.46);  // the 0.999 quantile of chi-square with 6 degrees of freedom
}

}  // namespace
}  // namespace mlkit
