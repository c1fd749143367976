#include "drift_page.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include <fmt/format.h>

#include "drift_report.h"

#include "mlkit/io/display.h"

namespace mlkit::app {
namespace {

// With these the page stays below 300 kB.
constexpr std::size_t kMostRows = 100;
constexpr std::size_t kMostPictures = 24;
constexpr std::size_t kFinePictures = 12;  // with as many at most, pictures have twice the bars
constexpr std::size_t kFineBars = 40;
constexpr std::size_t kCoarseBars = 20;
constexpr std::size_t kMostLabels = 24;  // bins that are still told one by one
constexpr std::size_t kMostGaps = 30;
constexpr std::size_t kLongestName = 60;

ReportCell cell(const std::optional<double>& value) { return value ? ReportCell(*value) : ReportCell(); }

std::string name_of(const ColumnDrift& column) { return cut_display(column.name, kLongestName); }

// Drifted ones first, each part by falling effect; those without an effect at the end.
std::vector<std::size_t> by_effect(const std::vector<ColumnDrift>& columns) {
  std::vector<std::size_t> order = by_importance(columns);
  const auto size = [&](std::size_t i) {
    const ColumnDrift& column = columns[i];
    if (!column.tested) return -2.0;
    return column.effect().value_or(column.psi ? 0.0 : -1.0);
  };
  const auto first_calm =
      std::stable_partition(order.begin(), order.end(), [&](std::size_t i) { return columns[i].drift; });
  std::stable_sort(first_calm, order.end(), [&](std::size_t a, std::size_t b) { return size(a) > size(b); });
  return order;
}

std::string verdict_word(const ColumnDrift& column) {
  if (!column.tested) return "not compared";
  if (!column.drift) return "no drift";
  return column.test_alarm && column.psi_alarm ? "drift (test and PSI)"
         : column.test_alarm                   ? "drift (test)"
                                               : "drift (PSI)";
}

// What a person can see without statistics: "mean 3.1 -> 4.2; missing 0 % -> 12.5 %"; may be "".
std::string change_of(const ColumnDrift& column) {
  std::string out;
  const auto add = [&out](const std::string& part) { out += (out.empty() ? "" : "; ") + part; };
  if (column.mean_reference && column.mean_current && column.kind == DriftKind::kNumeric) {
    add("mean " + display_number(*column.mean_reference) + " -> " + display_number(*column.mean_current));
  }
  if (column.missing_reference + column.missing_current > 0) {
    add("missing " + display_percent(column.missing_share_reference()) + " -> " +
        display_percent(column.missing_share_current()));
  }
  if (column.unseen > 0) {
    add(display_count(column.unseen, "row") +
        (column.kind == DriftKind::kCategory ? " of new levels" : " that hold no number"));
  }
  return out;
}

// The same and the figures that decide: "..; D 0.21, p 1e-12; PSI 0.31, major".
std::string words_of(const ColumnDrift& column) {
  std::string out = change_of(column);
  const auto add = [&out](const std::string& part) { out += (out.empty() ? "" : "; ") + part; };
  if (column.effect() && column.p_adjusted) {
    add((column.ks ? "D " : "V ") + display_number(*column.effect()) + ", p " + p_text(*column.p_adjusted));
  }
  if (column.psi) add("PSI " + display_number(column.psi->value) + ", " + std::string(psi_label(column.psi->value)));
  return out;
}

std::string correction_word(const DriftOptions& options) {
  if (options.correction == "holm") return "corrected by Holm";
  return options.correction == "bh" ? "corrected by Benjamini-Hochberg" : "of each column, not corrected";
}

// A narrower table: without the columns that say nothing but "none".
void leave_out_empty(ReportTable& table) {
  for (std::size_t c = table.columns.size(); c-- > 1;) {
    const bool counts = table.columns[c].name.starts_with("missing") || table.columns[c].name.starts_with("rows");
    const bool empty = std::all_of(table.rows.begin(), table.rows.end(), [&](const std::vector<ReportCell>& row) {
      const double* number = std::get_if<double>(&row[c]);
      return std::holds_alternative<std::monostate>(row[c]) || (counts && number != nullptr && *number == 0);
    });
    if (!empty) continue;
    table.columns.erase(table.columns.begin() + static_cast<std::ptrdiff_t>(c));
    for (std::vector<ReportCell>& row : table.rows) row.erase(row.begin() + static_cast<std::ptrdiff_t>(c));
  }
}

void add_columns(const std::vector<ColumnDrift>& columns, const std::string& name, ReportSection& section) {
  ReportTable& table = section.table(name, {{"column"},
                                            {"verdict"},
                                            {"test"},
                                            {"effect", CellFormat::kNumber},
                                            {"p", CellFormat::kNumber},
                                            {"p corrected", CellFormat::kNumber},
                                            {"PSI", CellFormat::kNumber},
                                            {"PSI says"},
                                            {"Jensen-Shannon", CellFormat::kNumber},
                                            {"Wasserstein / sd", CellFormat::kNumber},
                                            {"missing before", CellFormat::kPercent},
                                            {"missing now", CellFormat::kPercent},
                                            {"mean before", CellFormat::kNumber},
                                            {"mean now", CellFormat::kNumber},
                                            {"rows unseen", CellFormat::kNumber}});
  const std::vector<std::size_t> order = by_effect(columns);
  for (std::size_t rank = 0; rank < std::min(order.size(), kMostRows); ++rank) {
    const ColumnDrift& column = columns[order[rank]];
    const bool time = column.kind == DriftKind::kTime;
    const std::string test = column.ks ? "KS, D" : column.chi2 ? "chi-square, V" : "";
    table.rows.push_back({name_of(column), verdict_word(column), test, cell(column.effect()), cell(column.p_value()),
                          cell(column.p_adjusted), column.psi ? ReportCell(column.psi->value) : ReportCell(),
                          column.psi ? ReportCell(std::string(psi_label(column.psi->value))) : ReportCell(),
                          cell(column.jensen_shannon), cell(column.wasserstein), column.missing_share_reference(),
                          column.missing_share_current(), time ? ReportCell() : cell(column.mean_reference),
                          time ? ReportCell() : cell(column.mean_current), static_cast<double>(column.unseen)});
  }
  leave_out_empty(table);
  if (order.size() > kMostRows) {
    section.note(NoteKind::kInfo, fmt::format("The first {} of {} columns.", kMostRows, order.size()),
                 "mlkit drift .. --json has all");
  }
}

bool equally_wide(const std::vector<double>& edges) {
  const double width = (edges.back() - edges.front()) / static_cast<double>(edges.size() - 1);
  for (std::size_t i = 1; i < edges.size(); ++i) {
    if (std::fabs(edges[i] - edges[i - 1] - width) > 1e-6 * width) return false;
  }
  return true;
}

// Shares of bins of any width on `bars` bars of one width, as if each bin were filled evenly; what is beyond the outer
// bars is in them.
std::vector<double> spread(const std::vector<double>& edges, const std::vector<double>& shares, double low, double high,
                           std::size_t bars) {
  constexpr double kPoint = 1e-9;  // of a bar: a bin of one value
  std::vector<double> out(bars, 0.0);
  const double width = (high - low) / static_cast<double>(bars);
  const auto place = [&](double x) { return std::clamp((x - low) / width, 0.0, static_cast<double>(bars)); };
  for (std::size_t i = 0; i < shares.size(); ++i) {
    const double size = edges[i + 1] - edges[i];
    if (size <= kPoint * width) {
      out[std::min(static_cast<std::size_t>(place(edges[i + 1])), bars - 1)] += shares[i];
      continue;
    }
    out[0] += shares[i] * std::max(0.0, low - edges[i]) / size;
    out[bars - 1] += shares[i] * std::max(0.0, edges[i + 1] - high) / size;
    const double from = place(edges[i]);
    const double to = place(edges[i + 1]);
    for (auto b = static_cast<std::size_t>(from); b < bars && static_cast<double>(b) < to; ++b) {
      const double part = std::min(to, static_cast<double>(b) + 1) - std::max(from, static_cast<double>(b));
      out[b] += shares[i] * part * width / size;
    }
  }
  return out;
}

// The bins of a model's reference that hold rows; one value that is frequent has a bin of its own.
std::vector<std::size_t> filled_bins(const DriftPicture& picture) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i + 1 < picture.edges.size(); ++i) {
    if (picture.reference[i] > 0 || picture.current[i] > 0) out.push_back(i);
  }
  return out;
}

Chart bins_by_name(const DriftPicture& picture) {
  std::vector<std::string> labels;
  BarSeries reference{.name = "reference"};
  BarSeries current{.name = "current"};
  for (const std::size_t i : filled_bins(picture)) {
    const double from = picture.edges[i];
    const double to = picture.edges[i + 1];
    const bool point = from == to || std::nextafter(from, to) == to;
    labels.push_back(point ? display_number(to) : display_number(from) + " to " + display_number(to));
    reference.values.push_back(picture.reference[i]);
    current.values.push_back(picture.current[i]);
  }
  Chart chart = make_bars("", "", {.label = "share of rows", .percent = true}, std::move(labels), {});
  std::get<BarChart>(chart.body).series = {std::move(reference), std::move(current)};
  return chart;
}

Chart level_chart(const DriftPicture& picture) {
  constexpr std::size_t kLongestLevel = 60;
  std::vector<std::string> labels;
  for (const std::string& label : picture.labels) labels.push_back(cut_display(label, kLongestLevel));
  Chart chart = make_bars("", "", {.label = "share of rows", .percent = true}, std::move(labels), {});
  std::get<BarChart>(chart.body).series = {{.name = "reference", .values = picture.reference},
                                           {.name = "current", .values = picture.current}};
  return chart;
}

Chart number_chart(const DriftPicture& picture, DriftKind kind, std::size_t bars) {
  const bool even = equally_wide(picture.edges);
  double low = picture.edges.front();
  double high = picture.edges.back();
  if (!even) {
    // The outermost hundredths are left to the outer bars, unless much has moved there.
    constexpr double kFew = 0.02;
    const std::size_t last = picture.edges.size() - 1;
    if (picture.reference.front() <= kFew && picture.current.front() <= kFew) low = picture.edges[1];
    if (picture.reference.back() <= kFew && picture.current.back() <= kFew) high = picture.edges[last - 1];
  }
  std::vector<double> edges;
  for (std::size_t i = 0; i <= bars; ++i) {
    edges.push_back(low + (high - low) * (static_cast<double>(i) / static_cast<double>(bars)));
  }
  Chart chart =
      make_histogram("", "", {.label = "", .scale = kind == DriftKind::kTime ? AxisScale::kTime : AxisScale::kLinear},
                     std::move(edges), {}, {.label = "share of rows", .percent = true});
  std::get<HistogramChart>(chart.body).series = {
      {.name = "reference", .heights = spread(picture.edges, picture.reference, low, high, bars)},
      {.name = "current", .heights = spread(picture.edges, picture.current, low, high, bars)}};
  return chart;
}

// nullopt where there is nothing to draw: no rows with a value, or only one value.
std::optional<Chart> picture_of(const ColumnDrift& column, const std::string& file, std::size_t bars) {
  const DriftPicture& picture = column.picture;
  const bool levels = !picture.labels.empty();
  if (!levels && (picture.edges.size() < 3 || !(picture.edges.back() > picture.edges.front()))) return std::nullopt;
  const bool few = !levels && filled_bins(picture).size() <= kMostLabels && !equally_wide(picture.edges);
  Chart chart = levels ? level_chart(picture) : few ? bins_by_name(picture) : number_chart(picture, column.kind, bars);
  chart.name = file;
  chart.title = name_of(column);
  chart.note = words_of(column);
  chart.description = "Shares of rows in the reference and now. " + chart.note + ".";
  return chart;
}

std::size_t count_if_drifted(const std::vector<ColumnDrift>& columns) {
  return static_cast<std::size_t>(
      std::count_if(columns.begin(), columns.end(), [](const ColumnDrift& column) { return column.drift; }));
}

void add_pictures(const std::vector<ColumnDrift>& columns, Report& page) {
  const std::vector<std::size_t> order = by_effect(columns);
  const std::size_t drifted = count_if_drifted(columns);
  const std::size_t bars = columns.size() <= kFinePictures ? kFineBars : kCoarseBars;
  std::size_t drawn = 0;
  for (const bool moved : {true, false}) {
    ReportSection section{.title = moved ? "How they moved" : "The other columns", .folded = !moved};
    section.intro = "Shares of rows: the reference and the current rows over each other.";
    for (std::size_t rank = moved ? 0 : drifted; rank < (moved ? drifted : order.size()); ++rank) {
      if (drawn >= kMostPictures) break;
      std::optional<Chart> chart = picture_of(columns[order[rank]], fmt::format("column_{}", order[rank] + 1), bars);
      if (!chart) continue;
      section.chart(std::move(*chart));
      ++drawn;
    }
    if (section.items.empty()) continue;
    if (drawn >= kMostPictures && order.size() > drawn) {
      section.note(NoteKind::kInfo, fmt::format("Pictures of {} columns; the table above has all.", drawn));
    }
    page.sections.push_back(std::move(section));
  }
}

void add_gaps(const std::vector<ColumnDrift>& columns, Report& page) {
  std::vector<const ColumnDrift*> with_gaps;
  for (const ColumnDrift& column : columns) {
    if (column.missing_reference + column.missing_current > 0) with_gaps.push_back(&column);
  }
  ReportSection& section = page.add("Missing cells");
  if (with_gaps.empty()) {
    section.intro = "No cell is missing, before or now.";
    return;
  }
  const auto change = [](const ColumnDrift* column) {
    return std::fabs(column->missing_share_current() - column->missing_share_reference());
  };
  std::stable_sort(with_gaps.begin(), with_gaps.end(),
                   [&](const ColumnDrift* a, const ColumnDrift* b) { return change(a) > change(b); });
  std::vector<std::string> labels;
  BarSeries before{.name = "reference"};
  BarSeries now{.name = "current"};
  for (std::size_t i = 0; i < std::min(with_gaps.size(), kMostGaps); ++i) {
    labels.push_back(name_of(*with_gaps[i]));
    before.values.push_back(with_gaps[i]->missing_share_reference());
    now.values.push_back(with_gaps[i]->missing_share_current());
  }
  Chart chart = make_bars("missing", "Share of missing cells", {.label = "share of rows", .percent = true},
                          std::move(labels), {});
  std::get<BarChart>(chart.body).series = {std::move(before), std::move(now)};
  chart.description = "Columns with missing cells, the largest change first.";
  if (with_gaps.size() > kMostGaps) {
    chart.note = fmt::format("the first {} of {} columns with missing cells", kMostGaps, with_gaps.size());
  }
  section.chart(std::move(chart));
}

void add_domain(const DomainClassifier& domain, Report& page) {
  constexpr std::size_t kShown = 12;
  ReportSection& section =
      page.add("All columns together",
               "A classifier that tries to tell current rows from reference rows. At 0.5 it guesses; the nearer to "
               "1, the surer it is that the two are not the same.");
  section.value("ROC AUC", domain.auc, CellFormat::kNumber,
                fmt::format("95 % interval {:.4f} to {:.4f}", domain.interval.low, domain.interval.high));
  section.value("reference rows used", static_cast<double>(domain.reference_rows));
  section.value("current rows used", static_cast<double>(domain.current_rows));
  std::vector<std::string> labels;
  std::vector<double> weights;
  for (std::size_t i = 0; i < std::min(kShown, domain.columns.size()); ++i) {
    labels.push_back(cut_display(domain.columns[i].first, kLongestName));
    weights.push_back(domain.columns[i].second);
  }
  if (labels.empty()) return;
  Chart chart = make_bars("giveaway", "What gives them away", {.label = "part in the classifier's answer"},
                          std::move(labels), std::move(weights));
  chart.description = "How much each column moves the classifier's answer, in standard deviations of its logit.";
  section.chart(std::move(chart));
}

void add_answers(const ModelComparison& found, Report& page) {
  ReportSection& section = page.add("Answers of the model",
                                    "What the model says of the current rows, beside what it "
                                    "said of the rows that it was trained on.");
  add_columns(found.predictions, "answers", section);
  for (std::size_t i = 0; i < found.predictions.size(); ++i) {
    if (std::optional<Chart> chart = picture_of(found.predictions[i], fmt::format("answers_{}", i + 1), kFineBars)) {
      section.chart(std::move(*chart));
    }
  }
}

void add_performance(const ModelComparison& found, Report& page) {
  if (found.measured.empty() && found.estimated.empty()) return;
  ReportSection& section = page.add("Performance");
  const std::vector<ReportColumn> columns = {
      {"metric"}, {"value", CellFormat::kNumber}, {"95 % from", CellFormat::kNumber}, {"to", CellFormat::kNumber}};
  const auto add = [&](const char* name, const std::string& title, const std::vector<PerformanceValue>& values) {
    if (values.empty()) return;
    ReportTable& table = section.table(name, columns, title);
    for (const PerformanceValue& value : values) {
      table.rows.push_back({value.metric, value.value, value.interval ? ReportCell(value.interval->low) : ReportCell(),
                            value.interval ? ReportCell(value.interval->high) : ReportCell()});
    }
  };
  add("measured", "measured on " + display_count(found.labelled, "row") + " with an answer", found.measured);
  add("estimated", "estimated from the model's probabilities, without answers", found.estimated);
  if (!found.estimated.empty()) {
    section.note(NoteKind::kInfo,
                 "The estimate is right while the probabilities are calibrated and the same inputs still mean the "
                 "same. A change of the inputs it follows; a change of their meaning it cannot see.");
  }
}

void add_not_compared(const std::vector<std::string>& reference, const std::vector<std::string>& current,
                      const std::vector<ColumnDrift>& columns, Report& page) {
  ReportTable table{.name = "not_compared", .columns = {{"column"}, {"why"}}};
  for (const std::string& name : reference) {
    table.rows.push_back({cut_display(name, kLongestName), "only the reference has it"});
  }
  for (const std::string& name : current) {
    table.rows.push_back({cut_display(name, kLongestName), "only the current table has it"});
  }
  for (const ColumnDrift& column : columns) {
    if (!column.tested) table.rows.push_back({name_of(column), column.note});
  }
  if (table.rows.empty()) return;
  if (table.rows.size() > kMostRows) table.rows.resize(kMostRows);
  page.add("Not compared").items.emplace_back(std::move(table));
}

void add_reading(const DriftOptions& options, Report& page) {
  ReportSection& section = page.add("How to read this");
  section.folded = true;
  section.note(NoteKind::kInfo,
               fmt::format("A column has drifted if its p, {}, is below {} and its effect is at least {}; or if its "
                           "PSI is at least {} and above what chance explains with so many rows.",
                           correction_word(options), display_number(options.alpha), display_number(options.min_effect),
                           display_number(options.psi_threshold)));
  section.note(NoteKind::kInfo,
               "Effect: for numbers D of Kolmogorov-Smirnov, the largest distance between the two cumulative shares; "
               "for categories Cramer's V. Both go from 0 (the same) to 1.");
  section.note(NoteKind::kInfo,
               "PSI: below 0.1 stable, from 0.25 on major. Jensen-Shannon is a distance from 0 to 1; Wasserstein is "
               "how far values moved, in standard deviations of the reference.");
}

ReportNote verdict_of(const std::vector<ColumnDrift>& columns, const std::string& answers, bool drift,
                      const std::string& remedy) {
  constexpr std::size_t kNamed = 3;
  std::string text = count_drifted(columns);
  const std::size_t drifted = count_if_drifted(columns);
  const std::vector<std::size_t> order = by_effect(columns);
  for (std::size_t i = 0; i < std::min(drifted, kNamed); ++i) {
    const std::string change = change_of(columns[order[i]]);
    text += (i == 0 ? (drifted > 1 ? ", most of all " : ": ") : ", ") + cut_display(columns[order[i]].name, 40) +
            (change.empty() ? "" : " (" + change + ")");
  }
  return {drift ? NoteKind::kBad : NoteKind::kGood, text + answers + ".", drift ? remedy : ""};
}

ReportSection& add_overview(const std::vector<ColumnDrift>& columns, std::uint64_t reference_rows,
                            std::uint64_t current_rows, const DriftOptions& options, Report& page) {
  ReportSection& section = page.add("Overview");
  section.value("reference rows", static_cast<double>(reference_rows));
  section.value("current rows", static_cast<double>(current_rows));
  section.value("columns compared", static_cast<double>(std::count_if(columns.begin(), columns.end(),
                                                                      [](const auto& c) { return c.tested; })));
  section.value("columns drifted", static_cast<double>(count_if_drifted(columns)));
  section.value("risk of a false alarm", options.alpha, CellFormat::kPercent, "p " + correction_word(options));
  return section;
}

void add_column_sections(const std::vector<ColumnDrift>& columns, Report& page) {
  add_columns(columns, "columns", page.add("Columns", "What drifted first, by falling effect."));
  add_pictures(columns, page);
  add_gaps(columns, page);
}

Report begin_page(const DriftPageNames& names, std::uint64_t reference_rows, std::uint64_t current_rows) {
  return {.title = "Drift of " + names.current,
          .subtitle = display_count(current_rows, "row") + " against " + display_count(reference_rows, "row") + " of " +
                      names.reference,
          .footer = std::string("mlkit ") + MLKIT_VERSION};
}

}  // namespace

Report drift_page(const FileComparison& found, const DomainClassifier* domain, const DriftPageNames& names,
                  const DriftOptions& options) {
  Report page = begin_page(names, found.reference_rows, found.current_rows);
  page.verdict = verdict_of(found.columns, "", found.drift, "mlkit evaluate MODEL " + names.current);
  ReportSection& overview = add_overview(found.columns, found.reference_rows, found.current_rows, options, page);
  if (domain != nullptr) overview.value("told apart with ROC AUC", domain->auc);
  add_column_sections(found.columns, page);
  if (domain != nullptr) add_domain(*domain, page);
  add_not_compared(found.only_in_reference, found.only_in_current, found.columns, page);
  add_reading(options, page);
  return page;
}

Report drift_page(const ModelComparison& found, const DriftPageNames& names, const DriftOptions& options) {
  Report page = begin_page(names, found.reference_rows, found.current_rows);
  const bool moved = count_if_drifted(found.predictions) > 0;
  page.verdict =
      verdict_of(found.columns, moved ? ". The model's answers drifted" : ". The model's answers did not drift",
                 found.drift, "mlkit evaluate " + names.reference + " LABELLED.csv");
  ReportSection& overview = add_overview(found.columns, found.reference_rows, found.current_rows, options, page);
  const auto value = [&](const std::vector<PerformanceValue>& values, const std::string& how) {
    if (values.empty()) return;
    overview.value(values[0].metric + ", " + how, values[0].value, CellFormat::kNumber,
                   values[0].interval ? "95 % interval " + display_number(values[0].interval->low) + " to " +
                                            display_number(values[0].interval->high)
                                      : "");
  };
  value(found.measured, "measured");
  value(found.estimated, "estimated");
  add_column_sections(found.columns, page);
  add_answers(found, page);
  add_performance(found, page);
  add_not_compared({}, {}, found.columns, page);
  add_reading(options, page);
  return page;
}

}  // namespace mlkit::app
