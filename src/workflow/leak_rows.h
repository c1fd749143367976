// Rows that come twice, within a table and across two.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mlkit/data/table.h"

namespace mlkit::internal {

// Hash of each cell, mixed with its column, so that a row's hash is the sum over its columns and a column can be taken
// out again. Missing cells are equal to each other. `rounded`: numbers to three significant digits.
std::vector<std::uint64_t> cell_hashes(const Column& column, std::size_t number, bool as_text, bool rounded);

struct Coincidences {
  std::uint64_t within = 0;     // pairs of equal rows in the first table
  std::uint64_t across = 0;     // pairs with one row in each
  std::uint64_t repeated = 0;   // rows of the first table that came before in it
  std::uint64_t twins = 0;      // rows of the first table that have an equal one in it
  std::uint64_t test_rows = 0;  // rows of the second that are in the first
};
Coincidences count_coincidences(std::vector<std::uint64_t> first, const std::vector<std::uint64_t>& second);

// The chance that two rows drawn at random agree in a column: the sum of squared shares of its values.
double agreement(const std::vector<std::uint64_t>& hashes);

}  // namespace mlkit::internal
