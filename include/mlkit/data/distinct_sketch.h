// How many different values there are, from their hashes: exact while they are at most `kept`, then estimated.
//
// The sketch holds the `kept` smallest distinct hashes (KMV, bottom-k; Bar-Yossef et al., RANDOM 2002; Beyer et al.,
// SIGMOD 2007): with the k-th smallest at a share u of all 2^64 the estimate is (k - 1) / u, unbiased, with a
// standard error of 1 / sqrt(k - 2) of itself. Merging is the union cut to the smallest k: the result does not
// depend on the order of values or merges. Collisions of 64-bit hashes below 2^16 values: one in 10^10.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

namespace mlkit {

class DistinctSketch {
 public:
  explicit DistinctSketch(std::size_t kept = 32769) : kept_(kept < 3 ? 3 : kept) {}

  void add(std::uint64_t hash) {
    if (hash >= bound_) return;
    fresh_.push_back(hash);
    if (fresh_.size() >= kept_) compact();
  }
  void merge(DistinctSketch&& right);

  // Hashes from here on can no longer matter (only ever falls).
  std::uint64_t bound() const { return bound_; }
  // For a sketch that will be merged into one with this bound: what the other would not keep is not kept here either.
  // (Of such a part estimate() means nothing.)
  void forget_from(std::uint64_t bound) { bound_ = bound < bound_ ? bound : bound_; }
  bool exact() const;
  double estimate() const;
  // Of the estimate, as a share of it: 0 where exact.
  double relative_error() const;

 private:
  void compact() const;
  std::size_t kept_;
  mutable std::uint64_t bound_ = ~std::uint64_t{0};
  mutable std::vector<std::uint64_t> smallest_;  // rising, distinct, at most kept_
  mutable std::vector<std::uint64_t> fresh_;     // not yet among them
};

// How often values repeat, from their hashes: as above, but each kept hash knows how often it came. Of the values
// whose hashes are kept every occurrence was counted, so the share of repeats among them is exact for them, and an
// estimate for all (every value is kept or not with all its occurrences).
class RepeatSketch {
 public:
  explicit RepeatSketch(std::size_t kept = std::size_t{1} << 17) : kept_(kept) {}
  void add(std::uint64_t hash) {
    if (hash > bound_) return;
    fresh_.push_back({hash, 1});
    if (fresh_.size() >= kept_ * 2) compact();
  }
  void merge(RepeatSketch&& right);

  std::uint64_t bound() const { return bound_; }
  bool exact() const;
  // Of all that were added, the share that came before already; 0 for none.
  double repeat_share() const;

 private:
  struct Counted {
    std::uint64_t hash;
    std::uint64_t count;
  };
  void compact() const;
  std::size_t kept_;
  mutable std::uint64_t bound_ = ~std::uint64_t{0};
  mutable std::vector<Counted> smallest_;
  mutable std::vector<Counted> fresh_;
};

}  // namespace mlkit
