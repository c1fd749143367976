// The cells of one column of one chunk, converted; and the parts of many chunks put together.
//
// How a column is read (CsvReading) is a guess from the first chunk or a declaration. A guess that
// proves wrong (a word among numbers) fails the column, which is then read again (csv_read.cc); so
// what comes out is a function of the cells alone.
#pragma once

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/data/csv_index.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/data/numbers.h"

namespace mlkit {

enum class CsvReading : std::uint8_t { kSkip, kNumber, kTime, kLevels, kText };

// What one cell is; no text is of two kinds.
enum class CsvCellKind : std::uint8_t {
  kMissing,
  kNumber,
  kCode,       // a number by its digits, but with a leading zero, or whole with more than 15 digits
  kNotFinite,  // inf, 1e400
  kTime,
  kWord
};

// The words for missing, and what every cell is told apart by.
class CsvCellRules {
 public:
  CsvCellRules(const std::vector<std::string>& na, char quote, NumberForm numbers = {});
  char quote() const { return quote_; }
  bool is_missing(std::string_view text) const {
    return text.empty() || (first_byte_[static_cast<unsigned char>(text[0])] && is_missing_slowly(text));
  }
  CsvCellKind kind(std::string_view text) const;
  bool plain_numbers() const { return numbers_.is_plain(); }
  // A trimmed cell as parse_number takes it (in `scratch` where it is written otherwise); "" where it is no number.
  std::string_view plain(std::string_view trimmed, std::string& scratch) const {
    return plain_numbers() ? trimmed : to_plain_number(trimmed, numbers_, scratch).value_or(std::string_view());
  }
  // The text of a raw field: itself, or without its quotes (in `scratch`).
  std::string_view unquoted(std::string_view raw, std::string& scratch) const {
    return !raw.empty() && raw[0] == quote_ ? unquoted_slowly(raw, scratch) : raw;
  }

 private:
  bool is_missing_slowly(std::string_view text) const;
  std::string_view unquoted_slowly(std::string_view raw, std::string& scratch) const;
  std::vector<std::string> na_;
  char quote_;
  NumberForm numbers_;
  bool first_byte_[256] = {};  // a missing cell may begin so
};

// Distinct texts, numbered as they come.
class LevelDictionary {
 public:
  std::uint32_t code_of(std::string_view text);
  std::size_t size() const { return ends_.size(); }
  std::string_view text(std::uint32_t code) const {
    const std::size_t begin = code == 0 ? 0 : ends_[code - 1];
    return std::string_view(bytes_).substr(begin, ends_[code] - begin);
  }
  void clear();

 private:
  // The first eight bytes tell most texts apart without a look at the others.
  struct Slot {
    std::uint64_t prefix = 0;
    std::uint32_t size = 0;
    std::uint32_t code_plus_1 = 0;  // 0 = free
  };
  void grow();
  std::vector<Slot> slots_;
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

struct CsvColumnPlan {
  CsvReading reading = CsvReading::kSkip;
  bool declared = false;  // cells that do not fit are errors
};

// Cells that do not fit a declared type.
struct CsvMisfits {
  std::size_t count = 0;
  std::size_t row = 0;  // of the first: within the chunk, later within the table
  std::uint64_t line = 0;
  std::string text;
  CsvCellKind kind = CsvCellKind::kWord;
};

// One column of one chunk.
struct CsvPiece {
  CsvReading reading = CsvReading::kSkip;
  std::size_t rows = 0;
  std::vector<double> values;
  std::vector<std::int64_t> micros;
  std::vector<std::uint32_t> codes;
  Texts texts;
  std::vector<std::uint32_t> missing;  // rows
  bool integer = true;
  bool date_only = true;
  bool any_present = false;
  std::optional<CsvCellKind> failed;  // the kind of the cell that the guess did not expect
  CsvMisfits misfits;

  void clear();
};

// Converts cells; owns the memory that this needs, so one thread at a time.
class CsvCellReader {
 public:
  explicit CsvCellReader(const CsvCellRules& rules) : rules_(&rules) {}
  // `dictionary` is for kLevels only.
  void read(const CsvCells& cells, const CsvColumnPlan& plan, LevelDictionary& dictionary, CsvPiece& piece);

 private:
  void read_numbers(const CsvCells& cells, bool declared, CsvPiece& piece);
  void read_times(const CsvCells& cells, bool declared, CsvPiece& piece);
  void read_levels(const CsvCells& cells, LevelDictionary& dictionary, CsvPiece& piece);
  void read_texts(const CsvCells& cells, CsvPiece& piece);
  bool misfit(std::size_t row, std::string_view text, CsvCellKind kind, bool declared, CsvPiece& piece);
  std::string_view cell(const CsvCells& cells, std::size_t i) {
    const char* const begin = cells.begin(i);
    return rules_->unquoted({begin, static_cast<std::size_t>(cells.end(i) - begin)}, scratch_);
  }
  const CsvCellRules* rules_;
  std::string scratch_;
  std::string plain_;
  std::vector<std::uint32_t> odd_;
};

// The pieces of one column, in order.
class CsvColumnBuilder {
 public:
  // Room for `rows` rows in all (about), and for `text_bytes` bytes of texts.
  void reserve(CsvReading reading, std::size_t rows, std::size_t text_bytes = 0);
  // `worker` owns the dictionary of the piece's codes.
  void append(const CsvPiece& piece, std::size_t worker, const RowLines& lines);

  bool failed() const { return failed_.has_value(); }
  // How to read a failed column next: what its cells can still be.
  CsvReading next_reading() const;
  const CsvMisfits& misfits() const { return misfits_; }
  std::size_t rows() const { return validity_.size(); }

  // The column; `dictionaries` are those of the workers. Leaves this empty.
  Column finish(std::string name, const CsvColumnPlan& plan, const DeclaredType* declared,
                const std::vector<const LevelDictionary*>& dictionaries);

 private:
  struct Run {
    std::size_t end_row = 0;
    std::size_t worker = 0;
    bool text = false;
  };
  void finish_levels(Column& column, const DeclaredType* declared,
                     const std::vector<const LevelDictionary*>& dictionaries);
  void finish_texts(Column& column, const DeclaredType* declared);
  bool to_levels(Column& column) const;
  Texts texts_of_runs(const std::vector<const LevelDictionary*>& dictionaries);

  Numbers numbers_;
  Times times_;
  std::vector<std::uint32_t> codes_;  // of the rows of runs with codes
  Texts texts_;                       // of the rows of runs with texts
  std::vector<Run> runs_;
  Validity validity_;
  bool integer_ = true;
  bool date_only_ = true;
  bool any_present_ = false;
  std::optional<CsvCellKind> failed_;
  CsvMisfits misfits_;
};

// csv_types.cc
// The likeliest reading of a column, from its first cells.
CsvReading guess_csv_reading(const CsvCells& cells, const CsvCellRules& rules);
// The options that read a cell as a number ("1,5": "--decimal ,"); "" where none do.
std::string number_form_options(std::string_view text);
// What a person should know about a column that was inferred (words among numbers, codes, long
// integers), as text for Context::warn; "" where there is nothing.
std::string column_warning(const Column& column, const RowLines& lines, const CsvCellRules& rules);

}  // namespace mlkit
