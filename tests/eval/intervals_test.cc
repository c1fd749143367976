#include "mlkit/eval/intervals.h"

#include <cmath>
#include <limits>

#include <gtest/gtest.h>

#include "mlkit/base/random.h"
#include "mlkit/eval/student.h"

namespace mlkit {
namespace {

TEST(Intervals, NormalQuantileIsScipys) {
  // scipy 1.10 stats.norm.isf((1 - c) / 2)
  const std::pair<double, double> known[] = {{0.5, 0.6744897501960817},  {0.8, 1.2815515655446004},
                                             {0.9, 1.6448536269514729},  {0.95, 1.959963984540054},
                                             {0.99, 2.5758293035489004}, {0.999, 3.2905267314918945}};
  for (const auto& [confidence, z] : known) EXPECT_NEAR(normal_two_sided_quantile(confidence), z, 1e-13);
  EXPECT_NEAR(normal_two_sided_quantile(1 - 1e-9), 6.10941020938345, 1e-6);  // the argument has lost 8 digits
}

TEST(Intervals, WilsonIsTheFormulaInNumpy) {
  const struct {
    double successes, trials, low, high;
  } known[] = {
      {0, 10, 0.0, 0.2775327998628892},
      {10, 10, 0.7224672001371107, 1.0},
      {3, 10, 0.10779126740630099, 0.6032218525388546},
      {81, 263, 0.2552885198782742, 0.36620957698280004},
      {1, 1000, 0.00017654637062607809, 0.0056425585979579355},
  };
  for (const auto& k : known) {
    const Interval got = wilson_interval(k.successes, k.trials);
    EXPECT_NEAR(got.low, k.low, 1e-14);
    EXPECT_NEAR(got.high, k.high, 1e-14);
  }
  EXPECT_EQ(wilson_interval(0, 0).high, 1.0);
}

TEST(Intervals, DeLongIsTheCovarianceOfPlacements) {
  // numpy: mean and variance over the 6 x 6 matrix of comparisons, ties one half.
  const std::vector<double> scores{.2, .4, .4, .4, .4, .9, .7, .7, .1, .3, .05, .8};
  const std::vector<std::uint8_t> positive{0, 0, 0, 1, 1, 1, 1, 0, 1, 0, 0, 1};
  const auto got = delong_auc(sweep_thresholds({scores, positive}));
  ASSERT_TRUE(got.has_value());
  EXPECT_NEAR(got->auc, 0.7361111111111112, 1e-15);
  EXPECT_NEAR(got->std_error, 0.15340779190537862, 1e-15);
  // numpy: expit(logit(auc) -+ 1.959963984540054 se / (auc (1 - auc)))
  EXPECT_NEAR(got->interval.low, 0.3723835718289765, 1e-13);
  EXPECT_NEAR(got->interval.high, 0.929150356257551, 1e-13);
}

TEST(Intervals, APerfectAreaOfFewRowsIsNotCertain) {
  const std::vector<double> scores{.1, .2, .3, .7, .8};
  const std::vector<std::uint8_t> positive{0, 0, 0, 1, 1};
  const auto got = delong_auc(sweep_thresholds({scores, positive}));
  ASSERT_TRUE(got.has_value());
  EXPECT_EQ(got->auc, 1.0);
  EXPECT_EQ(got->interval.high, 1.0);
  EXPECT_EQ(got->interval.low, wilson_interval(2, 2).low);
}

TEST(Intervals, DeLongNeedsTwoRowsOfEachClass) {
  const std::vector<double> scores{.2, .4, .5};
  const std::vector<std::uint8_t> positive{0, 0, 1};
  EXPECT_FALSE(delong_auc(sweep_thresholds({scores, positive})).has_value());
}

std::vector<std::optional<double>> mean_of(const std::vector<double>& x, std::span<const double> times) {
  double sum = 0, count = 0;
  for (std::size_t i = 0; i < x.size(); ++i) sum += times[i] * x[i], count += times[i];
  return {sum / count};
}

TEST(Intervals, BootstrapOfAMeanIsAboutItsStandardError) {
  RandomStream random(3, RandomPurpose::kSample);
  std::vector<double> x(400);
  for (double& v : x) v = random.normal();
  double mean = 0, square = 0;
  for (const double v : x) mean += v / 400;
  for (const double v : x) square += (v - mean) * (v - mean);
  const double error = std::sqrt(square / 400 / 400);
  Context context(2);
  const auto interval = bootstrap_intervals(x.size(), 2000, 42, 0.95, context,
                                            [&](std::span<const double> times) { return mean_of(x, times); })[0];
  // The 2.5 % point of 2000 draws has a standard error of sqrt(.025 .975 / 2000) / phi(1.96) = 0.06 sd.
  EXPECT_NEAR(interval->low, mean - 1.96 * error, 4 * 0.06 * error);
  EXPECT_NEAR(interval->high, mean + 1.96 * error, 4 * 0.06 * error);
}

TEST(Intervals, BootstrapDoesNotDependOnThreads) {
  std::vector<double> x(1001);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i * i % 97);
  std::vector<Interval> got;
  for (const int threads : {1, 2, 3, 8}) {
    Context context(threads);
    got.push_back(*bootstrap_intervals(x.size(), 100, 7, 0.9, context,
                                       [&](std::span<const double> times) { return mean_of(x, times); })[0]);
    EXPECT_EQ(got.back().low, got[0].low);
    EXPECT_EQ(got.back().high, got[0].high);
  }
}

TEST(Intervals, BootstrapLeavesOutUndefinedResamples) {
  Context context(1);
  std::size_t calls = 0;
  const auto some = [&](std::span<const double> times) -> std::vector<std::optional<double>> {
    ++calls;
    return {times[0] > 0 ? std::optional<double>(times[0]) : std::nullopt, std::nullopt};
  };
  const auto got = bootstrap_intervals(10, 50, 1, 0.95, context, some);
  EXPECT_EQ(calls, 50u);
  EXPECT_TRUE(got[0].has_value());  // a row is drawn in 65 % of the resamples
  EXPECT_FALSE(got[1].has_value());
}

// Quantiles: mpmath with 30 digits, where the regularised incomplete beta function is 1 - confidence (scipy's ppf is
// good to 1e-8 only). Their error is at most that of the tail, 1e-13, and the rounding of 1 - confidence, 1e-13. Tails:
// scipy 1.10, 2 * scipy.stats.t.sf(t, df).
TEST(StudentT, TailsAndQuantilesAreRightToTwelveDigits) {
  struct Case {
    double confidence;
    std::int64_t df;
    double quantile;
  };
  for (const Case& c : {Case{0.5, 1, 1.0},
                        Case{0.5, 2, 0.81649658092772603},
                        Case{0.5, 3, 0.76489232840434528},
                        Case{0.5, 4, 0.74069708411268263},
                        Case{0.5, 9, 0.70272214675132637},
                        Case{0.5, 49, 0.67952964526265076},
                        Case{0.5, 10000, 0.67451428448359243},
                        Case{0.95, 1, 12.706204736174705},
                        Case{0.95, 2, 4.3026527297494639},
                        Case{0.95, 3, 3.1824463052837096},
                        Case{0.95, 4, 2.7764451051977944},
                        Case{0.95, 9, 2.2621571627982055},
                        Case{0.95, 49, 2.0095752371292397},
                        Case{0.95, 10000, 1.9602012398906263},
                        Case{0.999, 1, 636.61924876871962},
                        Case{0.999, 2, 31.599054576443621},
                        Case{0.999, 3, 12.923978636687483},
                        Case{0.999, 4, 8.6103015813792751},
                        Case{0.999, 9, 4.7809125859311391},
                        Case{0.999, 49, 3.5004428913673668},
                        Case{0.999, 10000, 3.2914999659416047}}) {
    EXPECT_NEAR(student_t_quantile(c.confidence, c.df), c.quantile, 1e-12 * c.quantile) << c.df;
    const double tail = student_t_two_sided(student_t_quantile(c.confidence, c.df), c.df);
    EXPECT_NEAR(tail, 1 - c.confidence, 1e-14) << c.df;
  }
  struct Tail {
    double t;
    std::int64_t df;
    double p;
  };
  for (const Tail& c : {Tail{0.01, 1, 0.9936340144701835},     Tail{0.01, 2, 0.992929108958201},
                        Tail{0.01, 4, 0.9925001562458986},     Tail{0.01, 5, 0.9924080180425818},
                        Tail{0.01, 29, 0.992089764803225},     Tail{0.01, 300, 0.9920279339588818},
                        Tail{1.7, 1, 0.3385060546606653},      Tail{1.7, 2, 0.23123342620157117},
                        Tail{1.7, 4, 0.16435494127004996},     Tail{1.7, 5, 0.14987678684832376},
                        Tail{1.7, 29, 0.09983379148846933},    Tail{1.7, 300, 0.09016736731510319},
                        Tail{8.0, 1, 0.07916684832113108},     Tail{8.0, 2, 0.01526807216533814},
                        Tail{8.0, 4, 0.0013238969092171677},   Tail{8.0, 5, 0.0004929066605724437},
                        Tail{8.0, 29, 8.012575649631703e-09},  Tail{8.0, 300, 2.7350153901538376e-14},
                        Tail{40.0, 1, 0.015912179824051624},   Tail{40.0, 2, 0.0006244146721847406},
                        Tail{40.0, 4, 2.3340163226012694e-06}, Tail{40.0, 5, 1.8411962171772952e-07},
                        Tail{40.0, 29, 6.346877329729317e-27}, Tail{40.0, 300, 2.852418039531109e-122}}) {
    EXPECT_NEAR(student_t_two_sided(c.t, c.df), c.p, 1e-12 * c.p) << c.t << " " << c.df;
    EXPECT_EQ(student_t_two_sided(-c.t, c.df), student_t_two_sided(c.t, c.df));
  }
  EXPECT_EQ(student_t_two_sided(0, 4), 1.0);
  EXPECT_EQ(student_t_two_sided(std::numeric_limits<double>::infinity(), 4), 0.0);
}

}  // namespace
}  // namespace mlkit
