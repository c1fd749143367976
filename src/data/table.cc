#include "mlkit/data/table.h"

#include "mlkit/base/error.h"

namespace mlkit {

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
    out.lines.reserve(rows.size());
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
