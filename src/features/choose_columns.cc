#include "mlkit/features/choose_columns.h"

#include <algorithm>
#include <set>
#include <unordered_set>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/id_names.h"
#include "mlkit/features/text_encoder.h"

namespace mlkit {
namespace {

constexpr std::size_t kFreeTextLevels = 1000;

// Distinct present cells of a text or category column.
std::size_t count_distinct_texts(const Column& column) {
  if (column.is_categorical()) {
    std::vector<bool> seen(column.categories().levels->size());
    std::size_t distinct = 0;
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (column.is_missing(row)) continue;
      const std::uint32_t code = column.categories().codes[row];
      distinct += seen[code] ? 0 : 1;
      seen[code] = true;
    }
    return distinct;
  }
  std::unordered_set<std::string_view> seen;
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.is_missing(row)) seen.insert(column.texts().at(row));
  }
  return seen.size();
}

bool all_distinct_numbers(const Column& column) {
  if (column.validity.any_missing()) return false;
  std::vector<double> sorted = column.numbers().values;
  std::sort(sorted.begin(), sorted.end());
  return std::adjacent_find(sorted.begin(), sorted.end()) == sorted.end();
}

// Whether it looks like a number of the row under another name: 1, 2, 3 .. or from any other start.
bool counts_rows(const Column& column) {
  constexpr std::size_t kFewRows = 20;
  if (!column.is_numeric() || !column.numbers().integer || column.size() <= kFewRows) return false;
  const std::vector<double>& values = column.numbers().values;
  // A missing cell is NaN, and no step from or to it is 1.
  return std::adjacent_find(values.begin(), values.end(), [](double a, double b) { return b - a != 1; }) ==
         values.end();
}

// Why a column is left out by itself; "" where it is not.
std::string reason_to_leave_out(const Column& column) {
  const std::size_t present = column.size() - column.validity.missing_count();
  if (present < 2) return {};
  if (column.is_numeric()) {
    const bool id = column.numbers().integer && is_id_name(column.name) && all_distinct_numbers(column);
    return id ? "numbers the rows" : "";
  }
  if (!column.is_categorical() && !column.is_texts()) return {};
  const std::size_t distinct = count_distinct_texts(column);
  if (distinct == present) return "has another text in every row";
  if (distinct > kFreeTextLevels && distinct * 2 > column.size()) {
    return "has " + with_thousands(distinct) + " different texts in " + with_thousands(column.size()) + " rows";
  }
  return {};
}

}  // namespace

std::vector<std::size_t> choose_columns(const Table& table, const ColumnChoice& choice, Context& context) {
  const Schema schema = table.schema();
  const std::size_t target = choice.target.empty() ? table.column_count() : schema.index_of(choice.target);
  std::set<std::size_t> asked;
  for (const std::string& name : choice.features) {
    const std::size_t position = schema.index_of(name);
    if (position == target) {
      throw_data("column \"" + table.column(position).name + "\" is the target and cannot be a feature as well",
                 "leave it out of --features");
    }
    asked.insert(position);
  }
  std::set<std::size_t> left_out = {target};
  for (const std::string& name : choice.exclude) left_out.insert(schema.index_of(name));
  std::set<std::size_t> texts;
  for (const std::string& name : choice.texts) {
    const std::size_t position = schema.index_of(name);
    const std::string& column = table.column(position).name;
    if (position == target) throw_data("column \"" + column + "\" is the target, and --text names it");
    if (left_out.contains(position)) throw_usage("--text and --exclude both name the column \"" + column + "\"");
    texts.insert(position);
  }
  if (!choice.weight.empty()) left_out.insert(schema.index_of(choice.weight));

  std::vector<std::size_t> chosen;
  for (std::size_t i = 0; i < table.column_count(); ++i) {
    const bool is_text = texts.contains(i);
    if (left_out.contains(i) || (!asked.empty() && !asked.contains(i) && !is_text)) continue;
    const std::string reason = asked.empty() && !is_text ? reason_to_leave_out(table.column(i)) : "";
    if (reason.empty()) {
      chosen.push_back(i);
      // Learning finds out what a column is good for; without a target each counts alike.
      if (asked.empty() && choice.target.empty() && counts_rows(table.column(i))) {
        const std::string& name = table.column(i).name;
        context.warn("column \"" + name + "\" counts up by 1 from row to row and is used; --exclude " + name +
                     " where it only numbers the rows");
      }
    } else {
      const Column& column = table.column(i);
      const bool sentences = !choice.target.empty() && column.is_texts() && mean_words(column) >= kWordsOfASentence;
      context.warn("column \"" + column.name + "\" " + reason + " and is left out; " +
                   (sentences ? "--text " + column.name + " learns from its words, --exclude leaves it out silently"
                              : std::string("name it in --features to use it, in --exclude to leave it out silently")));
    }
  }
  if (chosen.empty()) throw_data("no column is left to learn from", "see --features and --exclude");
  return chosen;
}

}  // namespace mlkit
