// pipeline: a declared pipeline as plain command lines: shown, run, or as a Makefile.
#include <algorithm>
#include <filesystem>

#include <fmt/format.h>

#include "command.h"
#include "model_report.h"
#include "pipeline_file.h"
#include "pipeline_state.h"
#include "run_request.h"
#include "standard_streams.h"

#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"

namespace mlkit::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestResult = std::size_t{1} << 30;

class PipelineCommand : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override;
  const LedgerOptions* ledger() const override { return &ledger_; }
  int run(Session& session) override;

 private:
  struct Range {
    std::size_t from = 0;
    std::size_t until = 0;  // one behind
  };
  struct Done {
    std::string name;
    std::string status;  // done, up to date, failed, not run
    std::string why;
  };

  void check_options() const;
  std::size_t step_at(const PipelinePlan& plan, const std::string& name, const std::string& flag) const;
  Range chosen(const PipelinePlan& plan) const;
  int show(Session& session, const PipelinePlan& plan) const;
  int make(Session& session, const PipelinePlan& plan) const;
  int run_all(Session& session, const PipelinePlan& plan);
  int run_step(Session& session, const PipelineStep& step, FileHashes& hashes, PipelineState& state);
  void begin_ledger(Session& session);
  void end_ledger(Session& session, const PipelinePlan& plan, int code);
  int finish(Session& session, const PipelinePlan& plan, const std::vector<Done>& steps, int code) const;
  void log(Session& session, std::size_t number, std::size_t count, const std::string& name,
           const std::string& what) const;

  std::string what_;
  std::string file_;
  std::string output_;
  std::string from_;
  std::string until_;
  bool force_ = false;
  LedgerOptions ledger_;

  std::string ledger_path_;
  Run run_;
  std::optional<RunClock> clock_;
  RunFacts facts_;
};

void PipelineCommand::declare(FieldList& arguments, FieldList& options) {
  arguments.add("what", what_,
                {.help = "run does what is not up to date; plan shows the steps as command lines, and why they would "
                         "run; make prints a Makefile that does the same",
                 .value_name = "WHAT",
                 .choices = {"run", "plan", "make"}});
  arguments.add("file", file_,
                {.help = "the pipeline: JSON, comments allowed", .value_name = "FILE", .file = FileUse::kReads});
  options.add("from", from_, {.help = "begin with this step; those before are taken as done", .value_name = "STEP"});
  options.add("until", until_, {.help = "end with this step", .value_name = "STEP"});
  options.add("force", force_, {.help = "run the steps whether they are up to date or not"});
  options.add("output", output_,
              {.help = "make: the Makefile (standard output)",
               .value_name = "FILE",
               .file = FileUse::kWrites,
               .short_name = 'o'});
  ledger_.declare(options);
}

void PipelineCommand::check_options() const {
  if (what_ != "make" && !output_.empty())
    throw_usage("-o is for pipeline make", "the pipeline's \"folder\" says where its files go");
  if (what_ == "make" && (!from_.empty() || !until_.empty() || force_))
    throw_usage("--from, --until and --force are for pipeline run and plan", "make has its own: make -B, make TARGET");
  if (file_ == "-") throw_usage("a pipeline is a file: others are named from where it is");
}

int PipelineCommand::run(Session& session) {
  check_options();
  std::optional<std::int64_t> seed;
  if (session.options().seed != GlobalOptions().seed) seed = session.options().seed;
  const PipelinePlan plan = read_pipeline(file_, seed);
  if (what_ == "plan") return show(session, plan);
  if (what_ == "make") return make(session, plan);
  return run_all(session, plan);
}

std::size_t PipelineCommand::step_at(const PipelinePlan& plan, const std::string& name, const std::string& flag) const {
  std::vector<std::string> names;
  for (const PipelineStep& step : plan.steps) names.push_back(step.name);
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  std::string list;
  for (const std::string& known : names) list += (list.empty() ? "" : ", ") + known;
  const std::string near = nearest_name(name, names);
  throw_usage(flag + ": the pipeline has no step \"" + name + "\" (it has " + list + ")",
              near.empty() ? "" : "did you mean " + near + "?");
}

PipelineCommand::Range PipelineCommand::chosen(const PipelinePlan& plan) const {
  Range range{0, plan.steps.size()};
  if (!from_.empty()) range.from = step_at(plan, from_, "--from");
  if (!until_.empty()) range.until = step_at(plan, until_, "--until") + 1;
  if (range.from >= range.until) throw_usage("--from " + from_ + " comes after --until " + until_);
  return range;
}

// What would run is known for certain until a step runs: what comes after it may turn out to be up to date.
int PipelineCommand::show(Session& session, const PipelinePlan& plan) const {
  const Range range = chosen(plan);
  const PipelineState state(plan);
  FileHashes hashes;
  std::vector<std::string> changed;  // files that steps before write anew
  Json list = Json::array();
  std::string text;
  std::size_t to_run = 0;
  for (std::size_t i = 0; i < plan.steps.size(); ++i) {
    const PipelineStep& step = plan.steps[i];
    std::string status = "not chosen";
    std::string why;
    if (i >= range.from && i < range.until) {
      why = force_ ? "--force" : state.why(step, hashes);
      const auto made = std::find_if(step.inputs.begin(), step.inputs.end(), [&](const std::string& file) {
        return std::find(changed.begin(), changed.end(), file) != changed.end();
      });
      // Its files are only known to be what they will be where no step before writes them.
      const bool open = made != step.inputs.end() && !force_ && why != "never ran" && why != "its options changed";
      status = open ? "depends" : why.empty() ? "up to date" : "to run";
      if (open) why = "on what is made of " + *made;
      if (status != "up to date") {
        changed.insert(changed.end(), step.outputs.begin(), step.outputs.end());
        ++to_run;
      }
    }
    text += fmt::format("# {} ({}{}{})\nmlkit {} >{}\n", step.name, status, why.empty() ? "" : ": ",
                        escape_controls(why), shell_line(step.words), shell_line({step.result}));
    list.push_back({{"name", step.name},
                    {"status", status},
                    {"why", why},
                    {"words", step.words},
                    {"inputs", step.inputs},
                    {"outputs", step.outputs}});
  }
  if (session.json()) {
    session.result("pipeline", {{"what", "plan"}, {"folder", plan.folder}, {"steps", list}});
    return 0;
  }
  session.print(text);
  session.summary(to_run == 0 ? "everything is up to date"
                              : count_of(to_run, "step") + " of " + std::to_string(plan.steps.size()) +
                                    " to run; next: mlkit pipeline run " + file_);
  return 0;
}

int PipelineCommand::make(Session& session, const PipelinePlan& plan) const {
  const std::string path = output_.empty() ? "-" : output_;
  session.require_output_beside_json(path);
  const std::string text = render_makefile(plan);
  OutputFile out(path);
  out.write(text);
  out.commit();
  if (session.json())
    session.result("pipeline", {{"what", "make"}, {"folder", plan.folder}, {"steps", plan.steps.size()}});
  if (path != "-") session.summary("wrote " + path + "; next: make -f " + path);
  return 0;
}

void PipelineCommand::log(Session& session, std::size_t number, std::size_t count, const std::string& name,
                          const std::string& what) const {
  session.show_warnings();
  if (session.quiet()) return;
  std::string line =
      "[" + std::to_string(number) + "/" + std::to_string(count) + "] " + fit_text(name, 12) + " " + what;
  write_standard_error(escape_controls(line) + "\n");
}

// The pipeline has a number in the ledger before its steps, which refer to it.
void PipelineCommand::begin_ledger(Session& session) {
  if (ledger_path_.empty() || run_.id != 0) return;
  try {
    run_.command = "pipeline";
    run_.version = MLKIT_VERSION;
    run_.seed = session.options().seed;
    run_.threads = session.options().threads;
    run_.words = {"pipeline", "run", file_};
    run_.files.push_back({"input", file_, file_sha256(file_)});
    run_.exit_code = -1;  // not ended
    clock_->stamp(run_);
    run_.id = Ledger(ledger_path_, Ledger::Mode::kCreate).add(run_);
  } catch (const Error& error) {
    session.context().warn("this run is not in the ledger: " + std::string(error.what()));
    ledger_path_.clear();
  }
}

void PipelineCommand::end_ledger(Session& session, const PipelinePlan& plan, int code) {
  if (ledger_path_.empty() || run_.id == 0) return;
  try {
    clock_->stamp(run_);
    run_.exit_code = code;
    run_.metrics = facts_.metrics;
    run_.data_sha256 = facts_.data_sha256;
    run_.model = plan.model;
    run_.model_sha256 = file_sha256(plan.model);
    Ledger(ledger_path_, Ledger::Mode::kWrite).finish(run_);
  } catch (const Error& error) {
    session.context().warn("the end of this run is not in the ledger: " + std::string(error.what()));
  }
}

int PipelineCommand::run_step(Session& session, const PipelineStep& step, FileHashes& hashes, PipelineState& state) {
  begin_ledger(session);
  // From here on the files of the step are neither what they were nor what they will be.
  state.undone(step);
  for (const std::string& file : step.outputs) hashes.forget(file);
  std::string result;
  RunFacts facts;
  Request request = step.request();
  request.options.quiet = true;
  request.options.if_changed = session.options().if_changed;
  request.options.verbose = session.options().verbose;
  request.options.threads = session.options().threads;
  const StepOf of{.ledger = ledger_path_, .pipeline_run = run_.id, .output = &result, .facts = &facts};
  const int code = run_request(request, step.words, of);
  OutputFile out(step.result);
  out.write(result);
  out.commit();
  for (RunMetric& metric : facts.metrics) facts_.metrics.push_back(std::move(metric));
  if (!facts.data_sha256.empty()) facts_.data_sha256 = facts.data_sha256;
  if (code == 0) state.done(step, hashes);
  return code;
}

int PipelineCommand::run_all(Session& session, const PipelinePlan& plan) {
  const Range range = chosen(plan);
  std::error_code error;
  fs::create_directories(plan.folder, error);
  if (error) {
    throw Error(ErrorCode::kIo, "cannot make the folder: " + error.message(),
                {.file = plan.folder, .column = {}, .hint = {}});
  }
  ledger_path_ = ledger_path(ledger_);
  clock_.emplace();
  PipelineState state(plan);
  FileHashes hashes;
  std::vector<Done> steps;
  int code = 0;
  for (std::size_t i = range.from; i < range.until && code == 0; ++i) {
    const PipelineStep& step = plan.steps[i];
    const std::string why = force_ ? "--force" : state.why(step, hashes);
    if (why.empty()) {
      log(session, i + 1, plan.steps.size(), step.name, "up to date");
      steps.push_back({step.name, "up to date", ""});
      continue;
    }
    const RunClock clock;
    try {
      code = run_step(session, step, hashes, state);
    } catch (const Error& problem) {
      log(session, i + 1, plan.steps.size(), step.name, "FAILED (" + why + ")");
      end_ledger(session, plan, static_cast<int>(problem.code()));
      throw;
    }
    log(session, i + 1, plan.steps.size(), step.name,
        fmt::format("{} s{} ({})", short_number(clock.seconds()), code == 0 ? "" : ", FOUND WANTING", why));
    steps.push_back({step.name, code == 0 ? "done" : "failed", why});
  }
  end_ledger(session, plan, code);
  return finish(session, plan, steps, code);
}

// The figures of the evaluation that was made, now or before.
int PipelineCommand::finish(Session& session, const PipelinePlan& plan, const std::vector<Done>& steps,
                            int code) const {
  const auto done = static_cast<std::size_t>(
      std::count_if(steps.begin(), steps.end(), [](const Done& step) { return step.status != "up to date"; }));
  Json metrics = Json::object();
  Json intervals = Json::object();
  if (const PipelineStep* const step = plan.find("evaluate"); step != nullptr && fs::exists(step->result)) {
    const Json result = parse_json(read_file(step->result, kLargestResult), step->result);
    if (result.is_object() && result.contains("metrics")) metrics = result["metrics"];
    if (result.is_object() && result.contains("intervals")) intervals = result["intervals"];
  }
  if (session.json()) {
    Json list = Json::array();
    for (const Done& step : steps) list.push_back({{"name", step.name}, {"status", step.status}, {"why", step.why}});
    session.result(
        "pipeline",
        {{"what", "run"}, {"folder", plan.folder}, {"model", plan.model}, {"steps", list}, {"metrics", metrics}});
    return code;
  }
  const bool evaluated =
      std::any_of(steps.begin(), steps.end(), [](const Done& step) { return step.name == "evaluate"; });
  if (evaluated && !session.quiet() && metrics.is_object() && !metrics.empty()) {
    std::string text = "on rows that the model has never seen\n";
    for (const auto& [name, value] : metrics.items()) {
      if (!value.is_number()) continue;
      text += fmt::format("{} {:>12}", fit_text(name, 23), short_number(value.get<double>()));
      if (intervals.contains(name) && intervals[name].size() == 2)
        text += fmt::format("   [{}, {}]", short_number(intervals[name][0].get<double>()),
                            short_number(intervals[name][1].get<double>()));
      text += "\n";
    }
    session.print(text);
  }
  if (code != 0) {
    session.summary("step " + steps.back().name +
                    " found the model wanting: the steps after it did not run; next: "
                    "mlkit pipeline plan " +
                    file_);
    return code;
  }
  session.summary(
      "pipeline: " + (done == 0 ? std::string("everything is up to date") : count_of(done, "step") + " done") + " in " +
      plan.folder + "; next: mlkit inspect " + plan.model);
  return code;
}

}  // namespace

std::unique_ptr<Command> make_pipeline() { return std::make_unique<PipelineCommand>(); }

}  // namespace mlkit::app
