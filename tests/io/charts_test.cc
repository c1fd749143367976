#include "mlkit/io/charts.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <string>
#include <vector>

#include "mlkit/io/display.h"

namespace mlkit {
namespace {

using ::testing::ElementsAre;
using ::testing::HasSubstr;
using ::testing::Not;

std::size_t count_of_text(const std::string& text, const std::string& part) {
  std::size_t count = 0;
  for (std::size_t at = text.find(part); at != std::string::npos; at = text.find(part, at + 1)) ++count;
  return count;
}

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    lines.push_back(text.substr(at, end - at));
    at = end + 1;
  }
  return lines;
}

Chart line_chart(std::vector<double> x, std::vector<double> y, Axis x_axis = {}, Axis y_axis = {}) {
  Chart chart = make_plot("line", "A line", std::move(x_axis), std::move(y_axis));
  std::get<PlotChart>(chart.body).series.push_back({.name = "s", .x = std::move(x), .y = std::move(y)});
  return chart;
}

TEST(Charts, TicksAreRoundNumbersWrittenAsTheyAre) {
  const std::string svg = render_chart_svg(line_chart({0, 1}, {0, 0.37}), "a");
  for (const char* tick : {">0<", ">0.1<", ">0.2<", ">0.3<", ">0.4<"}) EXPECT_THAT(svg, HasSubstr(tick));
  EXPECT_THAT(svg, Not(HasSubstr("0.30000")));
}

TEST(Charts, LargeTicksAreShortenedWithoutLosingDigits) {
  const std::string svg = render_chart_svg(line_chart({0, 1}, {0, 2'400'000}), "a");
  EXPECT_THAT(svg, HasSubstr(">1M<"));
  EXPECT_THAT(svg, HasSubstr(">2.5M<"));
}

TEST(Charts, LogAxisShowsDecadesAndLeavesGapsForWhatItCannotShow) {
  const Chart chart = line_chart({0, 1, 2, 3}, {0.01, 0, 1, 100}, {}, {.label = {}, .scale = AxisScale::kLog});
  const std::string svg = render_chart_svg(chart, "a");
  for (const char* tick : {">0.01<", ">1<", ">100<"}) EXPECT_THAT(svg, HasSubstr(tick));
  const std::size_t path = svg.find("class=\"s c0\"");
  const std::string drawn = svg.substr(path, svg.find("/>", path) - path);
  EXPECT_EQ(count_of_text(drawn, "M"), 2u) << "the line is broken at the value of 0";
}

TEST(Charts, TimeAxisHasTicksAtMonthsAndYears) {
  constexpr double kDay = 86'400e6;
  const Axis time{.label = {}, .scale = AxisScale::kTime};
  EXPECT_THAT(render_chart_svg(line_chart({0, 365 * kDay}, {0, 1}, time), "a"), HasSubstr(">1970-07<"));
  EXPECT_THAT(render_chart_svg(line_chart({0, 3653 * kDay}, {0, 1}, time), "a"), HasSubstr(">1974<"));
  EXPECT_THAT(render_chart_svg(line_chart({-3653 * kDay, 0}, {0, 1}, time), "a"), HasSubstr(">1964<"));
}

TEST(Charts, PeaksSurviveThinning) {
  std::vector<double> x(100'000);
  std::vector<double> y(x.size(), 1.0);
  for (std::size_t i = 0; i < x.size(); ++i) x[i] = static_cast<double>(i);
  y[54'321] = 17;
  y[54'322] = -3;
  const DataRows rows = chart_data(line_chart(x, y));
  EXPECT_LE(rows.rows.size(), kMostDrawnPoints);
  double high = 0;
  double low = 0;
  for (const auto& row : rows.rows) {
    high = std::max(high, std::get<double>(row[1]));
    low = std::min(low, std::get<double>(row[1]));
  }
  EXPECT_EQ(high, 17);
  EXPECT_EQ(low, -3);
  EXPECT_EQ(std::get<double>(rows.rows.front()[0]), 0);
  EXPECT_EQ(std::get<double>(rows.rows.back()[0]), 99'999);
}

TEST(Charts, NamesOfSeriesAndLabelsAreEscaped) {
  const std::string evil = "</svg><script>alert(1)</script>\"'&";
  std::vector<Chart> charts = {make_bars("b", evil, {.label = evil}, {evil}, {1}),
                               make_heat_map("h", evil, {evil}, {evil}, {1}),
                               line_chart({0, 1}, {0, 1}, {.label = evil})};
  charts[2].description = evil;
  std::get<PlotChart>(charts[2].body).series.push_back({.name = evil, .x = {0}, .y = {1}});
  std::get<PlotChart>(charts[2].body).rules.push_back({.at = 0.5, .label = evil});
  for (const Chart& chart : charts) {
    const std::string svg = render_chart_svg(chart, "a");
    EXPECT_THAT(svg, Not(HasSubstr("<script")));
    EXPECT_EQ(count_of_text(svg, "</svg>"), 1u);
  }
}

TEST(Charts, ValuesThatAreNotFiniteNeverReachAPicture) {
  const double inf = std::numeric_limits<double>::infinity();
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const double most = std::numeric_limits<double>::max();
  const std::vector<std::vector<double>> cases = {{nan, nan}, {inf, -inf}, {nan, 1},         {-most, most},
                                                  {5, 5},     {},          {1e15, 1e15 + 1}, {5e-324, 0}};
  for (const auto& values : cases) {
    std::vector<Chart> charts;
    charts.push_back(line_chart(values, values));
    charts.push_back(
        line_chart(values, values, {.label = {}, .scale = AxisScale::kLog}, {.label = {}, .scale = AxisScale::kLog}));
    charts.push_back(make_bars("b", "bars", {}, std::vector<std::string>(values.size(), "x"), values));
    charts.push_back(make_histogram("h", "histogram", {}, {0, 1, 2}, values));
    charts.push_back(make_heat_map("m", "map", {"r"}, {"a", "b"}, values));
    for (const Chart& chart : charts) {
      const std::string svg = render_chart_svg(chart, "a");
      EXPECT_THAT(svg, Not(HasSubstr("nan"))) << svg;
      EXPECT_THAT(svg, Not(HasSubstr("922337"))) << "a coordinate beyond a long";
      for (const std::string& line : lines_of(render_chart_text(chart, 60)))
        EXPECT_LE(display_width(line), 60u) << line;
    }
  }
}

TEST(Charts, TerminalPictureKeepsWithinItsWidth) {
  const std::string wide(200, 'w');
  std::vector<Chart> charts = {
      make_bars("b", wide, {.label = wide}, {wide, "x"}, {1, 1e6}),
      make_heat_map("h", wide, {wide, "b"}, std::vector<std::string>(30, wide), std::vector<double>(60, 0.5)),
      line_chart({0, 1, 2}, {1e9, 2, 3}, {.label = wide}, {.label = wide}),
      make_histogram("h", wide, {.label = wide}, {0, 1, 2, 4}, {1, 2, 3})};
  for (const Chart& chart : charts) {
    for (const std::size_t width : {40u, 80u, 120u}) {
      for (const std::string& line : lines_of(render_chart_text(chart, width)))
        EXPECT_LE(display_width(line), width) << line;
    }
  }
}

TEST(Charts, HistogramRowsGiveEdgesAndHeights) {
  const DataRows rows = chart_data(make_histogram("h", "t", {}, {0, 1, 3}, {5, 7}));
  EXPECT_THAT(rows.columns, ElementsAre("from", "to", "rows"));
  ASSERT_EQ(rows.rows.size(), 2u);
  EXPECT_THAT(rows.rows[1], ElementsAre(ReportCell(1.0), ReportCell(3.0), ReportCell(7.0)));
}

TEST(Charts, StandaloneSvgCarriesItsNamespaceAndStyle) {
  const std::string svg = render_chart_svg(line_chart({0, 1}, {0, 1}), "a", true);
  EXPECT_THAT(svg, HasSubstr("xmlns=\"http://www.w3.org/2000/svg\""));
  EXPECT_THAT(svg, HasSubstr("<style>"));
  EXPECT_THAT(svg, HasSubstr("<title id=\"at\">A line</title>"));
}

TEST(Spark, HeightsFollowTheLargest) {
  EXPECT_EQ(render_spark({0, 1, 4, 8}), " ▁▄█");
  EXPECT_EQ(render_spark({0, std::nan(""), 0}), "   ");
  EXPECT_EQ(render_spark({1e-9, 1}), "▁█") << "what is there is seen";
}

}  // namespace
}  // namespace mlkit
