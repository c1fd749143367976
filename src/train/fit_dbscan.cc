#include "mlkit/train/fit_dbscan.h"

#include <algorithm>
#include <atomic>
#include <cmath>
#include <limits>

#include "mlkit/base/error.h"
#include "mlkit/data/sample.h"
#include "mlkit/eval/clustering.h"
#include "mlkit/model/kd_tree.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

constexpr std::size_t kQueryBlock = 256;  // rows whose neighbours one thread looks up at a time
constexpr std::size_t kKneeRows = 10000;
constexpr double kStandsOut = 3;  // times the median distance

// Which rows hang together. Whatever the order of joining, the root of a set is its lowest row.
class JoinedRows {
 public:
  explicit JoinedRows(std::size_t rows) : parent_(rows) {
    for (std::size_t i = 0; i < rows; ++i) parent_[i].store(static_cast<std::uint32_t>(i), std::memory_order_relaxed);
  }
  std::uint32_t root(std::uint32_t row) {
    for (;;) {
      std::uint32_t up = parent_[row].load(std::memory_order_relaxed);
      if (up == row) return row;
      const std::uint32_t above = parent_[up].load(std::memory_order_relaxed);
      parent_[row].compare_exchange_weak(up, above, std::memory_order_relaxed);
      row = up;
    }
  }
  // May be called from several threads.
  void join(std::uint32_t a, std::uint32_t b) {
    for (;;) {
      a = root(a);
      b = root(b);
      if (a == b) return;
      if (a > b) std::swap(a, b);
      std::uint32_t expected = b;
      if (parent_[b].compare_exchange_strong(expected, a, std::memory_order_relaxed)) return;
    }
  }

 private:
  std::vector<std::atomic<std::uint32_t>> parent_;
};

std::vector<std::uint8_t> find_core_rows(const DenseMatrix& x, const KdTree& tree, double squared,
                                         std::size_t min_samples, const Context& context) {
  std::vector<std::uint8_t> core(x.rows);
  for_blocks(context, x.rows, kQueryBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
    context.check_stop();
    for (std::size_t i = begin; i < end; ++i) {
      std::size_t neighbours = 0;
      tree.within(x.row(i).data(), squared, [&](std::uint32_t, double) { ++neighbours; });
      core[i] = neighbours >= min_samples ? 1 : 0;
    }
  });
  return core;
}

void join_core_rows(const DenseMatrix& x, const KdTree& tree, double squared, const std::vector<std::uint8_t>& core,
                    JoinedRows& joined, const Context& context) {
  for_blocks(context, x.rows, kQueryBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
    context.check_stop();
    for (std::size_t i = begin; i < end; ++i) {
      if (core[i] == 0) continue;
      const auto row = static_cast<std::uint32_t>(i);
      tree.within(x.row(i).data(), squared, [&](std::uint32_t other, double) {
        if (other < row && core[other] != 0) joined.join(row, other);
      });
    }
  });
}

// Clusters of the core rows, then of those at the border.
std::vector<std::int32_t> label_rows(const DenseMatrix& x, const KdTree& tree, double squared,
                                     const std::vector<std::uint8_t>& core, JoinedRows& joined,
                                     const Context& context) {
  std::vector<std::int32_t> labels(x.rows, -1);
  std::int32_t next = 0;
  for (std::size_t i = 0; i < x.rows; ++i) {
    if (core[i] == 0) continue;
    const std::uint32_t root = joined.root(static_cast<std::uint32_t>(i));
    labels[i] = root == i ? next++ : labels[root];
  }
  for_blocks(context, x.rows, kQueryBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
    context.check_stop();
    for (std::size_t i = begin; i < end; ++i) {
      if (core[i] != 0) continue;
      std::int32_t lowest = -1;
      tree.within(x.row(i).data(), squared, [&](std::uint32_t other, double) {
        if (core[other] != 0 && (lowest < 0 || labels[other] < lowest)) lowest = labels[other];
      });
      labels[i] = lowest;
    }
  });
  return labels;
}

std::unique_ptr<NearestRowModel> make_model(const DenseMatrix& x, const std::vector<std::uint8_t>& core,
                                            const DbscanFit& fit) {
  NearestRowModel::Parts parts;
  parts.kind = "dbscan";
  parts.rows.cols = x.cols;
  parts.clusters = fit.sizes.size();
  parts.radius = fit.eps;
  for (std::size_t i = 0; i < x.rows; ++i) {
    if (core[i] == 0) continue;
    parts.rows.values.insert(parts.rows.values.end(), x.row(i).begin(), x.row(i).end());
    parts.labels.push_back(static_cast<std::uint32_t>(fit.labels[i]));
  }
  parts.rows.rows = parts.labels.size();
  return std::make_unique<NearestRowModel>(std::move(parts));
}

}  // namespace

double suggest_eps(const DenseMatrix& x, std::size_t min_samples, std::uint64_t seed, const Context& context) {
  const KdTree tree(x);
  const std::vector<std::uint32_t> rows = draw_rows(x.rows, kKneeRows, seed, RandomPurpose::kSample, 2);
  std::vector<double> distances(rows.size());
  for_blocks(context, rows.size(), kQueryBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
    context.check_stop();
    for (std::size_t i = begin; i < end; ++i) {
      distances[i] = std::sqrt(tree.nearest_distances(x.row(rows[i]).data(), min_samples).back());
    }
  });
  std::sort(distances.begin(), distances.end(), std::greater<>());
  if (distances[0] < kStandsOut * distances[distances.size() / 2]) return distances[0];
  std::vector<double> places;
  for (std::size_t i = 0; i < distances.size(); ++i) places.push_back(static_cast<double>(i));
  const double knee = distances[find_knee(places, distances)];
  return knee > 0 ? knee : distances[0];
}

DbscanFit fit_dbscan(const DenseMatrix& x, const DbscanOptions& options, Context& context) {
  if (x.rows == 0) throw_data("there are no rows to cluster");
  DbscanFit fit;
  fit.eps = options.eps;
  if (fit.eps == 0) fit.eps = suggest_eps(x, options.min_samples, options.seed, context);
  if (fit.eps == 0) throw_data("no distance between the rows suggests an eps: they are equal", "give --eps");
  const double squared = fit.eps * fit.eps;
  if (!std::isfinite(squared) || squared == 0) throw_data("eps squared is beyond the range of a double");
  const KdTree tree(x);
  const std::vector<std::uint8_t> core = find_core_rows(x, tree, squared, options.min_samples, context);
  JoinedRows joined(x.rows);
  join_core_rows(x, tree, squared, core, joined, context);
  fit.labels = label_rows(x, tree, squared, core, joined, context);
  for (std::size_t i = 0; i < x.rows; ++i) {
    fit.core_rows += core[i];
    if (fit.labels[i] < 0) continue;
    const auto c = static_cast<std::size_t>(fit.labels[i]);
    if (c >= fit.sizes.size()) fit.sizes.resize(c + 1);
    ++fit.sizes[c];
  }
  fit.model = make_model(x, core, fit);
  fit.report.solver = "dbscan";
  return fit;
}

}  // namespace mlkit
