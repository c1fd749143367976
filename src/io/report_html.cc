// Reports as one HTML page.
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/sha256.h"
#include "mlkit/base/text.h"
#include "mlkit/io/report.h"
#include "report_cells.h"
#include "report_page.h"

namespace mlkit {
namespace {

using internal::exact_cell;
using internal::shown_cell;

std::string base64(const std::array<std::uint8_t, 32>& bytes) {
  static constexpr char kDigits[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
  std::string out;
  for (std::size_t i = 0; i < bytes.size(); i += 3) {
    const std::size_t left = bytes.size() - i;
    const std::uint32_t three = std::uint32_t{bytes[i]} << 16 | std::uint32_t{left > 1 ? bytes[i + 1] : 0u} << 8 |
                                std::uint32_t{left > 2 ? bytes[i + 2] : 0u};
    out += kDigits[three >> 18];
    out += kDigits[three >> 12 & 63];
    out += left > 1 ? kDigits[three >> 6 & 63] : '=';
    out += left > 2 ? kDigits[three & 63] : '=';
  }
  return out;
}

std::string script_hash() {
  Sha256 hash;
  hash.update(internal::kReportScript);
  return "'sha256-" + base64(hash.finish()) + "'";
}

class HtmlReport {
 public:
  std::string render(const Report& report) {
    head(report);
    out_ +=
        "<a class=\"skip\" href=\"#main\">Skip to content</a>\n<header><h1>" + escape_markup(report.title) + "</h1>";
    if (!report.subtitle.empty()) out_ += "<p class=\"sub\">" + escape_markup(report.subtitle) + "</p>";
    if (report.verdict) draw(*report.verdict);
    out_ += "</header>\n";
    contents(report);
    out_ += "<main id=\"main\">\n";
    for (std::size_t i = 0; i < report.sections.size(); ++i) section(report.sections[i], i);
    out_ += "</main>\n";
    if (!report.footer.empty()) out_ += "<footer>" + escape_markup(report.footer) + "</footer>\n";
    out_ += "<script>" + std::string(internal::kReportScript) + "</script>\n</body></html>\n";
    return std::move(out_);
  }

 private:
  void head(const Report& report) {
    out_ +=
        "<!doctype html>\n<html lang=\"en\"><head><meta charset=\"utf-8\">"
        "<meta name=\"viewport\" content=\"width=device-width,initial-scale=1\">"
        "<meta name=\"color-scheme\" content=\"light dark\">"
        "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'; "
        "script-src " +
        script_hash() + "\">";
    out_ += "<title>" + escape_markup(report.title) + "</title>\n<style>" + std::string(internal::kReportStyle) +
            chart_style() + "</style></head><body>\n";
  }

  void contents(const Report& report) {
    std::size_t titled = 0;
    for (const ReportSection& section : report.sections) titled += section.title.empty() || section.level > 1 ? 0 : 1;
    if (titled < 3) return;
    out_ += "<nav aria-label=\"Contents\"><ul>";
    for (std::size_t i = 0; i < report.sections.size(); ++i) {
      if (report.sections[i].title.empty() || report.sections[i].level > 1) continue;
      out_ += "<li><a href=\"#s" + std::to_string(i + 1) + "\">" + escape_markup(report.sections[i].title) + "</a>";
    }
    out_ += "</ul></nav>\n";
  }

  void section(const ReportSection& section, std::size_t number) {
    const std::string head = section.level > 1 ? "h3" : "h2";
    out_ += "<section id=\"s" + std::to_string(number + 1) + "\">";
    const std::string title =
        section.title.empty() ? "" : "<" + head + ">" + escape_markup(section.title) + "</" + head + ">";
    if (section.folded) {
      out_ += "<details><summary>" + title + "</summary>";
    } else {
      out_ += title;
    }
    if (!section.intro.empty()) out_ += "<p>" + escape_markup(section.intro) + "</p>";
    for (std::size_t i = 0; i < section.items.size(); ++i) {
      const bool chart = std::holds_alternative<Chart>(section.items[i]);
      const bool chart_before = i > 0 && std::holds_alternative<Chart>(section.items[i - 1]);
      const bool chart_behind = i + 1 < section.items.size() && std::holds_alternative<Chart>(section.items[i + 1]);
      if (chart && !chart_before) out_ += "<div class=\"charts\">";
      std::visit([this](const auto& what) { draw(what); }, section.items[i]);
      if (chart && !chart_behind) out_ += "</div>";
    }
    out_ += section.folded ? "</details></section>\n" : "</section>\n";
  }

  void draw(const ReportNote& note) {
    static constexpr const char* kKinds[] = {"info", "good", "warn", "bad"};
    static constexpr const char* kWords[] = {"Note", "Good", "Warning", "Problem"};
    const auto kind = static_cast<std::size_t>(note.kind);
    out_ += std::string("<div class=\"note ") + kKinds[kind] + "\"><b>" + kWords[kind] + "</b> <span>" +
            escape_markup(note.text);
    if (!note.remedy.empty()) out_ += "<br><span class=\"do\">" + escape_markup(note.remedy) + "</span>";
    out_ += "</span></div>";
  }

  void draw(const ReportValues& values) {
    out_ += "<dl>";
    for (const ReportValue& value : values.values) {
      out_ += "<div><dt>" + escape_markup(value.label) + "<dd>" + escape_markup(shown_cell(value.value, value.format));
      if (!value.note.empty()) out_ += " <small>" + escape_markup(value.note) + "</small>";
      out_ += "</div>";
    }
    out_ += "</dl>";
  }

  void draw(const ReportTable& table) {
    rows(internal::table_data(table), table.name, table.title.empty() ? table.name : table.title, !table.title.empty(),
         &table.columns);
  }

  void draw(const Chart& chart) {
    const std::string id = "c" + std::to_string(++charts_);
    out_ += "<figure><figcaption>" + escape_markup(chart.title) + "</figcaption><div class=\"pic\">" +
            render_chart_svg(chart, id) + "</div>";
    if (!chart.note.empty()) out_ += "<p class=\"small\">" + escape_markup(chart.note) + "</p>";
    out_ += "<details class=\"data\"><summary>Data</summary>";
    rows(chart_data(chart), chart.name, chart.title, false, nullptr);
    out_ += "</details></figure>\n";
  }

  // End tags of cells and rows may be left out in HTML; with them a table would be twice as long.
  void rows(const DataRows& data, const std::string& name, const std::string& title, bool caption,
            const std::vector<ReportColumn>* formats) {
    out_ += "<div class=\"scroll\" tabindex=\"0\" role=\"region\" aria-label=\"" + escape_markup(title) +
            "\"><table data-csv=\"" + names_.unique(name) + "\">";
    if (caption) out_ += "<caption>" + escape_markup(title) + "</caption>";
    out_ += "<thead><tr>";
    for (const std::string& column : data.columns) out_ += "<th scope=\"col\">" + escape_markup(column);
    out_ += "<tbody>";
    for (const auto& row : data.rows) {
      out_ += "<tr>";
      for (std::size_t c = 0; c < row.size(); ++c) {
        const std::string exact = exact_cell(row[c]);
        const std::string shown = formats == nullptr ? exact : shown_cell(row[c], (*formats)[c].format);
        const bool number = std::holds_alternative<double>(row[c]);
        if (c == 0 && formats != nullptr) {
          out_ += "<th scope=\"row\">" + escape_markup(shown);
          continue;
        }
        constexpr std::size_t kShort = 24;
        out_ += number ? "<td class=\"n\"" : shown.size() > kShort ? "<td class=\"w\"" : "<td";
        if (shown != exact) out_ += " data-v=\"" + escape_markup(exact) + "\"";
        out_ += ">" + escape_markup(shown);
      }
    }
    out_ += "</table></div>";
  }

  std::string out_;
  std::size_t charts_ = 0;
  internal::CsvNames names_;
};

}  // namespace

std::string render_report_html(const Report& report) { return HtmlReport().render(report); }

std::string escape_markup(std::string_view text) {
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    const std::size_t good = std::min(find_invalid_utf8(text), text.size());
    for (const char c : text.substr(0, good)) {
      const auto byte = static_cast<unsigned char>(c);
      if (c == '&') {
        out += "&amp;";
      } else if (c == '<') {
        out += "&lt;";
      } else if (c == '>') {
        out += "&gt;";
      } else if (c == '"') {
        out += "&quot;";
      } else if (c == '\'') {
        out += "&#39;";
      } else if ((byte < 0x20 && c != '\n' && c != '\t') || byte == 0x7F) {
        out += "\xEF\xBF\xBD";
      } else {
        out += c;
      }
    }
    if (good == text.size()) break;
    out += "\xEF\xBF\xBD";
    text.remove_prefix(good + 1);
  }
  return out;
}

}  // namespace mlkit
