#include "mlkit/train/least_squares.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "mlkit/base/lanes.h"
#include "mlkit/train/row_kernels.h"

namespace mlkit {

void Triangle::absorb(std::span<double> block, std::size_t rows) {
  for (std::size_t k = 0; k < columns_; ++k) {
    double* v = block.data() + k * rows;
    double* row = rows_.data() + k * columns_;
    const double below = dot_product(v, v, rows);
    if (below == 0) continue;
    const double diagonal = row[k];
    const double norm = std::sqrt(diagonal * diagonal + below);
    const double result = diagonal >= 0 ? -norm : norm;
    // The reflection I - tau (1, v)(1, v)^T.
    const double first = diagonal - result;
    const double tau = (result - diagonal) / result;
    for (std::size_t i = 0; i < rows; ++i) v[i] /= first;
    row[k] = result;
    for (std::size_t j = k + 1; j < columns_; ++j) {
      double* column = block.data() + j * rows;
      const double s = tau * (row[j] + dot_product(v, column, rows));
      row[j] -= s;
      add_scaled(column, v, -s, rows);
    }
  }
}

void Triangle::merge(Triangle&& right) {
  std::vector<double> block(columns_ * columns_);
  for (std::size_t j = 0; j < columns_; ++j) {
    for (std::size_t i = 0; i < columns_; ++i) block[j * columns_ + i] = right.at(i, j);
  }
  absorb(block, columns_);
}

PivotedSolver::PivotedSolver(const Triangle& triangle) : size_(triangle.columns() - 1), solution_(size_, 0.0) {
  factor(triangle);
  std::vector<double> x(rhs_.begin(), rhs_.begin() + static_cast<std::ptrdiff_t>(rank_));
  back_substitute(x);
  for (std::size_t k = 0; k < rank_; ++k) solution_[order_[k]] = x[k];
}

void PivotedSolver::factor(const Triangle& triangle) {
  const std::size_t rows = triangle.columns();  // the last row holds what no column explains
  std::vector<double> m(rows * size_);
  std::vector<double> whole(size_);  // norms of the columns before any elimination
  rhs_.resize(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    rhs_[i] = triangle.at(i, size_);
    for (std::size_t j = 0; j < size_; ++j) m[j * rows + i] = triangle.at(i, j);
  }
  for (std::size_t j = 0; j < size_; ++j) whole[j] = std::sqrt(dot_product(&m[j * rows], &m[j * rows], rows));
  order_.resize(size_);
  std::iota(order_.begin(), order_.end(), std::size_t{0});
  const auto left = [&](std::size_t k, std::size_t j) {
    return std::sqrt(dot_product(&m[j * rows + k], &m[j * rows + k], rows - k));
  };
  for (rank_ = 0; rank_ < size_; ++rank_) {
    const std::size_t k = rank_;
    std::size_t best = k;
    double most = -1;
    for (std::size_t j = k; j < (k == 0 ? std::size_t{1} : size_); ++j) {
      const double rest = whole[j] > 0 ? left(k, j) : 0.0;
      // What is left of a column only counts beyond the rounding of its own entries.
      if (rest > kRankTolerance * whole[j] && rest > most) most = rest, best = j;
    }
    if (most < 0) {
      if (k > 0 || size_ == 1) break;
      for (std::size_t j = 1; j < size_; ++j) {  // the first column is all 0
        if (left(0, j) > most) most = left(0, j), best = j;
      }
      if (!(most > 0)) break;
    }
    std::swap(order_[k], order_[best]);
    std::swap(whole[k], whole[best]);
    if (best != k) std::swap_ranges(&m[k * rows], &m[k * rows] + rows, &m[best * rows]);
    double* v = &m[k * rows + k];
    const double norm = left(k, k);
    const double result = v[0] >= 0 ? -norm : norm;
    const double first = v[0] - result;
    const double tau = (result - v[0]) / result;
    for (std::size_t i = 1; i < rows - k; ++i) v[i] /= first;
    v[0] = 1.0;
    const auto reflect = [&](double* column) {
      const double s = tau * dot_product(v, column, rows - k);
      add_scaled(column, v, -s, rows - k);
    };
    for (std::size_t j = k + 1; j < size_; ++j) reflect(&m[j * rows + k]);
    reflect(&rhs_[k]);
    v[0] = result;
  }
  factor_.assign(size_ * size_, 0.0);
  for (std::size_t j = 0; j < size_; ++j) {
    for (std::size_t i = 0; i <= std::min(j, size_ - 1); ++i) factor_[j * size_ + i] = m[j * rows + i];
  }
}

void PivotedSolver::back_substitute(std::span<double> x) const {
  for (std::size_t k = rank_; k-- > 0;) {
    x[k] /= factor_[k * size_ + k];
    for (std::size_t i = 0; i < k; ++i) x[i] -= factor_[k * size_ + i] * x[k];
  }
}

std::vector<std::size_t> PivotedSolver::dropped() const {
  std::vector<std::size_t> out(order_.begin() + static_cast<std::ptrdiff_t>(rank_), order_.end());
  std::sort(out.begin(), out.end());
  return out;
}

std::vector<double> PivotedSolver::solve_normal(std::span<const double> g) const {
  std::vector<double> x(rank_);
  for (std::size_t k = 0; k < rank_; ++k) {
    double sum = g[order_[k]];
    for (std::size_t i = 0; i < k; ++i) sum -= factor_[k * size_ + i] * x[i];
    x[k] = sum / factor_[k * size_ + k];
  }
  back_substitute(x);
  std::vector<double> out(size_, 0.0);
  for (std::size_t k = 0; k < rank_; ++k) out[order_[k]] = x[k];
  return out;
}

std::vector<double> PivotedSolver::inverse_diagonal() const {
  // (R^T R)^-1 = R^-1 R^-T: its diagonal holds the squared norms of the rows of R^-1.
  std::vector<double> out(size_, 0.0);
  std::vector<double> x(rank_);
  for (std::size_t c = 0; c < rank_; ++c) {
    std::fill(x.begin(), x.end(), 0.0);
    x[c] = 1.0;
    back_substitute(x);
    for (std::size_t k = 0; k <= c; ++k) out[order_[k]] += x[k] * x[k];
  }
  return out;
}

namespace {

using lanes::broadcast;
using lanes::load;
using lanes::store;

// Knuth's and Dekker's exact sum and product, on doubles and vectors of them; no FMA.
template <class T>
MLKIT_INLINE void exact_sum(const T& a, const T& b, T& sum, T& error) {
  sum = a + b;
  const T part = sum - a;
  error = (a - (sum - part)) + (b - part);
}

template <class T>
MLKIT_INLINE void split(const T& a, T& high, T& low) {
  const T scaled = a * 134217729.0;  // 2^27 + 1
  high = scaled - (scaled - a);
  low = a - high;
}

template <class T>
MLKIT_INLINE void exact_product(const T& a, const T& b, T& product, T& error) {
  T a_high, a_low, b_high, b_low;
  split(a, a_high, a_low);
  split(b, b_high, b_low);
  product = a * b;
  error = ((a_high * b_high - product) + a_high * b_low + a_low * b_high) + a_low * b_low;
}

// (high, low) += (a, a_low)
template <class T>
MLKIT_INLINE void accumulate(T& high, T& low, const T& a, const T& a_low) {
  T sum, error;
  exact_sum(high, a, sum, error);
  low = low + (error + a_low);
  high = sum + low;
  low = low - (high - sum);
}

template <int W>
MLKIT_INLINE TwoDoubles exact_dot(const double* row, const double* high, const double* low, std::size_t stride) {
  using V = lanes::Vector<W>;
  V sum[lanes::kLanes / W] = {}, rest[lanes::kLanes / W] = {};
  for (std::size_t j = 0; j < stride; j += lanes::kLanes) {
    MLKIT_UNROLL
    for (std::size_t p = 0; p < lanes::kLanes / W; ++p) {
      const V x = load<W>(row + j + p * W);
      V product, error;
      exact_product<V>(x, load<W>(high + j + p * W), product, error);
      accumulate<V>(sum[p], rest[p], product, error + x * load<W>(low + j + p * W));
    }
  }
  double lane[2 * lanes::kLanes];
  MLKIT_UNROLL
  for (std::size_t p = 0; p < lanes::kLanes / W; ++p) {
    store<W>(lane + p * W, sum[p]);
    store<W>(lane + lanes::kLanes + p * W, rest[p]);
  }
  TwoDoubles out;
  for (std::size_t l = 0; l < lanes::kLanes; ++l) accumulate(out.high, out.low, lane[l], lane[lanes::kLanes + l]);
  return out;
}

template <int W>
MLKIT_INLINE void residuals_body(const double* rows, std::size_t stride, const double* high, const double* low,
                                 const double* y, const double* v, double* gradient_high, double* gradient_low,
                                 TwoDoubles& squares) {
  using V = lanes::Vector<W>;
  for (std::size_t i = 0; i < kTileRows; ++i) {
    if (v[i] == 0) continue;
    const double* row = rows + i * stride;
    const TwoDoubles fit = exact_dot<W>(row, high, low, stride);
    TwoDoubles r{y[i], 0};
    accumulate(r.high, r.low, -fit.high, -fit.low);
    TwoDoubles weighted;  // v r
    exact_product(v[i], r.high, weighted.high, weighted.low);
    weighted.low += v[i] * r.low;
    double square, error;
    exact_product(weighted.high, r.high, square, error);
    accumulate(squares.high, squares.low, square, error + (weighted.high * r.low + weighted.low * r.high));
    const V factor = broadcast<W>(weighted.high);
    const V factor_low = broadcast<W>(weighted.low);
    for (std::size_t j = 0; j < stride; j += W) {
      const V x = load<W>(row + j);
      V product, lost;
      exact_product<V>(x, factor, product, lost);
      V sum = load<W>(gradient_high + j), rest = load<W>(gradient_low + j);
      accumulate<V>(sum, rest, product, lost + x * factor_low);
      store<W>(gradient_high + j, sum);
      store<W>(gradient_low + j, rest);
    }
  }
}

#ifdef MLKIT_HAVE_AVX2_CLONES
MLKIT_TARGET_AVX2 void residuals_avx2(const double* rows, std::size_t stride, const double* high, const double* low,
                                      const double* y, const double* v, double* gradient_high, double* gradient_low,
                                      TwoDoubles& squares) {
  residuals_body<4>(rows, stride, high, low, y, v, gradient_high, gradient_low, squares);
}
#endif

}  // namespace

void add_residuals(const double* rows, std::size_t stride, const double* parameters_high, const double* parameters_low,
                   const double* y, const double* v, double* gradient_high, double* gradient_low, TwoDoubles& squares) {
#ifdef MLKIT_HAVE_AVX2_CLONES
  if (lanes::have_avx2()) {
    return residuals_avx2(rows, stride, parameters_high, parameters_low, y, v, gradient_high, gradient_low, squares);
  }
#endif
  residuals_body<2>(rows, stride, parameters_high, parameters_low, y, v, gradient_high, gradient_low, squares);
}

TwoDoubles add_exactly(TwoDoubles a, TwoDoubles b) {
  accumulate(a.high, a.low, b.high, b.low);
  return a;
}

}  // namespace mlkit
