// Rows that stand in two tables: scores on them flatter the model that learned from the other.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mlkit/data/table.h"

namespace mlkit {

// How many rows of `later` have the same cells in all of `columns` as some row of `earlier`. Compares
// 64-bit hashes of the cells (a chance hit among a million rows each: below 1e-7). 0 where a column is missing.
std::uint64_t count_shared_rows(const Table& earlier, const Table& later, const std::vector<std::string>& columns);

}  // namespace mlkit
