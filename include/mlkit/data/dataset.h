// What models see: a matrix of doubles (dense, or sparse where text or wide one-hot makes it so),
// labels or numbers, weights, names. Folds are views by row index and share one copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <variant>
#include <vector>

namespace mlkit {

// Row-major, rows * cols values.
struct DenseMatrix {
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::vector<double> values;

  std::span<const double> row(std::size_t i) const { return {values.data() + i * cols, cols}; }
  std::span<double> row(std::size_t i) { return {values.data() + i * cols, cols}; }
};

// Compressed sparse rows; column indices rise within a row.
struct CsrMatrix {
  std::size_t rows = 0;
  std::size_t cols = 0;
  std::vector<std::uint64_t> starts{0};  // rows + 1
  std::vector<std::uint32_t> columns;
  std::vector<double> values;

  struct Row {
    std::span<const std::uint32_t> columns;
    std::span<const double> values;
  };
  Row row(std::size_t i) const {
    const std::size_t begin = starts[i];
    const std::size_t size = starts[i + 1] - begin;
    return {{columns.data() + begin, size}, {values.data() + begin, size}};
  }
};

using Matrix = std::variant<DenseMatrix, CsrMatrix>;

inline std::size_t matrix_rows(const Matrix& m) {
  return std::visit([](const auto& x) { return x.rows; }, m);
}
inline std::size_t matrix_cols(const Matrix& m) {
  return std::visit([](const auto& x) { return x.cols; }, m);
}

// A matrix, or some of its rows. Does not own; the matrix must outlive the view.
class MatrixView {
 public:
  explicit MatrixView(const Matrix& matrix) : matrix_(&matrix), rows_(matrix_rows(matrix)) {}
  MatrixView(const Matrix& matrix, std::span<const std::uint32_t> subset)
      : matrix_(&matrix), subset_(subset), is_subset_(true), rows_(subset.size()) {}

  std::size_t rows() const { return rows_; }
  std::size_t cols() const { return matrix_cols(*matrix_); }
  bool is_dense() const { return std::holds_alternative<DenseMatrix>(*matrix_); }
  // Index into the underlying matrix of row i of the view.
  std::size_t row_index(std::size_t i) const { return is_subset_ ? subset_[i] : i; }
  std::span<const double> dense_row(std::size_t i) const { return std::get<DenseMatrix>(*matrix_).row(row_index(i)); }
  CsrMatrix::Row sparse_row(std::size_t i) const { return std::get<CsrMatrix>(*matrix_).row(row_index(i)); }

 private:
  const Matrix* matrix_;
  std::span<const std::uint32_t> subset_;
  bool is_subset_ = false;
  std::size_t rows_;
};

struct Dataset {
  Matrix features = DenseMatrix{};
  std::vector<std::string> feature_names;
  std::vector<std::uint32_t> labels;  // classification: index into classes
  std::vector<double> targets;        // regression
  std::vector<double> weights;        // empty = all 1
  std::vector<std::string> classes;   // sorted; class labels verbatim

  std::size_t rows() const { return matrix_rows(features); }
  std::size_t cols() const { return matrix_cols(features); }
  bool is_classification() const { return !classes.empty(); }
};

// A data set, or some of its rows (a fold). Rows, labels, targets, weights by position in the view.
class DatasetView {
 public:
  explicit DatasetView(const Dataset& data) : data_(&data), features_(data.features) {}
  DatasetView(const Dataset& data, std::span<const std::uint32_t> subset)
      : data_(&data), features_(data.features, subset) {}

  std::size_t rows() const { return features_.rows(); }
  std::size_t cols() const { return features_.cols(); }
  const MatrixView& features() const { return features_; }
  const Dataset& data() const { return *data_; }
  const std::vector<std::string>& classes() const { return data_->classes; }
  bool is_classification() const { return data_->is_classification(); }
  std::uint32_t label(std::size_t i) const { return data_->labels[features_.row_index(i)]; }
  double target(std::size_t i) const { return data_->targets[features_.row_index(i)]; }
  bool weighted() const { return !data_->weights.empty(); }
  double weight(std::size_t i) const { return weighted() ? data_->weights[features_.row_index(i)] : 1.0; }

 private:
  const Dataset* data_;
  MatrixView features_;
};

}  // namespace mlkit
