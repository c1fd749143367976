#include "mlkit/train/fit_minibatch_kmeans.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "kmeans_start.h"
#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/sample.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

constexpr int kPatience = 10;  // batches without a better smoothed inertia

struct Sum {
  double value = 0;
  void merge(Sum&& right) { value += right.value; }
};

DenseMatrix take_rows(const DenseMatrix& x, const std::vector<std::uint32_t>& rows) {
  DenseMatrix out{rows.size(), x.cols, {}};
  out.values.reserve(rows.size() * x.cols);
  for (const std::uint32_t row : rows) out.values.insert(out.values.end(), x.row(row).begin(), x.row(row).end());
  return out;
}

double inertia_of(const DenseMatrix& x, const CentroidPacks& centroids, const Context& context) {
  return reduce_blocks(context, x.rows, kRowBlock, Sum{},
                       [&](std::size_t, std::size_t begin, std::size_t end) {
                         Sum sum;
                         for (std::size_t i = begin; i < end; ++i)
                           sum.value += centroids.nearest(x.row(i).data()).squared;
                         return sum;
                       })
      .value;
}

std::vector<double> find_start(const DenseMatrix& x, const MiniBatchOptions& options, const Context& context) {
  const std::size_t rows = std::max(3 * options.batch_rows, 3 * options.k);
  const DenseMatrix sample = take_rows(x, draw_rows(x.rows, rows, options.seed, RandomPurpose::kSample, 3));
  std::vector<double> best;
  double least = std::numeric_limits<double>::infinity();
  for (std::int64_t start = 0; start < options.n_init; ++start) {
    std::vector<double> centroids =
        take_rows(sample, internal::draw_kmeans_start(sample, options.k, "kmeans++", options.seed,
                                                      static_cast<std::uint32_t>(start), context))
            .values;
    const double inertia = inertia_of(sample, CentroidPacks(centroids, centroids.size() / x.cols, x.cols), context);
    if (best.empty() || inertia < least) {
      best = std::move(centroids);
      least = inertia;
    }
  }
  return best;
}

// The centroids, and how many rows each was given.
struct Running {
  std::vector<double> centroids;
  std::vector<double> counts;
  std::size_t cols;

  // Moves the centroids by one batch; returns the mean squared distance of its rows before.
  double absorb(const DenseMatrix& x, const std::vector<std::uint32_t>& batch, bool reassign) {
    const CentroidPacks packs(centroids, counts.size(), cols);
    double total = 0;
    double farthest_squared = -1;
    std::uint32_t farthest = 0;
    for (const std::uint32_t row : batch) {
      const CentroidPacks::Nearest nearest = packs.nearest(x.row(row).data());
      total += nearest.squared;
      if (nearest.squared > farthest_squared) {
        farthest_squared = nearest.squared;
        farthest = row;
      }
      const double rate = 1 / ++counts[nearest.index];
      double* centroid = centroids.data() + nearest.index * cols;
      for (std::size_t j = 0; j < cols; ++j) centroid[j] += rate * (x.row(row)[j] - centroid[j]);
    }
    if (reassign) revive(x.row(farthest));
    return total / static_cast<double>(batch.size());
  }

 private:
  void revive(std::span<const double> row) {
    const auto [least, most] = std::minmax_element(counts.begin(), counts.end());
    if (*least >= 0.01 * *most) return;
    const auto c = static_cast<std::size_t>(least - counts.begin());
    std::copy(row.begin(), row.end(), centroids.begin() + static_cast<std::ptrdiff_t>(c * cols));
  }
};

// Labels by the nearest centroid; centroids without rows are left out.
KMeansFit assign_all(const DenseMatrix& x, std::vector<double> centroids, const Context& context) {
  KMeansFit fit;
  for (;;) {
    fit.model = std::make_unique<CentroidModel>(x.cols, std::move(centroids));
    const CentroidModel& model = *fit.model;
    fit.labels.assign(x.rows, 0);
    fit.inertia =
        reduce_blocks(context, x.rows, kRowBlock, Sum{}, [&](std::size_t, std::size_t begin, std::size_t end) {
          context.check_stop();
          Sum sum;
          for (std::size_t i = begin; i < end; ++i) {
            const CentroidPacks::Nearest nearest = model.packs().nearest(x.row(i).data());
            fit.labels[i] = static_cast<std::int32_t>(nearest.index);
            sum.value += nearest.squared;
          }
          return sum;
        }).value;
    fit.sizes.assign(model.clusters(), 0);
    for (const std::int32_t label : fit.labels) ++fit.sizes[static_cast<std::size_t>(label)];
    if (std::find(fit.sizes.begin(), fit.sizes.end(), 0u) == fit.sizes.end()) return fit;
    centroids.clear();
    for (std::size_t c = 0; c < model.clusters(); ++c) {
      if (fit.sizes[c] > 0) centroids.insert(centroids.end(), model.centroid(c).begin(), model.centroid(c).end());
    }
  }
}

}  // namespace

KMeansFit fit_minibatch_kmeans(const DenseMatrix& x, const MiniBatchOptions& options, Context& context) {
  if (x.rows == 0) throw_data("there are no rows to cluster");
  if (options.k > x.rows) {
    throw_data("k = " + with_thousands(options.k) + " clusters of " + with_thousands(x.rows) +
                   (x.rows == 1 ? " row" : " rows"),
               "give --k " + std::to_string(x.rows) + " at most");
  }
  Running running{find_start(x, options, context), {}, x.cols};
  running.counts.assign(running.centroids.size() / x.cols, 0.0);
  const std::size_t per_epoch = std::max<std::size_t>(1, x.rows / options.batch_rows);
  const std::size_t most = static_cast<std::size_t>(options.max_iter) * per_epoch;
  const double smoothing =
      std::min(1.0, 2.0 * static_cast<double>(options.batch_rows) / static_cast<double>(x.rows + 1));
  double smoothed = 0;
  double best = std::numeric_limits<double>::infinity();
  int worse = 0;
  std::size_t batches = 0;
  while (batches < most && worse < kPatience) {
    context.check_stop();
    const std::vector<std::uint32_t> batch = draw_rows(x.rows, options.batch_rows, options.seed,
                                                       RandomPurpose::kShuffle, static_cast<std::uint32_t>(batches));
    ++batches;
    const double inertia = running.absorb(x, batch, batches % per_epoch == 0);
    smoothed = batches == 1 ? inertia : smoothed + smoothing * (inertia - smoothed);
    worse = smoothed < best ? 0 : worse + 1;
    best = std::min(best, smoothed);
  }
  KMeansFit fit = assign_all(x, std::move(running.centroids), context);
  if (!std::isfinite(fit.inertia)) {
    throw_data("squared distances between the rows are beyond the range of a double", "--scale standard scales them");
  }
  fit.starts = options.n_init;
  fit.report.solver = "minibatch";
  fit.report.objective = fit.inertia;
  fit.report.iterations = static_cast<std::int64_t>(batches);
  fit.report.converged = worse >= kPatience;
  if (!fit.report.converged) fit.report.message = "mini-batch k-means stopped at --max-iter passes over the rows";
  if (fit.sizes.size() < options.k) {
    fit.report.warnings.push_back(
        "only " + std::to_string(fit.sizes.size()) + " of " + std::to_string(options.k) +
        " clusters have rows: there are no more distinct rows, or --method kmeans finds them");
  }
  return fit;
}

}  // namespace mlkit
