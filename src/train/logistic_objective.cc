#include "mlkit/train/logistic_objective.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mlkit/base/error.h"
#include "mlkit/parallel/blocks.h"
#include "mlkit/train/row_kernels.h"

namespace mlkit {

double LogisticEvaluation::gradient_norm() const {
  double norm = 0;
  for (const double g : gradient) norm = std::max(norm, std::abs(g));
  return norm;
}

// The working memory of one thread for kTileRows rows.
struct LogisticObjective::Tile {
  Tile(std::size_t stride, std::size_t outputs, bool packed)
      : rows(packed ? kTileRows * stride : 0),
        scratch(packed ? kTileRows * stride : 0),
        z(outputs * kTileRows),
        residual(outputs * kTileRows) {}

  std::vector<double> rows;     // packed; empty where sparse rows are used in place
  std::vector<double> scratch;  // the rows times their curvature
  std::vector<double> z;        // scores, then (multinomial) probabilities, output after output
  std::vector<double> residual;
  double curvature[kTileRows] = {};
  double sign[kTileRows] = {};
  double weight[kTileRows] = {};
  std::uint32_t output[kTileRows] = {};  // of the row's class
};

// What a block of rows adds up to; sums are in packed layout.
struct LogisticObjective::Partial {
  double loss = 0;
  double worst = -std::numeric_limits<double>::infinity();
  std::vector<double> gradient;  // outputs * stride
  std::vector<double> squares;   // one stride x stride matrix per pair of outputs a >= b; may be empty

  void merge(Partial&& right) {
    loss += right.loss;
    worst = std::max(worst, right.worst);
    for (std::size_t i = 0; i < gradient.size(); ++i) gradient[i] += right.gradient[i];
    for (std::size_t i = 0; i < squares.size(); ++i) squares[i] += right.squares[i];
  }
};

namespace {

void check_weight(double weight, std::size_t row) {
  if (std::isfinite(weight) && weight >= 0) return;
  throw_data("row " + std::to_string(row + 1) + " has a weight that is negative or not a finite number",
             "weights must be 0 or more");
}

}  // namespace

LogisticObjective::LogisticObjective(const DatasetView& data, std::span<const double> class_weights, double lambda,
                                     const Context& context)
    : data_(data),
      class_weights_(class_weights.begin(), class_weights.end()),
      lambda_(lambda),
      context_(context),
      features_(data.cols()),
      stride_(tile_stride(data.cols())) {
  const std::size_t classes = data.classes().size();
  if (class_weights_.empty()) class_weights_.assign(classes, 1.0);
  if (class_weights_.size() != classes) throw_usage("as many class weights as classes are needed");
  if (data.rows() == 0) throw_data("there are no rows to learn from");
  std::vector<double> total(classes, 0.0);
  for (std::size_t i = 0; i < data.rows(); ++i) {
    check_weight(row_weight(i), data.features().row_index(i));
    total[data.label(i)] += row_weight(i);
  }
  output_of_class_.assign(classes, 0);
  for (std::size_t c = 0; c < classes; ++c) {
    total_weight_ += total[c];
    absent_.push_back(total[c] > 0 ? 0 : 1);
    if (total[c] == 0) continue;
    output_of_class_[c] = static_cast<std::uint32_t>(active_.size());
    active_.push_back(static_cast<std::uint32_t>(c));
  }
  if (active_.size() < 2) {
    const std::string only = active_.empty() ? "" : ": all rows are \"" + data.classes()[active_[0]] + "\"";
    throw_data("the target has one class only" + only, "a classifier needs rows of at least two classes");
  }
  binary_ = classes == 2;
  outputs_ = binary_ ? 1 : active_.size();
  if (!data.features().is_dense()) turn_columns();
}

void LogisticObjective::turn_columns() {
  columns_.starts.assign(features_ + 1, 0);
  for (std::size_t i = 0; i < data_.rows(); ++i) {
    for (const std::uint32_t j : data_.features().sparse_row(i).columns) ++columns_.starts[j + 1];
  }
  for (std::size_t j = 0; j < features_; ++j) columns_.starts[j + 1] += columns_.starts[j];
  columns_.rows.resize(columns_.starts[features_]);
  columns_.values.resize(columns_.starts[features_]);
  std::vector<std::uint64_t> next(columns_.starts.begin(), columns_.starts.end() - 1);
  for (std::size_t i = 0; i < data_.rows(); ++i) {
    const CsrMatrix::Row row = data_.features().sparse_row(i);
    for (std::size_t k = 0; k < row.columns.size(); ++k) {
      const std::uint64_t at = next[row.columns[k]]++;
      columns_.rows[at] = static_cast<std::uint32_t>(i);
      columns_.values[at] = row.values[k];
    }
  }
}

LogisticObjective::LogisticObjective(const DatasetView& rows, const LogisticObjective& like)
    : data_(rows),
      class_weights_(like.class_weights_),
      lambda_(like.lambda_),
      context_(like.context_),
      features_(like.features_),
      stride_(like.stride_),
      binary_(like.binary_),
      outputs_(like.outputs_),
      absent_(like.absent_),
      active_(like.active_),
      output_of_class_(like.output_of_class_) {}

double LogisticObjective::row_weight(std::size_t i) const { return data_.weight(i) * class_weights_[data_.label(i)]; }

LogisticObjective LogisticObjective::on_rows(const DatasetView& rows, double lambda) const {
  LogisticObjective other(rows, *this);
  other.lambda_ = lambda;
  for (std::size_t c = 0; c < absent_.size(); ++c) {
    if (absent_[c] != 0) other.class_weights_[c] = 0;
  }
  other.total_weight_ = 0;
  for (std::size_t i = 0; i < rows.rows(); ++i) other.total_weight_ += other.row_weight(i);
  return other;
}

std::size_t LogisticObjective::block_rows() const {
  // A partial of sparse data is as wide as the vocabulary: few of them.
  return data_.features().is_dense() ? kRowBlock : std::max(kRowBlock, (data_.rows() + 63) / 64);
}

// Rows [begin, end) with their labels and weights; rows that are missing to a full tile weigh nothing.
void LogisticObjective::read_tile(Tile& tile, std::size_t begin, std::size_t end) const {
  for (std::size_t i = 0; i < kTileRows; ++i) {
    double* row = tile.rows.empty() ? nullptr : tile.rows.data() + i * stride_;
    if (begin + i >= end) {
      tile.weight[i] = 0;
      tile.sign[i] = 1;
      tile.output[i] = 0;
      if (row != nullptr) std::fill(row, row + stride_, 0.0);
      continue;
    }
    const std::uint32_t label = data_.label(begin + i);
    tile.weight[i] = row_weight(begin + i);
    tile.sign[i] = label == 1 ? -1.0 : 1.0;
    tile.output[i] = output_of_class_[label];
    if (row == nullptr) continue;
    row[0] = 1.0;
    if (data_.features().is_dense()) {
      const auto values = data_.features().dense_row(begin + i);
      std::copy(values.begin(), values.end(), row + 1);
    } else {
      std::fill(row + 1, row + stride_, 0.0);
      const CsrMatrix::Row values = data_.features().sparse_row(begin + i);
      for (std::size_t k = 0; k < values.columns.size(); ++k) row[1 + values.columns[k]] = values.values[k];
    }
  }
}

void LogisticObjective::score_tile(Tile& tile, std::size_t begin, std::size_t end,
                                   const std::vector<double>& packed) const {
  for (std::size_t o = 0; o < outputs_; ++o) {
    const double* parameters = packed.data() + o * stride_;
    double* z = tile.z.data() + o * kTileRows;
    if (!tile.rows.empty()) {
      tile_scores(tile.rows.data(), stride_, parameters, z);
      continue;
    }
    for (std::size_t i = 0; i < kTileRows; ++i) {
      z[i] = 0;
      if (begin + i >= end) continue;
      const CsrMatrix::Row row = data_.features().sparse_row(begin + i);
      double sum = parameters[0];
      for (std::size_t k = 0; k < row.columns.size(); ++k) sum += parameters[1 + row.columns[k]] * row.values[k];
      z[i] = sum;
    }
  }
}

void LogisticObjective::derive_binary(Tile& tile, Partial& sums) const {
  sums.loss += tile_logistic(tile.z.data(), tile.sign, tile.weight, tile.residual.data(), tile.curvature, &sums.worst);
}

void LogisticObjective::derive_multinomial(Tile& tile, Partial& sums) const {
  double own[kTileRows];
  double best_other[kTileRows];
  for (std::size_t i = 0; i < kTileRows; ++i) {
    own[i] = tile.z[tile.output[i] * kTileRows + i];
    best_other[i] = -std::numeric_limits<double>::infinity();
    for (std::size_t o = 0; o < outputs_; ++o) {
      if (o != tile.output[i]) best_other[i] = std::max(best_other[i], tile.z[o * kTileRows + i]);
    }
  }
  double largest[kTileRows];
  double log_sum[kTileRows];
  tile_softmax(tile.z.data(), outputs_, largest, log_sum);
  double loss = 0;
  for (std::size_t i = 0; i < kTileRows; ++i) {
    loss += tile.weight[i] * (log_sum[i] + (largest[i] - own[i]));
    if (tile.weight[i] > 0) sums.worst = std::max(sums.worst, best_other[i] - own[i]);
    for (std::size_t o = 0; o < outputs_; ++o) {
      const double truth = o == tile.output[i] ? 1.0 : 0.0;
      tile.residual[o * kTileRows + i] = tile.weight[i] * (tile.z[o * kTileRows + i] - truth);
    }
  }
  sums.loss += loss;
}

void LogisticObjective::add_gradient(const Tile& tile, std::size_t begin, std::size_t end, Partial& sums) const {
  for (std::size_t o = 0; o < outputs_; ++o) {
    const double* residual = tile.residual.data() + o * kTileRows;
    double* gradient = sums.gradient.data() + o * stride_;
    if (!tile.rows.empty()) {
      add_scaled_rows(tile.rows.data(), stride_, residual, gradient);
      continue;
    }
    for (std::size_t i = 0; begin + i < end; ++i) {
      const CsrMatrix::Row row = data_.features().sparse_row(begin + i);
      gradient[0] += residual[i];
      for (std::size_t k = 0; k < row.columns.size(); ++k) gradient[1 + row.columns[k]] += residual[i] * row.values[k];
    }
  }
}

void LogisticObjective::add_hessian(Tile& tile, Partial& sums) const {
  double* squares = sums.squares.data();
  if (binary_) {
    add_weighted_squares(tile.rows.data(), stride_, tile.curvature, tile.scratch.data(), squares);
    return;
  }
  for (std::size_t a = 0; a < outputs_; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      for (std::size_t i = 0; i < kTileRows; ++i) {
        const double p = tile.z[a * kTileRows + i];
        const double q = tile.z[b * kTileRows + i];
        tile.curvature[i] = tile.weight[i] * (a == b ? p * (1.0 - p) : -p * q);
      }
      add_weighted_squares(tile.rows.data(), stride_, tile.curvature, tile.scratch.data(), squares);
      squares += stride_ * stride_;
    }
  }
}

std::vector<double> LogisticObjective::pack_parameters(std::span<const double> parameters) const {
  std::vector<double> packed(outputs_ * stride_, 0.0);
  for (std::size_t o = 0; o < outputs_; ++o) {
    const auto part = parameters.subspan(o * (features_ + 1), features_ + 1);
    std::copy(part.begin(), part.end(), packed.begin() + static_cast<std::ptrdiff_t>(o * stride_));
  }
  return packed;
}

// The gradient of the features from what is left over of every row (output after output); that of the intercepts is in
// `sums` already.
void LogisticObjective::add_columns(const std::vector<double>& residuals, Partial& sums) const {
  constexpr std::size_t kFeatures = 512;
  for_blocks(context_, features_, kFeatures, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t o = 0; o < outputs_; ++o) {
      const double* residual = residuals.data() + o * data_.rows();
      for (std::size_t j = begin; j < end; ++j) {
        double sum = 0;
        for (std::uint64_t k = columns_.starts[j]; k < columns_.starts[j + 1]; ++k) {
          sum += residual[columns_.rows[k]] * columns_.values[k];
        }
        sums.gradient[o * stride_ + 1 + j] = sum;
      }
    }
  });
}

LogisticEvaluation LogisticObjective::evaluate_sparse(std::span<const double> parameters) const {
  const std::vector<double> packed = pack_parameters(parameters);
  std::vector<double> residuals(outputs_ * data_.rows());
  const auto observe = [&](std::size_t, std::size_t begin, std::size_t end) {
    Partial scored;
    scored.gradient.assign(outputs_, 0.0);  // of the intercepts
    Tile tile(stride_, outputs_, false);
    for (std::size_t at = begin; at < end; at += kTileRows) {
      const std::size_t stop = std::min(end, at + kTileRows);
      read_tile(tile, at, stop);
      score_tile(tile, at, stop, packed);
      binary_ ? derive_binary(tile, scored) : derive_multinomial(tile, scored);
      for (std::size_t o = 0; o < outputs_; ++o) {
        const double* residual = tile.residual.data() + o * kTileRows;
        for (std::size_t i = 0; at + i < stop; ++i) {
          scored.gradient[o] += residual[i];
          residuals[o * data_.rows() + at + i] = residual[i];
        }
      }
    }
    return scored;
  };
  const Partial scored = reduce_blocks(context_, data_.rows(), kRowBlock, Partial{}, observe);
  Partial sums;
  sums.loss = scored.loss;
  sums.worst = scored.worst;
  sums.gradient.assign(outputs_ * stride_, 0.0);
  for (std::size_t o = 0; o < outputs_; ++o) sums.gradient[o * stride_] = scored.gradient[o];
  add_columns(residuals, sums);
  LogisticEvaluation out;
  unpack(sums, parameters, out);
  return out;
}

LogisticEvaluation LogisticObjective::evaluate(std::span<const double> parameters, bool with_hessian) const {
  if (!with_hessian && !columns_.starts.empty()) return evaluate_sparse(parameters);
  const std::vector<double> packed = pack_parameters(parameters);
  const std::size_t pairs = with_hessian ? outputs_ * (outputs_ + 1) / 2 : 0;
  const auto observe = [&](std::size_t, std::size_t begin, std::size_t end) {
    Partial sums;
    sums.gradient.assign(outputs_ * stride_, 0.0);
    sums.squares.assign(pairs * stride_ * stride_, 0.0);
    Tile tile(stride_, outputs_, with_hessian || data_.features().is_dense());
    for (std::size_t at = begin; at < end; at += kTileRows) {
      const std::size_t stop = std::min(end, at + kTileRows);
      read_tile(tile, at, stop);
      score_tile(tile, at, stop, packed);
      binary_ ? derive_binary(tile, sums) : derive_multinomial(tile, sums);
      add_gradient(tile, at, stop, sums);
      if (with_hessian) add_hessian(tile, sums);
    }
    return sums;
  };
  const Partial sums = reduce_blocks(context_, data_.rows(), block_rows(), Partial{}, observe);
  LogisticEvaluation out;
  unpack(sums, parameters, out);
  return out;
}

void LogisticObjective::unpack(const Partial& sums, std::span<const double> parameters, LogisticEvaluation& out) const {
  const std::size_t d = features_ + 1;
  const std::size_t n = dimension();
  out.worst_margin = sums.worst;
  out.gradient.resize(n);
  double penalty = 0;
  for (std::size_t o = 0; o < outputs_; ++o) {
    for (std::size_t j = 0; j < d; ++j) {
      const double w = j == 0 ? 0.0 : parameters[o * d + j];
      penalty += w * w;
      out.gradient[o * d + j] = sums.gradient[o * stride_ + j] + lambda_ * w;
    }
  }
  out.objective = sums.loss + 0.5 * lambda_ * penalty;
  if (!std::isfinite(out.objective) || !std::isfinite(out.gradient_norm())) {
    // At 0 every score is 0: what is not finite there comes from the data.
    const bool at_zero = std::all_of(parameters.begin(), parameters.end(), [](double w) { return w == 0; });
    if (at_zero) throw_data("the features hold a number that is not finite or too large to square");
  }
  if (sums.squares.empty()) return;
  out.hessian.assign(n * n, 0.0);
  const double* squares = sums.squares.data();
  for (std::size_t a = 0; a < outputs_; ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      for (std::size_t i = 0; i < d; ++i) {
        for (std::size_t j = 0; j < d; ++j) {
          const double value = i >= j ? squares[i * stride_ + j] : squares[j * stride_ + i];
          out.hessian[(a * d + i) * n + b * d + j] = value + (a == b && i == j && i > 0 ? lambda_ : 0.0);
        }
      }
      squares += stride_ * stride_;
    }
  }
}

struct LogisticBatch::Memory {
  LogisticObjective::Tile tile;
  LogisticObjective::Partial sums;
  std::vector<double> packed;
};

LogisticBatch::LogisticBatch(const LogisticObjective& objective)
    : objective_(objective),
      memory_(std::make_unique<Memory>(
          Memory{LogisticObjective::Tile(objective.stride_, objective.outputs_, objective.data_.features().is_dense()),
                 {},
                 std::vector<double>(objective.outputs_ * objective.stride_, 0.0)})) {}

LogisticBatch::~LogisticBatch() = default;

double LogisticBatch::evaluate(std::span<const double> parameters, std::size_t begin, std::size_t end,
                               std::span<double> gradient) {
  const std::size_t d = objective_.features_ + 1, stride = objective_.stride_;
  Memory& m = *memory_;
  for (std::size_t o = 0; o < objective_.outputs_; ++o) {
    std::copy_n(parameters.data() + o * d, d, m.packed.data() + o * stride);
  }
  m.sums.gradient.assign(objective_.outputs_ * stride, 0.0);
  double weight = 0;
  for (std::size_t at = begin; at < end; at += kTileRows) {
    const std::size_t stop = std::min(end, at + kTileRows);
    objective_.read_tile(m.tile, at, stop);
    objective_.score_tile(m.tile, at, stop, m.packed);
    objective_.binary_ ? objective_.derive_binary(m.tile, m.sums) : objective_.derive_multinomial(m.tile, m.sums);
    objective_.add_gradient(m.tile, at, stop, m.sums);
    for (std::size_t i = 0; i < stop - at; ++i) weight += m.tile.weight[i];
  }
  for (std::size_t o = 0; o < objective_.outputs_; ++o) {
    std::copy_n(m.sums.gradient.data() + o * stride, d, gradient.data() + o * d);
  }
  return weight;
}

double LogisticObjective::largest_score(std::span<const double> direction) const {
  struct Largest {
    double value = 0;
    void merge(Largest&& right) { value = std::max(value, right.value); }
  };
  const std::vector<double> packed = pack_parameters(direction);
  const auto observe = [&](std::size_t, std::size_t begin, std::size_t end) {
    Largest largest;
    Tile tile(stride_, outputs_, data_.features().is_dense());
    for (std::size_t at = begin; at < end; at += kTileRows) {
      const std::size_t stop = std::min(end, at + kTileRows);
      read_tile(tile, at, stop);
      score_tile(tile, at, stop, packed);
      for (std::size_t k = 0; k < tile.z.size(); ++k) {
        if (tile.weight[k % kTileRows] > 0) largest.value = std::max(largest.value, std::abs(tile.z[k]));
      }
    }
    return largest;
  };
  return reduce_blocks(context_, data_.rows(), block_rows(), Largest{}, observe).value;
}

LogisticObjective::Moments LogisticObjective::moments() const {
  struct Sums {
    std::vector<double> first, second;
    void merge(Sums&& right) {
      for (std::size_t j = 0; j < first.size(); ++j) first[j] += right.first[j], second[j] += right.second[j];
    }
  };
  const auto observe = [&](std::size_t, std::size_t begin, std::size_t end) {
    Sums sums{std::vector<double>(features_, 0.0), std::vector<double>(features_, 0.0)};
    const auto add = [&](std::size_t j, double x, double v) {
      sums.first[j] += v * x;
      sums.second[j] += v * x * x;
    };
    for (std::size_t i = begin; i < end; ++i) {
      const double v = row_weight(i);
      if (data_.features().is_dense()) {
        const auto row = data_.features().dense_row(i);
        for (std::size_t j = 0; j < features_; ++j) add(j, row[j], v);
      } else {
        const CsrMatrix::Row row = data_.features().sparse_row(i);
        for (std::size_t k = 0; k < row.columns.size(); ++k) add(row.columns[k], row.values[k], v);
      }
    }
    return sums;
  };
  const Sums sums = reduce_blocks(context_, data_.rows(), block_rows(), Sums{}, observe);
  Moments out;
  for (std::size_t j = 0; j < features_; ++j) {
    const double mean = sums.first[j] / total_weight_;
    out.mean.push_back(mean);
    // A rounded 0 at worst: these numbers only set the scale of a solver's steps.
    out.spread.push_back(std::max(0.0, sums.second[j] - mean * sums.first[j]));
  }
  return out;
}

}  // namespace mlkit
