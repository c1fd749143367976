// Points that rows are compared with, eight side by side: lane c % 8 of pack c / 8 is point c, so that a lane sums
// the squares of one distance over the features in their order. The result has the same bits whatever the
// processor's vectors, and whether one pack or all of them are asked.
//
// Immutable after construction: any number of threads may ask.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mlkit/base/lanes.h"
#include "mlkit/data/dataset.h"

namespace mlkit {

class CentroidPacks {
 public:
  CentroidPacks() = default;
  // `points` is k x cols, row-major. Lanes beyond k are infinitely far from everything.
  CentroidPacks(std::span<const double> points, std::size_t k, std::size_t cols);

  std::size_t size() const { return k_; }
  std::size_t cols() const { return cols_; }
  std::size_t packs() const { return (k_ + lanes::kLanes - 1) / lanes::kLanes; }
  // cols() times eight doubles.
  const double* pack(std::size_t p) const { return values_.data() + p * cols_ * lanes::kLanes; }

  struct Nearest {
    std::uint32_t index = 0;  // the lowest of equally near ones
    double squared = 0;       // squared Euclidean distance
  };
  Nearest nearest(const double* row) const;
  Nearest nearest(CsrMatrix::Row row) const;

 private:
  std::size_t k_ = 0;
  std::size_t cols_ = 0;
  std::vector<double> values_;
};

namespace lanes {

// Squared distances of a row to the eight points of a pack.
template <int W>
MLKIT_INLINE void pack_distances(const double* pack, const double* row, std::size_t cols, double* out) {
  Vector<W> sums[kLanes / W] = {};
  for (std::size_t j = 0; j < cols; ++j) {
    const Vector<W> x = broadcast<W>(row[j]);
    MLKIT_UNROLL
    for (std::size_t v = 0; v < kLanes / W; ++v) {
      const Vector<W> difference = x - load<W>(pack + j * kLanes + v * W);
      sums[v] += difference * difference;
    }
  }
  MLKIT_UNROLL
  for (std::size_t v = 0; v < kLanes / W; ++v) store<W>(out + v * W, sums[v]);
}

}  // namespace lanes
}  // namespace mlkit
