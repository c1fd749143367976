// tune: searches the options of a model, scores what it finds honestly, and seals it.
#include <algorithm>
#include <chrono>
#include <map>

#include <fmt/format.h>

#include "bench_model.h"
#include "command.h"
#include "cv_report.h"
#include "fold_options.h"
#include "model_entries.h"
#include "model_report.h"
#include "training_options.h"
#include "tune_journal.h"
#include "tune_space.h"

#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"
#include "mlkit/base/sha256.h"
#include "mlkit/base/text.h"
#include "mlkit/io/model_file.h"
#include "mlkit/workflow/tune.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kShown = 10;  // candidates

// "90", "1.5K": a number above 0 with a suffix for its unit.
double parse_amount(const std::string& text, const std::string& shown, const std::map<char, double>& units) {
  double unit = 1;
  std::string digits = text;
  if (!digits.empty() && units.contains(digits.back())) {
    unit = units.at(digits.back());
    digits.pop_back();
  }
  double value = 0;
  FieldList list;
  list.add("amount", value, {.help = "", .range = above(0)});
  set_field(list.all()[0], digits, shown);
  return value * unit;
}

class Tune : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override;
  void name_outputs() override {
    if (resume_ && resume_->empty()) resume_ = output_ + ".journal";
  }
  const LedgerOptions* ledger() const override { return &training_.ledger; }
  int run(Session& session) override;

 private:
  void declare_search(FieldList& options);
  void check_options(const Session& session);
  std::vector<ModelEntry> make_candidates(const Target& target, std::uint64_t seed) const;
  std::string search_key(const TrainingRows& rows, const std::vector<ModelEntry>& candidates) const;
  std::string refusal(const TrainedPipeline& trained, const TrainingRows& rows, Session& session) const;
  Pipeline seal_winner(const Tuned& tuned, const TrainingRows& rows, const ModelEntry& winner, Session& session) const;
  Json to_json(const Pipeline& pipeline, const Tuned& tuned, const TrainingRows& rows,
               const std::vector<ModelEntry>& candidates) const;
  std::string to_text(const Tuned& tuned, const TrainingRows& rows, const std::vector<ModelEntry>& candidates) const;
  std::string nested_text(const Tuned& tuned, const Target& target, const std::vector<ModelEntry>& candidates) const;

  std::string input_;
  std::string output_;
  TrainingOptions training_;
  FoldOptions folds_;
  std::string space_file_;
  std::optional<Space> space_;
  std::string search_ = "random";
  std::int64_t trials_ = 20;
  TuneOptions tune_;
  std::int64_t inner_ = 5;
  std::int64_t outer_ = 5;
  std::string time_budget_;
  std::string metric_;
  std::string max_bytes_;
  std::optional<double> max_latency_;
  double most_bytes_ = 0;
  std::optional<std::string> resume_;
};

void Tune::declare(FieldList& arguments, FieldList& options) {
  arguments.add("input", input_,
                {.help = "rows to learn from (CSV, - is standard input)", .value_name = "IN", .file = FileUse::kReads});
  options.add("output", output_,
              {.help = "the model file to write: the best candidate, fitted on all rows",
               .value_name = "MODEL",
               .file = FileUse::kWrites,
               .short_name = 'o',
               .required = true});
  declare_search(options);
  training_.declare(options);
}

void Tune::declare_search(FieldList& options) {
  options.add("space", space_file_,
              {.help = "what to try (JSON): {\"C\": {\"low\": 1e-3, \"high\": 1e3, \"scale\": \"log\"}, \"scale\": "
                       "[\"standard\", \"none\"]}; names are those of the options, a list of such objects are "
                       "alternatives. Each model has one of its own",
               .value_name = "FILE",
               .file = FileUse::kReads});
  options.add("search", search_,
              {.help = "grid: all combinations; random: draws; halving: draws on few rows first, the best third on "
                       "three times as many",
               .choices = {"random", "grid", "halving"}});
  options.add("trials", trials_,
              {.help = "candidates of random and halving, the options as given among them",
               .value_name = "N",
               .range = between(1, 10000)});
  options.add("time_budget", time_budget_,
              {.help = "stop searching after so long (90, 90s, 10m, 2h); then the result depends on the machine",
               .value_name = "TIME"});
  options.add("metric", metric_,
              {.help = "what the best is the best in (roc_auc, accuracy or rmse)", .value_name = "NAME"});
  options.add("folds", inner_,
              {.help = "folds that candidates are scored on", .value_name = "K", .range = between(2, 1000)});
  options.add("outer_folds", outer_,
              {.help = "folds of the nested evaluation: the whole search runs again in each; 0: none, and no honest "
                       "score of the winner",
               .value_name = "K",
               .range = between(0, 1000)});
  folds_.declare_ways(options);
  options.add("max_bytes", max_bytes_,
              {.help = "the model file is no larger (100000, 64K, 2M)", .value_name = "BYTES"});
  options.add("max_latency", max_latency_,
              {.help = "a row takes no longer in the median, in microseconds on this machine",
               .value_name = "US",
               .range = above(0)});
  options.add(
      "resume", resume_,
      {.help = "keep a journal of the trials in FILE (MODEL.journal), and go on from it where there is one: the "
               "result is that of a run that was never stopped",
       .value_name = "FILE",
       .file = FileUse::kWrites,
       .if_bare = ""});
}

void Tune::check_options(const Session& session) {
  session.require_output_beside_json(output_);
  if (output_ == "-" && resume_ && *resume_ == "-.journal") throw_usage("--resume needs a FILE where -o is -");
  if (outer_ == 1) throw_usage("--outer-folds is 0 or 2 and more");
  folds_.check();
  tune_.halving = search_ == "halving";
  tune_.folds = static_cast<std::size_t>(inner_);
  tune_.outer_folds = static_cast<std::size_t>(outer_);
  tune_.seed = session.seed();
  if (!time_budget_.empty())
    tune_.seconds = parse_amount(time_budget_, "--time-budget", {{'s', 1}, {'m', 60}, {'h', 3600}});
  if (!max_bytes_.empty())
    most_bytes_ = parse_amount(max_bytes_, "--max-bytes", {{'K', 1024}, {'k', 1024}, {'M', 1048576}, {'m', 1048576}});
  if (!metric_.empty()) find_metric(metric_);
}

std::vector<ModelEntry> Tune::make_candidates(const Target& target, std::uint64_t seed) const {
  TrainingOptions base = training_;
  if (base.train.model == "auto") base.train.model = target.labels.empty() ? "linear" : "logistic";
  const Space space = space_ ? *space_ : default_space(base.train.model, base);
  if (search_ == "grid") return grid_candidates(space, base);
  return random_candidates(space, base, static_cast<std::size_t>(trials_), seed);
}

// Everything that a trial follows from, as one hash.
std::string Tune::search_key(const TrainingRows& rows, const std::vector<ModelEntry>& candidates) const {
  constexpr std::size_t kMostBytes = std::size_t{1} << 26;
  TrainingOptions options = training_;
  FoldOptions folds = folds_;
  FieldList fields;
  options.declare(fields);
  folds.declare_ways(fields);
  Json key = {{"mlkit", MLKIT_VERSION}, {"rows", rows.sha256},     {"options", fields_to_json(fields)},
              {"metric", tune_.metric}, {"folds", tune_.folds},    {"outer", tune_.outer_folds},
              {"seed", tune_.seed},     {"halving", tune_.halving}};
  for (const Field& field : fields.all()) {
    if (field.name != "clean" && field.name != "recipe") continue;
    const auto* optional = std::get_if<std::optional<std::string>*>(&field.target);
    const std::string path = optional != nullptr ? (*optional)->value_or("") : *std::get<std::string*>(field.target);
    if (!path.empty()) key["files"].push_back(sha256_hex(read_file(path, kMostBytes)));
  }
  for (const ModelEntry& candidate : candidates) key["candidates"].push_back(candidate.name);
  return sha256_hex(json_text(key, -1));
}

std::string Tune::refusal(const TrainedPipeline& trained, const TrainingRows& rows, Session& session) const {
  if (most_bytes_ > 0) {
    const std::size_t bytes = pipeline_to_bytes(seal(trained, rows, training_, {}, session)).size();
    if (static_cast<double>(bytes) > most_bytes_)
      return with_thousands(bytes) + " bytes, and --max-bytes is " + max_bytes_;
  }
  if (max_latency_) {
    std::vector<std::uint32_t> first(std::min<std::size_t>(rows.table.rows(), 500));
    for (std::uint32_t row = 0; row < first.size(); ++row) first[row] = row;
    const std::vector<double> taken = time_rows(trained.pipeline, rows.table.select_rows(first), 5, session.context());
    const double median = taken[taken.size() / 2];
    if (median > *max_latency_)
      return short_number(median) + " microseconds a row, and --max-latency is " + short_number(*max_latency_);
  }
  return "";
}

int Tune::run(Session& session) {
  check_options(session);
  training_.take(session);
  if (!space_file_.empty()) space_ = read_space(space_file_, training_);
  if (space_ && training_.train.model == "auto" && training_.train.task == "auto") {
    for (const std::vector<Dimension>& dimensions : *space_) {  // the target of a model for numbers is read as such
      for (const Dimension& d : dimensions) {
        if (d.option == "model" && d.choices.front() == "linear") training_.train.model = "linear";
      }
    }
  }
  const TrainingRows rows = read_training_rows(input_, training_, session);
  name_file(input_, [&] { folds_.leave_group_out(rows.table, training_.train); });
  if (!metric_.empty() && !metric_applies(find_metric(metric_), rows.target.classes.size())) {
    throw_usage("--metric: " + metric_ + " is not for this target (" + std::string(task_name(rows.target.task)) + ")");
  }
  tune_.metric = metric_.empty() ? ranking_metric(rows.target) : metric_;
  const std::vector<ModelEntry> candidates = make_candidates(rows.target, session.seed());
  std::vector<CvModel> models;
  for (const ModelEntry& entry : candidates) models.push_back({entry.name, entry.options.train});

  TuneJournal journal(resume_.value_or(""), search_key(rows, candidates));
  if (journal.read() > 0) session.detail("going on after " + count_of(journal.read(), "trial"));
  const auto start = std::chrono::steady_clock::now();
  TuneHooks hooks;
  hooks.make_folds = [&](const Table& table, const Target& target, std::size_t folds, Context& context) {
    return folds_.draw(table, target, folds, session.seed(), context);
  };
  hooks.known = [&](const TrialKey& key) { return journal.find(key); };
  hooks.finished = [&](const Trial& trial) { journal.add(trial); };
  hooks.clock = [&] { return std::chrono::duration<double>(std::chrono::steady_clock::now() - start).count(); };
  if (most_bytes_ > 0 || max_latency_) {
    hooks.refuse = [&](const TrainedPipeline& trained) { return refusal(trained, rows, session); };
  }
  Tuned tuned;
  try {
    name_file(input_, [&] { tuned = tune(rows.table, rows.target, models, tune_, hooks, session.context()); });
  } catch (...) {
    journal.flush();
    throw;
  }
  journal.flush();
  const Pipeline pipeline = seal_winner(tuned, rows, candidates[tuned.best], session);
  write_model_file(pipeline, output_);
  const std::string& best = candidates[tuned.best].name;
  RunFacts facts{.metrics = {}, .model = output_, .data_sha256 = rows.sha256, .chosen = {{"best", best}}};
  if (!tuned.nested.empty()) facts.add(tuned.nested[0].scores);
  session.note_run(std::move(facts));
  if (session.json()) {
    session.result("tune", to_json(pipeline, tuned, rows, candidates));
  } else if (!session.quiet() && output_ != "-") {
    session.print(to_text(tuned, rows, candidates));
  }
  session.summary("wrote " + output_ + " (" + escape_controls(candidates[tuned.best].name) +
                  "); next: mlkit evaluate " + output_ + " TEST.csv");
  return 0;
}

Pipeline Tune::seal_winner(const Tuned& tuned, const TrainingRows& rows, const ModelEntry& winner,
                           Session& session) const {
  TrainedPipeline trained = tuned.fitted;
  if (!tuned.nested.empty()) {
    TrainingRecord record = trained.pipeline.parts().record;
    record.cv = cv_record(tuned.nested[0].scores, "the search anew in each of " + tuned.outer.how);
    trained.pipeline = trained.pipeline.with_record(std::move(record));
  }
  return seal(trained, rows, winner.options, {}, session);
}

Json Tune::to_json(const Pipeline& pipeline, const Tuned& tuned, const TrainingRows& rows,
                   const std::vector<ModelEntry>& candidates) const {
  Json out;
  out["model"] = model_to_json(pipeline);
  out["target"] = rows.target.column.name;
  out["task"] = task_name(rows.target.task);
  out["rows"] = rows.table.rows() - rows.target.missing;
  out["metric"] = tune_.metric;
  out["search"] = search_;
  out["candidates"] = candidates.size();
  out["best"] = candidates[tuned.best].name;
  Json& trials = out["trials"] = Json::array();
  for (const Trial& trial : tuned.trials) {
    Json entry = {{"candidate", candidates[trial.key.candidate].name}, {"rung", trial.key.rung}, {"rows", trial.rows}};
    if (trial.score) entry["score"] = *trial.score;
    if (trial.sd) entry["sd"] = *trial.sd;
    if (!trial.failure.empty()) entry["failure"] = trial.failure;
    trials.push_back(std::move(entry));
  }
  Json& refused = out["refused"] = Json::array();
  for (const auto& [candidate, reason] : tuned.refused)
    refused.push_back({{"candidate", candidates[candidate].name}, {"reason", reason}});
  out["out_of_time"] = tuned.out_of_time;
  if (tuned.nested.empty()) return out;
  Json& nested = out["nested"];
  nested["how"] = tuned.outer.how;
  for (const ModelScores& scores : tuned.nested) nested["models"][scores.name] = scores_to_json(scores.scores);
  for (const std::size_t candidate : tuned.chosen) nested["chosen"].push_back(candidates[candidate].name);
  nested["comparisons"] = comparisons_to_json(compare_scores(tuned.nested, tune_.metric, tuned.outer, rows.target, 0));
  return out;
}

std::string Tune::nested_text(const Tuned& tuned, const Target& target,
                              const std::vector<ModelEntry>& candidates) const {
  if (tuned.nested.empty()) {
    return "\nno nested evaluation (--outer-folds 0): the score of the best flatters it, since it\nwas chosen for it; "
           "only rows that the search has not seen tell how good it is\n";
  }
  std::string out =
      "\nwhat to expect of new rows: the search anew in every outer fold\n(" + escape_controls(tuned.outer.how) +
      ")\n\n" + render_scores(tuned.nested, tune_.metric, "tuned") +
      render_comparisons(compare_scores(tuned.nested, tune_.metric, tuned.outer, target, 0), tune_.metric);
  out += render_other_scores(tuned.nested, tune_.metric) + "\nchosen in the outer folds\n";
  std::map<std::string, std::size_t> chosen;
  for (const std::size_t candidate : tuned.chosen) ++chosen[candidates[candidate].name];
  for (const auto& [name, times] : chosen) out += "  " + fit_text(name, 64) + fmt::format(" {:>4} x\n", times);
  return out + "\n" + interval_note(tuned.outer);
}

std::string Tune::to_text(const Tuned& tuned, const TrainingRows& rows,
                          const std::vector<ModelEntry>& candidates) const {
  const Target& target = rows.target;
  std::map<std::size_t, const Trial*> last;  // score of each candidate: on the most rows
  std::map<std::size_t, const Trial*> failed;
  for (const Trial& trial : tuned.trials) (trial.score ? last : failed)[trial.key.candidate] = &trial;
  std::erase_if(failed, [&](const auto& entry) { return last.contains(entry.first); });  // on more rows only
  std::string out = "\"" + escape_controls(target.column.name) + "\": " + std::string(task_name(target.task)) +
                    ", because " + target.reason + "\n" + count_of(candidates.size(), "candidate") + " (" + search_ +
                    "), each on " + std::to_string(tune_.folds) + " folds of " +
                    count_of(rows.table.rows() - target.missing, "row") + "; " + std::to_string(last.size()) +
                    " scored" + (failed.empty() ? "" : ", " + std::to_string(failed.size()) + " failed") + "\n\n";
  out += fit_text(tune_.metric, 46) + fmt::format(" {:>10} {:>10} {:>10}\n", "mean", "sd", "rows");
  for (std::size_t i = 0; i < std::min(kShown, tuned.ranking.size()); ++i) {
    const Trial& trial = *last.at(tuned.ranking[i]);
    out += (tuned.ranking[i] == tuned.best ? "* " : "  ") + fit_text(candidates[tuned.ranking[i]].name, 44) +
           fmt::format(" {:>10} {:>10} {:>10}\n", short_number(*trial.score), trial.sd ? short_number(*trial.sd) : "-",
                       with_thousands(trial.rows));
  }
  if (tuned.ranking.size() > kShown)
    out += "  and " + count_of(tuned.ranking.size() - kShown, "more candidate") + " (--json names all)\n";
  std::size_t shown = 0;
  for (const auto& [candidate, trial] : failed) {
    if (shown++ == kShown) break;
    out += "  failed: " + escape_controls(candidates[candidate].name) + ": " + escape_controls(trial->failure) + "\n";
  }
  if (failed.size() > kShown)
    out += "  and " + std::to_string(failed.size() - kShown) + " more failed (--json names all)\n";
  for (const auto& [candidate, reason] : tuned.refused)
    out += "  left out: " + escape_controls(candidates[candidate].name) + ": " + reason + "\n";
  if (tuned.out_of_time) out += "the time was over before all candidates were scored\n";
  return out + nested_text(tuned, target, candidates);
}

}  // namespace

std::unique_ptr<Command> make_tune() { return std::make_unique<Tune>(); }

}  // namespace mlkit::app
