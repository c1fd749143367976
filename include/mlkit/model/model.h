// What a fitted model is: predict and describe, nothing else. No files, plots, metrics or training
// code. A model is immutable after fitting; every const member may be called from several threads.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/binary.h"
#include "mlkit/base/context.h"
#include "mlkit/data/dataset.h"
#include "mlkit/model/predictions.h"

namespace mlkit {

// A model's inside for people and JSON. Linear models: `coefficients` has one row per output
// (one for binary and regression, one per class for multinomial), in feature order.
struct ModelDescription {
  std::string kind;
  Task task = Task::kBinary;
  std::vector<double> intercepts;
  std::vector<std::vector<double>> coefficients;
  std::vector<std::pair<std::string, double>> numbers;  // anything else worth printing
  std::vector<std::vector<double>> points;              // clusters: their centres; reduction: the components
};

class Model {
 public:
  virtual ~Model() = default;

  // The name under which the model is saved and asked for (`--model`): logistic, linear, dummy.
  virtual std::string_view kind() const = 0;
  virtual Task task() const = 0;
  virtual std::size_t inputs() const = 0;   // features expected
  virtual std::size_t outputs() const = 0;  // classes, 1 number, 2 for a clustering, the components
  // One row of features (dense, inputs() values) -> outputs() values: probabilities for
  // classification, the number for regression, cluster and distance for a clustering, the new coordinates for a
  // reduction. No allocation: the one-row path of serve and bench.
  virtual void predict_row(std::span<const double> features, std::span<double> out) const = 0;
  // The same for a sparse row (indices rising).
  virtual void predict_sparse_row(CsrMatrix::Row features, std::span<double> out) const = 0;
  virtual ModelDescription describe() const = 0;
  virtual void save(BinaryWriter& out) const = 0;
};

// What a model says about all rows of a view, in parallel blocks: task, rows, classes, probabilities or values,
// equal to predict_row bit for bit. Labels are left empty (decide_labels): the pipeline knows the threshold.
Predictions predict_rows(const Model& model, const MatrixView& features, const Context& context);

// The table of kinds (model/model_kinds.cc): how a saved model is read back.
std::unique_ptr<Model> load_model(std::string_view kind, BinaryReader& in);

}  // namespace mlkit
