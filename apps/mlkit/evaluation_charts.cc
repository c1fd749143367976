// Pictures of an evaluation. Curves of a million points are thinned evenly along their length before they are drawn, so
// that they look as they are; the numbers beside them never come from what is drawn.
#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

#include <fmt/format.h>

#include "evaluation.h"
#include "model_report.h"

#include "mlkit/base/random.h"
#include "mlkit/io/display.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kPointsDrawn = 300;
constexpr std::size_t kClassesDrawn = 6;
constexpr std::size_t kRowsDrawn = 1000;
constexpr double kGap = std::numeric_limits<double>::quiet_NaN();

using Path = std::vector<std::vector<double>>;  // coordinates, each as long as the path

// Keeps the ends, and points that are one step apart or more (in the sum of what the coordinates change by) with the
// point before each; the step is as small as the limit allows.
Path thin_path(const Path& path, std::size_t limit) {
  const std::size_t n = path[0].size();
  if (n <= limit) return path;
  double step = 1.0 / static_cast<double>(limit);
  for (;; step *= 1.5) {
    Path out(path.size());
    const auto keep = [&](std::size_t i) {
      for (std::size_t k = 0; k < path.size(); ++k) out[k].push_back(path[k][i]);
    };
    keep(0);
    std::size_t last = 0;
    for (std::size_t i = 1; i + 1 < n && out[0].size() <= limit; ++i) {
      double moved = 0;
      for (const std::vector<double>& coordinate : path) moved += std::abs(coordinate[i] - coordinate[last]);
      if (moved < step) continue;
      if (i - last > 1) keep(i - 1);
      keep(i);
      last = i;
    }
    keep(n - 1);
    if (out[0].size() <= limit) return out;
  }
}

Path roc_path(const ThresholdSweep& sweep) {
  Path path{{0.0}, {0.0}};
  for (const SweepPoint& point : sweep.points) {
    path[0].push_back(point.false_positives / sweep.negatives);
    path[1].push_back(point.true_positives / sweep.positives);
  }
  return path;
}

Path pr_path(const ThresholdSweep& sweep) {
  Path path(2);
  double last = 0;
  for (const PrPoint& point : pr_curve(sweep)) {
    for (const double recall : {last, point.recall}) {  // steps, as average precision adds them up: no interpolation
      path[0].push_back(recall);
      path[1].push_back(point.precision);
    }
    last = point.recall;
  }
  return path;
}

// One curve for each class, of two for the positive one.
template <class Make>
void add_curves(const Evaluation& evaluation, SeriesStyle style, PlotChart& plot, const Make& make) {
  const std::size_t several = evaluation.sweeps.size();
  for (std::size_t c = 0; c < std::min(several, kClassesDrawn); ++c) {
    const ThresholdSweep& sweep = evaluation.sweeps[c];
    if (!sweep.both_classes()) continue;
    Path path = thin_path(make(sweep), several == 1 ? kPointsDrawn : kPointsDrawn / 2);
    plot.series.push_back({.name = several == 1 ? "model" : cut_display(evaluation.classes()[c], 24),
                           .x = std::move(path[0]),
                           .y = std::move(path[1]),
                           .style = style});
  }
}

Axis share_axis(std::string label) { return {.label = std::move(label), .percent = true, .min = 0.0, .max = 1.0}; }

PlotChart& plot_of(Chart& chart) { return std::get<PlotChart>(chart.body); }

std::string more_classes(const Evaluation& evaluation) {
  if (evaluation.sweeps.size() <= kClassesDrawn) return {};
  return "the first " + std::to_string(kClassesDrawn) + " of " + std::to_string(evaluation.sweeps.size()) + " classes";
}

std::string positive_label(const Evaluation& evaluation) {
  return "\"" + cut_display(evaluation.classes().back(), 24) + "\"";
}

OperatingPoint chosen_point(const Evaluation& evaluation) {
  return operating_point(evaluation.sweeps[0], evaluation.scored.threshold.value_or(0.5));
}

// Where the model's own threshold is on a curve.
void mark_threshold(const Evaluation& evaluation, double x, PlotChart& plot) {
  plot.rules.push_back({x, "threshold " + display_number(evaluation.scored.threshold.value_or(0.5)), false});
}

Chart depth_chart(const Evaluation& evaluation, bool lift) {
  const ThresholdSweep& sweep = evaluation.sweeps[0];
  const double base = sweep.positives / (sweep.positives + sweep.negatives);
  Path path(2);
  if (!lift) path = {{0.0}, {0.0}};
  const double total = sweep.positives + sweep.negatives;
  constexpr double kFewRows = 0.005;  // lift of the first rows says nothing
  for (const SweepPoint& point : sweep.points) {
    const double called = point.true_positives + point.false_positives;
    if (lift && called < kFewRows * total) continue;
    path[0].push_back(called / total);
    path[1].push_back(lift ? point.true_positives / called / base : point.true_positives / sweep.positives);
  }
  path = thin_path(path, kPointsDrawn);
  Chart chart =
      lift ? make_plot("lift", "Lift", share_axis("share of rows, highest scores first"), {.label = "lift", .min = 0.0})
           : make_plot("gain", "Cumulative gain", share_axis("share of rows, highest scores first"),
                       share_axis("share of " + positive_label(evaluation) + " found"));
  PlotChart& plot = plot_of(chart);
  plot.series.push_back({.name = "model", .x = std::move(path[0]), .y = std::move(path[1])});
  if (lift) {
    plot.rules.push_back({1, "as at random", true});
  } else {
    plot.series.push_back({.name = "perfect", .x = {0, base, 1}, .y = {0, 1, 1}, .style = SeriesStyle::kDashed});
    plot.series.push_back({.name = "at random", .x = {0, 1}, .y = {0, 1}, .style = SeriesStyle::kDashed});
  }
  return chart;
}

}  // namespace

Chart roc_chart(const Evaluation& evaluation) {
  Chart chart =
      make_plot("roc", "ROC curve", share_axis("false positive rate"), share_axis("true positive rate (recall)"));
  PlotChart& plot = plot_of(chart);
  plot.square = true;
  add_curves(evaluation, SeriesStyle::kLine, plot, roc_path);
  plot.series.push_back({.name = "guessing", .x = {0, 1}, .y = {0, 1}, .style = SeriesStyle::kDashed});
  if (evaluation.binary()) {
    mark_threshold(evaluation, chosen_point(evaluation).false_positive_rate().value, plot);
  }
  chart.description =
      "How many positives are found for every share of false alarms that is accepted. The farther the curve bends "
      "to the upper left, the better the classes are told apart.";
  chart.note = more_classes(evaluation);
  return chart;
}

Chart pr_chart(const Evaluation& evaluation) {
  Chart chart = make_plot("pr", "Precision and recall", share_axis("recall"), share_axis("precision"));
  PlotChart& plot = plot_of(chart);
  plot.square = true;
  add_curves(evaluation, SeriesStyle::kLine, plot, pr_path);
  if (evaluation.binary()) {
    const ThresholdSweep& sweep = evaluation.sweeps[0];
    plot.rules.push_back({sweep.positives / (sweep.positives + sweep.negatives), "prevalence", true});
    mark_threshold(evaluation, chosen_point(evaluation).recall().value, plot);
  }
  chart.description =
      "How many of those called positive are, for every share of positives that is to be found. A model that guesses "
      "stays at the prevalence.";
  chart.note = more_classes(evaluation);
  return chart;
}

Chart gain_chart(const Evaluation& evaluation) {
  Chart chart = depth_chart(evaluation, false);
  chart.description = "What share of all positives is found when only the rows with the highest scores are looked at.";
  return chart;
}

Chart lift_chart(const Evaluation& evaluation) {
  Chart chart = depth_chart(evaluation, true);
  chart.description = "How many times as many positives are found as in as many rows drawn at random.";
  return chart;
}

Chart threshold_chart(const Evaluation& evaluation) {
  const ThresholdSweep& sweep = evaluation.sweeps[0];
  Path path(4);
  const double most = sweep.points.front().threshold;
  const double range = std::max(most - sweep.points.back().threshold, 1e-300);
  for (const SweepPoint& point : sweep.points) {
    const OperatingPoint at{point.threshold, point.true_positives, point.false_positives, sweep.positives,
                            sweep.negatives};
    path[0].push_back((at.threshold - most) / range);
    path[1].push_back(at.precision().value);
    path[2].push_back(at.recall().value);
    path[3].push_back(at.f1().value);
  }
  path = thin_path(path, kPointsDrawn / 2);
  for (double& x : path[0]) x = x * range + most;
  for (std::vector<double>& coordinate : path) std::reverse(coordinate.begin(), coordinate.end());
  Chart chart = make_plot("thresholds", "What another threshold would do", {.label = "threshold"}, share_axis("share"));
  PlotChart& plot = plot_of(chart);
  const char* const names[] = {"", "precision", "recall", "F1"};
  for (const std::size_t k : {1u, 2u, 3u}) plot.series.push_back({.name = names[k], .x = path[0], .y = path[k]});
  plot.rules.push_back({evaluation.scored.threshold.value_or(0.5), "threshold", false});
  chart.description = "With a higher threshold fewer rows are called positive: precision mostly rises, recall falls.";
  return chart;
}

Chart reliability_chart(const Evaluation& evaluation) {
  Chart chart =
      make_plot("calibration", "Calibration", share_axis("what the model says (mean probability of the bin)"),
                share_axis(evaluation.binary() ? "what happened (share of positives)" : "what happened (share right)"));
  PlotChart& plot = plot_of(chart);
  plot.square = true;
  Series series{.name = "model"};
  const bool weighted = !evaluation.scored.weights.empty();
  for (const ReliabilityBin& bin : evaluation.reliability) {
    series.x.push_back(bin.mean_probability);
    series.y.push_back(bin.mean_truth);
    if (weighted) continue;
    const auto rows = static_cast<double>(bin.rows);
    const Interval interval = wilson_interval(bin.mean_truth * rows, rows, evaluation.confidence);
    series.low.push_back(interval.low);
    series.high.push_back(interval.high);
  }
  plot.series.push_back(std::move(series));
  plot.series.push_back({.name = "perfect", .x = {0, 1}, .y = {0, 1}, .style = SeriesStyle::kDashed});
  chart.description =
      "Where the line is on the diagonal, probabilities can be taken at their word; below it they are too high, above "
      "it too low.";
  if (!weighted) chart.note = fmt::format("band: {:.4g} % interval of the share", 100 * evaluation.confidence);
  return chart;
}

Chart confusion_chart(const Evaluation& evaluation) {
  const Confusion& confusion = *evaluation.confusion;
  std::vector<double> shares;
  for (std::size_t truth = 0; truth < confusion.classes; ++truth) {
    const double support = confusion.support(truth);
    for (std::size_t predicted = 0; predicted < confusion.classes; ++predicted) {
      shares.push_back(support > 0 ? confusion.at(truth, predicted) / support : 0);
    }
  }
  Chart chart = make_heat_map("confusion", "Confusion: what became of each true class", evaluation.classes(),
                              evaluation.classes(), std::move(shares));
  HeatMap& map = std::get<HeatMap>(chart.body);
  map.row_title = "true class";
  map.column_title = "predicted";
  map.percent = true;
  map.most = 1;
  chart.description = "Each row is a true class and adds up to 100 %; what is off the diagonal are errors.";
  return chart;
}

Chart score_chart(const Evaluation& evaluation) {
  constexpr std::size_t kBins = 25;
  const ThresholdSweep& sweep = evaluation.sweeps[0];
  const bool shares = evaluation.scored.are_probabilities;
  const double low = shares ? 0 : sweep.points.back().threshold;
  const double high = shares ? 1 : sweep.points.front().threshold;
  const double width = high > low ? (high - low) / kBins : 1;
  std::vector<double> edges;
  for (std::size_t k = 0; k <= kBins; ++k) edges.push_back(low + static_cast<double>(k) * width);
  std::vector<double> heights[2] = {std::vector<double>(kBins), std::vector<double>(kBins)};
  SweepPoint last;
  for (const SweepPoint& point : sweep.points) {
    const auto bin = static_cast<std::size_t>(std::clamp((point.threshold - low) / width, 0.0, kBins - 1.0));
    heights[0][bin] += (point.false_positives - last.false_positives) / sweep.negatives;
    heights[1][bin] += (point.true_positives - last.true_positives) / sweep.positives;
    last = point;
  }
  Chart chart = make_histogram("scores", "Scores of the two classes",
                               {.label = shares ? "probability of " + positive_label(evaluation) : "score"}, edges,
                               heights[0], {.label = "share of the class", .percent = true});
  HistogramChart& histogram = std::get<HistogramChart>(chart.body);
  histogram.series[0].name = "is \"" + cut_display(evaluation.classes()[0], 24) + "\"";
  histogram.series.push_back({"is " + positive_label(evaluation), heights[1]});
  histogram.rules.push_back({evaluation.scored.threshold.value_or(0.5), "threshold", false});
  chart.description =
      "The less the two overlap, the easier they are told apart; what is right of the threshold is "
      "called positive.";
  return chart;
}

Chart prediction_chart(const Evaluation& evaluation, std::uint64_t seed) {
  const std::vector<double>& truth = evaluation.scored.truth.numbers;
  const std::vector<double>& predicted = evaluation.scored.predictions.values;
  Chart chart = make_plot("predictions", "Predicted and true", {.label = "predicted"}, {.label = "true"});
  PlotChart& plot = plot_of(chart);
  Series rows{.name = "rows", .style = SeriesStyle::kPoints};
  const std::size_t n = truth.size();
  const std::size_t drawn = std::min(n, kRowsDrawn);
  double low = std::numeric_limits<double>::infinity();
  double high = -low;
  for (std::size_t k = 0; k < drawn; ++k) {
    const std::size_t begin = n * k / drawn;
    const std::size_t stretch = n * (k + 1) / drawn - begin;
    const std::size_t i = begin + random_bits(seed, RandomPurpose::kSample, k) % stretch;
    rows.x.push_back(predicted[i]);
    rows.y.push_back(truth[i]);
    low = std::min(low, predicted[i]);
    high = std::max(high, predicted[i]);
  }
  plot.series.push_back(std::move(rows));
  plot.series.push_back({.name = "right", .x = {low, high}, .y = {low, high}, .style = SeriesStyle::kDashed});
  Series means{.name = "mean of similar predictions"};
  for (const ResidualGroup& group : evaluation.residuals->groups) {
    means.x.push_back(group.mean_predicted);
    means.y.push_back(group.mean_truth);
  }
  plot.series.push_back(std::move(means));
  chart.description =
      "Each point is a row. Where the line of means leaves the diagonal, predictions of that size are off in general.";
  if (drawn < n) chart.note = count_of(drawn, "row") + " drawn at random";
  return chart;
}

Chart residual_chart(const Evaluation& evaluation) {
  constexpr std::size_t kBins = 30;
  const std::vector<double>& truth = evaluation.scored.truth.numbers;
  const std::vector<double>& predicted = evaluation.scored.predictions.values;
  const auto& quantiles = evaluation.residuals->quantiles;
  double low = quantiles[1].second;  // 1 % and 99 %: a few far ones do not squeeze the rest
  double high = quantiles[quantiles.size() - 2].second;
  if (!(high > low)) low -= 0.5, high += 0.5;
  std::vector<double> edges;
  for (std::size_t k = 0; k <= kBins; ++k)
    edges.push_back(low + (high - low) * static_cast<double>(k) / static_cast<double>(kBins));
  std::vector<double> heights(kBins);
  std::size_t outside = 0;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const double place = (truth[i] - predicted[i] - low) / (high - low);
    if (place < 0 || place > 1) {
      ++outside;
    } else {
      ++heights[std::min(kBins - 1, static_cast<std::size_t>(place * kBins))];
    }
  }
  Chart chart = make_histogram("residuals", "Residuals", {.label = "true - predicted"}, edges, heights);
  std::get<HistogramChart>(chart.body).rules.push_back({0, "right", false});
  chart.description = "How far predictions are off: right of 0 they were too low, left of it too high.";
  if (outside > 0) chart.note = count_of(outside, "row") + " farther off not drawn";
  return chart;
}

Chart segment_chart(const Evaluation& evaluation, const std::string& column) {
  std::vector<std::string> labels;
  BarSeries bars{.name = evaluation.main_metric};
  for (const SegmentScores& segment : evaluation.segments) {
    if (segment.column != column) continue;
    labels.push_back(segment.value);
    double value = kGap;
    double low = kGap;
    double high = kGap;
    for (const MetricValue& metric : segment.metrics) {
      if (metric.name != evaluation.main_metric) continue;
      value = metric.value.value_or(kGap);
      if (metric.interval) low = metric.interval->low, high = metric.interval->high;
    }
    bars.values.push_back(value);
    bars.low.push_back(low);
    bars.high.push_back(high);
  }
  Chart chart = make_bars("segments", evaluation.main_metric + " by " + cut_display(column, 40),
                          {.label = evaluation.main_metric}, std::move(labels), bars.values);
  std::get<BarChart>(chart.body).series = {std::move(bars)};
  chart.description = "The whiskers are intervals: where they overlap, the difference may be chance.";
  return chart;
}

}  // namespace mlkit::app
