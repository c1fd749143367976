// Mini-batch k-means (Sculley, "Web-scale k-means clustering", WWW 2010): batches of rows, each centroid moved to the
// mean of all rows that batches gave it so far. The inertia is near that of k-means at a cost that does not grow with
// the number of rows; assigning all rows at the end is one pass.
//
// Starts: greedy k-means++ on three batches of rows, n_init of them; the best by inertia on these rows. Batch b is rows
// drawn by (seed, b). A centroid whose count stays below a hundredth of the largest one's is put on a row of
// the batch that is farthest from its centroid, once an epoch's worth of batches. Stops where the smoothed inertia of
// the batches has not improved for 10 batches in a row, or after max_iter epochs.
#pragma once

#include <cstdint>

#include "mlkit/train/fit_kmeans.h"

namespace mlkit {

struct MiniBatchOptions {
  std::size_t k = 8;
  std::size_t batch_rows = 1024;
  std::int64_t n_init = 3;
  std::int64_t max_iter = 100;  // passes over the rows, at most
  std::uint64_t seed = 42;
};

// As fit_kmeans; iterations are batches, solver is "minibatch".
KMeansFit fit_minibatch_kmeans(const DenseMatrix& x, const MiniBatchOptions& options, Context& context);

}  // namespace mlkit
