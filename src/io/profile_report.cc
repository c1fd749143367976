#include "mlkit/io/profile_report.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <utility>

#include "mlkit/data/datetime.h"
#include "mlkit/data/numbers.h"
#include "mlkit/io/display.h"

namespace mlkit {
namespace {

constexpr std::size_t kMostPictures = 36;  // keeps the page below 300 kB

std::string time_text(double micros, bool date_only) {
  return format_datetime(static_cast<std::int64_t>(std::llround(micros)), date_only);
}

Json value_json(const ColumnProfile& column, double value) {
  if (column.type == ColumnType::kDatetime) return time_text(value, column.date_only);
  return value;
}

void put(Json& out, const char* name, double value) {
  if (std::isfinite(value)) out[name] = value;
}

void numbers_to_json(const ColumnProfile& column, Json& out) {
  const NumberProfile& numbers = *column.numbers;
  const bool time = column.type == ColumnType::kDatetime;
  if (!time) {
    put(out, "mean", numbers.mean);
    put(out, "sd", numbers.sd);
  }
  out["min"] = value_json(column, numbers.min);
  out["q1"] = value_json(column, numbers.q1);
  out["median"] = value_json(column, numbers.median);
  out["q3"] = value_json(column, numbers.q3);
  out["max"] = value_json(column, numbers.max);
  out["quantile_error"] = numbers.quantile_error;
  if (!time) {
    put(out, "skewness", numbers.skewness);
    out["zeros"] = numbers.zeros;
    out["negative"] = numbers.negative;
    out["outlier_share"] = numbers.outlier_share;
  }
  out["rising"] = numbers.rising;
  Json edges = Json::array();
  for (const double edge : numbers.edges) edges.push_back(value_json(column, edge));
  out["histogram"] = {{"edges", std::move(edges)},
                      {"rows", numbers.heights},
                      {"below", numbers.below_histogram},
                      {"above", numbers.above_histogram}};
}

Json column_json(const ColumnProfile& column) {
  Json out;
  out["name"] = column.name;
  out["type"] = column_type_name(column.type);
  out["integer"] = column.integer;
  out["missing"] = column.missing;
  out["distinct"] = column.distinct;
  out["distinct_error"] = column.distinct_error;
  if (column.numbers) numbers_to_json(column, out);
  if (column.texts.count > 0) {
    out["text_length"] = {{"min", column.texts.shortest},
                          {"mean", static_cast<double>(column.texts.bytes) / static_cast<double>(column.texts.count)},
                          {"max", column.texts.longest}};
  }
  Json top = Json::array();
  for (const ValueCount& value : column.top) top.push_back({{"value", value.text}, {"count", value.count}});
  out["top"] = std::move(top);
  out["top_error"] = column.top_error;
  if (column.link) out["target"] = {{"measure", column.link->measure}, {"value", column.link->value}};
  return out;
}

std::string type_text(const ColumnProfile& column) {
  return column.integer ? "integer" : std::string(column_type_name(column.type));
}

std::string distinct_text(const ColumnProfile& column) {
  return (column.distinct_error > 0 ? "~" : "") + display_number(column.distinct);
}

// As it stands in the table where that is short, else rounded.
std::string figure_text(double value) {
  constexpr std::size_t kShort = 10;
  if (!std::isfinite(value)) return "-";
  std::string exact = format_number(value);
  return exact.size() <= kShort && std::fabs(value) < 1e7 ? exact : display_number(value);
}

std::string value_text(const ColumnProfile& column, double value) {
  return column.type == ColumnType::kDatetime ? time_text(value, column.date_only) : figure_text(value);
}

std::string link_text(const TargetLink& link) {
  const std::string sign = link.measure == "pearson" || link.measure == "point_biserial" ? "r "
                           : link.measure == "cramers_v"                                 ? "V "
                                                                                         : "eta ";
  return sign + display_number(std::round(link.value * 1000) / 1000);
}

ReportCell number_cell(double value) { return std::isfinite(value) ? ReportCell(value) : ReportCell(); }

NoteKind note_kind(FindingSeverity severity) {
  return severity == FindingSeverity::kProblem   ? NoteKind::kBad
         : severity == FindingSeverity::kWarning ? NoteKind::kWarning
                                                 : NoteKind::kInfo;
}

std::string errors_text(const TableProfile& table) {
  double distinct = 0;
  double rank = 0;
  bool counts = false;
  for (const ColumnProfile& column : table.columns) {
    distinct = std::max(distinct, column.distinct_error);
    if (column.numbers) rank = std::max(rank, column.numbers->quantile_error);
    counts = counts || column.top_error > 0;
  }
  std::string out;
  if (distinct > 0)
    out += "Counts of different values marked ~ are estimates (standard error " + display_percent(distinct) + "). ";
  if (rank > 0) {
    constexpr double kLeastShown = 0.001;
    out += "Ranks of the quantiles of long columns are off by " +
           (rank < kLeastShown ? std::string("less than 0.1 %") : "at most " + display_percent(rank)) + ". ";
  }
  if (counts) out += "Counts of the most frequent values of columns with very many are lower bounds. ";
  return out;
}

Chart picture_of(const ColumnProfile& column, std::size_t number) {
  const std::string file = "column_" + std::to_string(number + 1);
  const std::string gaps = column.missing > 0
                               ? ", " +
                                     display_percent(static_cast<double>(column.missing) /
                                                     static_cast<double>(std::max<std::uint64_t>(column.rows, 1))) +
                                     " missing"
                               : "";
  Chart chart;
  if (column.numbers) {
    const NumberProfile& numbers = *column.numbers;
    Axis axis;
    axis.scale = column.type == ColumnType::kDatetime ? AxisScale::kTime : AxisScale::kLinear;
    chart = make_histogram(file, column.name, axis, numbers.edges, numbers.heights);
    chart.description = "Histogram of " + column.name + ": from " + value_text(column, numbers.min) + " to " +
                        value_text(column, numbers.max) + ", median " + value_text(column, numbers.median) + gaps + ".";
    std::get<HistogramChart>(chart.body).rules.push_back({.at = numbers.median, .label = "median"});
    chart.note = type_text(column) + gaps;
    if (numbers.below_histogram + numbers.above_histogram > 0) {
      chart.note += "; " + display_number(numbers.below_histogram) + " rows further left and " +
                    display_number(numbers.above_histogram) + " further right are not shown";
    }
    return chart;
  }
  std::vector<std::string> labels;
  std::vector<double> counts;
  for (const ValueCount& value : column.top) {
    labels.push_back(value.text);
    counts.push_back(static_cast<double>(value.count));
  }
  chart = make_bars(file, column.name, {.label = "rows"}, std::move(labels), std::move(counts));
  chart.description = "Most frequent values of " + column.name +
                      (column.top.empty() ? "."
                                          : ": first " + column.top[0].text + " with " +
                                                display_number(static_cast<double>(column.top[0].count)) + " rows.");
  chart.note = type_text(column) + ", " + distinct_text(column) + " different" + gaps;
  return chart;
}

void column_table(const TableProfile& table, ReportSection& section) {
  std::vector<ReportColumn> columns = {{"column"},
                                       {"type"},
                                       {"missing", CellFormat::kPercent},
                                       {"different", CellFormat::kNumber},
                                       {"mean", CellFormat::kNumber},
                                       {"sd", CellFormat::kNumber},
                                       {"min"},
                                       {"q1"},
                                       {"median"},
                                       {"q3"},
                                       {"max"},
                                       {"most frequent"}};
  if (!table.target.empty()) columns.insert(columns.begin() + 4, {"target"});
  ReportTable& out = section.table("columns", columns);
  for (const ColumnProfile& column : table.columns) {
    std::vector<ReportCell> row = {
        column.name, type_text(column),
        static_cast<double>(column.missing) / static_cast<double>(std::max<std::uint64_t>(column.rows, 1)),
        column.distinct};
    if (!table.target.empty()) row.push_back(column.link ? ReportCell(link_text(*column.link)) : ReportCell());
    if (column.numbers && column.type == ColumnType::kNumeric) {
      const NumberProfile& n = *column.numbers;
      for (const double value : {n.mean, n.sd, n.min, n.q1, n.median, n.q3, n.max}) row.push_back(number_cell(value));
    } else if (column.numbers) {
      const NumberProfile& n = *column.numbers;
      row.insert(row.end(), 2, ReportCell());
      for (const double value : {n.min, n.q1, n.median, n.q3, n.max}) row.emplace_back(value_text(column, value));
    } else {
      row.insert(row.end(), 7, ReportCell());
    }
    row.push_back(column.top.empty() ? ReportCell()
                                     : ReportCell(column.top[0].text + " (" +
                                                  display_number(static_cast<double>(column.top[0].count)) + ")"));
    out.rows.push_back(std::move(row));
  }
}

std::string subtitle_of(const TableProfile& table) {
  return display_count(table.rows, "row") + ", " + display_count(table.columns.size(), "column") + ", " +
         display_count(table.bytes, "byte");
}

// The findings as notes; where more than three columns show the same, one note names them all.
void add_findings(const std::vector<Finding>& findings, ReportSection& section) {
  constexpr std::size_t kAlike = 3;
  std::set<std::pair<std::string, FindingSeverity>> told;
  for (const Finding& finding : findings) {
    std::vector<const Finding*> alike;
    for (const Finding& other : findings) {
      if (other.kind == finding.kind && other.severity == finding.severity) alike.push_back(&other);
    }
    if (alike.size() <= kAlike) {
      section.note(note_kind(finding.severity), finding.text, finding.remedy);
      continue;
    }
    if (!told.emplace(finding.kind, finding.severity).second) continue;
    std::string text =
        finding.text + "; so do, less or as much, " + display_count(alike.size() - 1, "other column") + ": ";
    constexpr std::size_t kNamed = 12;
    for (std::size_t i = 1; i < alike.size() && i <= kNamed; ++i) {
      text += (i > 1 ? ", " : "") + cut_display(alike[i]->column, 40);
    }
    if (alike.size() > kNamed + 1) text += ", ..";
    section.note(note_kind(finding.severity), text, finding.remedy);
  }
}

ReportNote verdict_of(const std::vector<Finding>& findings) {
  std::size_t problems = 0;
  std::size_t warnings = 0;
  for (const Finding& finding : findings) {
    problems += finding.severity == FindingSeverity::kProblem ? 1 : 0;
    warnings += finding.severity == FindingSeverity::kWarning ? 1 : 0;
  }
  if (problems + warnings == 0) return {NoteKind::kGood, "nothing that would harm a model was found", ""};
  std::string text = problems > 0 ? display_count(problems, "problem") : "";
  if (warnings > 0) text += (problems > 0 ? ", " : "") + display_count(warnings, "warning");
  return {problems > 0 ? NoteKind::kBad : NoteKind::kWarning, text, ""};
}

}  // namespace

Json profile_to_json(const TableProfile& table, const std::vector<Finding>& findings) {
  Json out;
  out["rows"] = table.rows;
  out["bytes"] = table.bytes;
  out["rows_skipped"] = table.rows_skipped;
  out["duplicate_rows"] = table.repeated_rows;
  out["duplicate_rows_exact"] = table.repeated_exact;
  if (!table.target.empty())
    out["target"] = {{"name", table.target}, {"task", table.target_is_class ? "classification" : "regression"}};
  Json columns = Json::array();
  for (const ColumnProfile& column : table.columns) columns.push_back(column_json(column));
  out["columns"] = std::move(columns);
  Json list = Json::array();
  for (const Finding& finding : findings) {
    list.push_back({{"kind", finding.kind},
                    {"severity", severity_name(finding.severity)},
                    {"column", finding.column},
                    {"rows", finding.rows},
                    {"detail", finding.text},
                    {"remedy", finding.remedy}});
  }
  out["findings"] = std::move(list);
  return out;
}

Report profile_report(const TableProfile& table, const std::vector<Finding>& findings, const std::string& name,
                      const std::string& footer) {
  Report report{.title = "Profile of " + name, .subtitle = subtitle_of(table), .footer = footer};
  report.verdict = verdict_of(findings);
  ReportSection& overview = report.add("Overview");
  double cells = 0;
  double missing = 0;
  for (const ColumnProfile& column : table.columns) {
    cells += static_cast<double>(column.rows);
    missing += static_cast<double>(column.missing);
  }
  overview.value("rows", static_cast<double>(table.rows));
  overview.value("columns", static_cast<double>(table.columns.size()));
  overview.value("missing cells", cells > 0 ? missing / cells : 0, CellFormat::kPercent);
  overview.value("repeated rows", table.repeated_rows, CellFormat::kNumber, table.repeated_exact ? "" : "estimated");
  if (!table.target.empty())
    overview.value("target", table.target, CellFormat::kText, table.target_is_class ? "classification" : "regression");
  if (!findings.empty()) {
    ReportSection& section = report.add("Findings", "Ranked by what they would do to a model.");
    add_findings(findings, section);
  }
  ReportSection& columns = report.add("Columns", errors_text(table));
  column_table(table, columns);
  ReportSection& pictures = report.add("Distributions");
  for (std::size_t c = 0; c < table.columns.size() && c < kMostPictures; ++c)
    pictures.chart(picture_of(table.columns[c], c));
  if (table.columns.size() > kMostPictures) {
    pictures.note(NoteKind::kInfo, "The first " + std::to_string(kMostPictures) + " of " +
                                       std::to_string(table.columns.size()) + " columns; --json has all.");
  }
  return report;
}

std::string render_profile_text(const TableProfile& table, const std::vector<Finding>& findings, bool color) {
  Report head{.title = "Profile", .subtitle = subtitle_of(table)};
  head.verdict = verdict_of(findings);
  if (!findings.empty()) {
    ReportSection& section = head.add("Findings");
    add_findings(findings, section);
  }
  std::string out = render_report_text(head, {.width = 80, .color = color, .charts = true});
  out += "\nColumns\n";
  const std::string errors = errors_text(table);
  if (!errors.empty()) {
    for (const std::string& line : wrap_display(errors, 80)) out += line + "\n";
  }
  // Name, type, gaps, different values, then what the type has to say.
  for (const ColumnProfile& column : table.columns) {
    const double rows = static_cast<double>(std::max<std::uint64_t>(column.rows, 1));
    out += "\n" + pad_display(column.name, 30) + " " + pad_display(type_text(column), 9) + " ";
    out += column.missing > 0 ? display_percent(static_cast<double>(column.missing) / rows) + " missing, " : "";
    out += distinct_text(column) + " different";
    if (column.link) out += ", " + link_text(*column.link);
    out += "\n";
    if (column.numbers) {
      const NumberProfile& n = *column.numbers;
      std::string line = "  " + value_text(column, n.min) + " | " + value_text(column, n.q1) + " | " +
                         value_text(column, n.median) + " | " + value_text(column, n.q3) + " | " +
                         value_text(column, n.max);
      if (column.type == ColumnType::kNumeric)
        line += "   mean " + figure_text(n.mean) + (std::isfinite(n.sd) ? ", sd " + figure_text(n.sd) : "");
      for (const std::string& part : wrap_display(line, 80)) out += (part.starts_with("  ") ? "" : "  ") + part + "\n";
      out += "  " + render_spark(n.heights) + "\n";
    } else if (!column.top.empty()) {
      std::string line = "  ";
      for (const ValueCount& value : column.top) {
        const std::string item = cut_display(value.text, 24) + " " + display_number(static_cast<double>(value.count));
        if (line.size() > 2 && display_width(line) + display_width(item) + 3 > 80) break;
        line += (line.size() > 2 ? " | " : "") + item;
      }
      out += line + "\n";
    }
  }
  return out;
}

}  // namespace mlkit
