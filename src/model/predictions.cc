#include "mlkit/model/predictions.h"

#include "mlkit/model/model.h"

namespace mlkit {
namespace {

// Calls predict(row, out) for each row; `out` is where the model's outputs of that row go.
template <class Predict>
void for_each_row(const Model& model, std::vector<double>& out, std::size_t rows, const Predict& predict) {
  const std::size_t width = model.outputs();
  out.resize(rows * width);
  for (std::size_t i = 0; i < rows; ++i) predict(i, std::span<double>(out.data() + i * width, width));
}

}  // namespace

std::string_view task_name(Task task) {
  switch (task) {
    case Task::kBinary: return "binary";
    case Task::kMulticlass: return "multiclass";
    case Task::kRegression: return "regression";
    case Task::kClustering: return "clustering";
  }
  return "unknown";
}

void predict_rows(const Model& model, const MatrixView& features, Predictions& out) {
  out.task = model.task();
  out.rows = features.rows();
  out.labels.clear();
  const bool classes = out.task == Task::kBinary || out.task == Task::kMulticlass;
  out.classes = classes ? model.outputs() : 0;
  std::vector<double>& target = classes ? out.probabilities : out.values;
  (classes ? out.values : out.probabilities).clear();
  if (features.is_dense()) {
    for_each_row(model, target, out.rows,
                 [&](std::size_t i, std::span<double> row) { model.predict_row(features.dense_row(i), row); });
  } else {
    for_each_row(model, target, out.rows,
                 [&](std::size_t i, std::span<double> row) { model.predict_sparse_row(features.sparse_row(i), row); });
  }
}

}  // namespace mlkit
