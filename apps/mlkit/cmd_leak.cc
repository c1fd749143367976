// mlkit leak: what would make a test look better than the model is. Exit 1 when something is found, so that make stops.
#include "command.h"

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/io/display.h"
#include "mlkit/workflow/leak_audit.h"

namespace mlkit::app {
namespace {

class Leak : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override {
    (void)arguments;
    options.add("train", train_,
                {.help = "the training rows, or all rows of a table that is not split yet",
                 .value_name = "FILE",
                 .file = FileUse::kReads,
                 .required = true});
    options.add("test", test_, {.help = "the test rows", .value_name = "FILE", .file = FileUse::kReads});
    options.add("target", options_.target,
                {.help = "the column to be predicted: others are held against it", .value_name = "COL"});
    options.add("group", options_.group, {.help = "rows of one group must be on one side", .value_name = "COL"});
    options.add("time", options_.time, {.help = "training rows must not be later than test rows", .value_name = "COL"});
    options.add("auc_limit", options_.auc_limit,
                {.help = "a column that tells the classes apart better than this by itself is suspect (R2 for numbers)",
                 .value_name = "V",
                 .range = between(0.5, 1)});
    reading_.declare(options);
  }

  int run(Session& session) override {
    CsvReadOptions csv = reading_.to_csv_options();
    const Table train = read_csv(train_, csv, session.context());
    Table test;
    if (!test_.empty()) {
      csv.rejects_path.clear();
      std::erase_if(csv.types, [&](const auto& declared) { return !train.find(declared.first); });
      test = read_csv(test_, csv, session.context());
    }
    require_rows(train, train_);
    if (!test_.empty()) require_rows(test, test_);
    const LeakReport report = audit_leaks(train, test_.empty() ? nullptr : &test, options_, session.context());
    if (session.json()) {
      session.result("leak", to_json(report));
    } else {
      session.print(to_text(report));
    }
    const std::string rows =
        with_thousands(report.train_rows) + (test_.empty() ? "" : " + " + with_thousands(report.test_rows)) + " rows";
    if (report.findings.empty()) {
      session.summary("leak: " + rows + ", nothing found; next: mlkit train");
      return 0;
    }
    session.summary("leak: " + rows + ", " + display_count(report.findings.size(), "finding") +
                    "; mend them before mlkit train");
    return 1;
  }

 private:
  static void require_rows(const Table& table, const std::string& path) {
    if (table.rows() > 0) return;
    throw Error(ErrorCode::kData, "there are no data rows",
                {.file = path, .column = {}, .hint = "of an empty table nothing can be said"});
  }

  static Json to_json(const LeakReport& report) {
    Json findings = Json::array();
    for (const LeakFinding& finding : report.findings) {
      findings.push_back(
          {{"kind", finding.kind}, {"column", finding.column}, {"rows", finding.rows}, {"detail", finding.detail}});
    }
    return {{"train_rows", report.train_rows},
            {"test_rows", report.test_rows},
            {"findings", std::move(findings)},
            {"checks", report.checks},
            {"notes", report.notes}};
  }

  static std::string to_text(const LeakReport& report) {
    std::string out;
    const auto paragraph = [&](const std::string& text, const std::string& indent) {
      for (const std::string& line : wrap_display(text, 80 - indent.size())) out += indent + line + "\n";
    };
    for (const LeakFinding& finding : report.findings) {
      out += finding.kind + (finding.column.empty() ? "" : "  " + cut_display(finding.column, 50)) + "\n";
      paragraph(finding.detail, "  ");
    }
    if (report.findings.empty()) out += "no leak found\n";
    for (const std::string& note : report.notes) paragraph("(" + note + ")", "");
    std::string checks = "checked:";
    for (const std::string& check : report.checks) checks += " " + check;
    paragraph(checks, "");
    return out;
  }

  std::string train_;
  std::string test_;
  LeakOptions options_;
  TableInOptions reading_;
};

}  // namespace

std::unique_ptr<Command> make_leak() { return std::make_unique<Leak>(); }

}  // namespace mlkit::app
