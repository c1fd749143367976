#include "mlkit/workflow/drift_reference.h"

#include "mlkit/parallel/blocks.h"

namespace mlkit {

std::vector<double> prediction_scores(const Predictions& predictions) {
  if (predictions.classes == 0) return predictions.values;
  std::vector<double> out;
  out.reserve(predictions.rows);
  for (std::size_t row = 0; row < predictions.rows; ++row) {
    const std::span<const double> shares = predictions.probabilities_of(row);
    out.push_back(predictions.classes == 2 ? shares[1] : shares[static_cast<std::size_t>(predictions.labels[row])]);
  }
  return out;
}

Table take_reference_rows(const Table& table, std::uint64_t seed) {
  return table.select_rows(sample_rows(table.rows(), seed));
}

DriftReference learn_drift_reference(const Pipeline& pipeline, const Table& rows, const Context& context) {
  const std::vector<std::size_t> positions = pipeline.bind(rows.schema().names());
  DriftReference out;
  out.columns.resize(positions.size());
  for_blocks(context, positions.size(), 1, [&](std::size_t i, std::size_t, std::size_t) {
    out.columns[i] = learn_reference(rows.column(positions[i]));
    out.columns[i].name = pipeline.inputs()[i].name;
  });
  const Predictions predictions = pipeline.predict(rows, context);
  if (!pipeline.is_classification()) {
    out.predictions.push_back(learn_reference_of_numbers("prediction", predictions.values));
    return out;
  }
  out.predictions.push_back(learn_reference_of_labels("prediction", pipeline.classes(), predictions.labels));
  out.predictions.push_back(learn_reference_of_numbers("score", prediction_scores(predictions)));
  return out;
}

}  // namespace mlkit
