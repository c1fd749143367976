// Building a report, and what is alike in all renderings: cells as text, CSV.
#include "mlkit/io/report.h"

#include <cmath>
#include <set>
#include <utility>

#include "mlkit/base/text.h"
#include "mlkit/data/csv_scan.h"
#include "mlkit/data/numbers.h"
#include "report_cells.h"

namespace mlkit {

void ReportSection::value(std::string label, ReportCell value, CellFormat format, std::string note) {
  if (items.empty() || !std::holds_alternative<ReportValues>(items.back())) items.emplace_back(ReportValues{});
  std::get<ReportValues>(items.back())
      .values.push_back(
          {.label = std::move(label), .value = std::move(value), .format = format, .note = std::move(note)});
}

ReportTable& ReportSection::table(std::string name, std::vector<ReportColumn> columns, std::string table_title) {
  items.emplace_back(
      ReportTable{.name = std::move(name), .title = std::move(table_title), .columns = std::move(columns), .rows = {}});
  return std::get<ReportTable>(items.back());
}

void ReportSection::note(NoteKind kind, std::string text, std::string remedy) {
  items.emplace_back(ReportNote{.kind = kind, .text = std::move(text), .remedy = std::move(remedy)});
}

ReportSection& Report::add(std::string section_title, std::string intro) {
  sections.push_back({.title = std::move(section_title), .intro = std::move(intro), .items = {}});
  return sections.back();
}

namespace internal {

std::string shown_cell(const ReportCell& cell, CellFormat format) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  const auto* number = std::get_if<double>(&cell);
  if (number == nullptr || std::isnan(*number)) return {};
  if (format == CellFormat::kPercent) return display_percent(*number);
  if (format == CellFormat::kExact && std::isfinite(*number)) return format_number(*number);
  return display_number(*number);
}

std::string exact_cell(const ReportCell& cell) {
  if (const auto* text = std::get_if<std::string>(&cell)) return *text;
  const auto* number = std::get_if<double>(&cell);
  if (number == nullptr || !std::isfinite(*number)) return {};
  return format_number(*number);
}

DataRows table_data(const ReportTable& table) {
  DataRows out;
  for (const ReportColumn& column : table.columns) out.columns.push_back(column.name);
  out.rows = table.rows;
  return out;
}

std::string CsvNames::unique(const std::string& wanted) {
  std::string name;
  for (const char c : wanted) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '-';
    name += plain ? c : '_';
  }
  if (name.empty()) name = "data";
  std::string free = name;
  for (int i = 2; !used_.insert(free).second; ++i) free = name + "_" + std::to_string(i);
  return free + ".csv";
}

}  // namespace internal

std::string render_csv(const DataRows& rows) {
  std::string out;
  const auto line = [&](const auto& cells, const auto& text_of) {
    const std::size_t begin = out.size();
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (i > 0) out += ',';
      append_csv_text(out, text_of(cells[i]), ',', '"');
    }
    if (out.size() == begin) out += "\"\"";  // an empty line would be no row
    out += '\n';
  };
  line(rows.columns, [](const std::string& name) { return name; });
  for (const auto& row : rows.rows) line(row, internal::exact_cell);
  return out;
}

std::vector<ReportCsv> render_report_csv(const Report& report) {
  std::vector<ReportCsv> out;
  internal::CsvNames names;
  for (const ReportSection& section : report.sections) {
    for (const ReportItem& item : section.items) {
      if (const auto* table = std::get_if<ReportTable>(&item)) {
        out.push_back({names.unique(table->name), render_csv(internal::table_data(*table))});
      } else if (const auto* chart = std::get_if<Chart>(&item)) {
        out.push_back({names.unique(chart->name), render_csv(chart_data(*chart))});
      }
    }
  }
  return out;
}

}  // namespace mlkit
