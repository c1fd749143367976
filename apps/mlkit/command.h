// What a subcommand is, for the table of commands (commands.cc). A command declares its arguments
// and options as data, by binding them to its members; one file (command_line.cc) turns that into
// CLI11, --help, suggestions, the configuration file and the generated reference.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/base/fields.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/io/json.h"
#include "run_facts.h"

namespace mlkit::app {

// Options that every command has.
struct GlobalOptions {
  bool json = false;
  bool errors_json = false;
  bool quiet = false;
  bool verbose = false;
  bool no_color = false;
  std::int64_t threads = 0;
  std::int64_t seed = 42;
  std::string config;
  bool help = false;
  bool version = false;
  // Of commands that write files:
  bool if_changed = false;
  std::string depfile;
  std::string depfile_target;

  // Adds what the command itself does not declare; what is for outputs only where the command has some.
  void declare(const FieldList& arguments, FieldList& options);
  void declare(FieldList& options);
};

// What a command may say, and how. Data goes to standard output, everything else to standard error.
class Session {
 public:
  explicit Session(const GlobalOptions& options);

  Context& context() { return context_; }
  std::uint64_t seed() const { return static_cast<std::uint64_t>(options_.seed); }
  bool json() const { return options_.json; }
  bool quiet() const { return options_.quiet; }
  bool color() const { return color_; }
  const GlobalOptions& options() const { return options_; }

  // The command's result with --json: adds "command", "mlkit", "schema" and prints one object on
  // standard output. Warnings so far become its "warnings".
  void result(const std::string& command, Json object);
  // Data or a report for people on standard output. Throws Error(kIo) on a full disk.
  void print(const std::string& text);
  // The one line on success, on standard error unless --quiet; names the next useful command.
  void summary(const std::string& line);
  // Shows the warnings collected in context() on standard error (with "mlkit: warning: "), each once.
  // main calls it after run(), also when that throws; summary() calls it first.
  void show_warnings();
  // A line on standard error with -v only.
  void detail(const std::string& text);
  // Throws Error(kUsage) where the data (`output` empty or "-") and the object of --json would both
  // go to standard output.
  void require_output_beside_json(const std::string& output) const;

  // What the ledger of runs keeps of this one, beside options and files (Command::ledger).
  void note_run(RunFacts facts) { facts_ = std::move(facts); }
  const std::optional<RunFacts>& noted_run() const { return facts_; }
  // From now on print() and result() append to `text` (which outlives the session) instead of standard output.
  void capture(std::string& text) { captured_ = &text; }

 private:
  void collect_warnings();

  GlobalOptions options_;
  Context context_;
  std::unique_ptr<Progress> progress_;
  bool color_ = false;
  std::vector<std::string> warnings_;
  std::size_t shown_warnings_ = 0;
  std::optional<RunFacts> facts_;
  std::string* captured_ = nullptr;
};

// Options of every command that reads a table (CLI.md, "Tables in").
struct TableInOptions {
  std::string delimiter;
  std::string quote = "\"";
  bool no_header = false;
  std::int64_t skip_lines = 0;
  std::string decimal = ".";
  std::string thousands;
  std::optional<std::string> na;
  std::string schema_file;
  std::string types;
  std::string on_bad_row = "error";
  std::string rejects;

  void declare(FieldList& options);
  CsvReadOptions to_csv_options() const;  // throws Error(kUsage)
  // The same for a model or recipe that knows its words for missing: they hold unless --na says otherwise.
  CsvReadOptions to_csv_options(const std::optional<std::vector<std::string>>& sealed_na) const;
  // The words of --na, where it is given: what is to be sealed.
  std::optional<std::vector<std::string>> given_na() const;
};

class Command {
 public:
  virtual ~Command() = default;
  // Positional arguments in order (required unless the target is optional), and options.
  virtual void declare(FieldList& arguments, FieldList& options) = 0;
  // Names the outputs whose names follow from other options. Called once all options are read, before the files of the
  // command are checked to be separate ones (separate_files.h).
  virtual void name_outputs() {}
  // Not null: this command is kept in the ledger of runs, and these are its options about that. It calls
  // Session::note_run when there is something to keep.
  virtual const LedgerOptions* ledger() const { return nullptr; }
  // The exit code: 0, or 1 for a negative finding. Everything else is thrown as Error.
  virtual int run(Session& session) = 0;
};

struct CommandRow {
  std::string name;
  std::string group;    // Data, Models, Watching and deploying, Other
  std::string summary;  // one line
  std::string example;  // shown at the end of --help
  std::unique_ptr<Command> (*make)();
};

// The table: one row per command, in the order of --help.
const std::vector<CommandRow>& command_table();

// One maker per command file (cmd_NAME.cc).
std::unique_ptr<Command> make_bench();
std::unique_ptr<Command> make_card();
std::unique_ptr<Command> make_clean();
std::unique_ptr<Command> make_cluster();
std::unique_ptr<Command> make_compare();
std::unique_ptr<Command> make_completion();
std::unique_ptr<Command> make_cv();
std::unique_ptr<Command> make_doctor();
std::unique_ptr<Command> make_drift();
std::unique_ptr<Command> make_evaluate();
std::unique_ptr<Command> make_explain();
std::unique_ptr<Command> make_features();
std::unique_ptr<Command> make_inspect();
std::unique_ptr<Command> make_leak();
std::unique_ptr<Command> make_learncurve();
std::unique_ptr<Command> make_man();
std::unique_ptr<Command> make_monitor();
std::unique_ptr<Command> make_pipeline();
std::unique_ptr<Command> make_predict();
std::unique_ptr<Command> make_profile();
std::unique_ptr<Command> make_recommend();
std::unique_ptr<Command> make_resample();
std::unique_ptr<Command> make_reduce();
std::unique_ptr<Command> make_runs();
std::unique_ptr<Command> make_simulate();
std::unique_ptr<Command> make_split();
std::unique_ptr<Command> make_threshold();
std::unique_ptr<Command> make_train();
std::unique_ptr<Command> make_tune();
std::unique_ptr<Command> make_verify();

}  // namespace mlkit::app
