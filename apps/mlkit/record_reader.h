// A CSV file or pipe that is read as its lines arrive: whatever whole records are there are parsed and given out at
// once, instead of waiting for a chunk to be full.
#pragma once

#include <cstddef>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/base/input_file.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/data/table.h"

namespace mlkit::app {

struct RecordBatch {
  std::vector<std::string> records;  // as they stand in the file, with their line ends
  Table table;                       // the same, converted
  void drop_first(std::size_t rows);
};

class RecordReader {
 public:
  RecordReader(const std::string& path, CsvReadOptions options);

  // Waits for the first record. False at an empty input.
  bool read_header();
  const std::vector<std::string>& header() const { return header_; }
  // The columns to read from now on.
  void set_types(std::map<std::string, DeclaredType> types);
  // The records that are there, at least one; nullopt at the end. Throws Error(kData) with the place.
  std::optional<RecordBatch> next(Context& context);
  // Records of this input that were kept from an earlier run.
  Table parse(const std::vector<std::string>& records, Context& context) const;
  bool can_rewind() const { return file_.can_rewind(); }

 private:
  bool fill();  // more bytes; false at the end
  std::optional<std::string> take_record();
  Table parse_at(const std::vector<std::string>& records, std::uint64_t first_line, Context& context) const;

  std::string path_;
  CsvReadOptions options_;
  InputFile file_;
  std::string buffer_;
  std::size_t taken_ = 0;    // bytes of the buffer that were given out
  std::size_t scanned_ = 0;  // bytes looked at for the end of the record under way
  bool quoted_ = false;      // an odd number of quotes stands before scanned_
  bool ended_ = false;
  std::string header_record_;
  std::vector<std::string> header_;
  std::uint64_t line_ = 1;  // of the next record
};

}  // namespace mlkit::app
