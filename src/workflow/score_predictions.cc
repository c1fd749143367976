#include <algorithm>

#include "mlkit/workflow/train_pipeline.h"

namespace mlkit {

std::vector<MetricValue> score_predictions(const Predictions& predictions, const Target& truth,
                                           std::span<const double> weights, const std::vector<std::string>& names,
                                           const MetricOptions& options, const Context& context) {
  ScoredRows rows;
  rows.classes = predictions.classes;
  rows.weights = weights;
  std::vector<std::int32_t> labels;
  if (predictions.classes == 0) {
    rows.targets = truth.numbers;
    rows.values = predictions.values;
  } else {
    if (predictions.labels.empty()) {
      for (std::size_t i = 0; i < predictions.rows; ++i) {
        const std::span<const double> p = predictions.probabilities_of(i);
        labels.push_back(p.size() == 2 ? (p[1] >= 0.5 ? 1 : 0)
                                       : static_cast<std::int32_t>(std::max_element(p.begin(), p.end()) - p.begin()));
      }
    }
    rows.labels = truth.labels;
    rows.predicted = predictions.labels.empty() ? std::span<const std::int32_t>(labels) : predictions.labels;
    rows.probabilities = predictions.probabilities;
  }
  return compute_metrics(rows, names.empty() ? default_metrics(rows.classes) : names, options, context);
}

}  // namespace mlkit
