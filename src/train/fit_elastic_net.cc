#include "mlkit/train/fit_elastic_net.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/parallel/blocks.h"
#include "mlkit/train/gradient_descent.h"
#include "mlkit/train/l1_penalty.h"
#include "mlkit/train/l1_quadratic.h"
#include "mlkit/train/row_kernels.h"

namespace mlkit {
namespace {

constexpr std::size_t kGramFeatures = 2000;
constexpr double kGramCost = 2e10;  // rows * features^2
constexpr int kRounds = 3;
// Converged: the largest subgradient entry against that of the model without features.
constexpr double kConverged = 1e-9;

struct Sums {
  std::vector<double> columns;
  double one = 0;
  double two = 0;
  void merge(Sums&& right) {
    for (std::size_t j = 0; j < columns.size(); ++j) columns[j] += right.columns[j];
    one += right.one;
    two += right.two;
  }
};

// Least squares of the centred target on centred features, as they are without an intercept.
class CentredProblem {
 public:
  CentredProblem(const DatasetView& data, const LinearOptions& options, const Context& context)
      : data_(data), context_(context), cols_(data.cols()), ridge_(options.alpha * (1.0 - options.l1_ratio)) {
    for (std::size_t i = 0; i < data.rows(); ++i) {
      const double weight = data.weight(i);
      if (!std::isfinite(weight) || weight < 0) throw_data("a row weight is negative or not a finite number");
      if (!std::isfinite(data.target(i))) throw_data("the target holds a number that is not finite");
      total_weight_ += weight;
      weighted_rows_ += weight > 0 ? 1 : 0;
    }
    if (weighted_rows_ == 0) throw_data("there are no rows to learn from");
    mean_.assign(cols_, 0.0);
    if (!options.fit_intercept) return;
    const Sums sums = sum_rows([&](std::size_t i) { return data_.target(i); }, [](std::size_t) { return 1.0; });
    for (std::size_t j = 0; j < cols_; ++j) mean_[j] = sums.columns[j] / total_weight_;
    target_mean_ = sums.one / total_weight_;
  }

  std::size_t weighted_rows() const { return weighted_rows_; }
  double target_mean() const { return target_mean_; }
  const std::vector<double>& mean() const { return mean_; }

  // Value (with the ridge part) and gradient at w; `squares` = sum v r^2.
  double evaluate(std::span<const double> w, std::span<double> gradient, double& squares) const {
    double shift = 0;
    for (std::size_t j = 0; j < cols_; ++j) shift += mean_[j] * w[j];
    const auto residual = [&](std::size_t i) { return (data_.target(i) - target_mean_) - (score(i, w) - shift); };
    const Sums sums = sum_rows(residual, residual);
    double penalty = 0;
    for (std::size_t j = 0; j < cols_; ++j) {
      gradient[j] = -2.0 * (sums.columns[j] - mean_[j] * sums.one) + 2.0 * ridge_ * w[j];
      penalty += ridge_ * w[j] * w[j];
      if (!std::isfinite(gradient[j]))
        throw_data("the features hold a number that is not finite or too large to square");
    }
    squares = sums.two;
    return squares + penalty;
  }

  // 2 X^T V X of the centred features, with the ridge on its diagonal; both triangles.
  std::vector<double> gram() const {
    struct Squares {
      std::vector<double> sums;
      void merge(Squares&& right) {
        for (std::size_t k = 0; k < sums.size(); ++k) sums[k] += right.sums[k];
      }
    };
    const std::size_t stride = tile_stride(cols_);
    const auto observe = [&](std::size_t, std::size_t begin, std::size_t end) {
      Squares squares{std::vector<double>(stride * stride, 0.0)};
      std::vector<double> rows(kTileRows * stride, 0.0), scratch(kTileRows * stride);
      double v[kTileRows];
      for (std::size_t at = begin; at < end; at += kTileRows) {
        for (std::size_t i = 0; i < kTileRows; ++i) {
          v[i] = at + i < end ? data_.weight(at + i) : 0.0;
          if (at + i < end) read_centred(at + i, rows.data() + i * stride);
        }
        add_weighted_squares(rows.data(), stride, v, scratch.data(), squares.sums.data());
      }
      return squares;
    };
    const std::size_t block = std::max(kRowBlock, stride);
    const Squares squares = reduce_blocks(context_, data_.rows(), block, Squares{}, observe);
    std::vector<double> out(cols_ * cols_);
    for (std::size_t i = 0; i < cols_; ++i) {
      for (std::size_t j = 0; j <= i; ++j) out[i * cols_ + j] = out[j * cols_ + i] = 2.0 * squares.sums[i * stride + j];
      out[i * cols_ + i] += 2.0 * ridge_;
    }
    return out;
  }

 private:
  double score(std::size_t i, std::span<const double> w) const {
    const MatrixView& features = data_.features();
    if (features.is_dense()) return dot_product(features.dense_row(i).data(), w.data(), cols_);
    const CsrMatrix::Row row = features.sparse_row(i);
    double sum = 0;
    for (std::size_t k = 0; k < row.columns.size(); ++k) sum += w[row.columns[k]] * row.values[k];
    return sum;
  }

  // columns = sum v factor x, one = sum v first, two = sum v first^2.
  template <class First, class Factor>
  Sums sum_rows(const First& first, const Factor& factor) const {
    const MatrixView& features = data_.features();
    const auto observe = [&](std::size_t, std::size_t begin, std::size_t end) {
      Sums sums{std::vector<double>(cols_, 0.0), 0, 0};
      for (std::size_t i = begin; i < end; ++i) {
        const double v = data_.weight(i), value = first(i), scale = v * factor(i);
        sums.one += v * value;
        sums.two += v * value * value;
        if (features.is_dense()) {
          add_scaled(sums.columns.data(), features.dense_row(i).data(), scale, cols_);
          continue;
        }
        const CsrMatrix::Row row = features.sparse_row(i);
        for (std::size_t k = 0; k < row.columns.size(); ++k) sums.columns[row.columns[k]] += scale * row.values[k];
      }
      return sums;
    };
    // A partial is as wide as the features: few of them where these are many.
    const std::size_t block = cols_ > 4096 ? std::max(kRowBlock, (data_.rows() + 63) / 64) : kRowBlock;
    return reduce_blocks(context_, data_.rows(), block, Sums{std::vector<double>(cols_, 0.0), 0, 0}, observe);
  }

  void read_centred(std::size_t i, double* out) const {
    const MatrixView& features = data_.features();
    if (features.is_dense()) {
      const auto row = features.dense_row(i);
      for (std::size_t j = 0; j < cols_; ++j) out[j] = row[j] - mean_[j];
      return;
    }
    for (std::size_t j = 0; j < cols_; ++j) out[j] = -mean_[j];
    const CsrMatrix::Row row = features.sparse_row(i);
    for (std::size_t k = 0; k < row.columns.size(); ++k) out[row.columns[k]] += row.values[k];
  }

  const DatasetView& data_;
  const Context& context_;
  std::size_t cols_;
  double ridge_;
  double total_weight_ = 0;
  std::size_t weighted_rows_ = 0;
  std::vector<double> mean_;
  double target_mean_ = 0;
};

struct Solution {
  std::vector<double> w;
  double squares = 0, value = 0, norm = 0;
  std::int64_t iterations = 0;
};

Solution solve_on_products(const CentredProblem& problem, const std::vector<double>& thresholds) {
  const std::size_t p = thresholds.size();
  const std::vector<double> products = problem.gram();
  Solution best;
  std::vector<double> w(p, 0.0), gradient(p);
  for (int round = 0; round <= kRounds; ++round) {
    double squares = 0;
    const double value = problem.evaluate(w, gradient, squares);
    const double norm = subgradient_norm(gradient, w, thresholds);
    if (round > 0 && !(norm < best.norm)) break;
    best = {w, squares, value + l1_value(w, thresholds), norm, round};
    if (norm == 0 || round == kRounds) break;
    const std::vector<double> step = minimise_l1_quadratic({products, gradient, w, thresholds}, 0.0);
    for (std::size_t j = 0; j < p; ++j) w[j] += step[j];
  }
  return best;
}

// Steps as in train/scaled_parameters.h: every column by the root of its second derivative.
Solution solve_by_gradient(const CentredProblem& problem, const std::vector<double>& thresholds, double target,
                           std::span<const double> scale, std::int64_t max_iter, Context& context) {
  const std::size_t p = thresholds.size();
  std::vector<double> w(p), plain(p);
  const auto to_plain = [&](std::span<const double> u) {
    for (std::size_t j = 0; j < p; ++j) w[j] = u[j] / scale[j];
  };
  const LbfgsFunction function = [&](std::span<const double> u, std::span<double> gradient, double& norm) {
    to_plain(u);
    double squares = 0;
    const double value = problem.evaluate(w, plain, squares);
    norm = subgradient_norm(plain, w, thresholds);
    for (std::size_t j = 0; j < p; ++j) gradient[j] = plain[j] / scale[j];
    return value;
  };
  GradientDescentOptions steps;
  steps.thresholds = thresholds;
  for (std::size_t j = 0; j < p; ++j) steps.thresholds[j] /= scale[j];
  steps.target = steps.enough = target;
  steps.max_iter = max_iter;
  const GradientDescentResult result = minimise_by_gradient(function, std::vector<double>(p, 0.0), steps, context);
  to_plain(result.x);
  Solution solution;
  solution.w = w;
  solution.value = problem.evaluate(w, plain, solution.squares) + l1_value(w, thresholds);
  solution.norm = subgradient_norm(plain, w, thresholds);
  solution.iterations = result.iterations;
  return solution;
}

std::vector<double> column_scales(const DatasetView& data, const CentredProblem& problem, double ridge) {
  std::vector<double> squares(data.cols(), 0.0);
  double total = 0;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    const double v = data.weight(i);
    total += v;
    if (data.features().is_dense()) {
      const auto row = data.features().dense_row(i);
      for (std::size_t j = 0; j < row.size(); ++j) squares[j] += v * row[j] * row[j];
      continue;
    }
    const CsrMatrix::Row row = data.features().sparse_row(i);
    for (std::size_t k = 0; k < row.columns.size(); ++k) squares[row.columns[k]] += v * row.values[k] * row.values[k];
  }
  for (std::size_t j = 0; j < squares.size(); ++j) {
    const double spread = std::max(0.0, squares[j] - total * problem.mean()[j] * problem.mean()[j]);
    const double scale = std::sqrt(2.0 * (spread + ridge));
    squares[j] = scale > 0 && std::isfinite(scale) ? scale : 1.0;
  }
  return squares;
}

}  // namespace

LinearFit fit_elastic_net(const DatasetView& data, const LinearOptions& options, Context& context) {
  if (data.rows() == 0) throw_data("there are no rows to learn from");
  const CentredProblem problem(data, options, context);
  const std::size_t p = data.cols();
  const std::vector<double> thresholds(p, 2.0 * options.alpha * options.l1_ratio);
  std::vector<double> zero(p, 0.0), gradient(p);
  double total = 0;
  problem.evaluate(zero, gradient, total);
  double size = 0;
  for (const double g : gradient) size = std::max(size, std::abs(g));
  const double target = kConverged * size;

  LinearFit fit;
  Solution solution;
  const double cost = static_cast<double>(data.rows()) * static_cast<double>(p) * static_cast<double>(p);
  if (p <= kGramFeatures && cost <= kGramCost) {
    fit.report.solver = "coordinate";
    solution = solve_on_products(problem, thresholds);
  } else {
    fit.report.solver = "gd";
    const double ridge = options.alpha * (1.0 - options.l1_ratio);
    solution =
        solve_by_gradient(problem, thresholds, target, column_scales(data, problem, ridge), options.max_iter, context);
  }
  fit.report.objective = solution.value;
  fit.report.gradient_norm = solution.norm;
  fit.report.iterations = solution.iterations;
  fit.report.converged = solution.norm <= target;
  if (!fit.report.converged) fit.report.message = "the fit did not converge; scale the features, or raise --alpha";
  const auto nonzeros = std::count_if(solution.w.begin(), solution.w.end(), [](double w) { return w != 0; });
  fit.statistics.sse = solution.squares;
  fit.statistics.r_squared = total > 0 ? 1.0 - solution.squares / total : 0.0;
  fit.statistics.rank = static_cast<std::size_t>(nonzeros) + (options.fit_intercept ? 1 : 0);
  fit.statistics.df =
      static_cast<std::int64_t>(problem.weighted_rows()) - static_cast<std::int64_t>(fit.statistics.rank);
  fit.statistics.coefficient_std_errors.assign(p, 0.0);
  double intercept = problem.target_mean();
  for (std::size_t j = 0; j < p; ++j) intercept -= problem.mean()[j] * solution.w[j];
  fit.model = std::make_unique<LinearModel>(options.fit_intercept ? intercept : 0.0, std::move(solution.w));
  return fit;
}

}  // namespace mlkit
