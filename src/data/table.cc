#include "mlkit/data/table.h"

#include <algorithm>
#include <iterator>

#include "mlkit/base/error.h"

namespace mlkit {

std::uint64_t RowLines::operator[](std::size_t row) const {
  const auto after = std::upper_bound(runs_.begin(), runs_.end(), row,
                                      [](std::size_t wanted, const Run& run) { return wanted < run.first_row; });
  const Run& run = *std::prev(after);
  return run.first_line + (row - run.first_row);
}

void RowLines::append_run(std::uint64_t first_line, std::size_t rows) {
  if (rows == 0) return;
  const bool continues = !runs_.empty() && runs_.back().first_line + (size_ - runs_.back().first_row) == first_line;
  if (!continues) runs_.push_back({size_, first_line});
  size_ += rows;
}

void RowLines::append(const RowLines& other) {
  for (std::size_t i = 0; i < other.runs_.size(); ++i) {
    const std::size_t end = i + 1 < other.runs_.size() ? other.runs_[i + 1].first_row : other.size_;
    append_run(other.runs_[i].first_line, end - other.runs_[i].first_row);
  }
}

Table::Table(std::vector<Column> columns) {
  for (Column& column : columns) add_column(std::move(column));
}

Schema Table::schema() const {
  Schema schema;
  for (const Column& column : columns_) schema.add(column.spec());
  return schema;
}

std::optional<std::size_t> Table::find(std::string_view name) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name == name) return i;
  }
  return std::nullopt;
}

void Table::add_column(Column column) {
  if (columns_.empty() && rows_ == 0) rows_ = column.size();
  if (column.size() != rows_) {
    throw_data("column \"" + column.name + "\" has " + std::to_string(column.size()) + " cells, the table has " +
               std::to_string(rows_) + " rows");
  }
  columns_.push_back(std::move(column));
}

Column Table::take_column(std::size_t i) {
  Column column = std::move(columns_[i]);
  columns_.erase(columns_.begin() + static_cast<std::ptrdiff_t>(i));
  return column;
}

Table Table::select_rows(std::span<const std::uint32_t> rows) const {
  Table out;
  out.rows_ = rows.size();
  for (const Column& column : columns_) out.columns_.push_back(column.select(rows));
  if (!lines.empty()) {
    for (const std::uint32_t row : rows) out.lines.push_back(lines[row]);
  }
  if (records) {
    out.records = records;
    out.record_of_row.reserve(rows.size());
    for (const std::uint32_t row : rows) out.record_of_row.push_back(record_of_row.empty() ? row : record_of_row[row]);
  }
  return out;
}

Table Table::select_columns(std::span<const std::size_t> columns) const {
  Table out;
  out.rows_ = rows_;
  for (const std::size_t i : columns) out.columns_.push_back(columns_[i]);
  out.lines = lines;
  out.records = records;
  out.record_of_row = record_of_row;
  return out;
}

}  // namespace mlkit
