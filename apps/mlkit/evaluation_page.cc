#include "evaluation_page.h"

#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "model_report.h"

#include "mlkit/base/text.h"
#include "mlkit/io/display.h"

namespace mlkit::app {
namespace {

constexpr double kFewPositives = 50;

std::string quoted(const std::string& label) { return "\"" + cut_display(label, 40) + "\""; }

ReportCell cell_of(const Ratio& ratio) { return ratio.defined ? ReportCell(ratio.value) : ReportCell(); }

std::string interval_text(const MetricValue& metric, bool percent) {
  if (!metric.interval) return "";
  const auto shown = [&](double value) { return percent ? display_percent(value) : display_number(value); };
  return shown(metric.interval->low) + " to " + shown(metric.interval->high);
}

std::string count(double rows) { return display_number(std::round(rows)); }

const MetricValue* baseline_of(const Evaluation& evaluation, const std::string& name) {
  for (const MetricValue& metric : evaluation.baseline) {
    if (metric.name == name && metric.value) return &metric;
  }
  return nullptr;
}

// What the ranking is worth, in a sentence and a colour.
ReportNote judge_ranking(const Evaluation& evaluation) {
  const MetricValue* auc = evaluation.find("roc_auc");
  if (auc == nullptr || !auc->value) {
    return {NoteKind::kWarning, "The rows are all of one class: how well classes are told apart cannot be said."};
  }
  const double value = *auc->value;
  const double low = auc->interval ? auc->interval->low : value;
  const double high = auc->interval ? auc->interval->high : value;
  const std::string figure = fmt::format("ROC AUC {:.3f}", value) +
                             (auc->interval ? fmt::format(", interval {:.3f} to {:.3f}", low, high) : "");
  if (high < 0.5) {
    return {NoteKind::kBad, "The scores are upside down: worse than guessing (" + figure + ").",
            "is the other class meant? --positive CLASS"};
  }
  if (low <= 0.5) return {NoteKind::kBad, "Not shown to be better than guessing (" + figure + ")."};
  if (value < 0.7) return {NoteKind::kWarning, "Better than guessing, but weak (" + figure + ")."};
  return {NoteKind::kGood,
          (value < 0.9 ? "Tells the classes apart well (" : "Tells the classes apart very well (") + figure + ")."};
}

ReportNote judge(const Evaluation& evaluation) {
  if (evaluation.binary() && evaluation.has_scores()) return judge_ranking(evaluation);
  const bool numbers = evaluation.scored.predictions.classes == 0;
  const std::string name = numbers ? "r2" : "accuracy";
  const MetricValue* metric = evaluation.find(name);
  if (metric == nullptr || !metric->value) return {NoteKind::kInfo, "See the scores below."};
  const double value = *metric->value;
  const MetricValue* base = baseline_of(evaluation, name);
  const double limit = base != nullptr ? *base->value : numbers ? 0.0 : -1.0;
  const double low = metric->interval ? metric->interval->low : value;
  const std::string figure =
      numbers ? fmt::format("explains {} of the variance", display_percent(std::max(0.0, value)))
              : display_percent(value) + " of the rows are predicted right" +
                    (base != nullptr ? ", " + display_percent(limit) + " by always the same answer" : "");
  if (low <= limit) return {NoteKind::kBad, "Not shown to be better than always the same answer: " + figure + "."};
  return {NoteKind::kGood, "Better than always the same answer: " + figure + "."};
}

std::string words_of_decision(const Evaluation& evaluation) {
  const Confusion& confusion = *evaluation.confusion;
  const std::string label = quoted(evaluation.classes()[1]);
  const double called = confusion.predicted(1);
  const double right = confusion.true_positives(1);
  std::string out = "Of " + count(confusion.total()) + " rows, " + count(confusion.support(1)) + " (" +
                    display_percent(confusion.support(1) / confusion.total()) + ") are " + label + ". ";
  if (evaluation.has_scores()) {
    out += "A row is called " + label + " from a score of " +
           display_number(evaluation.scored.threshold.value_or(0.5)) + " on (the threshold). ";
  }
  out += "That is done for " + count(called) + " rows";
  out +=
      called > 0 ? ", " + count(right) + " of them rightly (" + display_percent(right / called) + ", precision)" : "";
  if (confusion.support(1) > 0) {
    out += "; of all that are " + label + ", " + display_percent(right / confusion.support(1)) + " are found (recall)";
  }
  return out + ". " + count(confusion.false_positives(1)) + " false alarms (Type I errors), " +
         count(confusion.false_negatives(1)) + " missed (Type II errors).";
}

std::string words_of_ranking(const Evaluation& evaluation) {
  const MetricValue* auc = evaluation.find("roc_auc");
  std::string out;
  if (auc != nullptr && auc->value) {
    out += "Of one row that is " + quoted(evaluation.classes()[1]) +
           " and one that is not, drawn at random, the first "
           "gets the higher score in " +
           display_percent(*auc->value) + " of the cases (50 % is guessing). ";
  }
  if (evaluation.deciles.empty()) return out;
  const OperatingPoint& top = evaluation.deciles[0];
  return out + "The " + display_percent(top.depth()) + " of the rows with the highest scores hold " +
         display_percent(top.recall().value) + " of all " + quoted(evaluation.classes()[1]) + ": " +
         fmt::format("{:.2g}", top.lift().value) + " times as many as at random.";
}

std::string words_of_calibration(const Evaluation& evaluation) {
  double said = 0;
  double happened = 0;
  for (const ReliabilityBin& bin : evaluation.reliability) {
    said += bin.weight * bin.mean_probability;
    happened += bin.weight * bin.mean_truth;
  }
  return "On average the model says " + display_percent(said) + ", and " + display_percent(happened) +
         (evaluation.binary() ? " are. " : " are right. ") +
         fmt::format("In the bins below, what it says is off by {} on average (expected calibration error).",
                     display_percent(calibration_error(evaluation.reliability)));
}

void add_scores(const Evaluation& evaluation, Report& page) {
  ReportSection& section = page.add(
      "Scores", evaluation.baseline.empty() ? "" : "The baseline answers the same to every row, whatever is in it.");
  if (evaluation.binary()) {
    section.note(NoteKind::kInfo, words_of_decision(evaluation));
    if (evaluation.has_scores()) section.note(NoteKind::kInfo, words_of_ranking(evaluation));
  }
  const std::string interval = fmt::format("{:.4g} % interval", 100 * evaluation.confidence);
  std::vector<ReportColumn> columns = {{"metric"}, {"value", CellFormat::kNumber}, {interval}};
  if (!evaluation.baseline.empty()) columns.push_back({"baseline", CellFormat::kNumber});
  ReportTable& table = section.table("metrics", columns);
  for (const MetricValue& metric : evaluation.metrics) {
    std::vector<ReportCell> row{metric.name, metric.value ? ReportCell(*metric.value) : ReportCell(),
                                interval_text(metric, false)};
    const MetricValue* base = baseline_of(evaluation, metric.name);
    if (!evaluation.baseline.empty()) row.push_back(base != nullptr ? ReportCell(*base->value) : ReportCell());
    table.rows.push_back(std::move(row));
  }
  for (const MetricValue& metric : evaluation.metrics) {
    if (!metric.note.empty()) section.note(NoteKind::kWarning, metric.name + ": " + metric.note);
  }
}

void add_errors(const Evaluation& evaluation, Report& page) {
  const Confusion& confusion = *evaluation.confusion;
  ReportSection& section = page.add(
      "Errors", evaluation.binary() ? "Type I errors are false alarms: called " + quoted(evaluation.classes()[1]) +
                                          ", are not. Type II errors are misses: are, and were not called so."
                                    : "Rows are the true classes, columns what was predicted.");
  section.chart(confusion_chart(evaluation));
  constexpr std::size_t kMostColumns = 12;
  if (confusion.classes <= kMostColumns) {
    std::vector<ReportColumn> columns = {{"true class"}};
    for (const std::string& label : evaluation.classes()) columns.push_back({"called " + label, CellFormat::kNumber});
    ReportTable& table = section.table("confusion_counts", columns);
    for (std::size_t truth = 0; truth < confusion.classes; ++truth) {
      std::vector<ReportCell> row{evaluation.classes()[truth]};
      for (std::size_t c = 0; c < confusion.classes; ++c) row.emplace_back(confusion.at(truth, c));
      table.rows.push_back(std::move(row));
    }
  }
  ReportTable& classes = section.table("classes", {{"class"},
                                                   {"rows", CellFormat::kNumber},
                                                   {"precision", CellFormat::kNumber},
                                                   {"recall", CellFormat::kNumber},
                                                   {"F1", CellFormat::kNumber},
                                                   {"ROC AUC", CellFormat::kNumber}});
  for (std::size_t c = 0; c < confusion.classes; ++c) {
    const ClassScores scores = class_scores(confusion, c);
    ReportCell auc;
    if (evaluation.has_scores()) {
      const ThresholdSweep& sweep = evaluation.sweeps[evaluation.binary() ? 0 : c];
      if (sweep.both_classes()) auc = roc_auc(sweep);
    }
    classes.rows.push_back({evaluation.classes()[c], scores.support, cell_of(scores.precision), cell_of(scores.recall),
                            cell_of(scores.f1), auc});
  }
}

void add_ranking(const Evaluation& evaluation, Report& page) {
  ReportSection& section = page.add("How well classes are told apart");
  section.chart(roc_chart(evaluation));
  section.chart(pr_chart(evaluation));
  if (!evaluation.binary()) return;
  section.chart(score_chart(evaluation));
  if (!evaluation.deciles.empty()) {
    section.chart(gain_chart(evaluation));
    section.chart(lift_chart(evaluation));
  }
}

void add_thresholds(const Evaluation& evaluation, Report& page) {
  if (evaluation.deciles.empty()) return;
  ReportSection& section = page.add(
      "The threshold",
      "A row is called positive from this score on. Which threshold is right depends on what the two errors cost: "
      "mlkit threshold finds the one for a cost, or for a recall that must be reached.");
  section.chart(threshold_chart(evaluation));
  ReportTable& table = section.table("deciles",
                                     {{"rows called", CellFormat::kPercent},
                                      {"threshold", CellFormat::kNumber},
                                      {"precision", CellFormat::kPercent},
                                      {"recall = gain", CellFormat::kPercent},
                                      {"F1", CellFormat::kNumber},
                                      {"false alarms", CellFormat::kPercent},
                                      {"lift", CellFormat::kNumber}},
                                     "If a tenth, two tenths .. of the rows are called positive");
  for (const OperatingPoint& point : evaluation.deciles) {
    table.rows.push_back({point.depth(), point.threshold, cell_of(point.precision()), cell_of(point.recall()),
                          cell_of(point.f1()), cell_of(point.false_positive_rate()), cell_of(point.lift())});
  }
}

void add_calibration(const Evaluation& evaluation, Report& page) {
  ReportSection& section = page.add("Can the probabilities be believed?", words_of_calibration(evaluation));
  section.chart(reliability_chart(evaluation));
  ReportTable& table = section.table("calibration_bins", {{"probability said"},
                                                          {"rows", CellFormat::kNumber},
                                                          {"mean said", CellFormat::kPercent},
                                                          {"happened", CellFormat::kPercent},
                                                          {"difference", CellFormat::kNumber}});
  for (const ReliabilityBin& bin : evaluation.reliability) {
    table.rows.push_back({display_number(bin.low) + " to " + display_number(bin.high), static_cast<double>(bin.rows),
                          bin.mean_probability, bin.mean_truth, bin.mean_truth - bin.mean_probability});
  }
}

void add_residuals(const Evaluation& evaluation, std::uint64_t seed, Report& page) {
  const ResidualSummary& residuals = *evaluation.residuals;
  ReportSection& section = page.add("How far off", "A residual is the true number less the predicted one.");
  section.chart(prediction_chart(evaluation, seed));
  section.chart(residual_chart(evaluation));
  ReportTable& quantiles = section.table(
      "residual_quantiles", {{"share of rows below", CellFormat::kPercent}, {"residual", CellFormat::kNumber}});
  for (const auto& [share, value] : residuals.quantiles) quantiles.rows.push_back({share, value});
  ReportTable& groups = section.table("by_prediction",
                                      {{"predicted"},
                                       {"rows", CellFormat::kNumber},
                                       {"mean predicted", CellFormat::kNumber},
                                       {"mean true", CellFormat::kNumber},
                                       {"rmse", CellFormat::kNumber}},
                                      "Rows of similar predictions");
  for (const ResidualGroup& group : residuals.groups) {
    groups.rows.push_back({display_number(group.low) + " to " + display_number(group.high),
                           static_cast<double>(group.rows), group.mean_predicted, group.mean_truth, group.rmse});
  }
}

void add_segments(const Evaluation& evaluation, Report& page) {
  if (evaluation.segments.empty()) return;
  ReportSection& section = page.add("Segments",
                                    "The same scores on parts of the rows. Among many segments a few stand "
                                    "out by chance.");
  for (const Column& column : evaluation.scored.segments) {
    section.chart(segment_chart(evaluation, column.name));
    std::vector<ReportColumn> columns = {{column.name}, {"rows", CellFormat::kNumber}};
    if (evaluation.binary()) columns.push_back({"positive", CellFormat::kPercent});
    columns.push_back({evaluation.main_metric, CellFormat::kNumber});
    columns.push_back({"interval"});
    columns.push_back({"remark"});
    ReportTable& table = section.table("segment_scores", columns);
    for (const SegmentScores& segment : evaluation.segments) {
      if (segment.column != column.name) continue;
      std::vector<ReportCell> row{segment.value, static_cast<double>(segment.rows)};
      if (evaluation.binary()) row.push_back(segment.positives ? ReportCell(*segment.positives) : ReportCell());
      const auto metric = std::find_if(segment.metrics.begin(), segment.metrics.end(),
                                       [&](const MetricValue& one) { return one.name == evaluation.main_metric; });
      const bool known = metric != segment.metrics.end() && metric->value;
      row.push_back(known ? ReportCell(*metric->value) : ReportCell());
      row.emplace_back(known ? interval_text(*metric, false) : "");
      row.emplace_back(segment.small ? "few rows: says little" : segment.worse ? "worse than all rows" : "");
      table.rows.push_back(std::move(row));
    }
  }
}

void add_glossary(const Evaluation& evaluation, Report& page) {
  ReportSection& section = page.add("What the figures are");
  section.folded = true;
  ReportTable& table = section.table("glossary", {{"figure"}, {"what it is"}, {"better is"}});
  for (const MetricValue& metric : evaluation.metrics) {
    const MetricInfo& info = find_metric(metric.name);
    table.rows.push_back({info.name, info.help, info.higher_is_better ? "higher" : "lower"});
  }
  if (!evaluation.binary()) return;
  table.rows.push_back({"Type I error", "false alarm: called positive, is not", "lower"});
  table.rows.push_back({"Type II error", "miss: is positive, was not called so", "lower"});
  table.rows.push_back({"gain", "share of all positives among the rows looked at (recall)", "higher"});
  table.rows.push_back({"lift", "how many times as many positives as in rows drawn at random", "higher"});
}

void warn_about_shares(const Evaluation& evaluation, ReportSection& section) {
  const std::vector<double>& before = evaluation.training_shares;
  if (!evaluation.binary() || before.size() != 2 || !evaluation.scored.weights.empty()) return;
  const Confusion& confusion = *evaluation.confusion;
  const Interval interval = wilson_interval(confusion.support(1), confusion.total(), 0.99);
  if (before[1] >= interval.low && before[1] <= interval.high) return;
  section.note(NoteKind::kWarning,
               "The share of " + quoted(evaluation.classes()[1]) + " is " +
                   display_percent(confusion.support(1) / confusion.total()) + " here and was " +
                   display_percent(before[1]) + " in training: precision and probabilities depend on it.",
               "evaluate on rows as they will come");
}

void add_caveats(const Evaluation& evaluation, Report& page) {
  ReportSection& section = page.add("What to keep in mind");
  if (evaluation.confusion) {
    const Confusion& confusion = *evaluation.confusion;
    for (std::size_t c = 0; c < confusion.classes; ++c) {
      if (confusion.support(c) >= kFewPositives) continue;
      section.note(NoteKind::kWarning, "There are only " + count(confusion.support(c)) + " rows of " +
                                           quoted(evaluation.classes()[c]) +
                                           ": figures about them may be quite different on other rows.");
      break;
    }
    warn_about_shares(evaluation, section);
  }
  section.note(NoteKind::kInfo,
               "Scores hold for rows like these. Rows that the model learned from, or that its options or threshold "
               "were chosen on, make it look better than it is.");
  section.note(
      NoteKind::kInfo,
      fmt::format("Intervals say how far chance alone may have moved a figure ({:.4g} % of such intervals hold "
                  "the true one); they take rows as independent of each other, which rows of one person or "
                  "one day often are not.",
                  100 * evaluation.confidence));
  if (evaluation.scored.truth.missing > 0) {
    section.note(NoteKind::kWarning, display_count(evaluation.scored.truth.missing, "row") +
                                         " without a true answer left out: are they like the others?");
  }
}

}  // namespace

Report evaluation_page(const Evaluation& evaluation, std::uint64_t seed) {
  Report page{.title = "Evaluation of " + evaluation.of};
  page.subtitle = display_count(evaluation.scored.predictions.rows, "row") + " with known answers, target \"" +
                  cut_display(evaluation.scored.truth.column.name, 40) + "\"";
  page.verdict = judge(evaluation);
  add_scores(evaluation, page);
  if (evaluation.confusion) add_errors(evaluation, page);
  const bool curves = std::any_of(evaluation.sweeps.begin(), evaluation.sweeps.end(),
                                  [](const ThresholdSweep& sweep) { return sweep.both_classes(); });
  if (curves) add_ranking(evaluation, page);
  if (evaluation.binary()) add_thresholds(evaluation, page);
  if (!evaluation.reliability.empty()) add_calibration(evaluation, page);
  if (evaluation.residuals) add_residuals(evaluation, seed, page);
  add_segments(evaluation, page);
  add_caveats(evaluation, page);
  add_glossary(evaluation, page);
  page.footer = std::string("mlkit ") + MLKIT_VERSION;
  return page;
}

}  // namespace mlkit::app
