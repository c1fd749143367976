// The most frequent values of a stream with their counts: exact while there are at most `kept` different ones, then
// the heavy ones with counts that are too small by at most error().
//
// Misra and Gries (1982) in the mergeable form of Agarwal et al. ("Mergeable summaries", 2012): counts add up; where
// more than `kept` values are left, all counts fall by the (kept + 1)-th largest and what reaches 0 goes.
// error() <= rows / (kept + 1), so every value with a larger share is there. The result depends on the order of
// merges, which is fixed.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <utility>
#include <vector>

namespace mlkit {

template <class Key>
class FrequentValues {
 public:
  using Entry = std::pair<Key, std::uint64_t>;

  explicit FrequentValues(std::size_t kept = 1024) : kept_(kept) {}

  // Different values in any order, with their counts; others that came at most `left_out` times each were left out.
  // (Those beyond the `kept` most frequent ones may be.)
  void add_counts(std::vector<Entry> counts, std::uint64_t left_out = 0) {
    std::uint64_t cut = cut_of(counts);
    if (left_out > cut) {
      std::erase_if(counts, [&](const Entry& entry) { return entry.second + cut <= left_out; });
      for (Entry& entry : counts) entry.second -= left_out - cut;
      cut = left_out;
    }
    std::sort(counts.begin(), counts.end(), [](const Entry& a, const Entry& b) { return a.first < b.first; });
    error_ += cut;
    merge_entries(std::move(counts));
  }
  void merge(FrequentValues&& right) {
    error_ += right.error_;
    merge_entries(std::move(right.entries_));
  }

  std::size_t kept() const { return kept_; }
  bool exact() const { return error_ == 0; }
  // By how much a count may be too small; a value that is not there came at most as often.
  std::uint64_t error() const { return error_; }
  const std::vector<Entry>& entries() const { return entries_; }  // by value, rising
  // By count, falling; equal counts by value.
  std::vector<Entry> top(std::size_t most) const {
    std::vector<Entry> out = entries_;
    std::sort(out.begin(), out.end(), [](const Entry& a, const Entry& b) {
      return a.second != b.second ? a.second > b.second : a.first < b.first;
    });
    if (out.size() > most) out.resize(most);
    return out;
  }

 private:
  // Lowers counts until at most kept_ entries are left; gives by how much.
  std::uint64_t cut_of(std::vector<Entry>& entries) const {
    if (entries.size() <= kept_) return 0;
    std::vector<std::uint64_t> counts;
    counts.reserve(entries.size());
    for (const Entry& entry : entries) counts.push_back(entry.second);
    const auto at = counts.begin() + static_cast<std::ptrdiff_t>(kept_);
    std::nth_element(counts.begin(), at, counts.end(), std::greater<>());
    const std::uint64_t cut = *at;
    std::size_t out = 0;
    for (Entry& entry : entries) {
      if (entry.second <= cut) continue;
      entry.second -= cut;
      if (&entries[out] != &entry) entries[out] = std::move(entry);
      ++out;
    }
    entries.erase(entries.begin() + static_cast<std::ptrdiff_t>(out), entries.end());
    return cut;
  }

  void merge_entries(std::vector<Entry> right) {
    if (right.empty()) return;
    std::vector<Entry> all;
    all.reserve(entries_.size() + right.size());
    std::size_t i = 0;
    std::size_t j = 0;
    while (i < entries_.size() || j < right.size()) {
      if (j == right.size() || (i < entries_.size() && entries_[i].first < right[j].first)) {
        all.push_back(std::move(entries_[i++]));
      } else if (i == entries_.size() || right[j].first < entries_[i].first) {
        all.push_back(std::move(right[j++]));
      } else {
        all.push_back(std::move(entries_[i++]));
        all.back().second += right[j++].second;
      }
    }
    error_ += cut_of(all);
    entries_ = std::move(all);
  }

  std::size_t kept_;
  std::uint64_t error_ = 0;
  std::vector<Entry> entries_;
};

}  // namespace mlkit
