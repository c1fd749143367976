// The exact nearest neighbours of every row among the others, by brute force in blocks that stay in cache.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mlkit/base/context.h"

namespace mlkit {

// Rows of `numbers` coordinates and `categories` codes, row-major, all of them present. Squared distance: the squared
// differences of the numbers, plus penalty^2 for each category that differs.
struct RowSpace {
  std::size_t rows = 0;
  std::size_t numbers = 0;
  std::size_t categories = 0;
  double penalty = 1;
  std::vector<double> values = {};  // rows * (numbers + categories)
};

// `k` indices per row, nearest first, ties by the smaller index; the row itself is not among them. Needs 1 <= k < rows.
// Cost: rows^2 * (numbers + categories), on all threads; the result depends neither on their number nor on the
// processor.
std::vector<std::uint32_t> nearest_rows(const RowSpace& space, std::size_t k, const Context& context);

}  // namespace mlkit
