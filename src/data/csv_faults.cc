// What to tell people about a record that is not right.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mlkit/base/text.h"
#include "mlkit/data/csv_scan.h"

namespace mlkit {
namespace {

std::string count_of(std::size_t n, const char* what) { return with_thousands(n) + " " + what + (n == 1 ? "" : "s"); }

std::string hex_byte(char c) {
  constexpr char kHex[] = "0123456789ABCDEF";
  const auto byte = static_cast<unsigned char>(c);
  return std::string("0x") + kHex[byte >> 4] + kHex[byte & 15];
}

std::string shown_delimiter(char delimiter) { return delimiter == '\t' ? "tab" : std::string("\"") + delimiter + "\""; }

struct Words {
  std::string message;
  std::string hint;
};

Words field_count_words(const CsvRecord& record, std::size_t columns, char delimiter) {
  const std::size_t fields = record.fields.size();
  Words words;
  words.message = "the row has " + count_of(fields, "field") + ", the header has " + with_thousands(columns);
  if (fields == columns + 1 && record.fields.back().empty()) {
    words.message += ": there is a trailing delimiter " + shown_delimiter(delimiter) + " at the end of the row";
    words.hint = "remove it, or read with --on-bad-row pad, which drops what is beyond the header";
  } else if (fields > columns && columns == 1) {
    words.hint =
        "where other lines stand above the header, --skip-lines N passes over them; else quote fields that hold the "
        "delimiter " +
        shown_delimiter(delimiter) + ", or see --delimiter";
  } else if (fields > columns) {
    words.hint = "quote fields that hold the delimiter " + shown_delimiter(delimiter) +
                 ", or see --delimiter, --on-bad-row skip and --rejects";
  } else {
    words.hint = "complete the row, or see --on-bad-row pad (missing cells) and --on-bad-row skip";
  }
  return words;
}

Words fault_words(const CsvRecord& record, std::size_t columns, char delimiter) {
  constexpr char kSkip[] = ", or see --on-bad-row skip";
  switch (record.fault) {
    case CsvFault::kBareQuote:
      return {"a quote inside a field that does not begin with one",
              std::string("quote the whole field and double the quotes in it, or see --quote") + kSkip};
    case CsvFault::kAfterQuote:
      return {"text after a closing quote", std::string("a quote inside a quoted field has to be doubled") + kSkip};
    case CsvFault::kUnclosedQuote:
      return {"this quote is never closed", "close it, double it if it is text, or see --quote"};
    case CsvFault::kNul:
      return {"a NUL byte", std::string("remove it (tr -d '\\000'), or convert the file if it is UTF-16") + kSkip};
    case CsvFault::kNotUtf8:
      return {"byte " + hex_byte(record.fault_text.empty() ? '\0' : record.fault_text[0]) + " is not UTF-8",
              std::string("convert the file (iconv -f WINDOWS-1252 -t UTF-8)") + kSkip};
    case CsvFault::kFieldTooLong:
      return {"a field of 64 MiB or more; fields have to be shorter than 64 MiB",
              "look for a quote that is not closed, or another line end or delimiter"};
    case CsvFault::kTooManyColumns:
      return {"1,000,000 columns or more; a table has to have fewer than 1,000,000",
              "look for another line end or delimiter"};
    case CsvFault::kFieldCount: return field_count_words(record, columns, delimiter);
    case CsvFault::kNone: break;
  }
  return {};
}

}  // namespace

Error csv_fault_error(const CsvRecord& record, const std::vector<std::string>& header, char delimiter,
                      const std::string& file) {
  Words words = fault_words(record, header.size(), delimiter);
  ErrorPlace place{.file = file, .line = record.fault_line, .field = record.fault_field, .column = {}, .hint = {}};
  if (record.fault_field >= 1 && record.fault_field <= header.size()) place.column = header[record.fault_field - 1];
  place.hint = std::move(words.hint);
  return Error(ErrorCode::kData, std::move(words.message), std::move(place));
}

}  // namespace mlkit
