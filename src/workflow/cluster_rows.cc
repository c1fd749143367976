#include "mlkit/workflow/cluster_rows.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/train/fit_kmeans.h"

namespace mlkit {
namespace {

Clustering fit_by_kmeans(const DenseMatrix& x, const ClusterOptions& options, Context& context) {
  KMeansOptions kmeans;
  kmeans.k = options.centers ? options.centers->rows : static_cast<std::size_t>(*options.k);
  kmeans.init = options.init;
  kmeans.centers = options.centers;
  kmeans.n_init = options.n_init;
  kmeans.max_iter = options.max_iter;
  kmeans.tol = options.tol;
  kmeans.seed = options.seed;
  KMeansFit fit = fit_kmeans(x, kmeans, context);
  Clustering out;
  out.labels = std::move(fit.labels);
  out.sizes = std::move(fit.sizes);
  out.inertia = fit.inertia;
  out.report = std::move(fit.report);
  out.starts = fit.starts;
  out.model = std::move(fit.model);
  return out;
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

Clustering cluster_rows(const DenseMatrix& x, const ClusterOptions& options, Context& context) {
  Clustering out = fit_by_kmeans(x, options, context);
  out.method = options.method;
  for (const std::string& warning : out.report.warnings) context.warn(warning);
  if (!out.report.converged) context.warn(out.report.message);
  out.silhouette = silhouette(x, out.labels, options.seed, context);
  out.scores = cluster_scores(x, out.labels, context);
  return out;
}

ClusterCandidates try_cluster_numbers(const DenseMatrix& x, const ClusterOptions& options, std::size_t first,
                                      std::size_t last, Context& context) {
  ClusterCandidates out;
  for (std::size_t k = first; k <= std::min(last, x.rows); ++k) {
    ClusterOptions with_k = options;
    with_k.k = static_cast<std::int64_t>(k);
    out.all.push_back(cluster_rows(x, with_k, context));
    if (out.all.back().sizes.size() < k) break;  // no more distinct rows
  }
  if (out.all.empty()) {
    throw_data("k = " + with_thousands(first) + " clusters of " + with_thousands(x.rows) + " rows",
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
