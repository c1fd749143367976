#include "explain_report.h"

#include <algorithm>
#include <cmath>

#include "model_report.h"

#include "mlkit/base/text.h"
#include "mlkit/io/display.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kEffectsShown = 3;
constexpr std::size_t kEffectsWidth = 46;  // beside a column of 18 characters and its importance

std::string quoted(const std::string& text) { return "\"" + escape_controls(text) + "\""; }

// What the numbers are in: "the logit of "yes"".
std::string unit_of(const ModelExplained& result) {
  if (result.task == Task::kRegression) return "units of " + quoted(result.target);
  if (result.task == Task::kBinary) return "the logit of " + quoted(result.classes[1]);
  return "the logits of the classes";
}

std::string score_note(const ModelExplained& result) {
  if (result.task == Task::kRegression) return "";
  return "On the logit scale 0.69 doubles the odds, 2.3 make them tenfold.";
}

std::string effects_text(const ImportanceLine& line) {
  if (line.effects.size() != 1) return "";
  std::vector<std::pair<std::string, double>> effects = line.effects[0];
  std::stable_sort(effects.begin(), effects.end(),
                   [](const auto& a, const auto& b) { return std::abs(a.second) > std::abs(b.second); });
  std::string out;
  for (std::size_t i = 0; i < std::min(kEffectsShown, effects.size()); ++i) {
    std::string_view name = effects[i].first;
    const bool level = name.starts_with(line.column + "=");
    const bool part = name.starts_with(line.column + "_");
    if (level || part) name.remove_prefix(line.column.size() + 1);
    if (name == line.column) name = "a sd more";
    out += (out.empty() ? "" : ", ") + cut_display(name, 16) + " " + signed_number(effects[i].second);
  }
  return cut_display(out + (effects.size() > kEffectsShown ? ", .." : ""), kEffectsWidth);
}

std::string intro_of(const ModelExplained& result) {
  if (result.method == "permutation") {
    return "What " + result.permutation->metric + " (" + display_number(result.permutation->score) + " on " +
           display_count(result.rows, "row") + ") loses when a column's cells change places.";
  }
  if (result.method == "contributions") {
    return "Mean size of what a column adds to the score of a row, in " + unit_of(result) + ", over " +
           display_count(result.rows, "row") + ", relative to an average training row.";
  }
  return "How far a column moves the score from row to row: the standard deviation of what it adds over the training "
         "rows, in " +
         unit_of(result) + ", from what the model file knows.";
}

void add_chart(const ModelExplained& result, std::size_t shown, ReportSection& section) {
  std::vector<std::string> labels;
  std::vector<double> values;
  for (std::size_t i = 0; i < shown; ++i) {
    if (!result.lines[i].importance) continue;
    labels.push_back(result.lines[i].column);
    values.push_back(*result.lines[i].importance);
  }
  if (values.empty() || std::all_of(values.begin(), values.end(), [](double v) { return v == 0; })) return;
  const std::string label = result.method == "permutation" ? "loss of " + result.permutation->metric : "in the score";
  Chart chart = make_bars("importance", "Columns by importance", {.label = label}, labels, values);
  chart.description = "One bar per column, the most important first.";
  section.chart(std::move(chart));
}

void add_columns(const ModelExplained& result, std::size_t top, Report& report) {
  ReportSection& section = report.add("Columns", intro_of(result));
  const std::size_t shown = std::min(top, result.lines.size());
  add_chart(result, shown, section);
  const bool permuted = result.method == "permutation";
  const bool effects = result.method == "coefficients" && result.bases.size() == 1;
  std::vector<ReportColumn> columns = {{"column"}, {permuted ? "loss" : "importance", CellFormat::kNumber}};
  if (permuted) columns.push_back({"sd", CellFormat::kNumber});
  if (effects) columns.push_back({"which adds"});
  ReportTable& table = section.table("columns", columns);
  for (std::size_t i = 0; i < shown; ++i) {
    const ImportanceLine& line = result.lines[i];
    std::vector<ReportCell> row = {line.column, line.importance ? ReportCell(*line.importance) : ReportCell()};
    if (permuted) row.emplace_back(line.sd.value_or(0));
    if (effects) row.emplace_back(effects_text(line));
    table.rows.push_back(std::move(row));
  }
  if (shown < result.lines.size()) {
    section.note(NoteKind::kInfo, display_count(result.lines.size() - shown, "column") + " more: --top N shows them");
  }
}

void add_notes(const ModelExplained& result, Report& report) {
  ReportSection& section = report.sections.back();
  const auto any = [&](const auto& what) { return std::any_of(result.lines.begin(), result.lines.end(), what); };
  if (any([](const ImportanceLine& line) { return !line.importance; })) {
    section.note(NoteKind::kWarning,
                 "the model was trained without scaling and does not know how far some columns spread",
                 "mlkit explain MODEL IN measures them on rows");
  }
  if (any([](const ImportanceLine& line) { return !line.exact; })) {
    section.note(NoteKind::kInfo,
                 "columns with several features that are no levels: taken as independent of each other");
  }
  if (result.method == "permutation") {
    section.note(NoteKind::kInfo,
                 "columns that say the same share their importance, or hide each other: a small loss does not say that "
                 "a column knows nothing");
    return;
  }
  const std::string note = score_note(result);
  if (!note.empty()) section.note(NoteKind::kInfo, note);
  section.note(NoteKind::kInfo, "what the model does with a column, not what changing it in the world would do");
}

void add_row(const ModelExplained& result, const RowReasons& reasons, std::size_t top, Report& report) {
  ReportSection& section = report.add("Row " + with_thousands(reasons.row));
  section.value("answer", reasons.answer, CellFormat::kText);
  const std::string score = reasons.towards.empty() ? "value" : "score of " + quoted(reasons.towards);
  section.value("base", reasons.base, CellFormat::kNumber, "the average training row");
  section.value(score, reasons.score, CellFormat::kNumber, "base + all contributions");
  ReportTable& table = section.table("row_" + std::to_string(reasons.row), {{"column"}, {"value"}, {"adds"}});
  double rest = 0;
  for (std::size_t i = 0; i < reasons.parts.size(); ++i) {
    const RowReasons::Part& part = reasons.parts[i];
    if (i >= top) {
      rest += part.contribution;
      continue;
    }
    table.rows.push_back({part.column, cut_display(part.value, 30), signed_number(part.contribution)});
  }
  if (reasons.parts.size() > top) {
    table.rows.push_back(
        {"(" + display_count(reasons.parts.size() - top, "other column") + ")", std::string(), signed_number(rest)});
  }
  (void)result;
}

Json importance_json(const ModelExplained& result, const ImportanceLine& line) {
  Json out = {{"column", line.column}};
  if (line.importance) out["importance"] = *line.importance;
  if (line.sd) out["sd"] = *line.sd;
  if (result.method != "coefficients") return out;
  out["exact"] = line.exact;
  for (std::size_t s = 0; s < line.effects.size(); ++s) {
    Json effects = Json::object();
    for (const auto& [feature, effect] : line.effects[s]) effects[feature] = effect;
    if (line.effects.size() == 1) {
      out["effects"] = std::move(effects);
    } else {
      out["effects"][result.classes[s]] = std::move(effects);
    }
  }
  return out;
}

Json row_json(const RowReasons& reasons) {
  Json parts = Json::object();
  for (const RowReasons::Part& part : reasons.parts) parts[part.column] = part.contribution;
  Json out = {{"row_number", reasons.row}, {"answer", reasons.answer}};
  if (!reasons.towards.empty()) out["towards"] = reasons.towards;
  out["base"] = reasons.base;
  out["score"] = reasons.score;
  out["contributions"] = std::move(parts);
  return out;
}

}  // namespace

void sort_by_importance(std::vector<ImportanceLine>& lines) {
  std::stable_sort(lines.begin(), lines.end(), [](const ImportanceLine& a, const ImportanceLine& b) {
    if (a.importance.has_value() != b.importance.has_value()) return a.importance.has_value();
    return a.importance && *a.importance > *b.importance;
  });
}

Json explain_to_json(const ModelExplained& result) {
  Json out = {{"method", result.method}, {"kind", result.kind}, {"target", result.target}};
  out["task"] = task_name(result.task);
  if (!result.classes.empty()) out["classes"] = result.classes;
  if (result.task == Task::kBinary) out["positive"] = result.classes[1];
  if (result.rows > 0) out["rows"] = result.rows;
  if (result.bases.size() == 1) out["base"] = result.bases[0];
  for (std::size_t s = 0; s < result.bases.size() && result.bases.size() > 1; ++s) {
    out["base"][result.classes[s]] = result.bases[s];
  }
  if (result.permutation) {
    out["metric"] = result.permutation->metric;
    out["score"] = result.permutation->score;
  }
  Json& columns = out["columns"] = Json::array();
  for (const ImportanceLine& line : result.lines) columns.push_back(importance_json(result, line));
  if (result.permutation) {
    for (const ColumnLoss& loss : result.permutation->columns) out["losses"][loss.column] = loss.losses;
  }
  if (result.max_error) out["check"] = {{"max_error", *result.max_error}};
  for (const RowReasons& reasons : result.row_reasons) out["row_reasons"].push_back(row_json(reasons));
  return out;
}

Report explain_report(const ModelExplained& result, std::size_t top) {
  Report report{.title = "Why the model answers as it does"};
  report.subtitle = escape_controls(result.file) + ": " + result.kind + " model for " + quoted(result.target);
  if (!result.lines.empty()) {
    add_columns(result, top, report);
    add_notes(result, report);
  }
  for (const RowReasons& reasons : result.row_reasons) add_row(result, reasons, top, report);
  report.footer = std::string("mlkit ") + MLKIT_VERSION;
  return report;
}

}  // namespace mlkit::app
