#include "mlkit/workflow/train_pipeline.h"

namespace mlkit {

ScoredRows scored_rows(const Predictions& predictions, const Target& truth, std::span<const double> weights) {
  ScoredRows rows;
  rows.classes = predictions.classes;
  rows.weights = weights;
  if (predictions.classes == 0) {
    rows.targets = truth.numbers;
    rows.values = predictions.values;
  } else {
    rows.labels = truth.labels;
    rows.predicted = predictions.labels;
    rows.probabilities = predictions.probabilities;
  }
  return rows;
}

std::vector<MetricValue> score_predictions(const Predictions& predictions, const Target& truth,
                                           std::span<const double> weights, const std::vector<std::string>& names,
                                           const MetricOptions& options, const Context& context) {
  const ScoredRows rows = scored_rows(predictions, truth, weights);
  return compute_metrics(rows, names.empty() ? default_metrics(rows.classes) : names, options, context);
}

}  // namespace mlkit
