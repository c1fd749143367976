// Rows that arrive in blocks: a CSV file, standard input, or a table in memory.
#pragma once

#include <cstddef>
#include <optional>

#include "mlkit/data/schema.h"
#include "mlkit/data/table.h"

namespace mlkit {

class TableSource {
 public:
  virtual ~TableSource() = default;
  // Names and types of every block that next() gives.
  virtual const Schema& schema() const = 0;
  // The next rows in order, nullopt at the end. How many rows come at once is up to the source.
  virtual std::optional<Table> next() = 0;
  // Back to the first row. Throws Error(kIo) where the source cannot (standard input).
  virtual void rewind() = 0;
};

// A table in memory, in blocks of `block_rows`.
class MemorySource : public TableSource {
 public:
  explicit MemorySource(const Table& table, std::size_t block_rows = 65536);
  const Schema& schema() const override { return schema_; }
  std::optional<Table> next() override;
  void rewind() override { next_row_ = 0; }

 private:
  const Table& table_;
  Schema schema_;
  std::size_t block_rows_;
  std::size_t next_row_ = 0;
};

}  // namespace mlkit
