// What evaluate says as JSON, and as text for a terminal.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "evaluation.h"
#include "model_report.h"

#include "mlkit/base/text.h"
#include "mlkit/io/display.h"

namespace mlkit::app {
namespace {

void set_ratio(Json& out, const char* name, const Ratio& ratio) {
  if (ratio.defined) out[name] = ratio.value;
}

void set_finite(Json& out, const char* name, double value) {
  if (std::isfinite(value)) out[name] = value;
}

Json confusion_json(const Confusion& confusion, const std::vector<std::string>& classes) {
  Json matrix = Json::array();
  for (std::size_t truth = 0; truth < confusion.classes; ++truth) {
    Json row = Json::array();
    for (std::size_t predicted = 0; predicted < confusion.classes; ++predicted)
      row.push_back(confusion.at(truth, predicted));
    matrix.push_back(std::move(row));
  }
  Json out = {{"labels", classes}, {"matrix", matrix}};
  if (confusion.classes == 2) {
    out["type_1_errors"] = confusion.false_positives(1);
    out["type_2_errors"] = confusion.false_negatives(1);
  }
  return out;
}

Json class_json(const Evaluation& evaluation, std::size_t c) {
  const ClassScores scores = class_scores(*evaluation.confusion, c);
  Json out = {{"label", evaluation.classes()[c]}, {"support", scores.support}};
  set_ratio(out, "precision", scores.precision);
  set_ratio(out, "recall", scores.recall);
  set_ratio(out, "f1", scores.f1);
  if (evaluation.binary() || !evaluation.has_scores()) return out;
  const ThresholdSweep& sweep = evaluation.sweeps[c];
  if (sweep.both_classes()) out["roc_auc"] = roc_auc(sweep);
  if (sweep.positives > 0) out["average_precision"] = average_precision(sweep);
  return out;
}

Json decile_json(const OperatingPoint& point) {
  Json out = {{"depth", point.depth()}, {"threshold", point.threshold}};
  set_ratio(out, "precision", point.precision());
  set_ratio(out, "recall", point.recall());
  set_ratio(out, "f1", point.f1());
  set_ratio(out, "fpr", point.false_positive_rate());
  set_ratio(out, "gain", point.recall());
  set_ratio(out, "lift", point.lift());
  return out;
}

Json reliability_json(const ReliabilityBin& bin) {
  return {{"low", bin.low},
          {"high", bin.high},
          {"rows", bin.rows},
          {"mean_probability", bin.mean_probability},
          {"mean_truth", bin.mean_truth}};
}

Json segment_json(const SegmentScores& segment) {
  Json out = {{"column", segment.column}, {"value", segment.value}, {"rows", segment.rows}};
  if (segment.positives) out["prevalence"] = *segment.positives;
  out["small"] = segment.small;
  out["worse"] = segment.worse;
  out["metrics"] = metrics_to_json(segment.metrics);
  out["intervals"] = intervals_to_json(segment.metrics);
  return out;
}

Json residuals_json(const ResidualSummary& residuals) {
  Json out;
  set_finite(out, "mean", residuals.mean);
  set_finite(out, "sd", residuals.sd);
  for (const auto& [share, value] : residuals.quantiles) out["quantiles"][display_number(share)] = value;
  for (const ResidualGroup& group : residuals.groups) {
    out["by_prediction"].push_back({{"low", group.low},
                                    {"high", group.high},
                                    {"rows", group.rows},
                                    {"mean_predicted", group.mean_predicted},
                                    {"mean_truth", group.mean_truth},
                                    {"rmse", group.rmse}});
  }
  return out;
}

template <class Items, class Form>
Json list_of(const Items& items, const Form& form) {
  Json out = Json::array();
  for (const auto& item : items) out.push_back(form(item));
  return out;
}

std::string confusion_text(const Confusion& confusion, const std::vector<std::string>& classes) {
  constexpr std::size_t kClassesShown = 6;
  if (classes.size() > kClassesShown) return {};
  std::string out = "true \\ predicted  ";
  for (const std::string& label : classes) out += " " + fit_text(label, 9);
  out += "\n";
  for (std::size_t truth = 0; truth < classes.size(); ++truth) {
    out += "  " + fit_text(classes[truth], 16);
    for (std::size_t predicted = 0; predicted < classes.size(); ++predicted) {
      out += fmt::format(" {:<9}", short_number(confusion.at(truth, predicted)));
    }
    out += "\n";
  }
  if (classes.size() == 2) {
    out += fmt::format("Type I errors (called \"{0}\", are not): {1}; Type II (are \"{0}\", missed): {2}\n",
                       escape_controls(classes[1]), short_number(confusion.false_positives(1)),
                       short_number(confusion.false_negatives(1)));
  }
  return out;
}

std::string classes_text(const Evaluation& evaluation) {
  constexpr std::size_t kClassesShown = 20;
  if (!evaluation.confusion || evaluation.binary()) return {};
  std::string out = fmt::format("\n{:<24} {:>10} {:>10} {:>10} {:>8}\n", "class", "precision", "recall", "f1", "rows");
  const std::size_t classes = evaluation.classes().size();
  for (std::size_t c = 0; c < std::min(classes, kClassesShown); ++c) {
    const ClassScores scores = class_scores(*evaluation.confusion, c);
    const auto shown = [](const Ratio& ratio) { return ratio.defined ? short_number(ratio.value) : std::string("-"); };
    out += fmt::format("{} {:>10} {:>10} {:>10} {:>8}\n", fit_text(evaluation.classes()[c], 24),
                       shown(scores.precision), shown(scores.recall), shown(scores.f1), short_number(scores.support));
  }
  if (classes > kClassesShown) out += "  .. and " + count_of(classes - kClassesShown, "more class") + "\n";
  return out;
}

std::string segments_text(const Evaluation& evaluation) {
  std::string out;
  const std::string* column = nullptr;
  bool small = false;
  bool worse = false;
  for (const SegmentScores& segment : evaluation.segments) {
    if (column == nullptr || *column != segment.column) {
      const std::string title = "by " + cut_display(segment.column, 20);
      out += "\n" + pad_display(title, 26) +
             fmt::format(" {:>9} {:>10} {:>12}        interval\n", "rows", evaluation.binary() ? "positive" : "",
                         evaluation.main_metric);
      column = &segment.column;
    }
    std::string line = (segment.worse ? "! " : "  ") + fit_text(segment.value, 24);
    line += fmt::format(" {:>9} {:>10}", with_thousands(segment.rows),
                        segment.positives ? display_percent(*segment.positives) : "");
    for (const MetricValue& metric : segment.metrics) {
      if (metric.name != evaluation.main_metric) continue;
      line += fmt::format(" {:>12}", metric.value ? short_number(*metric.value) : "-");
      if (metric.interval) {
        line += "  " + short_number(metric.interval->low) + " .. " + short_number(metric.interval->high);
      }
    }
    if (segment.small) line += "  (few)";
    out += line + "\n";
    small = small || segment.small;
    worse = worse || segment.worse;
  }
  if (small) out += "(few): fewer than 30 rows or 10 of a class; its scores say little\n";
  if (worse) out += "!: the whole interval is on the bad side of the score of all rows\n";
  return out;
}

std::string residuals_text(const ResidualSummary& residuals) {
  std::string out = "\nresidual (true - predicted): mean " + short_number(residuals.mean) + ", sd " +
                    short_number(residuals.sd) + "\n";
  std::string names;
  std::string values;
  for (const auto& [share, value] : residuals.quantiles) {
    if (share == 0.01 || share == 0.99 || share == 0.1 || share == 0.9) continue;
    names += fmt::format(" {:>10}", share == 0 ? "least" : share == 1 ? "most" : display_percent(share));
    values += fmt::format(" {:>10}", short_number(value));
  }
  return out + names + "\n" + values + "\n";
}

}  // namespace

Json evaluation_to_json(const Evaluation& evaluation) {
  const ScoredTable& scored = evaluation.scored;
  Json out;
  out["rows"] = scored.predictions.rows;
  out["rows_without_target"] = scored.truth.missing;
  if (scored.threshold) out["threshold"] = *scored.threshold;
  if (!scored.words.empty()) out["words"] = scored.words;
  out["metrics"] = metrics_to_json(evaluation.metrics);
  out["intervals"] = intervals_to_json(evaluation.metrics);
  out["baseline"] = metrics_to_json(evaluation.baseline);
  if (const auto& confusion = evaluation.confusion) {
    out["confusion"] = confusion_json(*confusion, evaluation.classes());
    if (confusion->classes == 2) {
      out["positive"] = evaluation.classes()[1];
      out["prevalence"] = confusion->support(1) / confusion->total();
    }
    for (std::size_t c = 0; c < confusion->classes; ++c) out["classes"].push_back(class_json(evaluation, c));
  }
  if (!evaluation.deciles.empty()) out["deciles"] = list_of(evaluation.deciles, decile_json);
  if (!evaluation.reliability.empty()) out["calibration"] = list_of(evaluation.reliability, reliability_json);
  if (evaluation.residuals) out["residuals"] = residuals_json(*evaluation.residuals);
  if (!scored.segments.empty()) out["segments"] = list_of(evaluation.segments, segment_json);
  return out;
}

std::string evaluation_to_text(const Evaluation& evaluation) {
  const ScoredTable& scored = evaluation.scored;
  std::string out = count_of(scored.predictions.rows, "row");
  const auto& confusion = evaluation.confusion;
  if (confusion && confusion->classes == 2) {
    out += ", " + fmt::format("{:.1f}", 100 * confusion->support(1) / confusion->total()) + " % of them \"" +
           escape_controls(evaluation.classes()[1]) + "\"; threshold " + short_number(scored.threshold.value_or(0.5));
  }
  if (!scored.unknown_words.empty()) out += "\n" + scored.unknown_words;
  out += "\n\n" + render_metrics(evaluation.metrics, evaluation.baseline, evaluation.confidence);
  if (confusion) out += "\n" + confusion_text(*confusion, evaluation.classes());
  out += classes_text(evaluation);
  if (evaluation.residuals) out += residuals_text(*evaluation.residuals);
  return out + segments_text(evaluation);
}

}  // namespace mlkit::app
