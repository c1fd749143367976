// Charts as SVG. Sizes are in units of about a pixel; a picture is at most kWidth wide, so that on a phone its text
// is as large as on a desk. Colours are custom properties of the page, which knows light and dark.
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>

#include "chart_axis.h"
#include "mlkit/io/charts.h"
#include "mlkit/io/display.h"
#include "mlkit/io/report.h"

namespace mlkit {
namespace {

using internal::AxisLayout;
using internal::Extent;
using internal::Tick;

constexpr double kWidth = 420;
constexpr double kFont = 11.5;
constexpr double kAdvance = 0.6;  // mean width of a character in font sizes
constexpr std::size_t kColors = 6;

double text_width(const std::string& text) { return static_cast<double>(display_width(text)) * kFont * kAdvance; }

// One decimal at most, no "-0".
std::string coordinate(double value) {
  constexpr double kFar = 1e6;  // out of sight
  const auto tenths = std::isfinite(value) ? std::llround(std::clamp(value, -kFar, kFar) * 10) : 0LL;
  std::string out = (tenths < 0 ? "-" : "") + std::to_string(std::llabs(tenths) / 10);
  if (tenths % 10 != 0) out += "." + std::to_string(std::llabs(tenths) % 10);
  return out;
}

// Collects elements; every text that comes from outside goes through text() or title().
class Svg {
 public:
  void open(const char* name) {
    out_ += '<';
    out_ += name;
  }
  Svg& at(const char* name, double value) {
    out_ += std::string(" ") + name + "=\"" + coordinate(value) + "\"";
    return *this;
  }
  Svg& is(const char* name, const std::string& value) {
    out_ += std::string(" ") + name + "=\"" + value + "\"";
    return *this;
  }
  void close(const std::string& title = {}, const char* name = nullptr) {
    if (title.empty()) {
      out_ += "/>";
    } else {
      out_ += "><title>" + escape_markup(title) + "</title></" + name + ">";
    }
  }
  void line(const char* kind, double x1, double y1, double x2, double y2) {
    out_ += fmt::format("<path class=\"{}\" d=\"M{} {}L{} {}\"/>", kind, coordinate(x1), coordinate(y1), coordinate(x2),
                        coordinate(y2));
  }
  void text(double x, double y, const std::string& words, const char* kind = "", const std::string& more = {}) {
    out_ += fmt::format("<text x=\"{}\" y=\"{}\"", coordinate(x), coordinate(y));
    if (*kind != '\0') out_ += fmt::format(" class=\"{}\"", kind);
    out_ += more + ">" + escape_markup(words) + "</text>";
  }
  void raw(const std::string& svg) { out_ += svg; }
  std::string take() { return std::move(out_); }

 private:
  std::string out_;
};

std::string color_class(std::size_t series) { return "c" + std::to_string(series % kColors); }

struct Frame {
  double left = 0;
  double top = 0;
  double width = 0;
  double height = 0;
  AxisLayout x;
  AxisLayout y;

  double px(double value) const { return left + x.position(value) * width; }
  double py(double value) const { return top + (1 - y.position(value)) * height; }
  double bottom() const { return top + height; }
  double right() const { return left + width; }
};

// Legend entries in rows from the left; returns the height they take.
double draw_legend(Svg& svg, const std::vector<std::pair<std::string, std::string>>& entries, double top) {
  if (entries.empty()) return 0;
  constexpr double kRow = 17;
  double x = 4;
  double y = top + 11;
  for (const auto& [kind, name] : entries) {
    const std::string shown = cut_display(name, 40);
    const double needed = 22 + text_width(shown) + 12;
    if (x > 4 && x + needed > kWidth) {
      x = 4;
      y += kRow;
    }
    if (kind.find("dash") != std::string::npos) {
      svg.line("ref", x, y - 4, x + 16, y - 4);
    } else {
      svg.raw(fmt::format("<rect class=\"f {}\" x=\"{}\" y=\"{}\" width=\"14\" height=\"9\" rx=\"2\"/>", kind,
                          coordinate(x), coordinate(y - 8)));
    }
    svg.text(x + 20, y, shown);
    x += needed;
  }
  return y - top + 8;
}

// Of all ticks those whose words do not run into each other.
std::vector<Tick> spaced_ticks(const Frame& frame) {
  std::vector<Tick> out;
  double free_from = -1e9;
  for (const Tick& tick : frame.x.ticks) {
    const double middle = frame.px(tick.value);
    const double half = text_width(tick.label) / 2;
    if (middle - half < free_from || middle + half > kWidth + 2) continue;
    out.push_back(tick);
    free_from = middle + half + 6;
  }
  return out;
}

void draw_axes(Svg& svg, const Frame& frame, const Axis& x, const Axis& y, bool grid_x) {
  for (const Tick& tick : frame.y.ticks) {
    const double at = frame.py(tick.value);
    svg.line("grid", frame.left, at, frame.right(), at);
    svg.text(frame.left - 6, at + 4, tick.label, "e");
  }
  const std::vector<Tick> words = spaced_ticks(frame);
  for (const Tick& tick : words) {
    const double at = frame.px(tick.value);
    svg.line(grid_x ? "grid" : "tick", at, grid_x ? frame.top : frame.bottom(), at, frame.bottom() + (grid_x ? 0 : 4));
    svg.text(at, frame.bottom() + 16, tick.label, "m");
  }
  svg.line("axis", frame.left, frame.bottom(), frame.right(), frame.bottom());
  if (!x.label.empty()) {
    svg.text(frame.left + frame.width / 2, frame.bottom() + 33, cut_display(x.label, 60), "m l");
  }
  if (!y.label.empty()) {
    const std::string turn = fmt::format(" transform=\"rotate(-90 11 {})\"", coordinate(frame.top + frame.height / 2));
    svg.text(11, frame.top + frame.height / 2, cut_display(y.label, 36), "m l", turn);
  }
}

// Room on the left for the words at the y axis.
double left_margin(const AxisLayout& y, const Axis& axis) {
  double widest = 0;
  for (const Tick& tick : y.ticks) widest = std::max(widest, text_width(tick.label));
  return std::min(110.0, widest + 10 + (axis.label.empty() ? 0 : 18));
}

void draw_rules(Svg& svg, const Frame& frame, const std::vector<ChartRule>& rules) {
  double word_y = frame.top + 11;
  for (const ChartRule& rule : rules) {
    const double share = (rule.horizontal ? frame.y : frame.x).position(rule.at);
    if (!(share >= -1e-9 && share <= 1 + 1e-9)) continue;
    const std::string word = cut_display(rule.label, 32);
    if (rule.horizontal) {
      const double at = frame.py(rule.at);
      svg.line("rule", frame.left, at, frame.right(), at);
      svg.text(frame.right() - 3, at - 4, word, "e r");
      continue;
    }
    const double at = frame.px(rule.at);
    svg.line("rule", at, frame.top, at, frame.bottom());
    const bool left_of_it = at + 5 + text_width(word) > frame.right();
    svg.text(left_of_it ? at - 4 : at + 4, word_y, word, left_of_it ? "e r" : "r");
    word_y += 13;
  }
}

// The stretches of a series between gaps, as path data.
std::string line_path(const Frame& frame, const Series& series, const std::vector<std::size_t>& points,
                      const std::vector<double>& y_values) {
  std::string path;
  bool pen_down = false;
  std::string last_y;
  for (const std::size_t i : points) {
    const double x = frame.px(series.x[i]);
    const double y = frame.py(y_values[i]);
    if (!std::isfinite(x) || !std::isfinite(y)) {
      pen_down = false;
      continue;
    }
    const std::string x_text = coordinate(x);
    const std::string y_text = coordinate(y);
    if (!pen_down) {
      path += "M" + x_text + " " + y_text;
    } else if (series.style == SeriesStyle::kSteps) {
      path += "H" + x_text;
      if (y_text != last_y) path += "V" + y_text;
    } else {
      path += "L" + x_text + " " + y_text;
    }
    last_y = y_text;
    pen_down = true;
  }
  return path;
}

void draw_band(Svg& svg, const Frame& frame, const Series& series, const std::vector<std::size_t>& points,
               const std::string& color) {
  if (series.low.size() != series.x.size() || series.high.size() != series.x.size()) return;
  std::string path;
  std::string back;
  for (const std::size_t i : points) {
    const double x = frame.px(series.x[i]);
    const double low = frame.py(series.low[i]);
    const double high = frame.py(series.high[i]);
    if (!std::isfinite(x) || !std::isfinite(low) || !std::isfinite(high)) continue;
    path += (path.empty() ? "M" : "L") + coordinate(x) + " " + coordinate(high);
    back = "L" + coordinate(x) + " " + coordinate(low) + back;
  }
  if (!path.empty()) svg.raw("<path class=\"band " + color + "\" d=\"" + path + back + "Z\"/>");
}

void draw_points(Svg& svg, const Frame& frame, const Series& series, const std::vector<std::size_t>& points,
                 const std::string& color) {
  std::string path;  // points as strokes of no length with round ends: the smallest form there is
  for (const std::size_t i : points) {
    const double x = frame.px(series.x[i]);
    const double y = frame.py(series.y[i]);
    if (std::isfinite(x) && std::isfinite(y)) path += "M" + coordinate(x) + " " + coordinate(y) + "h0";
  }
  if (!path.empty()) svg.raw("<path class=\"dots " + color + "\" d=\"" + path + "\"/>");
}

struct Drawing {
  std::string body;
  double height = 0;
  double width = kWidth;
};

Drawing draw(const PlotChart& plot) {
  Svg svg;
  Frame frame;
  std::vector<std::pair<std::string, std::string>> legend;
  Extent x_extent;
  Extent y_extent;
  std::size_t colors = 0;
  for (const Series& series : plot.series) {
    x_extent.add_all(series.x, plot.x.scale);
    y_extent.add_all(series.y, plot.y.scale);
    y_extent.add_all(series.low, plot.y.scale);
    y_extent.add_all(series.high, plot.y.scale);
    const bool dashed = series.style == SeriesStyle::kDashed;
    const std::string color = dashed ? "dash" : color_class(colors++);
    if (!series.name.empty()) legend.emplace_back(color, series.name);
  }
  if (legend.size() < 2 && plot.series.size() < 2) legend.clear();
  for (const ChartRule& rule : plot.rules) (rule.horizontal ? y_extent : x_extent).add(rule.at);
  frame.y = internal::lay_out_axis(plot.y, y_extent, 5, false);
  frame.x = internal::lay_out_axis(plot.x, x_extent, 6, plot.x.scale != AxisScale::kLog);
  frame.left = left_margin(frame.y, plot.y);
  frame.width = kWidth - frame.left - 12;
  frame.top = draw_legend(svg, legend, 0) + 8;
  frame.height = plot.square ? frame.width : 190;
  draw_axes(svg, frame, plot.x, plot.y, true);
  colors = 0;
  for (const Series& series : plot.series) {
    const bool dashed = series.style == SeriesStyle::kDashed;
    const std::string color = dashed ? std::string("ref") : color_class(colors++);
    const std::vector<std::size_t> points = internal::drawn_points(series);
    draw_band(svg, frame, series, points, color);
    if (series.style == SeriesStyle::kPoints) {
      draw_points(svg, frame, series, points, color);
      continue;
    }
    const std::string path = line_path(frame, series, points, series.y);
    if (path.empty()) continue;
    svg.raw("<path class=\"" + (dashed ? std::string("ref") : "s " + color) + "\" d=\"" + path + "\"/>");
    if (points.size() == 1) draw_points(svg, frame, series, points, color);
  }
  draw_rules(svg, frame, plot.rules);
  return {svg.take(), frame.bottom() + (plot.x.label.empty() ? 22 : 38)};
}

Drawing draw(const HistogramChart& chart) {
  Svg svg;
  Frame frame;
  const bool overlaid = chart.series.size() > 1;
  std::vector<std::pair<std::string, std::string>> legend;
  Extent x_extent;
  Extent y_extent;
  x_extent.add_all(chart.edges, chart.x.scale);
  y_extent.add(0);
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    y_extent.add_all(chart.series[s].heights, chart.y.scale);
    if (overlaid) legend.emplace_back(color_class(s), chart.series[s].name);
  }
  frame.y = internal::lay_out_axis(chart.y, y_extent, 4, false);
  frame.x = internal::lay_out_axis(chart.x, x_extent, 6, true);
  frame.left = left_margin(frame.y, chart.y);
  frame.width = kWidth - frame.left - 12;
  frame.top = draw_legend(svg, legend, 0) + 8;
  frame.height = 150;
  draw_axes(svg, frame, chart.x, chart.y, false);
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    const std::vector<double>& heights = chart.series[s].heights;
    for (std::size_t b = 0; b + 1 < chart.edges.size() && b < heights.size(); ++b) {
      const double from = frame.px(chart.edges[b]);
      const double to = frame.px(chart.edges[b + 1]);
      const double top = frame.py(heights[b]);
      if (!std::isfinite(from) || !std::isfinite(to) || !std::isfinite(top) || heights[b] == 0) continue;
      const double gap = to - from > 4 ? 1 : 0;
      svg.open("rect");
      svg.is("class", (overlaid ? "half " : "f ") + color_class(s)).at("x", from + gap / 2).at("y", top);
      svg.at("width", std::max(0.5, to - from - gap)).at("height", std::max(0.5, frame.bottom() - top));
      svg.close(internal::axis_value_text(chart.x, chart.edges[b]) + " to " +
                    internal::axis_value_text(chart.x, chart.edges[b + 1]) + ": " +
                    internal::axis_value_text(chart.y, heights[b]),
                "rect");
    }
  }
  draw_rules(svg, frame, chart.rules);
  return {svg.take(), frame.bottom() + (chart.x.label.empty() ? 22 : 38)};
}

Drawing draw(const BarChart& chart) {
  Svg svg;
  const std::size_t bars = std::min(chart.labels.size(), kMostBars);
  const std::size_t groups = std::max<std::size_t>(chart.series.size(), 1);
  std::vector<std::pair<std::string, std::string>> legend;
  Extent extent;
  extent.add(0);
  double widest = 0;
  for (std::size_t i = 0; i < bars; ++i) widest = std::max(widest, text_width(cut_display(chart.labels[i], 22)));
  for (std::size_t s = 0; s < chart.series.size(); ++s) {
    for (const auto* values : {&chart.series[s].values, &chart.series[s].low, &chart.series[s].high}) {
      for (std::size_t i = 0; i < std::min(bars, values->size()); ++i) extent.add((*values)[i]);
    }
    if (chart.series.size() > 1) legend.emplace_back(color_class(s), chart.series[s].name);
  }
  const double thick = groups == 1 ? 14 : 9;
  const double row = thick * static_cast<double>(groups) + 8;
  Frame frame;
  frame.x = internal::lay_out_axis(chart.value, extent, 5, false);
  frame.left = std::min(170.0, widest + 10);
  frame.width = kWidth - frame.left - 48;  // room for a number behind the longest bar
  frame.top = draw_legend(svg, legend, 0) + 4;
  frame.height = row * static_cast<double>(bars);
  for (const Tick& tick : spaced_ticks(frame)) {
    const double at = frame.px(tick.value);
    svg.line("grid", at, frame.top, at, frame.bottom());
    svg.text(at, frame.bottom() + 15, tick.label, "m");
  }
  for (std::size_t i = 0; i < bars; ++i) {
    const double top = frame.top + row * static_cast<double>(i) + 4;
    svg.text(frame.left - 6, top + (row - 8) / 2 + 4, cut_display(chart.labels[i], 22), "e");
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
      const BarSeries& series = chart.series[s];
      const double value = i < series.values.size() ? series.values[i] : NAN;
      if (!std::isfinite(value)) continue;
      const double from = std::min(frame.px(0), frame.px(value));
      const double to = std::max(frame.px(0), frame.px(value));
      const double y = top + thick * static_cast<double>(s);
      const std::string words = internal::axis_value_text(chart.value, value);
      svg.open("rect");
      svg.is("class", "f " + color_class(s)).at("x", from).at("y", y).at("width", std::max(0.5, to - from));
      svg.at("height", thick - 1);
      svg.close(chart.labels[i] + ": " + words, "rect");
      double word_x = to;
      if (i < series.low.size() && i < series.high.size() && std::isfinite(series.low[i]) &&
          std::isfinite(series.high[i])) {
        const double middle = y + thick / 2 - 0.5;
        svg.line("whisker", frame.px(series.low[i]), middle, frame.px(series.high[i]), middle);
        word_x = std::max(word_x, frame.px(series.high[i]));
      }
      if (groups == 1) svg.text(word_x + 4, y + thick - 3.5, words, "q");
    }
  }
  const double zero = frame.px(0);
  svg.line("axis", zero, frame.top, zero, frame.bottom());
  if (!chart.value.label.empty()) {
    svg.text(frame.left + frame.width / 2, frame.bottom() + 31, cut_display(chart.value.label, 56), "m l");
  }
  return {svg.take(), frame.bottom() + (chart.value.label.empty() ? 20 : 36)};
}

Drawing draw(const HeatMap& map) {
  Svg svg;
  const std::size_t rows = std::min(map.rows.size(), kMostHeatCells);
  const std::size_t columns = std::min(map.columns.size(), kMostHeatCells);
  double most = map.most.value_or(0);
  double widest_value = 0;
  double label_width = 0;
  const auto value_at = [&](std::size_t r, std::size_t c) {
    const std::size_t at = r * map.columns.size() + c;
    return at < map.values.size() ? map.values[at] : NAN;
  };
  const Axis axis{.label = {}, .percent = map.percent, .min = {}, .max = {}};
  for (std::size_t r = 0; r < rows; ++r) {
    label_width = std::max(label_width, text_width(cut_display(map.rows[r], 18)));
    for (std::size_t c = 0; c < columns; ++c) {
      const double value = value_at(r, c);
      if (!std::isfinite(value)) continue;
      if (!map.most) most = std::max(most, std::fabs(value));
      widest_value = std::max(widest_value, text_width(internal::axis_value_text(axis, value)));
    }
  }
  const double left = label_width + (map.row_title.empty() ? 8 : 26);
  double longest_head = 0;
  for (std::size_t c = 0; c < columns; ++c) {
    longest_head = std::max(longest_head, text_width(cut_display(map.columns[c], 18)));
  }
  const auto cell_in = [&](double room) {
    return std::clamp(room / static_cast<double>(std::max<std::size_t>(columns, 1)), 18.0, 90.0);
  };
  double cell = cell_in(kWidth - left - 4);
  const bool slanted = longest_head + 4 > cell;
  if (slanted)
    cell = cell_in(kWidth - left - 4 - longest_head * 0.7);  // the words of the last columns reach beyond them
  const double high = std::min(cell, 34.0);
  const bool words = widest_value + 4 <= cell;
  const double title_room = map.column_title.empty() ? 0 : 16;
  const double top = title_room + (slanted ? longest_head * 0.72 + 14 : 18);
  if (title_room > 0) svg.text(left, 11, cut_display(map.column_title, 50), "l");
  for (std::size_t c = 0; c < columns; ++c) {
    const double middle = left + cell * (static_cast<double>(c) + 0.5);
    const std::string head = cut_display(map.columns[c], 18);
    if (slanted) {
      svg.text(middle, top - 6, head, "",
               fmt::format(" transform=\"rotate(-45 {} {})\"", coordinate(middle), coordinate(top - 6)));
    } else {
      svg.text(middle, top - 6, head, "m");
    }
  }
  for (std::size_t r = 0; r < rows; ++r) {
    const double y = top + high * static_cast<double>(r);
    svg.text(left - 6, y + high / 2 + 4, cut_display(map.rows[r], 18), "e");
    for (std::size_t c = 0; c < columns; ++c) {
      const double value = value_at(r, c);
      const double x = left + cell * static_cast<double>(c);
      if (!std::isfinite(value)) continue;
      const double strength = most > 0 ? std::min(1.0, std::fabs(value) / most) : 0;
      const std::string text = internal::axis_value_text(axis, value);
      svg.raw(fmt::format("<rect class=\"f {}\" x=\"{}\" y=\"{}\" width=\"{}\" height=\"{}\" fill-opacity=\"{:.2f}\">",
                          map.diverging && value < 0 ? "c1" : "c0", coordinate(x), coordinate(y), coordinate(cell - 1),
                          coordinate(high - 1), 0.04 + 0.96 * strength));
      svg.raw("<title>" + escape_markup(map.rows[r] + ", " + map.columns[c] + ": " + text) + "</title></rect>");
      if (words) svg.text(x + cell / 2, y + high / 2 + 4, text, strength > 0.55 ? "m on" : "m");
    }
  }
  const double height = high * static_cast<double>(rows);
  if (!map.row_title.empty()) {
    svg.text(11, top + height / 2, cut_display(map.row_title, 30), "m l",
             fmt::format(" transform=\"rotate(-90 11 {})\"", coordinate(top + height / 2)));
  }
  const double width = left + cell * static_cast<double>(columns) + (slanted ? longest_head * 0.7 : 0);
  return {svg.take(), top + height + 6, std::max(width + 2, kWidth)};
}

}  // namespace

std::string chart_style() {
  return "svg{--ink:#222;--soft:#666;--line:#ddd;--on:#fff;--c0:#1f6fb4;--c1:#c8501e;--c2:#128a63;--c3:#a6478a;"
         "--c4:#96720a;--c5:#4b8a99;--rule:#b3261e;font:11.5px system-ui,sans-serif}"
         "@media(prefers-color-scheme:dark){svg{--ink:#e6e6e6;--soft:#a3a3a3;--line:#3c3c3c;--on:#111;--c0:#6cb2f0;"
         "--c1:#f0925f;--c2:#4cc79b;--c3:#dd93c8;--c4:#d9b44a;--c5:#8cc8d6;--rule:#ff8a80}}"
         "svg text{fill:var(--ink)}svg .e{text-anchor:end}svg .m{text-anchor:middle}svg .l,svg .q{fill:var(--soft)}"
         "svg .on{fill:var(--on)}svg .r{fill:var(--rule)}svg path{fill:none}svg .grid{stroke:var(--line)}"
         "svg .axis,svg .tick{stroke:var(--soft)}svg .whisker{stroke:var(--ink);stroke-width:1.5}"
         "svg .rule{stroke:var(--rule);stroke-dasharray:5 3}svg .ref{stroke:var(--soft);stroke-dasharray:4 4;"
         "stroke-width:1.5}svg .s{stroke-width:2;stroke-linejoin:round}svg .dots{stroke-width:4.5;"
         "stroke-linecap:round;stroke-opacity:.65}svg .band{fill-opacity:.18;stroke:none!important}"
         "svg .half{fill-opacity:.5}"
         "svg .c0{fill:var(--c0)}svg .c1{fill:var(--c1)}svg .c2{fill:var(--c2)}svg .c3{fill:var(--c3)}"
         "svg .c4{fill:var(--c4)}svg .c5{fill:var(--c5)}"
         "svg .s.c0,svg .dots.c0{fill:none;stroke:var(--c0)}svg .s.c1,svg .dots.c1{fill:none;stroke:var(--c1)}"
         "svg .s.c2,svg .dots.c2{fill:none;stroke:var(--c2)}svg .s.c3,svg .dots.c3{fill:none;stroke:var(--c3)}"
         "svg .s.c4,svg .dots.c4{fill:none;stroke:var(--c4)}svg .s.c5,svg .dots.c5{fill:none;stroke:var(--c5)}";
}

std::string render_chart_svg(const Chart& chart, const std::string& id, bool standalone) {
  const Drawing drawing = std::visit([](const auto& body) { return draw(body); }, chart.body);
  std::string out = "<svg";
  if (standalone) out += " xmlns=\"http://www.w3.org/2000/svg\"";
  out +=
      fmt::format(" role=\"img\" aria-labelledby=\"{0}t {0}d\" viewBox=\"0 0 {1} {2}\" width=\"{1}\" height=\"{2}\">",
                  id, coordinate(drawing.width), coordinate(drawing.height));
  if (drawing.width > kWidth + 2) out.insert(4, " data-wide");
  out += "<title id=\"" + id + "t\">" + escape_markup(chart.title) + "</title><desc id=\"" + id + "d\">" +
         escape_markup(chart.description) + "</desc>";
  if (standalone) out += "<style>" + chart_style() + "</style>";
  return out + drawing.body + "</svg>";
}

}  // namespace mlkit
