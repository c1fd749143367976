// monitor: follows a log of predictions, a file or standard input line by line, and says when something has changed.
#include <spawn.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstring>
#include <deque>
#include <filesystem>
#include <optional>
#include <set>
#include <unordered_map>
#include <utility>

#include <fmt/format.h>

#include "command.h"
#include "model_report.h"
#include "record_reader.h"

#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/io/model_file.h"
#include "mlkit/workflow/monitor_log.h"

extern char** environ;

namespace mlkit::app {
namespace {

constexpr std::size_t kMostStateBytes = std::size_t{1} << 30;

Json alarm_to_json(const Alarm& alarm) {
  return {{"alarm", alarm.alarm},
          {"detector", alarm.detector},
          {"row", alarm.row},
          {"window", alarm.window},
          {"value", alarm.value}};
}

// Starts `words` without a shell and waits for it: the alarm is in MLKIT_ALARM, what it prints goes to standard error.
// The reason where it could not be run or failed, else "".
std::string run_alert(const std::vector<std::string>& words, const std::string& alarm) {
  std::vector<char*> arguments;
  for (const std::string& word : words) arguments.push_back(const_cast<char*>(word.c_str()));
  arguments.push_back(nullptr);
  std::string variable = "MLKIT_ALARM=" + alarm;
  std::vector<char*> environment;
  for (char** entry = environ; *entry != nullptr; ++entry) {
    if (std::strncmp(*entry, "MLKIT_ALARM=", 12) != 0) environment.push_back(*entry);
  }
  environment.push_back(variable.data());
  environment.push_back(nullptr);

  posix_spawn_file_actions_t files;
  posix_spawnattr_t attributes;
  posix_spawn_file_actions_init(&files);
  posix_spawnattr_init(&attributes);
  posix_spawn_file_actions_addopen(&files, STDIN_FILENO, "/dev/null", 0, 0);
  posix_spawn_file_actions_adddup2(&files, STDERR_FILENO, STDOUT_FILENO);
  sigset_t defaults;  // signals that this program ignores or catches are the child's own business
  sigemptyset(&defaults);
  for (const int signal : {SIGPIPE, SIGINT, SIGTERM}) sigaddset(&defaults, signal);
  posix_spawnattr_setsigdefault(&attributes, &defaults);
  posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGDEF);
  pid_t child = 0;
  const int failed = posix_spawnp(&child, arguments[0], &files, &attributes, arguments.data(), environment.data());
  posix_spawn_file_actions_destroy(&files);
  posix_spawnattr_destroy(&attributes);
  if (failed != 0) return std::string("cannot be started: ") + std::strerror(failed);
  int status = 0;
  while (waitpid(child, &status, 0) < 0) {
    if (errno != EINTR) return "its end was not seen";
  }
  if (WIFSIGNALED(status)) return "was ended by signal " + std::to_string(WTERMSIG(status));
  return WEXITSTATUS(status) == 0 ? "" : "ended with exit code " + std::to_string(WEXITSTATUS(status));
}

class Monitor : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override {
    arguments.add("log", log_,
                  {.help = "a log of predictions: CSV with a column prediction, - is standard input",
                   .value_name = "LOG",
                   .file = FileUse::kReads});
    options.add("model", model_,
                {.help = "the model that made them: its reference says what is normal (else the first window)",
                 .value_name = "MODEL",
                 .file = FileUse::kReads});
    options.add("labels", labels_,
                {.help = "true answers that came later: CSV with the id and one more column",
                 .value_name = "FILE",
                 .file = FileUse::kReads});
    options.add("id", monitor_.id,
                {.help = "column that joins log and --labels (the first of --labels)", .value_name = "COL"});
    options.add("label", label_,
                {.help = "column with the true answer, in --labels or in the log (the second of --labels; the model's "
                         "target)",
                 .value_name = "COL"});
    options.add("task", monitor_.task,
                {.help = "what the predictions are; auto: those of --model, else classes where there is a confidence",
                 .choices = {"auto", "classification", "regression"}});
    options.add("window", monitor_.window, {.help = "rows that are looked at together", .range = between(10, 1e7)});
    options.add("detector", monitor_.detectors,
                {.help = "of changes in the errors: adwin (of the confidence as well), page-hinkley, ddm",
                 .value_name = "LIST"});
    options.add("alpha", monitor_.drift.alpha,
                {.help = "risk of a false alarm in a window, over all its columns", .range = strictly_between(0, 1)});
    options.add("min_effect", monitor_.drift.min_effect,
                {.help = "a difference of distributions below this is no alarm", .range = between(0, 1)});
    options.add("psi_threshold", monitor_.drift.psi_threshold,
                {.help = "PSI from which on a column of a window has drifted", .range = above(0)});
    options.add("state", state_,
                {.help = "what was seen so far is kept here: the next run goes on from it",
                 .value_name = "FILE",
                 .file = FileUse::kWrites});
    options.add("alert_exec", alert_,
                {.help = "run this for every alarm, without a shell; the alarm as JSON is in MLKIT_ALARM",
                 .value_name = "CMD"});
    table_in_.declare(options);
  }

  int run(Session& session) override {
    if (table_in_.no_header) throw_usage("--no-header: columns of a log are known by their names");
    if (!table_in_.rejects.empty()) throw_usage("--rejects is not for logs that are still written");
    if (!state_.empty() && table_in_.on_bad_row == "skip") {
      throw_usage("--on-bad-row skip: with --state every record must be a row", "give --on-bad-row pad");
    }
    if (log_ == "-" && labels_ == "-") throw_usage("LOG and --labels are both standard input");
    for (const std::string& word : split_words(alert_)) alert_words_.push_back(word);
    if (!alert_.empty() && alert_words_.empty()) throw_usage("--alert-exec is empty");
    std::optional<Pipeline> model;
    if (!model_.empty()) model = read_model_file(model_);
    csv_ = model ? table_in_.to_csv_options(model->parts().na) : table_in_.to_csv_options();
    std::unordered_map<std::string, std::string> answers;
    if (!labels_.empty()) answers = read_labels(session);
    const std::size_t known = answers.size();
    monitor_.joined_only = !labels_.empty();
    if (labels_.empty()) monitor_.label = label_;
    LogMonitor monitor(monitor_, model ? &*model : nullptr, model_, std::move(answers));
    follow(session, monitor);
    warn_of_answers(session.context(), monitor, known);
    const std::uint64_t waiting = monitor.rows_in_window();
    session.summary(count_of(monitor.rows(), "row") + ", " + count_of(alarms_, "alarm") +
                    (waiting > 0 ? ", " + count_of(waiting, "row") + (waiting == 1 ? " waits" : " wait") +
                                       " for a full window of " + with_thousands(monitor_.window)
                                 : "") +
                    (alarms_ > 0 && !model_.empty() ? "; next: mlkit drift " + model_ + " RECENT.csv" : ""));
    return alarms_ > 0 ? 1 : 0;
  }

 private:
  static std::vector<std::string> split_words(const std::string& text) {
    std::vector<std::string> words;
    std::string word;
    for (const char c : text + " ") {
      if (c != ' ') {
        word += c;
      } else if (!word.empty()) {
        words.push_back(std::exchange(word, {}));
      }
    }
    return words;
  }

  std::unordered_map<std::string, std::string> read_labels(Session& session) {
    CsvReadOptions csv = csv_;
    csv.only_types_for = true;
    csv.types.clear();
    csv.types_for = [this](const std::vector<std::string>& header) {
      if (header.size() < 2) throw_data("a file of answers needs two columns: the id and the answer");
      const std::size_t id = monitor_.id.empty() ? 0 : column_index(header, monitor_.id);
      const std::size_t label = label_.empty() ? (id == 0 ? 1 : 0) : column_index(header, label_);
      monitor_.id = header[id];
      label_ = header[label];
      return std::map<std::string, DeclaredType>{{header[id], {ColumnType::kText, false}},
                                                 {header[label], {ColumnType::kText, false}}};
    };
    const Table table = read_csv(labels_, csv, session.context());
    const Column& ids = table.column(std::string_view(monitor_.id));
    const Column& labels = table.column(std::string_view(label_));
    std::unordered_map<std::string, std::string> out;
    std::set<std::string> unclear;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      if (ids.is_missing(row) || labels.is_missing(row)) continue;
      const auto [at, first] = out.try_emplace(ids.cell_text(row), labels.cell_text(row));
      if (first || at->second == labels.cell_text(row)) continue;
      unclear.insert(at->first);
      at->second = labels.cell_text(row);
    }
    if (!unclear.empty()) {
      session.context().warn(labels_ + ": " + count_of(unclear.size(), "id") +
                             (unclear.size() == 1 ? " has" : " have") + " more than one answer, like \"" +
                             *unclear.begin() + "\": the last counts");
    }
    return out;
  }

  // What the user would take for watched and is not. `known`: ids of --labels that have an answer.
  void warn_of_answers(Context& context, const LogMonitor& monitor, std::size_t known) const {
    const AnswerCounts answers = monitor.answers();
    if (answers.not_numbers > 0) {
      context.warn(count_of(answers.not_numbers, "answer") +
                   (answers.not_numbers == 1 ? " is no number" : " are no numbers") + ", like \"" + answers.not_number +
                   "\": left out");
    }
    if (answers.unknown > 0) {
      context.warn(count_of(answers.unknown, "answer") + (answers.unknown == 1 ? " is no class" : " are no classes") +
                   " of the model, like \"" + answers.unknown_class + "\": counted as errors");
    }
    if (labels_.empty() || resumed_) return;  // a resumed log joined some of them in an earlier run
    if (answers.unmatched_ids > 0 && answers.unmatched_ids < known) {
      context.warn(labels_ + ": " + count_of(answers.unmatched_ids, "id") +
                   (answers.unmatched_ids == 1 ? " is" : " are") + " not in the log's column \"" + monitor_.id +
                   "\", like \"" + answers.unmatched_id + "\"");
    }
    if (answers.used > 0) return;
    context.warn((answers.unmatched_ids == known
                      ? labels_ + ": none of its ids is in the log's column \"" + monitor_.id + "\""
                      : labels_ + ": no answer could be used") +
                 ": the error is not watched");
  }

  void follow(Session& session, LogMonitor& monitor) {
    RecordReader reader(log_, csv_);
    const bool begins = reader.read_header();
    if (!begins) {
      throw Error(ErrorCode::kData, "the file is empty", {.file = log_, .column = {}, .hint = "a log has a header"});
    }
    name_file(log_, [&] { reader.set_types(monitor.columns_for(reader.header())); });
    resume(session, monitor, reader);
    report(session, monitor.join_late_labels());
    const std::uint64_t seen = skip_seen_ ? monitor.rows() : 0;
    std::uint64_t skipped = 0;
    while (std::optional<RecordBatch> batch = reader.next(session.context())) {
      session.context().check_stop();
      if (skipped < seen) {
        const std::uint64_t drop = std::min<std::uint64_t>(seen - skipped, batch->records.size());
        skipped += drop;
        batch->drop_first(static_cast<std::size_t>(drop));
        if (batch->records.empty()) continue;
      }
      report(session, monitor.observe(batch->table));
      remember(*batch, monitor.rows_in_window());
      if (!state_.empty() && !reader.can_rewind()) save(monitor);  // a stream may be cut off at any time
    }
    if (skipped < seen) {
      throw Error(ErrorCode::kData,
                  "has " + with_thousands(skipped) + " rows, and " + with_thousands(seen) + " were seen before",
                  {.file = log_, .column = {}, .hint = "begin with another --state file where the log was begun anew"});
    }
    if (!state_.empty()) save(monitor);
  }

  // The records of the window that is not full: with the state, they make up all that was seen.
  void remember(const RecordBatch& batch, std::uint64_t in_window) {
    for (const std::string& record : batch.records) unfinished_.push_back(record);
    while (unfinished_.size() > in_window) unfinished_.pop_front();
  }

  void resume(Session& session, LogMonitor& monitor, RecordReader& reader) {
    std::error_code error;
    if (state_.empty() || !std::filesystem::exists(state_, error)) return;
    resumed_ = true;
    const std::vector<std::string> records = monitor.restore(read_file(state_, kMostStateBytes), state_);
    unfinished_.assign(records.begin(), records.end());
    if (!unfinished_.empty()) {
      monitor.refill(reader.parse(records, session.context()));
    }
    skip_seen_ = reader.can_rewind();
  }

  void save(const LogMonitor& monitor) const {
    OutputFile file(state_);
    file.write(monitor.state({unfinished_.begin(), unfinished_.end()}));
    file.commit();
  }

  void report(Session& session, const MonitorStep& step) {
    std::size_t next = 0;
    for (const WindowReport& window : step.windows) {
      for (; next < step.alarms.size() && step.alarms[next].row <= window.last_row; ++next) {
        show(session, step.alarms[next]);
      }
      if (!session.json() && !session.quiet()) show(session, window);
    }
    for (; next < step.alarms.size(); ++next) show(session, step.alarms[next]);
  }

  void show(Session& session, const Alarm& alarm) {
    ++alarms_;
    const std::string line = json_text(alarm_to_json(alarm), -1);
    if (session.json()) {
      session.print(line + "\n");
    } else if (!session.quiet()) {
      session.print("! row " + with_thousands(alarm.row) + ": " + escape_controls(alarm.alarm) + " changed (" +
                    alarm.detector + " " + short_number(alarm.value) + ")\n");
    }
    if (alert_words_.empty()) return;
    const std::string problem = run_alert(alert_words_, line);
    if (!problem.empty()) session.context().warn("--alert-exec " + alert_words_[0] + " " + problem);
  }

  void show(Session& session, const WindowReport& window) {
    if (!std::exchange(headed_, true)) {
      session.print("window            rows  confidence   error (of)   latency  drifted\n");
    }
    const auto number = [](const std::optional<double>& value) { return value ? short_number(*value) : "-"; };
    std::string drifted;
    for (const std::string& name : window.drifted) drifted += (drifted.empty() ? "" : ", ") + escape_controls(name);
    session.print(fmt::format("{:>6} {:>15}  {:>10}  {:>6} {:>5}  {:>8}  {}\n", window.window,
                              with_thousands(window.first_row) + "-" + with_thousands(window.last_row),
                              number(window.confidence), number(window.error), window.labelled, number(window.latency),
                              drifted.empty() ? "-" : fit_line(drifted)));
  }

  static std::string fit_line(const std::string& text) {
    std::string out = fit_text(text, 20);
    out.erase(out.find_last_not_of(' ') + 1);
    return out;
  }

  std::string log_;
  std::string model_;
  std::string labels_;
  std::string label_;
  MonitorOptions monitor_;
  std::string state_;
  std::string alert_;
  std::vector<std::string> alert_words_;
  TableInOptions table_in_;

  CsvReadOptions csv_;  // with the model's words for missing cells
  std::deque<std::string> unfinished_;
  bool skip_seen_ = false;
  bool resumed_ = false;
  bool headed_ = false;
  std::uint64_t alarms_ = 0;
};

}  // namespace

std::unique_ptr<Command> make_monitor() { return std::make_unique<Monitor>(); }

}  // namespace mlkit::app
