// A CSV text cut into stretches of whole records, serially and fast: quotes are counted, not
// understood, because wherever the form is right a line end is outside quotes exactly when an even
// number of quotes stands before it. (Where the form is wrong, the chunk that holds the first wrong
// byte still begins where it should, and the error is found there.) With `--on-bad-row skip` or
// `pad`, records are followed byte by byte instead, and chunks come out repaired.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/input_file.h"
#include "mlkit/base/output_file.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/data/csv_scan.h"

namespace mlkit {

inline constexpr std::size_t kCsvChunkBytes = std::size_t{256} << 10;
inline constexpr std::size_t kSkippedLinesShown = 5;

class CsvChunkReader {
 public:
  // Opens, looks at the first bytes (kind of file, delimiter), reads the header. Throws as read_csv.
  CsvChunkReader(const std::string& path, const CsvReadOptions& options);
  // The same from memory.
  CsvChunkReader(std::string_view bytes, const std::string& name, const CsvReadOptions& options);
  ~CsvChunkReader();

  const std::vector<std::string>& header() const;
  const CsvReadOptions& options() const;
  const std::string& name() const;
  char delimiter() const;

  // The next records; the chunks do not depend on how the bytes arrived. Ends in a line end.
  std::optional<CsvChunk> next();
  // Back to the first chunk; false where the input cannot (nothing is rejected or counted twice).
  bool rewind();
  bool can_rewind() const;
  // Size in bytes where known, else 0; bytes given out so far.
  std::uint64_t size_hint() const;
  std::uint64_t bytes_read() const;
  std::uint64_t rows_skipped() const;
  const std::vector<std::uint64_t>& skipped_lines() const;  // where the first kSkippedLinesShown of them began
  // Repaired: rows_of_other_length() of them had too few or too many fields, the others stray quotes only.
  std::uint64_t rows_padded() const;
  std::uint64_t rows_of_other_length() const;
  // Completes the file of rejected records, if there is one.
  void finish();

  // The error of the first record of `chunk` that is not right (call only when there is one).
  Error first_error(const CsvChunk& chunk) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// csv_dialect.cc
// Throws Error(kData) where the first bytes are of something else than text (gzip, zip, UTF-16, ..).
void check_csv_kind(std::string_view head, const std::string& name);
// The one of , ; tab | that splits all the records of `head` into the same number (two at least) of
// fields, the first of them where several do; else comma. `complete` = the file ends with `head`.
char detect_csv_delimiter(std::string_view head, char quote, bool complete);
// Refuses empty and equal names. `record` is the header.
std::vector<std::string> check_csv_header(const CsvRecord& record, char delimiter, const std::string& name);

}  // namespace mlkit
