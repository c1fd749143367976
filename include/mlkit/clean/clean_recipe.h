// Cleaning: what to do and what was learned (the recipe), how it is learned, how it is replayed.
//
// Order of the steps, each learning from what the one before left:
//   1 names       to snake_case
//   2 duplicates  rows whose cells are all the same texts; the first is kept
//   3 rows        with more than max_row_missing of their cells missing (target and id do not count)
//   4 columns     all missing, or more than max_col_missing (only when that is asked for)
//   5 gaps        filled: median, mean, mode, constant
//   6 outliers    below Q1 - k IQR or above Q3 + k IQR (quantiles of type 7, after filling)
// Target, weight and id columns are never filled or changed; neither are excluded ones. A numeric
// column with IQR = 0 or at most two distinct values is not searched for outliers (with a warning).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/clean/clean_options.h"
#include "mlkit/data/schema.h"
#include "mlkit/data/table.h"

namespace mlkit {

// What happens to one column of the file.
struct CleanColumn {
  ColumnSpec source;     // as in the file
  std::string name;      // as written
  bool dropped = false;  // all or too many of its cells were missing
  FillKind fill = FillKind::kNone;
  double fill_number = 0;  // numeric columns
  std::string fill_text;   // category, boolean and text columns
  bool indicator = false;  // NAME_missing is added
  OutlierAction outliers = OutlierAction::kNone;
  double low = 0;          // a value below is an outlier
  double high = 0;         // a value above is an outlier
  double replacement = 0;  // OutlierAction::kMedian

  std::string indicator_name() const { return name + "_missing"; }
  std::string flag_name() const { return name + "_outlier"; }
};

// The specification and the fitted values; columns in the order of the file that it was learned from.
struct CleanRecipe {
  CleanOptions options;
  // The words for missing that the table was read with, where they are not the usual ones (CsvReadOptions::na): for
  // whoever reads further tables. In recipe files; a model file has a place of its own for them.
  std::optional<std::vector<std::string>> na;
  std::vector<CleanColumn> columns;

  // The column with this name, in either spelling (that of the file first); nullptr where none has it.
  const CleanColumn* find(std::string_view name) const;
};

struct CleanColumnCounts {
  std::uint64_t filled = 0;
  std::uint64_t outliers = 0;
  std::uint64_t left = 0;  // missing cells that stay so, or become so
};

// What cleaning did to one table.
struct CleanReport {
  std::uint64_t rows_in = 0;
  std::uint64_t rows_out = 0;
  std::uint64_t columns_in = 0;
  std::uint64_t columns_out = 0;
  std::uint64_t dropped_duplicates = 0;
  std::uint64_t dropped_missing = 0;
  std::uint64_t dropped_outliers = 0;        // rows, with OutlierAction::kDrop
  std::uint64_t conflicting_duplicates = 0;  // rows with the features of an earlier row and another target
  std::vector<CleanColumnCounts> counts;     // one per recipe column
  std::vector<std::pair<std::string, std::string>> renamed;  // name in the table, name as written
};

struct CleanFit {
  CleanRecipe recipe;
  CleanReport report;
  std::vector<std::uint32_t> kept;  // rows of the table that stay, rising
};

// Learns a recipe from a table (which is left as it is). Equal rows are compared by the file's text
// where the table has its records, else by value. Warnings go to the context. Throws Error(kUsage)
// for options that do not parse, Error(kData) for unknown columns and for all-missing columns
// (unless max_col_missing says to drop them).
CleanFit fit_clean(const Table& table, const CleanOptions& options, Context& context);

// The rows that steps 2, 3 and (OutlierAction::kDrop) 6 leave, by the recipe's fitted values; for
// training rows only. Fills the counts of dropped rows in `report`.
std::vector<std::uint32_t> select_clean_rows(const CleanRecipe& recipe, const Table& table, Context& context,
                                             CleanReport* report = nullptr);

// Fills and replaces with the fitted values, in any table that has the recipe's columns by either
// spelling, in any order. Never drops rows. Columns come out in the recipe's order, then the columns
// that the recipe does not know, under their snake_case names. A missing target or weight column is
// no error. Throws Error(kData) where a column is missing or has another type.
Table apply_clean(const CleanRecipe& recipe, Table table);

// The schema that apply_clean gives for a table with this schema.
Schema clean_output_schema(const CleanRecipe& recipe, const Schema& input);

}  // namespace mlkit
