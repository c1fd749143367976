// Models whose score is an affine function of the features: logistic regression (binary and
// multinomial), linear regression, and the dummy, which ignores the features.
//
// All of them are immutable. predict_row() allocates nothing and sums the products of a row in a fixed
// order (eight lanes over the feature index, then a fixed tree), so a row gets the same bits alone, in a
// batch, and on every processor. A sparse row gives the bits of the same row written densely.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "mlkit/model/model.h"

namespace mlkit {

// Binary (two classes, one coefficient row, the last class positive):
//   P(last class) = 1 / (1 + exp(-z)), z = intercept + w . x
// Multinomial (three classes or more, one row per class): softmax over z_c = intercept_c + w_c . x.
class LogisticModel : public Model {
 public:
  // `coefficients` is row-major, intercepts.size() rows of `inputs` values: one row for two classes,
  // `classes` rows for more. `absent` (empty, or one flag per class) marks classes of a multinomial model
  // that had no training rows: their probability is always 0. Throws std::invalid_argument on other shapes
  // or numbers that are not finite.
  LogisticModel(std::size_t inputs, std::size_t classes, std::vector<double> intercepts,
                std::vector<double> coefficients, std::vector<std::uint8_t> absent = {});

  std::string_view kind() const override { return "logistic"; }
  Task task() const override { return classes_ == 2 ? Task::kBinary : Task::kMulticlass; }
  std::size_t inputs() const override { return inputs_; }
  std::size_t outputs() const override { return classes_; }
  void predict_row(std::span<const double> features, std::span<double> out) const override;
  void predict_sparse_row(CsrMatrix::Row features, std::span<double> out) const override;
  ModelDescription describe() const override;
  void save(BinaryWriter& out) const override;
  static std::unique_ptr<Model> load(BinaryReader& in);

  std::span<const double> intercepts() const { return intercepts_; }
  std::span<const double> coefficients() const { return coefficients_; }
  std::span<const std::uint8_t> absent() const { return absent_; }
  std::span<const double> coefficients_of(std::size_t row) const {
    return {coefficients_.data() + row * inputs_, inputs_};
  }

 private:
  void scores_to_probabilities(std::span<double> out) const;

  std::size_t inputs_;
  std::size_t classes_;
  std::vector<double> intercepts_;
  std::vector<double> coefficients_;
  std::vector<std::uint8_t> absent_;
};

// value = intercept + w . x
class LinearModel : public Model {
 public:
  LinearModel(double intercept, std::vector<double> coefficients);

  std::string_view kind() const override { return "linear"; }
  Task task() const override { return Task::kRegression; }
  std::size_t inputs() const override { return coefficients_.size(); }
  std::size_t outputs() const override { return 1; }
  void predict_row(std::span<const double> features, std::span<double> out) const override;
  void predict_sparse_row(CsrMatrix::Row features, std::span<double> out) const override;
  ModelDescription describe() const override;
  void save(BinaryWriter& out) const override;
  static std::unique_ptr<Model> load(BinaryReader& in);

  double intercept() const { return intercept_; }
  std::span<const double> coefficients() const { return coefficients_; }

 private:
  double intercept_;
  std::vector<double> coefficients_;
};

// The same answer for every row: the class shares of the training rows, or one number. What a real
// model must beat.
class DummyModel : public Model {
 public:
  // `outputs` holds one probability per class (2 or more), or, for regression, one number.
  DummyModel(Task task, std::size_t inputs, std::vector<double> outputs);

  std::string_view kind() const override { return "dummy"; }
  Task task() const override { return task_; }
  std::size_t inputs() const override { return inputs_; }
  std::size_t outputs() const override { return outputs_.size(); }
  void predict_row(std::span<const double> features, std::span<double> out) const override;
  void predict_sparse_row(CsrMatrix::Row features, std::span<double> out) const override;
  ModelDescription describe() const override;
  void save(BinaryWriter& out) const override;
  static std::unique_ptr<Model> load(BinaryReader& in);

 private:
  Task task_;
  std::size_t inputs_;
  std::vector<double> outputs_;
};

}  // namespace mlkit
