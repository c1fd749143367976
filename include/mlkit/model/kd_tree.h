// Points in a tree of boxes, for exact neighbours (Bentley, "Multidimensional binary search trees", CACM 1975; split at
// the median of the widest side, leaves of a few points). Squared Euclidean distances are sums over the features in
// their order; the distance to a box is summed in the same way, so rounding never cuts off a neighbour: answers are
// those of looking at every point. Beyond some ten features it looks at nearly all of them.
//
// Immutable after construction; any number of threads may ask; asking does not allocate (but nearest_distances).
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <span>
#include <vector>

#include "mlkit/data/dataset.h"

namespace mlkit {

class KdTree {
 public:
  KdTree() = default;
  // Keeps a copy of the points, in its own order.
  explicit KdTree(const DenseMatrix& points);

  std::size_t size() const { return order_.size(); }
  std::size_t cols() const { return cols_; }

  // Calls visit(index, squared distance) for every point within sqrt(`squared`) of the row, in no particular order.
  template <class Visit>
  void within(const double* row, double squared, const Visit& visit) const {
    if (!nodes_.empty()) walk_within(0, row, squared, visit);
  }

  struct Nearest {
    std::uint32_t index = 0;  // the lowest of equally near ones
    double squared = std::numeric_limits<double>::infinity();
  };
  Nearest nearest(const double* row) const;
  // The `count` least squared distances, rising (fewer where there are fewer points).
  std::vector<double> nearest_distances(const double* row, std::size_t count) const;

 private:
  struct Node {
    std::uint32_t begin = 0;  // points [begin, end) in the tree's order
    std::uint32_t end = 0;
    std::uint32_t right = 0;  // the left child follows its parent; 0: a leaf
  };

  std::uint32_t build(std::uint32_t begin, std::uint32_t end, const DenseMatrix& points);
  double squared_to_box(std::uint32_t node, const double* row) const;
  double squared_to_point(std::uint32_t position, const double* row) const {
    const double* point = points_.data() + position * cols_;
    double sum = 0;
    for (std::size_t j = 0; j < cols_; ++j) {
      const double difference = row[j] - point[j];
      sum += difference * difference;
    }
    return sum;
  }

  template <class Visit>
  void walk_within(std::uint32_t at, const double* row, double squared, const Visit& visit) const {
    if (squared_to_box(at, row) > squared) return;
    const Node& node = nodes_[at];
    if (node.right != 0) {
      walk_within(at + 1, row, squared, visit);
      walk_within(node.right, row, squared, visit);
      return;
    }
    for (std::uint32_t i = node.begin; i < node.end; ++i) {
      const double here = squared_to_point(i, row);
      if (here <= squared) visit(order_[i], here);
    }
  }
  void walk_nearest(std::uint32_t at, const double* row, Nearest& best) const;
  void walk_distances(std::uint32_t at, const double* row, std::size_t count, std::vector<double>& least) const;

  std::size_t cols_ = 0;
  std::vector<Node> nodes_;
  std::vector<double> boxes_;         // per node: least corner, greatest corner
  std::vector<double> points_;        // in the tree's order
  std::vector<std::uint32_t> order_;  // position -> index
};

}  // namespace mlkit
