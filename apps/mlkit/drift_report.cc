#include "drift_report.h"

#include <algorithm>

#include <fmt/format.h>

#include "model_report.h"

#include "mlkit/base/text.h"

namespace mlkit::app {
namespace {

std::string percent(double share) {
  const double value = 100 * share;
  return value > 0 && value < 0.1 ? "<0.1%" : fmt::format("{:.{}f}%", value, value == 0 || value >= 99.95 ? 0 : 1);
}

std::string missing_text(const ColumnDrift& column) {
  if (column.missing_reference + column.missing_current == 0) return "";
  return percent(column.missing_share_reference()) + " -> " + percent(column.missing_share_current());
}

std::string line_of(const ColumnDrift& column) {
  const std::string start = (column.drift ? "! " : "  ") + fit_text(column.name, 24) + " ";
  if (!column.tested) return start + column.note + "\n";
  const std::string effect = column.effect() ? fmt::format("{:.4f}", *column.effect()) : "-";
  const std::string p = column.p_adjusted ? p_text(*column.p_adjusted) : "-";
  const std::string psi = column.psi ? fmt::format("{:.4f}", column.psi->value) : "-";
  const std::string label = column.psi ? std::string(psi_label(column.psi->value)) : "";
  std::string line = start + fmt::format("{:<2} {:>6} {:>7} {:>8} {:<8}  {}",
                                         column.ks     ? "D"
                                         : column.chi2 ? "V"
                                                       : "",
                                         effect, p, psi, label, missing_text(column));
  line.erase(line.find_last_not_of(' ') + 1);
  return line + "\n";
}

std::string notes_of(const ColumnDrift& column) {
  std::string out;
  const std::string name = fit_text(column.name, 24);
  const std::string trimmed = name.substr(0, name.find_last_not_of(' ') + 1);
  if (column.tested && !column.note.empty()) out += "  " + trimmed + ": " + column.note + "\n";
  if (column.unseen == 0 || column.unseen_levels.empty()) return out;
  out += "  " + trimmed + ": " + with_thousands(column.unseen) + (column.unseen == 1 ? " row" : " rows") +
         " with levels that the reference has not:";
  std::string line;
  for (const std::string& level : column.unseen_levels) {
    std::string shown = fit_text(level, 20);
    shown.erase(shown.find_last_not_of(' ') + 1);
    const std::string next = (line.empty() ? "" : ", ") + ("\"" + shown + "\"");
    if (line.size() + next.size() > 70) break;
    line += next;
  }
  return out + "\n    " + line + "\n";
}

}  // namespace

std::string p_text(double p) {
  return p < 1e-99 ? "<1e-99" : p < 1e-4 ? fmt::format("{:.0e}", p) : fmt::format("{:.4f}", p);
}

Json column_drift_to_json(const ColumnDrift& column) {
  Json out;
  out["drift"] = column.drift;
  out["type"] = drift_kind_name(column.kind);
  out["tested"] = column.tested;
  if (!column.note.empty()) out["note"] = column.note;
  out["missing_reference"] = column.missing_share_reference();
  out["missing_current"] = column.missing_share_current();
  if (column.ks) {
    out["ks"] = {{"statistic", column.ks->statistic}, {"p_value", column.ks->p_value}};
    out["ks"]["method"] = column.ks_binned ? "limit_at_quantiles" : column.ks->exact ? "exact" : "limit";
    if (column.p_adjusted) out["ks"]["p_adjusted"] = *column.p_adjusted;
  }
  if (column.chi2) {
    out["chi2"] = {{"statistic", column.chi2->statistic},
                   {"p_value", column.chi2->p_value},
                   {"df", column.chi2->df},
                   {"cramers_v", column.chi2->cramers_v}};
    if (column.p_adjusted) out["chi2"]["p_adjusted"] = *column.p_adjusted;
  }
  if (column.psi) {
    out["psi"] = {{"value", column.psi->value},
                  {"label", psi_label(column.psi->value)},
                  {"bound", column.psi->bound},
                  {"bins", column.psi->bins},
                  {"alarm", column.psi_alarm}};
  }
  if (column.wasserstein) out["wasserstein"] = *column.wasserstein;
  if (column.jensen_shannon) out["jensen_shannon"] = *column.jensen_shannon;
  if (column.mean_reference) out["mean_reference"] = *column.mean_reference;
  if (column.mean_current) out["mean_current"] = *column.mean_current;
  out["unseen"] = column.unseen;
  if (!column.unseen_levels.empty()) out["unseen_levels"] = column.unseen_levels;
  return out;
}

Json columns_drift_to_json(const std::vector<ColumnDrift>& columns) {
  Json out = Json::object();
  for (const ColumnDrift& column : columns) out[column.name] = column_drift_to_json(column);
  return out;
}

std::string render_columns_drift(const std::vector<ColumnDrift>& columns, std::size_t limit) {
  std::string out = "  column                   effect          p      PSI           missing\n";
  std::string notes;
  std::size_t lines = 0;
  std::size_t left_out = 0;
  for (const std::size_t i : by_importance(columns)) {
    if (lines >= limit) {
      ++left_out;
      continue;
    }
    ++lines;
    out += line_of(columns[i]);
    notes += notes_of(columns[i]);
  }
  if (left_out > 0) out += "  and " + count_of(left_out, "more column") + " (--json names all)\n";
  return notes.empty() ? out : out + "\n" + notes;
}

std::string count_drifted(const std::vector<ColumnDrift>& columns) {
  const auto drifted = static_cast<std::size_t>(
      std::count_if(columns.begin(), columns.end(), [](const ColumnDrift& column) { return column.drift; }));
  const auto tested = static_cast<std::size_t>(
      std::count_if(columns.begin(), columns.end(), [](const ColumnDrift& column) { return column.tested; }));
  if (drifted == 0) return "no drift in " + count_of(tested, "column");
  return std::to_string(drifted) + " of " + count_of(tested, "column") + " drifted";
}

}  // namespace mlkit::app
