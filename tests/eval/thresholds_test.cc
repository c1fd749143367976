#include "mlkit/eval/thresholds.h"

#include <cmath>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/eval/regression.h"

namespace mlkit {
namespace {

struct Rows {
  std::vector<double> scores;
  std::vector<std::uint8_t> positive;
  std::vector<double> weights;

  ThresholdSweep sweep(bool weighted = false) const {
    return sweep_thresholds(
        {scores, positive, weighted ? std::span<const double>(weights) : std::span<const double>()});
  }
};

// Scores on a grid of hundredths, so that many are tied.
Rows random_rows(std::size_t n, std::uint32_t sub) {
  RandomStream random(5, RandomPurpose::kSample, sub);
  Rows out;
  for (std::size_t i = 0; i < n; ++i) {
    out.positive.push_back(random.uniform() < 0.3 ? 1 : 0);
    const double x = 0.4 + 0.2 * out.positive.back() + 0.15 * random.normal();
    out.scores.push_back(std::round(100 * std::min(0.99, std::max(0.0, x))) / 100);
    out.weights.push_back(static_cast<double>(1 + random.below(3)));
  }
  return out;
}

// Counted row by row, for one threshold.
Confusion count_at(const Rows& rows, double threshold, bool weighted) {
  Confusion out{2, {0, 0, 0, 0}};
  for (std::size_t i = 0; i < rows.scores.size(); ++i) {
    const std::size_t called = rows.scores[i] >= threshold ? 1 : 0;
    out.cells[std::size_t{rows.positive[i]} * 2 + called] += weighted ? rows.weights[i] : 1.0;
  }
  return out;
}

// Every score tried, from the highest, and a step above all of them last; the first of the best wins.
template <class Value, class Meets>
std::optional<double> best_by_trying(const Rows& rows, bool weighted, const Value& value, const Meets& meets) {
  std::vector<double> tried = rows.scores;
  std::sort(tried.begin(), tried.end(), std::greater<>());
  tried.push_back(std::nextafter(tried.front(), 2.0));
  std::optional<double> best;
  double best_value = 0;
  for (const double threshold : tried) {
    const Confusion confusion = count_at(rows, threshold, weighted);
    if (!meets(confusion)) continue;
    if (best && !(value(confusion) > best_value)) continue;
    best = threshold;
    best_value = value(confusion);
  }
  return best;
}

TEST(Thresholds, TheBestOfEveryMetricIsThatOfTryingAllScores) {
  for (const std::uint32_t sub : {1u, 2u, 3u}) {
    for (const bool weighted : {false, true}) {
      const Rows rows = random_rows(150, sub);
      for (const ThresholdMetric& metric : threshold_metrics()) {
        const auto value = [&](const Confusion& c) {
          return metric.higher_is_better ? metric.of(c).value : -metric.of(c).value;
        };
        const auto expected = best_by_trying(rows, weighted, value, [](const Confusion&) { return true; });
        const auto got = best_threshold(rows.sweep(weighted), metric);
        ASSERT_TRUE(got.has_value());
        EXPECT_EQ(got->threshold, *expected) << metric.name;
        const Confusion there = count_at(rows, got->threshold, weighted);
        EXPECT_EQ(got->confusion().cells, there.cells) << metric.name;
      }
    }
  }
}

TEST(Thresholds, UnderAConditionTheBestIsThatOfTheScoresThatMeetIt) {
  const Rows rows = random_rows(200, 7);
  const ThresholdMetric& recall = find_threshold_metric("recall");
  const ThresholdMetric& precision = find_threshold_metric("precision");
  for (const double limit : {0.0, 0.5, 0.9, 1.0}) {
    const std::vector<ThresholdCondition> conditions{{&recall, ">=", limit}};
    const auto expected = best_by_trying(
        rows, false, [&](const Confusion& c) { return precision.of(c).value; },
        [&](const Confusion& c) { return recall.of(c).value >= limit; });
    EXPECT_EQ(best_threshold(rows.sweep(), precision, conditions)->threshold, *expected);
  }
  const std::vector<ThresholdCondition> never{{&recall, ">", 1.0}};
  EXPECT_FALSE(best_threshold(rows.sweep(), precision, never).has_value());
}

TEST(Thresholds, TheCheapestIsThatOfTryingAllScores) {
  const Rows rows = random_rows(200, 9);
  for (const auto& [fp, fn] : {std::pair{1.0, 1.0}, std::pair{1.0, 20.0}, std::pair{20.0, 1.0}, std::pair{0.0, 1.0}}) {
    const auto cost = [&, fp = fp, fn = fn](const Confusion& c) {
      return -(fp * c.false_positives(1) + fn * c.false_negatives(1));
    };
    const auto expected = best_by_trying(rows, false, cost, [](const Confusion&) { return true; });
    EXPECT_EQ(cheapest_threshold(rows.sweep(), fp, fn)->threshold, *expected) << fp << " " << fn;
  }
}

TEST(Thresholds, OfEquallyGoodOnesTheHighestIsTaken) {
  const Rows rows{{0.9, 0.8, 0.4, 0.3}, {1, 0, 0, 1}, {}};
  // Accuracy is 3/4 at 0.9 and 1/2 at all others; recall is 1/2 from 0.9 to 0.4.
  EXPECT_EQ(best_threshold(rows.sweep(), find_threshold_metric("accuracy"))->threshold, 0.9);
  const std::vector<ThresholdCondition> half{{&find_threshold_metric("recall"), ">=", 0.5}};
  EXPECT_EQ(best_threshold(rows.sweep(), find_threshold_metric("recall"),
                           std::vector<ThresholdCondition>{{&find_threshold_metric("fpr"), "<=", 0.5}})
                ->threshold,
            0.9);
  EXPECT_EQ(best_threshold(rows.sweep(), find_threshold_metric("precision"), half)->threshold, 0.9);
}

TEST(Thresholds, NothingIsCalledWhereEveryCallCostsMore) {
  const Rows rows{{0.9, 0.8}, {0, 1}, {}};
  const auto got = cheapest_threshold(rows.sweep(), 5, 1);
  EXPECT_GT(got->threshold, 0.9);
  EXPECT_EQ(got->called(), 0.0);
  // A threshold above 1 is no probability: then the cheapest of the scores.
  const Rows certain{{1.0, 0.8}, {0, 1}, {}};
  EXPECT_EQ(cheapest_threshold(certain.sweep(), 5, 1)->threshold, 0.8);
}

TEST(Thresholds, AnyThresholdHasTheCountsOfItsRows) {
  const Rows rows = random_rows(100, 3);
  const ThresholdSweep sweep = rows.sweep();
  for (const double threshold : {-1.0, 0.0, 0.25, 0.5, 0.505, 0.99, 1.0, 2.0}) {
    EXPECT_EQ(operating_point(sweep, threshold).confusion().cells, count_at(rows, threshold, false).cells);
  }
}

TEST(Thresholds, DepthsReachTheirShareOfTheRowsAndNoScoreMore) {
  const Rows rows = random_rows(137, 4);
  const ThresholdSweep sweep = rows.sweep();
  const std::vector<OperatingPoint> points = depth_points(sweep, 10);
  EXPECT_EQ(points.back().depth(), 1.0);
  EXPECT_EQ(points.back().lift().value, 1.0);
  for (std::size_t k = 0; k < points.size(); ++k) {
    if (k > 0) {
      EXPECT_GT(points[k].depth(), points[k - 1].depth());
    }
    const double higher = operating_point(sweep, std::nextafter(points[k].threshold, 2.0)).depth();
    // The next higher score is not enough for the tenth that this point is the first to reach.
    EXPECT_LT(std::floor(10 * higher - 1e-9), std::floor(10 * points[k].depth() + 1e-9));
  }
}

TEST(Thresholds, AnUnknownMetricNamesTheNearest) {
  try {
    find_threshold_metric("recal");
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_NE(error.place().hint.find("recall"), std::string::npos);
  }
}

TEST(Residuals, QuantilesAndGroupsAreThoseOfNumpy) {
  // numpy: r = y - p; quantile(r, q); groups: array_split of the order of p in two, no ties at the cut.
  const std::vector<double> truth{3, -1, 4, 1, 5, -9};
  const std::vector<double> predicted{2.5, 0, 2, 1, 4.5, -3};
  const ResidualSummary got = summarise_residuals(truth, predicted, 2);
  EXPECT_NEAR(got.mean, -2.0 / 3, 1e-15);
  EXPECT_NEAR(got.sd, 2.5440562537456244, 1e-14);
  for (const auto& [share, value] : got.quantiles) {
    if (share == 0.0) {
      EXPECT_EQ(value, -6.0);
    }
    if (share == 0.25) {
      EXPECT_EQ(value, -0.75);
    }
    if (share == 0.5) {
      EXPECT_EQ(value, 0.25);
    }
    if (share == 0.95) {
      EXPECT_NEAR(value, 1.625, 1e-15);
    }
  }
  ASSERT_EQ(got.groups.size(), 2u);
  EXPECT_EQ(got.groups[0].high, 1.0);
  EXPECT_NEAR(got.groups[0].mean_truth, -3.0, 1e-15);
  EXPECT_NEAR(got.groups[1].mean_predicted, 3.0, 1e-15);
}

}  // namespace
}  // namespace mlkit
