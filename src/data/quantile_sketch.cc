#include "mlkit/data/quantile_sketch.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "mlkit/data/sort_doubles.h"
#include "mlkit/data/summary.h"

namespace mlkit {

QuantileSketch::Summary QuantileSketch::merged(const Summary& a, const Summary& b, std::size_t k) {
  Summary out;
  out.count = a.count + b.count;
  out.rank_error = a.rank_error + b.rank_error;
  if (out.count <= k) {
    out.values.resize(a.values.size() + b.values.size());
    std::merge(a.values.begin(), a.values.end(), b.values.begin(), b.values.end(), out.values.begin());
    return out;
  }
  // Walks the sorted order of both; `passed` numbers lie at or before the value that was taken last.
  const auto weight_of = [](const Summary& s) {
    return s.values.empty() ? 0.0 : static_cast<double>(s.count) / static_cast<double>(s.values.size());
  };
  const double weight_a = weight_of(a);
  const double weight_b = weight_of(b);
  const double part = static_cast<double>(out.count) / static_cast<double>(k);
  out.values.reserve(k);
  double passed = 0;
  std::size_t i = 0;
  std::size_t j = 0;
  double value = 0;
  for (std::size_t m = 0; m < k; ++m) {
    const double wanted = (static_cast<double>(m) + 0.5) * part;
    while (passed < wanted && (i < a.values.size() || j < b.values.size())) {
      if (j == b.values.size() || (i < a.values.size() && a.values[i] <= b.values[j])) {
        value = a.values[i++];
        passed += weight_a;
      } else {
        value = b.values[j++];
        passed += weight_b;
      }
    }
    out.values.push_back(value);
  }
  out.rank_error += part / 2;
  return out;
}

void QuantileSketch::push(std::size_t level, Summary summary) {
  while (!stack_.empty() && stack_.back().first == level) {
    summary = merged(stack_.back().second, summary, k_);
    stack_.pop_back();
    ++level;
  }
  stack_.emplace_back(level, std::move(summary));
}

void QuantileSketch::add_sorted_block(std::span<const double> sorted) {
  if (sorted.empty()) return;
  settled_ = false;
  count_ += sorted.size();
  if (exact()) {
    all_sorted_ = all_sorted_ && (all_.empty() || all_.back() <= sorted.front());
    all_.insert(all_.end(), sorted.begin(), sorted.end());
  } else {
    std::vector<double>().swap(all_);
  }
  Summary summary;
  summary.count = sorted.size();
  if (sorted.size() <= k_) {
    summary.values.assign(sorted.begin(), sorted.end());
  } else {
    const double part = static_cast<double>(sorted.size()) / static_cast<double>(k_);
    for (std::size_t m = 0; m < k_; ++m) {
      const auto at = static_cast<std::size_t>((static_cast<double>(m) + 0.5) * part);
      summary.values.push_back(sorted[std::min(at, sorted.size() - 1)]);
    }
    summary.rank_error = part / 2;
  }
  push(0, std::move(summary));
}

void QuantileSketch::merge(QuantileSketch&& right) {
  if (right.count_ == 0) return;
  settled_ = false;
  count_ += right.count_;
  if (exact()) {
    all_.insert(all_.end(), right.all_.begin(), right.all_.end());
    all_sorted_ = false;
  } else {
    std::vector<double>().swap(all_);
  }
  for (auto& [level, summary] : right.stack_) {
    // A subtree that is higher than the last one here would have no partner: it stands alone at its own height.
    while (!stack_.empty() && stack_.back().first < level) {
      Summary last = std::move(stack_.back().second);
      const std::size_t last_level = stack_.back().first;
      stack_.pop_back();
      push(last_level + 1, std::move(last));
    }
    push(level, std::move(summary));
  }
}

void QuantileSketch::settle() const {
  if (settled_) return;
  if (exact() && !all_sorted_) {
    std::vector<double> scratch;
    sort_doubles(all_, scratch);
    all_sorted_ = true;
  }
  if (!exact()) {
    whole_ = {};
    for (auto at = stack_.rbegin(); at != stack_.rend(); ++at) {
      whole_ = whole_.count == 0 ? at->second : merged(at->second, whole_, k_);
    }
  }
  settled_ = true;
}

double QuantileSketch::rank_error() const {
  settle();
  return exact() ? 0 : whole_.rank_error / static_cast<double>(count_);
}

double QuantileSketch::quantile(double p) const {
  settle();
  if (exact()) return quantile_of_sorted(all_, p);
  // Value m stands at rank (m + 1/2) / k.
  const std::vector<double>& values = whole_.values;
  const double at = p * static_cast<double>(values.size()) - 0.5;
  if (at <= 0) return values.front();
  const auto low = static_cast<std::size_t>(at);
  if (low + 1 >= values.size()) return values.back();
  const double share = at - static_cast<double>(low);
  return values[low] == values[low + 1] ? values[low] : values[low] * (1 - share) + values[low + 1] * share;
}

double QuantileSketch::share_up_to(double x, bool below) const {
  settle();
  const std::vector<double>& values = exact() ? all_ : whole_.values;
  if (values.empty()) return 0;
  const auto at =
      below ? std::lower_bound(values.begin(), values.end(), x) : std::upper_bound(values.begin(), values.end(), x);
  return static_cast<double>(at - values.begin()) / static_cast<double>(values.size());
}

}  // namespace mlkit
