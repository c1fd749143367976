// What `evaluate` finds out about answers beside the truth, and its forms: JSON, text for a terminal, files. The page
// is in evaluation_page.h.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "scored_rows.h"

#include "mlkit/eval/confusion.h"
#include "mlkit/eval/probability.h"
#include "mlkit/eval/regression.h"
#include "mlkit/eval/thresholds.h"
#include "mlkit/io/charts.h"
#include "mlkit/io/json.h"

namespace mlkit::app {

// The rows that have one value in one of the columns of --by.
struct SegmentScores {
  std::string column;
  std::string value;
  std::size_t rows = 0;
  std::optional<double> positives;  // two classes: share of positive rows
  bool small = false;               // too few rows for its scores to mean much
  bool worse = false;               // the whole interval of the main metric is on the bad side of the score of all rows
  std::vector<MetricValue> metrics;
};

struct Evaluation {
  ScoredTable scored;
  std::string of;  // the model and its rows, or the file of scores: for titles
  std::vector<MetricValue> metrics;
  std::vector<MetricValue> baseline;
  double confidence = 0.95;
  std::optional<Confusion> confusion;
  std::vector<ThresholdSweep> sweeps;       // of two classes the positive one's, of more one each; empty without scores
  std::vector<OperatingPoint> deciles;      // two classes
  std::vector<ReliabilityBin> reliability;  // two classes: of the positive one; more: of the predicted class
  std::optional<ResidualSummary> residuals;
  std::string main_metric;  // that segments are judged by
  std::vector<SegmentScores> segments;
  std::vector<double> training_shares;  // of the classes, where the model knows them

  bool binary() const { return scored.predictions.classes == 2; }
  bool has_scores() const { return !sweeps.empty(); }
  const std::vector<std::string>& classes() const { return scored.truth.classes; }
  // nullptr where it was not asked for or is not defined.
  const MetricValue* find(const std::string& metric) const;
};

// The default metrics that the answers allow: scores that are no probabilities have no calibration.
std::vector<std::string> default_metrics_of(const ScoredTable& scored);

// The metrics named (those of the task where `names` is empty), and everything else that the answers allow.
Evaluation evaluate_answers(ScoredTable scored, const std::vector<std::string>& names, const MetricOptions& options,
                            Context& context);

Json evaluation_to_json(const Evaluation& evaluation);
std::string evaluation_to_text(const Evaluation& evaluation);

// Pictures, each with its figures. Two classes or more, but gain, lift, thresholds: two; residuals: numbers.
Chart roc_chart(const Evaluation& evaluation);
Chart pr_chart(const Evaluation& evaluation);
Chart gain_chart(const Evaluation& evaluation);
Chart lift_chart(const Evaluation& evaluation);
Chart threshold_chart(const Evaluation& evaluation);
Chart reliability_chart(const Evaluation& evaluation);
Chart confusion_chart(const Evaluation& evaluation);
Chart score_chart(const Evaluation& evaluation);
Chart prediction_chart(const Evaluation& evaluation, std::uint64_t seed);
Chart residual_chart(const Evaluation& evaluation);
Chart segment_chart(const Evaluation& evaluation, const std::string& column);

// The figures behind the first of these in full, as CSV.
std::string roc_csv(const Evaluation& evaluation);
std::string pr_csv(const Evaluation& evaluation);
std::string threshold_csv(const Evaluation& evaluation);
std::string reliability_csv(const Evaluation& evaluation);
std::string residual_csv(const Evaluation& evaluation);

}  // namespace mlkit::app
