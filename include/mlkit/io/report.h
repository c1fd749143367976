// A report: ordered sections of values, tables, charts and notes, built from plain results and rendered as text for
// a terminal, as CSV, or as one HTML page that needs nothing else: no network, no other file. The page works with
// the keyboard, on a phone, in light and dark; every table and the data behind every picture can be had as CSV;
// everything that comes from data is escaped, and a content security policy keeps the page from running anything
// but its own script. The same report gives the same bytes.
//
//   Report report{.title = "Drift of current.csv"};
//   report.verdict = {{NoteKind::kBad, "3 of 12 columns drifted"}};
//   ReportSection& section = report.add("Columns", "Sorted by effect.");
//   ReportTable& table = section.table("columns", {{"column"}, {"KS", CellFormat::kNumber}, ..});
//   table.rows.push_back({"age", 0.12, ..});
//   section.chart(std::move(chart));
//   report.note(..);
//
// References given by add() and table() hold until the next call of the same function.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "mlkit/io/charts.h"

namespace mlkit {

enum class CellFormat : std::uint8_t {
  kText,
  kNumber,   // display_number
  kPercent,  // display_percent
  kExact,    // the shortest text that reads back
};

struct ReportColumn {
  std::string name = {};
  CellFormat format = CellFormat::kText;  // numbers in a kText column are shown as kNumber does
};

struct ReportTable {
  std::string name = {};   // of its CSV file, without ".csv"
  std::string title = {};  // may be ""
  std::vector<ReportColumn> columns = {};
  std::vector<std::vector<ReportCell>> rows = {};  // as long as `columns`, each; the first column names the row
};

struct ReportValue {
  std::string label = {};
  ReportCell value = {};
  CellFormat format = CellFormat::kNumber;
  std::string note = {};  // small print beside it
};

// What a note is about decides its sign and colour (never the colour alone).
enum class NoteKind : std::uint8_t { kInfo, kGood, kWarning, kBad };

struct ReportNote {
  NoteKind kind = NoteKind::kInfo;
  std::string text = {};
  std::string remedy = {};  // what to do about it, often a command; "" = none
};

struct ReportValues {
  std::vector<ReportValue> values = {};
};

using ReportItem = std::variant<ReportValues, ReportTable, Chart, ReportNote>;

struct ReportSection {
  std::string title = {};
  std::string intro = {};
  std::vector<ReportItem> items = {};
  bool folded = false;  // closed at first in the page
  int level = 1;        // 1, or 2: part of the section before

  // Adds to the values at the end, or begins new ones.
  void value(std::string label, ReportCell value, CellFormat format = CellFormat::kNumber, std::string note = {});
  ReportTable& table(std::string name, std::vector<ReportColumn> columns, std::string title = {});
  void chart(Chart chart) { items.emplace_back(std::move(chart)); }
  void note(NoteKind kind, std::string text, std::string remedy = {});
};

struct Report {
  std::string title = {};
  std::string subtitle = {};  // one line below: of what, how much
  std::optional<ReportNote> verdict = {};
  std::vector<ReportSection> sections = {};
  std::string footer = {};  // e.g. "mlkit 1.2.0"; no time, no host

  ReportSection& add(std::string section_title, std::string intro = {});
};

struct ReportTextOptions {
  std::size_t width = 80;  // columns; 40 at least
  bool color = false;      // ANSI colours for notes
  bool charts = true;
};

// For a terminal. A table that is wider than `width` goes on below with its first column repeated.
std::string render_report_text(const Report& report, const ReportTextOptions& options = {});

// One self-contained HTML page.
std::string render_report_html(const Report& report);

struct ReportCsv {
  std::string name = {};  // "roc.csv": as named by the table or chart, made unique
  std::string bytes = {};
};

// Every table and the data behind every chart, in the order of the report. Numbers are the shortest that read back.
std::vector<ReportCsv> render_report_csv(const Report& report);
std::string render_csv(const DataRows& rows);

// Text for use in HTML and XML, inside and outside of double-quoted attributes: & < > " ' escaped, bytes that are
// not UTF-8 and control characters replaced by U+FFFD.
std::string escape_markup(std::string_view text);

}  // namespace mlkit
