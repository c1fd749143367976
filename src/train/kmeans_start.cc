#include "kmeans_start.h"

#include <algorithm>
#include <limits>

#include "kmeans_assign.h"
#include "mlkit/base/math.h"
#include "mlkit/base/random.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit::internal {
namespace {

constexpr std::size_t kLanes = lanes::kLanes;

struct LaneSums {
  double lane[kLanes] = {};
  void merge(LaneSums&& right) {
    for (std::size_t c = 0; c < kLanes; ++c) lane[c] += right.lane[c];
  }
};

CentroidPacks pack_rows(const DenseMatrix& x, const std::vector<std::uint32_t>& rows) {
  std::vector<double> points;
  for (const std::uint32_t row : rows) points.insert(points.end(), x.row(row).begin(), x.row(row).end());
  return CentroidPacks(points, rows.size(), x.cols);
}

// Greedy k-means++: squared distances to the nearest row chosen so far, and their sums per block for drawing.
class Potential {
 public:
  Potential(const DenseMatrix& x, const Context& context)
      : x_(x),
        context_(context),
        squared_(x.rows, std::numeric_limits<double>::infinity()),
        block_sums_(block_count(x.rows, kRowBlock)) {}

  // Sum of the squared distances after `row` joins.
  double join(std::uint32_t row) {
    const CentroidPacks packs = pack_rows(x_, {row});
    for_blocks(context_, x_.rows, kRowBlock, [&](std::size_t block, std::size_t begin, std::size_t end) {
      context_.check_stop();
      std::vector<double> distances((end - begin) * kLanes);
      pack_distances_of_rows(packs.pack(0), x_.values.data(), x_.cols, begin, end, distances.data());
      double sum = 0;
      for (std::size_t i = begin; i < end; ++i) {
        squared_[i] = std::min(squared_[i], distances[(i - begin) * kLanes]);
        sum += squared_[i];
      }
      block_sums_[block] = sum;
    });
    total_ = 0;
    for (const double sum : block_sums_) total_ += sum;
    return total_;
  }

  // A row, drawn with probability in proportion to its squared distance; never one of distance 0.
  std::uint32_t draw(double uniform) const {
    double left = uniform * total_;
    std::size_t block = 0;
    while (block + 1 < block_sums_.size() && left >= block_sums_[block]) left -= block_sums_[block++];
    std::size_t row = block * kRowBlock;
    const std::size_t end = std::min(row + kRowBlock, x_.rows);
    std::size_t drawn = x_.rows;
    for (; row < end; ++row) {
      if (squared_[row] == 0) continue;
      drawn = row;
      if (left < squared_[row]) break;
      left -= squared_[row];
    }
    // Rounding can run past the end of a block whose last rows count nothing, or into one that counts nothing.
    for (row = 0; drawn == x_.rows; ++row) drawn = squared_[row] > 0 ? row : drawn;
    return static_cast<std::uint32_t>(drawn);
  }

  // The candidate that leaves the least sum (the first of equals).
  std::uint32_t best_of(const std::vector<std::uint32_t>& candidates) const {
    const CentroidPacks packs = pack_rows(x_, candidates);
    const LaneSums sums =
        reduce_blocks(context_, x_.rows, kRowBlock, LaneSums{}, [&](std::size_t, std::size_t begin, std::size_t end) {
          LaneSums sum;
          std::vector<double> distances((end - begin) * kLanes);
          pack_distances_of_rows(packs.pack(0), x_.values.data(), x_.cols, begin, end, distances.data());
          for (std::size_t i = begin; i < end; ++i) {
            const double* of_row = distances.data() + (i - begin) * kLanes;
            for (std::size_t c = 0; c < kLanes; ++c) sum.lane[c] += std::min(squared_[i], of_row[c]);
          }
          return sum;
        });
    const double* least = std::min_element(sums.lane, sums.lane + candidates.size());
    return candidates[static_cast<std::size_t>(least - sums.lane)];
  }

 private:
  const DenseMatrix& x_;
  const Context& context_;
  std::vector<double> squared_;
  std::vector<double> block_sums_;
  double total_ = 0;
};

std::vector<std::uint32_t> draw_plus_plus(const DenseMatrix& x, std::size_t k, RandomStream& random,
                                          const Context& context) {
  const std::size_t candidates =
      std::min(kLanes, 2 + static_cast<std::size_t>(mlkit::log(static_cast<double>(std::max<std::size_t>(1, k)))));
  Potential potential(x, context);
  std::vector<std::uint32_t> chosen = {static_cast<std::uint32_t>(random.below(x.rows))};
  double total = potential.join(chosen[0]);
  while (chosen.size() < k && total > 0 && total < std::numeric_limits<double>::infinity()) {
    std::vector<std::uint32_t> drawn;
    for (std::size_t c = 0; c < candidates; ++c) drawn.push_back(potential.draw(random.uniform()));
    chosen.push_back(potential.best_of(drawn));
    total = potential.join(chosen.back());
  }
  return chosen;
}

bool same_rows(const DenseMatrix& x, std::uint32_t a, std::uint32_t b) {
  return std::equal(x.row(a).begin(), x.row(a).end(), x.row(b).begin());
}

std::vector<std::uint32_t> draw_distinct(const DenseMatrix& x, std::size_t k, std::uint64_t seed, std::uint32_t start) {
  std::vector<std::uint32_t> chosen;
  for (const std::uint32_t row : random_permutation(x.rows, seed, RandomPurpose::kInit, start)) {
    if (chosen.size() == k) break;
    const bool seen = std::any_of(chosen.begin(), chosen.end(), [&](std::uint32_t c) { return same_rows(x, c, row); });
    if (!seen) chosen.push_back(row);
  }
  return chosen;
}

}  // namespace

std::vector<std::uint32_t> draw_kmeans_start(const DenseMatrix& x, std::size_t k, const std::string& init,
                                             std::uint64_t seed, std::uint32_t start, const Context& context) {
  if (init == "random") return draw_distinct(x, k, seed, start);
  RandomStream random(seed, RandomPurpose::kInit, start);
  return draw_plus_plus(x, k, random, context);
}

}  // namespace mlkit::internal
