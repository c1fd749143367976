// The objective of logistic regression and its derivatives, for any solver (formulas in fit_logistic.h).
//
// Parameters are one vector: for each of outputs() scores the intercept, then the coefficients of the
// features. Binary has one output; multinomial one per class that has rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/dataset.h"

namespace mlkit {

struct LogisticEvaluation {
  double objective = 0;
  std::vector<double> gradient;
  std::vector<double> hessian;  // lower triangle, dimension^2 row-major; empty unless asked for
  // Largest over the rows of (best score of a wrong class - score of the true one): below 0 where every row
  // is on its right side, that is, where the classes are separated.
  double worst_margin = 0;

  double gradient_norm() const;
};

class LogisticObjective {
 public:
  // `lambda` = 1 / C. Throws Error(kData): no rows, one class only, bad weights.
  LogisticObjective(const DatasetView& data, std::span<const double> class_weights, double lambda,
                    const Context& context);

  std::size_t outputs() const { return outputs_; }
  std::size_t features() const { return features_; }
  std::size_t dimension() const { return outputs_ * (features_ + 1); }
  bool binary() const { return binary_; }
  double lambda() const { return lambda_; }
  double total_weight() const { return total_weight_; }
  // One flag per class of the data set: no rows of positive weight.
  const std::vector<std::uint8_t>& absent() const { return absent_; }
  // Class (index in the data set) of each output of a multinomial model.
  const std::vector<std::uint32_t>& active_classes() const { return active_; }

  // The same classes and weights on other rows, e.g. those set apart for early stopping; `rows` must outlive the
  // result.
  LogisticObjective on_rows(const DatasetView& rows, double lambda) const;

  const DatasetView& data() const { return data_; }
  // Of row i of data(): its weight times that of its class, and the output of its class (binary: its label).
  // The entries of feature j of sparse data, rows rising. Not of an objective made by on_rows().
  struct SparseColumn {
    std::span<const std::uint32_t> rows;
    std::span<const double> values;
  };
  SparseColumn sparse_column(std::size_t j) const {
    const std::size_t begin = columns_.starts[j], size = columns_.starts[j + 1] - begin;
    return {std::span(columns_.rows).subspan(begin, size), std::span(columns_.values).subspan(begin, size)};
  }
  double row_weight(std::size_t i) const;
  std::uint32_t row_output(std::size_t i) const { return output_of_class_[data_.label(i)]; }

  // Throws Error(kData) where the features hold a number that is not finite.
  LogisticEvaluation evaluate(std::span<const double> parameters, bool with_hessian) const;

  // Largest |row . direction| over rows and outputs.
  double largest_score(std::span<const double> direction) const;

  struct Moments {
    std::vector<double> mean;    // weighted, per feature
    std::vector<double> spread;  // sum v (x - mean)^2
  };
  Moments moments() const;

 private:
  friend class LogisticBatch;
  LogisticObjective(const DatasetView& rows, const LogisticObjective& like);
  struct Tile;
  struct Partial;
  void read_tile(Tile& tile, std::size_t begin, std::size_t end) const;
  void score_tile(Tile& tile, std::size_t begin, std::size_t end, const std::vector<double>& packed) const;
  void derive_binary(Tile& tile, Partial& sums) const;
  void derive_multinomial(Tile& tile, Partial& sums) const;
  void add_gradient(const Tile& tile, std::size_t begin, std::size_t end, Partial& sums) const;
  void add_hessian(Tile& tile, Partial& sums) const;
  std::vector<double> pack_parameters(std::span<const double> parameters) const;
  void unpack(const Partial& sums, std::span<const double> parameters, LogisticEvaluation& out) const;
  std::size_t block_rows() const;
  void turn_columns();
  LogisticEvaluation evaluate_sparse(std::span<const double> parameters) const;
  void add_columns(const std::vector<double>& residuals, Partial& sums) const;

  // Sparse rows turned: the entries of feature j are [starts[j], starts[j + 1]), rows rising. With them a feature's
  // gradient is one sum in the order of the rows, whatever the threads, and no thread needs a gradient of its own.
  struct Columns {
    std::vector<std::uint64_t> starts;
    std::vector<std::uint32_t> rows;
    std::vector<double> values;
  };

  const DatasetView& data_;
  std::vector<double> class_weights_;
  double lambda_;
  const Context& context_;
  std::size_t features_;
  std::size_t stride_;
  bool binary_ = false;
  std::size_t outputs_ = 1;
  double total_weight_ = 0;
  std::vector<std::uint8_t> absent_;
  std::vector<std::uint32_t> active_;
  std::vector<std::uint32_t> output_of_class_;
  Columns columns_;  // empty for dense data, and on other rows (on_rows)
};

// Sums over a few rows at a time by the calling thread, for stochastic descent; keeps its working memory.
class LogisticBatch {
 public:
  explicit LogisticBatch(const LogisticObjective& objective);
  ~LogisticBatch();
  LogisticBatch(const LogisticBatch&) = delete;
  LogisticBatch& operator=(const LogisticBatch&) = delete;

  // Gradient of the loss, without penalty, over rows [begin, end) of the objective's data; the weight of these rows.
  double evaluate(std::span<const double> parameters, std::size_t begin, std::size_t end, std::span<double> gradient);

 private:
  struct Memory;
  const LogisticObjective& objective_;
  std::unique_ptr<Memory> memory_;
};

}  // namespace mlkit
