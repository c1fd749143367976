// Where the fields of a chunk are, found 64 bytes at a time, and whether its form is right. Where it
// is not, CsvRecordScanner (csv_scan.h) says what is wrong.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "mlkit/data/csv_kernels.h"
#include "mlkit/data/table.h"

namespace mlkit {

class CsvIndex {
 public:
  // `text` begins with a record, ends with a line end, and has kCsvPadding readable bytes on both
  // sides (blanks behind). False where anything about its form is not as csv_read.h says. The memory
  // is used again by the next call.
  bool build(std::string_view text, char delimiter, char quote, std::size_t columns);

  std::size_t records() const { return task_.records; }
  const std::uint32_t* begins() const { return task_.begins; }  // of records
  // The physical line on which each record begins, where the text begins on `first_line`.
  RowLines lines(std::uint64_t first_line) const;
  CsvCells cells(std::size_t column) const;

 private:
  CsvIndexTask task_;
  std::size_t capacity_ = 0;
  std::unique_ptr<std::uint32_t[]> ends_;
  std::unique_ptr<std::uint32_t[]> begins_;
  std::unique_ptr<std::uint32_t[]> breaks_;
};

}  // namespace mlkit
