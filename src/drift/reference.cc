#include "mlkit/drift/reference.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <utility>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/sort_doubles.h"
#include "mlkit/data/summary.h"

namespace mlkit {
namespace {

constexpr std::size_t kMostLevels = 200;
constexpr std::size_t kMostLevelBytes = 4096;
constexpr std::size_t kMostUnseen = 1000;

std::vector<double> present_numbers(const Column& column) {
  std::vector<double> out;
  if (column.is_numeric()) {
    out = column.numbers().values;
    std::erase_if(out, [](double v) { return v != v; });
    return out;
  }
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.is_missing(row)) out.push_back(static_cast<double>(column.times().micros[row]));
  }
  return out;
}

std::string_view text_at(const Column& column, std::size_t row) {
  return column.is_texts() ? column.texts().at(row)
                           : std::string_view((*column.categories().levels)[column.categories().codes[row]]);
}

// In characters: bytes that do not go on with one.
double text_length(std::string_view text) {
  return static_cast<double>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

void learn_numbers(ReferenceColumn& out, std::vector<double> values) {
  if (values.empty()) return;
  std::vector<double> scratch;
  sort_doubles(values, scratch);
  for (std::size_t i = 1; i <= kReferenceQuantiles; ++i) {
    out.quantiles.push_back(
        quantile_of_sorted(values, static_cast<double>(i) / static_cast<double>(kReferenceQuantiles + 1)));
  }
  const Moments moments = compute_moments(values, Context(1));
  const double sd = moments.sd_n();
  out.mean = std::isfinite(moments.mean) ? moments.mean : 0;
  out.sd = std::isfinite(sd) ? sd : 0;
  out.min = moments.min;
  out.max = moments.max;
  out.counts = count_sorted(values, reference_edges(out));
}

void learn_levels(ReferenceColumn& out, const std::map<std::string, std::uint64_t, std::less<>>& counts) {
  std::vector<std::pair<std::uint64_t, std::string>> order;
  for (const auto& [level, count] : counts) order.emplace_back(count, level);
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  std::size_t bytes = 0;
  for (auto& [count, level] : order) {
    bytes += level.size();
    if (out.levels.size() < kMostLevels && bytes <= kMostLevelBytes) {
      out.levels.push_back(std::move(level));
      out.level_counts.push_back(count);
    } else {
      out.other_rows += count;
      ++out.other_levels;
    }
  }
}

std::uint64_t sum_of(const Counts& counts) { return std::accumulate(counts.begin(), counts.end(), std::uint64_t{0}); }

// Distribution function of values that are even within the bins that begin at `min` and end at `max`.
class EvenBins {
 public:
  EvenBins(const std::vector<double>& edges, const Counts& counts, double min, double max) {
    const auto total = static_cast<double>(sum_of(counts));
    double below = 0;
    places_.push_back(min);
    shares_.push_back(0);
    for (std::size_t i = 0; i < counts.size(); ++i) {
      below += static_cast<double>(counts[i]);
      const double right = i < edges.size() ? std::clamp(edges[i], min, max) : max;
      places_.push_back(std::max(right, places_.back()));
      shares_.push_back(below / total);
    }
  }

  double at(double x) const {
    if (x < places_.front()) return 0;
    const auto next = std::upper_bound(places_.begin(), places_.end(), x);
    if (next == places_.end()) return 1;
    const auto i = static_cast<std::size_t>(next - places_.begin());
    return shares_[i - 1] + (shares_[i] - shares_[i - 1]) * ((x - places_[i - 1]) / (places_[i] - places_[i - 1]));
  }
  const std::vector<double>& places() const { return places_; }

 private:
  std::vector<double> places_;  // rising
  std::vector<double> shares_;
};

// Integral of |F - G| between their nodes, where both are straight.
double area_between(const EvenBins& f, const EvenBins& g) {
  std::vector<double> nodes = f.places();
  nodes.insert(nodes.end(), g.places().begin(), g.places().end());
  std::sort(nodes.begin(), nodes.end());
  double area = 0;
  for (std::size_t i = 0; i + 1 < nodes.size(); ++i) {
    const double width = nodes[i + 1] - nodes[i];
    if (!(width > 0)) continue;
    const double left = f.at(nodes[i]) - g.at(nodes[i]);
    // Just before the next node: a step there belongs to the next stretch.
    const double right = f.at(std::nextafter(nodes[i + 1], nodes[i])) - g.at(std::nextafter(nodes[i + 1], nodes[i]));
    const double sum = std::fabs(left) + std::fabs(right);
    const bool crosses = (left < 0) != (right < 0) && sum > 0;
    area += width * 0.5 * (crosses ? (left * left + right * right) / sum : sum);
  }
  return area;
}

}  // namespace

std::vector<double> reference_edges(const ReferenceColumn& column) {
  if (column.quantiles.empty()) return {};
  constexpr double kLowest = -std::numeric_limits<double>::infinity();
  std::vector<double> edges = distinct_edges(column.quantiles);
  const std::vector<double>& quantiles = column.quantiles;
  for (std::size_t i = 1; i < quantiles.size(); ++i) {
    if (quantiles[i] == quantiles[i - 1]) edges.push_back(std::nextafter(quantiles[i], kLowest));
  }
  edges.push_back(std::nextafter(column.min, kLowest));
  edges.push_back(column.max);
  std::sort(edges.begin(), edges.end());
  return distinct_edges(edges);
}

std::vector<std::uint32_t> sample_rows(std::size_t rows, std::uint64_t seed) {
  std::vector<std::uint32_t> out;
  const std::size_t wanted = std::min(rows, kReferenceRows);
  out.reserve(wanted);
  for (std::size_t i = 0; i < wanted; ++i) {
    const std::uint64_t begin = static_cast<std::uint64_t>(i) * rows / wanted;
    const std::uint64_t end = (static_cast<std::uint64_t>(i) + 1) * rows / wanted;
    const std::uint64_t offset = end - begin < 2 ? 0 : random_bits(seed, RandomPurpose::kSample, i) % (end - begin);
    out.push_back(static_cast<std::uint32_t>(begin + offset));
  }
  return out;
}

ReferenceColumn learn_reference(const Column& column) {
  ReferenceColumn out;
  out.name = column.name;
  out.rows = column.size();
  out.missing = column.validity.missing_count();
  if (column.is_numeric() || column.is_times()) {
    out.kind = column.is_times() ? DriftKind::kTime : DriftKind::kNumeric;
    learn_numbers(out, present_numbers(column));
    return out;
  }
  out.kind = DriftKind::kCategory;
  std::map<std::string, std::uint64_t, std::less<>> counts;
  if (column.is_categorical()) {
    Counts by_code(column.categories().levels->size());
    for (const std::uint32_t code : column.categories().codes) {
      if (code != kNoLevel) ++by_code[code];
    }
    for (std::size_t i = 0; i < by_code.size(); ++i) {
      if (by_code[i] > 0) counts[(*column.categories().levels)[i]] = by_code[i];
    }
  } else {
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (!column.is_missing(row)) ++counts[std::string(column.texts().at(row))];
    }
  }
  learn_levels(out, counts);
  return out;
}

ReferenceColumn learn_reference_of_texts(const Column& column) {
  std::vector<double> lengths;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.is_missing(row)) lengths.push_back(text_length(text_at(column, row)));
  }
  ReferenceColumn out = learn_reference_of_numbers(column.name, std::move(lengths));
  out.kind = DriftKind::kText;
  out.rows = column.size();
  out.missing = column.validity.missing_count();
  return out;
}

ReferenceColumn learn_reference_of_numbers(std::string name, std::vector<double> values) {
  ReferenceColumn out;
  out.name = std::move(name);
  out.rows = values.size();
  learn_numbers(out, std::move(values));
  return out;
}

ReferenceColumn learn_reference_of_labels(std::string name, const std::vector<std::string>& classes,
                                          std::span<const std::int32_t> labels) {
  ReferenceColumn out;
  out.name = std::move(name);
  out.kind = DriftKind::kCategory;
  out.rows = labels.size();
  std::map<std::string, std::uint64_t, std::less<>> counts;
  for (const std::int32_t label : labels) ++counts[classes[static_cast<std::size_t>(label)]];
  learn_levels(out, counts);
  return out;
}

CurrentColumn::CurrentColumn(const ReferenceColumn& reference) : kind_(reference.kind) {
  if (kind_ != DriftKind::kCategory) {
    edges_ = reference_edges(reference);
    counts_.resize(edges_.size() + 1);
    return;
  }
  for (std::size_t i = 0; i < reference.levels.size(); ++i) places_.emplace(reference.levels[i], i);
  level_counts_.resize(reference.levels.size());
}

void CurrentColumn::add_number(double value) {
  const auto bin = static_cast<std::size_t>(std::lower_bound(edges_.begin(), edges_.end(), value) - edges_.begin());
  ++counts_[bin];
  sum_ += value;
  min_ = std::min(min_, value);
  max_ = std::max(max_, value);
}

void CurrentColumn::add_level(std::string_view level, std::uint64_t rows) {
  if (rows == 0) return;
  const auto place = places_.find(level);
  if (place != places_.end()) {
    level_counts_[place->second] += rows;
    return;
  }
  unseen_rows_ += rows;
  const auto found = unseen_.find(level);
  if (found != unseen_.end()) {
    found->second += rows;
  } else if (unseen_.size() < kMostUnseen) {
    unseen_.emplace(std::string(level), rows);
  }
}

void CurrentColumn::observe_numbers(std::span<const double> values) {
  rows_ += values.size();
  for (const double value : values) add_number(value);
}

void CurrentColumn::observe_labels(const std::vector<std::string>& classes, std::span<const std::int32_t> labels) {
  rows_ += labels.size();
  Counts counts(classes.size());
  for (const std::int32_t label : labels) ++counts[static_cast<std::size_t>(label)];
  for (std::size_t i = 0; i < classes.size(); ++i) add_level(classes[i], counts[i]);
}

void CurrentColumn::observe(const Column& column) {
  const std::size_t missing = column.validity.missing_count();
  rows_ += column.size();
  missing_ += missing;
  if (kind_ == DriftKind::kText) {
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (!column.is_missing(row)) add_number(text_length(text_at(column, row)));
    }
    return;
  }
  if (kind_ != DriftKind::kCategory) {
    if (column.is_times()) {
      for (std::size_t row = 0; row < column.size(); ++row) {
        if (!column.is_missing(row)) add_number(static_cast<double>(column.times().micros[row]));
      }
      return;
    }
    for (const double value : column.numbers().values) {
      if (value == value) add_number(value);
    }
    return;
  }
  if (column.is_categorical()) {
    const Levels& levels = *column.categories().levels;
    Counts counts(levels.size());
    for (const std::uint32_t code : column.categories().codes) {
      if (code != kNoLevel) ++counts[code];
    }
    for (std::size_t i = 0; i < counts.size(); ++i) add_level(levels[i], counts[i]);
    return;
  }
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.is_missing(row)) add_level(column.is_texts() ? column.texts().at(row) : column.cell_text(row), 1);
  }
}

void CurrentColumn::merge(const CurrentColumn& right) {
  rows_ += right.rows_;
  missing_ += right.missing_;
  for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += right.counts_[i];
  sum_ += right.sum_;
  min_ = std::min(min_, right.min_);
  max_ = std::max(max_, right.max_);
  for (std::size_t i = 0; i < level_counts_.size(); ++i) level_counts_[i] += right.level_counts_[i];
  const std::uint64_t unseen_before = unseen_rows_;
  for (const auto& [level, rows] : right.unseen_) add_level(level, rows);
  unseen_rows_ = unseen_before + right.unseen_rows_;  // with those whose names were not kept
}

ColumnDrift CurrentColumn::compare(const ReferenceColumn& reference, const DriftOptions& options) const {
  ColumnDrift out =
      kind_ == DriftKind::kCategory ? compare_levels(reference, options) : compare_numbers(reference, options);
  out.name = reference.name;
  out.kind = kind_;
  out.reference_rows = reference.rows;
  out.current_rows = rows_;
  out.missing_reference = reference.missing;
  out.missing_current = missing_;
  return out;
}

ColumnDrift CurrentColumn::compare_numbers(const ReferenceColumn& reference, const DriftOptions& options) const {
  ColumnDrift out;
  const std::uint64_t m = reference.rows - reference.missing;
  const std::uint64_t n = rows_ - missing_;
  if (m > 0) out.mean_reference = reference.mean;
  const double mean = sum_ / static_cast<double>(n);
  if (n > 0 && std::isfinite(mean)) out.mean_current = mean;
  if (m > 0 && n > 0) {
    if (options.wants("ks")) {
      std::int64_t balance = 0, largest = 0;
      std::vector<std::uint8_t> checked(m + n <= 2 * kMostExactRows ? m + n : 0, 0);
      std::uint64_t below = 0;
      for (std::size_t i = 0; i < edges_.size(); ++i) {
        balance += static_cast<std::int64_t>(reference.counts[i] * n) - static_cast<std::int64_t>(counts_[i] * m);
        largest = std::max(largest, balance < 0 ? -balance : balance);
        below += reference.counts[i] + counts_[i];
        if (!checked.empty() && below > 0) checked[below - 1] = 1;
      }
      KsResult ks;
      ks.statistic = static_cast<double>(largest) / (static_cast<double>(m) * static_cast<double>(n));
      ks.exact = std::max(m, n) <= kMostExactRows;
      ks.p_value = ks.exact ? ks_exact_p(largest, m, n, checked) : ks_limit_p(ks.statistic, m, n);
      out.ks = ks;
      out.ks_binned = true;
    }
    const double area = area_between(EvenBins(edges_, reference.counts, reference.min, reference.max),
                                     EvenBins(edges_, counts_, min_, max_)) /
                        (reference.sd > 0 ? reference.sd : 1);
    if (options.wants("wasserstein") && std::isfinite(area)) out.wasserstein = area;
  }
  // Every so many of the quantiles are the edges of the PSI's bins.
  const std::size_t step = (kReferenceQuantiles + 1) / static_cast<std::size_t>(options.psi_bins);
  std::vector<double> coarse;
  for (std::size_t i = step; i <= reference.quantiles.size(); i += step) coarse.push_back(reference.quantiles[i - 1]);
  coarse = distinct_edges(coarse);
  Counts a(coarse.size() + 1), b(coarse.size() + 1);
  for (std::size_t i = 0; i < counts_.size() && m > 0; ++i) {
    const std::size_t bin =
        i < edges_.size()
            ? static_cast<std::size_t>(std::lower_bound(coarse.begin(), coarse.end(), edges_[i]) - coarse.begin())
            : coarse.size();
    a[bin] += reference.counts[i];
    b[bin] += counts_[i];
  }
  if (m == 0) b[0] = n;
  a.push_back(reference.missing);
  b.push_back(missing_);
  measure_bins(a, b, options, out);
  const double lowest = n > 0 ? std::min(reference.min, min_) : reference.min;
  const double highest = n > 0 ? std::max(reference.max, max_) : reference.max;
  if (m > 0 && highest > lowest) {
    out.picture.edges.push_back(lowest);
    out.picture.edges.insert(out.picture.edges.end(), edges_.begin(), edges_.end());
    out.picture.edges.push_back(highest);
    for (std::size_t i = 0; i < counts_.size(); ++i) {
      out.picture.reference.push_back(static_cast<double>(reference.counts[i]) / static_cast<double>(reference.rows));
      out.picture.current.push_back(static_cast<double>(counts_[i]) /
                                    static_cast<double>(std::max<std::uint64_t>(rows_, 1)));
    }
  }
  return out;
}

ColumnDrift CurrentColumn::compare_levels(const ReferenceColumn& reference, const DriftOptions& options) const {
  LevelCounts counts;
  counts.levels = reference.levels;
  counts.reference = reference.level_counts;
  counts.current = level_counts_;
  counts.reference_rows = reference.rows;
  counts.current_rows = rows_;
  counts.missing_reference = reference.missing;
  counts.missing_current = missing_;
  if (reference.other_levels > 0) {  // which of the others are new cannot be told
    counts.levels.push_back("(" + std::to_string(reference.other_levels) + " other levels)");
    counts.reference.push_back(reference.other_rows);
    counts.current.push_back(unseen_rows_);
    return compare_level_counts(counts, options);
  }
  std::vector<std::pair<std::uint64_t, std::string>> order;
  std::uint64_t named = 0;
  for (const auto& [level, rows] : unseen_) {
    order.emplace_back(rows, level);
    named += rows;
  }
  std::stable_sort(order.begin(), order.end(), [](const auto& a, const auto& b) { return a.first > b.first; });
  for (const auto& [rows, level] : order) {
    counts.unseen_levels.push_back(level);
    counts.unseen_counts.push_back(rows);
  }
  if (unseen_rows_ > named) counts.unseen_counts.push_back(unseen_rows_ - named);
  return compare_level_counts(counts, options);
}

namespace {

void save_counts(const Counts& counts, BinaryWriter& out) {
  out.u64(counts.size());
  for (const std::uint64_t count : counts) out.u32(static_cast<std::uint32_t>(count));
}

Counts load_counts(BinaryReader& in) {
  Counts out;
  for (std::uint64_t left = in.count(4); left > 0; --left) out.push_back(in.u32());
  return out;
}

void save_column(const ReferenceColumn& column, BinaryWriter& out) {
  out.text(column.name);
  out.u8(static_cast<std::uint8_t>(column.kind));
  out.u64(column.rows);
  out.u64(column.missing);
  if (column.kind == DriftKind::kCategory) {
    out.texts(column.levels);
    save_counts(column.level_counts, out);
    out.u64(column.other_rows);
    out.u64(column.other_levels);
    return;
  }
  out.f64s(column.quantiles);
  save_counts(column.counts, out);
  for (const double value : {column.mean, column.sd, column.min, column.max}) out.f64(value);
}

ReferenceColumn load_column(BinaryReader& in) {
  ReferenceColumn column;
  column.name = in.text();
  const std::uint8_t kind = in.u8();
  if (kind > static_cast<std::uint8_t>(DriftKind::kText)) in.fail("names an unknown kind of column");
  column.kind = static_cast<DriftKind>(kind);
  column.rows = in.u64();
  column.missing = in.u64();
  constexpr std::uint64_t kMostRows = std::numeric_limits<std::uint32_t>::max();
  if (column.rows > kMostRows || column.missing > column.rows) in.fail("counts more rows than there can be");
  const std::uint64_t present = column.rows - column.missing;
  if (column.kind == DriftKind::kCategory) {
    column.levels = in.texts();
    column.level_counts = load_counts(in);
    column.other_rows = in.u64();
    column.other_levels = in.u64();
    if (column.level_counts.size() != column.levels.size() || column.other_rows > present ||
        sum_of(column.level_counts) + column.other_rows != present) {
      in.fail("has counts of levels that do not fit");
    }
    return column;
  }
  column.quantiles = in.finite_f64s();
  column.counts = load_counts(in);
  column.mean = in.finite_f64();
  column.sd = in.finite_f64();
  column.min = in.finite_f64();
  column.max = in.finite_f64();
  if (column.quantiles.empty() != (present == 0) ||
      (present > 0 && (column.quantiles.size() != kReferenceQuantiles ||
                       column.counts.size() != reference_edges(column).size() + 1)) ||
      !std::is_sorted(column.quantiles.begin(), column.quantiles.end()) || sum_of(column.counts) != present ||
      column.min > column.max || column.sd < 0) {
    in.fail("has quantiles that do not fit");
  }
  return column;
}

}  // namespace

void DriftReference::save(BinaryWriter& out) const {
  for (const auto* list : {&columns, &predictions}) {
    out.u64(list->size());
    for (const ReferenceColumn& column : *list) save_column(column, out);
  }
}

DriftReference DriftReference::load(BinaryReader& in) {
  DriftReference out;
  constexpr std::size_t kLeastBytes = 41;
  for (auto* list : {&out.columns, &out.predictions}) {
    for (std::uint64_t left = in.count(kLeastBytes); left > 0; --left) list->push_back(load_column(in));
  }
  return out;
}

}  // namespace mlkit
