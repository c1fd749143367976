// Columns of equal length, and where each row stood in the file it came from.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/data/column.h"
#include "mlkit/data/schema.h"

namespace mlkit {

// The records of a CSV file as they stood in it, kept on request (CsvReadOptions::keep_records) for
// commands that must give back untouched what they did not change. Defined in data/csv_records.h.
class CsvRecords;

// The physical line (from 1) on which each row starts. Rows mostly follow one another line by line,
// so what is kept is where they do not: a run of rows on consecutive lines is one entry.
class RowLines {
 public:
  bool empty() const { return size_ == 0; }
  std::size_t size() const { return size_; }
  std::uint64_t operator[](std::size_t row) const;
  void push_back(std::uint64_t line) { append_run(line, 1); }
  // `rows` rows on the lines first_line, first_line + 1, ..
  void append_run(std::uint64_t first_line, std::size_t rows);
  void append(const RowLines& other);

 private:
  struct Run {
    std::size_t first_row;
    std::uint64_t first_line;
  };
  std::vector<Run> runs_;
  std::size_t size_ = 0;
};

class Table {
 public:
  Table() = default;
  explicit Table(std::vector<Column> columns);

  std::size_t rows() const { return rows_; }
  std::size_t column_count() const { return columns_.size(); }
  bool empty() const { return rows_ == 0; }

  const Column& column(std::size_t i) const { return columns_[i]; }
  Column& column(std::size_t i) { return columns_[i]; }
  // By name or "#position"; throws Error(kData) with the nearest name.
  const Column& column(std::string_view name) const { return columns_[schema().index_of(name)]; }
  const std::vector<Column>& columns() const { return columns_; }

  Schema schema() const;
  std::optional<std::size_t> find(std::string_view name) const;

  void add_column(Column column);                    // of rows() cells; the first sets rows()
  Column take_column(std::size_t i);                 // removes it
  void set_rows(std::size_t rows) { rows_ = rows; }  // for a table of no columns

  // Rows by index, in the given order (a row may come twice).
  Table select_rows(std::span<const std::uint32_t> rows) const;
  Table select_columns(std::span<const std::size_t> columns) const;

  // Physical line of each row in its file; empty when not known.
  RowLines lines;
  // The file's own text, with the record number of each row; null unless asked for.
  std::shared_ptr<const CsvRecords> records;
  std::vector<std::uint32_t> record_of_row;  // empty = row i is record i

 private:
  std::vector<Column> columns_;
  std::size_t rows_ = 0;
};

}  // namespace mlkit
