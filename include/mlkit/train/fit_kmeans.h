// k-means: centroids c_1 .. c_k and an assignment that make the inertia small,
//
//   sum_i || x_i - c_{a(i)} ||^2,   a(i) = the nearest centroid (of equally near ones the first).
//
// Starts: greedy k-means++ (Arthur and Vassilvitskii, SODA 2007, with 2 + ln k candidates for each further centre, as
// scikit-learn), drawn from the seed; or k distinct rows at random; or centres that are given.
//
// Lloyd's iterations, exactly: an iteration assigns every row and moves every centroid to the mean of its rows. It
// stops where no row changes its cluster, where the squared moves of the centroids sum to at most tol times the mean
// variance of the columns (then the rows are assigned once more, so that assignment and centroids agree), or after
// max_iter. Distances that cannot matter are skipped by the triangle inequality: an upper bound to a row's own
// centroid, a lower one to each of at most eight groups of the others (Ding et al., "Yinyang k-means", ICML 2015; with
// one group that is Hamerly, SDM 2010), kept relative to how far the centroids have moved. The bounds leave room for
// the rounding of every distance, so that the assignments are those of plain Lloyd bit for bit.
//
// Sums of rows are integers (two words of fixed point a value, exact to 2^-60 of the column's largest absolute value or
// better): they have no order, so rows that change their cluster are moved from one sum to the other, and neither
// that nor the number of threads changes a bit of a centroid.
//
// A cluster that loses all its rows takes the row that is farthest from its own centroid (the first of equals) out of
// the clusters with two rows or more. Where fewer than k rows are distinct there are as many clusters as those.
//
// Cost of an iteration: n d k at worst, n where nothing moves. Memory: rows * (8 to 9 doubles at most) beside the data.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/dataset.h"
#include "mlkit/model/cluster_models.h"
#include "mlkit/train/fit_report.h"

namespace mlkit {

struct KMeansOptions {
  std::size_t k = 8;
  std::string init = "kmeans++";  // or random
  // Centres to start from (k rows, the columns of the data) instead; one start.
  std::optional<DenseMatrix> centers;
  // Starts from other draws; the one of least inertia wins (the first of equals). nullopt: by the number of rows,
  // 2^20 / rows within 10 .. 100; beyond kSampledRows rows they run on that many rows drawn at random, and only
  // the best goes on with all rows.
  std::optional<std::int64_t> n_init;
  std::int64_t max_iter = 300;
  // nullopt: 1e-4; and up to kSampledRows rows the best start goes on until no row changes its cluster.
  std::optional<double> tol;
  std::uint64_t seed = 42;
  bool bounds = true;  // false: plain Lloyd, the same result

  static constexpr std::size_t kSampledRows = 32768;
};

struct KMeansFit {
  std::unique_ptr<CentroidModel> model;
  // objective = inertia; converged: no row changed or the tolerance was met; solver "lloyd".
  FitReport report;
  std::vector<std::int32_t> labels;  // of every row
  std::vector<std::uint64_t> sizes;  // of every cluster
  double inertia = 0;
  std::int64_t starts = 0;
};

// Throws Error(kData): no rows, k above the number of rows, distances beyond the range of a double. `x` must be finite.
KMeansFit fit_kmeans(const DenseMatrix& x, const KMeansOptions& options, Context& context);

}  // namespace mlkit
