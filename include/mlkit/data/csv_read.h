// CSV to Table: RFC 4180 as strict readers take it, exact in its numbers, parallel, one path for
// files, pipes, standard input and compressed files.
//
// Physical form: fields separated by one delimiter byte, records by LF, CRLF or CR (mixed is fine);
// a field may be quoted, a quote inside is doubled, quoted fields may hold line breaks (kept as they
// are). Lines with no byte at all are skipped; a line of `""` is a row of one empty field. A UTF-8
// BOM is dropped. Everything else is refused with its line and field: text after a closing quote, a
// quote inside an unquoted field, a quote that is never closed (reported where it opened), NUL,
// bytes that are not UTF-8, UTF-16, gzip/zip/PDF content, rows of another length than the header,
// duplicate and empty column names, an empty file. Limits: fields below 64 MiB, records of at most
// 256 MiB, fewer than 1,000,000 columns.
//
// `--on-bad-row skip` leaves out the records that are not right; `pad` repairs them: missing fields are missing cells,
// fields beyond the header are dropped (their record is among the rejects, too), stray quotes are text. Where a record
// with stray quotes ends is the reading that gives it as many fields as the header has (csv_lenient.h). Records with
// NUL or bytes that are not UTF-8, and those with a quote that is never closed of which no reading makes sense, are
// skipped by both. Header faults are always errors.
//
// Types (see ColumnType) are a function of a column's cells alone:
//   missing   a cell that is empty or, after trimming blanks, one of `na`
//   numeric   every other cell is a number after trimming; but a column in which a cell has a
//             leading zero before another digit ("007"), or where whole numbers have more than 15
//             digits, is a code and stays text (with a warning, once)
//   boolean   every other cell is true/false in any case
//   datetime  every other cell is an ISO 8601 date or time stamp
//   category  texts with at most kMaxLevels distinct values and not all distinct
//   text      everything else
// A column with no present cell at all is numeric.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/numbers.h"
#include "mlkit/data/table.h"
#include "mlkit/data/table_source.h"

namespace mlkit {

// Texts with more distinct values than this are stored as text, not as categories.
inline constexpr std::size_t kMaxLevels = 32768;

enum class BadRowAction { kError, kSkip, kPad };

// What a column is declared to be (--types, --schema, or a sealed model); nothing is inferred then.
struct DeclaredType {
  ColumnType type = ColumnType::kNumeric;
  bool id = false;  // text that identifies rows
};

struct CsvReadOptions {
  char delimiter = 0;  // 0 = found: the one of , ; tab | that is unanimous over the first records, else comma
  char quote = '"';
  std::uint64_t skip_lines = 0;  // physical lines above the header that are no part of the table
  NumberForm numbers;            // how numbers are written
  bool header = true;            // false: columns are named column_1, column_2, ...
  std::vector<std::string> na = {"NA", "N/A", "NaN", "nan", "null", "NULL"};  // beside the empty cell
  std::map<std::string, DeclaredType> types;                                  // by column name
  // Further types, for whoever has to see the header first (columns by position, or by one of the names
  // that a model or recipe knows them by): called once per input, which therefore is opened only once and
  // may be a pipe. What it gives comes before `types`; what it throws names the file.
  std::function<std::map<std::string, DeclaredType>(const std::vector<std::string>& header)> types_for;
  bool only_types_for = false;  // read only the columns that types_for names
  BadRowAction on_bad_row = BadRowAction::kError;
  std::string rejects_path;  // raw bytes of the records that were not read whole; "" = nowhere
  // Chunks end where the bytes that have come so far do, instead of being filled: for pipes that stay open. The
  // delimiter is found by the first line alone then, so that nothing depends on how the bytes come.
  bool as_it_comes = false;
  bool keep_records = false;  // Table::records (memory: the size of the file)
  // Columns to read, by name; the others are checked for form but not stored. nullopt = all.
  std::optional<std::vector<std::string>> columns;
};

struct CsvReadReport {
  std::uint64_t bytes = 0;  // after decompression
  std::uint64_t rows = 0;
  std::uint64_t rows_skipped = 0;
  std::uint64_t rows_padded = 0;
  char delimiter = ',';
};

// The whole file ("-" = standard input). Warnings (mixed columns, codes, integers above 2^53) go to
// the context. Throws Error(kData) with the place, Error(kIo) where it cannot be read.
Table read_csv(const std::string& path, const CsvReadOptions& options, Context& context,
               CsvReadReport* report = nullptr);

// The same from bytes in memory (tests, fuzzers). `name` stands for the file in messages.
Table read_csv_bytes(std::string_view bytes, const CsvReadOptions& options, Context& context,
                     const std::string& name = "-", CsvReadReport* report = nullptr);

// A stretch of whole records, cut out by the (serial, fast) scanner.
struct CsvChunk {
  std::shared_ptr<char[]> storage;  // readable kCsvPadding bytes before and behind the text
  const char* begin = nullptr;
  std::size_t size = 0;
  std::uint64_t first_line = 1;  // physical
  std::uint64_t index = 0;       // 0, 1, 2, ..
  RowLines lines;                // of repaired records; else empty and counted from first_line

  std::string_view bytes() const { return {begin, size}; }
};

// Streaming in bounded memory, for types that are known already: the names come from the header,
// the types from the options (a column that is not named there is text). `next_chunk` is called
// by one thread at a time; `parse` may run in parallel, and is where numbers are converted.
class CsvStream {
 public:
  CsvStream(const std::string& path, const CsvReadOptions& options, Context& context);
  ~CsvStream();

  const std::vector<std::string>& header() const;
  std::optional<CsvChunk> next_chunk();
  Table parse(const CsvChunk& chunk) const;
  // The fields of some columns of a chunk that parse() took, as they stand in the file, quotes and blanks
  // included: [i][row] is of columns[i], a position in header(). They live as long as the chunk.
  std::vector<std::vector<std::string_view>> raw_fields(const CsvChunk& chunk,
                                                        const std::vector<std::size_t>& columns) const;
  CsvReadReport report() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace mlkit
