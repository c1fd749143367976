// The exact, byte-by-byte reader of CSV records: the definition of the form that CsvIndex (csv_index.h)
// checks quickly. It finds the header, says where and why a text is refused, and repairs records for
// `--on-bad-row pad`.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/error.h"

namespace mlkit {

inline constexpr std::size_t kMaxCsvFieldBytes = (std::size_t{64} << 20) - 1;  // 64 MiB is refused
inline constexpr std::size_t kMaxCsvColumns = 999'999;                         // 1,000,000 are refused
inline constexpr std::size_t kMaxCsvRecordBytes = std::size_t{256} << 20;

enum class CsvFault {
  kNone,
  kBareQuote,      // a quote inside an unquoted field
  kAfterQuote,     // text after a closing quote
  kUnclosedQuote,  // no closing quote before the end
  kNul,
  kNotUtf8,
  kFieldTooLong,
  kTooManyColumns,
  kFieldCount,
};

// One record. Fields hold the text without quotes; where a fault makes the text doubtful, they hold
// what a lenient reader takes (stray quotes are text).
struct CsvRecord {
  std::size_t begin = 0;  // offsets of its bytes, line end not included
  std::size_t end = 0;
  std::uint64_t line = 1;  // physical line of its first byte
  std::vector<std::string> fields;

  CsvFault fault = CsvFault::kNone;  // the first in byte order; a wrong field count comes last
  std::uint64_t fault_line = 0;
  std::size_t fault_field = 0;  // from 1
  std::string fault_text;       // the bytes that are wrong, for the message
};

// Goes through the records of `text`, which begins with one. Lines without a byte are skipped.
class CsvRecordScanner {
 public:
  CsvRecordScanner(std::string_view text, char delimiter, char quote, std::uint64_t first_line = 1)
      : text_(text), delimiter_(delimiter), quote_(quote), line_(first_line) {}

  // False at the end. Reuses the memory of `record`.
  bool next(CsvRecord& record);
  std::size_t position() const { return position_; }  // after the last record and its line end
  std::uint64_t line() const { return line_; }        // physical line at position()

 private:
  void scan_field(CsvRecord& record);
  void scan_quoted(CsvRecord& record, std::string& field);
  void scan_unquoted(CsvRecord& record, std::string& field, bool after_quote);
  void skip_line_end();
  void note(CsvRecord& record, CsvFault fault, std::size_t at, std::uint64_t line);

  std::string_view text_;
  char delimiter_;
  char quote_;
  std::size_t position_ = 0;
  std::uint64_t line_;
  std::size_t fault_at_ = 0;  // offset of the fault noted in the record under way
};

// The error that a faulty record is: its place, what is wrong, what to do. `header` names the column
// where it is known (empty while the header itself is read).
Error csv_fault_error(const CsvRecord& record, const std::vector<std::string>& header, char delimiter,
                      const std::string& file);

// A field as it stands between delimiters: quoted only where it has to be.
void append_csv_text(std::string& out, std::string_view text, char delimiter, char quote);

}  // namespace mlkit
