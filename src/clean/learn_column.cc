#include <algorithm>
#include <array>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>

#include "column_rules.h"
#include "mlkit/data/summary.h"

namespace mlkit::internal {
namespace {

using Rows = std::span<const std::uint32_t>;

// The number that fills gaps; nullopt where there is nothing to fill with.
std::optional<double> fill_number(const FillRule& fill, std::vector<double>& present) {
  if (fill.kind == FillKind::kConstant) return fill.constant_number;
  if (present.empty()) return std::nullopt;
  switch (fill.kind) {
    case FillKind::kMedian: return select_quantile(present, 0.5);
    case FillKind::kMean: return compute_moments(present, Context(1)).mean;
    case FillKind::kMode: return select_mode(present);
    case FillKind::kConstant:
    case FillKind::kNone: break;
  }
  return std::nullopt;
}

bool has_few_values(std::span<const double> values) {
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  return std::all_of(values.begin(), values.end(), [a = *low, b = *high](double x) { return x == a || x == b; });
}

// Fences from the column as filling left it.
void learn_fences(double fence_factor, std::vector<double>& values, CleanColumn& rule, LearnedColumn& learned) {
  const auto give_up = [&] { rule.outliers = OutlierAction::kNone; };
  if (values.empty()) return give_up();
  learned.few_values = has_few_values(values);
  if (learned.few_values) return give_up();
  constexpr std::array<double, 3> kQuartiles = {0.25, 0.5, 0.75};
  const std::vector<double> quartiles = select_quantiles(values, kQuartiles);
  const double iqr = quartiles[2] - quartiles[0];
  learned.no_spread = iqr == 0;
  rule.low = quartiles[0] - fence_factor * iqr;
  rule.high = quartiles[2] + fence_factor * iqr;
  rule.replacement = quartiles[1];
  learned.beyond_range = !std::isfinite(rule.low) || !std::isfinite(rule.high);
  if (learned.no_spread || learned.beyond_range) {
    rule.low = rule.high = rule.replacement = 0;
    give_up();
  }
}

bool loses_outliers(OutlierAction action) {
  return action == OutlierAction::kMedian || action == OutlierAction::kCap || action == OutlierAction::kNull ||
         action == OutlierAction::kDrop;
}

void count_outside(const Column& column, Rows rows, const CleanColumn& rule, LearnedColumn& learned) {
  const std::vector<double>& cells = column.numbers().values;
  learned.observed = rows.size() - learned.missing;
  for (const std::uint32_t row : rows) {
    learned.outside += !column.is_missing(row) && is_outlier(rule, cells[row]) ? 1u : 0u;
  }
}

LearnedColumn learn_numbers(const Column& column, Rows rows, const FillRule& fill, double fence_factor,
                            CleanColumn& rule) {
  const std::vector<double>& cells = column.numbers().values;
  std::vector<double> values;
  values.reserve(rows.size());
  for (const std::uint32_t row : rows) {
    if (!column.is_missing(row)) values.push_back(cells[row]);
  }
  LearnedColumn learned{.missing = rows.size() - values.size()};
  const bool empties = rule.outliers == OutlierAction::kNull;
  if (empties) learn_fences(fence_factor, values, rule, learned);
  if (empties && rule.outliers != OutlierAction::kNone) {
    learned.keeps_gaps = fill.kind != FillKind::kNone && learned.missing > 0;
  } else if (fill.kind != FillKind::kNone) {
    if (const auto number = fill_number(fill, values)) {
      rule.fill = fill.kind;
      rule.fill_number = *number;
      values.resize(rows.size(), *number);
    }
  }
  if (!empties && rule.outliers != OutlierAction::kNone) learn_fences(fence_factor, values, rule, learned);
  if (loses_outliers(rule.outliers)) count_outside(column, rows, rule, learned);
  return learned;
}

// The most frequent text, the first in byte order of those where several are.
std::optional<std::string> text_mode(const Column& column, Rows rows) {
  std::unordered_map<std::string, std::size_t> counts;
  if (column.is_categorical()) {
    std::vector<std::size_t> by_code(column.categories().levels->size());
    for (const std::uint32_t row : rows) {
      if (!column.is_missing(row)) ++by_code[column.categories().codes[row]];
    }
    const auto most = std::max_element(by_code.begin(), by_code.end());  // the first of equals, and levels rise
    if (most == by_code.end() || *most == 0) return std::nullopt;
    return (*column.categories().levels)[static_cast<std::size_t>(most - by_code.begin())];
  }
  for (const std::uint32_t row : rows) {
    if (!column.is_missing(row)) ++counts[std::string(column.texts().at(row))];
  }
  const std::pair<const std::string, std::size_t>* best = nullptr;
  for (const auto& entry : counts) {
    if (best == nullptr || entry.second > best->second || (entry.second == best->second && entry.first < best->first)) {
      best = &entry;
    }
  }
  if (best == nullptr) return std::nullopt;
  return best->first;
}

LearnedColumn learn_texts(const Column& column, Rows rows, const FillRule& fill, CleanColumn& rule) {
  LearnedColumn learned;
  for (const std::uint32_t row : rows) learned.missing += column.is_missing(row) ? 1u : 0u;
  std::optional<std::string> text;
  if (fill.kind == FillKind::kMode && !column.is_times()) text = text_mode(column, rows);
  if (fill.kind == FillKind::kConstant && !column.is_times() && !fill.constant_number) text = fill.constant;
  if (text) {
    rule.fill = fill.kind;
    rule.fill_text = *text;
  }
  rule.outliers = OutlierAction::kNone;
  return learned;
}

}  // namespace

LearnedColumn learn_column(const Column& column, Rows rows, const FillRule& fill, double fence_factor,
                           CleanColumn& rule) {
  return column.is_numeric() ? learn_numbers(column, rows, fill, fence_factor, rule)
                             : learn_texts(column, rows, fill, rule);
}

}  // namespace mlkit::internal
