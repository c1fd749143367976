// The step of k-means that looks at the rows: who is nearest, with as few distances as can be.
#pragma once

#include <cstdint>
#include <vector>

#include "mlkit/model/centroids.h"

namespace mlkit::internal {

inline constexpr std::uint32_t kUnassigned = 0xFFFFFFFFu;

// Bounds on distances are stored as of the start of the run: what the centroids moved since then is added to an upper
// bound, taken from a lower one.
struct KMeansBounds {
  std::size_t groups = 0;           // 0: no bounds are kept
  std::size_t packs_per_group = 0;  // of eight centroids
  std::vector<double> upper;        // per row: to its own centroid
  std::vector<double> lower;        // rows x groups: to all others of the group
  std::vector<double> moved;        // per centroid: the lengths of its moves, summed
  std::vector<double> group_moved;  // per group: the longest move of each iteration, summed
  double slack = 0;                 // more than all roundings of two compared bounds together

  KMeansBounds(std::size_t rows, std::size_t packs, bool wanted);
  std::size_t group_of(std::size_t centroid) const { return centroid / lanes::kLanes / packs_per_group; }
  // The row is looked at anew in the next iteration.
  void forget(std::size_t row);
};

struct KMeansRows {
  const double* values = nullptr;  // row-major
  std::size_t cols = 0;
  std::uint32_t* labels = nullptr;  // per row; kUnassigned at first
};

// Assigns rows [begin, end); `before` (end - begin entries) gets the labels that they had.
void assign_rows(const CentroidPacks& centroids, const KMeansRows& rows, KMeansBounds& bounds, std::size_t begin,
                 std::size_t end, std::uint32_t* before);

// out[i] = squared distances of row i to the eight points of a pack, for rows [begin, end); 8 numbers a row.
void pack_distances_of_rows(const double* pack, const double* values, std::size_t cols, std::size_t begin,
                            std::size_t end, double* out);

}  // namespace mlkit::internal
