// What kind of file this is, what separates its fields, and its header.
#include <algorithm>
#include <array>
#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <utility>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/csv_chunks.h"
#include "mlkit/data/csv_scan.h"

namespace mlkit {
namespace {

using std::string_view_literals::operator""sv;

struct Kind {
  std::string_view magic;
  std::string_view what;
  std::string_view hint;
};

constexpr std::string_view kUtf16Hint = "convert it: iconv -f UTF-16 -t UTF-8 FILE";

constexpr std::array kKinds = {
    Kind{"\xFF\xFE\0\0"sv, "this is UTF-32 text", "convert it: iconv -f UTF-32 -t UTF-8 FILE"},
    Kind{"\0\0\xFE\xFF"sv, "this is UTF-32 text", "convert it: iconv -f UTF-32 -t UTF-8 FILE"},
    Kind{"\xFF\xFE"sv, "this is UTF-16 text", kUtf16Hint},
    Kind{"\xFE\xFF"sv, "this is UTF-16 text", kUtf16Hint},
    Kind{"\x1F\x8B"sv, "this is gzip data", "name it .gz, or decompress it: gzip -d FILE"},
    Kind{"PK\x03\x04"sv, "this is a zip archive (xlsx and ods files are such, too)",
         "unzip it, or save the sheet as CSV"},
    Kind{"PK\x05\x06"sv, "this is an empty zip archive", "look for the right file"},
    Kind{"%PDF"sv, "this is a PDF document", "export its table as CSV"},
    Kind{"\x28\xB5\x2F\xFD"sv, "this is zstd data", "name it .zst, or decompress it: zstd -d FILE"},
    Kind{"\xFD"
         "7zXZ\0"sv,
         "this is xz data", "decompress it: xz -d FILE"},
    Kind{"BZh"sv, "this is bzip2 data", "decompress it: bzip2 -d FILE"},
    Kind{"7z\xBC\xAF\x27\x1C"sv, "this is a 7-zip archive", "decompress it: 7z x FILE"},
    Kind{"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1"sv, "this is an old Office document (xls)", "save the sheet as CSV"},
    Kind{"PAR1"sv, "this is a Parquet file", "convert it to CSV"},
    Kind{"SQLite format 3\0"sv, "this is an SQLite database", "export the table: sqlite3 -csv -header FILE QUERY"},
    Kind{"\x89PNG\r\n\x1A\n"sv, "this is a PNG picture", "look for the right file"},
    Kind{"\x93NUMPY"sv, "this is a numpy array", "save it as CSV"},
};

// ASCII in 16-bit units: every second byte of the beginning is NUL, the others are not.
bool looks_like_utf16(std::string_view head) {
  constexpr std::size_t kUnits = 8;
  if (head.size() < 2 * kUnits) return false;
  for (const std::size_t nul : {std::size_t{0}, std::size_t{1}}) {
    bool alternates = true;
    for (std::size_t i = 0; i < 2 * kUnits; ++i) alternates = alternates && (head[i] == '\0') == (i % 2 == nul);
    if (alternates) return true;
  }
  return false;
}

// Fields of the records, while there are no more than kRecordsLooked; 0 where they differ.
std::size_t unanimous_fields(std::string_view head, char delimiter, char quote, bool complete) {
  constexpr std::size_t kRecordsLooked = 100;
  CsvRecordScanner scanner(head, delimiter, quote);
  CsvRecord record;
  std::size_t fields = 0;
  for (std::size_t i = 0; i < kRecordsLooked && scanner.next(record); ++i) {
    // The last one may be cut off.
    if (!complete && scanner.position() >= head.size() && i > 0) break;
    if (fields != 0 && record.fields.size() != fields) return 0;
    fields = record.fields.size();
  }
  return fields;
}

}  // namespace

void check_csv_kind(std::string_view head, const std::string& name) {
  for (const Kind& kind : kKinds) {
    if (!head.starts_with(kind.magic)) continue;
    throw Error(ErrorCode::kData, std::string(kind.what) + ", not CSV in UTF-8",
                {.file = name, .line = 1, .column = {}, .hint = std::string(kind.hint)});
  }
  if (looks_like_utf16(head)) {
    throw Error(ErrorCode::kData, "this looks like UTF-16 text without a byte order mark, not CSV in UTF-8",
                {.file = name, .line = 1, .column = {}, .hint = std::string(kUtf16Hint)});
  }
}

char detect_csv_delimiter(std::string_view head, char quote, bool complete) {
  constexpr std::size_t kLooked = std::size_t{64} << 10;
  if (head.size() > kLooked) {
    // Enough, unless not even one record ends in there.
    const std::size_t end = head.find_first_of("\r\n", 0);
    const std::size_t wanted = std::max(kLooked, end == std::string_view::npos ? head.size() : end + 1);
    complete = complete && wanted >= head.size();
    head = head.substr(0, wanted);
  }
  for (const char delimiter : {',', ';', '\t', '|'}) {
    if (delimiter != quote && unanimous_fields(head, delimiter, quote, complete) >= 2) return delimiter;
  }
  return ',';
}

std::vector<std::string> check_csv_header(const CsvRecord& record, char delimiter, const std::string& name) {
  if (record.fault != CsvFault::kNone) throw csv_fault_error(record, {}, delimiter, name);
  const auto fail = [&](std::size_t field, std::string column, std::string message, std::string hint) {
    throw Error(
        ErrorCode::kData, std::move(message),
        {.file = name, .line = record.line, .field = field + 1, .column = std::move(column), .hint = std::move(hint)});
  };
  std::unordered_map<std::string_view, std::size_t> seen;
  for (std::size_t i = 0; i < record.fields.size(); ++i) {
    const std::string& column = record.fields[i];
    if (trim_blanks(column).empty()) {
      const bool trailing = i > 0 && i + 1 == record.fields.size();
      fail(i, "",
           "the header has an empty column name" +
               std::string(trailing ? ": there is a trailing delimiter at the end of the line" : ""),
           "give every column a name, or read with --no-header");
    }
    const auto [first, is_new] = seen.emplace(column, i);
    if (!is_new) {
      fail(i, column,
           "the column name \"" + column + "\" was used for field " + std::to_string(first->second + 1) + " already",
           "give every column a name of its own");
    }
  }
  return record.fields;
}

}  // namespace mlkit
