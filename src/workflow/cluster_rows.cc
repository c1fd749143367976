#include "mlkit/workflow/cluster_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"
#include "mlkit/model/cluster_models.h"
#include "mlkit/train/fit_dbscan.h"
#include "mlkit/train/fit_kmeans.h"
#include "mlkit/train/fit_minibatch_kmeans.h"

namespace mlkit {
namespace {

Clustering take_kmeans(KMeansFit fit) {
  Clustering out;
  out.labels = std::move(fit.labels);
  out.sizes = std::move(fit.sizes);
  out.inertia = fit.inertia;
  out.report = std::move(fit.report);
  out.starts = fit.starts;
  out.model = std::move(fit.model);
  return out;
}

Clustering fit_by_kmeans(const DenseMatrix& x, const ClusterOptions& options, std::size_t k, Context& context) {
  if (options.method == "minibatch") {
    MiniBatchOptions batches;
    batches.k = k;
    batches.seed = options.seed;
    batches.max_iter = options.max_iter;
    if (options.n_init) batches.n_init = *options.n_init;
    if (options.batch_size) batches.batch_rows = static_cast<std::size_t>(*options.batch_size);
    return take_kmeans(fit_minibatch_kmeans(x, batches, context));
  }
  KMeansOptions kmeans;
  kmeans.k = k;
  kmeans.init = options.init;
  kmeans.centers = options.centers;
  kmeans.n_init = options.n_init;
  kmeans.max_iter = options.max_iter;
  kmeans.tol = options.tol;
  kmeans.seed = options.seed;
  return take_kmeans(fit_kmeans(x, kmeans, context));
}

Clustering fit_by_density(const DenseMatrix& x, const ClusterOptions& options, Context& context) {
  DbscanOptions dbscan;
  dbscan.eps = options.eps.value_or(0);
  dbscan.min_samples = static_cast<std::size_t>(options.min_samples.value_or(5));
  dbscan.seed = options.seed;
  DbscanFit fit = fit_dbscan(x, dbscan, context);
  Clustering out;
  out.labels = std::move(fit.labels);
  out.sizes = std::move(fit.sizes);
  out.report = std::move(fit.report);
  out.model = std::move(fit.model);
  out.eps = fit.eps;
  out.eps_suggested = !options.eps;
  out.core_rows = fit.core_rows;
  if (out.sizes.empty()) {
    out.report.warnings.push_back("every row is noise at eps " + format_number(out.eps) +
                                  ": give a larger --eps, or fewer --min-samples");
  } else if (out.sizes.size() == 1) {
    out.report.warnings.push_back("all that is no noise is one cluster at eps " + format_number(out.eps) +
                                  ": a smaller --eps may tell more apart");
  }
  return out;
}

Clustering cut_tree(const DenseMatrix& x, const std::vector<Merge>& merges, std::size_t k) {
  Clustering out;
  out.labels = cut_hierarchy(merges, k);
  out.sizes.assign(k, 0);
  for (const std::int32_t label : out.labels) ++out.sizes[static_cast<std::size_t>(label)];
  NearestRowModel::Parts parts;
  parts.kind = "hierarchical";
  parts.rows = x;
  parts.labels.assign(out.labels.begin(), out.labels.end());
  parts.clusters = k;
  parts.radius = std::numeric_limits<double>::infinity();
  out.model = std::make_unique<NearestRowModel>(std::move(parts));
  out.report.solver = "nearest_neighbour_chain";
  return out;
}

void check_cluster_number(std::size_t k, std::size_t rows) {
  if (k <= rows) return;
  throw_data("k = " + with_thousands(k) + " clusters of " + with_thousands(rows) + (rows == 1 ? " row" : " rows"),
             "give --k " + std::to_string(rows) + " at most");
}

// `merges`: the tree of a hierarchical clustering.
Clustering fit_clusters(const DenseMatrix& x, const ClusterOptions& options, std::size_t k,
                        const std::vector<Merge>& merges, Context& context) {
  if (options.method != "dbscan") check_cluster_number(k, x.rows);
  Clustering out = options.method == "dbscan"         ? fit_by_density(x, options, context)
                   : options.method == "hierarchical" ? cut_tree(x, merges, k)
                                                      : fit_by_kmeans(x, options, k, context);
  out.method = options.method;
  out.noise = static_cast<std::uint64_t>(std::count(out.labels.begin(), out.labels.end(), -1));
  for (const std::string& warning : out.report.warnings) context.warn(warning);
  if (!out.report.converged) context.warn(out.report.message);
  out.silhouette = silhouette(x, out.labels, options.seed, context);
  out.scores = cluster_scores(x, out.labels, context);
  if (options.method == "dbscan" || options.method == "hierarchical") {
    out.inertia = out.scores.within;
    out.report.objective = out.inertia;
  }
  return out;
}

std::vector<Merge> tree_of(const DenseMatrix& x, const ClusterOptions& options, Context& context) {
  if (options.method != "hierarchical") return {};
  return fit_hierarchy(x, options.linkage, context);
}

std::string three_digits(double value) {
  const auto thousandths = static_cast<long long>(std::nearbyint(std::abs(value) * 1000));
  return (value < 0 && thousandths > 0 ? "-" : "") + std::to_string(thousandths / 1000) + "." +
         std::to_string(1000 + thousandths % 1000).substr(1);
}

// The position of the candidate that a score prefers; nullopt where none has the score.
template <class Score>
std::optional<std::size_t> preferred(const std::vector<Clustering>& all, const Score& score) {
  std::optional<std::size_t> best;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const std::optional<double> here = score(all[i]);
    if (here && (!best || *here > *score(all[*best]))) best = i;
  }
  return best;
}

std::optional<std::size_t> elbow_of(const std::vector<Clustering>& all) {
  std::vector<double> k;
  std::vector<double> inertia;
  for (const Clustering& clustering : all) {
    k.push_back(static_cast<double>(clustering.sizes.size()));
    inertia.push_back(clustering.inertia);
  }
  const std::size_t knee = find_knee(k, inertia);
  if (knee == 0) return std::nullopt;
  return knee;
}

std::string strength(double silhouette) {
  if (silhouette > 0.7) return "strong";
  if (silhouette > 0.5) return "reasonable";
  if (silhouette > 0.25) return "weak";
  return "hardly any";
}

// What the scores say about k, and how far they agree.
std::string recommend(const ClusterCandidates& candidates) {
  const std::vector<Clustering>& all = candidates.all;
  const auto k_of = [&](std::size_t i) { return std::to_string(all[i].sizes.size()); };
  const Clustering& best = all[candidates.best];
  if (!best.silhouette) return "one cluster: no score can compare it with others";
  std::string out = "k = " + k_of(candidates.best) + " by silhouette " + three_digits(best.silhouette->mean) + " (" +
                    strength(best.silhouette->mean) + " structure)";
  const std::optional<std::size_t> others[] = {
      preferred(all, [](const Clustering& c) { return c.scores.calinski_harabasz; }),
      preferred(all,
                [](const Clustering& c) {
                  return c.scores.davies_bouldin ? std::optional<double>(-*c.scores.davies_bouldin) : std::nullopt;
                }),
      elbow_of(all)};
  const char* const names[] = {"Calinski-Harabasz", "Davies-Bouldin", "the elbow of the inertia"};
  std::string agree;
  std::string differ;
  for (std::size_t i = 0; i < std::size(others); ++i) {
    if (!others[i]) continue;
    const bool same = *others[i] == candidates.best;
    std::string& list = same ? agree : differ;
    list += (list.empty() ? "" : ", ") + std::string(names[i]) + (same ? "" : " says " + k_of(*others[i]));
  }
  if (!agree.empty()) out += "; the same by " + agree;
  if (!differ.empty()) out += "; " + differ;
  if (best.silhouette->mean <= 0.25) out += "; these rows hardly fall into groups";
  return out;
}

}  // namespace

ClusterCandidates cluster_rows(const DenseMatrix& x, const ClusterOptions& options, Context& context) {
  ClusterCandidates out;
  const std::size_t k = options.centers ? options.centers->rows : static_cast<std::size_t>(options.k.value_or(0));
  if (options.method != "dbscan") check_cluster_number(k, x.rows);
  out.merges = tree_of(x, options, context);
  out.all.push_back(fit_clusters(x, options, k, out.merges, context));
  return out;
}

ClusterCandidates try_cluster_numbers(const DenseMatrix& x, const ClusterOptions& options, std::size_t first,
                                      std::size_t last, Context& context) {
  ClusterCandidates out;
  if (first <= x.rows) out.merges = tree_of(x, options, context);
  for (std::size_t k = first; k <= std::min(last, x.rows); ++k) {
    out.all.push_back(fit_clusters(x, options, k, out.merges, context));
    if (out.all.back().sizes.size() < k && options.method == "kmeans") break;  // no more distinct rows
  }
  if (out.all.empty()) {
    throw_data(
        "k = " + with_thousands(first) + " clusters of " + with_thousands(x.rows) + (x.rows == 1 ? " row" : " rows"),
        "give a --k-range within the number of rows");
  }
  const auto score = [](const Clustering& c) { return c.silhouette ? c.silhouette->mean : -2.0; };
  for (std::size_t i = 1; i < out.all.size(); ++i) {
    if (score(out.all[i]) > score(out.all[out.best])) out.best = i;
  }
  out.recommendation = recommend(out);
  return out;
}

}  // namespace mlkit
