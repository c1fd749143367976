// What a fitted recipe does to one numeric cell: the one rule behind tables and text.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mlkit/clean/clean_recipe.h"

namespace mlkit::internal {

inline bool fills(const CleanColumn& rule) { return rule.fill != FillKind::kNone; }

inline bool is_outlier(const CleanColumn& rule, double value) {
  return rule.outliers != OutlierAction::kNone && (value < rule.low || value > rule.high);
}

// A numeric cell after filling; outliers are judged by this value.
struct NumericCell {
  bool missing = false;
  double value = 0;
};

inline NumericCell filled(const CleanColumn& rule, NumericCell cell) {
  if (cell.missing && fills(rule)) return {.missing = false, .value = rule.fill_number};
  return cell;
}

enum class OutlierChange : std::uint8_t { kNone, kReplaced, kLow, kHigh, kMissing };

// What becomes of an outlier (drop and flag leave the value).
inline OutlierChange change_of(const CleanColumn& rule, double value) {
  switch (rule.outliers) {
    case OutlierAction::kMedian: return OutlierChange::kReplaced;
    case OutlierAction::kCap: return value < rule.low ? OutlierChange::kLow : OutlierChange::kHigh;
    case OutlierAction::kNull: return OutlierChange::kMissing;
    case OutlierAction::kNone:
    case OutlierAction::kDrop:
    case OutlierAction::kFlag: return OutlierChange::kNone;
  }
  return OutlierChange::kNone;
}

// Where the recipe's columns are in a table: one entry for each recipe column (kAbsent where a target,
// weight or dropped column is not there), and the table's columns that the recipe does not know.
inline constexpr std::size_t kAbsent = static_cast<std::size_t>(-1);

struct ColumnMatch {
  std::vector<std::size_t> source;
  std::vector<std::size_t> extra;
  std::vector<std::string> extra_names;  // as written
};

// Throws Error(kData) for a column that is not there or has another type.
ColumnMatch match_columns(const CleanRecipe& recipe, const Schema& schema);

// The columns that the recipe adds behind the others, without those that the table brings along.
struct AddedColumn {
  std::string name;
  std::size_t rule = 0;    // index into recipe.columns
  bool indicator = false;  // else outlier flag
};
std::vector<AddedColumn> added_columns(const CleanRecipe& recipe, const ColumnMatch& match);

// The steps that drop rows: each shortens `kept` and counts in `report` (select_rows.cc).
std::vector<std::uint32_t> all_rows(const Table& table);
void drop_duplicates(const Table& table, std::vector<std::uint32_t>& kept, Context& context, CleanReport& report);
void drop_rows_with_gaps(const CleanRecipe& recipe, const ColumnMatch& match, const Table& table,
                         std::vector<std::uint32_t>& kept, Context& context, CleanReport& report);
void drop_rows_with_outliers(const CleanRecipe& recipe, const ColumnMatch& match, const Table& table,
                             std::vector<std::uint32_t>& kept, CleanReport& report);

// What one column's cells were found to be, beside what goes into its rule.
struct LearnedColumn {
  std::size_t missing = 0;    // among the rows
  bool few_values = false;    // at most two distinct values after filling
  bool no_spread = false;     // IQR = 0 after filling
  bool beyond_range = false;  // a fence is no finite number
  bool keeps_gaps = false;    // outliers become missing, so gaps are not filled
  std::size_t observed = 0;   // cells with a value; counted for columns whose outliers lose theirs
  std::size_t outside = 0;    // of these, beyond the fences
};

// Fills in the rule's gaps and fences from the given rows (learn_column.cc). `fill` and `rule.outliers` say what is
// asked for; what cannot be done is set to none. Where outliers become missing, a column that has fences keeps its
// gaps: once they are both missing nothing tells them apart, and a replay must not fill what cleaning emptied.
LearnedColumn learn_column(const Column& column, std::span<const std::uint32_t> rows, const FillRule& fill,
                           double fence_factor, CleanColumn& rule);

}  // namespace mlkit::internal
