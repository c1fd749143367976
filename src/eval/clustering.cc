#include "mlkit/eval/clustering.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "mlkit/base/lanes.h"
#include "mlkit/data/sample.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

constexpr std::size_t kLanes = lanes::kLanes;
constexpr std::size_t kSilhouetteBlock = 32;

std::size_t count_clusters(std::span<const std::int32_t> labels) {
  std::int32_t most = -1;
  for (const std::int32_t label : labels) most = std::max(most, label);
  return static_cast<std::size_t>(most + 1);
}

std::vector<std::uint32_t> rows_to_score(std::span<const std::int32_t> labels, std::uint64_t seed,
                                         std::size_t most_rows) {
  std::vector<std::uint32_t> rows;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    if (labels[i] >= 0) rows.push_back(static_cast<std::uint32_t>(i));
  }
  if (rows.size() <= most_rows) return rows;
  std::vector<std::uint32_t> drawn = draw_rows(rows.size(), (most_rows + 1) / 2, seed, RandomPurpose::kSample, 1);
  for (std::uint32_t& row : drawn) row = rows[row];
  return drawn;
}

// The rows eight by eight, feature by feature, as lanes::pack_distances has them.
std::vector<double> pack_rows(const DenseMatrix& x, const std::vector<std::uint32_t>& rows) {
  const std::size_t packs = (rows.size() + kLanes - 1) / kLanes;
  std::vector<double> out(packs * x.cols * kLanes);
  for (std::size_t i = 0; i < rows.size(); ++i) {
    double* lane = out.data() + i / kLanes * x.cols * kLanes + i % kLanes;
    for (std::size_t j = 0; j < x.cols; ++j) lane[j * kLanes] = x.row(rows[i])[j];
  }
  return out;
}

template <int W>
MLKIT_INLINE void distances_body(const double* packs, std::size_t count, const double* row, std::size_t cols,
                                 double* out) {
  for (std::size_t p = 0; p < count; ++p) {
    const double* pack = packs + p * cols * kLanes;
    lanes::Vector<W> sums[kLanes / W] = {};
    for (std::size_t j = 0; j < cols; ++j) {
      const lanes::Vector<W> value = lanes::broadcast<W>(row[j]);
      MLKIT_UNROLL
      for (std::size_t v = 0; v < kLanes / W; ++v) {
        const lanes::Vector<W> difference = value - lanes::load<W>(pack + j * kLanes + v * W);
        sums[v] += difference * difference;
      }
    }
    MLKIT_UNROLL
    for (std::size_t v = 0; v < kLanes / W; ++v) lanes::store<W>(out + p * kLanes + v * W, sums[v]);
  }
}

MLKIT_TARGET_AVX2 void distances_avx2(const double* packs, std::size_t count, const double* row, std::size_t cols,
                                      double* out) {
  distances_body<4>(packs, count, row, cols, out);
}

void squared_distances(const double* packs, std::size_t count, const double* row, std::size_t cols, double* out) {
  if (lanes::have_avx2()) return distances_avx2(packs, count, row, cols, out);
  distances_body<2>(packs, count, row, cols, out);
}

double silhouette_of(const std::vector<double>& sums, const std::vector<std::uint64_t>& sizes, std::size_t own) {
  if (sizes[own] < 2) return 0;
  const double a = sums[own] / static_cast<double>(sizes[own] - 1);
  double b = std::numeric_limits<double>::infinity();
  for (std::size_t c = 0; c < sizes.size(); ++c) {
    if (c != own && sizes[c] > 0) b = std::min(b, sums[c] / static_cast<double>(sizes[c]));
  }
  const double larger = std::max(a, b);
  return larger > 0 && std::isfinite(b) ? (b - a) / larger : 0;
}

void summarise(Silhouette& out, std::span<const std::int32_t> labels, std::size_t clusters) {
  std::vector<double> sums(clusters);
  std::vector<double> counts(clusters);
  double total = 0;
  for (std::size_t i = 0; i < out.rows.size(); ++i) {
    const auto c = static_cast<std::size_t>(labels[out.rows[i]]);
    sums[c] += out.values[i];
    counts[c] += 1;
    total += out.values[i];
  }
  const auto n = static_cast<double>(out.rows.size());
  out.mean = total / n;
  for (std::size_t c = 0; c < clusters; ++c) out.cluster_means.push_back(sums[c] / counts[c]);
  double squares = 0;
  for (const double value : out.values) squares += (value - out.mean) * (value - out.mean);
  const double half = 1.959963984540054 * std::sqrt(squares / (n - 1) / n);
  out.low = out.mean - half;
  out.high = out.mean + half;
}

struct Dispersion {
  std::vector<double> sums;  // per cluster and feature, or per cluster
  std::vector<double> spread;
  double within = 0;
  void merge(Dispersion&& right) {
    for (std::size_t i = 0; i < sums.size(); ++i) sums[i] += right.sums[i];
    for (std::size_t i = 0; i < spread.size(); ++i) spread[i] += right.spread[i];
    within += right.within;
  }
};

double squared_distance(const double* a, const double* b, std::size_t cols) {
  double sum = 0;
  for (std::size_t j = 0; j < cols; ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return sum;
}

// Few large blocks where a partial is large.
std::size_t block_rows(std::size_t rows) { return std::max(kRowBlock, (rows + 63) / 64); }

// Two passes: a first mean, then what it lost by rounding.
std::vector<double> cluster_centroids(const DenseMatrix& x, std::span<const std::int32_t> labels,
                                      const std::vector<std::uint64_t>& sizes, const Context& context) {
  std::vector<double> centroids(sizes.size() * x.cols);
  for (int pass = 0; pass < 2; ++pass) {
    const Dispersion found = reduce_blocks(context, x.rows, block_rows(x.rows), Dispersion{},
                                           [&](std::size_t, std::size_t begin, std::size_t end) {
                                             Dispersion part{std::vector<double>(centroids.size()), {}, 0};
                                             for (std::size_t i = begin; i < end; ++i) {
                                               if (labels[i] < 0) continue;
                                               const std::size_t at = static_cast<std::size_t>(labels[i]) * x.cols;
                                               const std::span<const double> row = x.row(i);
                                               for (std::size_t j = 0; j < x.cols; ++j)
                                                 part.sums[at + j] += row[j] - centroids[at + j];
                                             }
                                             return part;
                                           });
    for (std::size_t c = 0; c < sizes.size(); ++c) {
      for (std::size_t j = 0; j < x.cols; ++j) {
        centroids[c * x.cols + j] += found.sums[c * x.cols + j] / static_cast<double>(sizes[c]);
      }
    }
  }
  return centroids;
}

std::optional<double> davies_bouldin(const std::vector<double>& centroids, const std::vector<double>& spread,
                                     std::size_t cols) {
  const std::size_t k = spread.size();
  double total = 0;
  for (std::size_t a = 0; a < k; ++a) {
    double worst = 0;
    for (std::size_t b = 0; b < k; ++b) {
      if (a == b) continue;
      const double apart = std::sqrt(squared_distance(&centroids[a * cols], &centroids[b * cols], cols));
      if (!(apart > 0)) return std::nullopt;
      worst = std::max(worst, (spread[a] + spread[b]) / apart);
    }
    total += worst;
  }
  return total / static_cast<double>(k);
}

}  // namespace

std::optional<Silhouette> silhouette(const DenseMatrix& x, std::span<const std::int32_t> labels, std::uint64_t seed,
                                     const Context& context, std::size_t most_rows) {
  const std::size_t clusters = count_clusters(labels);
  if (clusters < 2) return std::nullopt;
  Silhouette out;
  out.rows = rows_to_score(labels, seed, most_rows);
  out.sampled = static_cast<std::size_t>(
                    std::count_if(labels.begin(), labels.end(), [](auto label) { return label >= 0; })) > most_rows;
  const std::vector<double> packs = pack_rows(x, out.rows);
  std::vector<std::uint64_t> sizes(clusters);
  for (const std::uint32_t row : out.rows) ++sizes[static_cast<std::size_t>(labels[row])];
  out.values.resize(out.rows.size());
  for_blocks(context, out.rows.size(), kSilhouetteBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
    context.check_stop();
    const std::size_t count = (out.rows.size() + kLanes - 1) / kLanes;
    std::vector<double> squared(count * kLanes);
    std::vector<double> sums(clusters);
    for (std::size_t i = begin; i < end; ++i) {
      squared_distances(packs.data(), count, x.row(out.rows[i]).data(), x.cols, squared.data());
      std::fill(sums.begin(), sums.end(), 0.0);
      for (std::size_t j = 0; j < out.rows.size(); ++j) {
        sums[static_cast<std::size_t>(labels[out.rows[j]])] += std::sqrt(squared[j]);
      }
      out.values[i] = silhouette_of(sums, sizes, static_cast<std::size_t>(labels[out.rows[i]]));
    }
  });
  summarise(out, labels, clusters);
  return out;
}

ClusterScores cluster_scores(const DenseMatrix& x, std::span<const std::int32_t> labels, const Context& context) {
  const std::size_t k = count_clusters(labels);
  std::vector<std::uint64_t> sizes(k);
  std::uint64_t rows = 0;
  for (const std::int32_t label : labels) {
    if (label < 0) continue;
    ++sizes[static_cast<std::size_t>(label)];
    ++rows;
  }
  ClusterScores out;
  if (k == 0) return out;
  const std::vector<double> centroids = cluster_centroids(x, labels, sizes, context);
  Dispersion found =
      reduce_blocks(context, x.rows, kRowBlock, Dispersion{}, [&](std::size_t, std::size_t begin, std::size_t end) {
        Dispersion part{{}, std::vector<double>(k), 0};
        for (std::size_t i = begin; i < end; ++i) {
          if (labels[i] < 0) continue;
          const auto c = static_cast<std::size_t>(labels[i]);
          const double squared = squared_distance(x.row(i).data(), &centroids[c * x.cols], x.cols);
          part.within += squared;
          part.spread[c] += std::sqrt(squared);
        }
        return part;
      });
  out.within = found.within;
  if (k < 2) return out;
  std::vector<double> mean(x.cols);
  for (std::size_t c = 0; c < k; ++c) {
    const double share = static_cast<double>(sizes[c]) / static_cast<double>(rows);
    for (std::size_t j = 0; j < x.cols; ++j) mean[j] += share * centroids[c * x.cols + j];
    found.spread[c] /= static_cast<double>(sizes[c]);
  }
  double between = 0;
  for (std::size_t c = 0; c < k; ++c) {
    between += static_cast<double>(sizes[c]) * squared_distance(&centroids[c * x.cols], mean.data(), x.cols);
  }
  if (rows > k && out.within > 0) {
    out.calinski_harabasz = between / out.within * static_cast<double>(rows - k) / static_cast<double>(k - 1);
  }
  out.davies_bouldin = davies_bouldin(centroids, found.spread, x.cols);
  return out;
}

std::size_t find_knee(std::span<const double> places, std::span<const double> values) {
  if (values.size() < 3) return 0;
  const double width = places.back() - places.front();
  const double height = values.front() - values.back();
  std::size_t knee = 0;
  double deepest = 0;
  for (std::size_t i = 1; i + 1 < values.size(); ++i) {
    const double x = (places[i] - places.front()) / width;
    const double y = height != 0 ? (values.front() - values[i]) / height : 0;
    if (y - x > deepest) {
      deepest = y - x;
      knee = i;
    }
  }
  return knee;
}

}  // namespace mlkit
