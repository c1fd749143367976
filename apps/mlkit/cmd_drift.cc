// drift: has the world moved since the reference? Column by column, and as far as the model is concerned.
#include "command.h"
#include "drift_report.h"
#include "model_report.h"

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/workflow/compare_files.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kLinesShown = 40;

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
    table_in_.declare(options);
  }

  int run(Session& session) override {
    validate_drift_options(drift_);
    if (reference_ == "-" && current_ == "-") {
      throw_usage("REFERENCE and CURRENT are both standard input", "name one of the two files");
    }
    return run_tables(session);
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
    if (session.json()) {
      Json out;
      out["drift"] = found.drift;
      out["rows_reference"] = found.reference_rows;
      out["rows_current"] = found.current_rows;
      out["columns"] = columns_drift_to_json(found.columns);
      out["only_in_reference"] = found.only_in_reference;
      out["only_in_current"] = found.only_in_current;
      session.result("drift", std::move(out));
    } else if (!session.quiet()) {
      session.print(with_thousands(found.reference_rows) + " reference rows, " + with_thousands(found.current_rows) +
                    " current rows; p by " + correction_name() + "\n\n" +
                    render_columns_drift(found.columns, kLinesShown));
    }
    session.summary(count_drifted(found.columns) + next_step(found.drift));
    return found.drift ? 1 : 0;
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
  TableInOptions table_in_;
};

}  // namespace

std::unique_ptr<Command> make_drift() { return std::make_unique<Drift>(); }

}  // namespace mlkit::app
