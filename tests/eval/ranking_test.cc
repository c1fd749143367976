#include "mlkit/eval/ranking.h"

#include <cmath>
#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "mlkit/base/random.h"

namespace mlkit {
namespace {

struct Scores {
  std::vector<double> scores;
  std::vector<std::uint8_t> positive;
  std::vector<double> weights;
};

// Scores on a grid, so that many are tied; `levels` 0 = no ties to speak of.
Scores random_scores(std::size_t n, int levels, std::uint32_t sub) {
  RandomStream random(11, RandomPurpose::kSample, sub);
  Scores out;
  for (std::size_t i = 0; i < n; ++i) {
    out.positive.push_back(random.uniform() < 0.4 ? 1 : 0);
    const double x = random.normal() + out.positive.back();
    out.scores.push_back(levels > 0 ? std::round(x * levels) / levels : x);
    out.weights.push_back(static_cast<double>(random.below(4)));
  }
  return out;
}

// The definition: over all pairs.
double auc_by_pairs(const Scores& s, bool weighted) {
  double wins = 0, pairs = 0;
  for (std::size_t i = 0; i < s.scores.size(); ++i) {
    for (std::size_t j = 0; j < s.scores.size(); ++j) {
      if (s.positive[i] == 0 || s.positive[j] != 0) continue;
      const double w = weighted ? s.weights[i] * s.weights[j] : 1.0;
      pairs += w;
      wins += w * (s.scores[i] > s.scores[j] ? 1.0 : s.scores[i] == s.scores[j] ? 0.5 : 0.0);
    }
  }
  return wins / pairs;
}

TEST(Ranking, AucIsThatOfAllPairs) {
  for (const int levels : {0, 1, 3}) {
    const Scores s = random_scores(300, levels, static_cast<std::uint32_t>(levels));
    // The pairs are whole numbers of halves: both sums are exact.
    EXPECT_EQ(roc_auc(sweep_thresholds({s.scores, s.positive})), auc_by_pairs(s, false));
    EXPECT_EQ(roc_auc(sweep_thresholds({s.scores, s.positive, s.weights})), auc_by_pairs(s, true));
  }
}

void expect_same_points(const ThresholdSweep& got, const ThresholdSweep& expected) {
  EXPECT_EQ(got.positives, expected.positives);
  EXPECT_EQ(got.negatives, expected.negatives);
  ASSERT_EQ(got.points.size(), expected.points.size());
  for (std::size_t k = 0; k < got.points.size(); ++k) {
    ASSERT_EQ(got.points[k].threshold, expected.points[k].threshold) << k;
    ASSERT_EQ(got.points[k].true_positives, expected.points[k].true_positives) << k;
    ASSERT_EQ(got.points[k].false_positives, expected.points[k].false_positives) << k;
  }
}

TEST(Ranking, SeveralThreadsSweepTheSamePoints) {
  constexpr std::size_t kRows = 120'000;  // above where rows are sorted by stretches
  Context context;
  context.set_threads(3);
  for (const int levels : {0, 1, 100}) {
    Scores s = random_scores(kRows, levels, 21);
    expect_same_points(sweep_thresholds({s.scores, s.positive}, context), sweep_thresholds({s.scores, s.positive}));
    s.scores[5] = -0.0;
    s.scores[6] = 0.0;
    s.scores[7] = 1e300;  // all others in one stretch
    expect_same_points(sweep_thresholds({s.scores, s.positive}, context), sweep_thresholds({s.scores, s.positive}));
    s.scores[7] = std::numeric_limits<double>::infinity();
    expect_same_points(sweep_thresholds({s.scores, s.positive}, context), sweep_thresholds({s.scores, s.positive}));
  }
  const Scores alike{std::vector<double>(kRows, 0.25), random_scores(kRows, 1, 3).positive, {}};
  expect_same_points(sweep_thresholds({alike.scores, alike.positive}, context),
                     sweep_thresholds({alike.scores, alike.positive}));
}

TEST(Ranking, WeightTwoIsARowTwice) {
  const Scores s = random_scores(200, 2, 9);
  Scores twice;
  for (std::size_t i = 0; i < s.scores.size(); ++i) {
    for (int k = 0; k < static_cast<int>(s.weights[i]); ++k) {
      twice.scores.push_back(s.scores[i]);
      twice.positive.push_back(s.positive[i]);
    }
  }
  const ThresholdSweep weighted = sweep_thresholds({s.scores, s.positive, s.weights});
  const ThresholdSweep repeated = sweep_thresholds({twice.scores, twice.positive});
  ASSERT_EQ(weighted.points.size(), repeated.points.size());
  for (std::size_t k = 0; k < repeated.points.size(); ++k) {
    EXPECT_EQ(weighted.points[k].threshold, repeated.points[k].threshold);
    EXPECT_EQ(weighted.points[k].true_positives, repeated.points[k].true_positives);
    EXPECT_EQ(weighted.points[k].false_positives, repeated.points[k].false_positives);
  }
  EXPECT_EQ(average_precision(weighted), average_precision(repeated));
  EXPECT_EQ(ks_of_scores(weighted), ks_of_scores(repeated));
}

TEST(Ranking, SortsSignsZerosAndInfinities) {
  const double inf = std::numeric_limits<double>::infinity();
  const std::vector<double> scores{-0.0, 0.0, -inf, inf, -1e-300, 1e-300, -5, 5};
  const std::vector<std::uint8_t> positive{1, 0, 0, 1, 0, 1, 0, 1};
  const ThresholdSweep sweep = sweep_thresholds({scores, positive});
  std::vector<double> thresholds;
  for (const SweepPoint& p : sweep.points) thresholds.push_back(p.threshold);
  EXPECT_EQ(thresholds, (std::vector<double>{inf, 5, 1e-300, 0, -1e-300, -5, -inf}));
  EXPECT_EQ(sweep.points[3].true_positives, 4.0);
  EXPECT_EQ(sweep.points[3].false_positives, 1.0);
}

TEST(Ranking, OneClassHasNoArea) {
  const std::vector<double> scores{1, 2};
  const std::vector<std::uint8_t> positive{1, 1};
  EXPECT_THROW(roc_auc(sweep_thresholds({scores, positive})), std::invalid_argument);
  const std::vector<double> bad{1, std::nan("")};
  EXPECT_THROW(sweep_thresholds({bad, positive}), std::invalid_argument);
}

TEST(Ranking, ThinCurveKeepsItsEndsAndOrder) {
  const Scores s = random_scores(5000, 0, 5);
  const std::vector<RocPoint> curve = roc_curve(sweep_thresholds({s.scores, s.positive}));
  const std::vector<RocPoint> thin = thin_curve(curve, 200);
  EXPECT_LE(thin.size(), 200u);
  EXPECT_GE(thin.size(), 150u);
  EXPECT_EQ(thin.back().tpr, 1.0);
  EXPECT_EQ(thin.back().fpr, 1.0);
  for (std::size_t i = 1; i < thin.size(); ++i) EXPECT_LT(thin[i].threshold, thin[i - 1].threshold);
}

}  // namespace
}  // namespace mlkit
