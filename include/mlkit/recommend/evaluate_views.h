// How good are recommendations? What every user viewed last is held out, and recommended from what was viewed before.
//
//   hit rate @ k   share of users whose held-out item is among the first k (95 % interval: Wilson)
//   NDCG @ k       mean of 1 / log2(1 + rank), 0 beyond k: one item is relevant, so the ideal is 1
//   MRR @ k        mean of 1 / rank, 0 beyond k
//
// beside two that do not look at the texts: the items that most users viewed (held-out views not counted; ties by id),
// and a draw at random (its expectation, exact). Neither recommends what the user has viewed.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/recommend/search.h"

namespace mlkit {

// Who viewed what, in the order of viewing.
struct ViewLog {
  TextSet users;                      // in the order of their first views
  std::vector<std::uint64_t> begins;  // users + 1: user u viewed items[begins[u]] to items[begins[u + 1] - 1]
  std::vector<std::uint32_t> items;   // numbers in the catalogue; kNoLevel for an id that it does not have

  std::span<const std::uint32_t> of(std::size_t user) const {
    return std::span(items).subspan(begins[user], begins[user + 1] - begins[user]);
  }
};

struct RankingFigures {
  double hit_rate = 0;
  double ndcg = 0;
  double mrr = 0;
};

struct ViewsEvaluation {
  std::size_t k = 0;
  std::size_t users = 0;           // evaluated
  std::size_t single_view = 0;     // left out: fewer than two views of items that the catalogue has
  std::size_t seen_before = 0;     // left out: the last view was of an item viewed before
  std::size_t distinct_items = 0;  // recommended to at least one user
  RankingFigures content;
  double hit_rate_low = 0;
  double hit_rate_high = 0;
  RankingFigures popularity;
  RankingFigures random;
};

ViewsEvaluation evaluate_views(const ItemIndex& index, const ViewLog& log, const SearchOptions& options, double decay,
                               const Context& context);

}  // namespace mlkit
