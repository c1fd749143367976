// How rows are dealt to folds (workflow/cross_validate.h).
#include <algorithm>
#include <unordered_map>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/split.h"
#include "mlkit/workflow/cross_validate.h"

namespace mlkit {
namespace {

void warn_about_small_classes(const Target& present, std::size_t folds, Context& context) {
  std::vector<std::size_t> rows(present.classes.size());
  for (const std::uint32_t label : present.labels) ++rows[label];
  std::string few;
  for (std::size_t c = 0; c < rows.size(); ++c) {
    if (rows[c] >= folds) continue;
    few += (few.empty() ? "\"" : ", \"") + present.classes[c] + "\" (" + std::to_string(rows[c]) + ")";
  }
  if (few.empty()) return;
  context.warn("cross-validation: there are more folds (" + std::to_string(folds) + ") than rows of " + few +
               ": some folds are without that class");
}

// Folds of the rows with a target, as folds of all rows of the table.
std::vector<std::uint32_t> spread(const std::vector<std::uint32_t>& rows, const std::vector<std::uint32_t>& drawn,
                                  std::size_t table_rows) {
  std::vector<std::uint32_t> fold_of_row(table_rows);
  for (std::size_t i = 0; i < rows.size(); ++i) fold_of_row[rows[i]] = drawn[i];
  return fold_of_row;
}

std::string describe(std::size_t folds, std::size_t repeats, const std::string& rest) {
  return std::to_string(folds) + " folds" + (repeats > 1 ? " x " + std::to_string(repeats) + " repeats" : "") + ", " +
         rest;
}

// Groups as small whole numbers, of some rows.
std::vector<std::uint32_t> code_groups(const Column& column, const std::vector<std::uint32_t>& rows,
                                       std::size_t& groups) {
  require_no_gaps(column, "--group");
  const Column categories = to_category_column(column);
  std::unordered_map<std::uint32_t, std::uint32_t> number_of;
  std::vector<std::uint32_t> out;
  out.reserve(rows.size());
  for (const std::uint32_t row : rows) {
    const auto number = static_cast<std::uint32_t>(number_of.size());
    out.push_back(number_of.emplace(categories.categories().codes[row], number).first->second);
  }
  groups = number_of.size();
  return out;
}

}  // namespace

FoldPlan draw_folds(const Target& target, std::size_t table_rows, std::size_t folds, std::size_t repeats,
                    std::uint64_t seed, Context& context) {
  const std::vector<std::uint32_t> rows = rows_with_target(target);
  const Target present = select_target(target, rows);
  const bool classes = !present.labels.empty();
  FoldPlan plan{.folds = folds, .how = describe(folds, repeats, classes ? "stratified by class" : "at random")};
  for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
    const auto number = static_cast<std::uint32_t>(repeat);
    plan.fold_of_row.push_back(spread(rows,
                                      classes ? folds_stratified(present.labels, present.classes, folds, seed, number)
                                              : folds_random(rows.size(), folds, seed, number),
                                      table_rows));
  }
  if (classes) warn_about_small_classes(present, folds, context);
  return plan;
}

FoldPlan draw_group_folds(const Target& target, const Column& column, std::size_t folds, std::size_t repeats,
                          std::uint64_t seed) {
  const std::vector<std::uint32_t> rows = rows_with_target(target);
  std::size_t groups = 0;
  const std::vector<std::uint32_t> group_of = code_groups(column, rows, groups);
  FoldPlan plan{.folds = folds, .how = describe(folds, repeats, "no group of \"" + column.name + "\" in two")};
  for (std::size_t repeat = 0; repeat < repeats; ++repeat) {
    plan.fold_of_row.push_back(
        spread(rows, folds_groups(group_of, groups, folds, seed, static_cast<std::uint32_t>(repeat)), column.size()));
  }
  return plan;
}

FoldPlan time_folds(const Target& target, const Column& column, std::size_t folds) {
  const std::vector<std::uint32_t> rows = rows_with_target(target);
  const std::vector<std::int64_t> all_times = times_of(column, "--time");
  std::vector<std::int64_t> sorted;
  for (const std::uint32_t row : rows) sorted.push_back(all_times[row]);
  std::sort(sorted.begin(), sorted.end());
  // The last parts have rows / (folds + 1) rows each, the first one what is left (as scikit-learn's TimeSeriesSplit);
  // a border that would cut a point in time moves before it.
  const std::size_t parts = folds + 1;
  const std::size_t size = sorted.size() / parts;
  std::vector<std::int64_t> begins;  // of parts 1 .. folds
  for (std::size_t part = 1; part < parts && size > 0; ++part)
    begins.push_back(sorted[sorted.size() - (parts - part) * size]);
  const bool distinct = std::adjacent_find(begins.begin(), begins.end()) == begins.end();
  if (begins.empty() || !distinct || begins.front() == sorted.front()) {
    throw_data("column \"" + column.name + "\" has too few points in time for " + std::to_string(folds) +
                   " folds and rows before them",
               "give fewer --folds, or a finer time column");
  }
  std::vector<std::uint32_t> parts_of;
  for (const std::uint32_t row : rows) {
    parts_of.push_back(
        static_cast<std::uint32_t>(std::upper_bound(begins.begin(), begins.end(), all_times[row]) - begins.begin()));
  }
  FoldPlan plan{.folds = folds, .expanding = true};
  plan.how = describe(folds, 1, "each after all it is learned from by \"" + column.name + "\"");
  plan.fold_of_row.push_back(spread(rows, parts_of, column.size()));
  return plan;
}

FoldPlan leave_one_out(const Target& target, std::size_t table_rows) {
  const std::vector<std::uint32_t> rows = rows_with_target(target);
  if (rows.size() < 2) throw_data("leave-one-out needs two rows with a target");
  if (!target.classes.empty()) {
    std::vector<std::size_t> counts(target.classes.size());
    for (const std::uint32_t row : rows) ++counts[target.labels[row]];
    for (std::size_t c = 0; c < counts.size(); ++c) {
      if (counts[c] == 1) throw_data("class \"" + target.classes[c] + "\" has only 1 row, and leave-one-out needs 2");
    }
  }
  std::vector<std::uint32_t> drawn(rows.size());
  for (std::size_t i = 0; i < drawn.size(); ++i) drawn[i] = static_cast<std::uint32_t>(i);
  FoldPlan plan{.folds = rows.size(), .pooled = true};
  plan.how = "leave-one-out over " + with_thousands(rows.size()) + " rows";
  plan.fold_of_row.push_back(spread(rows, drawn, table_rows));
  return plan;
}

FoldPlan given_folds(const Target& target, std::vector<std::uint32_t> fold_of_row) {
  FoldPlan plan;
  plan.folds = fold_of_row.empty() ? 0 : *std::max_element(fold_of_row.begin(), fold_of_row.end()) + std::size_t{1};
  std::vector<bool> used(plan.folds);
  for (const std::uint32_t row : rows_with_target(target)) used[fold_of_row[row]] = true;
  for (std::size_t fold = 0; fold < plan.folds; ++fold) {
    if (!used[fold]) throw_data("fold " + std::to_string(fold + 1) + " has no row with a target");
  }
  if (plan.folds < 2) throw_data("there is only one fold", "two are needed: one to learn from, one to score");
  plan.how = describe(plan.folds, 1, "as given");
  plan.fold_of_row.push_back(std::move(fold_of_row));
  return plan;
}

FoldRows rows_of_fold(const FoldPlan& plan, const Target& target, std::size_t repeat, std::size_t fold) {
  const std::vector<std::uint32_t>& fold_of = plan.fold_of_row[repeat];
  const std::size_t scored = plan.expanding ? fold + 1 : fold;
  FoldRows out;
  for (const std::uint32_t row : rows_with_target(target)) {
    if (fold_of[row] == scored) {
      out.test.push_back(row);
    } else if (!plan.expanding || fold_of[row] < scored) {
      out.train.push_back(row);
    }
  }
  return out;
}

}  // namespace mlkit
