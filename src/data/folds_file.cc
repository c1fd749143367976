#include "mlkit/data/folds_file.h"

#include <algorithm>
#include <charconv>
#include <cstdio>
#include <limits>
#include <memory>

#include <libfccp/csv.h>

#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"

namespace mlkit {
namespace {

constexpr std::uint32_t kNoFold = std::numeric_limits<std::uint32_t>::max();
constexpr std::size_t kMaxFolds = 1'000'000;

[[noreturn]] void fail(const std::string& path, std::size_t line, const std::string& column, std::string message,
                       std::string hint = {}) {
  throw Error(ErrorCode::kData, std::move(message),
              {.file = path, .line = line, .field = 0, .column = column, .hint = std::move(hint)});
}

// fast-cpp-csv-parser sees a directory as an empty file, drops what follows a NUL in a line, and may
// repeat rows of a large file without a newline at its end: none of these reach it.
void check_readable(const std::string& path) {
  InputFile file(path);
  std::vector<char> block(std::size_t{1} << 20);
  char last = '\n';
  std::size_t line = 1;
  for (std::size_t size = file.read(block.data(), block.size()); size > 0;
       size = file.read(block.data(), block.size())) {
    for (std::size_t i = 0; i < size; ++i) {
      if (block[i] == '\0') fail(path, line, {}, "a NUL byte");
      if (block[i] == '\n') ++line;
    }
    last = block[size - 1];
  }
  if (last != '\n') fail(path, line, {}, "the last line has no line end", "the file may be cut off");
}

std::size_t parse_count(const char* text, const std::string& path, std::size_t line, const std::string& column,
                        std::size_t max) {
  const std::string cell = text;
  std::size_t value = 0;
  const auto [end, status] = std::from_chars(cell.data(), cell.data() + cell.size(), value);
  if (status != std::errc() || end != cell.data() + cell.size() || value < 1 || value > max) {
    fail(path, line, column, "\"" + cell + "\" is not a whole number of 1 to " + std::to_string(max),
         "rows and folds count from 1");
  }
  return value;
}

void check_folds(const std::vector<std::uint32_t>& folds, const std::string& path) {
  const auto absent = std::find(folds.begin(), folds.end(), kNoFold);
  if (absent != folds.end()) fail(path, 0, {}, "row " + std::to_string(absent - folds.begin() + 1) + " has no fold");
  const std::size_t k = folds.empty() ? 0 : *std::max_element(folds.begin(), folds.end()) + std::size_t{1};
  if (k < 2) fail(path, 0, {}, "at least 2 folds are needed");
  std::vector<bool> seen(k);
  for (const std::uint32_t fold : folds) seen[fold] = true;
  const auto gap = std::find(seen.begin(), seen.end(), false);
  if (gap != seen.end()) fail(path, 0, {}, "fold " + std::to_string(gap - seen.begin() + 1) + " has no row");
}

}  // namespace

void write_folds(std::span<const std::uint32_t> folds, OutputFile& out) {
  std::string text = "row,fold\n";
  for (std::size_t row = 0; row < folds.size(); ++row) {
    text += std::to_string(row + 1) + "," + std::to_string(folds[row] + 1) + "\n";
    if (text.size() > 60000) {
      out.write(text);
      text.clear();
    }
  }
  out.write(text);
}

std::vector<std::uint32_t> read_folds(const std::string& path, std::size_t rows) {
  check_readable(path);
  std::vector<std::uint32_t> folds(rows, kNoFold);
  try {
    io::CSVReader<2, io::trim_chars<' ', '\t'>, io::double_quote_escape<',', '"'>> reader(path);
    reader.read_header(io::ignore_no_column, "row", "fold");
    char* row_text = nullptr;
    char* fold_text = nullptr;
    while (reader.read_row(row_text, fold_text)) {
      const std::size_t line = reader.get_file_line();
      const std::size_t row = parse_count(row_text, path, line, "row", rows);
      const std::size_t fold = parse_count(fold_text, path, line, "fold", kMaxFolds);
      if (folds[row - 1] != kNoFold) fail(path, line, "row", "row " + std::to_string(row) + " is here a second time");
      folds[row - 1] = static_cast<std::uint32_t>(fold - 1);
    }
  } catch (const io::error::base& problem) {
    fail(path, 0, {}, problem.what(), "a folds file has the columns row,fold");
  }
  check_folds(folds, path);
  return folds;
}

}  // namespace mlkit
