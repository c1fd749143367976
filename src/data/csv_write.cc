#include "mlkit/data/csv_write.h"

#include <cmath>
#include <cstdint>
#include <optional>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/data/datetime.h"
#include "mlkit/data/numbers.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

// The levels of a category column, each quoted once instead of once a row.
struct ColumnText {
  const Column* column = nullptr;
  std::vector<std::string> levels;
};

std::vector<ColumnText> prepare(const Table& table, char delimiter) {
  std::vector<ColumnText> out;
  for (const Column& column : table.columns()) {
    ColumnText& text = out.emplace_back();
    text.column = &column;
    if (!column.is_categorical()) continue;
    for (const std::string& level : *column.categories().levels) {
      append_csv_field(text.levels.emplace_back(), level, delimiter);
    }
  }
  return out;
}

void append_cell(std::string& out, const ColumnText& text, std::size_t row, char delimiter) {
  if (text.levels.empty()) {
    append_csv_cell(out, *text.column, row, delimiter);
  } else if (!text.column->is_missing(row)) {
    out += text.levels[text.column->categories().codes[row]];
  }
}

std::string format_rows(const std::vector<ColumnText>& columns, std::size_t begin, std::size_t end, char delimiter) {
  std::string out;
  for (std::size_t row = begin; row < end; ++row) {
    const std::size_t start = out.size();
    for (std::size_t c = 0; c < columns.size(); ++c) {
      if (c > 0) out += delimiter;
      append_cell(out, columns[c], row, delimiter);
    }
    if (out.size() == start && !columns.empty()) out += "\"\"";
    out += '\n';
  }
  return out;
}

}  // namespace

void append_csv_field(std::string& out, std::string_view text, char delimiter) {
  const char special[] = {delimiter, '"', '\n', '\r'};
  if (text.find_first_of(std::string_view(special, sizeof special)) == std::string_view::npos) {
    out += text;
    return;
  }
  out += '"';
  for (const char c : text) {
    if (c == '"') out += '"';
    out += c;
  }
  out += '"';
}

void append_csv_cell(std::string& out, const Column& column, std::size_t row, char delimiter) {
  if (column.is_missing(row)) return;
  if (column.is_numeric()) {
    const double value = column.numbers().values[row];
    if (!std::isfinite(value)) {
      throw Error(ErrorCode::kData, "a number to be written is beyond the range of a double",
                  {.file = {}, .column = column.name, .hint = {}});
    }
    char buffer[kMaxNumberText];
    const char* end = format_number(value, buffer);
    out.append(buffer, static_cast<std::size_t>(end - buffer));
  } else if (column.is_categorical()) {
    append_csv_field(out, (*column.categories().levels)[column.categories().codes[row]], delimiter);
  } else if (column.is_texts()) {
    append_csv_field(out, column.texts().at(row), delimiter);
  } else {
    out += format_datetime(column.times().micros[row], column.times().date_only);
  }
}

void write_csv(const Table& table, OutputFile& out, const CsvWriteOptions& options, Context& context) {
  if (options.header && table.column_count() > 0) {
    std::string header;
    for (std::size_t c = 0; c < table.column_count(); ++c) {
      if (c > 0) header += options.delimiter;
      append_csv_field(header, table.column(c).name, options.delimiter);
    }
    header += '\n';
    out.write(header);
  }
  const std::vector<ColumnText> columns = prepare(table, options.delimiter);
  std::size_t next = 0;
  ordered_stream<std::size_t, std::string>(
      context,
      [&]() -> std::optional<std::size_t> {
        if (next >= table.rows()) return std::nullopt;
        const std::size_t begin = next;
        next += kRowBlock;
        return begin;
      },
      [&](std::size_t begin) {
        return format_rows(columns, begin, std::min(begin + kRowBlock, table.rows()), options.delimiter);
      },
      [&](const std::string& text) { out.write(text); });
}

}  // namespace mlkit
