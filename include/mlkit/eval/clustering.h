// How good a clustering is, without knowing the truth; Euclidean distances. Rows of label -1 are noise and left out
// everywhere. Clusters are numbered from 0, each with a row at least.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/dataset.h"

namespace mlkit {

// Silhouette of a row (Rousseeuw, 1987): (b - a) / max(a, b), where a is its mean distance to the other rows of its
// cluster and b the least mean distance to the rows of another one; 0 in a cluster of one row, and where a = b = 0.
struct Silhouette {
  std::vector<std::uint32_t> rows;  // which rows, rising; all that are no noise unless sampled
  std::vector<double> values;       // one each
  double mean = 0;
  bool sampled = false;
  double low = 0;  // 95 % interval of the mean, where sampled
  double high = 0;
  std::vector<double> cluster_means;  // NaN for a cluster that the sample missed
};

// Exact up to `most_rows` rows (cost n^2 cols); beyond, of half that many rows drawn by the seed, as if they were
// all there are. nullopt for fewer than two clusters.
inline constexpr std::size_t kSilhouetteRows = 8192;
std::optional<Silhouette> silhouette(const DenseMatrix& x, std::span<const std::int32_t> labels, std::uint64_t seed,
                                     const Context& context, std::size_t most_rows = kSilhouetteRows);

struct ClusterScores {
  // Calinski and Harabasz (1974): between-cluster over within-cluster dispersion, each by its degrees of freedom.
  std::optional<double> calinski_harabasz;
  // Davies and Bouldin (1979): mean over clusters of the worst (spread_i + spread_j) / distance of the centroids.
  std::optional<double> davies_bouldin;
  double within = 0;  // sum of squared distances to the centroids
};

// Scores are not defined for fewer than two clusters; Calinski-Harabasz also not where every row is a cluster,
// Davies-Bouldin where two centroids coincide.
ClusterScores cluster_scores(const DenseMatrix& x, std::span<const std::int32_t> labels, const Context& context);

// The k at the bend of a curve that falls with k: farthest below the straight line between its ends. Both axes
// scaled to [0, 1]. The position in `values`; 0 for fewer than three.
std::size_t find_knee(std::span<const double> places, std::span<const double> values);

}  // namespace mlkit
