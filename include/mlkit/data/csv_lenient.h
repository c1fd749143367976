// Records of a CSV text that may be faulty, for `--on-bad-row skip` and `pad`: what is right is read as
// CsvRecordScanner reads it; where the quotes of a record are not right, the first of these readings that gives as many
// fields as there are columns is taken:
//   1 a quote closes its field only before a delimiter or a line end, others are text ("6" nails, red" -> 6" nails,
//   red);
//     the record ends with the line
//   2 the same, where two quotes before a delimiter are a quote and the end of the field
//   3 the first quote closes its field, and whatever stands behind it up to the delimiter is text of it ("a"b -> ab)
//   4 an opening quote that is not rightly closed is text; the record ends with the line
//   5 as 1 and 2, over several lines
// They look no further than kLenientReach bytes beyond the line where the trouble is. Where none fits, reading 3 is
// taken if its record ended so early, else the record is hopeless and ends with the line of the opening quote.
//
// Linear in the text: from an opening quote, the search for its end stops at the next quote that would open a field.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlkit {

inline constexpr std::size_t kLenientReach = 4096;

struct LenientRecord {
  std::size_t begin = 0;  // offsets of its bytes, line end not included
  std::size_t end = 0;
  std::size_t after = 0;   // behind its line end
  std::uint64_t line = 1;  // physical line of its first byte
  std::vector<std::string> fields;
  bool right = false;     // its quotes are as they should be: the bytes can be used as they are
  bool hopeless = false;  // no reading of it makes sense; there are no fields
};

class LenientScanner {
 public:
  enum class Step { kRecord, kMore, kEnd };

  // `complete`: nothing follows the text, so that what is open at its end stays open.
  LenientScanner(std::string_view text, bool complete, char delimiter, char quote, std::size_t columns,
                 std::uint64_t first_line)
      : text_(text), complete_(complete), delimiter_(delimiter), quote_(quote), columns_(columns), line_(first_line) {}

  // kMore: the rest of the text may be the beginning of a record; nothing of it was taken.
  Step next(LenientRecord& record);
  std::size_t position() const { return position_; }  // after the last record and its line end
  std::uint64_t line() const { return line_; }        // physical line at position()

 private:
  enum class Reading { kTextAfterQuote, kQuoteBeforeEnd, kPairBeforeEnd, kOpeningIsText };
  struct Strict {
    std::size_t end = 0;
    bool right = false;
    bool more = false;           // it depends on what follows the text
    std::size_t trouble_at = 0;  // where the field begins whose quotes are not right
  };

  void skip_blank_lines();
  Strict read_right(std::vector<std::string>& fields) const;
  bool choose_reading(std::size_t trouble_at, LenientRecord& record) const;
  std::size_t read_as(Reading reading, std::size_t limit, std::size_t most, std::vector<std::string>& fields) const;
  std::size_t read_quoted(Reading reading, std::size_t at, std::size_t limit, std::string& field) const;
  std::size_t take_text(std::size_t at, std::string& field) const;
  std::size_t closing_quote(std::size_t opening) const;
  std::size_t line_end(std::size_t at) const;
  std::size_t after_line_end(std::size_t at) const;
  bool ends_field(std::size_t at) const;
  void finish(LenientRecord& record);

  std::string_view text_;
  bool complete_;
  char delimiter_;
  char quote_;
  std::size_t columns_;
  std::size_t position_ = 0;
  std::uint64_t line_;
};

}  // namespace mlkit
