#include "target_link.h"

#include <algorithm>
#include <cmath>

namespace mlkit::internal {

void LevelSums::add(double y) {
  ++count;
  const double delta = y - mean;
  mean += delta / static_cast<double>(count);
  squares += delta * (y - mean);
}

void LevelSums::merge_numbers(const LevelSums& right) {
  if (right.count == 0) return;
  const auto na = static_cast<double>(count);
  const auto nb = static_cast<double>(right.count);
  const double delta = right.mean - mean;
  squares += right.squares + delta * delta * (na * nb / (na + nb));
  mean += delta * (nb / (na + nb));
  count += right.count;
}

void PairMoments::add(double x, double y) {
  ++count;
  const auto n = static_cast<double>(count);
  const double dx = x - mean_x;
  const double dy = y - mean_y;
  mean_x += dx / n;
  mean_y += dy / n;
  xx += dx * (x - mean_x);
  yy += dy * (y - mean_y);
  xy += dx * (y - mean_y);
}

void PairMoments::merge(const PairMoments& right) {
  if (right.count == 0) return;
  const auto na = static_cast<double>(count);
  const auto nb = static_cast<double>(right.count);
  const double dx = right.mean_x - mean_x;
  const double dy = right.mean_y - mean_y;
  const double weight = na * nb / (na + nb);
  xx += right.xx + dx * dx * weight;
  yy += right.yy + dy * dy * weight;
  xy += right.xy + dx * dy * weight;
  mean_x += dx * (nb / (na + nb));
  mean_y += dy * (nb / (na + nb));
  count += right.count;
}

void LinkAccumulator::add_numbers(const std::vector<double>& x, const std::vector<std::uint32_t>& rows,
                                  const TargetCells& target) {
  if (!target.too_many) by_class.resize(std::max(by_class.size(), target.names.size()));
  for (std::size_t i = 0; i < x.size(); ++i) {
    const double y = target.values[rows[i]];
    if (y == y) pairs.add(x[i], y);
    const std::uint32_t code = target.classes[rows[i]];
    if (!target.too_many && code != kNoClass) by_class[code].add(x[i]);
  }
}

void LinkAccumulator::add_levels(const std::vector<std::uint32_t>& codes, const std::vector<std::uint32_t>& rows,
                                 const std::vector<std::string>& names, const TargetCells& target) {
  if (too_many_levels || names.size() > kMostLinkLevels) {
    too_many_levels = true;
    levels.clear();
    return;
  }
  std::vector<LevelSums> sums(names.size());
  if (!target.too_many) {
    for (LevelSums& level : sums) level.classes.resize(target.names.size());
  }
  for (std::size_t i = 0; i < codes.size(); ++i) {
    LevelSums& level = sums[codes[i]];
    const double y = target.values[rows[i]];
    if (y == y) level.add(y);
    const std::uint32_t code = target.classes[rows[i]];
    if (!target.too_many && code != kNoClass) ++level.classes[code];
  }
  for (std::size_t i = 0; i < names.size(); ++i) levels.emplace_back(names[i], std::move(sums[i]));
  std::sort(levels.begin(), levels.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
}

void LinkAccumulator::merge(LinkAccumulator&& right, const std::vector<std::uint32_t>& renumbered) {
  pairs.merge(right.pairs);
  const auto class_count = [&] {
    std::uint32_t most = 0;
    for (const std::uint32_t code : renumbered) most = std::max(most, code + 1);
    return static_cast<std::size_t>(most);
  }();
  by_class.resize(std::max(by_class.size(), class_count));
  for (std::size_t c = 0; c < right.by_class.size() && c < renumbered.size(); ++c) {
    by_class[renumbered[c]].merge_numbers(right.by_class[c]);
  }
  too_many_levels = too_many_levels || right.too_many_levels;
  if (too_many_levels) {
    levels.clear();
    return;
  }
  for (auto& [name, level] : right.levels) {
    std::vector<std::uint64_t> classes(class_count);
    for (std::size_t c = 0; c < level.classes.size() && c < renumbered.size(); ++c) {
      classes[renumbered[c]] = level.classes[c];
    }
    auto at = std::lower_bound(levels.begin(), levels.end(), name,
                               [](const auto& entry, const std::string& wanted) { return entry.first < wanted; });
    if (at == levels.end() || at->first != name) at = levels.emplace(at, std::move(name), LevelSums{});
    at->second.merge_numbers(level);
    std::vector<std::uint64_t>& here = at->second.classes;
    here.resize(std::max(here.size(), classes.size()));
    for (std::size_t c = 0; c < classes.size(); ++c) here[c] += classes[c];
  }
  if (levels.size() > kMostLinkLevels) {
    too_many_levels = true;
    levels.clear();
  }
}

namespace {

double unit(double value) { return std::clamp(value, -1.0, 1.0); }

// Between-group share of the squares; `adjusted` for the number of groups (epsilon squared; Kelley 1935).
std::optional<double> correlation_ratio(const std::vector<const LevelSums*>& groups, bool adjusted) {
  LevelSums total;
  double within = 0;
  std::size_t used = 0;
  for (const LevelSums* group : groups) {
    if (group->count == 0) continue;
    ++used;
    within += group->squares;
    total.merge_numbers(*group);
  }
  if (used < 2 || !(total.squares > 0)) return std::nullopt;
  double share = 1 - within / total.squares;
  if (adjusted) {
    if (total.count <= used) return std::nullopt;
    share = 1 - (1 - share) * static_cast<double>(total.count - 1) / static_cast<double>(total.count - used);
  }
  return std::sqrt(std::clamp(share, 0.0, 1.0));
}

}  // namespace

std::optional<TargetLink> LinkAccumulator::numeric_with_number() const {
  if (pairs.count < 2 || !(pairs.xx > 0) || !(pairs.yy > 0)) return std::nullopt;
  return TargetLink{"pearson", unit(pairs.xy / (std::sqrt(pairs.xx) * std::sqrt(pairs.yy)))};
}

std::optional<TargetLink> LinkAccumulator::numeric_with_class(const std::vector<std::string>& classes) const {
  std::vector<const LevelSums*> groups;
  std::vector<std::size_t> present;
  for (std::size_t c = 0; c < by_class.size(); ++c) {
    groups.push_back(&by_class[c]);
    if (by_class[c].count > 0) present.push_back(c);
  }
  const std::optional<double> ratio = correlation_ratio(groups, false);
  if (!ratio) return std::nullopt;
  if (present.size() != 2) return TargetLink{"correlation_ratio", *ratio};
  // With two classes the ratio is |Pearson| with 0 and 1; the last of the sorted classes is the positive one.
  const bool first_is_positive = classes[present[1]] < classes[present[0]];
  const double sign = (by_class[present[1]].mean >= by_class[present[0]].mean) != first_is_positive ? 1 : -1;
  return TargetLink{"point_biserial", sign * *ratio};
}

std::optional<TargetLink> LinkAccumulator::levels_with_number() const {
  if (too_many_levels) return std::nullopt;
  std::vector<const LevelSums*> groups;
  for (const auto& [name, level] : levels) groups.push_back(&level);
  const std::optional<double> ratio = correlation_ratio(groups, true);
  return ratio ? std::optional(TargetLink{"correlation_ratio", *ratio}) : std::nullopt;
}

// Bias-corrected (Bergsma, "A bias-correction for Cramer's V and Tschuprow's T", 2013).
std::optional<TargetLink> LinkAccumulator::levels_with_class() const {
  if (too_many_levels) return std::nullopt;
  std::vector<double> row_sums;
  std::vector<double> column_sums(by_class.size() + kMostClasses);
  double n = 0;
  for (const auto& [name, level] : levels) {
    double row = 0;
    for (std::size_t c = 0; c < level.classes.size(); ++c) {
      const auto count = static_cast<double>(level.classes[c]);
      row += count;
      column_sums[c] += count;
    }
    row_sums.push_back(row);
    n += row;
  }
  double chi2 = 0;
  for (std::size_t r = 0; r < levels.size(); ++r) {
    for (std::size_t c = 0; c < column_sums.size(); ++c) {
      const double expected = row_sums[r] * column_sums[c] / std::max(n, 1.0);
      if (expected <= 0) continue;
      const auto& classes = levels[r].second.classes;
      const double observed = c < classes.size() ? static_cast<double>(classes[c]) : 0;
      chi2 += (observed - expected) * (observed - expected) / expected;
    }
  }
  const auto positive = [](const std::vector<double>& sums) {
    return static_cast<double>(std::count_if(sums.begin(), sums.end(), [](double s) { return s > 0; }));
  };
  const double r = positive(row_sums);
  const double k = positive(column_sums);
  if (n < 2 || r < 2 || k < 2) return std::nullopt;
  const double phi2 = std::max(0.0, chi2 / n - (k - 1) * (r - 1) / (n - 1));
  const double r_corrected = r - (r - 1) * (r - 1) / (n - 1);
  const double k_corrected = k - (k - 1) * (k - 1) / (n - 1);
  const double least = std::min(r_corrected, k_corrected) - 1;
  if (!(least > 0)) return std::nullopt;
  return TargetLink{"cramers_v", std::sqrt(std::min(1.0, phi2 / least))};
}

}  // namespace mlkit::internal
