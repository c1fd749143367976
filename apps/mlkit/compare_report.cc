#include "compare_report.h"

#include <algorithm>
#include <cmath>

#include "model_report.h"

#include "mlkit/base/text.h"
#include "mlkit/io/display.h"

namespace mlkit::app {
namespace {

std::string test_name(const std::string& test) {
  if (test == "mcnemar_exact") return "McNemar, exact";
  if (test == "mcnemar") return "McNemar";
  if (test == "delong") return "DeLong";
  return test.empty() ? "none" : "bootstrap";
}

// A p-value in two digits, none of a sureness that no test has.
std::string p_text(double p) { return p < 1e-4 ? "< 0.0001" : rounded_number(p, 2); }

std::string interval_text(const PairedMetric& metric, int digits) {
  if (!metric.interval) return "";
  return signed_number(metric.interval->low, digits) + " .. " + signed_number(metric.interval->high, digits);
}

std::string percent_text(double confidence) { return display_number(100 * confidence) + " %"; }

std::string values_text(const PairedMetric& metric, double confidence) {
  std::string out =
      metric.name + " " + display_number(*metric.second) + ", the first's " + display_number(*metric.first);
  if (metric.interval) out += ", difference " + interval_text(metric, 3) + " (" + percent_text(confidence) + ")";
  if (!metric.test.empty() && metric.p_value) {
    out += (*metric.p_value < 1e-4 ? ", p " : ", p = ") + p_text(*metric.p_value) + " (" + test_name(metric.test) + ")";
  }
  return out;
}

ReportCell p_cell(const PairedMetric& metric) {
  return metric.p_value ? ReportCell(p_text(*metric.p_value)) : ReportCell();
}

NoteKind kind_of(PairedVerdict verdict) {
  if (verdict == PairedVerdict::kBetter) return NoteKind::kGood;
  return verdict == PairedVerdict::kWorse ? NoteKind::kBad : NoteKind::kInfo;
}

ReportCell cell_of(const std::optional<double>& value) { return value ? ReportCell(*value) : ReportCell(); }

void add_metrics(const ModelsCompared& result, Report& report) {
  ReportSection& section =
      report.add("Scores", "Differences are second - first, with the " + percent_text(result.confidence) +
                               " interval of the difference: where it holds 0, chance can have made it.");
  ReportTable& table = section.table("scores", {{"metric"},
                                                {"first", CellFormat::kNumber},
                                                {"second", CellFormat::kNumber},
                                                {"difference"},
                                                {"p"},
                                                {"second is"}});
  for (const PairedMetric& metric : result.metrics) {
    // (Two digits, so that the table fits 80 columns.)
    const std::string difference = metric.interval     ? interval_text(metric, 2)
                                   : metric.difference ? signed_number(*metric.difference)
                                                       : std::string();
    table.rows.push_back({metric.name, cell_of(metric.first), cell_of(metric.second), difference, p_cell(metric),
                          verdict_word(metric.verdict)});
  }
  std::string tests;
  for (const PairedMetric& metric : result.metrics) {
    const std::string name = test_name(metric.test);
    if (!metric.test.empty() && tests.find(metric.name + " by " + name) == std::string::npos &&
        metric.test != "bootstrap") {
      tests += (tests.empty() ? "" : ", ") + metric.name + " by " + name;
    }
  }
  if (!tests.empty()) section.note(NoteKind::kInfo, "tests: " + tests + ", others by paired bootstrap");
  for (const PairedMetric& metric : result.metrics) {
    if (!metric.note.empty()) section.note(NoteKind::kInfo, metric.name + ": " + metric.note);
  }
}

void add_flips(const ModelsCompared& result, Report& report) {
  const Agreement& agreement = *result.agreement;
  ReportSection& section =
      report.add("Rows that flip",
                 display_count(agreement.flips(), "row") + " of " + with_thousands(agreement.rows()) + " (" +
                     display_percent(static_cast<double>(agreement.flips()) / static_cast<double>(agreement.rows())) +
                     ") would get another class.");
  ReportTable& table = section.table("flips", {{"rows"}, {"second right"}, {"second wrong"}});
  const auto count = [](std::uint64_t rows) { return ReportCell(static_cast<double>(rows)); };
  table.rows.push_back({"first right", count(agreement.both), count(agreement.only_first)});
  table.rows.push_back({"first wrong", count(agreement.only_second), count(agreement.neither)});
  if (agreement.neither_and_different > 0) {
    section.note(NoteKind::kInfo, display_count(agreement.neither_and_different, "row") +
                                      " are wrong with both models, in different ways");
  }
}

}  // namespace

std::string verdict_word(PairedVerdict verdict) {
  switch (verdict) {
    case PairedVerdict::kSame: return "same";
    case PairedVerdict::kBetter: return "better";
    case PairedVerdict::kWorse: return "worse";
    case PairedVerdict::kUndecided: return "undecided";
    case PairedVerdict::kUndefined: return "undefined";
  }
  return "undefined";
}

std::string verdict_text(const ModelsCompared& result) {
  const PairedMetric& metric = result.metrics.front();
  switch (metric.verdict) {
    case PairedVerdict::kUndefined:
      return metric.name + " is not defined on these rows" + (metric.note.empty() ? "" : ": " + metric.note);
    case PairedVerdict::kSame:
      return result.other_answers == 0
                 ? "The two models answer every row alike."
                 : "The same " + metric.name + ": what the two answer differently does not enter into it.";
    case PairedVerdict::kBetter:
      return "The second model is better: its " + values_text(metric, result.confidence) + ".";
    case PairedVerdict::kWorse: return "The second model is worse: its " + values_text(metric, result.confidence) + ".";
    case PairedVerdict::kUndecided: break;
  }
  std::string out = "Neither is better beyond chance: the second's " + values_text(metric, result.confidence) + ".";
  if (!metric.interval) return out;
  const double half = 0.5 * (metric.interval->high - metric.interval->low);
  if (half > 0) {
    out += " On " + display_count(result.rows, "row") + " a difference below about " + rounded_number(half, 2) +
           " cannot be told from none; four times the rows halve that.";
  }
  return out;
}

Json compare_to_json(const ModelsCompared& result) {
  Json out;
  out["rows"] = result.rows;
  out["rows_without_target"] = result.rows_without_target;
  out["first"] = {{"kind", result.first.kind}, {"sha256", result.first.sha256}};
  out["second"] = {{"kind", result.second.kind}, {"sha256", result.second.sha256}};
  out["task"] = task_name(result.task);
  out["weighted"] = result.weighted;
  out["confidence"] = result.confidence;
  out["verdict"] = {{"metric", result.metrics.front().name},
                    {"second_is", verdict_word(result.metrics.front().verdict)},
                    {"text", verdict_text(result)}};
  Json& metrics = out["metrics"] = Json::object();
  for (const PairedMetric& metric : result.metrics) {
    Json& entry = metrics[metric.name];
    if (metric.first) entry["first"] = *metric.first;
    if (metric.second) entry["second"] = *metric.second;
    if (metric.difference) entry["difference"] = *metric.difference;
    if (metric.interval) entry["interval"] = {metric.interval->low, metric.interval->high};
    if (metric.p_value) entry["p_value"] = *metric.p_value;
    entry["test"] = metric.test.empty() ? "none" : metric.test;
    entry["second_is"] = verdict_word(metric.verdict);
    if (!metric.note.empty()) entry["note"] = metric.note;
  }
  out["other_answers"] = result.other_answers;
  if (result.agreement) {
    const Agreement& agreement = *result.agreement;
    out["flips"] = {{"rows", agreement.flips()},
                    {"both_right", agreement.both},
                    {"only_first_right", agreement.only_first},
                    {"only_second_right", agreement.only_second},
                    {"both_wrong", agreement.neither},
                    {"both_wrong_differently", agreement.neither_and_different}};
  }
  return out;
}

Report compare_report(const ModelsCompared& result) {
  Report report{.title = "Two models on the same rows"};
  report.subtitle = display_count(result.rows, "row") + "; first: " + escape_controls(result.first.file) + " (" +
                    result.first.kind + "); second: " + escape_controls(result.second.file) + " (" +
                    result.second.kind + ")";
  report.verdict = ReportNote{kind_of(result.metrics.front().verdict), verdict_text(result)};
  add_metrics(result, report);
  if (result.agreement) add_flips(result, report);
  report.footer = std::string("mlkit ") + MLKIT_VERSION;
  return report;
}

}  // namespace mlkit::app
