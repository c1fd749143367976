// Agglomerative clustering: every row a cluster at first; the two nearest merge, n - 1 times. Distances are Euclidean;
// between clusters, by linkage:
//
//   single    the least distance between a row of one and a row of the other
//   complete  the greatest
//   average   the mean
//   ward      sqrt(2 |A||B| / (|A| + |B|)) ||mean_A - mean_B||: what merging adds to the inertia is half its square
//
// Single by the minimum spanning tree (Prim's algorithm): n^2 d steps, no matrix. The others by the nearest-neighbour
// chain (Murtagh, 1983) with Lance and Williams' update on the triangle of distances: n^2 steps and n^2 / 2 doubles, so
// kMostMatrixRows rows at most. Heights and numbering are scipy's: merges by rising height (in the order found where
// equal), merge i makes cluster n + i.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/dataset.h"

namespace mlkit {

inline constexpr std::size_t kMostMatrixRows = 20000;   // 1.6 GB of distances
inline constexpr std::size_t kMostSingleRows = 200000;  // minutes

struct Merge {
  std::uint32_t left = 0;  // below n: a row; n + i: what merge i made; left < right
  std::uint32_t right = 0;
  double height = 0;
  std::uint32_t size = 0;  // rows below
};

// The n - 1 merges. `linkage`: ward, complete, average, single. Throws Error(kData): no rows, more than the linkage
// takes (the limit named), distances beyond the range of a double.
std::vector<Merge> fit_hierarchy(const DenseMatrix& x, const std::string& linkage, Context& context);

// The labels where the tree is cut into k clusters (1 <= k <= n = merges + 1), numbered by their first row.
std::vector<std::int32_t> cut_hierarchy(const std::vector<Merge>& merges, std::size_t k);

}  // namespace mlkit
