#include "mlkit/train/fit_linear.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/parallel/blocks.h"
#include "mlkit/train/fit_elastic_net.h"
#include "mlkit/train/least_squares.h"
#include "mlkit/train/row_kernels.h"
#include "mlkit/train/sparse_least_squares.h"

namespace mlkit {
namespace {

// Rows of a tile that a triangle absorbs at once: enough for the reflections, small enough for a cache.
constexpr std::size_t kAbsorbRows = 256;
constexpr int kMaxRefinements = 12;
// Above this many operations (some seconds) sparse data are left to conjugate gradients.
constexpr double kSparseDirectCost = 1e10;

double power_of_two_near(double x) { return x > 0 ? std::ldexp(1.0, std::ilogb(x)) : 1.0; }

// The problem with columns [1, x] (or x alone) scaled by powers of two, so that scaling rounds nothing.
class Problem {
 public:
  Problem(const DatasetView& data, const LinearOptions& options, const Context& context)
      : data_(data),
        context_(context),
        intercept_(options.fit_intercept),
        alpha_(options.alpha),
        columns_(data.cols() + (options.fit_intercept ? 1 : 0)) {
    check();
    find_scales();
  }

  std::size_t columns() const { return columns_; }
  bool intercept() const { return intercept_; }
  double alpha() const { return alpha_; }
  double total_weight() const { return total_weight_; }
  std::size_t weighted_rows() const { return weighted_rows_; }
  double scale(std::size_t column) const { return scale_[column]; }
  bool penalised(std::size_t column) const { return alpha_ > 0 && !(intercept_ && column == 0); }

  // R of sqrt(v) [A y], ridge rows below.
  Triangle triangle() const {
    const std::size_t width = columns_ + 1;
    const std::size_t tile = std::max(kAbsorbRows, 2 * width);
    const std::size_t block = std::max(kRowBlock, 4 * width);
    const auto observe = [&](std::size_t, std::size_t begin, std::size_t end) {
      Triangle triangle(width);
      std::vector<double> rows(tile * width);
      for (std::size_t at = begin; at < end; at += tile) {
        const std::size_t count = std::min(end - at, tile);
        for (std::size_t i = 0; i < count; ++i) read_column_major(at + i, rows.data() + i, count);
        triangle.absorb(std::span(rows).first(count * width), count);
      }
      return triangle;
    };
    Triangle triangle = reduce_blocks(context_, data_.rows(), block, Triangle(width), observe);
    if (alpha_ > 0) triangle.merge(ridge_rows());
    return triangle;
  }

  struct Residuals {
    std::vector<double> high, low;  // A^T V (y - A x) - alpha x, packed
    TwoDoubles squares;             // sum v r^2
    void merge(Residuals&& right) {
      for (std::size_t j = 0; j < high.size(); ++j) {
        const TwoDoubles sum = add_exactly({high[j], low[j]}, {right.high[j], right.low[j]});
        high[j] = sum.high, low[j] = sum.low;
      }
      squares = add_exactly(squares, right.squares);
    }
  };

  // With x in two doubles a column.
  Residuals residuals(const std::vector<TwoDoubles>& x) const {
    const std::size_t stride = tile_stride(columns_);
    std::vector<double> high(stride, 0.0), low(stride, 0.0);
    for (std::size_t j = 0; j < columns_; ++j) high[j] = x[j].high, low[j] = x[j].low;
    const auto observe = [&](std::size_t, std::size_t begin, std::size_t end) {
      Residuals sums{std::vector<double>(stride, 0.0), std::vector<double>(stride, 0.0), {}};
      std::vector<double> rows(kTileRows * stride, 0.0);
      double y[kTileRows], v[kTileRows];
      for (std::size_t at = begin; at < end; at += kTileRows) {
        for (std::size_t i = 0; i < kTileRows; ++i) {
          const bool there = at + i < end;
          y[i] = there ? data_.target(at + i) : 0.0;
          v[i] = there ? data_.weight(at + i) : 0.0;
          if (there) read_row(at + i, rows.data() + i * stride, 1);
        }
        add_residuals(rows.data(), stride, high.data(), low.data(), y, v, sums.high.data(), sums.low.data(),
                      sums.squares);
      }
      return sums;
    };
    Residuals sums = reduce_blocks(context_, data_.rows(), kRowBlock, Residuals{}, observe);
    for (std::size_t j = 0; j < columns_; ++j) {
      if (!penalised(j)) continue;
      // In scaled columns the penalty is alpha (scale x)^2; the scale is a power of two.
      const double factor = -alpha_ * scale_[j] * scale_[j];
      const TwoDoubles sum = add_exactly({sums.high[j], sums.low[j]}, {factor * x[j].high, factor * x[j].low});
      sums.high[j] = sum.high, sums.low[j] = sum.low;
    }
    return sums;
  }

  // sum v (y - mean)^2, or sum v y^2 without an intercept.
  double total_squares() const {
    const double mean = intercept_ ? sum_rows([&](std::size_t i) { return data_.target(i); }) / total_weight_ : 0.0;
    const double correction =
        intercept_ ? sum_rows([&](std::size_t i) { return data_.target(i) - mean; }) / total_weight_ : 0.0;
    return sum_rows([&](std::size_t i) {
      const double deviation = (data_.target(i) - mean) - correction;
      return deviation * deviation;
    });
  }

 private:
  struct Sum {
    TwoDoubles value;
    void merge(Sum&& right) { value = add_exactly(value, right.value); }
  };

  // sum v term, compensated.
  template <class Term>
  double sum_rows(const Term& term) const {
    return reduce_blocks(context_, data_.rows(), kRowBlock, Sum{},
                         [&](std::size_t, std::size_t begin, std::size_t end) {
                           Sum sum;
                           for (std::size_t i = begin; i < end; ++i) {
                             sum.value = add_exactly(sum.value, {data_.weight(i) * term(i), 0.0});
                           }
                           return sum;
                         })
        .value.high;
  }

  void check() {
    for (std::size_t i = 0; i < data_.rows(); ++i) {
      const double weight = data_.weight(i);
      if (!std::isfinite(weight) || weight < 0) throw_data("a row weight is negative or not a finite number");
      if (!std::isfinite(data_.target(i))) throw_data("the target holds a number that is not finite");
      total_weight_ += weight;
      weighted_rows_ += weight > 0 ? 1 : 0;
    }
    if (weighted_rows_ == 0) throw_data("there are no rows to learn from");
  }

  void find_scales() {
    struct Squares {
      std::vector<double> sums;
      void merge(Squares&& right) {
        for (std::size_t j = 0; j < sums.size(); ++j) sums[j] += right.sums[j];
      }
    };
    scale_.assign(columns_, 1.0);
    const auto observe = [&](std::size_t, std::size_t begin, std::size_t end) {
      Squares squares{std::vector<double>(columns_, 0.0)};
      std::vector<double> row(columns_);
      for (std::size_t i = begin; i < end; ++i) {
        read_row(i, row.data(), 1);
        for (std::size_t j = 0; j < columns_; ++j) squares.sums[j] += data_.weight(i) * (row[j] * row[j]);
      }
      return squares;
    };
    const Squares squares = reduce_blocks(context_, data_.rows(), kRowBlock, Squares{}, observe);
    for (std::size_t j = 0; j < columns_; ++j) {
      if (!std::isfinite(squares.sums[j]))
        throw_data("the features hold a number that is not finite or too large to square");
      scale_[j] = 1.0 / power_of_two_near(std::sqrt(squares.sums[j]));
    }
  }

  // Scaled row, `step` apart.
  void read_row(std::size_t i, double* out, std::size_t step) const {
    if (intercept_) out[0] = scale_[0];
    double* features = out + (intercept_ ? step : 0);
    const double* scale = scale_.data() + (intercept_ ? 1 : 0);
    if (data_.features().is_dense()) {
      const auto row = data_.features().dense_row(i);
      for (std::size_t j = 0; j < row.size(); ++j) features[j * step] = row[j] * scale[j];
      return;
    }
    for (std::size_t j = 0; j < data_.cols(); ++j) features[j * step] = 0;
    const CsrMatrix::Row row = data_.features().sparse_row(i);
    for (std::size_t k = 0; k < row.columns.size(); ++k) {
      features[row.columns[k] * step] = row.values[k] * scale[row.columns[k]];
    }
  }

  void read_column_major(std::size_t i, double* out, std::size_t rows) const {
    read_row(i, out, rows);
    out[columns_ * rows] = data_.target(i);
    const double weight = data_.weight(i);
    if (weight == 1.0) return;
    const double root = std::sqrt(weight);
    for (std::size_t j = 0; j <= columns_; ++j) out[j * rows] *= root;
  }

  Triangle ridge_rows() const {
    Triangle rows(columns_ + 1);
    std::vector<double> block((columns_ + 1) * columns_, 0.0);
    for (std::size_t j = 0; j < columns_; ++j) {
      if (penalised(j)) block[j * columns_ + j] = std::sqrt(alpha_) * scale_[j];
    }
    rows.absorb(block, columns_);
    return rows;
  }

  const DatasetView& data_;
  const Context& context_;
  bool intercept_;
  double alpha_;
  std::size_t columns_;
  std::vector<double> scale_;
  double total_weight_ = 0;
  std::size_t weighted_rows_ = 0;
};

double largest(const std::vector<double>& x) {
  double most = 0;
  for (const double v : x) most = std::max(most, std::abs(v));
  return most;
}

struct Solution {
  std::vector<TwoDoubles> x;  // scaled
  Problem::Residuals last;
  std::int64_t refinements = 0;
};

// Steps from exact residuals until they stop shrinking by half: each cuts the error by about condition * epsilon.
Solution refine(const Problem& problem, const PivotedSolver& solver) {
  Solution solution;
  for (const double x : solver.solution()) solution.x.push_back({x, 0.0});
  solution.last = problem.residuals(solution.x);
  double before = std::numeric_limits<double>::infinity();
  for (int round = 0; round < kMaxRefinements; ++round) {
    std::vector<double> g(problem.columns());
    for (std::size_t j = 0; j < g.size(); ++j) g[j] = solution.last.high[j] + solution.last.low[j];
    const std::vector<double> step = solver.solve_normal(g);
    const double size = largest(step);
    if (!(size <= 0.5 * before) || size == 0) break;
    before = size;
    std::vector<TwoDoubles> moved = solution.x;
    for (std::size_t j = 0; j < step.size(); ++j) moved[j] = add_exactly(moved[j], {step[j], 0.0});
    solution.x = std::move(moved);
    solution.last = problem.residuals(solution.x);
    ++solution.refinements;
    bool settled = true;
    for (std::size_t j = 0; j < step.size(); ++j) settled &= std::abs(step[j]) <= 1e-19 * std::abs(solution.x[j].high);
    if (settled) break;
  }
  return solution;
}

void fill_statistics(const Problem& problem, const PivotedSolver& solver, const Solution& solution,
                     LinearStatistics& statistics) {
  statistics.sse = solution.last.squares.high;
  statistics.rank = solver.rank();
  statistics.df = static_cast<std::int64_t>(problem.weighted_rows()) - static_cast<std::int64_t>(solver.rank());
  const double total = problem.total_squares();
  statistics.r_squared = total > 0 ? 1.0 - statistics.sse / total : 0.0;
  const std::size_t first = problem.intercept() ? 1 : 0;
  statistics.coefficient_std_errors.assign(problem.columns() - first, 0.0);
  if (statistics.df <= 0 || problem.alpha() > 0) return;
  statistics.has_errors = true;
  statistics.residual_sd = std::sqrt(statistics.sse / static_cast<double>(statistics.df));
  const std::vector<double> variance = solver.inverse_diagonal();
  for (std::size_t j = 0; j < variance.size(); ++j) {
    const double error = statistics.residual_sd * std::sqrt(variance[j]) * problem.scale(j);
    (j < first ? statistics.intercept_std_error : statistics.coefficient_std_errors[j - first]) = error;
  }
}

std::string column_names(const DatasetView& data, const std::vector<std::size_t>& columns) {
  std::string names;
  const auto& known = data.data().feature_names;
  for (std::size_t k = 0; k < columns.size() && k < 5; ++k) {
    names += (k > 0 ? ", " : "") +
             (columns[k] < known.size() ? known[columns[k]] : "feature " + std::to_string(columns[k] + 1));
  }
  return columns.size() > 5 ? names + " and " + std::to_string(columns.size() - 5) + " more" : names;
}

void report_rank(const DatasetView& data, const Problem& problem, const PivotedSolver& solver, FitReport& report) {
  std::vector<std::size_t> features;
  for (const std::size_t column : solver.dropped()) {
    if (!(problem.intercept() && column == 0)) features.push_back(column - (problem.intercept() ? 1 : 0));
  }
  if (features.empty()) return;
  report.warnings.push_back("constant, or a combination of other features, given the coefficient 0: " +
                            column_names(data, features) + "; a penalty (--alpha) would share the weight out");
}

LinearFit fit_by_qr(const DatasetView& data, const LinearOptions& options, Context& context) {
  const Problem problem(data, options, context);
  const PivotedSolver solver(problem.triangle());
  const Solution solution = refine(problem, solver);
  LinearFit fit;
  fit.report.solver = "qr";
  fit.report.iterations = solution.refinements;
  double penalty = 0;
  std::vector<double> plain;
  for (std::size_t j = 0; j < problem.columns(); ++j) {
    plain.push_back(solution.x[j].high * problem.scale(j));
    if (problem.penalised(j)) penalty += plain.back() * plain.back();
    const double gradient = 2.0 * std::abs(solution.last.high[j]) / problem.scale(j);
    const bool kept = solution.x[j].high != 0 || solution.x[j].low != 0;
    if (kept) fit.report.gradient_norm = std::max(fit.report.gradient_norm, gradient);
  }
  fit.report.objective = solution.last.squares.high + options.alpha * penalty;
  fill_statistics(problem, solver, solution, fit.statistics);
  report_rank(data, problem, solver, fit.report);
  const std::size_t first = problem.intercept() ? 1 : 0;
  fit.model = std::make_unique<LinearModel>(
      first == 1 ? plain[0] : 0.0,
      std::vector<double>(plain.begin() + static_cast<std::ptrdiff_t>(first), plain.end()));
  return fit;
}

}  // namespace

LinearFit fit_linear(const DatasetView& data, const LinearOptions& options, Context& context) {
  if (data.rows() == 0) throw_data("there are no rows to learn from");
  if (options.l1_ratio > 0 && options.alpha > 0) return fit_elastic_net(data, options, context);
  const double columns = static_cast<double>(data.cols() + 1);
  // At least one tile of rows is absorbed, and one triangle merged with the penalty.
  const double rows = std::max(static_cast<double>(data.rows()), 2.0 * columns);
  const double cost = 2.0 * rows * columns * columns;
  if (!data.features().is_dense() && cost > kSparseDirectCost) return fit_sparse_least_squares(data, options, context);
  return fit_by_qr(data, options, context);
}

}  // namespace mlkit
