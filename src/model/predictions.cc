#include "mlkit/model/predictions.h"

#include <algorithm>

#include "mlkit/model/model.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
std::string_view task_name(Task task) {
  switch (task) {
    case Task::kBinary: return "binary";
    case Task::kMulticlass: return "multiclass";
    case Task::kRegression: return "regression";
    case Task::kClustering: return "clustering";
    case Task::kReduction: return "reduction";
  }
  return "unknown";
}

std::int32_t decide(std::span<const double> probabilities, double threshold) {
  if (probabilities.size() == 2) return probabilities[1] >= threshold ? 1 : 0;
  return static_cast<std::int32_t>(std::max_element(probabilities.begin(), probabilities.end()) -
                                   probabilities.begin());
}

void decide_labels(Predictions& predictions, double threshold) {
  if (predictions.task == Task::kClustering) return;  // said by the model itself
  predictions.labels.clear();
  if (predictions.classes == 0) return;
  predictions.labels.reserve(predictions.rows);
  for (std::size_t i = 0; i < predictions.rows; ++i) {
    predictions.labels.push_back(decide(predictions.probabilities_of(i), threshold));
  }
}

namespace {

void predict_one(const Model& model, const MatrixView& features, std::size_t i, std::span<double> out) {
  if (features.is_dense()) {
    model.predict_row(features.dense_row(i), out);
  } else {
    model.predict_sparse_row(features.sparse_row(i), out);
  }
}

void predict_clusters(const Model& model, const MatrixView& features, const Context& context, Predictions& out) {
  out.labels.resize(out.rows);
  out.values.resize(out.rows);
  for_blocks(context, out.rows, kRowBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
    context.check_stop();
    for (std::size_t i = begin; i < end; ++i) {
      double answer[2];
      predict_one(model, features, i, answer);
      out.labels[i] = static_cast<std::int32_t>(answer[0]);
      out.values[i] = answer[1];
    }
  });
}

}  // namespace

Predictions predict_rows(const Model& model, const MatrixView& features, const Context& context) {
  Predictions out;
  out.task = model.task();
  out.rows = features.rows();
  if (out.task == Task::kClustering) {
    predict_clusters(model, features, context, out);
    return out;
  }
  const bool classes = out.task == Task::kBinary || out.task == Task::kMulticlass;
  const std::size_t width = model.outputs();
  out.classes = classes ? width : 0;
  out.components = out.task == Task::kReduction ? width : 0;
  std::vector<double>& target = classes ? out.probabilities : out.values;
  target.resize(out.rows * width);
  for_blocks(context, out.rows, kRowBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
    context.check_stop();
    for (std::size_t i = begin; i < end; ++i) {
      predict_one(model, features, i, {target.data() + i * width, width});
    }
  });
  return out;
}

}  // namespace mlkit
