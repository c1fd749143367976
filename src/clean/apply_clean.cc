#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <unordered_map>
#include <unordered_set>

#include "column_rules.h"
#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/clean/clean_recipe.h"
#include "mlkit/clean/names.h"

namespace mlkit {
namespace internal {
namespace {

void check_type(const CleanColumn& rule, const ColumnSpec& column) {
  if (rule.source.type != ColumnType::kNumeric || column.type == ColumnType::kNumeric) return;
  throw_data("column \"" + column.name + "\" is " + std::string(column_type_name(column.type)) +
                 ", the recipe was learned from numbers",
             "declare it with --types to see which cell is no number");
}

[[noreturn]] void throw_missing_column(const CleanColumn& rule, const Schema& schema) {
  const std::string near = nearest_name(rule.source.name, schema.names());
  throw_data(
      "column \"" + rule.source.name + "\" of the recipe is not in the table",
      near.empty() ? "only the column that was named with --target may be absent" : "did you mean \"" + near + "\"?");
}

}  // namespace

ColumnMatch match_columns(const CleanRecipe& recipe, const Schema& schema) {
  std::unordered_map<std::string, std::size_t> by_name;
  for (std::size_t i = 0; i < schema.size(); ++i) by_name.emplace(schema[i].name, i);
  std::vector<bool> used(schema.size());
  ColumnMatch match;
  match.source.assign(recipe.columns.size(), kAbsent);
  // All spellings of the file first, so that no column is taken by another one's clean name.
  for (const bool original : {true, false}) {
    for (std::size_t c = 0; c < recipe.columns.size(); ++c) {
      const CleanColumn& rule = recipe.columns[c];
      if (match.source[c] != kAbsent) continue;
      const auto found = by_name.find(original ? rule.source.name : rule.name);
      if (found == by_name.end() || used[found->second]) continue;
      used[found->second] = true;
      match.source[c] = found->second;
    }
  }
  for (std::size_t c = 0; c < recipe.columns.size(); ++c) {
    const CleanColumn& rule = recipe.columns[c];
    const bool needed = rule.source.role == ColumnRole::kFeature && !rule.dropped;
    if (match.source[c] == kAbsent && needed) throw_missing_column(rule, schema);
    if (match.source[c] != kAbsent && !rule.dropped) check_type(rule, schema[match.source[c]]);
  }
  std::unordered_set<std::string> taken;
  for (const CleanColumn& rule : recipe.columns) taken.insert(rule.name);
  for (std::size_t i = 0; i < schema.size(); ++i) {
    if (used[i]) continue;
    const std::string base = recipe.options.keep_names ? schema[i].name : snake_case(schema[i].name);
    std::string name = base.empty() ? "column_" + std::to_string(i + 1) : base;
    for (std::size_t k = 2; !taken.insert(name).second; ++k) name = base + "_" + std::to_string(k);
    match.extra.push_back(i);
    match.extra_names.push_back(std::move(name));
  }
  return match;
}

std::vector<AddedColumn> added_columns(const CleanRecipe& recipe, const ColumnMatch& match) {
  const auto brought = [&](const std::string& name) {
    return std::find(match.extra_names.begin(), match.extra_names.end(), name) != match.extra_names.end();
  };
  std::vector<AddedColumn> out;
  for (std::size_t c = 0; c < recipe.columns.size(); ++c) {
    const CleanColumn& rule = recipe.columns[c];
    if (match.source[c] == kAbsent) continue;
    if (rule.indicator && !brought(rule.indicator_name())) {
      out.push_back({.name = rule.indicator_name(), .rule = c, .indicator = true});
    }
    if (rule.outliers == OutlierAction::kFlag && !brought(rule.flag_name())) {
      out.push_back({.name = rule.flag_name(), .rule = c, .indicator = false});
    }
  }
  return out;
}

}  // namespace internal

namespace {

using internal::kAbsent;

bool is_whole(double value) { return value == std::floor(value); }

// Whether the column still holds whole numbers only, as far as the recipe alone can tell.
bool stays_integer(const CleanColumn& rule, bool integer) {
  if (internal::fills(rule)) integer = integer && is_whole(rule.fill_number);
  if (rule.outliers == OutlierAction::kMedian) integer = integer && is_whole(rule.replacement);
  if (rule.outliers == OutlierAction::kCap) integer = integer && is_whole(rule.low) && is_whole(rule.high);
  return integer;
}

void apply_to_numbers(const CleanColumn& rule, Column& column) {
  Numbers& numbers = column.numbers();
  for (std::size_t row = 0; row < column.size(); ++row) {
    const internal::NumericCell before{column.is_missing(row), numbers.values[row]};
    const internal::NumericCell cell = internal::filled(rule, before);
    if (before.missing && !cell.missing) {
      column.validity.set_valid(row);
      numbers.values[row] = cell.value;
    }
    if (cell.missing || !internal::is_outlier(rule, cell.value)) continue;
    switch (internal::change_of(rule, cell.value)) {
      case internal::OutlierChange::kNone: break;
      case internal::OutlierChange::kReplaced: numbers.values[row] = rule.replacement; break;
      case internal::OutlierChange::kLow: numbers.values[row] = rule.low; break;
      case internal::OutlierChange::kHigh: numbers.values[row] = rule.high; break;
      case internal::OutlierChange::kMissing:
        numbers.values[row] = std::numeric_limits<double>::quiet_NaN();
        column.validity.set_missing(row);
        break;
    }
  }
  numbers.integer = stays_integer(rule, numbers.integer);
}

void fill_categories(const CleanColumn& rule, Column& column) {
  Categories& categories = column.categories();
  const Levels& levels = *categories.levels;
  const auto at = std::lower_bound(levels.begin(), levels.end(), rule.fill_text);
  const auto code = static_cast<std::uint32_t>(at - levels.begin());
  if (at == levels.end() || *at != rule.fill_text) {
    auto more = std::make_shared<Levels>(levels);
    more->insert(more->begin() + static_cast<std::ptrdiff_t>(code), rule.fill_text);
    for (std::uint32_t& c : categories.codes) c += c != kNoLevel && c >= code ? 1u : 0u;
    categories.levels = std::move(more);
  }
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (column.is_missing(row)) categories.codes[row] = code;
  }
  column.validity = Validity(column.size());
}

void fill_texts(const CleanColumn& rule, Column& column) {
  const Texts& texts = column.texts();
  Texts out;
  out.ends.reserve(column.size());
  for (std::size_t row = 0; row < column.size(); ++row) {
    out.append(column.is_missing(row) ? std::string_view(rule.fill_text) : texts.at(row));
  }
  column.storage = std::move(out);
  column.validity = Validity(column.size());
}

void apply_to_column(const CleanColumn& rule, Column& column) {
  column.name = rule.name;
  if (column.role == ColumnRole::kFeature) column.role = rule.source.role;
  if (rule.source.role != ColumnRole::kFeature) return;
  if (column.is_numeric()) {
    // (A column of texts may be read as numbers where only such cells came; it has no number to fill with.)
    if (rule.source.type == ColumnType::kNumeric) apply_to_numbers(rule, column);
  } else if (internal::fills(rule) && column.validity.any_missing()) {
    if (column.is_categorical()) fill_categories(rule, column);
    if (column.is_texts()) fill_texts(rule, column);
  }
}

Column added_column(const CleanRecipe& recipe, const internal::AddedColumn& added, const Column& source) {
  const CleanColumn& rule = recipe.columns[added.rule];
  std::vector<double> values(source.size());
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (added.indicator) {
      values[row] = source.is_missing(row) ? 1 : 0;
      continue;
    }
    const auto cell = internal::filled(rule, {source.is_missing(row), source.numbers().values[row]});
    values[row] = !cell.missing && internal::is_outlier(rule, cell.value) ? 1 : 0;
  }
  return make_numeric_column(added.name, std::move(values));
}

}  // namespace

Table apply_clean(const CleanRecipe& recipe, Table table) {
  const internal::ColumnMatch match = internal::match_columns(recipe, table.schema());
  std::vector<Column> added;
  for (const internal::AddedColumn& column : internal::added_columns(recipe, match)) {
    added.push_back(added_column(recipe, column, table.column(match.source[column.rule])));
  }
  Table out;
  out.set_rows(table.rows());
  out.lines = std::move(table.lines);
  out.records = std::move(table.records);
  out.record_of_row = std::move(table.record_of_row);
  for (std::size_t c = 0; c < recipe.columns.size(); ++c) {
    if (match.source[c] == kAbsent || recipe.columns[c].dropped) continue;
    Column column = std::move(table.column(match.source[c]));
    apply_to_column(recipe.columns[c], column);
    out.add_column(std::move(column));
  }
  for (std::size_t i = 0; i < match.extra.size(); ++i) {
    Column column = std::move(table.column(match.extra[i]));
    column.name = match.extra_names[i];
    out.add_column(std::move(column));
  }
  for (Column& column : added) out.add_column(std::move(column));
  return out;
}

Schema clean_output_schema(const CleanRecipe& recipe, const Schema& input) {
  const internal::ColumnMatch match = internal::match_columns(recipe, input);
  Schema out;
  for (std::size_t c = 0; c < recipe.columns.size(); ++c) {
    const CleanColumn& rule = recipe.columns[c];
    if (match.source[c] == kAbsent || rule.dropped) continue;
    ColumnSpec spec = input[match.source[c]];
    spec.name = rule.name;
    if (spec.role == ColumnRole::kFeature) spec.role = rule.source.role;
    if (spec.type == ColumnType::kNumeric && rule.source.type == ColumnType::kNumeric &&
        rule.source.role == ColumnRole::kFeature) {
      spec.integer = stays_integer(rule, spec.integer);
    }
    out.add(std::move(spec));
  }
  for (std::size_t i = 0; i < match.extra.size(); ++i) {
    ColumnSpec spec = input[match.extra[i]];
    spec.name = match.extra_names[i];
    out.add(std::move(spec));
  }
  for (const internal::AddedColumn& column : internal::added_columns(recipe, match)) {
    out.add({.name = column.name, .type = ColumnType::kNumeric, .integer = true});
  }
  return out;
}

}  // namespace mlkit
