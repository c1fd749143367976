#include "mlkit/model/kd_tree.h"

#include <algorithm>
#include <numeric>

namespace mlkit {
namespace {

constexpr std::uint32_t kLeafPoints = 12;

}  // namespace

KdTree::KdTree(const DenseMatrix& points) : cols_(points.cols), order_(points.rows) {
  std::iota(order_.begin(), order_.end(), 0u);
  if (points.rows == 0) return;
  build(0, static_cast<std::uint32_t>(points.rows), points);
  points_.resize(points.rows * cols_);
  for (std::size_t i = 0; i < order_.size(); ++i) {
    const std::span<const double> row = points.row(order_[i]);
    std::copy(row.begin(), row.end(), points_.begin() + static_cast<std::ptrdiff_t>(i * cols_));
  }
}

std::uint32_t KdTree::build(std::uint32_t begin, std::uint32_t end, const DenseMatrix& points) {
  const auto at = static_cast<std::uint32_t>(nodes_.size());
  nodes_.push_back({begin, end, 0});
  const std::size_t box = boxes_.size();
  boxes_.resize(box + 2 * cols_);
  std::size_t widest = 0;
  double width = -1;
  for (std::size_t j = 0; j < cols_; ++j) {
    double low = points.row(order_[begin])[j];
    double high = low;
    for (std::uint32_t i = begin; i < end; ++i) {
      const double value = points.row(order_[i])[j];
      low = std::min(low, value);
      high = std::max(high, value);
    }
    boxes_[box + j] = low;
    boxes_[box + cols_ + j] = high;
    if (high - low > width) {
      width = high - low;
      widest = j;
    }
  }
  if (end - begin <= kLeafPoints || width == 0) return at;
  const std::uint32_t middle = begin + (end - begin) / 2;
  std::nth_element(order_.begin() + begin, order_.begin() + middle, order_.begin() + end,
                   [&](std::uint32_t a, std::uint32_t b) {
                     const double x = points.row(a)[widest];
                     const double y = points.row(b)[widest];
                     return x != y ? x < y : a < b;
                   });
  build(begin, middle, points);
  const std::uint32_t right = build(middle, end, points);
  nodes_[at].right = right;
  return at;
}

double KdTree::squared_to_box(std::uint32_t node, const double* row) const {
  const double* low = boxes_.data() + node * 2 * cols_;
  const double* high = low + cols_;
  double sum = 0;
  for (std::size_t j = 0; j < cols_; ++j) {
    const double outside = row[j] < low[j] ? row[j] - low[j] : row[j] > high[j] ? row[j] - high[j] : 0.0;
    sum += outside * outside;
  }
  return sum;
}

KdTree::Nearest KdTree::nearest(const double* row) const {
  Nearest best;
  if (!nodes_.empty()) walk_nearest(0, row, best);
  return best;
}

void KdTree::walk_nearest(std::uint32_t at, const double* row, Nearest& best) const {
  const Node& node = nodes_[at];
  if (node.right == 0) {
    for (std::uint32_t i = node.begin; i < node.end; ++i) {
      const double here = squared_to_point(i, row);
      if (here < best.squared || (here == best.squared && order_[i] < best.index)) best = {order_[i], here};
    }
    return;
  }
  std::uint32_t near = at + 1;
  std::uint32_t far = node.right;
  double to_near = squared_to_box(near, row);
  double to_far = squared_to_box(far, row);
  if (to_far < to_near) {
    std::swap(near, far);
    std::swap(to_near, to_far);
  }
  if (to_near <= best.squared) walk_nearest(near, row, best);
  if (to_far <= best.squared) walk_nearest(far, row, best);
}

std::vector<double> KdTree::nearest_distances(const double* row, std::size_t count) const {
  std::vector<double> least;  // rising, at most `count`
  least.reserve(count + 1);
  if (!nodes_.empty() && count > 0) walk_distances(0, row, count, least);
  return least;
}

void KdTree::walk_distances(std::uint32_t at, const double* row, std::size_t count, std::vector<double>& least) const {
  const Node& node = nodes_[at];
  const auto wanted = [&](double squared) { return least.size() < count || squared < least.back(); };
  if (node.right == 0) {
    for (std::uint32_t i = node.begin; i < node.end; ++i) {
      const double here = squared_to_point(i, row);
      if (!wanted(here)) continue;
      least.insert(std::upper_bound(least.begin(), least.end(), here), here);
      if (least.size() > count) least.pop_back();
    }
    return;
  }
  std::uint32_t near = at + 1;
  std::uint32_t far = node.right;
  double to_near = squared_to_box(near, row);
  double to_far = squared_to_box(far, row);
  if (to_far < to_near) {
    std::swap(near, far);
    std::swap(to_near, to_far);
  }
  if (wanted(to_near)) walk_distances(near, row, count, least);
  if (wanted(to_far)) walk_distances(far, row, count, least);
}

}  // namespace mlkit
