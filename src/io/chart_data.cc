// Making charts, and the figures behind them.
#include <algorithm>
#include <cmath>
#include <utility>

#include "chart_axis.h"
#include "mlkit/data/datetime.h"
#include "mlkit/io/charts.h"

namespace mlkit {
namespace {

ReportCell cell_of(double value) { return std::isfinite(value) ? ReportCell(value) : ReportCell(); }

ReportCell cell_of(const Axis& axis, double value) {
  if (axis.scale != AxisScale::kTime || !std::isfinite(value)) return cell_of(value);
  return format_datetime(static_cast<std::int64_t>(value), false);
}

std::string name_or(const std::string& name, const char* otherwise) { return name.empty() ? otherwise : name; }

DataRows rows_of(const PlotChart& plot) {
  const bool named = plot.series.size() > 1;
  const bool bands =
      std::any_of(plot.series.begin(), plot.series.end(), [](const Series& s) { return !s.low.empty(); });
  DataRows out;
  if (named) out.columns.emplace_back("series");
  out.columns.push_back(name_or(plot.x.label, "x"));
  out.columns.push_back(name_or(plot.y.label, "y"));
  if (bands) out.columns.insert(out.columns.end(), {"low", "high"});
  for (const Series& series : plot.series) {
    for (const std::size_t i : internal::drawn_points(series)) {
      std::vector<ReportCell> row;
      if (named) row.emplace_back(series.name);
      row.push_back(cell_of(plot.x, series.x[i]));
      row.push_back(cell_of(plot.y, series.y[i]));
      if (bands) {
        row.push_back(i < series.low.size() ? cell_of(series.low[i]) : ReportCell());
        row.push_back(i < series.high.size() ? cell_of(series.high[i]) : ReportCell());
      }
      out.rows.push_back(std::move(row));
    }
  }
  return out;
}

DataRows rows_of(const BarChart& chart) {
  DataRows out;
  out.columns.emplace_back("label");
  for (const BarSeries& series : chart.series) {
    const std::string name = name_or(series.name, chart.value.label.empty() ? "value" : chart.value.label.c_str());
    out.columns.push_back(name);
    if (!series.low.empty()) out.columns.insert(out.columns.end(), {name + " low", name + " high"});
  }
  for (std::size_t i = 0; i < chart.labels.size(); ++i) {
    std::vector<ReportCell> row = {chart.labels[i]};
    for (const BarSeries& series : chart.series) {
      const auto put = [&](const std::vector<double>& values) {
        row.push_back(i < values.size() ? cell_of(values[i]) : ReportCell());
      };
      put(series.values);
      if (!series.low.empty()) {
        put(series.low);
        put(series.high);
      }
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

DataRows rows_of(const HistogramChart& chart) {
  DataRows out;
  out.columns = {"from", "to"};
  for (const HistogramSeries& series : chart.series) {
    out.columns.push_back(name_or(series.name, chart.y.label.empty() ? "rows" : chart.y.label.c_str()));
  }
  for (std::size_t b = 0; b + 1 < chart.edges.size(); ++b) {
    std::vector<ReportCell> row = {cell_of(chart.x, chart.edges[b]), cell_of(chart.x, chart.edges[b + 1])};
    for (const HistogramSeries& series : chart.series) {
      row.push_back(b < series.heights.size() ? cell_of(series.heights[b]) : ReportCell());
    }
    out.rows.push_back(std::move(row));
  }
  return out;
}

DataRows rows_of(const HeatMap& map) {
  DataRows out;
  out.columns = {name_or(map.row_title, "row"), name_or(map.column_title, "column"), "value"};
  for (std::size_t r = 0; r < map.rows.size(); ++r) {
    for (std::size_t c = 0; c < map.columns.size(); ++c) {
      const std::size_t at = r * map.columns.size() + c;
      if (at < map.values.size()) out.rows.push_back({map.rows[r], map.columns[c], cell_of(map.values[at])});
    }
  }
  return out;
}

Chart chart_of(std::string name, std::string title) {
  Chart chart;
  chart.name = std::move(name);
  chart.title = std::move(title);
  return chart;
}

}  // namespace

Chart make_plot(std::string name, std::string title, Axis x, Axis y) {
  Chart chart = chart_of(std::move(name), std::move(title));
  PlotChart plot;
  plot.x = std::move(x);
  plot.y = std::move(y);
  chart.body = std::move(plot);
  return chart;
}

Chart make_bars(std::string name, std::string title, Axis value, std::vector<std::string> labels,
                std::vector<double> values) {
  Chart chart = chart_of(std::move(name), std::move(title));
  BarChart bars;
  bars.value = std::move(value);
  bars.labels = std::move(labels);
  bars.series.push_back({.name = {}, .values = std::move(values), .low = {}, .high = {}});
  chart.body = std::move(bars);
  return chart;
}

Chart make_histogram(std::string name, std::string title, Axis x, std::vector<double> edges,
                     std::vector<double> heights, Axis y) {
  Chart chart = chart_of(std::move(name), std::move(title));
  HistogramChart histogram;
  histogram.x = std::move(x);
  histogram.y = std::move(y);
  histogram.edges = std::move(edges);
  histogram.series.push_back({.name = {}, .heights = std::move(heights)});
  chart.body = std::move(histogram);
  return chart;
}

Chart make_heat_map(std::string name, std::string title, std::vector<std::string> rows,
                    std::vector<std::string> columns, std::vector<double> values) {
  Chart chart = chart_of(std::move(name), std::move(title));
  HeatMap map;
  map.rows = std::move(rows);
  map.columns = std::move(columns);
  map.values = std::move(values);
  chart.body = std::move(map);
  return chart;
}

DataRows chart_data(const Chart& chart) {
  return std::visit([](const auto& body) { return rows_of(body); }, chart.body);
}

}  // namespace mlkit
