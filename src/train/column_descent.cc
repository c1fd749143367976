#include "mlkit/train/column_descent.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/math.h"
#include "mlkit/parallel/blocks.h"
#include "mlkit/train/l1_penalty.h"

namespace mlkit {

ColumnDescent::ColumnDescent(const LogisticObjective& objective, const Context& context)
    : objective_(objective),
      context_(context),
      rows_(objective.data().rows()),
      sparse_(!objective.data().features().is_dense()) {
  copy_columns();
  for (std::size_t i = 0; i < rows_; ++i) weight_.push_back(objective.row_weight(i));
  p_.resize(objective.outputs() * rows_);
  u_.resize(objective.outputs() * rows_);
  if (!objective.binary()) mean_.resize(rows_);
}

void ColumnDescent::copy_columns() {
  const MatrixView& features = objective_.data().features();
  const std::size_t cols = features.cols();
  if (!sparse_) {
    values_.resize(rows_ * cols);
    for (std::size_t i = 0; i < rows_; ++i) {
      const auto row = features.dense_row(i);
      for (std::size_t j = 0; j < cols; ++j) values_[j * rows_ + i] = row[j];
    }
    return;
  }
  starts_.assign(cols + 1, 0);
  for (std::size_t i = 0; i < rows_; ++i) {
    for (const std::uint32_t j : features.sparse_row(i).columns) ++starts_[j + 1];
  }
  for (std::size_t j = 0; j < cols; ++j) starts_[j + 1] += starts_[j];
  std::vector<std::size_t> next(starts_.begin(), starts_.end() - 1);
  row_of_.resize(starts_[cols]);
  values_.resize(starts_[cols]);
  for (std::size_t i = 0; i < rows_; ++i) {
    const CsrMatrix::Row row = features.sparse_row(i);
    for (std::size_t k = 0; k < row.columns.size(); ++k) {
      const std::size_t at = next[row.columns[k]]++;
      row_of_[at] = static_cast<std::uint32_t>(i);
      values_[at] = row.values[k];
    }
  }
}

// j = 0 is the intercept.
ColumnDescent::Column ColumnDescent::column(std::size_t j) const {
  if (j == 0) return {true, {}, {}};
  if (!sparse_) return {false, {}, std::span(values_).subspan((j - 1) * rows_, rows_)};
  const std::size_t begin = starts_[j - 1], size = starts_[j] - begin;
  return {false, std::span(row_of_).subspan(begin, size), std::span(values_).subspan(begin, size)};
}

template <class Visit>
void ColumnDescent::for_values(const Column& column, const Visit& visit) const {
  if (column.ones) {
    for (std::size_t i = 0; i < rows_; ++i) visit(i, 1.0);
  } else if (!sparse_) {
    for (std::size_t i = 0; i < rows_; ++i) visit(i, column.values[i]);
  } else {
    for (std::size_t k = 0; k < column.rows.size(); ++k) visit(column.rows[k], column.values[k]);
  }
}

void ColumnDescent::find_probabilities(std::span<const double> parameters) {
  const std::size_t outputs = objective_.outputs(), d = objective_.features() + 1;
  const MatrixView& features = objective_.data().features();
  for_blocks(context_, rows_, kRowBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
    std::vector<double> z(outputs);
    for (std::size_t i = begin; i < end; ++i) {
      for (std::size_t o = 0; o < outputs; ++o) {
        const double* w = parameters.data() + o * d;
        z[o] = w[0];
        if (sparse_) {
          const CsrMatrix::Row row = features.sparse_row(i);
          for (std::size_t k = 0; k < row.columns.size(); ++k) z[o] += w[1 + row.columns[k]] * row.values[k];
        } else {
          const auto row = features.dense_row(i);
          for (std::size_t j = 0; j < row.size(); ++j) z[o] += w[1 + j] * row[j];
        }
      }
      if (objective_.binary()) {
        const double e = mlkit::exp(-std::abs(z[0]));
        p_[i] = weight_[i] * (e / ((1 + e) * (1 + e)));
        continue;
      }
      const double top = *std::max_element(z.begin(), z.end());
      double sum = 0;
      for (double& s : z) sum += s = mlkit::exp(s - top);
      for (std::size_t o = 0; o < outputs; ++o) p_[o * rows_ + i] = z[o] / sum;
    }
  });
}

double ColumnDescent::curvature(std::size_t output, const Column& column) const {
  const double* p = p_.data() + output * rows_;
  double sum = 0;
  if (objective_.binary()) {
    for_values(column, [&](std::size_t i, double x) { sum += p[i] * (x * x); });
  } else {
    for_values(column, [&](std::size_t i, double x) { sum += weight_[i] * (p[i] * (1 - p[i])) * (x * x); });
  }
  return sum;
}

// (H d) of a coordinate, without the L2 penalty.
double ColumnDescent::slope(std::size_t output, const Column& column) const {
  const double* p = p_.data() + output * rows_;
  const double* u = u_.data() + output * rows_;
  double sum = 0;
  if (objective_.binary()) {
    for_values(column, [&](std::size_t i, double x) { sum += x * (p[i] * u[i]); });
  } else {
    for_values(column, [&](std::size_t i, double x) { sum += x * (weight_[i] * p[i] * (u[i] - mean_[i])); });
  }
  return sum;
}

void ColumnDescent::move(std::size_t output, const Column& column, double delta) {
  double* u = u_.data() + output * rows_;
  for_values(column, [&](std::size_t i, double x) { u[i] += delta * x; });
  if (objective_.binary()) return;
  const double* p = p_.data() + output * rows_;
  for_values(column, [&](std::size_t i, double x) { mean_[i] += p[i] * (delta * x); });
}

std::vector<double> ColumnDescent::minimise_model(const Model& model) {
  const std::size_t d = objective_.features() + 1;
  find_probabilities(model.parameters);
  std::fill(u_.begin(), u_.end(), 0.0);
  std::fill(mean_.begin(), mean_.end(), 0.0);
  struct Coordinate {
    std::size_t at, output, column;
    double curvature;
  };
  const auto threshold = [&](std::size_t k) { return model.thresholds.empty() ? 0.0 : model.thresholds[k]; };
  std::vector<Coordinate> active;
  for (std::size_t k = 0; k < model.parameters.size(); ++k) {
    const double t = threshold(k);
    if (model.parameters[k] == 0 && t > 0 && std::abs(model.gradient[k]) <= t) continue;
    active.push_back({k, k / d, k % d, 0});
  }
  for_blocks(context_, active.size(), 64, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t a = begin; a < end; ++a) {
      Coordinate& c = active[a];
      c.curvature = curvature(c.output, column(c.column)) + (c.column == 0 ? 0.0 : objective_.lambda());
    }
  });
  std::vector<double> step(model.parameters.size(), 0.0);
  for (int pass = 0; pass < kMaxPasses; ++pass) {
    context_.check_stop();
    double worst = 0;
    for (const Coordinate& c : active) {
      const Column values = column(c.column);
      const double before = model.parameters[c.at] + step[c.at];
      const double penalty = c.column == 0 ? 0.0 : objective_.lambda() * step[c.at];
      const double g = model.gradient[c.at] + slope(c.output, values) + penalty;
      worst = std::max(worst, std::abs(subgradient(g, before, threshold(c.at))));
      if (!(c.curvature > 0)) continue;
      const double after = soft_threshold(before - g / c.curvature, threshold(c.at) / c.curvature);
      if (after == before) continue;
      const double to = after == 0 ? -model.parameters[c.at] : step[c.at] + (after - before);
      move(c.output, values, to - step[c.at]);
      step[c.at] = to;
    }
    if (worst <= model.accuracy) break;
  }
  return step;
}

}  // namespace mlkit
