// runs: the ledger of runs, made, read and handed on.
#include <algorithm>
#include <filesystem>

#include "command.h"
#include "mlflow_export.h"
#include "model_report.h"
#include "run_request.h"
#include "runs_report.h"

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"

namespace mlkit::app {
namespace {

namespace fs = std::filesystem;

class Runs : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override;
  int run(Session& session) override;

 private:
  int init(Session& session) const;
  int list(Session& session, const std::vector<Run>& runs) const;
  int show(Session& session, const std::vector<Run>& runs) const;
  int compare(Session& session, const std::vector<Run>& runs) const;
  int best(Session& session, const std::vector<Run>& runs) const;
  int export_runs(Session& session, const std::vector<Run>& runs) const;
  std::vector<Run> named(const std::vector<Run>& runs) const;
  void check_options() const;

  std::string what_;
  std::vector<std::string> ids_;
  std::string ledger_;
  std::string metric_;
  std::vector<std::string> where_;
  std::int64_t limit_ = 20;
  std::string output_;
  std::string experiment_ = "mlkit";
};

void Runs::declare(FieldList& arguments, FieldList& options) {
  arguments.add("what", what_,
                {.help = "init makes a ledger for this folder and those in it; list, show, compare and best read it, "
                         "export hands it on",
                 .value_name = "WHAT",
                 .choices = {"init", "list", "show", "compare", "best", "export"}});
  arguments.add("run", ids_, {.help = "numbers of runs (show: the last one; export: all)", .value_name = "RUN"});
  options.add("ledger", ledger_,
              {.help = "the ledger (.mlkit/runs.db in this folder or the nearest above)", .value_name = "FILE"});
  options.add(
      "metric", metric_,
      {.help = "the figure to show or to go by, e.g. roc_auc, or cv.roc_auc, train.accuracy", .value_name = "NAME"});
  options.add(
      "where", where_,
      {.help = "only runs for which this holds, e.g. 'command=train,C<1,roc_auc>=0.9'", .value_name = "CONDITIONS"});
  options.add("limit", limit_, {.help = "list: the last so many; 0 = all", .value_name = "N", .range = at_least(0)});
  options.add("output", output_,
              {.help = "export: the folder to write, in the layout of MLflow's file store",
               .value_name = "FOLDER",
               .short_name = 'o'});
  options.add("experiment", experiment_, {.help = "export: the experiment's name there", .value_name = "NAME"});
}

void Runs::check_options() const {
  const auto refuse = [&](bool given, const std::string& flag, const std::string& only) {
    if (given) throw_usage(flag + " is for runs " + only);
  };
  if (what_ != "export") refuse(!output_.empty(), "-o", "export");
  if (what_ != "list" && what_ != "best") refuse(!metric_.empty(), "--metric", "list and best");
  if (what_ == "init") refuse(!where_.empty() || !ids_.empty(), "a choice of runs", "that are there already");
  if (what_ == "list" || what_ == "best") refuse(!ids_.empty(), "the number of a run", "show, compare and export");
  if (what_ == "export" && output_.empty()) throw_usage("runs export: -o is missing (the folder to write)");
}

int Runs::run(Session& session) {
  check_options();
  if (ledger_engine().empty()) {
    throw_usage("this mlkit was built without SQLite, so it keeps no ledger of runs",
                "build with libsqlite3-dev installed");
  }
  if (what_ == "init") return init(session);
  const std::string path = ledger_.empty() ? find_ledger() : ledger_;
  if (path.empty()) {
    throw Error(ErrorCode::kIo, "there is no ledger of runs in this folder or above",
                {.file = {}, .column = {}, .hint = "`mlkit runs init` makes one here, or name it: --ledger FILE"});
  }
  const std::vector<Run> runs = select_runs(Ledger(path, Ledger::Mode::kRead).read(), where_);
  if (what_ == "list") return list(session, runs);
  if (what_ == "show") return show(session, runs);
  if (what_ == "compare") return compare(session, runs);
  if (what_ == "best") return best(session, runs);
  return export_runs(session, runs);
}

int Runs::init(Session& session) const {
  const std::string path = ledger_.empty() ? kLedgerName : ledger_;
  if (ledger_.empty()) {
    std::error_code error;
    fs::create_directories(kLedgerFolder, error);
    if (error) {
      throw Error(ErrorCode::kIo, "cannot make the folder: " + error.message(),
                  {.file = kLedgerFolder, .column = {}, .hint = {}});
    }
  }
  const bool there = fs::exists(path);
  const std::size_t kept = Ledger(path, Ledger::Mode::kCreate).read().size();
  if (session.json()) session.result("runs", {{"what", "init"}, {"ledger", path}, {"runs", kept}});
  session.summary("runs: " + path + (there ? " is there already, with " + count_of(kept, "run") : " made") +
                  "; next: mlkit train TRAIN.csv --target COL -o MODEL, then mlkit runs list");
  return 0;
}

// Those that are named by their numbers, in that order.
std::vector<Run> Runs::named(const std::vector<Run>& runs) const {
  std::vector<Run> out;
  for (const std::string& id : ids_) {
    double number = 0;
    if (parse_number(id, number) != NumberStatus::kNumber) throw_usage("\"" + id + "\" is not the number of a run");
    const auto found =
        std::find_if(runs.begin(), runs.end(), [&](const Run& run) { return static_cast<double>(run.id) == number; });
    if (found == runs.end()) throw_usage("there is no run " + id, "mlkit runs list shows them");
    out.push_back(*found);
  }
  return out;
}

int Runs::list(Session& session, const std::vector<Run>& runs) const {
  const std::size_t limit = limit_ == 0 ? runs.size() : static_cast<std::size_t>(limit_);
  const std::vector<Run> last(runs.end() - static_cast<std::ptrdiff_t>(std::min(limit, runs.size())), runs.end());
  if (session.json()) {
    Json out = Json::array();
    for (const Run& run : last) out.push_back(run_to_json(run));
    session.result("runs", {{"what", "list"}, {"total", runs.size()}, {"runs", out}});
    return 0;
  }
  if (!last.empty()) session.print(render_run_list(last, metric_));
  session.summary(count_of(runs.size(), "run") +
                  (last.size() < runs.size() ? ", the last " + std::to_string(last.size()) + " shown" : "") +
                  (runs.empty() ? "; next: mlkit train TRAIN.csv --target COL -o MODEL"
                                : "; next: mlkit runs show " + std::to_string(last.back().id)));
  return 0;
}

int Runs::show(Session& session, const std::vector<Run>& runs) const {
  std::vector<Run> chosen = named(runs);
  if (chosen.empty() && !runs.empty()) chosen.push_back(runs.back());
  if (chosen.empty()) throw_usage("the ledger holds no run yet");
  if (session.json()) {
    Json out = Json::array();
    for (const Run& run : chosen) out.push_back(run_to_json(run));
    session.result("runs", {{"what", "show"}, {"runs", out}});
    return 0;
  }
  std::string text;
  for (const Run& run : chosen) text += (text.empty() ? "" : "\n") + render_run(run, runs);
  session.print(text);
  return 0;
}

int Runs::compare(Session& session, const std::vector<Run>& runs) const {
  constexpr std::size_t kMost = 5;
  const std::vector<Run> chosen = ids_.empty() && !where_.empty() ? runs : named(runs);
  if (chosen.size() < 2) throw_usage("runs compare needs two runs or more", "mlkit runs compare 1 2");
  if (session.json()) {
    Json out = comparison_to_json(chosen);
    out["what"] = "compare";
    session.result("runs", std::move(out));
    return 0;
  }
  if (chosen.size() > kMost) throw_usage("more than 5 runs do not fit side by side", "--json has no such limit");
  session.print(render_comparison(chosen));
  return 0;
}

int Runs::best(Session& session, const std::vector<Run>& runs) const {
  constexpr std::size_t kShown = 5;
  std::string metric = metric_;
  if (metric.empty()) {
    for (const Run& run : runs) {
      if (const auto figure = headline(run); figure && figure->part != "train") metric = figure->name;
    }
  }
  std::string part;
  const std::vector<Run> ranked = rank_runs(runs, metric, part);
  if (ranked.empty()) {
    std::vector<std::string> names;
    for (const Run& run : runs) {
      for (const RunMetric& one : run.metrics) names.insert(names.end(), {one.name, one.part + "." + one.name});
    }
    const std::string near = nearest_name(metric, names);
    throw_usage(metric.empty() ? "no run has a figure on rows that its model has not learned from"
                               : "no run has the figure \"" + metric + "\"",
                near.empty() ? "mlkit evaluate, or train --cv, makes some" : "did you mean " + near + "?");
  }
  const RunMetric figure = *find_run_metric(ranked.front(), metric);
  const std::string name = figure.part + "." + figure.name;
  if (session.json()) {
    session.result("runs", {{"what", "best"},
                            {"metric", name},
                            {"value", figure.value},
                            {"runs", ranked.size()},
                            {"run", run_to_json(ranked.front())}});
    return 0;
  }
  session.print(render_run_list(
      {ranked.begin(), ranked.begin() + static_cast<std::ptrdiff_t>(std::min(kShown, ranked.size()))}, name));
  session.summary("best of " + count_of(ranked.size(), "run") + " by " + name +
                  (higher_is_better(figure.name) ? "" : " (the lower the better)") + "; next: mlkit runs show " +
                  std::to_string(ranked.front().id));
  return 0;
}

int Runs::export_runs(Session& session, const std::vector<Run>& runs) const {
  const std::vector<Run> chosen = ids_.empty() ? runs : named(runs);
  export_to_mlflow(chosen, output_, experiment_);
  if (session.json())
    session.result("runs",
                   {{"what", "export"}, {"folder", output_}, {"experiment", experiment_}, {"runs", chosen.size()}});
  session.summary("runs: " + count_of(chosen.size(), "run") + " in " + output_ +
                  "; MLflow takes them in: mlflow migrate-filestore --source " + output_ +
                  " --target sqlite:///mlflow.db");
  return 0;
}

}  // namespace

std::unique_ptr<Command> make_runs() { return std::make_unique<Runs>(); }

}  // namespace mlkit::app
