#include <algorithm>

#include "column_rules.h"
#include "mlkit/base/error.h"
#include "mlkit/clean/clean_recipe.h"
#include "mlkit/clean/duplicates.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace internal {

void drop_duplicates(const Table& table, std::vector<std::uint32_t>& kept, Context& context, CleanReport& report) {
  const std::vector<std::uint32_t> first = first_equal_rows(table, context);
  const std::size_t before = kept.size();
  std::erase_if(kept, [&](std::uint32_t row) { return first[row] != row; });
  report.dropped_duplicates = before - kept.size();
}

void drop_rows_with_gaps(const CleanRecipe& recipe, const ColumnMatch& match, const Table& table,
                         std::vector<std::uint32_t>& kept, Context& context, CleanReport& report) {
  std::vector<const Validity*> with_gaps;
  std::size_t considered = 0;
  for (std::size_t c = 0; c < recipe.columns.size(); ++c) {
    const ColumnRole role = recipe.columns[c].source.role;
    if (match.source[c] == kAbsent || role == ColumnRole::kTarget || role == ColumnRole::kId) continue;
    ++considered;
    const Validity& validity = table.column(match.source[c]).validity;
    if (validity.any_missing()) with_gaps.push_back(&validity);
  }
  // Strictly more than the share; the product may lie a rounding error below a whole number.
  const double limit = recipe.options.max_row_missing * static_cast<double>(considered) + 1e-9;
  std::vector<std::uint8_t> drop(kept.size());
  for_blocks(context, kept.size(), kRowBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
    std::vector<std::uint32_t> missing(end - begin);
    for (const Validity* validity : with_gaps) {
      for (std::size_t i = begin; i < end; ++i) missing[i - begin] += validity->is_missing(kept[i]) ? 1u : 0u;
    }
    for (std::size_t i = begin; i < end; ++i) drop[i] = static_cast<double>(missing[i - begin]) > limit;
  });
  std::size_t left = 0;
  for (std::size_t i = 0; i < kept.size(); ++i) {
    if (drop[i] == 0) kept[left++] = kept[i];
  }
  report.dropped_missing = kept.size() - left;
  kept.resize(left);
}

void drop_rows_with_outliers(const CleanRecipe& recipe, const ColumnMatch& match, const Table& table,
                             std::vector<std::uint32_t>& kept, CleanReport& report) {
  const std::size_t before = kept.size();
  for (std::size_t c = 0; c < recipe.columns.size(); ++c) {
    const CleanColumn& rule = recipe.columns[c];
    if (rule.outliers != OutlierAction::kDrop || match.source[c] == kAbsent) continue;
    const Column& column = table.column(match.source[c]);
    if (report.counts.size() < recipe.columns.size()) report.counts.resize(recipe.columns.size());
    std::erase_if(kept, [&](std::uint32_t row) {
      const NumericCell cell = filled(rule, {column.is_missing(row), column.numbers().values[row]});
      const bool outlier = !cell.missing && is_outlier(rule, cell.value);
      report.counts[c].outliers += outlier ? 1u : 0u;
      return outlier;
    });
  }
  report.dropped_outliers = before - kept.size();
}

std::vector<std::uint32_t> all_rows(const Table& table) {
  std::vector<std::uint32_t> rows(table.rows());
  for (std::uint32_t row = 0; row < rows.size(); ++row) rows[row] = row;
  return rows;
}

}  // namespace internal

std::vector<std::uint32_t> select_clean_rows(const CleanRecipe& recipe, const Table& table, Context& context,
                                             CleanReport* report) {
  CleanReport local;
  CleanReport& counts = report != nullptr ? *report : local;
  const internal::ColumnMatch match = internal::match_columns(recipe, table.schema());
  std::vector<std::uint32_t> kept = internal::all_rows(table);
  counts.rows_in = kept.size();
  if (!recipe.options.keep_duplicates) internal::drop_duplicates(table, kept, context, counts);
  internal::drop_rows_with_gaps(recipe, match, table, kept, context, counts);
  internal::drop_rows_with_outliers(recipe, match, table, kept, counts);
  counts.rows_out = kept.size();
  return kept;
}

}  // namespace mlkit
