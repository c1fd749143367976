#include "mlkit/eval/intervals.h"

#include <cmath>

#include <gtest/gtest.h>

#include "mlkit/base/random.h"

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

TEST(Intervals, WilsonIsThatOfRAndNumpy) {
  // numpy, and R 4.2: prop.test(x, n, correct = FALSE)$conf.int, to the last digit or two.
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

TEST(Intervals, DeLongIsThatOfPRoc) {
  // R, pROC 1.18.0: auc and sqrt(var(roc, method = "delong")) of 200 rows with 30 distinct scores.
  std::vector<double> scores;
  std::vector<std::uint8_t> positive;
  for (int i = 0; i < 200; ++i) {
    positive.push_back(i * 7 % 5 == 0 || i % 11 == 3 ? 1 : 0);
    scores.push_back(std::floor((i * 37 % 101 + 25 * positive.back()) / 4.0) / 32);
  }
  const auto got = delong_auc(sweep_thresholds({scores, positive}));
  ASSERT_TRUE(got.has_value());
  EXPECT_NEAR(got->auc, 0.70383054287163871, 1e-15);
  EXPECT_NEAR(got->std_error, 0.039055426849755707, 1e-15);
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

}  // namespace
}  // namespace mlkit
