// drift: has the world moved since the reference? Column by column, and as far as the model is concerned.
#include <algorithm>
#include <filesystem>
#include <optional>

#include <fmt/format.h>

#include "command.h"
#include "drift_page.h"
#include "drift_report.h"
#include "model_report.h"

#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/io/model_file.h"
#include "mlkit/workflow/compare_files.h"
#include "mlkit/workflow/compare_model.h"
#include "mlkit/workflow/domain_classifier.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kLinesShown = 40;

// By the first bytes; by the name where there is no such file, so that the error is about a model.
bool is_model_file(const std::string& path) {
  constexpr std::string_view kMagic = "\x89MLKIT";
  std::error_code error;
  if (path == "-") return false;
  const std::filesystem::file_type type = std::filesystem::status(path, error).type();
  if (type == std::filesystem::file_type::none) {
    throw Error(ErrorCode::kIo, "cannot open: " + error.message(), {.file = path, .column = {}, .hint = {}});
  }
  if (type == std::filesystem::file_type::not_found) return path.ends_with(".mlkit");
  if (type != std::filesystem::file_type::regular) return false;
  char head[kMagic.size()];
  std::size_t filled = 0;
  InputFile file(path);
  while (filled < sizeof head) {
    const std::size_t got = file.read(head + filled, sizeof head - filled);
    if (got == 0) break;
    filled += got;
  }
  return std::string_view(head, filled) == kMagic;
}

class Drift : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override {
    arguments.add("reference", reference_,
                  {.help = "what is normal: a CSV file, or a model file, which carries a reference",
                   .value_name = "REFERENCE",
                   .file = FileUse::kReads});
    arguments.add("current", current_,
                  {.help = "rows to compare with it (CSV, - is standard input)",
                   .value_name = "CURRENT",
                   .file = FileUse::kReads});
    options.add_struct(drift_);
    options.add("columns", columns_,
                {.help = "only these columns, also identifiers and time stamps", .value_name = "COLS"});
    options.add(
        "classifier", classifier_,
        {.help = "also let a classifier tell current from reference rows, by all columns together (two tables)"});
    options.add("report", report_,
                {.help = "writes a page with the verdict, all measures, and distributions over each other (HTML)",
                 .value_name = "FILE",
                 .file = FileUse::kWrites});
    table_in_.declare(options);
  }

  int run(Session& session) override {
    validate_drift_options(drift_);
    if (reference_ == "-" && current_ == "-") {
      throw_usage("REFERENCE and CURRENT are both standard input", "name one of the two files");
    }
    if (is_model_file(current_)) {
      throw_usage("CURRENT is a model file", "a model is a reference: mlkit drift MODEL TABLE");
    }
    if (!is_model_file(reference_)) return run_tables(session);
    if (classifier_) {
      throw_usage("--classifier needs the rows of the reference, and a model file holds none",
                  "give the training table instead of the model");
    }
    return run_model(session);
  }

 private:
  int run_tables(Session& session) {
    CompareFilesOptions files;
    files.reference = reference_;
    files.current = current_;
    files.columns = columns_;
    files.csv = table_in_.to_csv_options();
    files.drift = drift_;
    const FileComparison found = compare_files(files, session.context());
    std::optional<DomainClassifier> domain;
    if (classifier_) domain = classify_files(files, session.seed(), session.context());
    write_page([&] { return drift_page(found, domain ? &*domain : nullptr, page_names(), drift_); });
    if (session.json()) {
      Json out;
      out["drift"] = found.drift;
      out["rows_reference"] = found.reference_rows;
      out["rows_current"] = found.current_rows;
      out["columns"] = columns_drift_to_json(found.columns);
      out["only_in_reference"] = found.only_in_reference;
      out["only_in_current"] = found.only_in_current;
      if (domain) out["classifier"] = domain_to_json(*domain);
      session.result("drift", std::move(out));
    } else if (!session.quiet()) {
      session.print(with_thousands(found.reference_rows) + " reference rows, " + with_thousands(found.current_rows) +
                    " current rows; p by " + correction_name() + "\n\n" +
                    render_columns_drift(found.columns, kLinesShown) + (domain ? render_domain(*domain) : ""));
    }
    session.summary(count_drifted(found.columns) + next_step(found.drift));
    return found.drift ? 1 : 0;
  }

  int run_model(Session& session) {
    const Pipeline pipeline = read_model_file(reference_);
    ModelComparison found;
    name_file(current_, [&] {
      found = compare_with_model(pipeline, reference_, current_, table_in_.to_csv_options(pipeline.parts().na),
                                 columns_, drift_, session.context());
    });
    write_page([&] { return drift_page(found, page_names(), drift_); });
    if (session.json()) {
      session.result("drift", model_to_drift_json(found));
    } else if (!session.quiet()) {
      session.print(with_thousands(found.reference_rows) + " reference rows in the model, " +
                    with_thousands(found.current_rows) + " current rows; p by " + correction_name() + "\n\n" +
                    render_columns_drift(found.columns, kLinesShown) + "\nanswers of the model\n" +
                    render_columns_drift(found.predictions, kLinesShown) + render_performance(found));
    }
    session.summary(count_drifted(found.columns) + answers_text(found) +
                    (found.drift ? "; next: mlkit evaluate " + reference_ + " LABELLED.csv, or train again" : ""));
    return found.drift ? 1 : 0;
  }

  // Behind "no drift in 3 columns" or "2 of 3 columns drifted".
  static std::string answers_text(const ModelComparison& found) {
    const auto drifted = [](const ColumnDrift& column) { return column.drift; };
    const bool inputs = std::any_of(found.columns.begin(), found.columns.end(), drifted);
    const bool answers = std::any_of(found.predictions.begin(), found.predictions.end(), drifted);
    if (inputs == answers) return answers ? ", and so did the model's answers" : ", nor in the model's answers";
    return answers ? ", but the model's answers drifted" : ", the model's answers did not";
  }

  template <class MakePage>
  void write_page(const MakePage& make_page) const {
    if (report_.empty()) return;
    OutputFile file(report_);
    file.write(render_report_html(make_page()));
    file.commit();
  }

  DriftPageNames page_names() const {
    const auto name = [](const std::string& path) {
      return path == "-" ? "standard input" : path.substr(path.rfind('/') + 1);
    };
    return {name(reference_), name(current_)};
  }

  static Json domain_to_json(const DomainClassifier& domain) {
    Json columns = Json::object();
    for (const auto& [name, weight] : domain.columns) columns[name] = weight;
    return {{"roc_auc", domain.auc},
            {"interval", {domain.interval.low, domain.interval.high}},
            {"rows_reference", domain.reference_rows},
            {"rows_current", domain.current_rows},
            {"columns", columns}};
  }

  static std::string render_domain(const DomainClassifier& domain) {
    constexpr std::size_t kShown = 5;
    std::string out = fmt::format(
        "\nall columns together: a classifier tells the two apart with ROC AUC {:.4f}\n"
        "  (95 % interval {:.4f} to {:.4f}; 0.5 is by chance); what gives them away:\n",
        domain.auc, domain.interval.low, domain.interval.high);
    for (std::size_t i = 0; i < domain.columns.size() && i < kShown; ++i) {
      out += "  " + fit_text(domain.columns[i].first, 24) + " " + short_number(domain.columns[i].second) + "\n";
    }
    return out;
  }

  static Json performance_to_json(const std::vector<PerformanceValue>& values) {
    Json out = Json::object();
    for (const PerformanceValue& value : values) {
      out[value.metric] = {{"value", value.value}};
      if (value.interval) out[value.metric]["interval"] = {value.interval->low, value.interval->high};
    }
    return out;
  }

  // The answers' drift as one object: scores (or numbers) first, labels beside them.
  static Json model_to_drift_json(const ModelComparison& found) {
    Json out;
    out["drift"] = found.drift;
    out["rows_reference"] = found.reference_rows;
    out["rows_current"] = found.current_rows;
    out["columns"] = columns_drift_to_json(found.columns);
    Json prediction = Json::object();
    if (!found.predictions.empty()) prediction = column_drift_to_json(found.predictions.back());
    if (found.predictions.size() == 2) {
      prediction["labels"] = column_drift_to_json(found.predictions.front());
      prediction["drift"] = found.predictions[0].drift || found.predictions[1].drift;
    }
    out["prediction"] = std::move(prediction);
    if (!found.estimated.empty()) out["estimated"] = performance_to_json(found.estimated);
    if (!found.measured.empty()) {
      out["measured"] = performance_to_json(found.measured);
      out["rows_labelled"] = found.labelled;
    }
    return out;
  }

  static std::string render_values(const std::vector<PerformanceValue>& values) {
    std::string out;
    for (const PerformanceValue& value : values) {
      out += "  " + fit_text(value.metric, 14) + fmt::format(" {:>10}", short_number(value.value));
      if (value.interval) {
        out += "   " + short_number(value.interval->low) + " to " + short_number(value.interval->high);
      }
      out += "\n";
    }
    return out;
  }

  static std::string render_performance(const ModelComparison& found) {
    std::string out;
    if (!found.measured.empty()) {
      out +=
          "\nperformance on " + count_of(found.labelled, "row") + " with an answer\n" + render_values(found.measured);
    }
    if (!found.estimated.empty()) {
      out +=
          "\nperformance as estimated without answers (right while the probabilities\n"
          "are calibrated and what the columns mean has not changed)\n" +
          render_values(found.estimated);
    }
    return out;
  }

  std::string correction_name() const {
    if (drift_.correction == "holm") return "Holm";
    return drift_.correction == "bh" ? "Benjamini-Hochberg" : "column, not corrected";
  }

  std::string next_step(bool drift) const {
    return drift ? "; next: mlkit evaluate MODEL " + current_ + ", or train again" : "";
  }

  std::string reference_;
  std::string current_;
  DriftOptions drift_;
  std::vector<std::string> columns_;
  bool classifier_ = false;
  std::string report_;
  TableInOptions table_in_;
};

}  // namespace

std::unique_ptr<Command> make_drift() { return std::make_unique<Drift>(); }

}  // namespace mlkit::app
