// Rows into parts: training, validation and test, or k folds. A part is a list of row indices,
// rising, so that what is written keeps the order of the file. Draws are keyed by the seed and the
// row (or group), never by the order in which rows are visited.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

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

// Seats for shares of `total` by largest remainder (Hamilton); ties go to the earlier. Exact: the
// seats add up to total. `shares` add up to 1.
std::vector<std::size_t> largest_remainder(std::size_t total, std::span<const double> shares);

// Sizes of (train, valid, test) for n rows, as every way of splitting aims at: test is n * share
// rounded up to a whole row as scikit-learn does, valid likewise, the rest is train.
Split split_random(std::size_t rows, const SplitSizes& sizes, std::uint64_t seed);

// Each class in the same proportion in every part, as nearly as whole rows allow: part sizes as in
// split_random, then the rows of a class are dealt by largest remainder so that both the part sizes and
// the class sizes are met exactly. `labels[i]` < `classes`. Throws Error(kData) for a class with
// fewer rows than there are parts; `class_names` are for the message.
Split split_stratified(std::span<const std::uint32_t> labels, std::span<const std::string> class_names,
                       const SplitSizes& sizes, std::uint64_t seed);

// No group on two sides: whole groups are drawn at random until a part is as near to its size as
// the next group allows. `groups[i]` < group_count. Throws Error(kData) with fewer groups than parts.
Split split_groups(std::span<const std::uint32_t> groups, std::size_t group_count, const SplitSizes& sizes,
                   std::uint64_t seed);

// The last rows by time are the test part, those before them the validation part. Rows of one
// instant stay together, on the later side. Throws Error(kData) where a part would be empty.
Split split_by_time(std::span<const std::int64_t> times, const SplitSizes& sizes);

// By a hash of the row's key and the seed: a row keeps its side when rows are added. Sizes are met
// on average only. Equal keys are on one side.
Split split_by_hash(std::span<const std::string> keys, const SplitSizes& sizes, std::uint64_t seed);

// Fold 0 .. k-1 for every row. Fold sizes differ by at most one.
std::vector<std::uint32_t> folds_random(std::size_t rows, std::size_t k, std::uint64_t seed, std::uint32_t repeat = 0);
// The same with each class spread over the folds so that its counts differ by at most one. Throws
// Error(kData) for a class with fewer than k rows.
std::vector<std::uint32_t> folds_stratified(std::span<const std::uint32_t> labels,
                                            std::span<const std::string> class_names, std::size_t k,
                                            std::uint64_t seed, std::uint32_t repeat = 0);
// No group in two folds; groups go, largest first, to the smallest fold.
std::vector<std::uint32_t> folds_groups(std::span<const std::uint32_t> groups, std::size_t group_count,
                                        std::size_t k, std::uint64_t seed, std::uint32_t repeat = 0);

// The rows outside and inside fold `fold`.
Split fold_split(std::span<const std::uint32_t> folds, std::uint32_t fold);

}  // namespace mlkit
