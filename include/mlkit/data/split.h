// Rows into parts: training, validation and test, or k folds. A part is a list of row indices,
// rising, so that what is written keeps the order of the file. The same rows and seed give the same
// parts everywhere.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mlkit/data/column.h"

namespace mlkit {

using RowList = std::vector<std::uint32_t>;

struct SplitSizes {
  double test = 0.25;  // share of the rows, [0, 1)
  double valid = 0;    // share of the rows, [0, 1); test + valid < 1
};

struct Split {
  RowList train;
  RowList valid;
  RowList test;
};

// `total` seats in proportion to the weights by largest remainder (Hamilton), in exact integers; ties
// go to the earlier. Every share is rounded down or up, and they add up to `total`. Needs a positive
// sum of weights, and total * weight < 2^64.
std::vector<std::size_t> largest_remainder(std::size_t total, std::span<const std::size_t> weights);

// A uniform draw. The test part has ceil(rows * test) rows, as scikit-learn's, the validation part
// ceil(rows * valid), training the rest. Throws Error(kData) where a part that is asked for, or
// training, would be empty.
Split split_random(std::size_t rows, const SplitSizes& sizes, std::uint64_t seed);

// Part sizes as in split_random; each class in the same proportion in every part, its count the exact
// share rounded down or up (largest remainder). `labels[i]` < class_names.size(). Throws Error(kData)
// for a class with fewer rows than there are parts (the class "" of rows without a label may be small).
Split split_stratified(std::span<const std::uint32_t> labels, std::span<const std::string> class_names,
                       const SplitSizes& sizes, std::uint64_t seed);

// No group on two sides: groups in random order join a part while that brings it nearer to its size in
// rows. `groups[i]` < group_count. Throws Error(kData) with fewer groups than parts.
Split split_groups(std::span<const std::uint32_t> groups, std::size_t group_count, const SplitSizes& sizes,
                   std::uint64_t seed);

// The last rows by time are the test part, those before them the validation part. Rows of one
// instant stay together, on the later side. Throws Error(kData) where training would be empty.
Split split_by_time(std::span<const std::int64_t> times, const SplitSizes& sizes);

// By a hash (64-bit FNV-1a) of the row's key, and the seed: a row keeps its side when rows are added,
// removed or reordered. Sizes are met on average only. Equal keys are on one side.
Split split_by_hash(std::span<const std::string> keys, const SplitSizes& sizes, std::uint64_t seed);

// Fold 0 .. k-1 for every row; fold sizes differ by at most one. `repeat` numbers further draws.
// Throws Error(kData) for fewer rows than folds, here and below.
std::vector<std::uint32_t> folds_random(std::size_t rows, std::size_t k, std::uint64_t seed, std::uint32_t repeat = 0);
// The same, and the counts of each class differ by at most one as well. Throws Error(kData) for a
// class of a single row, which no model could both learn and be scored on.
std::vector<std::uint32_t> folds_stratified(std::span<const std::uint32_t> labels,
                                            std::span<const std::string> class_names, std::size_t k, std::uint64_t seed,
                                            std::uint32_t repeat = 0);
// No group in two folds; groups go, largest first, to the smallest fold.
std::vector<std::uint32_t> folds_groups(std::span<const std::uint32_t> groups, std::size_t group_count, std::size_t k,
                                        std::uint64_t seed, std::uint32_t repeat = 0);

// Throws Error(kData) where cells are missing; `option` is what the column was named for ("--time").
void require_no_gaps(const Column& column, const std::string& option);
// What rows are put in order by: times as they are, numbers by their rank. Throws Error(kData) for missing cells and
// other types.
std::vector<std::int64_t> times_of(const Column& column, const std::string& option);

// The rows outside (train) and inside (test) of a fold.
Split fold_split(std::span<const std::uint32_t> folds, std::uint32_t fold);

}  // namespace mlkit
