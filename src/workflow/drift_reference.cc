#include "mlkit/workflow/drift_reference.h"

#include <algorithm>

#include "mlkit/parallel/blocks.h"

namespace mlkit {

namespace {

// Is an input a text that the preprocessing takes apart?
bool is_read_word_by_word(const Pipeline& pipeline, std::size_t input) {
  const PipelineParts& parts = pipeline.parts();
  const std::string& name = parts.aliases[input].empty() ? parts.inputs[input].name : parts.aliases[input];
  const std::vector<ColumnPlan>& plans = parts.preprocess.columns();
  return std::any_of(plans.begin(), plans.end(),
                     [&](const ColumnPlan& plan) { return plan.encoding == Encoding::kTerms && plan.name == name; });
}

}  // namespace

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
    const Column& column = rows.column(positions[i]);
    out.columns[i] = is_read_word_by_word(pipeline, i) ? learn_reference_of_texts(column) : learn_reference(column);
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

namespace {

// Rows of the reference with a score of at least `threshold`.
std::uint64_t rows_from(const ReferenceColumn& scores, double threshold) {
  const std::vector<double> edges = reference_edges(scores);
  double rows = 0;
  for (std::size_t i = 0; i < edges.size(); ++i) {  // bin i ends at edge i, which is in it
    const double low = i == 0 ? edges[0] : edges[i - 1];
    if (edges[i] < threshold) continue;
    const bool whole = low >= threshold || edges[i] == low;
    const double share = whole ? 1 : (edges[i] - threshold) / (edges[i] - low);
    rows += share * static_cast<double>(scores.counts[i]);
  }
  return static_cast<std::uint64_t>(rows + 0.5);
}

}  // namespace

Pipeline move_threshold(const Pipeline& pipeline, double threshold) {
  Pipeline out = pipeline.with_threshold(threshold);
  const auto& reference = pipeline.parts().drift;
  constexpr std::size_t kLabelsAndScores = 2;
  if (pipeline.task() != Task::kBinary || !reference || reference->predictions.size() != kLabelsAndScores ||
      threshold == pipeline.threshold()) {
    return out;
  }
  DriftReference moved = *reference;
  ReferenceColumn& labels = moved.predictions[0];
  std::vector<std::int32_t> called(static_cast<std::size_t>(labels.rows));
  const std::uint64_t positive = std::min<std::uint64_t>(labels.rows, rows_from(moved.predictions[1], threshold));
  std::fill_n(called.begin(), positive, 1);
  labels = learn_reference_of_labels(labels.name, pipeline.classes(), called);
  return out.with_drift(std::move(moved));
}

}  // namespace mlkit
