// How well scores rank positives above negatives: ROC, precision-recall, KS. Exact under ties: equal
// scores are one point. Higher score = more positive.
//
// All inputs have the same length; `positive` holds 0 or 1; `weights` is empty or not negative; scores
// must not be NaN (std::invalid_argument). Cost: one sort.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mlkit/base/context.h"

namespace mlkit {

struct ScoredLabels {
  std::span<const double> scores;
  std::span<const std::uint8_t> positive;
  std::span<const double> weights = {};
};

// One distinct score, falling: sums of weights of the rows at or above it.
struct SweepPoint {
  double threshold = 0;
  double true_positives = 0;
  double false_positives = 0;
};

// The exact sweep: every distinct score as a threshold ("positive at score >= threshold"). Everything
// below is read from it.
struct ThresholdSweep {
  std::vector<SweepPoint> points;  // thresholds falling
  double positives = 0;            // sum of weights
  double negatives = 0;

  bool both_classes() const { return positives > 0 && negatives > 0; }
};

ThresholdSweep sweep_thresholds(const ScoredLabels& rows);
// The same points by several threads.
ThresholdSweep sweep_thresholds(const ScoredLabels& rows, const Context& context);

// The same in two parts, for many sweeps over the same scores with other weights (bootstrap): the rows by
// falling score, equal scores in row order; and the walk along them.
std::vector<std::uint32_t> falling_order(std::span<const double> scores);
ThresholdSweep sweep_in_order(const ScoredLabels& rows, std::span<const std::uint32_t> order);

// P(score of a positive > that of a negative) + P(equal) / 2. Needs both classes (std::invalid_argument).
double roc_auc(const ThresholdSweep& sweep);
// sum (R_k - R_{k-1}) P_k over the distinct thresholds, no interpolation. Needs a positive.
double average_precision(const ThresholdSweep& sweep);
// Largest difference between the two distributions of scores, max(TPR - FPR). Needs both classes.
double ks_of_scores(const ThresholdSweep& sweep);

// First point (0, 0) with threshold +inf, then one point per distinct score; collinear points kept.
struct RocPoint {
  double threshold, fpr, tpr;
};
std::vector<RocPoint> roc_curve(const ThresholdSweep& sweep);

// One point per distinct score, recall rising.
struct PrPoint {
  double threshold, precision, recall;
};
std::vector<PrPoint> pr_curve(const ThresholdSweep& sweep);

// At most `limit` points that keep the first, the last, and those nearest to an even spacing along the
// curve's length: for pictures and reports. Never used for a number.
std::vector<RocPoint> thin_curve(const std::vector<RocPoint>& curve, std::size_t limit);

}  // namespace mlkit
