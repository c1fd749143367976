// Other class counts for training rows: rows made up between neighbours (SMOTE), rows repeated, rows left out. For
// training rows only: nothing here may touch rows that a model is judged on.
//
//   smote  Chawla, Bowyer, Hall, Kegelmeyer: "SMOTE: synthetic minority over-sampling technique", JAIR 16, 2002. A made
//          row is x + u (x_nn - x): x a row of the class (each equally often, the rest drawn without repetition), x_nn
//          one of its k nearest neighbours of that class, drawn evenly, u uniform on [0, 1). Distances are Euclidean
//          over standardised numbers (sd of all rows given, denominator n; time stamps are numbers); with categories it
//          is SMOTE-NC (same paper, section 6.1): each category that differs adds the median of the standard deviations
//          that the standardised numbers have within the class (1 without numbers), and a made row takes the level that
//          most of the k neighbours have (ties: the row's own, then the first in byte order). Numbers that are whole in
//          every row are rounded to whole ones, and dates to whole days: a fraction among counts would tell a model
//          that the row is made up. A cell that is missing in x or x_nn is that of x; for distances a missing number
//          counts as the mean, a missing level as a level of its own.
//   over   rows of the class repeated, each equally often, the rest drawn without repetition
//   under  rows left out at random
//
// smote and over bring each class to `ratio` times the rows of the largest one, under cuts each class to the rows of
// the smallest one divided by `ratio`. Classes that are there already stay as they are.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/table.h"

namespace mlkit {

struct ResampleOptions {
  std::string method = "none";  // none, smote, over, under
  std::int64_t k_neighbors = 5;
  double ratio = 1;  // of the smaller classes to the largest, (0, 1]
  std::uint64_t seed = 42;
};

// A row that was not in the table: between two of its rows, or (over) one of them again.
struct MadeRow {
  std::uint32_t base = 0;
  std::uint32_t neighbour = 0;  // over: the same as base
  double step = 0;              // u
  std::size_t neighbours = 0;   // where the k neighbours of base stand in ResamplePlan::neighbours
  std::uint32_t k = 0;          // 0 for over
};

struct ResamplePlan {
  std::vector<std::uint32_t> kept;         // rows of the table, rising
  std::vector<MadeRow> made;               // class by class, bases rising
  std::vector<std::uint32_t> neighbours;   // rows of the table, k for each base of each class
  std::vector<std::uint32_t> labels;       // of kept, then of made
  std::vector<std::uint64_t> rows_before;  // per class
  std::vector<std::uint64_t> rows_after;

  std::size_t rows() const { return kept.size() + made.size(); }
};

// `columns` (positions) say how alike two rows are; `labels[i]` < classes.size(). Warns where a class has fewer than
// k + 1 rows (k is then its rows - 1), and where nothing changes. Throws Error(kData) for a class of one row under
// smote, Error(kUsage) for a method that is none of the three.
ResamplePlan plan_resample(const Table& table, std::span<const std::size_t> columns,
                           std::span<const std::uint32_t> labels, const std::vector<std::string>& classes,
                           const ResampleOptions& options, Context& context);

// The rows of the plan: kept ones first, as they are, then the made ones. Of those, `columns` are as above, `blank`
// (identifiers) are missing, all others are the base's. With over they are the base's throughout.
Table apply_resample(const Table& table, std::span<const std::size_t> columns, std::span<const std::size_t> blank,
                     const ResamplePlan& plan);

// Rows after / rows before, per class; 1 where there are none: what the odds of the class were multiplied by.
std::vector<double> resample_weights(const ResamplePlan& plan);

}  // namespace mlkit
