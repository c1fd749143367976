// Reports for a terminal.
#include <algorithm>
#include <string>
#include <vector>

#include "mlkit/base/text.h"
#include "mlkit/io/report.h"
#include "report_cells.h"

namespace mlkit {
namespace {

class TextReport {
 public:
  explicit TextReport(const ReportTextOptions& options)
      : width_(std::max<std::size_t>(options.width, 40)), color_(options.color), charts_(options.charts) {}

  std::string render(const Report& report) {
    paragraph(report.title, "");
    if (!report.subtitle.empty()) paragraph(report.subtitle, "");
    if (report.verdict) draw(*report.verdict);
    for (const ReportSection& section : report.sections) {
      out_ += "\n";
      heading(section);
      if (!section.intro.empty()) paragraph(section.intro, "");
      for (const ReportItem& item : section.items) {
        std::visit([this](const auto& what) { draw(what); }, item);
      }
    }
    if (!report.footer.empty()) {
      out_ += "\n";
      paragraph(report.footer, "");
    }
    return std::move(out_);
  }

 private:
  // Wrapped lines, those after the first indented.
  void paragraph(const std::string& text, const std::string& indent) {
    bool first = true;
    for (const std::string& line : wrap_display(text, width_ - indent.size())) {
      out_ += (first ? "" : indent) + line + "\n";
      first = false;
    }
  }

  void heading(const ReportSection& section) {
    if (section.title.empty()) return;
    const std::string title = cut_display(section.title, width_);
    out_ += bold(title) + "\n";
    if (section.level == 1) {
      for (std::size_t i = 0; i < display_width(title); ++i) out_ += "─";
      out_ += "\n";
    }
  }

  std::string bold(const std::string& text) const { return color_ ? "\033[1m" + text + "\033[0m" : text; }

  void draw(const ReportNote& note) {
    const char* sign = "-";
    const char* paint = "";
    switch (note.kind) {
      case NoteKind::kInfo: break;
      case NoteKind::kGood:
        sign = "ok";
        paint = "\033[32m";
        break;
      case NoteKind::kWarning:
        sign = "!";
        paint = "\033[33m";
        break;
      case NoteKind::kBad:
        sign = "!!";
        paint = "\033[31m";
        break;
    }
    const std::string mark = pad_display(sign, 2) + " ";
    out_ += color_ ? paint + mark + "\033[0m" : mark;
    paragraph_after_mark(note.text);
    if (!note.remedy.empty()) {
      out_ += "   -> ";
      bool first = true;
      for (const std::string& line : wrap_display(note.remedy, width_ - 6)) {
        out_ += (first ? "" : "      ") + line + "\n";
        first = false;
      }
    }
  }
  void paragraph_after_mark(const std::string& text) {
    bool first = true;
    for (const std::string& line : wrap_display(text, width_ - 3)) {
      out_ += (first ? "" : "   ") + line + "\n";
      first = false;
    }
  }

  void draw(const ReportValues& values) {
    std::size_t label_width = 0;
    for (const ReportValue& value : values.values) {
      label_width = std::max(label_width, display_width(cut_display(value.label, width_ / 2)));
    }
    for (const ReportValue& value : values.values) {
      std::string text = internal::shown_cell(value.value, value.format);
      if (!value.note.empty()) text += "  (" + value.note + ")";
      const std::string indent(label_width + 2, ' ');
      out_ += pad_display(value.label, label_width) + "  ";
      paragraph(text, indent);
    }
  }

  void draw(const Chart& chart) {
    if (charts_) out_ += "\n" + render_chart_text(chart, width_);
  }

  // As many columns as fit, then the others below, each time with the first one.
  void draw(const ReportTable& table) {
    if (!table.title.empty()) {
      out_ += "\n";
      paragraph(table.title, "");
    }
    const std::size_t columns = table.columns.size();
    if (columns == 0) return;
    std::vector<std::vector<std::string>> cells(table.rows.size());
    std::vector<std::size_t> widths(columns);
    std::vector<bool> right(columns, false);
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t most = c == 0 ? std::max<std::size_t>(12, width_ * 2 / 5) : width_ - 16;
      widths[c] = display_width(cut_display(table.columns[c].name, most));
      for (std::size_t r = 0; r < table.rows.size(); ++r) {
        const bool there = c < table.rows[r].size();
        cells[r].push_back(there ? internal::shown_cell(table.rows[r][c], table.columns[c].format) : "");
        if (there && std::holds_alternative<double>(table.rows[r][c])) right[c] = true;
        widths[c] = std::max(widths[c], display_width(cut_display(cells[r].back(), most)));
      }
    }
    for (std::size_t from = 1; from <= columns;) {
      std::size_t used = widths[0];
      std::size_t to = from;
      while (to < columns && (used + 2 + widths[to] <= width_ || to == from)) used += 2 + widths[to++];
      // The last one that fits only in part (free text) gets what is left.
      if (used > width_) widths[to - 1] -= used - width_;
      if (from > 1) out_ += "\n";
      const auto line = [&](const auto& text_of) {
        std::string row = pad_display(text_of(0), widths[0], false);
        for (std::size_t c = from; c < to; ++c) row += "  " + pad_display(text_of(c), widths[c], right[c]);
        row.erase(row.find_last_not_of(' ') + 1);
        return row + "\n";
      };
      out_ += line([&](std::size_t c) { return table.columns[c].name; });
      for (const auto& row : cells) out_ += line([&](std::size_t c) { return row[c]; });
      if (columns == 1) break;
      from = to;
      if (from == columns) break;
    }
  }

  std::size_t width_;
  bool color_;
  bool charts_;
  std::string out_;
};

}  // namespace

std::string render_report_text(const Report& report, const ReportTextOptions& options) {
  return TextReport(options).render(report);
}

}  // namespace mlkit
