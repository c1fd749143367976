#include "evaluation.h"

#include <algorithm>
#include <cmath>
#include <map>

#include "model_report.h"

#include "mlkit/base/error.h"
#include "mlkit/io/display.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kDeciles = 10;
constexpr std::size_t kNumbersAsLevels = 12;
constexpr std::size_t kMostSegments = 30;
constexpr std::size_t kSmallSegment = 30;
constexpr std::size_t kSmallClass = 10;
constexpr std::int32_t kMissing = -1;

// Which segment each row is in, by number, and what the segments are called; kMissing = the cell is missing.
struct Segmentation {
  std::vector<std::int32_t> of_row;
  std::vector<std::string> names;
};

// As many ranges as there are quarters that differ.
Segmentation quarters(const Column& column) {
  const std::vector<double>& values = column.numbers().values;
  std::vector<double> sorted;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (!column.is_missing(row)) sorted.push_back(values[row]);
  }
  std::sort(sorted.begin(), sorted.end());
  std::vector<double> edges;
  for (const std::size_t quarter : {1u, 2u, 3u}) {
    const double edge = sorted[(sorted.size() - 1) * quarter / 4];
    if (edge < sorted.back() && (edges.empty() || edge > edges.back())) edges.push_back(edge);
  }
  Segmentation out;
  for (std::size_t i = 0; i <= edges.size(); ++i) {
    const std::string low = i == 0 ? "" : display_number(edges[i - 1]);
    const std::string high = i == edges.size() ? "" : display_number(edges[i]);
    out.names.push_back(low.empty() ? "up to " + high : high.empty() ? "above " + low : low + " to " + high);
  }
  for (std::size_t row = 0; row < values.size(); ++row) {
    const auto at = std::lower_bound(edges.begin(), edges.end(), values[row]) - edges.begin();
    out.of_row.push_back(column.is_missing(row) ? kMissing : static_cast<std::int32_t>(at));
  }
  return out;
}

// By the text of the cells, the most frequent ones; the others are one segment.
Segmentation by_level(const Column& column) {
  const Column cells = to_category_column(column);
  const Levels& levels = *cells.categories().levels;
  std::vector<std::size_t> rows(levels.size());
  for (const std::uint32_t code : cells.categories().codes) {
    if (code != kNoLevel) ++rows[code];
  }
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (rows[i] > 0) order.push_back(i);
  }
  const bool too_many = order.size() > kMostSegments;
  std::vector<std::int32_t> segment(levels.size(), static_cast<std::int32_t>(kMostSegments - 1));
  Segmentation out;
  if (too_many) {
    std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return rows[a] > rows[b]; });
    order.resize(kMostSegments - 1);
  }
  for (const std::size_t level : order) {
    segment[level] = static_cast<std::int32_t>(out.names.size());
    out.names.push_back(levels[level]);
  }
  if (too_many) out.names.emplace_back("(all others)");
  for (const std::uint32_t code : cells.categories().codes) {
    out.of_row.push_back(code == kNoLevel ? kMissing : segment[code]);
  }
  return out;
}

// Years where there are several, else months.
Column periods(const Column& column) {
  constexpr std::size_t kYear = 4;
  constexpr std::size_t kMonth = 7;
  std::vector<std::string> cells[2];
  for (std::size_t row = 0; row < column.size(); ++row) {
    const std::string text = column.cell_text(row);
    cells[0].push_back(text.substr(0, kYear));
    cells[1].push_back(text.substr(0, kMonth));
  }
  const Column years = make_category_column(column.name, cells[0]);
  return years.categories().levels->size() > 1 ? years : make_category_column(column.name, cells[1]);
}

Segmentation segment_rows(const Column& column) {
  if (column.is_times()) return by_level(periods(column));
  if (!column.is_numeric()) return by_level(column);
  std::vector<double> distinct;
  for (std::size_t row = 0; row < column.size() && distinct.size() <= kNumbersAsLevels; ++row) {
    const double value = column.numbers().values[row];
    if (column.is_missing(row)) continue;
    const auto at = std::lower_bound(distinct.begin(), distinct.end(), value);
    if (at == distinct.end() || *at != value) distinct.insert(at, value);
  }
  if (distinct.size() > kNumbersAsLevels) return quarters(column);
  // Levels of numbers in the order of the numbers.
  Segmentation out;
  for (const double value : distinct) out.names.push_back(display_number(value));
  for (std::size_t row = 0; row < column.size(); ++row) {
    const auto at = std::lower_bound(distinct.begin(), distinct.end(), column.numbers().values[row]);
    out.of_row.push_back(column.is_missing(row) ? kMissing : static_cast<std::int32_t>(at - distinct.begin()));
  }
  return out;
}

ScoredTable select_scored(const ScoredTable& all, const std::vector<std::uint32_t>& rows) {
  ScoredTable out;
  out.truth = select_target(all.truth, rows);
  out.threshold = all.threshold;
  out.are_probabilities = all.are_probabilities;
  const Predictions& from = all.predictions;
  Predictions& to = out.predictions;
  to.task = from.task;
  to.rows = rows.size();
  to.classes = from.classes;
  for (const std::uint32_t row : rows) {
    if (!from.labels.empty()) to.labels.push_back(from.labels[row]);
    if (!from.values.empty()) to.values.push_back(from.values[row]);
    for (std::size_t c = 0; c < from.classes && !from.probabilities.empty(); ++c) {
      to.probabilities.push_back(from.probabilities[row * from.classes + c]);
    }
    if (!all.weights.empty()) out.weights.push_back(all.weights[row]);
  }
  return out;
}

bool is_small(const ScoredTable& segment) {
  if (segment.predictions.rows < kSmallSegment) return true;
  if (segment.predictions.classes != 2) return false;
  const auto positives =
      static_cast<std::size_t>(std::count(segment.truth.labels.begin(), segment.truth.labels.end(), 1u));
  return std::min(positives, segment.predictions.rows - positives) < kSmallClass;
}

// Is the whole interval on the bad side of the value on all rows?
bool is_worse(const std::string& metric, const std::vector<MetricValue>& here, const MetricValue* all) {
  if (all == nullptr || !all->value) return false;
  for (const MetricValue& value : here) {
    if (value.name != metric || !value.interval) continue;
    return find_metric(metric).higher_is_better ? value.interval->high < *all->value
                                                : value.interval->low > *all->value;
  }
  return false;
}

void add_segments(const std::vector<std::string>& names, const MetricOptions& options, Context& context,
                  Evaluation& out) {
  for (const Column& column : out.scored.segments) {
    const Segmentation parts = segment_rows(column);
    std::vector<std::vector<std::uint32_t>> rows(parts.names.size() + 1);
    for (std::size_t row = 0; row < parts.of_row.size(); ++row) {
      const auto at = static_cast<std::size_t>(parts.of_row[row]);
      rows[parts.of_row[row] == kMissing ? parts.names.size() : at].push_back(static_cast<std::uint32_t>(row));
    }
    for (std::size_t i = 0; i < rows.size(); ++i) {
      if (rows[i].empty()) continue;
      const ScoredTable scored = select_scored(out.scored, rows[i]);
      SegmentScores segment{
          column.name, i < parts.names.size() ? parts.names[i] : "(missing)", rows[i].size(), {}, {}, {}, {}};
      if (out.binary()) {
        const auto positives = std::count(scored.truth.labels.begin(), scored.truth.labels.end(), 1u);
        segment.positives = static_cast<double>(positives) / static_cast<double>(segment.rows);
      }
      const bool weighs = scored.weights.empty() || std::any_of(scored.weights.begin(), scored.weights.end(),
                                                                [](double weight) { return weight > 0; });
      if (weighs) {
        segment.metrics = score_predictions(scored.predictions, scored.truth, scored.weights, names, options, context);
      }
      segment.small = is_small(scored) || !weighs;
      segment.worse = !segment.small && is_worse(out.main_metric, segment.metrics, out.find(out.main_metric));
      out.segments.push_back(std::move(segment));
    }
  }
}

// Block by block, so that threads share the rows.
Confusion confusion_of(const ScoredTable& scored, const Context& context) {
  struct Cells {
    Confusion counts;
    void merge(Cells&& right) {
      for (std::size_t i = 0; i < counts.cells.size(); ++i) counts.cells[i] += right.counts.cells[i];
    }
  };
  constexpr std::size_t kBlockRows = std::size_t{1} << 16;
  const std::span<const std::uint32_t> truth = scored.truth.labels;
  const std::span<const std::int32_t> predicted = scored.predictions.labels;
  const std::span<const double> weights = scored.weights;
  return reduce_blocks(context, truth.size(), kBlockRows, Cells{},
                       [&](std::size_t, std::size_t begin, std::size_t end) {
                         const std::size_t rows = end - begin;
                         return Cells{count_confusion(truth.subspan(begin, rows), predicted.subspan(begin, rows),
                                                      scored.predictions.classes,
                                                      weights.empty() ? weights : weights.subspan(begin, rows))};
                       })
      .counts;
}

// Of the predicted class, whichever it is.
std::vector<ReliabilityBin> reliability_of_labels(const ScoredTable& scored, std::size_t bins, const Context& context) {
  const Predictions& answers = scored.predictions;
  const Target& truth = scored.truth;
  std::vector<double> confidence;
  std::vector<std::uint8_t> right;
  for (std::size_t row = 0; row < answers.rows; ++row) {
    const auto label = static_cast<std::size_t>(answers.labels[row]);
    confidence.push_back(answers.probabilities_of(row)[label]);
    right.push_back(truth.labels[row] == label ? 1 : 0);
  }
  return reliability_by_width(confidence, right, bins, scored.weights, context);
}

}  // namespace

std::vector<std::string> default_metrics_of(const ScoredTable& scored) {
  std::vector<std::string> names = default_metrics(scored.predictions.classes);
  if (scored.are_probabilities) return names;
  std::erase_if(names, [](const std::string& name) { return name == "log_loss" || name == "brier" || name == "ece"; });
  return names;
}

const MetricValue* Evaluation::find(const std::string& metric) const {
  for (const MetricValue& value : metrics) {
    if (value.name == metric) return &value;
  }
  return nullptr;
}

Evaluation evaluate_answers(ScoredTable scored, const std::vector<std::string>& asked, const MetricOptions& options,
                            Context& context) {
  Evaluation out;
  out.scored = std::move(scored);
  out.confidence = options.confidence;
  const Predictions& answers = out.scored.predictions;
  const Target& truth = out.scored.truth;
  const bool shares = !answers.probabilities.empty();
  const auto bins = static_cast<std::size_t>(options.bins);
  for (std::size_t c = answers.classes == 2 ? 1 : 0; shares && c < answers.classes; ++c) {
    const std::vector<double> scores = scores_of_class(answers, c);
    const std::vector<std::uint8_t> positive = rows_of_class(truth, c);
    out.sweeps.push_back(sweep_thresholds({scores, positive, out.scored.weights}, context));
    if (answers.classes != 2 || !out.scored.are_probabilities) continue;
    out.reliability = reliability_by_width(scores, positive, bins, out.scored.weights, context);
  }
  const std::vector<std::string> names = asked.empty() ? default_metrics_of(out.scored) : asked;
  ScoredRows rows = scored_rows(answers, truth, out.scored.weights);
  if (shares) rows.sweeps = &out.sweeps;
  out.metrics = compute_metrics(rows, names, options, context);
  if (answers.classes == 0) {
    out.residuals = summarise_residuals(truth.numbers, answers.values);
  } else {
    out.confusion = confusion_of(out.scored, context);
  }
  if (out.binary() && shares && out.sweeps[0].both_classes()) out.deciles = depth_points(out.sweeps[0], kDeciles);
  if (shares && answers.classes > 2) out.reliability = reliability_of_labels(out.scored, bins, context);
  out.main_metric = answers.classes == 0 ? "rmse" : out.binary() && shares ? "roc_auc" : "accuracy";
  if (std::find(names.begin(), names.end(), out.main_metric) == names.end()) out.main_metric = names[0];
  add_segments(names, options, context, out);
  return out;
}

}  // namespace mlkit::app
