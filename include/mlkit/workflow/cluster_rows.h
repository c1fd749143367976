// Clusters of rows by any of the methods, with their scores; and which number of clusters to choose.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/dataset.h"
#include "mlkit/eval/clustering.h"
#include "mlkit/model/model.h"
#include "mlkit/train/fit_hierarchy.h"
#include "mlkit/train/fit_report.h"

namespace mlkit {

struct ClusterOptions {
  std::string method = "kmeans";  // minibatch, dbscan, hierarchical
  std::optional<std::int64_t> k;
  std::string init = "kmeans++";
  std::optional<DenseMatrix> centers;  // instead of init
  std::optional<std::int64_t> n_init;
  std::int64_t max_iter = 300;
  std::optional<double> tol;
  std::optional<std::int64_t> batch_size;   // minibatch: 1024
  std::optional<double> eps;                // dbscan: by the knee of the distances
  std::optional<std::int64_t> min_samples;  // dbscan: 5
  std::string linkage = "ward";             // complete, average, single
  std::uint64_t seed = 42;
};

struct Clustering {
  std::string method;
  std::vector<std::int32_t> labels;  // per row, -1 = noise
  std::vector<std::uint64_t> sizes;  // per cluster, without noise
  std::uint64_t noise = 0;
  double inertia = 0;  // squared distances to the means of the clusters, summed
  FitReport report;
  std::int64_t starts = 1;
  std::shared_ptr<const Model> model;
  double eps = 0;               // dbscan
  bool eps_suggested = false;   // by the data, not by the options
  std::uint64_t core_rows = 0;  // dbscan
  std::optional<Silhouette> silhouette;
  ClusterScores scores;
};

// The clusterings that were tried.
struct ClusterCandidates {
  std::vector<Clustering> all;
  std::size_t best = 0;        // position of the one to take: the greatest silhouette, the fewest clusters of equals
  std::string recommendation;  // in words
  std::vector<Merge> merges;   // hierarchical: the whole tree
};

// One clustering with its scores (options.k, or options.centers; dbscan needs neither). Warnings go to the context.
// Throws Error(kData) where it is not defined on the rows.
ClusterCandidates cluster_rows(const DenseMatrix& x, const ClusterOptions& options, Context& context);
// Those for each k from `first` to `last` (k-means, mini-batch, hierarchical), and what they say about k.
ClusterCandidates try_cluster_numbers(const DenseMatrix& x, const ClusterOptions& options, std::size_t first,
                                      std::size_t last, Context& context);

}  // namespace mlkit
