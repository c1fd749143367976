// Expected values: scipy 1.10 (chi2.sf, chi2.ppf, special.kolmogorov, special.gammaln).
#include "mlkit/drift/special.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mlkit {
namespace {

struct Known {
  double x, df, value;
};

TEST(Special, ChiSquareTailsAreThoseOfScipy) {
  const Known known[] = {{0.5, 1.0, 0.47950012218695337},       {3.841458820694124, 1.0, 0.04999999999999989},
                         {6.29, 9.0, 0.7105795229808676},       {60.9, 3.0, 3.775244869589887e-13},
                         {200.0, 3.0, 4.218541107192018e-43},   {150.0, 150.0, 0.484643600960357},
                         {1000.0, 900.0, 0.010994608942135844}, {12000.0, 10000.0, 1.1470065524601128e-40},
                         {900.0, 1000.0, 0.9892827619087102},   {0.001, 5.0, 0.9999999983185123}};
  // The exponent a log x - x - log_gamma(a) is below 1e5 in size: 1e5 ulps of 1, and scipy's own rounding.
  for (const Known& k : known) EXPECT_NEAR(chi_square_upper(k.x, k.df) / k.value, 1, 1e-10) << k.x << " " << k.df;
}

TEST(Special, ChiSquareTailIsOneAtZeroAndZeroFarOut) {
  EXPECT_EQ(chi_square_upper(0, 3), 1);
  EXPECT_EQ(chi_square_upper(-1, 3), 1);
  EXPECT_EQ(chi_square_upper(1e6, 3), 0);
}

TEST(Special, ChiSquareQuantilesAreThoseOfScipy) {
  const Known known[] = {{0.95, 1.0, 3.841458820694124},     {0.95, 9.0, 16.918977604620448},
                         {0.999, 9.0, 27.877164871256568},   {0.5, 4.0, 3.3566939800333224},
                         {0.99975, 11.0, 34.97673713643918}, {0.05, 30.0, 18.49266098195347},
                         {0.95, 5000.0, 5165.614518675803}};
  for (const Known& k : known) EXPECT_NEAR(chi_square_quantile(k.x, k.df) / k.value, 1, 1e-11) << k.x << " " << k.df;
}

TEST(Special, KolmogorovTailsAreThoseOfScipyOnBothSidesOfTheChangeOfSeries) {
  const double known[][2] = {{0.1, 1.0},
                             {0.3, 0.9999906941986655},
                             {0.5, 0.9639452436648751},
                             {0.8, 0.5441424115741981},
                             {1.0, 0.26999967167735456},
                             {1.17, 0.12939004218561884},
                             {1.19, 0.11774229287977166},
                             {1.3581, 0.0499996304316674},
                             {2, 0.0006709252557796953},
                             {3, 3.045995948942526e-08},
                             {5, 3.8574996959278356e-22}};
  for (const auto& k : known) EXPECT_NEAR(kolmogorov_upper(k[0]) / k[1], 1, 1e-13) << k[0];
  EXPECT_EQ(kolmogorov_upper(0), 1);
  EXPECT_EQ(kolmogorov_upper(1e-6), 1);
  EXPECT_EQ(kolmogorov_upper(100), 0);
}

TEST(Special, LogGammaIsThatOfScipy) {
  const double known[][2] = {{0.001, 6.907178885383853},     {0.5, 0.5723649429247},   {1, 0.0},
                             {1.5, -0.12078223763524526},    {3, 0.6931471805599453},  {10, 12.801827480081469},
                             {14.99, 25.164481163825506},    {15, 25.191221182738683}, {100.25, 360.28455963776423},
                             {1000000.0, 12815504.569147611}};
  // Terms up to 30 cancel below 15: 30 ulps of 1, rounded up.
  for (const auto& k : known) EXPECT_NEAR(log_gamma(k[0]), k[1], 4e-14 + 1e-14 * std::fabs(k[1])) << k[0];
}

}  // namespace
}  // namespace mlkit
