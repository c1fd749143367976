#include "mlkit/train/sparse_least_squares.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/parallel/blocks.h"
#include "mlkit/train/row_kernels.h"

namespace mlkit {
namespace {

constexpr double kTarget = 1e-11;

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return dot_product(a.data(), b.data(), a.size());
}

double largest(const std::vector<double>& x) {
  double most = 0;
  for (const double v : x) most = std::max(most, std::abs(v));
  return most;
}

// Sums over rows: one number per column (0 = intercept), and one beside them.
struct Sums {
  std::vector<double> columns;
  double squares = 0;
  void merge(Sums&& right) {
    for (std::size_t j = 0; j < columns.size(); ++j) columns[j] += right.columns[j];
    squares += right.squares;
  }
};

class SparseProblem {
 public:
  SparseProblem(const DatasetView& data, const LinearOptions& options, const Context& context)
      : data_(data),
        context_(context),
        intercept_(options.fit_intercept),
        alpha_(options.alpha),
        width_(data.cols() + 1) {
    for (std::size_t i = 0; i < data.rows(); ++i) {
      const double weight = data.weight(i);
      if (!std::isfinite(weight) || weight < 0) throw_data("a row weight is negative or not a finite number");
      total_weight_ += weight;
      rows_ += weight > 0 ? 1 : 0;
    }
    if (rows_ == 0) throw_data("there are no rows to learn from");
    const Sums first = sum([](std::size_t) { return 1.0; }, false);
    const Sums second = sum([](std::size_t) { return 1.0; }, true);
    mean_.assign(width_, 0.0);
    scale_.assign(width_, 1.0);
    scale_[0] = std::sqrt(total_weight_);
    for (std::size_t j = 1; j < width_; ++j) {
      mean_[j] = intercept_ ? first.columns[j] / total_weight_ : 0.0;
      const double scale = std::sqrt(std::max(0.0, second.columns[j] - mean_[j] * first.columns[j]) + alpha_);
      if (!std::isfinite(scale)) throw_data("the features hold a number that is not finite or too large to square");
      if (scale > 0) scale_[j] = scale;
    }
  }

  std::vector<double> to_plain(const std::vector<double>& u) const {
    std::vector<double> plain(width_, 0.0);
    if (intercept_) plain[0] = u[0] / scale_[0];
    for (std::size_t j = 1; j < width_; ++j) {
      plain[j] = u[j] / scale_[j];
      plain[0] -= mean_[j] * plain[j];
    }
    return plain;
  }

  // A^T V (target - A plain) - alpha w in scaled parameters; sum v r^2 beside it. `target` may be left out.
  Sums residual(const std::vector<double>& plain, bool with_target) const {
    const auto score = [&](std::size_t i) {
      double sum = plain[0];
      const CsrMatrix::Row row = data_.features().sparse_row(i);
      for (std::size_t k = 0; k < row.columns.size(); ++k) sum += plain[1 + row.columns[k]] * row.values[k];
      return (with_target ? data_.target(i) : 0.0) - sum;
    };
    Sums sums = sum(score, false);
    for (std::size_t j = 1; j < width_; ++j) {
      sums.columns[j] = (sums.columns[j] - mean_[j] * sums.columns[0] - alpha_ * plain[j]) / scale_[j];
    }
    sums.columns[0] = intercept_ ? sums.columns[0] / scale_[0] : 0.0;
    return sums;
  }

  std::size_t width() const { return width_; }
  std::size_t weighted_rows() const { return rows_; }
  double scale(std::size_t j) const { return scale_[j]; }

  double total_squares() const {
    const Sums first = sum([&](std::size_t i) { return data_.target(i); }, false);
    const double mean = intercept_ ? first.columns[0] / total_weight_ : 0.0;
    return sum([&](std::size_t i) { return data_.target(i) - mean; }, false).squares;
  }

 private:
  // sum v f x (or x^2) per column, sum v f^2.
  template <class F>
  Sums sum(const F& f, bool squared) const {
    // A partial is as wide as the vocabulary: few of them.
    const std::size_t block = std::max(kRowBlock, (data_.rows() + 63) / 64);
    return reduce_blocks(context_, data_.rows(), block, Sums{}, [&](std::size_t, std::size_t begin, std::size_t end) {
      Sums sums{std::vector<double>(width_, 0.0)};
      for (std::size_t i = begin; i < end; ++i) {
        const double value = f(i);
        const double term = data_.weight(i) * value;
        sums.columns[0] += term;
        sums.squares += term * value;
        const CsrMatrix::Row row = data_.features().sparse_row(i);
        for (std::size_t k = 0; k < row.columns.size(); ++k) {
          sums.columns[1 + row.columns[k]] += term * (squared ? row.values[k] * row.values[k] : row.values[k]);
        }
      }
      return sums;
    });
  }

  const DatasetView& data_;
  const Context& context_;
  bool intercept_;
  double alpha_;
  std::size_t width_;
  std::size_t rows_ = 0;
  double total_weight_ = 0;
  std::vector<double> mean_, scale_;
};

// u with (A^T V A + alpha D) u = A^T V y.
std::vector<double> conjugate_gradients(const SparseProblem& problem, std::int64_t max_iter, FitReport& report,
                                        Context& context) {
  std::vector<double> u(problem.width(), 0.0);
  std::vector<double> r = problem.residual(problem.to_plain(u), true).columns;
  std::vector<double> p = r;
  const double target = kTarget * largest(r);
  double square = dot(r, r);
  while (largest(r) > target && report.iterations < max_iter) {
    context.check_stop();
    std::vector<double> q = problem.residual(problem.to_plain(p), false).columns;  // -H p
    const double curvature = -dot(p, q);
    if (!(curvature > 0)) break;
    const double step = square / curvature;
    for (std::size_t j = 0; j < u.size(); ++j) u[j] += step * p[j], r[j] += step * q[j];
    const double next = dot(r, r);
    for (std::size_t j = 0; j < u.size(); ++j) p[j] = r[j] + next / square * p[j];
    square = next;
    ++report.iterations;
  }
  report.converged = largest(r) <= target;
  return u;
}

}  // namespace

LinearFit fit_sparse_least_squares(const DatasetView& data, const LinearOptions& options, Context& context) {
  const SparseProblem problem(data, options, context);
  LinearFit fit;
  fit.report.solver = "conjugate_gradient";
  const std::vector<double> plain =
      problem.to_plain(conjugate_gradients(problem, options.max_iter, fit.report, context));
  const Sums last = problem.residual(plain, true);
  for (std::size_t j = 0; j < plain.size(); ++j) {
    fit.report.gradient_norm = std::max(fit.report.gradient_norm, 2.0 * std::abs(last.columns[j] * problem.scale(j)));
  }
  double penalty = 0;
  for (std::size_t j = 1; j < plain.size(); ++j) penalty += plain[j] * plain[j];
  fit.report.objective = last.squares + options.alpha * penalty;
  if (!fit.report.converged) {
    fit.report.message = "stopped after " + std::to_string(fit.report.iterations) +
                         " iterations; try a higher --max-iter, or a penalty (--alpha 1)";
  }
  fit.statistics.sse = last.squares;
  fit.statistics.rank = data.cols() + (options.fit_intercept ? 1 : 0);
  fit.statistics.df =
      static_cast<std::int64_t>(problem.weighted_rows()) - static_cast<std::int64_t>(fit.statistics.rank);
  const double total = problem.total_squares();
  fit.statistics.r_squared = total > 0 ? 1.0 - last.squares / total : 0.0;
  fit.statistics.coefficient_std_errors.assign(data.cols(), 0.0);
  fit.model = std::make_unique<LinearModel>(plain[0], std::vector<double>(plain.begin() + 1, plain.end()));
  return fit;
}

}  // namespace mlkit
