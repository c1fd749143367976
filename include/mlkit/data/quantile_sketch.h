// Quantiles of a stream of numbers in bounded memory: exact while the numbers fit, then from a summary with a
// guaranteed error.
//
// A summary of n numbers is k of them, the one in the middle of each k-th part of the sorted order: every rank is off
// by at most n / (2 k). Two summaries merge into the sorted order of both, each value standing for its n / k
// numbers, and that is cut to k again: errors in ranks add up, and each cut adds n / (2 k). Blocks of numbers
// merge along a fixed binary tree (as TreeFold), so after b blocks a rank is off by at most
// (1 + log2 b) n / (2 k); the bound that holds for what was really merged is counted along and reported. (The
// deterministic scheme of Munro and Paterson, 1980, in the form of Agarwal et al., "Mergeable summaries", 2012,
// section 3, with fixed positions instead of random ones.)
//
// The result depends on the numbers and on where blocks begin, not on threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

namespace mlkit {

class QuantileSketch {
 public:
  // k numbers a summary; up to `exact_up_to` numbers are kept as they are.
  explicit QuantileSketch(std::size_t k = 4096, std::size_t exact_up_to = 65536) : k_(k), exact_up_to_(exact_up_to) {}

  // A block of finite numbers in rising order.
  void add_sorted_block(std::span<const double> sorted);
  // As if the blocks of `right` had followed.
  void merge(QuantileSketch&& right);

  std::uint64_t count() const { return count_; }
  bool exact() const { return count_ <= exact_up_to_; }
  // By how much the rank of what quantile() gives may be off, as a share of all numbers; 0 where exact.
  double rank_error() const;
  // Type 7 (data/summary.h) where exact, else interpolated between the summary's numbers. NaN for no numbers.
  double quantile(double p) const;
  // The share of numbers that are at most x (below x where `below`).
  double share_up_to(double x, bool below = false) const;

 private:
  struct Summary {
    std::uint64_t count = 0;
    double rank_error = 0;  // in numbers
    std::vector<double> values;
  };
  static Summary merged(const Summary& a, const Summary& b, std::size_t k);
  void push(std::size_t level, Summary summary);
  void settle() const;
  std::size_t k_;
  std::size_t exact_up_to_;
  std::uint64_t count_ = 0;
  std::vector<std::pair<std::size_t, Summary>> stack_;  // (level, subtree), levels falling
  mutable std::vector<double> all_;                     // while exact
  mutable bool all_sorted_ = true;
  mutable bool settled_ = false;
  mutable Summary whole_;  // once settled
};

}  // namespace mlkit
