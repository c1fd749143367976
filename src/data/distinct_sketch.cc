#include "mlkit/data/distinct_sketch.h"

#include <algorithm>
#include <cmath>
#include <iterator>
#include <utility>

namespace mlkit {

void DistinctSketch::compact() const {
  if (fresh_.empty()) return;
  std::sort(fresh_.begin(), fresh_.end());
  fresh_.erase(std::unique(fresh_.begin(), fresh_.end()), fresh_.end());
  std::vector<std::uint64_t> all;
  all.reserve(smallest_.size() + fresh_.size());
  std::set_union(smallest_.begin(), smallest_.end(), fresh_.begin(), fresh_.end(), std::back_inserter(all));
  if (all.size() >= kept_) {
    all.resize(kept_);
    bound_ = std::min(bound_, all.back());
  }
  smallest_ = std::move(all);
  fresh_.clear();
}

void DistinctSketch::merge(DistinctSketch&& right) {
  for (const auto* hashes : {&right.smallest_, &right.fresh_}) {
    for (const std::uint64_t hash : *hashes) {
      if (hash < bound_) fresh_.push_back(hash);
    }
  }
  if (fresh_.size() >= kept_ / 2) compact();  // seldom: it walks all that is kept
}

bool DistinctSketch::exact() const {
  compact();
  return smallest_.size() < kept_;
}

double DistinctSketch::estimate() const {
  if (exact()) return static_cast<double>(smallest_.size());
  constexpr double kAll = 18446744073709551616.0;  // 2^64
  const double share = (static_cast<double>(smallest_.back()) + 1) / kAll;
  return (static_cast<double>(kept_) - 1) / share;
}

double DistinctSketch::relative_error() const { return exact() ? 0 : 1 / std::sqrt(static_cast<double>(kept_) - 2); }

void RepeatSketch::compact() const {
  if (fresh_.empty()) return;
  const auto by_hash = [](const Counted& a, const Counted& b) { return a.hash < b.hash; };
  std::sort(fresh_.begin(), fresh_.end(), by_hash);
  std::vector<Counted> all;
  all.reserve(smallest_.size() + fresh_.size());
  std::merge(smallest_.begin(), smallest_.end(), fresh_.begin(), fresh_.end(), std::back_inserter(all), by_hash);
  std::size_t out = 0;
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (out > 0 && all[out - 1].hash == all[i].hash) {
      all[out - 1].count += all[i].count;
    } else {
      all[out++] = all[i];
    }
  }
  all.resize(std::min(out, kept_));
  if (all.size() == kept_) bound_ = all.back().hash;
  all.shrink_to_fit();
  smallest_ = std::move(all);
  fresh_.clear();
}

void RepeatSketch::merge(RepeatSketch&& right) {
  for (const auto* counted : {&right.smallest_, &right.fresh_}) {
    for (const Counted& one : *counted) {
      if (one.hash <= bound_) fresh_.push_back(one);
    }
  }
  if (fresh_.size() >= kept_ / 2) compact();
}

bool RepeatSketch::exact() const {
  compact();
  return smallest_.size() < kept_;
}

double RepeatSketch::repeat_share() const {
  compact();
  std::uint64_t rows = 0;
  for (const Counted& one : smallest_) rows += one.count;
  return rows == 0 ? 0 : static_cast<double>(rows - smallest_.size()) / static_cast<double>(rows);
}

}  // namespace mlkit
