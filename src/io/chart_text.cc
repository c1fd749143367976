// Charts for a terminal: bars and heat maps of block characters, lines of Braille dots (two by four in a character).
#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "chart_axis.h"
#include "mlkit/io/charts.h"
#include "mlkit/io/display.h"

namespace mlkit {
namespace {

using internal::AxisLayout;
using internal::Extent;
using internal::Tick;

constexpr const char* kEighthsUp[] = {" ", "▁", "▂", "▃", "▄", "▅", "▆", "▇", "█"};
constexpr const char* kEighthsRight[] = {"", "▏", "▎", "▍", "▌", "▋", "▊", "▉", "█"};
constexpr const char* kShades[] = {" ", "░", "▒", "▓", "█"};
constexpr const char* kMarks[] = {"●", "○", "◆", "+", "x", "◇"};

std::string blanks(std::size_t n) { return std::string(n, ' '); }

std::string repeat(const char* text, std::size_t n) {
  std::string out;
  for (std::size_t i = 0; i < n; ++i) out += text;
  return out;
}

std::string bar_of(double share, std::size_t width) {
  const auto eighths =
      static_cast<std::size_t>(std::lround(std::clamp(share, 0.0, 1.0) * static_cast<double>(width) * 8));
  if (eighths == 0) return share > 0 ? "▏" : "";
  return repeat("█", eighths / 8) + kEighthsRight[eighths % 8];
}

// A grid of characters; Braille dots and whole characters may be set.
class Canvas {
 public:
  Canvas(std::size_t width, std::size_t height)
      : width_(width), height_(height), dots_(width * height), marks_(dots_.size()) {}

  // In dots, from the top left corner.
  void dot(long x, long y) {
    if (x < 0 || y < 0 || x >= static_cast<long>(width_ * 2) || y >= static_cast<long>(height_ * 4)) return;
    static constexpr unsigned char kBits[4][2] = {{0x01, 0x08}, {0x02, 0x10}, {0x04, 0x20}, {0x40, 0x80}};
    dots_[cell(x, y)] |= kBits[y % 4][x % 2];
  }
  // A character where no dot is and no other mark.
  void mark(long x, long y, const char* text) {
    if (x < 0 || y < 0 || x >= static_cast<long>(width_ * 2) || y >= static_cast<long>(height_ * 4)) return;
    if (marks_[cell(x, y)] == nullptr) marks_[cell(x, y)] = text;
  }
  template <class Set>
  void line(long x0, long y0, long x1, long y1, const Set& set) {
    const long steps = std::max({std::labs(x1 - x0), std::labs(y1 - y0), 1L});
    for (long i = 0; i <= steps; ++i) {
      set(x0 + (x1 - x0) * i / steps, y0 + (y1 - y0) * i / steps);
    }
  }
  std::string row(std::size_t y) const {
    std::string out;
    for (std::size_t x = 0; x < width_; ++x) {
      const unsigned char bits = dots_[y * width_ + x];
      const char* const mark = marks_[y * width_ + x];
      if (bits != 0) {
        const char braille[] = {static_cast<char>(0xE2), static_cast<char>(0xA0 | (bits >> 6)),
                                static_cast<char>(0x80 | (bits & 0x3F)), 0};
        out += braille;
      } else {
        out += mark != nullptr ? mark : " ";
      }
    }
    while (!out.empty() && out.back() == ' ') out.pop_back();
    return out;
  }

 private:
  std::size_t cell(long x, long y) const {
    return static_cast<std::size_t>(y / 4) * width_ + static_cast<std::size_t>(x / 2);
  }
  std::size_t width_;
  std::size_t height_;
  std::vector<unsigned char> dots_;
  std::vector<const char*> marks_;
};

// The words below a picture: ticks where they fit, then the label of the axis.
std::string x_axis_text(const AxisLayout& axis, const std::string& label, std::size_t left, std::size_t width) {
  std::string line = blanks(left);
  std::size_t used = left;
  for (const Tick& tick : axis.ticks) {
    const auto middle =
        left + static_cast<std::size_t>(std::lround(axis.position(tick.value) * static_cast<double>(width - 1)));
    const std::size_t size = display_width(tick.label);
    std::size_t begin = middle > size / 2 ? middle - size / 2 : 0;
    begin = std::min(begin, left + width > size ? left + width - size : 0);
    if (begin < used + (used > left ? 1 : 0)) continue;
    line += blanks(begin - used) + tick.label;
    used = begin + size;
  }
  line += "\n";
  if (!label.empty()) {
    const std::string shown = cut_display(label, width);
    line += blanks(left + (width - display_width(shown)) / 2) + shown + "\n";
  }
  return line;
}

// Words at the y axis, one per row of characters ("" where there is none).
std::vector<std::string> y_axis_words(const AxisLayout& axis, std::size_t height) {
  std::vector<std::string> out(height);
  for (const Tick& tick : axis.ticks) {
    const double from_top = (1 - axis.position(tick.value)) * static_cast<double>(height);
    const auto row = static_cast<std::size_t>(std::clamp(from_top, 0.0, static_cast<double>(height - 1)));
    if (out[row].empty()) out[row] = tick.label;
  }
  return out;
}

std::size_t widest(const std::vector<std::string>& words) {
  std::size_t out = 0;
  for (const std::string& word : words) out = std::max(out, display_width(word));
  return out;
}

// Of several solid series only one can have Braille dots: the others could not be told from it.
std::string draw(const PlotChart& plot, std::size_t width) {
  constexpr std::size_t kHeight = 12;
  Extent x_extent;
  Extent y_extent;
  std::size_t solid = 0;
  for (const Series& series : plot.series) {
    x_extent.add_all(series.x, plot.x.scale);
    y_extent.add_all(series.y, plot.y.scale);
    solid += series.style != SeriesStyle::kDashed ? 1 : 0;
  }
  for (const ChartRule& rule : plot.rules) (rule.horizontal ? y_extent : x_extent).add(rule.at);
  const AxisLayout y = internal::lay_out_axis(plot.y, y_extent, 4, false);
  const std::vector<std::string> words = y_axis_words(y, kHeight);
  const std::size_t left = widest(words) + 2;
  const std::size_t columns = width - left;
  const AxisLayout x = internal::lay_out_axis(plot.x, x_extent, columns / 10, plot.x.scale != AxisScale::kLog);
  Canvas canvas(columns, kHeight);
  const auto px = [&](double v) { return std::lround(x.position(v) * static_cast<double>(columns * 2 - 1)); };
  const auto py = [&](double v) { return std::lround((1 - y.position(v)) * static_cast<double>(kHeight * 4 - 1)); };
  const auto visible = [&](double a, double b) {
    return std::isfinite(x.position(a)) && std::isfinite(y.position(b)) && std::fabs(x.position(a)) < 2 &&
           std::fabs(y.position(b)) < 2;
  };
  std::string legend;
  std::size_t solid_seen = 0;
  for (const Series& series : plot.series) {
    const bool dashed = series.style == SeriesStyle::kDashed;
    const char* const mark = dashed ? "·" : solid > 1 ? kMarks[solid_seen++ % std::size(kMarks)] : nullptr;
    const auto set = [&](long a, long b) { mark != nullptr ? canvas.mark(a, b, mark) : canvas.dot(a, b); };
    const std::vector<std::size_t> points = internal::drawn_points(series);
    for (std::size_t k = 0; k < points.size(); ++k) {
      const std::size_t i = points[k];
      if (!visible(series.x[i], series.y[i])) continue;
      const long x1 = px(series.x[i]);
      const long y1 = py(series.y[i]);
      set(x1, y1);
      if (k == 0 || series.style == SeriesStyle::kPoints) continue;
      const std::size_t j = points[k - 1];
      if (!visible(series.x[j], series.y[j])) continue;
      const long x0 = px(series.x[j]);
      const long y0 = py(series.y[j]);
      if (series.style == SeriesStyle::kSteps) {
        canvas.line(x0, y0, x1, y0, set);
        canvas.line(x1, y0, x1, y1, set);
      } else {
        canvas.line(x0, y0, x1, y1, set);
      }
    }
    if (!series.name.empty() && plot.series.size() > 1) {
      legend += std::string(legend.empty() ? "" : "   ") + (mark != nullptr ? mark : "⠒") + " " +
                cut_display(series.name, 30);
    }
  }
  for (const ChartRule& rule : plot.rules) {
    const auto set = [&](long a, long b) { canvas.mark(a, b, rule.horizontal ? "-" : "|"); };
    if (rule.horizontal) {
      if (std::fabs(y.position(rule.at)) < 2)
        canvas.line(0, py(rule.at), static_cast<long>(columns * 2), py(rule.at), set);
    } else if (std::fabs(x.position(rule.at)) < 2) {
      canvas.line(px(rule.at), 0, px(rule.at), kHeight * 4, set);
    }
    legend +=
        std::string(legend.empty() ? "" : "   ") + (rule.horizontal ? "-" : "|") + " " + cut_display(rule.label, 30);
  }
  std::string out;
  if (!plot.y.label.empty()) out += cut_display(plot.y.label, width) + "\n";
  for (std::size_t row = 0; row < kHeight; ++row) {
    out += pad_display(words[row], left - 2, true) + " │" + canvas.row(row) + "\n";
  }
  out += x_axis_text(x, plot.x.label, left, columns);
  if (!legend.empty()) out += legend + "\n";
  return out;
}

std::string draw(const HistogramChart& chart, std::size_t width) {
  constexpr std::size_t kHeight = 6;
  std::string out;
  Extent x_extent;
  x_extent.add_all(chart.edges, chart.x.scale);
  Extent y_extent;
  y_extent.add(0);
  for (const HistogramSeries& series : chart.series) y_extent.add_all(series.heights, chart.y.scale);
  const AxisLayout y = internal::lay_out_axis(chart.y, y_extent, 2, false);
  const std::vector<std::string> words = y_axis_words(y, kHeight);
  const std::size_t left = widest(words) + 2;
  const std::size_t columns = width - left;
  const AxisLayout x = internal::lay_out_axis(chart.x, x_extent, columns / 10, true);
  for (const HistogramSeries& series : chart.series) {
    if (chart.series.size() > 1) out += cut_display(series.name, width) + "\n";
    // Each column of characters shows the bin at its middle.
    std::vector<double> heights(columns, 0.0);
    for (std::size_t b = 0; b + 1 < chart.edges.size() && b < series.heights.size(); ++b) {
      const double from = x.position(chart.edges[b]) * static_cast<double>(columns);
      const double to = x.position(chart.edges[b + 1]) * static_cast<double>(columns);
      if (!std::isfinite(from) || !std::isfinite(to)) continue;
      for (std::size_t c = 0; c < columns; ++c) {
        const double middle = static_cast<double>(c) + 0.5;
        if (middle >= from && middle < to) heights[c] = y.position(series.heights[b]);
      }
    }
    for (std::size_t row = 0; row < kHeight; ++row) {
      std::string line;
      for (const double height : heights) {
        const double above = height * kHeight - static_cast<double>(kHeight - 1 - row);
        auto eighths = std::clamp(std::lround(above * 8), 0L, 8L);
        if (row + 1 == kHeight && eighths == 0 && height > 0) eighths = 1;
        line += kEighthsUp[eighths];
      }
      while (!line.empty() && line.back() == ' ') line.pop_back();
      out += pad_display(words[row], left - 2, true) + " │" + line + "\n";
    }
  }
  return out + x_axis_text(x, chart.x.label, left, columns);
}

std::string draw(const BarChart& chart, std::size_t width) {
  std::string out;
  const std::size_t bars = std::min(chart.labels.size(), kMostBars);
  std::size_t label_width = 0;
  for (std::size_t i = 0; i < bars; ++i)
    label_width = std::max(label_width, display_width(cut_display(chart.labels[i], 24)));
  std::size_t word_width = 0;
  double most = 0;
  const std::size_t name_width = chart.series.size() > 1 ? 12 : 0;
  for (const BarSeries& series : chart.series) {
    for (std::size_t i = 0; i < std::min(bars, series.values.size()); ++i) {
      if (!std::isfinite(series.values[i])) continue;
      most = std::max(most, std::fabs(series.values[i]));
      word_width = std::max(word_width, display_width(internal::axis_value_text(chart.value, series.values[i])));
    }
  }
  const std::size_t taken = label_width + name_width + word_width + 4;
  const std::size_t room = width > taken ? width - taken : 1;
  for (std::size_t i = 0; i < bars; ++i) {
    for (std::size_t s = 0; s < chart.series.size(); ++s) {
      const BarSeries& series = chart.series[s];
      const double value = i < series.values.size() ? series.values[i] : NAN;
      out += pad_display(s == 0 ? chart.labels[i] : "", label_width);
      if (name_width > 0) out += " " + pad_display(series.name, name_width);
      out += " " +
             pad_display(std::isfinite(value) ? internal::axis_value_text(chart.value, value) : "-", word_width, true);
      const std::string bar = most > 0 && std::isfinite(value) ? bar_of(std::fabs(value) / most, room) : "";
      out += bar.empty() ? "\n" : " " + bar + "\n";
    }
  }
  if (!chart.value.label.empty())
    out += blanks(label_width + 1) + cut_display(chart.value.label, width - label_width - 1) + "\n";
  return out;
}

// Two decimals are enough beside a shade, and let more columns stand side by side.
std::string heat_text(const Axis& axis, double value) {
  if (!axis.percent && std::fabs(value) < 1000 && value != std::floor(value)) return fmt::format("{:.2f}", value);
  return internal::axis_value_text(axis, value);
}

std::string draw(const HeatMap& map, std::size_t width) {
  std::string out;
  const Axis axis{.label = {}, .percent = map.percent, .min = {}, .max = {}};
  const std::size_t rows = std::min(map.rows.size(), kMostHeatCells);
  double most = map.most.value_or(0);
  std::size_t label_width = display_width(cut_display(map.row_title, 20));
  std::size_t cell_width = 4;
  for (std::size_t r = 0; r < rows; ++r)
    label_width = std::max(label_width, display_width(cut_display(map.rows[r], 20)));
  for (const double value : map.values) {
    if (!std::isfinite(value)) continue;
    if (!map.most) most = std::max(most, std::fabs(value));
    cell_width = std::max(cell_width, display_width(heat_text(axis, value)));
  }
  for (const std::string& name : map.columns)
    cell_width = std::max(cell_width, std::min<std::size_t>(display_width(name), 9));
  cell_width += 2;  // a blank, the number, the shade
  const std::size_t fit = std::max<std::size_t>(1, (width - label_width) / cell_width);
  const std::size_t columns = std::min({map.columns.size(), fit, kMostHeatCells});
  if (!map.column_title.empty())
    out += blanks(label_width + 1) + cut_display(map.column_title, width - label_width - 1) + "\n";
  out += pad_display(map.row_title, label_width);
  for (std::size_t c = 0; c < columns; ++c) out += pad_display(map.columns[c], cell_width - 1, true) + " ";
  out += "\n";
  for (std::size_t r = 0; r < rows; ++r) {
    out += pad_display(map.rows[r], label_width);
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t at = r * map.columns.size() + c;
      const double value = at < map.values.size() ? map.values[at] : NAN;
      if (!std::isfinite(value)) {
        out += blanks(cell_width);
        continue;
      }
      const auto shade =
          static_cast<std::size_t>(std::lround(most > 0 ? std::min(1.0, std::fabs(value) / most) * 4 : 0));
      out += " " + pad_display(heat_text(axis, value), cell_width - 2, true) + kShades[shade];
    }
    out += "\n";
  }
  if (columns < map.columns.size()) {
    out += "(" + display_count(map.columns.size() - columns, "further column") + " not shown)\n";
  }
  return out;
}

}  // namespace

std::string render_chart_text(const Chart& chart, std::size_t width) {
  width = std::max<std::size_t>(width, 40);
  std::string out;
  for (const std::string& line : wrap_display(chart.title, width)) out += line + "\n";
  out += std::visit([&](const auto& body) { return draw(body, width); }, chart.body);
  if (!chart.note.empty()) {
    for (const std::string& line : wrap_display(chart.note, width)) out += line + "\n";
  }
  return out;
}

std::string render_spark(const std::vector<double>& values) {
  double most = 0;
  for (const double value : values) most = std::isfinite(value) ? std::max(most, value) : most;
  std::string out;
  for (const double value : values) {
    if (!std::isfinite(value) || value <= 0 || most <= 0) {
      out += " ";
    } else {
      out += kEighthsUp[std::clamp(std::lround(value / most * 8), 1L, 8L)];
    }
  }
  return out;
}

}  // namespace mlkit
