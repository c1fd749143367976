#include "kmeans_assign.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

namespace mlkit::internal {
namespace {

constexpr std::size_t kLanes = lanes::kLanes;
constexpr std::size_t kMostGroups = 8;
constexpr double kInfinity = std::numeric_limits<double>::infinity();

// The two least of some squared distances.
struct Two {
  double first = kInfinity;
  double second = kInfinity;
  std::uint32_t index = 0;  // of the first

  MLKIT_INLINE void take(double squared, std::uint32_t c) {
    if (squared < first) {
      second = first;
      first = squared;
      index = c;
    } else if (squared < second) {
      second = squared;
    }
  }
};

template <int W>
MLKIT_INLINE Two look_at_packs(const CentroidPacks& centroids, const double* row, std::size_t begin, std::size_t end) {
  Two two;
  double squared[kLanes];
  for (std::size_t p = begin; p < end; ++p) {
    lanes::pack_distances<W>(centroids.pack(p), row, centroids.cols(), squared);
    for (std::size_t c = 0; c < kLanes; ++c) two.take(squared[c], static_cast<std::uint32_t>(p * kLanes + c));
  }
  return two;
}

// The nearest centroid of one row, and its bounds anew.
template <int W>
MLKIT_INLINE std::uint32_t look_at_row(const CentroidPacks& centroids, const double* row, KMeansBounds& bounds,
                                       std::size_t i, std::uint32_t label) {
  const std::size_t groups = bounds.groups;
  double* lower = bounds.lower.data() + i * groups;
  std::array<Two, kMostGroups> seen;
  std::array<bool, kMostGroups> looked{};
  double least = kInfinity;
  std::uint32_t best = kUnassigned;
  const auto look = [&](std::size_t g) __attribute__((always_inline)) {
    const std::size_t first = g * bounds.packs_per_group;
    seen[g] = look_at_packs<W>(centroids, row, first, std::min(first + bounds.packs_per_group, centroids.packs()));
    looked[g] = true;
    if (seen[g].first < least || (seen[g].first == least && seen[g].index < best)) {
      least = seen[g].first;
      best = seen[g].index;
    }
  };
  const std::size_t own = label == kUnassigned ? 0 : bounds.group_of(label);
  look(own);
  double upper = std::sqrt(least);
  for (std::size_t g = 0; g < groups; ++g) {
    if (g == own) continue;
    if (label != kUnassigned && upper + bounds.slack < lower[g] - bounds.group_moved[g]) continue;
    look(g);
    upper = std::sqrt(least);
  }
  const std::size_t best_group = bounds.group_of(best);
  for (std::size_t g = 0; g < groups; ++g) {
    if (!looked[g]) continue;
    lower[g] = std::sqrt(g == best_group ? seen[g].second : seen[g].first) + bounds.group_moved[g];
  }
  bounds.upper[i] = upper - bounds.moved[best];
  return best;
}

template <int W>
MLKIT_INLINE void assign_body(const CentroidPacks& centroids, const KMeansRows& rows, KMeansBounds& bounds,
                              std::size_t begin, std::size_t end, std::uint32_t* before) {
  const std::size_t groups = bounds.groups;
  for (std::size_t i = begin; i < end; ++i) {
    const std::uint32_t label = rows.labels[i];
    before[i - begin] = label;
    const double* row = rows.values + i * rows.cols;
    if (groups == 0) {
      rows.labels[i] = look_at_packs<W>(centroids, row, 0, centroids.packs()).index;
      continue;
    }
    if (label != kUnassigned) {
      const double upper = bounds.upper[i] + bounds.moved[label] + bounds.slack;
      bool sure = true;
      for (std::size_t g = 0; g < groups; ++g) {
        sure &= upper < bounds.lower[i * groups + g] - bounds.group_moved[g];
      }
      if (sure) continue;
    }
    rows.labels[i] = look_at_row<W>(centroids, row, bounds, i, label);
  }
}

MLKIT_TARGET_AVX2 void assign_avx2(const CentroidPacks& centroids, const KMeansRows& rows, KMeansBounds& bounds,
                                   std::size_t begin, std::size_t end, std::uint32_t* before) {
  assign_body<4>(centroids, rows, bounds, begin, end, before);
}

template <int W>
MLKIT_INLINE void distances_body(const double* pack, const double* values, std::size_t cols, std::size_t begin,
                                 std::size_t end, double* out) {
  for (std::size_t i = begin; i < end; ++i) {
    lanes::pack_distances<W>(pack, values + i * cols, cols, out + (i - begin) * kLanes);
  }
}

MLKIT_TARGET_AVX2 void distances_avx2(const double* pack, const double* values, std::size_t cols, std::size_t begin,
                                      std::size_t end, double* out) {
  distances_body<4>(pack, values, cols, begin, end, out);
}

}  // namespace

KMeansBounds::KMeansBounds(std::size_t rows, std::size_t packs, bool wanted) {
  packs_per_group = packs;
  if (!wanted) return;
  packs_per_group = (packs + kMostGroups - 1) / kMostGroups;
  groups = (packs + packs_per_group - 1) / packs_per_group;
  upper.assign(rows, kInfinity);
  lower.assign(rows * groups, -kInfinity);
  moved.assign(packs * kLanes, 0.0);
  group_moved.assign(groups, 0.0);
}

void KMeansBounds::forget(std::size_t row) {
  if (groups == 0) return;
  upper[row] = kInfinity;
  for (std::size_t g = 0; g < groups; ++g) lower[row * groups + g] = -kInfinity;
}

void assign_rows(const CentroidPacks& centroids, const KMeansRows& rows, KMeansBounds& bounds, std::size_t begin,
                 std::size_t end, std::uint32_t* before) {
  if (lanes::have_avx2()) return assign_avx2(centroids, rows, bounds, begin, end, before);
  assign_body<2>(centroids, rows, bounds, begin, end, before);
}

void pack_distances_of_rows(const double* pack, const double* values, std::size_t cols, std::size_t begin,
                            std::size_t end, double* out) {
  if (lanes::have_avx2()) return distances_avx2(pack, values, cols, begin, end, out);
  distances_body<2>(pack, values, cols, begin, end, out);
}

}  // namespace mlkit::internal
