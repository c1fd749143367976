#include "mlkit/data/table_source.h"

#include <algorithm>
#include <numeric>
#include <vector>

namespace mlkit {

MemorySource::MemorySource(const Table& table, std::size_t block_rows)
    : table_(table), schema_(table.schema()), block_rows_(std::max<std::size_t>(1, block_rows)) {}

std::optional<Table> MemorySource::next() {
  if (next_row_ >= table_.rows()) return std::nullopt;
  std::vector<std::uint32_t> rows(std::min(block_rows_, table_.rows() - next_row_));
  std::iota(rows.begin(), rows.end(), static_cast<std::uint32_t>(next_row_));
  next_row_ += rows.size();
  return table_.select_rows(rows);
}

}  // namespace mlkit
