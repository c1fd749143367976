// Rows that are equal to an earlier row.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/table.h"

namespace mlkit {

// For every row the first row that equals it (itself where none does). Rows are equal when all their
// cells are the same texts after unquoting (Table::records), or where the table has no records of
// its own shape, the same values. Hashed in parallel; rows with equal hashes are compared in full.
std::vector<std::uint32_t> first_equal_rows(const Table& table, Context& context);

// The same by the values of some of the columns. A missing cell equals a missing cell.
std::vector<std::uint32_t> first_equal_rows(const Table& table, std::span<const std::size_t> columns, Context& context);

}  // namespace mlkit
