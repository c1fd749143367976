#include "mlkit/recommend/evaluate_views.h"

#include <algorithm>
#include <numeric>
#include <set>

#include "mlkit/base/math.h"
#include "mlkit/eval/intervals.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

constexpr std::size_t kUserBlock = 64;

// What a rank (from 1; 0 = not among the first k) adds.
RankingFigures figures_of(std::size_t rank) {
  if (rank == 0) return {};
  const auto r = static_cast<double>(rank);
  return {1, rank == 1 ? 1 : mlkit::log(2.0) / mlkit::log(1 + r), 1 / r};
}

void add(RankingFigures& sum, const RankingFigures& part, double weight = 1) {
  sum.hit_rate += part.hit_rate * weight;
  sum.ndcg += part.ndcg * weight;
  sum.mrr += part.mrr * weight;
}

void divide(RankingFigures& sum, double by) {
  sum.hit_rate /= by;
  sum.ndcg /= by;
  sum.mrr /= by;
}

// A user with what was viewed before the held-out item.
struct Case {
  std::vector<std::uint32_t> viewed;
  std::uint32_t held_out = 0;
};

std::vector<Case> make_cases(const ViewLog& log, ViewsEvaluation& out) {
  std::vector<Case> cases;
  for (std::size_t user = 0; user < log.users.size(); ++user) {
    Case one;
    for (const std::uint32_t item : log.of(user)) {
      if (item != kNoLevel) one.viewed.push_back(item);
    }
    if (one.viewed.size() < 2) {
      ++out.single_view;
      continue;
    }
    one.held_out = one.viewed.back();
    one.viewed.pop_back();
    if (std::find(one.viewed.begin(), one.viewed.end(), one.held_out) != one.viewed.end()) {
      ++out.seen_before;
      continue;
    }
    cases.push_back(std::move(one));
  }
  return cases;
}

// Items that any case viewed, most views first, ties by id; then all others by id.
std::vector<std::uint32_t> order_by_views(const ItemIndex& index, const std::vector<Case>& cases) {
  std::vector<std::uint64_t> views(index.size());
  for (const Case& one : cases) {
    for (const std::uint32_t item : one.viewed) ++views[item];
  }
  std::vector<std::uint32_t> order(index.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) {
    return views[a] != views[b] ? views[a] > views[b] : index.id_rank(a) < index.id_rank(b);
  });
  return order;
}

bool has_viewed(const Case& one, std::uint32_t item) {
  return std::find(one.viewed.begin(), one.viewed.end(), item) != one.viewed.end();
}

std::size_t rank_by_views(const std::vector<std::uint32_t>& order, const Case& one, std::size_t k) {
  std::size_t rank = 0;
  for (const std::uint32_t item : order) {
    if (has_viewed(one, item)) continue;
    if (++rank > k) break;
    if (item == one.held_out) return rank;
  }
  return 0;
}

void add_random(const Case& one, std::size_t items, std::size_t k, RankingFigures& sum) {
  const std::set<std::uint32_t> distinct(one.viewed.begin(), one.viewed.end());
  const std::size_t others = items - distinct.size();
  for (std::size_t rank = 1; rank <= std::min(k, others); ++rank) {
    add(sum, figures_of(rank), 1 / static_cast<double>(others));
  }
}

struct Answer {
  std::size_t rank = 0;
  std::vector<std::uint32_t> items;
};

}  // namespace

ViewsEvaluation evaluate_views(const ItemIndex& index, const ViewLog& log, const SearchOptions& options, double decay,
                               const Context& context) {
  ViewsEvaluation out;
  out.k = options.top;
  const std::vector<Case> cases = make_cases(log, out);
  out.users = cases.size();
  if (cases.empty()) return out;
  std::vector<Answer> answers(cases.size());
  for_blocks(context, cases.size(), kUserBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
    context.check_stop();
    Searcher searcher(index, options);
    for (std::size_t i = begin; i < end; ++i) {
      for (const Recommendation& found : searcher.search(make_profile(index, cases[i].viewed, decay))) {
        answers[i].items.push_back(found.item);
        if (found.item == cases[i].held_out) answers[i].rank = answers[i].items.size();
      }
    }
  });
  const std::vector<std::uint32_t> order = order_by_views(index, cases);
  std::vector<bool> shown(index.size());
  for (std::size_t i = 0; i < cases.size(); ++i) {
    add(out.content, figures_of(answers[i].rank));
    add(out.popularity, figures_of(rank_by_views(order, cases[i], out.k)));
    add_random(cases[i], index.size(), out.k, out.random);
    for (const std::uint32_t item : answers[i].items) shown[item] = true;
  }
  const auto users = static_cast<double>(cases.size());
  const Interval interval = wilson_interval(out.content.hit_rate, users);
  out.hit_rate_low = interval.low;
  out.hit_rate_high = interval.high;
  for (RankingFigures* figures : {&out.content, &out.popularity, &out.random}) divide(*figures, users);
  out.distinct_items = static_cast<std::size_t>(std::count(shown.begin(), shown.end(), true));
  return out;
}

}  // namespace mlkit
