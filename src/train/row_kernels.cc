#include "mlkit/train/row_kernels.h"

#include "mlkit/base/lanes.h"
#include "mlkit/base/math.h"

namespace mlkit {
namespace {

using lanes::broadcast;
using lanes::load;
using lanes::Pack;
using lanes::store;
template <int W>
using Vec = lanes::Vector<W>;

template <int W>
MLKIT_INLINE void scores_body(const double* rows, std::size_t stride, const double* parameters, double* z) {
  for (std::size_t i = 0; i < kTileRows; ++i) z[i] = lanes::dot<W>(rows + i * stride, parameters, stride);
}

template <int W>
MLKIT_INLINE double logistic_body(const double* z, const double* sign, const double* v, double* residual,
                                  double* curvature, double* worst) {
  Pack<W> loss;
  Vec<W> largest = broadcast<W>(*worst);
  for (std::size_t i = 0; i < kTileRows; i += W) {
    const Vec<W> s = load<W>(sign + i);
    const Vec<W> t = s * load<W>(z + i);
    const Vec<W> weight = load<W>(v + i);
    const Vec<W> e = lanes::exp<W>(t < 0 ? t : -t);
    const Vec<W> larger = 1.0 / (1.0 + e);
    const Vec<W> smaller = e * larger;
    store<W>(residual + i, weight * s * (t < 0 ? smaller : larger));
    store<W>(curvature + i, weight * (larger * smaller));
    loss.part[i / W % (lanes::kLanes / W)] += weight * ((t > 0 ? t : Vec<W>{}) + lanes::log1p_unit<W>(e));
    largest = ((weight > 0) & (t > largest)) ? t : largest;
  }
  for (std::size_t l = 0; l < W; ++l) *worst = largest[l] > *worst ? largest[l] : *worst;
  return loss.sum();
}

template <int W>
MLKIT_INLINE void softmax_body(double* z, std::size_t classes, double* largest, double* rest) {
  for (std::size_t i = 0; i < kTileRows; i += W) {
    Vec<W> top = load<W>(z + i);
    for (std::size_t c = 1; c < classes; ++c) {
      const Vec<W> score = load<W>(z + c * kTileRows + i);
      top = score > top ? score : top;
    }
    // The largest term is 1; the others are summed apart, so that their sum keeps its digits.
    Vec<W> others{};
    lanes::Mask<W> taken{};
    for (std::size_t c = 0; c < classes; ++c) {
      const Vec<W> score = load<W>(z + c * kTileRows + i);
      const lanes::Mask<W> is_top = (score == top) & ~taken;
      taken |= is_top;
      const Vec<W> e = lanes::exp<W>(score - top);
      others += is_top ? Vec<W>{} : e;
      store<W>(z + c * kTileRows + i, e);
    }
    const Vec<W> sum = 1.0 + others;
    for (std::size_t c = 0; c < classes; ++c) {
      store<W>(z + c * kTileRows + i, load<W>(z + c * kTileRows + i) / sum);
    }
    store<W>(largest + i, top);
    store<W>(rest + i, others);
  }
}

template <int W>
MLKIT_INLINE void scaled_rows_body(const double* rows, std::size_t stride, const double* scale, double* sum) {
  for (std::size_t j = 0; j < stride; j += lanes::kLanes) {
    Vec<W> part[lanes::kLanes / W];
    MLKIT_UNROLL
    for (std::size_t v = 0; v < lanes::kLanes / W; ++v) part[v] = load<W>(sum + j + v * W);
    for (std::size_t i = 0; i < kTileRows; ++i) {
      const Vec<W> factor = broadcast<W>(scale[i]);
      MLKIT_UNROLL
      for (std::size_t v = 0; v < lanes::kLanes / W; ++v) part[v] += factor * load<W>(rows + i * stride + j + v * W);
    }
    MLKIT_UNROLL
    for (std::size_t v = 0; v < lanes::kLanes / W; ++v) store<W>(sum + j + v * W, part[v]);
  }
}

template <int W>
MLKIT_INLINE void add_scaled_body(double* y, const double* x, double factor, std::size_t n) {
  const Vec<W> f = broadcast<W>(factor);
  std::size_t i = 0;
  for (; i + W <= n; i += W) store<W>(y + i, load<W>(y + i) + f * load<W>(x + i));
  for (; i < n; ++i) y[i] += factor * x[i];
}

// A tile of four rows and eight columns of the result stays in registers while the data rows go by.
template <int W>
MLKIT_INLINE void squares_tile(const double* rows, const double* scaled, std::size_t stride, std::size_t j,
                               std::size_t k, double* squares) {
  constexpr std::size_t kParts = lanes::kLanes / W;
  Vec<W> sums[4][kParts];
  MLKIT_UNROLL
  for (std::size_t a = 0; a < 4; ++a) {
    MLKIT_UNROLL
    for (std::size_t v = 0; v < kParts; ++v) sums[a][v] = load<W>(squares + (j + a) * stride + k + v * W);
  }
  for (std::size_t i = 0; i < kTileRows; ++i) {
    const double* row = rows + i * stride + k;
    const double* left = scaled + i * stride + j;
    Vec<W> right[kParts];
    MLKIT_UNROLL
    for (std::size_t v = 0; v < kParts; ++v) right[v] = load<W>(row + v * W);
    MLKIT_UNROLL
    for (std::size_t a = 0; a < 4; ++a) {
      const Vec<W> factor = broadcast<W>(left[a]);
      MLKIT_UNROLL
      for (std::size_t v = 0; v < kParts; ++v) sums[a][v] += factor * right[v];
    }
  }
  MLKIT_UNROLL
  for (std::size_t a = 0; a < 4; ++a) {
    MLKIT_UNROLL
    for (std::size_t v = 0; v < kParts; ++v) store<W>(squares + (j + a) * stride + k + v * W, sums[a][v]);
  }
}

template <int W>
MLKIT_INLINE void squares_body(const double* rows, std::size_t stride, const double* q, double* scratch,
                               double* squares) {
  for (std::size_t i = 0; i < kTileRows; ++i) {
    const Vec<W> factor = broadcast<W>(q[i]);
    for (std::size_t j = 0; j < stride; j += W) {
      store<W>(scratch + i * stride + j, factor * load<W>(rows + i * stride + j));
    }
  }
  for (std::size_t j = 0; j < stride; j += 4) {
    for (std::size_t k = 0; k <= j + 3; k += lanes::kLanes) squares_tile<W>(rows, scratch, stride, j, k, squares);
  }
}

#ifdef MLKIT_HAVE_AVX2_CLONES
constexpr int kWide = 4;
#else
constexpr int kWide = 2;
#endif

MLKIT_TARGET_AVX2 double dot_avx2(const double* a, const double* b, std::size_t n) {
  return lanes::dot<kWide>(a, b, n);
}
MLKIT_TARGET_AVX2 void add_scaled_avx2(double* y, const double* x, double factor, std::size_t n) {
  add_scaled_body<kWide>(y, x, factor, n);
}
MLKIT_TARGET_AVX2 void scores_avx2(const double* rows, std::size_t stride, const double* parameters, double* z) {
  scores_body<kWide>(rows, stride, parameters, z);
}
MLKIT_TARGET_AVX2 double logistic_avx2(const double* z, const double* sign, const double* v, double* residual,
                                       double* curvature, double* worst) {
  return logistic_body<kWide>(z, sign, v, residual, curvature, worst);
}
MLKIT_TARGET_AVX2 void softmax_avx2(double* z, std::size_t classes, double* largest, double* rest) {
  softmax_body<kWide>(z, classes, largest, rest);
}
MLKIT_TARGET_AVX2 void scaled_rows_avx2(const double* rows, std::size_t stride, const double* scale, double* sum) {
  scaled_rows_body<kWide>(rows, stride, scale, sum);
}
MLKIT_TARGET_AVX2 void squares_avx2(const double* rows, std::size_t stride, const double* q, double* scratch,
                                    double* squares) {
  squares_body<kWide>(rows, stride, q, scratch, squares);
}

}  // namespace

double dot_product(const double* a, const double* b, std::size_t n) {
  return lanes::have_avx2() ? dot_avx2(a, b, n) : lanes::dot<2>(a, b, n);
}

void add_scaled(double* y, const double* x, double factor, std::size_t n) {
  if (lanes::have_avx2()) return add_scaled_avx2(y, x, factor, n);
  add_scaled_body<2>(y, x, factor, n);
}

void tile_scores(const double* rows, std::size_t stride, const double* parameters, double* z) {
  if (lanes::have_avx2()) return scores_avx2(rows, stride, parameters, z);
  scores_body<2>(rows, stride, parameters, z);
}

double tile_logistic(const double* z, const double* sign, const double* v, double* residual, double* curvature,
                     double* worst) {
  if (lanes::have_avx2()) return logistic_avx2(z, sign, v, residual, curvature, worst);
  return logistic_body<2>(z, sign, v, residual, curvature, worst);
}

void tile_softmax(double* z, std::size_t classes, double* largest, double* log_sum) {
  if (lanes::have_avx2()) {
    softmax_avx2(z, classes, largest, log_sum);
  } else {
    softmax_body<2>(z, classes, largest, log_sum);
  }
  for (std::size_t i = 0; i < kTileRows; ++i) log_sum[i] = mlkit::log1p(log_sum[i]);
}

void add_scaled_rows(const double* rows, std::size_t stride, const double* scale, double* sum) {
  if (lanes::have_avx2()) return scaled_rows_avx2(rows, stride, scale, sum);
  scaled_rows_body<2>(rows, stride, scale, sum);
}

void add_weighted_squares(const double* rows, std::size_t stride, const double* q, double* scratch, double* squares) {
  if (lanes::have_avx2()) return squares_avx2(rows, stride, q, scratch, squares);
  squares_body<2>(rows, stride, q, scratch, squares);
}

}  // namespace mlkit
