#include "mlkit/train/fit_hierarchy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/model/centroids.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

// A merge of the clusters that hold two rows.
struct RowMerge {
  std::uint32_t a = 0;
  std::uint32_t b = 0;
  double height = 0;
};

double squared_distance(const double* a, const double* b, std::size_t cols) {
  double sum = 0;
  for (std::size_t j = 0; j < cols; ++j) sum += (a[j] - b[j]) * (a[j] - b[j]);
  return sum;
}

// Distances of all pairs: row i > j at i (i - 1) / 2 + j.
class PairDistances {
 public:
  PairDistances(const DenseMatrix& x, const Context& context) : values_(x.rows * (x.rows - 1) / 2) {
    for_blocks(context, x.rows, 64, [&](std::size_t, std::size_t begin, std::size_t end) {
      context.check_stop();
      for (std::size_t i = begin; i < end; ++i) {
        for (std::size_t j = 0; j < i; ++j) {
          values_[at(i, j)] = std::sqrt(squared_distance(x.row(i).data(), x.row(j).data(), x.cols));
        }
      }
    });
  }
  double operator()(std::size_t a, std::size_t b) const { return values_[a > b ? at(a, b) : at(b, a)]; }
  double& operator()(std::size_t a, std::size_t b) { return values_[a > b ? at(a, b) : at(b, a)]; }

 private:
  static std::size_t at(std::size_t high, std::size_t low) { return high * (high - 1) / 2 + low; }
  std::vector<double> values_;
};

// Lance and Williams: the distance of c to a and b together.
double combined(const std::string& linkage, double to_a, double to_b, double between, double a, double b, double c) {
  if (linkage == "complete") return std::max(to_a, to_b);
  if (linkage == "average") return (a * to_a + b * to_b) / (a + b);
  const double sum = (a + c) * to_a * to_a + (b + c) * to_b * to_b - c * between * between;
  return std::sqrt(std::max(0.0, sum / (a + b + c)));
}

// A cluster is known by its last row; merged ones are closed.
std::vector<RowMerge> chain_merges(const DenseMatrix& x, const std::string& linkage, const Context& context) {
  PairDistances distances(x, context);
  const auto n = static_cast<std::uint32_t>(x.rows);
  std::vector<double> sizes(n, 1.0);
  std::vector<std::uint32_t> open(n);  // rising
  std::iota(open.begin(), open.end(), 0u);
  std::vector<std::uint32_t> chain;
  std::vector<RowMerge> merges;
  while (merges.size() + 1 < n) {
    context.check_stop();
    if (chain.empty()) chain.push_back(open[0]);
    for (;;) {
      const std::uint32_t tip = chain.back();
      // The one before the tip is preferred among equals, so that chains end.
      std::uint32_t nearest = chain.size() > 1 ? chain[chain.size() - 2] : n;
      double least = chain.size() > 1 ? distances(tip, nearest) : std::numeric_limits<double>::infinity();
      for (const std::uint32_t other : open) {
        if (other == tip) continue;
        const double here = distances(tip, other);
        if (here < least) {
          least = here;
          nearest = other;
        }
      }
      if (nearest == n) throw_data("distances between the rows are beyond the range of a double");
      if (chain.size() > 1 && nearest == chain[chain.size() - 2]) break;
      chain.push_back(nearest);
    }
    std::uint32_t a = chain[chain.size() - 2];
    std::uint32_t b = chain.back();
    chain.resize(chain.size() - 2);
    if (a > b) std::swap(a, b);
    const double between = distances(a, b);
    merges.push_back({a, b, between});
    open.erase(std::lower_bound(open.begin(), open.end(), a));
    for (const std::uint32_t c : open) {
      if (c == b) continue;
      distances(b, c) = combined(linkage, distances(a, c), distances(b, c), between, sizes[a], sizes[b], sizes[c]);
    }
    sizes[b] += sizes[a];
  }
  return merges;
}

std::vector<RowMerge> spanning_merges(const DenseMatrix& x, const Context& context) {
  const auto n = static_cast<std::uint32_t>(x.rows);
  std::vector<double> least(n, std::numeric_limits<double>::infinity());  // squared, to the tree
  std::vector<std::uint32_t> from(n, 0);
  std::vector<std::uint32_t> outside(n - 1);
  std::iota(outside.begin(), outside.end(), 1u);
  std::vector<RowMerge> merges;
  std::uint32_t last = 0;
  while (!outside.empty()) {
    if (merges.size() % 64 == 0) context.check_stop();
    std::size_t best = 0;
    for (std::size_t i = 0; i < outside.size(); ++i) {
      const std::uint32_t row = outside[i];
      const double here = squared_distance(x.row(row).data(), x.row(last).data(), x.cols);
      if (here < least[row]) {
        least[row] = here;
        from[row] = last;
      }
      if (least[row] < least[outside[best]]) best = i;
    }
    last = outside[best];
    merges.push_back({from[last], last, std::sqrt(least[last])});
    outside.erase(outside.begin() + static_cast<std::ptrdiff_t>(best));
  }
  return merges;
}

// The clusters that rows are in, while merges are numbered.
class ClusterOfRow {
 public:
  explicit ClusterOfRow(std::size_t rows) : parent_(2 * rows - 1), size_(2 * rows - 1, 1) {
    std::iota(parent_.begin(), parent_.end(), 0u);
  }
  std::uint32_t find(std::uint32_t at) {
    while (parent_[at] != at) {
      parent_[at] = parent_[parent_[at]];
      at = parent_[at];
    }
    return at;
  }
  void join(std::uint32_t a, std::uint32_t b, std::uint32_t into) {
    parent_[a] = parent_[b] = into;
    size_[into] = size_[a] + size_[b];
  }
  std::uint32_t size(std::uint32_t cluster) const { return size_[cluster]; }

 private:
  std::vector<std::uint32_t> parent_;
  std::vector<std::uint32_t> size_;
};

void check_rows(std::size_t rows, const std::string& linkage) {
  if (rows == 0) throw_data("there are no rows to cluster");
  const std::size_t most = linkage == "single" ? kMostSingleRows : kMostMatrixRows;
  if (rows > most) {
    throw_data("hierarchical clustering by " + linkage + " linkage takes " + with_thousands(most) +
                   " rows at most, here are " + with_thousands(rows),
               "use --method kmeans or dbscan, or cluster a sample and let `mlkit predict` assign the others");
  }
}

}  // namespace

std::vector<Merge> fit_hierarchy(const DenseMatrix& x, const std::string& linkage, Context& context) {
  check_rows(x.rows, linkage);
  std::vector<RowMerge> found = linkage == "single" ? spanning_merges(x, context) : chain_merges(x, linkage, context);
  std::stable_sort(found.begin(), found.end(), [](const auto& a, const auto& b) { return a.height < b.height; });
  if (!found.empty() && !std::isfinite(found.back().height)) {
    throw_data("distances between the rows are beyond the range of a double", "--scale standard scales them");
  }
  ClusterOfRow clusters(x.rows);
  std::vector<Merge> out;
  for (const RowMerge& merge : found) {
    const auto into = static_cast<std::uint32_t>(x.rows + out.size());
    const std::uint32_t a = clusters.find(merge.a);
    const std::uint32_t b = clusters.find(merge.b);
    clusters.join(a, b, into);
    out.push_back({std::min(a, b), std::max(a, b), merge.height, clusters.size(into)});
  }
  return out;
}

std::vector<std::int32_t> cut_hierarchy(const std::vector<Merge>& merges, std::size_t k) {
  const std::size_t n = merges.size() + 1;
  ClusterOfRow clusters(n);
  for (std::size_t i = 0; i + k < n; ++i) {
    clusters.join(merges[i].left, merges[i].right, static_cast<std::uint32_t>(n + i));
  }
  std::vector<std::int32_t> number(2 * n - 1, -1);
  std::vector<std::int32_t> labels;
  std::int32_t next = 0;
  for (std::uint32_t row = 0; row < n; ++row) {
    std::int32_t& label = number[clusters.find(row)];
    if (label < 0) label = next++;
    labels.push_back(label);
  }
  return labels;
}

}  // namespace mlkit
