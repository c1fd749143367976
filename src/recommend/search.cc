#include "mlkit/recommend/search.h"

#include <algorithm>
#include <cmath>
#include <functional>

namespace mlkit {
namespace {

constexpr double kUnit = 1e12;        // scores are whole numbers of 1 / kUnit
constexpr std::size_t kScanned = 32;  // sums that are looked at together
constexpr double kEpsilon = 6.0e-8;   // single precision: 2^-24, rounded up

typedef float Four __attribute__((vector_size(16)));

// The largest of kScanned sums.
[[gnu::always_inline]] inline float largest_of(const float* sums) {
  Four largest;
  __builtin_memcpy(&largest, sums, sizeof(largest));
#pragma GCC unroll 8
  for (std::size_t i = 4; i < kScanned; i += 4) {
    Four four;
    __builtin_memcpy(&four, sums + i, sizeof(four));
    largest = four > largest ? four : largest;
  }
  return std::max(std::max(largest[0], largest[1]), std::max(largest[2], largest[3]));
}

bool holds(const std::vector<std::uint32_t>& rising, std::uint32_t value) {
  return std::binary_search(rising.begin(), rising.end(), value);
}

}  // namespace

Profile make_profile(const ItemIndex& index, std::span<const std::uint32_t> viewed, double decay) {
  Profile out;
  std::vector<std::pair<std::uint32_t, double>> entries;
  double prices = 0;
  std::size_t priced = 0;
  double share = 1;
  for (std::size_t i = viewed.size(); i-- > 0; share *= decay) {
    const std::uint32_t item = viewed[i];
    const auto terms = index.item_terms(item);
    const auto weights = index.item_weights(item);
    for (std::size_t k = 0; k < terms.size(); ++k) entries.emplace_back(terms[k], share * weights[k]);
    out.viewed.push_back(item);
    const Catalogue& catalogue = index.catalogue();
    if (catalogue.category[item] != kNoLevel) out.categories.push_back(catalogue.category[item]);
    if (std::isnan(catalogue.prices[item])) continue;
    prices += catalogue.prices[item];
    ++priced;
  }
  if (priced > 0) out.price = prices / static_cast<double>(priced);
  for (std::vector<std::uint32_t>* list : {&out.viewed, &out.categories}) {
    std::sort(list->begin(), list->end());
    list->erase(std::unique(list->begin(), list->end()), list->end());
  }
  std::stable_sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  for (const auto& [term, weight] : entries) {
    if (out.terms.empty() || out.terms.back() != term) {
      out.terms.push_back(term);
      out.weights.push_back(weight);
    } else {
      out.weights.back() += weight;
    }
  }
  if (viewed.size() > 1) {  // (one item's vector is one already)
    double squares = 0;
    for (const double weight : out.weights) squares += weight * weight;
    const double norm = std::sqrt(squares);
    for (double& weight : out.weights) weight /= norm;
  }
  return out;
}

Searcher::Searcher(const ItemIndex& index, SearchOptions options)
    : index_(index),
      options_(std::move(options)),
      wanted_(options_.diversity > 0 ? std::max<std::size_t>(50, 10 * options_.top) : options_.top),
      sums_((index.size() + kScanned - 1) / kScanned * kScanned),
      maxima_(sums_.size() / kScanned),
      dense_(index.term_count()) {}

void Searcher::set_bounds(const Profile& profile) {
  lowest_price_ = options_.min_price.value_or(0);
  highest_price_ = options_.max_price.value_or(std::numeric_limits<double>::infinity());
  price_matters_ = options_.min_price || options_.max_price || options_.price_within;
  any_item_ =
      !price_matters_ && options_.only_categories.empty() && !options_.same_category && options_.category_boost == 0;
  if (!options_.price_within) return;
  // Bounds as people compute them in decimals belong to the range.
  constexpr double kRounding = 1e-12;
  const double price = profile.price.value_or(std::numeric_limits<double>::quiet_NaN());
  const double least = price * (1 - *options_.price_within) - kRounding * price;
  const double most = price * (1 + *options_.price_within) + kRounding * price;
  lowest_price_ = profile.price ? std::max(lowest_price_, least) : least;
  highest_price_ = profile.price ? std::min(highest_price_, most) : most;
}

bool Searcher::is_allowed(const Profile& profile, std::size_t item) const {
  const Catalogue& catalogue = index_.catalogue();
  if (price_matters_ && !(catalogue.prices[item] >= lowest_price_ && catalogue.prices[item] <= highest_price_)) {
    return false;
  }
  const std::uint32_t category = catalogue.category[item];
  if (!options_.only_categories.empty() && !holds(options_.only_categories, category)) return false;
  if (options_.same_category && !holds(profile.categories, category)) return false;
  return !holds(profile.viewed, static_cast<std::uint32_t>(item));
}

double Searcher::boost_of(const Profile& profile, std::size_t item) const {
  if (options_.category_boost == 0) return 1;
  const std::uint32_t category = index_.catalogue().category[item];
  return holds(profile.categories, category) ? 1 + options_.category_boost : 1;
}

// Keeps the `wanted` largest in heap_.
void Searcher::offer(float score, std::size_t wanted) {
  if (heap_.size() == wanted) {
    if (score <= heap_.front()) return;
    std::pop_heap(heap_.begin(), heap_.end(), std::greater<>());
    heap_.pop_back();
  }
  heap_.push_back(score);
  std::push_heap(heap_.begin(), heap_.end(), std::greater<>());
}

// Brings maxima_ up to date. Returns a score that wanted_ items are certain to reach, less what rounding could have
// done to it; negative where there are not so many. Where any item may be recommended, the maxima of stretches are
// taken for items: they are of as many, though not always of the best; of viewed ones there may be some.
double Searcher::lower_limit(const Profile& profile) {
  heap_.clear();
  const std::size_t wanted = any_item_ ? wanted_ + profile.viewed.size() : wanted_;
  const auto most_boost = static_cast<float>(1 + options_.category_boost);
  float least = std::numeric_limits<float>::min();  // that a sum has to reach to get in
  for (std::size_t stretch = 0; stretch < maxima_.size(); ++stretch) {
    const float largest = largest_of(&sums_[stretch * kScanned]);
    maxima_[stretch] = largest;
    if (largest < least) continue;
    if (any_item_) {
      offer(largest, wanted);
      if (heap_.size() == wanted) least = heap_.front();
      continue;
    }
    for (std::size_t item = stretch * kScanned; item < (stretch + 1) * kScanned; ++item) {
      if (sums_[item] < least || !is_allowed(profile, item)) continue;
      offer(sums_[item] * static_cast<float>(boost_of(profile, item)), wanted);
      if (heap_.size() == wanted) least = std::max(least, heap_.front() / most_boost * (1 - 1e-6f));
    }
  }
  if (heap_.size() < wanted) return -1;
  return heap_.front() - 2 * rounding_ * most_boost - 10 / kUnit;
}

// Fills sums_ from the postings until what is left cannot bring in another item; sets limit_ and rest_.
void Searcher::sum_up(const Profile& profile) {
  terms_.clear();
  double rest = 0;
  for (std::size_t i = 0; i < profile.terms.size(); ++i) {
    const double bound = profile.weights[i] * static_cast<double>(index_.largest_weight(profile.terms[i])) * (1 + 1e-6);
    terms_.push_back({profile.terms[i], static_cast<float>(profile.weights[i]), bound});
    rest += bound;
  }
  std::sort(terms_.begin(), terms_.end(),
            [](const Term& a, const Term& b) { return a.bound != b.bound ? a.bound > b.bound : a.term < b.term; });
  rounding_ = (static_cast<double>(terms_.size()) + 4) * kEpsilon * (1 + kEpsilon);
  const double most_boost = 1 + options_.category_boost;
  // Looking for the limit costs about as much as this many postings.
  const std::size_t look_cost = index_.size() / 8 + 64;
  std::size_t postings_left = 0;
  for (const Term& term : terms_) postings_left += index_.posting_items(term.term).size();
  limit_ = -1;
  for (const Term& term : terms_) {
    const auto items = index_.posting_items(term.term);
    // To stop here the limit must be well above what is left: near it too many items stay in question. Limits are
    // mostly above twice kWorthWhile.
    constexpr double kWorthWhile = 0.2;
    constexpr double kStops = 0.5;
    const double left = rest * most_boost;
    if (left < (limit_ > 0 ? limit_ * kStops : kWorthWhile) && items.size() > look_cost / 4 &&
        postings_left > look_cost) {
      limit_ = lower_limit(profile);
      if (left < limit_ * kStops) break;
    }
    const auto weights = index_.posting_weights(term.term);
    for (std::size_t i = 0; i < items.size(); ++i) sums_[items[i]] += term.weight * weights[i];
    rest -= term.bound;
    postings_left -= items.size();
  }
  rest_ = std::max(rest, 0.0) + (postings_left == 0 ? 0 : kEpsilon);
  if (postings_left == 0) {
    rest_ = 0;
    limit_ = lower_limit(profile);
  }
}

// Adds an item with its score in double precision.
void Searcher::add_exact(const Profile& profile, std::uint32_t item) {
  const auto terms = index_.item_terms(item);
  const auto weights = index_.item_weights(item);
  double sum = 0;
  for (std::size_t i = 0; i < terms.size(); ++i) sum += dense_[terms[i]] * weights[i];
  const auto key = static_cast<std::int64_t>(sum * boost_of(profile, item) * kUnit + 0.5);
  if (key > 0) found_.push_back({key, index_.id_rank(item), item});
}

// The items that limit_ and rest_ leave in question; leaves sums_ zero.
void Searcher::gather_possible(const Profile& profile) {
  possible_.clear();
  const double needed = limit_ / (1 + options_.category_boost) - rest_ - rounding_;
  const float least = std::max(static_cast<float>(needed * (1 - 1e-6)), std::numeric_limits<float>::min());
  for (std::size_t stretch = 0; stretch < maxima_.size(); ++stretch) {
    if (maxima_[stretch] < least) continue;
    for (std::size_t item = stretch * kScanned; item < (stretch + 1) * kScanned; ++item) {
      if (sums_[item] < least || !is_allowed(profile, item)) continue;
      possible_.push_back({sums_[item], static_cast<std::uint32_t>(item)});
    }
  }
  std::fill(sums_.begin(), sums_.end(), 0.0f);
}

// Computes what may be among the best in double precision: first those with the largest sums, then those that could
// still come before the last of these.
void Searcher::collect(const Profile& profile) {
  gather_possible(profile);
  found_.clear();
  for (std::size_t i = 0; i < profile.terms.size(); ++i) dense_[profile.terms[i]] = profile.weights[i];
  const std::size_t first = std::min(wanted_, possible_.size());
  std::nth_element(possible_.begin(), possible_.begin() + static_cast<std::ptrdiff_t>(first), possible_.end(),
                   [](const Possible& a, const Possible& b) { return a.sum > b.sum; });
  for (std::size_t i = 0; i < first; ++i) add_exact(profile, possible_[i].item);
  std::int64_t least_key = 0;
  if (found_.size() == wanted_) least_key = std::max_element(found_.begin(), found_.end())->key;
  for (std::size_t i = first; i < possible_.size(); ++i) {
    const double most =
        (static_cast<double>(possible_[i].sum) + rest_ + rounding_) * boost_of(profile, possible_[i].item);
    if (most * kUnit + 1 >= static_cast<double>(least_key)) add_exact(profile, possible_[i].item);
  }
  for (const std::uint32_t term : profile.terms) dense_[term] = 0;
  const std::size_t kept = std::min(wanted_, found_.size());
  std::partial_sort(found_.begin(), found_.begin() + static_cast<std::ptrdiff_t>(kept), found_.end());
  found_.resize(kept);
}

void Searcher::diversify() {
  std::vector<double> nearest(found_.size(), 0);  // largest cosine with those taken
  std::vector<Candidate> taken;
  while (!found_.empty() && taken.size() < options_.top) {
    std::size_t best = 0;
    std::int64_t best_key = std::numeric_limits<std::int64_t>::min();
    for (std::size_t i = 0; i < found_.size(); ++i) {  // (by falling score, ties by id: the first of equals)
      const double value =
          (1 - options_.diversity) * static_cast<double>(found_[i].key) / kUnit - options_.diversity * nearest[i];
      const auto key = static_cast<std::int64_t>(std::floor(value * kUnit + 0.5));
      if (key > best_key) {
        best_key = key;
        best = i;
      }
    }
    const Candidate chosen = found_[best];
    taken.push_back(chosen);
    found_.erase(found_.begin() + static_cast<std::ptrdiff_t>(best));
    nearest.erase(nearest.begin() + static_cast<std::ptrdiff_t>(best));
    for (std::size_t i = 0; i < found_.size(); ++i) {
      nearest[i] = std::max(nearest[i], index_.similarity(found_[i].item, chosen.item));
    }
  }
  found_ = std::move(taken);
}

const std::vector<Recommendation>& Searcher::search(const Profile& profile) {
  results_.clear();
  if (profile.terms.empty() || options_.top == 0) return results_;
  set_bounds(profile);
  sum_up(profile);
  collect(profile);
  if (options_.diversity > 0) diversify();
  for (const Candidate& candidate : found_) {
    results_.push_back({candidate.item, static_cast<double>(candidate.key) / kUnit});
  }
  return results_;
}

std::vector<std::uint32_t> Searcher::reasons(const Profile& profile, std::size_t item, std::size_t most) const {
  const auto terms = index_.item_terms(item);
  const auto weights = index_.item_weights(item);
  std::vector<std::pair<double, std::uint32_t>> parts;
  for (std::size_t i = 0, p = 0; i < terms.size() && p < profile.terms.size();) {
    if (terms[i] == profile.terms[p]) {
      const double part = weights[i++] * profile.weights[p++];
      parts.emplace_back(-std::floor(part * kUnit + 0.5), terms[i - 1]);
    } else {
      ++(terms[i] < profile.terms[p] ? i : p);
    }
  }
  std::sort(parts.begin(), parts.end());
  std::vector<std::uint32_t> out;
  for (std::size_t i = 0; i < parts.size() && i < most; ++i) out.push_back(parts[i].second);
  return out;
}

}  // namespace mlkit
