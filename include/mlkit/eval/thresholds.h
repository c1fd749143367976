// The decision threshold of two classes: what every threshold does, and which one is best. Read from the exact sweep
// (eval/ranking.h), so nothing is missed between thresholds: only at the scores themselves does a decision change.
#pragma once

#include <cstddef>
#include <limits>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/eval/confusion.h"
#include "mlkit/eval/ranking.h"

namespace mlkit {

// What "positive at score >= threshold" does; sums of weights.
struct OperatingPoint {
  double threshold = 0;
  double true_positives = 0;
  double false_positives = 0;  // Type I errors
  double positives = 0;        // rows that are
  double negatives = 0;

  double false_negatives() const { return positives - true_positives; }  // Type II errors
  double called() const { return true_positives + false_positives; }
  double total() const { return positives + negatives; }
  double depth() const { return called() / total(); }  // share of the rows that are called positive
  Ratio precision() const;
  Ratio recall() const;
  Ratio false_positive_rate() const;
  Ratio f1() const;
  Ratio lift() const;           // precision over the share of positives among all rows
  Confusion confusion() const;  // class 1 is the positive one
};

// At any threshold, also one that is no score.
OperatingPoint operating_point(const ThresholdSweep& sweep, double threshold);

// The point at which 1/parts, 2/parts .. of the rows are called positive (or just more, where scores are tied; points
// that ties make one are listed once): the rows of a gain or lift table.
std::vector<OperatingPoint> depth_points(const ThresholdSweep& sweep, std::size_t parts);

// What can be asked of a threshold.
struct ThresholdMetric {
  std::string name;
  bool higher_is_better;
  std::string help;
  Ratio (*of)(const Confusion& confusion);
};

const std::vector<ThresholdMetric>& threshold_metrics();
// '-' and '_' alike. Throws Error(kUsage) with the nearest name.
const ThresholdMetric& find_threshold_metric(std::string_view name);

struct ThresholdCondition {
  const ThresholdMetric* metric = nullptr;
  std::string comparison;  // >= > <= < ==
  double limit = 0;

  // A quotient that is 0 / 0 meets no condition.
  bool holds(const Ratio& value) const;
};

// The point with the best value of `metric` among the scores that meet all `conditions`; ties to the highest
// threshold. "Nothing is positive" (a threshold just above every score, where that is at most `most`) is taken only
// where it is better than every score. nullopt where no threshold meets the conditions. Cost: one walk.
std::optional<OperatingPoint> best_threshold(const ThresholdSweep& sweep, const ThresholdMetric& metric,
                                             std::span<const ThresholdCondition> conditions = {}, double most = 1);

// Costs of the two errors, each at least 0: the same for the least sum of costs.
std::optional<OperatingPoint> cheapest_threshold(const ThresholdSweep& sweep, double false_positive,
                                                 double false_negative,
                                                 std::span<const ThresholdCondition> conditions = {}, double most = 1);

}  // namespace mlkit
