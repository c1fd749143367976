// The items that are most like a profile, exactly.
//
//   profile   the sum of the viewed items' unit vectors, the i-th last of them times decay^i, as a unit vector
//   score     the cosine of profile and item, times 1 + boost where the item's category is one of the viewed items'.
//             Scores are rounded to 12 decimals, so that what is equal but for the last bits of its sum is a tie, and
//             ties go by id (rank_ids). Items with score 0 are never among the results.
//   order     falling score; with diversity L > 0 maximal marginal relevance (Carbonell, Goldstein, SIGIR 1998): the
//             next one is that of the largest (1 - L) score - L (largest cosine with those taken), chosen among
//             the best max(50, 10 top) by score
//   filters   viewed items never; prices within bounds (an item without a price fails every bound), and within a share
//             of the mean price of the viewed items; categories
//
// How: scores are summed up term by term from the inverted index (single precision, terms with the largest bound
// first). What is not yet read can add at most the sum of the bounds (largest weight of the term times its weight in
// the profile; MaxScore, Turtle, Flood 1995); once that is less than the top-th largest sum so far, no item that was
// not met can come in. The items that may still be among the best are then computed in double precision from their own
// vectors. So the result is that of computing all, whatever was skipped.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <span>
#include <utility>
#include <vector>

#include "mlkit/recommend/item_index.h"

namespace mlkit {

struct Profile {
  std::vector<std::uint32_t> terms;       // rising
  std::vector<double> weights;            // a unit vector; none where no viewed item has text
  std::vector<std::uint32_t> viewed;      // distinct, rising
  std::vector<std::uint32_t> categories;  // of the viewed items; distinct, rising
  std::optional<double> price;            // mean of the viewed items that have one
};

// `viewed` in the order of viewing, items may come again (and count again); 0 < decay <= 1.
Profile make_profile(const ItemIndex& index, std::span<const std::uint32_t> viewed, double decay = 1);

struct SearchOptions {
  std::size_t top = 10;
  std::optional<double> min_price;
  std::optional<double> max_price;
  std::optional<double> price_within;          // a share: 0.2 = from 80 % to 120 % of the profile's price
  std::vector<std::uint32_t> only_categories;  // rising; empty = all
  bool same_category = false;                  // only categories of the profile
  double category_boost = 0;
  double diversity = 0;  // 0 to 1
};

struct Recommendation {
  std::uint32_t item = 0;
  double score = 0;
};

// Holds the memory that searches need (4 bytes an item): one thread at a time. The index outlives it.
class Searcher {
 public:
  Searcher(const ItemIndex& index, SearchOptions options);

  // At most options.top items; fewer where fewer have a term of the profile and pass the filters. Lives until the next
  // call.
  const std::vector<Recommendation>& search(const Profile& profile);

  // The terms that made a score, largest part first (ties: byte order), at most `most`: numbers of terms.
  std::vector<std::uint32_t> reasons(const Profile& profile, std::size_t item, std::size_t most) const;

 private:
  struct Term {
    std::uint32_t term;
    float weight;
    double bound;
  };
  struct Possible {
    float sum;
    std::uint32_t item;
  };
  struct Candidate {
    std::int64_t key;  // score in units of 1e-12
    std::uint32_t rank;
    std::uint32_t item;
    bool operator<(const Candidate& other) const { return key != other.key ? key > other.key : rank < other.rank; }
  };

  void set_bounds(const Profile& profile);
  bool is_allowed(const Profile& profile, std::size_t item) const;
  double boost_of(const Profile& profile, std::size_t item) const;
  void sum_up(const Profile& profile);
  double lower_limit(const Profile& profile);
  void offer(float score, std::size_t wanted);
  void collect(const Profile& profile);
  void gather_possible(const Profile& profile);
  void add_exact(const Profile& profile, std::uint32_t item);
  void diversify();

  const ItemIndex& index_;
  SearchOptions options_;
  std::size_t wanted_;       // candidates to be found: more than top for diversity
  double lowest_price_ = 0;  // of this search; NaN: no item passes
  double highest_price_ = 0;
  bool price_matters_ = false;
  bool any_item_ = true;       // but for the viewed ones: no filter, no boost
  std::vector<Term> terms_;    // of the profile, falling bounds
  std::vector<float> sums_;    // per item, padded with zeros
  double rest_ = 0;            // what the terms that were not summed up can add at most
  double limit_ = 0;           // items whose sum is less are not among the best
  double rounding_ = 0;        // of a sum, at most
  std::vector<float> maxima_;  // of each stretch of sums_
  std::vector<float> heap_;    // the largest sums, the least of them first
  std::vector<double> dense_;  // the profile by terms
  std::vector<Possible> possible_;
  std::vector<Candidate> found_;
  std::vector<Recommendation> results_;
};

}  // namespace mlkit
