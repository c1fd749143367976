// mlkit profile: what is in a table, and what in it would harm a model.
#include <algorithm>
#include <filesystem>

#include "command.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/io/profile_report.h"

namespace mlkit::app {
namespace {

// The words of --fail-on: kinds and severities.
std::vector<std::string> fail_words() {
  std::vector<std::string> words = {"problem", "warning", "note", "any"};
  for (const FindingKind& kind : finding_kinds()) words.emplace_back(kind.name);
  return words;
}

class Profile : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override {
    arguments.add("input", input_, {.help = "the table (CSV)", .value_name = "IN", .file = FileUse::kReads});
    options.add("target", target_, {.help = "how each column goes with this one", .value_name = "COL"});
    options.add("html", html_,
                {.help = "the report as one page with pictures", .value_name = "FILE", .file = FileUse::kWrites});
    options.add("output", output_,
                {.help = "the text goes here instead of to standard output",
                 .value_name = "FILE",
                 .file = FileUse::kWrites,
                 .short_name = 'o'});
    options.add("fail_on", fail_on_,
                {.help = "exit 1 where one of these is found: problem, warning, any, or kinds of findings such as "
                         "duplicates,sentinel",
                 .value_name = "LIST"});
    reading_.declare(options);
  }

  int run(Session& session) override {
    const std::vector<std::string> fail_on = checked_fail_on();
    const TableProfile table = profile_csv(input_, reading_.to_csv_options(), target_, session.context());
    const std::vector<Finding> findings = find_problems(table);
    const std::string name = input_ == "-" ? "standard input" : std::filesystem::path(input_).filename().string();
    if (!html_.empty()) {
      OutputFile page(html_);
      page.write(render_report_html(profile_report(table, findings, name, std::string("mlkit ") + MLKIT_VERSION)));
      page.commit();
    }
    if (session.json()) {
      session.result("profile", profile_to_json(table, findings));
    }
    if (!output_.empty() && !(session.json() && is_standard_output(output_))) {
      OutputFile text(output_);
      text.write(render_profile_text(table, findings, false));
      text.commit();
    } else if (!session.json()) {
      session.print(render_profile_text(table, findings, session.color()));
    }
    return conclude(session, table, findings, fail_on);
  }

 private:
  std::vector<std::string> checked_fail_on() const {
    std::vector<std::string> out;
    const std::vector<std::string> words = fail_words();
    for (std::string word : split_list(fail_on_)) {
      std::replace(word.begin(), word.end(), '-', '_');
      if (std::find(words.begin(), words.end(), word) == words.end()) {
        const std::string near = nearest_name(word, words);
        throw_usage("--fail-on: \"" + word + "\" is no kind of finding",
                    near.empty() ? "problem, warning, any, or a kind as the findings in --json name them"
                                 : "did you mean " + near + "?");
      }
      out.push_back(std::move(word));
    }
    return out;
  }

  static int conclude(Session& session, const TableProfile& table, const std::vector<Finding>& findings,
                      const std::vector<std::string>& fail_on) {
    std::size_t failing = 0;
    for (const Finding& finding : findings) {
      const bool severe = std::any_of(fail_on.begin(), fail_on.end(), [&](const std::string& word) {
        return word == "any" || word == finding.kind || word == severity_name(finding.severity) ||
               (word == "warning" && finding.severity == FindingSeverity::kProblem) || word == "note";
      });
      failing += severe ? 1 : 0;
    }
    const std::string what = with_thousands(table.rows) + " rows, " + with_thousands(table.columns.size()) +
                             " columns, " + with_thousands(findings.size()) +
                             (findings.size() == 1 ? " finding" : " findings");
    if (failing > 0) {
      session.summary("profile: " + what + "; " + with_thousands(failing) + " of --fail-on");
      return 1;
    }
    session.summary("profile: " + what + "; next: mlkit clean, or mlkit split");
    return 0;
  }

  std::string input_;
  std::string target_;
  std::string html_;
  std::string output_;
  std::string fail_on_;
  TableInOptions reading_;
};

}  // namespace

std::unique_ptr<Command> make_profile() { return std::make_unique<Profile>(); }

}  // namespace mlkit::app
