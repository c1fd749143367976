#include "mlkit/model/centroids.h"

#include <limits>

namespace mlkit {
namespace {

using Nearest = CentroidPacks::Nearest;
constexpr std::size_t kLanes = lanes::kLanes;

void keep_nearest(const double* squared, std::size_t first, Nearest& best) {
  for (std::size_t c = 0; c < kLanes; ++c) {
    if (squared[c] < best.squared) best = {static_cast<std::uint32_t>(first + c), squared[c]};
  }
}

template <int W>
MLKIT_INLINE Nearest nearest_body(const CentroidPacks& points, const double* row) {
  Nearest best{0, std::numeric_limits<double>::infinity()};
  double squared[kLanes];
  for (std::size_t p = 0; p < points.packs(); ++p) {
    lanes::pack_distances<W>(points.pack(p), row, points.cols(), squared);
    keep_nearest(squared, p * kLanes, best);
  }
  return best;
}

MLKIT_TARGET_AVX2 Nearest nearest_avx2(const CentroidPacks& points, const double* row) {
  return nearest_body<4>(points, row);
}

}  // namespace

CentroidPacks::CentroidPacks(std::span<const double> points, std::size_t k, std::size_t cols) : k_(k), cols_(cols) {
  values_.assign(packs() * cols * kLanes, std::numeric_limits<double>::infinity());
  for (std::size_t c = 0; c < k; ++c) {
    double* lane = values_.data() + c / kLanes * cols * kLanes + c % kLanes;
    for (std::size_t j = 0; j < cols; ++j) lane[j * kLanes] = points[c * cols + j];
  }
}

Nearest CentroidPacks::nearest(const double* row) const {
  return lanes::have_avx2() ? nearest_avx2(*this, row) : nearest_body<2>(*this, row);
}

Nearest CentroidPacks::nearest(CsrMatrix::Row row) const {
  Nearest best{0, std::numeric_limits<double>::infinity()};
  for (std::size_t p = 0; p < packs(); ++p) {
    const double* values = pack(p);
    double squared[kLanes] = {};
    std::size_t entry = 0;
    for (std::size_t j = 0; j < cols_; ++j) {
      const bool present = entry < row.columns.size() && row.columns[entry] == j;
      const double x = present ? row.values[entry++] : 0.0;
      for (std::size_t c = 0; c < kLanes; ++c) {
        const double difference = x - values[j * kLanes + c];
        squared[c] += difference * difference;
      }
    }
    keep_nearest(squared, p * kLanes, best);
  }
  return best;
}

}  // namespace mlkit
