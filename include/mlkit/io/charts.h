// Pictures of data: plots (lines, steps, points), bars, histograms, heat maps. A chart is a plain struct; what is
// done with it is one of three functions: SVG (inside a page or alone), a picture of Unicode characters for a
// terminal, or the figures behind it as rows. The same chart gives the same bytes everywhere.
//
//   Chart chart = make_plot("roc", "ROC curve", {.label = "false positive rate"}, {.label = "true positive rate"});
//   auto& plot = std::get<PlotChart>(chart.body);
//   plot.series.push_back({.name = "model", .x = fpr, .y = tpr, .style = SeriesStyle::kSteps});
//   plot.series.push_back({.name = "chance", .x = {0, 1}, .y = {0, 1}, .style = SeriesStyle::kDashed});
//
// Values that are not finite are gaps. Nothing in a chart is trusted to be short, valid UTF-8 or free of markup.
// Pure functions, safe from any thread.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

namespace mlkit {

// One cell of a table or of the data behind a chart: nothing, a number, a text.
using ReportCell = std::variant<std::monostate, double, std::string>;

struct DataRows {
  std::vector<std::string> columns = {};
  std::vector<std::vector<ReportCell>> rows = {};  // as long as `columns`, each
};

enum class AxisScale : std::uint8_t {
  kLinear,
  kLog,   // values of 0 and below are gaps
  kTime,  // microseconds since 1970
};

struct Axis {
  std::string label = {};
  AxisScale scale = AxisScale::kLinear;
  bool percent = false;            // values are shares and shown as percent
  std::optional<double> min = {};  // else from the data, extended to a round number
  std::optional<double> max = {};
};

enum class SeriesStyle : std::uint8_t {
  kLine,
  kSteps,   // y holds from its x until the next
  kPoints,  // scatter
  kDashed,  // a line that others are compared with
};

struct Series {
  std::string name = {};  // in the legend; "" = not in it
  std::vector<double> x = {};
  std::vector<double> y = {};  // as many as x
  SeriesStyle style = SeriesStyle::kLine;
  // A band around y (an interval): empty, or as many as x.
  std::vector<double> low = {};
  std::vector<double> high = {};
};

// A straight line across a plot or histogram with a word at it: a threshold, a mean, an alarm.
struct ChartRule {
  double at = 0;
  std::string label = {};
  bool horizontal = false;
};

struct PlotChart {
  Axis x = {};
  Axis y = {};
  std::vector<Series> series = {};
  std::vector<ChartRule> rules = {};
  bool square = false;  // both axes as long (ROC, calibration)
};

struct BarSeries {
  std::string name = {};
  std::vector<double> values = {};  // one per label
  // Ends of an interval, drawn as a whisker: empty, or one per label.
  std::vector<double> low = {};
  std::vector<double> high = {};
};

// Horizontal bars, one group per label, in the given order from the top.
struct BarChart {
  Axis value = {};
  std::vector<std::string> labels = {};
  std::vector<BarSeries> series = {};
};

struct HistogramSeries {
  std::string name = {};
  std::vector<double> heights;  // edges.size() - 1
};

// One distribution, or two to be compared (drawn over each other; give shares rather than counts then).
struct HistogramChart {
  Axis x = {};
  Axis y = {};
  std::vector<double> edges = {};  // rising; bins need not be equally wide
  std::vector<HistogramSeries> series = {};
  std::vector<ChartRule> rules = {};  // vertical ones
};

struct HeatMap {
  std::string row_title = {};  // what rows and columns are: "true class", "predicted"
  std::string column_title = {};
  std::vector<std::string> rows = {};
  std::vector<std::string> columns = {};
  std::vector<double> values = {};  // row after row
  bool percent = false;
  bool diverging = false;           // colours for below and above 0; else from 0 (or the least) up
  std::optional<double> most = {};  // what the strongest colour stands for; else the largest absolute value
};

struct Chart {
  std::string name = {};  // of the CSV file with its data, without ".csv": letters, digits, _ and -
  std::string title = {};
  std::string description = {};  // one or two sentences that say what is to be seen, for who cannot see it
  std::string note = {};         // small print below; may be ""
  std::variant<PlotChart, BarChart, HistogramChart, HeatMap> body = {};
};

Chart make_plot(std::string name, std::string title, Axis x, Axis y);
Chart make_bars(std::string name, std::string title, Axis value, std::vector<std::string> labels,
                std::vector<double> values);
Chart make_histogram(std::string name, std::string title, Axis x, std::vector<double> edges,
                     std::vector<double> heights, Axis y = {.label = "rows"});
Chart make_heat_map(std::string name, std::string title, std::vector<std::string> rows,
                    std::vector<std::string> columns, std::vector<double> values);

// Lines of more points than this are thinned where they are drawn and listed: of each stretch the first, the last,
// the lowest and the highest point stay, so that no peak is lost.
inline constexpr std::size_t kMostDrawnPoints = 400;
// Bars and rows or columns of heat maps beyond these are left out of the picture (which says so).
inline constexpr std::size_t kMostBars = 40;
inline constexpr std::size_t kMostHeatCells = 40;  // along each side

// An <svg> element of at most about 420 units width, text and colours taken from the style sheet of the page
// (chart_style()); `id` is unique in the page and makes its title and description findable. `standalone`: with
// namespace and style inside, to be a file of its own.
std::string render_chart_svg(const Chart& chart, const std::string& id, bool standalone = false);
// The CSS that pictures need, for light and dark: custom properties and a few classes.
std::string chart_style();
// Title, picture and legend in `width` columns (40 at least), lines ending in \n.
std::string render_chart_text(const Chart& chart, std::size_t width = 80);
// The figures behind the picture, thinned as the picture is: plots as series, x, y (low, high where there are);
// bars as label and one column per series; histograms as from, to and one column per series; heat maps as row,
// column, value.
DataRows chart_data(const Chart& chart);

// Eight characters of rising height, one per value from 0 to the largest: "▁▂█▅". Values below 0 count as 0.
std::string render_spark(const std::vector<double>& values);

}  // namespace mlkit
