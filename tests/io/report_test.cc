#include "mlkit/io/report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mlkit/data/csv_read.h"
#include "mlkit/io/display.h"

namespace mlkit {
namespace {

using ::testing::HasSubstr;
using ::testing::Not;

constexpr const char* kEvil =
    "</script><script>alert(1)</script><img src=x onerror=alert(1)>\" onload=\"x\" '&\x1b[31m\xff";

std::size_t count_of_text(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

// A report with `text` in every place that takes one.
Report report_of(const std::string& text) {
  Report report{.title = text, .subtitle = text};
  report.verdict = ReportNote{NoteKind::kBad, text, text};
  ReportSection& section = report.add(text, text);
  section.value(text, text, CellFormat::kText, text);
  section.note(NoteKind::kWarning, text, text);
  ReportTable& table = section.table(text, {{text}, {text, CellFormat::kNumber}}, text);
  table.rows.push_back({text, 12345.678});
  table.rows.push_back({text, {}});
  Chart chart = make_bars(text, text, {.label = text}, {text, "b"}, {1, 2});
  chart.description = text;
  chart.note = text;
  section.chart(std::move(chart));
  report.add(text).folded = true;
  report.add(text).level = 2;
  report.footer = text;
  return report;
}

TEST(ReportHtml, HostileTextStaysText) {
  const std::string html = render_report_html(report_of(kEvil));
  EXPECT_EQ(count_of_text(html, "<script"), 1u) << "its own";
  EXPECT_EQ(count_of_text(html, "</script"), 1u);
  EXPECT_THAT(html, Not(HasSubstr("<img")));
  EXPECT_THAT(html, Not(HasSubstr("\" onload=")));
  EXPECT_EQ(html.find('\x1b'), std::string::npos);
  EXPECT_EQ(html.find('\xff'), std::string::npos);
}

TEST(ReportHtml, NeedsNothingFromElsewhere) {
  const std::string html = render_report_html(report_of("plain"));
  for (const char* part : {"http://", "https://", "src=", "@import", "url(", "<link", "<iframe"}) {
    EXPECT_THAT(html, Not(HasSubstr(part)));
  }
  EXPECT_THAT(html, HasSubstr("default-src 'none'"));
}

// The hash in the page's policy is what keeps every other script out: it has to be of the script that is there.
// Computed with: sed -n 's/.*<script>\(.*\)<\/script>.*/\1/p' page | tr -d '\n' | openssl dgst -sha256 -binary | base64
TEST(ReportHtml, PolicyNamesItsOwnScriptAlone) {
  const std::string html = render_report_html(report_of("plain"));
  EXPECT_EQ(count_of_text(html, "'sha256-"), 1u);
  const std::size_t at = html.find("'sha256-") + 8;
  EXPECT_EQ(html.find('\'', at) - at, 44u) << "32 bytes in base 64";
}

TEST(ReportHtml, PictureHasWordsAndATableBesideIt) {
  const std::string html = render_report_html(report_of("plain"));
  EXPECT_THAT(html, HasSubstr("role=\"img\" aria-labelledby=\"c1t c1d\""));
  EXPECT_THAT(html, HasSubstr("<desc id=\"c1d\">plain</desc>"));
  EXPECT_EQ(count_of_text(html, "data-csv="), 2u) << "the table, and the data of the picture";
  EXPECT_THAT(html, HasSubstr("data-v=\"12345.678\">12,346")) << "exact figures stand beside rounded ones";
}

TEST(ReportHtml, SameReportSameBytes) {
  EXPECT_EQ(render_report_html(report_of("x")), render_report_html(report_of("x")));
}

TEST(ReportText, KeepsWithinItsWidth) {
  Report report = report_of(std::string(300, 'w') + " words and words and more words " + std::string(90, 'x'));
  ReportTable& table = report.sections[0].table("t", {{"name"}, {"first"}, {"second"}, {"third"}, {"fourth"}});
  for (int i = 0; i < 3; ++i)
    table.rows.push_back({std::string("row"), std::string(30, 'a'), std::string(30, 'b'), 1.5, std::string(90, 'c')});
  for (const std::size_t width : {40u, 80u, 100u}) {
    const std::string text = render_report_text(report, {.width = width});
    for (std::size_t at = 0; at < text.size();) {
      const std::size_t end = text.find('\n', at);
      EXPECT_LE(display_width(text.substr(at, end - at)), width) << text.substr(at, end - at);
      at = end + 1;
    }
  }
}

TEST(ReportText, WideTableGoesOnBelowWithItsFirstColumn) {
  Report report{.title = "t"};
  ReportTable& table = report.add("s").table("t", {{"name"}, {"first"}, {"second"}, {"third"}});
  table.rows.push_back({std::string("row"), std::string(30, 'a'), std::string(30, 'b'), std::string(30, 'c')});
  const std::string text = render_report_text(report);
  EXPECT_THAT(text, HasSubstr("\nname  first "));
  EXPECT_THAT(text, HasSubstr("\nname  third\nrow   cccccc"));
}

TEST(ReportText, ControlCharactersAreEscaped) {
  const std::string text = render_report_text(report_of(kEvil));
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_EQ(text.find('\xff'), std::string::npos);
}

TEST(ReportCsvFiles, TablesAndPicturesReadBackExactly) {
  Report report{.title = "t"};
  ReportSection& section = report.add("s");
  ReportTable& table = section.table("a,b/../c", {{"name"}, {"value", CellFormat::kPercent}});
  table.rows.push_back({std::string("x,\"y\"\nz"), 0.1 + 0.2});
  section.chart(make_bars("a,b/../c", "bars", {.label = "n"}, {"q"}, {7}));
  const std::vector<ReportCsv> files = render_report_csv(report);
  ASSERT_EQ(files.size(), 2u);
  EXPECT_EQ(files[0].name, "a_b____c.csv");
  EXPECT_EQ(files[1].name, "a_b____c_2.csv");
  Context context;
  const Table read = read_csv_bytes(files[0].bytes, {}, context);
  ASSERT_EQ(read.rows(), 1u);
  EXPECT_EQ(read.column("value").numbers().values[0], 0.1 + 0.2);
  EXPECT_EQ(read.column("name").cell_text(0), "x,\"y\"\nz");
  EXPECT_EQ(files[1].bytes, "label,n\nq,7\n");
}

}  // namespace
}  // namespace mlkit
