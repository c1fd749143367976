#include "mlkit/drift/compare.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/summary.h"

namespace mlkit {
namespace {

constexpr std::size_t kPictureBars = 40;
constexpr std::size_t kPictureLevels = 20;
constexpr std::size_t kShownLevels = 5;

const std::vector<std::string>& test_names() {
  static const std::vector<std::string> names = {"ks", "chi2", "psi", "wasserstein", "jensen_shannon"};
  return names;
}

double share(std::uint64_t part, std::uint64_t all) {
  return all == 0 ? 0.0 : static_cast<double>(part) / static_cast<double>(all);
}

// Bars of equal width between the half-percentiles of both samples; what is beyond falls into the outer ones.
DriftPicture picture_of(const NumberSample& reference, const NumberSample& current) {
  DriftPicture out;
  double low = 0, high = 0;
  bool any = false;
  for (const NumberSample* sample : {&reference, &current}) {
    if (sample->sorted.empty()) continue;
    const double from = quantile_of_sorted(sample->sorted, 0.005);
    const double to = quantile_of_sorted(sample->sorted, 0.995);
    low = any ? std::min(low, from) : from;
    high = any ? std::max(high, to) : to;
    any = true;
  }
  if (!any || !std::isfinite(high - low)) return out;
  if (!(high > low)) high = low + 1;
  for (std::size_t i = 0; i <= kPictureBars; ++i) {
    out.edges.push_back(low + (high - low) * (static_cast<double>(i) / static_cast<double>(kPictureBars)));
  }
  const std::span<const double> inner(out.edges.data() + 1, kPictureBars - 1);
  for (const std::uint64_t count : count_sorted(reference.sorted, inner)) {
    out.reference.push_back(share(count, reference.rows));
  }
  for (const std::uint64_t count : count_sorted(current.sorted, inner)) {
    out.current.push_back(share(count, current.rows));
  }
  return out;
}

// Moments of a sorted sample; its sums are those of the rising order, whatever order the rows had.
std::optional<Moments> moments_of(const NumberSample& sample) {
  if (sample.sorted.empty()) return std::nullopt;
  const Moments moments = compute_moments(sample.sorted, Context(1));
  if (!std::isfinite(moments.mean)) return std::nullopt;
  return moments;
}

std::vector<std::size_t> by_frequency(const LevelSample& sample) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < sample.levels.size(); ++i) {
    if (sample.counts[i] > 0) order.push_back(i);
  }
  std::sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) {
    if (sample.counts[a] != sample.counts[b]) return sample.counts[a] > sample.counts[b];
    return sample.levels[a] < sample.levels[b];
  });
  return order;
}

// The reference's levels in falling frequency (ties by bytes), then those of the current rows that are new.
LevelCounts join_levels(const LevelSample& reference, const LevelSample& current) {
  LevelCounts out;
  std::unordered_map<std::string_view, std::size_t> place;
  for (const std::size_t i : by_frequency(reference)) {
    place.emplace(reference.levels[i], out.levels.size());
    out.levels.push_back(reference.levels[i]);
    out.reference.push_back(reference.counts[i]);
  }
  out.current.assign(out.levels.size(), 0);
  for (const std::size_t i : by_frequency(current)) {
    const auto found = place.find(current.levels[i]);
    if (found != place.end()) {
      out.current[found->second] = current.counts[i];
    } else {
      out.unseen_levels.push_back(current.levels[i]);
      out.unseen_counts.push_back(current.counts[i]);
    }
  }
  out.reference_rows = reference.rows;
  out.current_rows = current.rows;
  out.missing_reference = reference.missing;
  out.missing_current = current.missing;
  return out;
}

DriftPicture picture_of(const LevelCounts& counts, std::uint64_t unseen) {
  DriftPicture out;
  const auto add = [&](const std::string& label, std::uint64_t reference, std::uint64_t current) {
    out.labels.push_back(label);
    out.reference.push_back(share(reference, counts.reference_rows));
    out.current.push_back(share(current, counts.current_rows));
  };
  const std::size_t shown = std::min(counts.levels.size(), kPictureLevels);
  for (std::size_t i = 0; i < shown; ++i) add(counts.levels[i], counts.reference[i], counts.current[i]);
  std::uint64_t rest_reference = 0, rest_current = 0;
  for (std::size_t i = shown; i < counts.levels.size(); ++i) {
    rest_reference += counts.reference[i];
    rest_current += counts.current[i];
  }
  if (counts.levels.size() > shown) add("(others)", rest_reference, rest_current);
  if (unseen > 0) add("(unseen)", 0, unseen);
  if (counts.missing_reference + counts.missing_current > 0) {
    add("(missing)", counts.missing_reference, counts.missing_current);
  }
  return out;
}

}  // namespace

bool DriftOptions::wants(const char* test) const {
  return tests.empty() || std::find(tests.begin(), tests.end(), test) != tests.end();
}

void validate_drift_options(DriftOptions& options) {
  for (std::string& test : options.tests) {
    std::replace(test.begin(), test.end(), '-', '_');
    if (std::find(test_names().begin(), test_names().end(), test) != test_names().end()) continue;
    const std::string near = nearest_name(test, test_names());
    throw_usage("--tests: there is no test \"" + test + "\"",
                near.empty() ? "there are ks, chi2, psi, wasserstein, jensen_shannon" : "did you mean " + near + "?");
  }
}

std::string_view drift_kind_name(DriftKind kind) {
  switch (kind) {
    case DriftKind::kCategory: return "category";
    case DriftKind::kTime: return "datetime";
    case DriftKind::kText: return "text";
    case DriftKind::kNumeric: break;
  }
  return "numeric";
}

double ColumnDrift::missing_share_reference() const { return share(missing_reference, reference_rows); }
double ColumnDrift::missing_share_current() const { return share(missing_current, current_rows); }

std::optional<double> ColumnDrift::p_value() const {
  if (ks) return ks->p_value;
  if (chi2) return chi2->p_value;
  return std::nullopt;
}

std::optional<double> ColumnDrift::effect() const {
  if (ks) return ks->statistic;
  if (chi2) return chi2->cramers_v;
  return std::nullopt;
}

ColumnDrift compare_numbers(const NumberSample& reference, const NumberSample& current, const DriftOptions& options) {
  ColumnDrift out;
  out.reference_rows = reference.rows;
  out.current_rows = current.rows;
  out.missing_reference = reference.missing;
  out.missing_current = current.missing;
  out.unseen = current.words;
  const std::optional<Moments> moments = moments_of(reference);
  const std::optional<Moments> current_moments = moments_of(current);
  if (moments) out.mean_reference = moments->mean;
  if (current_moments) out.mean_current = current_moments->mean;
  if (!reference.sorted.empty() && !current.sorted.empty()) {
    const SampleDistance distance = sample_distance(reference.sorted, current.sorted);
    if (options.wants("ks")) out.ks = ks_two_sample(reference.sorted, current.sorted, distance);
    const double sd = moments ? moments->sd_n() : 0;
    const double normalised = distance.wasserstein / (sd > 0 ? sd : 1);
    if (options.wants("wasserstein") && std::isfinite(normalised)) out.wasserstein = normalised;
  }
  const std::vector<double> edges = quantile_edges(reference.sorted, static_cast<std::size_t>(options.psi_bins));
  Counts a = count_sorted(reference.sorted, edges);
  Counts b = count_sorted(current.sorted, edges);
  a.insert(a.end(), {reference.missing, reference.words});
  b.insert(b.end(), {current.missing, current.words});
  measure_bins(a, b, options, out);
  out.picture = picture_of(reference, current);
  return out;
}

void measure_bins(const Counts& reference, const Counts& current, const DriftOptions& options, ColumnDrift& out) {
  if (options.wants("psi")) {
    PsiDrift psi;
    psi.value = population_stability_index(reference, current);
    psi.bins = occupied_bins(reference, current);
    psi.chance_p = chi_square_homogeneity(reference, current).p_value;
    out.psi = psi;
  }
  if (options.wants("jensen_shannon")) out.jensen_shannon = jensen_shannon_distance(reference, current);
}

ColumnDrift compare_levels(const LevelSample& reference, const LevelSample& current, const DriftOptions& options) {
  return compare_level_counts(join_levels(reference, current), options);
}

ColumnDrift compare_level_counts(const LevelCounts& counts, const DriftOptions& options) {
  ColumnDrift out;
  out.kind = DriftKind::kCategory;
  out.reference_rows = counts.reference_rows;
  out.current_rows = counts.current_rows;
  out.missing_reference = counts.missing_reference;
  out.missing_current = counts.missing_current;
  out.unseen = std::accumulate(counts.unseen_counts.begin(), counts.unseen_counts.end(), std::uint64_t{0});
  out.unseen_levels.assign(
      counts.unseen_levels.begin(),
      counts.unseen_levels.begin() + static_cast<std::ptrdiff_t>(std::min(counts.unseen_levels.size(), kShownLevels)));
  Counts a = counts.reference;
  Counts b = counts.current;
  const bool both = out.reference_rows > out.missing_reference && out.current_rows > out.missing_current;
  if (options.wants("chi2") && both) {
    Counts all_a = a;
    Counts all_b = b;
    all_a.resize(a.size() + counts.unseen_counts.size());
    all_b.insert(all_b.end(), counts.unseen_counts.begin(), counts.unseen_counts.end());
    out.chi2 = chi_square_homogeneity(all_a, all_b);
  }
  a.insert(a.end(), {0, counts.missing_reference});
  b.insert(b.end(), {out.unseen, counts.missing_current});
  measure_bins(a, b, options, out);
  out.picture = picture_of(counts, out.unseen);
  return out;
}

bool judge_columns(std::vector<ColumnDrift>& columns, const DriftOptions& options) {
  std::vector<std::size_t> tested;
  std::vector<double> p_values;
  std::size_t with_psi = 0;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    with_psi += columns[i].psi ? 1 : 0;
    if (!columns[i].p_value()) continue;
    tested.push_back(i);
    p_values.push_back(*columns[i].p_value());
  }
  std::vector<double> adjusted = p_values;
  if (options.correction == "holm") adjusted = adjust_holm(p_values);
  if (options.correction == "bh") adjusted = adjust_benjamini_hochberg(p_values);
  for (std::size_t k = 0; k < tested.size(); ++k) {
    ColumnDrift& column = columns[tested[k]];
    column.p_adjusted = adjusted[k];
    column.test_alarm = adjusted[k] < options.alpha && *column.effect() >= options.min_effect;
  }
  constexpr double kPartOfAlpha = 0.1;
  const double tail = kPartOfAlpha * options.alpha / static_cast<double>(std::max<std::size_t>(with_psi, 1));
  bool any = false;
  for (ColumnDrift& column : columns) {
    if (column.psi) {
      PsiDrift& psi = *column.psi;
      psi.bound = psi_chance_bound(1 - tail, psi.bins, column.reference_rows, column.current_rows);
      column.psi_alarm = psi.value >= options.psi_threshold && psi.value > psi.bound && psi.chance_p < tail;
    }
    column.drift = column.test_alarm || column.psi_alarm;
    any = any || column.drift;
  }
  return any;
}

std::vector<std::size_t> by_importance(const std::vector<ColumnDrift>& columns) {
  std::vector<std::size_t> order(columns.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  const auto size = [&](std::size_t i) {
    if (!columns[i].drift) return -1.0;
    return std::max(columns[i].effect().value_or(0), columns[i].psi ? columns[i].psi->value : 0);
  };
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return size(a) > size(b); });
  return order;
}

}  // namespace mlkit
