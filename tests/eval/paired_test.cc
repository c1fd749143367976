#include "mlkit/eval/paired.h"

#include <cmath>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"

namespace mlkit {
namespace {

TEST(Paired, NormalTailIsScipysAlsoFarOut) {
  // scipy 1.10: 2 * stats.norm.sf(z)
  const std::pair<double, double> known[] = {{0, 1},
                                             {0.1, 0.920344325445942},
                                             {1, 0.31731050786291415},
                                             {2.4999, 0.012422836749889175},
                                             {2.5, 0.012419330651552265},
                                             {-4, 6.334248366623973e-05},
                                             {8, 1.244192114854348e-15},
                                             {20, 5.507248237212311e-89},
                                             {37, 1.1451142445047853e-299}};
  for (const auto& [z, p] : known) EXPECT_NEAR(normal_two_sided_p(z) / p, 1, 1e-12) << z;
}

TEST(Paired, McNemarIsTheBinomialTestOfTheDiscordantPairs) {
  // scipy 1.10: stats.binomtest(min(b, c), b + c, 0.5).pvalue
  const struct {
    std::uint64_t b, c;
    double p;
  } known[] = {{0, 0, 1},
               {1, 0, 1},
               {3, 9, 0.14599609375},
               {10, 10, 1},
               {4, 19, 0.002599477767944336},
               {86, 150, 3.715936139571387e-05},
               {412, 505, 0.002362734947478405}};
  for (const auto& k : known) {
    EXPECT_NEAR(mcnemar_test(k.b, k.c).p_value, k.p, 1e-12 * k.p) << k.b << " " << k.c;
    EXPECT_EQ(mcnemar_test(k.c, k.b).p_value, mcnemar_test(k.b, k.c).p_value);
    EXPECT_TRUE(mcnemar_test(k.b, k.c).exact);
  }
}

TEST(Paired, ManyDiscordantPairsAreLeftToChiSquare) {
  const McNemar test = mcnemar_test(1200, 1000);
  EXPECT_FALSE(test.exact);
  EXPECT_DOUBLE_EQ(test.statistic, 199.0 * 199.0 / 2200.0);
  EXPECT_NEAR(test.p_value / 2.2085222894420412e-05, 1, 1e-12);  // scipy 1.10: stats.chi2.sf(199**2 / 2200, 1)
  // Exact and corrected chi-square meet at the border: the relative error of the normal tail is of the order
  // 1 / pairs times a small power of z.
  EXPECT_NEAR(mcnemar_test(470, 531).p_value / mcnemar_test(470, 530).p_value, 1, 0.1);
}

TEST(Paired, DifferenceOfRatesIsNewcombesMethod10) {
  // The formula in numpy; the first is example 36, 12, 2, 0 of the paper (0.0569 .. 0.3404).
  const struct {
    Agreement cells;
    Interval at95, at90;
  } known[] = {
      {{36, 2, 12, 0, 0}, {0.05692958400323875, 0.3404276029749406}, {0.08166543565795026, 0.31712268238022423}},
      {{43, 1, 0, 0, 0}, {-0.11807709698213287, 0.0597180083508988}, {-0.09566242639917166, 0.03782687288097598}},
      {{80, 4, 9, 7, 0}, {-0.02474081992353734, 0.12771602595632595}, {-0.012046485018733379, 0.11427331076739738}},
      {{10, 20, 30, 40, 0}, {-0.03763099758886679, 0.23261969556507917}, {-0.01569051615260275, 0.21212427315705112}},
      {{5, 0, 0, 0, 0}, {-0.43448246478317476, 0.43448246478317476}, {-0.35111650076510126, 0.35111650076510126}},
      {{0, 0, 7, 3, 0}, {0.28894289100317283, 0.8922087325936988}, {0.3652414630264264, 0.8731234160968021}},
  };
  for (const auto& k : known) {
    for (const auto& [confidence, want] : {std::pair{0.95, k.at95}, std::pair{0.9, k.at90}}) {
      const Interval got = paired_rates_interval(k.cells, confidence);
      EXPECT_NEAR(got.low, want.low, 1e-12) << k.cells.both;
      EXPECT_NEAR(got.high, want.high, 1e-12) << k.cells.both;
    }
  }
}

TEST(Paired, AgreementCountsEveryRowOnce) {
  const std::vector<std::uint32_t> truth{0, 1, 2, 0, 1, 2};
  const std::vector<std::int32_t> first{0, 1, 0, 1, 0, 1}, second{0, 0, 2, 1, 2, 0};
  const Agreement got = count_agreement(truth, first, second);
  EXPECT_EQ(got.both, 1u);
  EXPECT_EQ(got.only_first, 1u);
  EXPECT_EQ(got.only_second, 1u);
  EXPECT_EQ(got.neither, 3u);
  EXPECT_EQ(got.neither_and_different, 2u);
  EXPECT_EQ(got.flips(), 4u);
}

// Rows whose two scores share noise, rounded so that many are tied.
struct TwoScores {
  std::vector<double> first, second;
  std::vector<std::uint8_t> positive;
  std::vector<std::uint32_t> labels;
};

TwoScores make_scores(std::size_t rows, double better, std::uint64_t seed, double grid = 8) {
  RandomStream random(seed, RandomPurpose::kSimulate);
  TwoScores out;
  for (std::size_t i = 0; i < rows; ++i) {
    const bool positive = random.below(3) == 0;
    const double shared = random.normal() + (positive ? 1 : 0);
    const auto squash = [&](double x) { return std::round(grid * x / (1 + std::abs(x))) / grid; };
    out.first.push_back(0.5 + 0.4 * squash(shared + random.normal()));
    out.second.push_back(0.5 + 0.4 * squash(shared + random.normal() + (positive ? better : 0)));
    out.positive.push_back(positive ? 1 : 0);
    out.labels.push_back(positive ? 1 : 0);
  }
  return out;
}

// DeLong's definition: every positive against every negative.
PairedAuc obvious_delong(const TwoScores& rows) {
  std::vector<std::vector<double>> of_positives(2), of_negatives(2);
  for (int model = 0; model < 2; ++model) {
    const std::vector<double>& scores = model == 0 ? rows.first : rows.second;
    for (const std::uint8_t side : {1, 0}) {
      for (std::size_t i = 0; i < scores.size(); ++i) {
        if (rows.positive[i] != side) continue;
        double wins = 0, others = 0;
        for (std::size_t j = 0; j < scores.size(); ++j) {
          if (rows.positive[j] == side) continue;
          const double gap = side == 1 ? scores[i] - scores[j] : scores[j] - scores[i];
          wins += gap > 0 ? 1 : gap == 0 ? 0.5 : 0;
          others += 1;
        }
        (side == 1 ? of_positives : of_negatives)[static_cast<std::size_t>(model)].push_back(wins / others);
      }
    }
  }
  const auto mean = [](const std::vector<double>& x) {
    double sum = 0;
    for (const double v : x) sum += v;
    return sum / static_cast<double>(x.size());
  };
  const auto covariance = [&](const std::vector<double>& x, const std::vector<double>& y) {
    double sum = 0;
    for (std::size_t i = 0; i < x.size(); ++i) sum += (x[i] - mean(x)) * (y[i] - mean(y));
    return sum / static_cast<double>(x.size() - 1) / static_cast<double>(x.size());
  };
  PairedAuc out;
  out.first = mean(of_positives[0]);
  out.second = mean(of_positives[1]);
  double variance = 0;
  for (const auto* part : {&of_positives, &of_negatives}) {
    variance += covariance((*part)[0], (*part)[0]) + covariance((*part)[1], (*part)[1]) -
                2 * covariance((*part)[0], (*part)[1]);
  }
  out.std_error = std::sqrt(variance);
  return out;
}

TEST(Paired, DeLongIsTheCovarianceOverAllPairs) {
  for (const std::uint64_t seed : {1, 2, 3, 4, 5}) {
    const TwoScores rows = make_scores(60, 0.3, seed);
    const auto got = delong_paired(rows.first, rows.second, rows.positive);
    const PairedAuc want = obvious_delong(rows);
    ASSERT_TRUE(got && got->p_value && got->interval);
    EXPECT_NEAR(got->first, want.first, 1e-14);
    EXPECT_NEAR(got->second, want.second, 1e-14);
    EXPECT_NEAR(got->std_error, want.std_error, 1e-14);
    EXPECT_NEAR(*got->p_value, normal_two_sided_p((want.second - want.first) / want.std_error), 1e-12);
    EXPECT_NEAR(got->interval->high - got->interval->low, 2 * 1.959963984540054 * want.std_error, 1e-12);
  }
}

TEST(Paired, DeLongOfTheSameRankingIsOneAndOfNoVarianceIsNotTested) {
  const std::vector<std::uint8_t> positive{0, 0, 1, 1};
  const std::vector<double> scores{.1, .2, .3, .4}, same_ranks{.2, .4, .6, .9}, constant(4, .5);
  EXPECT_EQ(delong_paired(scores, same_ranks, positive)->p_value, 1.0);
  const auto perfect = delong_paired(constant, scores, positive);
  EXPECT_EQ(perfect->difference, 0.5);
  EXPECT_FALSE(perfect->p_value.has_value());
  EXPECT_FALSE(delong_paired(scores, constant, std::vector<std::uint8_t>{1, 1, 1, 0}).has_value());
}

// Two models of two classes: probabilities and labels at one half.
struct TwoModels {
  std::vector<double> first, second;
  std::vector<std::int32_t> first_labels, second_labels;
  std::vector<std::uint32_t> truth;

  explicit TwoModels(const TwoScores& rows) : truth(rows.labels) {
    for (std::size_t i = 0; i < rows.first.size(); ++i) {
      first.insert(first.end(), {1 - rows.first[i], rows.first[i]});
      second.insert(second.end(), {1 - rows.second[i], rows.second[i]});
      first_labels.push_back(rows.first[i] >= 0.5 ? 1 : 0);
      second_labels.push_back(rows.second[i] >= 0.5 ? 1 : 0);
    }
  }
  ScoredRows rows(bool of_second) const {
    ScoredRows out;
    out.classes = 2;
    out.labels = truth;
    out.predicted = of_second ? second_labels : first_labels;
    out.probabilities = of_second ? second : first;
    return out;
  }
};

const std::vector<std::string> kSome = {"roc_auc", "accuracy", "log_loss", "f1", "brier", "ece"};

TEST(Paired, MetricsTakeTheTestThatTheyHave) {
  const TwoModels models(make_scores(300, 1.2, 7));
  const Context context;
  const auto got = compare_metrics(models.rows(false), models.rows(true), kSome, {}, context);
  const char* const tests[] = {"delong", "mcnemar_exact", "bootstrap", "bootstrap", "bootstrap", ""};
  for (std::size_t i = 0; i < got.size(); ++i) {
    EXPECT_EQ(got[i].test, tests[i]) << got[i].name;
    EXPECT_DOUBLE_EQ(*got[i].difference, *got[i].second - *got[i].first);
  }
  EXPECT_EQ(got[0].verdict, PairedVerdict::kBetter);
  EXPECT_EQ(got[2].verdict, PairedVerdict::kBetter) << "a lower loss is better";
  EXPECT_LT(*got[2].difference, 0);
  EXPECT_EQ(got[5].verdict, PairedVerdict::kUndecided) << "no test, no verdict";
}

TEST(Paired, ExchangedModelsExchangeTheSigns) {
  const TwoModels models(make_scores(200, 0.8, 8));
  const Context context;
  const auto there = compare_metrics(models.rows(false), models.rows(true), kSome, {}, context);
  const auto back = compare_metrics(models.rows(true), models.rows(false), kSome, {}, context);
  for (std::size_t i = 0; i < kSome.size(); ++i) {
    EXPECT_EQ(*there[i].difference, -*back[i].difference);
    EXPECT_EQ(there[i].p_value, back[i].p_value) << kSome[i];
    if (!there[i].interval) continue;
    EXPECT_NEAR(there[i].interval->low, -back[i].interval->high, 1e-12) << kSome[i];
    EXPECT_NEAR(there[i].interval->high, -back[i].interval->low, 1e-12) << kSome[i];
  }
}

TEST(Paired, TheBootstrapOfAnAreaIsNearDeLong) {
  // The standard error of a percentile at 2.5 % of 1,000 draws of a normal is 2.7 sd / sqrt(1000) = 0.085 sd; four of
  // these, and as much again for the error of the normal form itself with 100 positives.
  const TwoModels models(make_scores(300, 0.5, 9));
  const Context context;
  const auto delong = compare_metrics(models.rows(false), models.rows(true), {"roc_auc"}, {}, context)[0];
  const auto drawn =
      compare_metrics(models.rows(false), models.rows(true), {"roc_auc"}, {.test = PairedTest::kBootstrap}, context)[0];
  const double sd = (delong.interval->high - delong.interval->low) / 3.92;
  EXPECT_NEAR(drawn.interval->low, delong.interval->low, 0.7 * sd);
  EXPECT_NEAR(drawn.interval->high, delong.interval->high, 0.7 * sd);
  EXPECT_EQ(drawn.test, "bootstrap");
}

TEST(Paired, TheSameModelTwiceIsTheSame) {
  const TwoModels models(make_scores(50, 0, 10));
  const Context context;
  for (const PairedMetric& metric : compare_metrics(models.rows(true), models.rows(true), kSome, {}, context)) {
    EXPECT_EQ(metric.verdict, PairedVerdict::kSame) << metric.name;
    EXPECT_EQ(metric.p_value, 1.0) << metric.name;
    EXPECT_EQ(metric.difference, 0.0) << metric.name;
  }
}

TEST(Paired, WeightsLeaveEveryTestToTheBootstrap) {
  const TwoModels models(make_scores(80, 0.5, 11));
  std::vector<double> weights(80, 1.0);
  for (std::size_t i = 0; i < weights.size(); i += 3) weights[i] = 2.5;
  ScoredRows first = models.rows(false), second = models.rows(true);
  first.weights = second.weights = weights;
  const Context context;
  for (const PairedMetric& metric : compare_metrics(first, second, {"roc_auc", "accuracy"}, {}, context)) {
    EXPECT_EQ(metric.test, "bootstrap") << metric.name;
  }
  for (const auto& [metric, asked] : {std::pair{"accuracy", PairedTest::kMcNemar}, {"roc_auc", PairedTest::kDeLong}}) {
    try {
      compare_metrics(first, second, {metric}, {.test = asked}, context);
      FAIL() << metric;
    } catch (const Error& error) {
      EXPECT_NE(error.message().find("cannot use the weights"), std::string::npos) << error.message();
    }
  }
}

TEST(Paired, TestsOfOtherMetricsAreRefused) {
  const TwoModels models(make_scores(20, 0.5, 12));
  const Context context;
  EXPECT_THROW(compare_metrics(models.rows(false), models.rows(true), {"f1"}, {.test = PairedTest::kMcNemar}, context),
               Error);
  EXPECT_THROW(
      compare_metrics(models.rows(false), models.rows(true), {"accuracy"}, {.test = PairedTest::kDeLong}, context),
      Error);
  EXPECT_THROW(compare_metrics(models.rows(false), models.rows(true), {"rmse"}, {}, context), Error);
}

TEST(Paired, OneClassLeavesTheAreaUndefinedAndSaysWhy) {
  TwoModels models(make_scores(30, 0.5, 13));
  std::fill(models.truth.begin(), models.truth.end(), 1);
  const Context context;
  const auto got = compare_metrics(models.rows(false), models.rows(true), {"roc_auc", "accuracy"}, {}, context);
  EXPECT_EQ(got[0].verdict, PairedVerdict::kUndefined);
  EXPECT_FALSE(got[0].note.empty());
  EXPECT_TRUE(got[1].p_value.has_value());
}

TEST(Paired, RegressionIsComparedByTheBootstrap) {
  RandomStream random(5, RandomPurpose::kSimulate);
  std::vector<double> truth, near, far;
  for (int i = 0; i < 200; ++i) {
    truth.push_back(random.normal());
    near.push_back(truth.back() + 0.5 * random.normal());
    far.push_back(truth.back() + random.normal());
  }
  ScoredRows first, second;
  first.targets = second.targets = truth;
  first.values = far;
  second.values = near;
  const Context context;
  const auto got = compare_metrics(first, second, {"rmse", "r2"}, {}, context);
  EXPECT_EQ(got[0].verdict, PairedVerdict::kBetter);
  EXPECT_LT(got[0].interval->high, 0);
  EXPECT_EQ(got[1].verdict, PairedVerdict::kBetter);
  EXPECT_DOUBLE_EQ(*got[0].p_value, 2.0 / 1001);  // no resample on the other side
}

TEST(Paired, ThreadsChangeNoDigit) {
  const TwoModels models(make_scores(150, 0.4, 14));
  const auto once = compare_metrics(models.rows(false), models.rows(true), kSome, {}, Context(1));
  const auto many = compare_metrics(models.rows(false), models.rows(true), kSome, {}, Context(4));
  for (std::size_t i = 0; i < kSome.size(); ++i) {
    EXPECT_EQ(once[i].p_value, many[i].p_value);
    if (once[i].interval) {
      EXPECT_EQ(once[i].interval->low, many[i].interval->low);
    }
  }
}

}  // namespace
}  // namespace mlkit
