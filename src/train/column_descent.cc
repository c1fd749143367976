#include "mlkit/train/column_descent.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/math.h"
#include "mlkit/parallel/blocks.h"
#include "mlkit/train/cholesky.h"
#include "mlkit/train/l1_penalty.h"
#include "mlkit/train/row_kernels.h"

namespace mlkit {
namespace {

constexpr std::size_t kMemory = 5;  // steps that an extrapolation combines

// The s for which sum_c t |v_c - s| + lambda (v_c - s)^2 / 2 is least; of several the one next to 0. Sorts v.
double cheapest_shift(std::vector<double>& v, double t, double lambda) {
  std::sort(v.begin(), v.end());
  const double n = static_cast<double>(v.size());
  double sum = 0;
  for (const double x : v) sum += x;
  // The slope rises with s: below v_k it is lambda (n s - sum) + t (k - (n - k)).
  for (std::size_t k = 0; k < v.size(); ++k) {
    const double above = t * (n - 2 * static_cast<double>(k));  // minus the slope of the L1 part left of v_k
    const double at = lambda * (n * v[k] - sum);
    if (at - above >= 0 && lambda > 0) return (sum + above / lambda) / n;
    if (at - above == 0) {  // flat between v_(k-1) and v_k
      const double low = k > 0 ? v[k - 1] : v[k];
      return std::min(std::max(0.0, low), v[k]);
    }
    if (at - above + 2 * t >= 0) {
      if (at - above + 2 * t > 0 || lambda > 0 || k + 1 == v.size()) return v[k];
      return std::min(std::max(0.0, v[k]), v[k + 1]);
    }
  }
  return v.back();
}

}  // namespace

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
  if (sparse_) return;
  const MatrixView& features = objective_.data().features();
  const std::size_t cols = features.cols();
  values_.resize(rows_ * cols);
  for (std::size_t i = 0; i < rows_; ++i) {
    const auto row = features.dense_row(i);
    for (std::size_t j = 0; j < cols; ++j) values_[j * rows_ + i] = row[j];
  }
}

// j = 0 is the intercept.
ColumnDescent::Column ColumnDescent::column(std::size_t j) const {
  if (j == 0) return {true, {}, {}};
  if (!sparse_) return {false, {}, std::span(values_).subspan((j - 1) * rows_, rows_)};
  const LogisticObjective::SparseColumn column = objective_.sparse_column(j - 1);
  return {false, column.rows, column.values};
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

// Feature after feature, its outputs side by side: all of them where one takes part.
std::vector<ColumnDescent::Coordinate> ColumnDescent::take_active(const Model& model) const {
  const std::size_t d = objective_.features() + 1, outputs = objective_.outputs();
  const auto threshold = [&](std::size_t k) { return model.thresholds.empty() ? 0.0 : model.thresholds[k]; };
  std::vector<Coordinate> active;
  for (std::size_t j = 0; j < d; ++j) {
    bool takes_part = false;
    for (std::size_t o = 0; o < outputs; ++o) {
      const std::size_t k = o * d + j;
      takes_part |= model.parameters[k] != 0 || threshold(k) == 0 || std::abs(model.gradient[k]) > threshold(k);
    }
    for (std::size_t o = 0; takes_part && o < outputs; ++o) {
      const std::size_t k = o * d + j;
      active.push_back(
          {o, j, j == 0 ? 0.0 : objective_.lambda(), 0, model.parameters[k], model.gradient[k], threshold(k), k});
    }
  }
  for_blocks(context_, active.size(), 64, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t a = begin; a < end; ++a) {
      active[a].curvature = curvature(active[a].output, column(active[a].column)) + active[a].lambda;
    }
  });
  return active;
}

// One pass over the coordinates; the largest subgradient entry that was met.
double ColumnDescent::pass(const std::vector<Coordinate>& active, std::vector<double>& step) {
  double worst = 0;
  for (std::size_t a = 0; a < active.size(); ++a) {
    const Coordinate& c = active[a];
    const Column values = column(c.column);
    const double before = c.start + step[a];
    const double g = c.gradient + slope(c.output, values) + c.lambda * step[a];
    worst = std::max(worst, std::abs(subgradient(g, before, c.threshold)));
    if (!(c.curvature > 0)) continue;
    const double after = soft_threshold(before - g / c.curvature, c.threshold / c.curvature);
    if (after == before) continue;
    const double to = after == 0 ? -c.start : step[a] + (after - before);
    move(c.output, values, to - step[a]);
    step[a] = to;
  }
  return worst;
}

// Coefficients of a feature that are shifted alike for all classes leave every probability as it is: the shift with the
// least penalty is taken at once, where coordinates alone would creep. (Row products change by the same number for
// all classes of a row, which their curvature does not see: they stay.)
void ColumnDescent::shift_features(const std::vector<Coordinate>& active, std::vector<double>& step) const {
  const std::size_t outputs = objective_.outputs();
  if (outputs == 1) return;
  std::vector<double> values(outputs);
  for (std::size_t a = 0; a < active.size(); a += outputs) {
    const Coordinate& first = active[a];
    if (first.column == 0 || (first.lambda == 0 && first.threshold == 0)) continue;
    for (std::size_t o = 0; o < outputs; ++o) values[o] = active[a + o].start + step[a + o];
    const double shift = cheapest_shift(values, first.threshold, first.lambda);
    if (shift == 0) continue;
    for (std::size_t o = 0; o < outputs; ++o) {
      const double after = active[a + o].start + step[a + o] - shift;
      step[a + o] = after == 0 ? -active[a + o].start : step[a + o] - shift;
    }
  }
}

// Row products of a step, from nothing.
void ColumnDescent::set_step(const std::vector<Coordinate>& active, const std::vector<double>& step) {
  std::fill(u_.begin(), u_.end(), 0.0);
  std::fill(mean_.begin(), mean_.end(), 0.0);
  for (std::size_t a = 0; a < active.size(); ++a) {
    if (step[a] != 0) move(active[a].output, column(active[a].column), step[a]);
  }
}

// The model's value at the step that u_ belongs to.
double ColumnDescent::value(const std::vector<Coordinate>& active, const std::vector<double>& step) const {
  double sum = 0;
  for (std::size_t a = 0; a < active.size(); ++a) {
    const Coordinate& c = active[a];
    sum += c.gradient * step[a] + 0.5 * c.lambda * step[a] * step[a] + c.threshold * std::abs(c.start + step[a]);
  }
  double bend = 0;
  for (std::size_t o = 0; o < objective_.outputs(); ++o) {
    const double* p = p_.data() + o * rows_;
    const double* u = u_.data() + o * rows_;
    if (objective_.binary()) {
      for (std::size_t i = 0; i < rows_; ++i) bend += p[i] * u[i] * u[i];
    } else {
      for (std::size_t i = 0; i < rows_; ++i) bend += weight_[i] * p[i] * u[i] * (u[i] - mean_[i]);
    }
  }
  return sum + 0.5 * bend;
}

// The combination of the last steps, weights adding up to 1, whose differences cancel best.
std::vector<double> ColumnDescent::extrapolate(const std::vector<std::vector<double>>& steps) {
  const std::size_t m = steps.size() - 1, n = steps[0].size();
  std::vector<std::vector<double>> moved(m, std::vector<double>(n));
  for (std::size_t k = 0; k < m; ++k) {
    for (std::size_t a = 0; a < n; ++a) moved[k][a] = steps[k + 1][a] - steps[k][a];
  }
  std::vector<double> products(m * m, 0.0), share(m, 1.0);
  for (std::size_t k = 0; k < m; ++k) {
    for (std::size_t l = 0; l <= k; ++l) products[k * m + l] = dot_product(moved[k].data(), moved[l].data(), n);
  }
  Cholesky(std::move(products), m).solve(share);
  double sum = 0;
  for (const double s : share) sum += s;
  std::vector<double> out(n, 0.0);
  if (!(std::abs(sum) > 0) || !std::isfinite(sum)) return {};
  for (std::size_t k = 0; k < m; ++k) add_scaled(out.data(), steps[k + 1].data(), share[k] / sum, n);
  return out;
}

// Tries the extrapolated step, and goes back where it is no better.
void ColumnDescent::accelerate(const std::vector<Coordinate>& active, const std::vector<std::vector<double>>& steps,
                               std::vector<double>& step) {
  std::vector<double> beyond = extrapolate(steps);
  if (beyond.empty()) return;
  // What is 0 at the end of the passes stays 0.
  for (std::size_t a = 0; a < active.size(); ++a) {
    if (active[a].start + step[a] == 0) beyond[a] = step[a];
  }
  const double before = value(active, step);
  const std::vector<double> u = u_, mean = mean_;
  set_step(active, beyond);
  if (value(active, beyond) < before) {
    step = std::move(beyond);
  } else {
    u_ = u;
    mean_ = mean;
  }
}

std::vector<double> ColumnDescent::minimise_model(const Model& model) {
  find_probabilities(model.parameters);
  std::fill(u_.begin(), u_.end(), 0.0);
  std::fill(mean_.begin(), mean_.end(), 0.0);
  const std::vector<Coordinate> active = take_active(model);
  std::vector<double> step(active.size(), 0.0);
  std::vector<std::vector<double>> steps{step};
  for (int passes = 0; passes < kMaxPasses; ++passes) {
    context_.check_stop();
    if (pass(active, step) <= model.accuracy) break;
    shift_features(active, step);
    steps.push_back(step);
    if (steps.size() <= kMemory) continue;
    accelerate(active, steps, step);
    steps.assign(1, step);
  }
  std::vector<double> out(model.parameters.size(), 0.0);
  for (std::size_t a = 0; a < active.size(); ++a) out[active[a].at] = step[a];
  return out;
}

}  // namespace mlkit
