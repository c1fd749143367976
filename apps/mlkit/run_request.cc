#include "run_request.h"

#include <fcntl.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <chrono>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/sha256.h"
#include "mlkit/eval/metrics.h"
#include "mlkit/workflow/cross_validate.h"
#include "runs_ledger.h"
#include "verbose_log.h"

namespace mlkit::app {

void RunFacts::add(const std::string& part, const std::vector<MetricValue>& values) {
  for (const MetricValue& metric : values) {
    if (metric.value && std::isfinite(*metric.value)) metrics.push_back({part, metric.name, *metric.value});
  }
}

void RunFacts::add(const std::vector<CrossValidated>& scores) {
  for (const CrossValidated& score : scores) {
    if (!score.everywhere()) continue;
    metrics.push_back({"cv", score.metric, score.mean});
    if (score.sd) metrics.push_back({"cv", score.metric + "_sd", *score.sd});
  }
}

void LedgerOptions::declare(FieldList& options) {
  const std::string group = "Ledger of runs";
  options.add("ledger", file,
              {.help = "keep this run in this ledger, made where it is not there (.mlkit/runs.db of the working folder "
                       "or above, where `runs init` made one)",
               .value_name = "FILE",
               .group = group});
  options.add("no_ledger", off, {.help = "keep this run in no ledger", .group = group});
}

std::string file_sha256(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return {};
  struct stat info {};
  std::string digest;
  if (::fstat(descriptor, &info) == 0 && S_ISREG(info.st_mode)) {
    Sha256 hash;
    std::string buffer(std::size_t{1} << 18, '\0');
    ssize_t got = 0;
    while ((got = ::read(descriptor, buffer.data(), buffer.size())) > 0)
      hash.update({buffer.data(), static_cast<std::size_t>(got)});
    if (got == 0) {
      const auto bytes = hash.finish();
      digest = hex_text({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
    }
  }
  ::close(descriptor);
  return digest;
}

RunClock::RunClock()
    : started_ms_(
          std::chrono::duration_cast<std::chrono::milliseconds>(std::chrono::system_clock::now().time_since_epoch())
              .count()),
      start_(std::chrono::steady_clock::now()),
      cpu_start_(cpu_seconds()) {}

double RunClock::cpu_seconds() {
  struct rusage used {};
  getrusage(RUSAGE_SELF, &used);
  const auto seconds = [](const timeval& time) {
    return static_cast<double>(time.tv_sec) + 1e-6 * static_cast<double>(time.tv_usec);
  };
  return seconds(used.ru_utime) + seconds(used.ru_stime);
}

double RunClock::seconds() const {
  return std::chrono::duration<double>(std::chrono::steady_clock::now() - start_).count();
}

void RunClock::stamp(Run& run) const {
  run.started_ms = started_ms_;
  run.seconds = seconds();
  run.cpu_seconds = cpu_seconds() - cpu_start_;
}

std::string ledger_path(const LedgerOptions& options) {
  if (options.off) {
    if (!options.file.empty()) throw_usage("--ledger names a ledger and --no-ledger wants none", "keep one of the two");
    return {};
  }
  if (!options.file.empty()) return options.file;
  return ledger_engine().empty() ? "" : find_ledger();
}

Run describe_run(const Request& request, const std::vector<std::string>& words) {
  Run run;
  run.command = request.row->name;
  run.version = MLKIT_VERSION;
  run.seed = request.options.seed;
  run.threads = request.options.threads;
  run.words = words;
  run.options = request.settings;
  for (const std::string& path : request.files.inputs) run.files.push_back({"input", path, file_sha256(path)});
  return run;
}

namespace {

// Keeps the run where that is wanted; whatever goes wrong there is a warning and nothing else.
void keep_run(const std::string& ledger, Run run, const RunFacts& facts, const Request& request, Context& context) {
  try {
    for (const std::string& path : request.files.outputs) run.files.push_back({"output", path, file_sha256(path)});
    run.metrics = facts.metrics;
    run.options.insert(run.options.end(), facts.chosen.begin(), facts.chosen.end());
    run.data_sha256 = facts.data_sha256;
    run.model = facts.model;
    for (const RunFile& file : run.files) {
      if (file.path == facts.model) run.model_sha256 = file.sha256;
    }
    Ledger(ledger, Ledger::Mode::kCreate).add(run);
  } catch (const Error& error) {
    context.warn("this run is not in the ledger: " + std::string(error.what()));
  } catch (const std::exception&) {
    context.warn("this run is not in the ledger: no memory for it");
  }
}

}  // namespace

int run_request(const Request& request, const std::vector<std::string>& words, const StepOf& step) {
  Session session(request.options);
  if (step.output != nullptr) session.capture(*step.output);
  session.detail("mlkit " MLKIT_VERSION " " + request.row->name + ", " + std::to_string(session.context().threads()) +
                 " threads, seed " + std::to_string(session.seed()));
  // Before anything is written: what cannot be named is an error of the command line.
  const std::string& depfile_path = request.options.depfile;
  const std::string rule = depfile_path.empty() ? "" : render_dependencies(request.dependencies);
  const LedgerOptions* const kept = request.command->ledger();
  const std::string ledger = step.ledger ? *step.ledger : kept != nullptr ? ledger_path(*kept) : "";
  leave_identical_files(request.options.if_changed);
  const RunClock clock;
  int code = 0;
  try {
    code = request.command->run(session);
  } catch (...) {
    session.show_warnings();
    throw;
  }
  if (!depfile_path.empty()) {
    OutputFile depfile(depfile_path);
    depfile.write(rule);
    depfile.commit();
  }
  if (session.noted_run() && !ledger.empty()) {
    Run run = describe_run(request, words);
    clock.stamp(run);
    run.exit_code = code;
    run.parent = step.pipeline_run;
    keep_run(ledger, std::move(run), *session.noted_run(), request, session.context());
  }
  if (step.facts != nullptr && session.noted_run()) *step.facts = *session.noted_run();
  session.show_warnings();
  if (request.options.verbose) log_cost();
  return code;
}

}  // namespace mlkit::app
