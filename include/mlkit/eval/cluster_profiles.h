// What is different about each cluster, in the units of the columns.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/table.h"

namespace mlkit {

// One column in one cluster against all rows. Numbers: the means (present cells), and how many standard deviations of
// the whole column lie between them. Categories: of the level whose share differs most upwards, both shares, and their
// difference in standard deviations of "is this level".
struct ColumnContrast {
  std::string column;
  std::string level;  // categories; "" for numbers
  bool numeric = true;
  double here = 0;     // mean or share in the cluster
  double overall = 0;  // in all rows
  double contrast = 0;
};

struct ClusterProfile {
  std::int32_t cluster = 0;  // -1: noise
  std::uint64_t rows = 0;
  std::vector<ColumnContrast> columns;  // strongest contrast first; ties in the order of the table
};

inline constexpr std::size_t kProfileLevels = 64;

// Of every cluster in `labels` (one per row), noise last. `columns` are positions of columns to compare; of others than
// numeric and categorical ones with at most kProfileLevels levels nothing is said.
std::vector<ClusterProfile> cluster_profiles(const Table& table, std::span<const std::int32_t> labels,
                                             std::span<const std::size_t> columns, const Context& context);

}  // namespace mlkit
