// cv: models on the same folds, everything learned anew in each.
#include <algorithm>

#include "command.h"
#include "cv_report.h"
#include "fold_options.h"
#include "model_entries.h"
#include "model_report.h"
#include "training_options.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/data/csv_write.h"
#include "mlkit/data/numbers.h"
#include "mlkit/io/model_file.h"
#include "mlkit/workflow/cross_validate.h"

namespace mlkit::app {
namespace {

class CrossValidate : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override;
  void name_outputs() override { folds_.name_file(); }
  const LedgerOptions* ledger() const override { return &training_.ledger; }
  int run(Session& session) override;

 private:
  void check_options(const Session& session) const;
  void check_winner(const std::vector<ModelScores>& models, bool found, Session& session) const;
  std::vector<CvModel> models_for(const TrainingRows& rows) const;
  void write_answers(const ModelScores& model, const Target& target) const;
  void save(TrainingRows& rows, const ModelEntry& entry, const ModelScores& scores, const FoldPlan& plan,
            Session& session) const;
  Json to_json(const TrainingRows& rows, const std::vector<ModelScores>& scores, const FoldPlan& plan) const;
  std::string to_text(const TrainingRows& rows, const std::vector<ModelScores>& scores, const FoldPlan& plan) const;

  std::string input_;
  TrainingOptions training_;
  std::vector<std::string> model_list_;
  FoldOptions folds_;
  std::vector<std::string> metrics_;
  std::string oof_;
  std::string save_best_;
  std::vector<ModelEntry> entries_;
  std::string metric_;
  std::string best_;
};

void CrossValidate::declare(FieldList& arguments, FieldList& options) {
  arguments.add("input", input_,
                {.help = "rows to learn from and to score (CSV, - is standard input)",
                 .value_name = "IN",
                 .file = FileUse::kReads});
  options.add("models", model_list_,
              {.help = "models on the same folds, each with options of its own if need be: "
                       "logistic,logistic:C=0.1:class-weight=balanced (a dummy is always beside them)",
               .value_name = "LIST"});
  training_.declare(options);
  folds_.declare(options);
  options.add("metrics", metrics_,
              {.help = "what is computed, the first ranks the models (roc_auc, accuracy or rmse, and the usual others)",
               .value_name = "LIST"});
  options.add("oof", oof_,
              {.help = "writes the answers of the best model to rows that it did not learn from: row, fold, target, "
                       "prediction, probability_CLASS (rows count from 1 without the header)",
               .value_name = "FILE",
               .file = FileUse::kWrites});
  options.add("save_best", save_best_,
              {.help = "fits the best model again on all rows and writes it, with these scores in its record",
               .value_name = "MODEL",
               .file = FileUse::kWrites});
}

void CrossValidate::check_options(const Session& session) const {
  for (const std::string* output : {&oof_, &save_best_}) {
    if (!output->empty()) session.require_output_beside_json(*output);
  }
  folds_.check();
  for (const std::string& name : metrics_) find_metric(name);
}

// The entries with what only the rows can tell.
std::vector<CvModel> CrossValidate::models_for(const TrainingRows& rows) const {
  std::vector<CvModel> models;
  for (const ModelEntry& entry : entries_) {
    models.push_back({entry.name, entry.options.train});
    TrainOptions& options = models.back().options;
    options.weight = training_.train.weight;
    folds_.leave_group_out(rows.table, options);
    if (options.model == "auto") models.back().name = rows.target.labels.empty() ? "linear" : "logistic";
  }
  return models;
}

// Only a model that has the metric in every fold can be the best. Without one there is nothing to write.
void CrossValidate::check_winner(const std::vector<ModelScores>& models, bool found, Session& session) const {
  if (found) return;
  const std::string hint = "name another metric first in --metrics, or give fewer --folds";
  const bool somewhere = std::any_of(models.begin(), models.end(),
                                     [&](const ModelScores& model) { return model.find(metric_) != nullptr; });
  if (!somewhere) throw_data("no model has a " + metric_ + " in any fold", hint);
  const std::string what = "no model has a " + metric_ + " in every fold, so none is the best";
  if (!oof_.empty() || !save_best_.empty()) throw_data(what, hint);
  session.context().warn(what + ": " + hint);
}

int CrossValidate::run(Session& session) {
  check_options(session);
  training_.take(session);
  entries_ = parse_models(model_list_, training_);
  for (ModelEntry& entry : entries_) {
    entry.options.take(session);
    const std::string& model = entry.options.train.model;
    if (model != "auto" && model != "dummy" && training_.train.model == "auto") training_.train.model = model;
  }
  TrainingRows rows = read_training_rows(input_, training_, session);
  std::vector<CvModel> models;
  FoldPlan plan;
  std::vector<ModelScores> scores;
  name_file(input_, [&] {
    models = models_for(rows);
    plan = folds_.draw(rows, session);
  });
  for (const std::string& name : metrics_) {
    if (!metric_applies(find_metric(name), rows.target.classes.size()))
      throw_usage("--metrics: " + name + " is not for this target (" + std::string(task_name(rows.target.task)) + ")");
  }
  metric_ = metrics_.empty() ? ranking_metric(rows.target) : metrics_.front();
  CvOptions options;
  options.metrics = metrics_;
  options.keep_predictions = !oof_.empty();
  name_file(input_,
            [&] { scores = cross_validate_models(rows.table, rows.target, models, plan, options, session.context()); });

  // The added dummy is what models are held against, not one to choose.
  const std::vector<ModelScores> chosen_from(scores.begin(),
                                             scores.begin() + static_cast<std::ptrdiff_t>(models.size()));
  const std::optional<std::size_t> best = best_model(chosen_from, metric_);
  name_file(input_, [&] { check_winner(chosen_from, best.has_value(), session); });
  if (best) best_ = scores[*best].name;
  if (best && best_model(scores, metric_) != best) {
    session.context().warn("no model is better than the dummy, which answers the same to every row (" + metric_ + ")");
  }
  if (!oof_.empty()) write_answers(scores[*best], rows.target);
  if (session.json()) {
    session.result("cv", to_json(rows, scores, plan));
  } else if (!session.quiet()) {
    session.print(to_text(rows, scores, plan));
  }
  RunFacts facts{.metrics = {}, .model = save_best_, .data_sha256 = rows.sha256, .chosen = {}};
  if (best) {
    facts.chosen = {{"best", best_}};
    facts.add(scores[*best].scores);
  }
  session.note_run(std::move(facts));
  if (!best) {
    session.summary("no model is the best; next: mlkit cv " + input_ + " --target " +
                    escape_controls(rows.target.column.name) + " with another metric first in --metrics");
  } else if (!save_best_.empty()) {
    ModelEntry entry = entries_[*best];
    entry.options.train = models[*best].options;
    save(rows, entry, scores[*best], plan, session);
    session.summary("wrote " + save_best_ + " (" + escape_controls(best_) + "); next: mlkit evaluate " + save_best_ +
                    " TEST.csv");
  } else {
    session.summary("best is " + escape_controls(best_) + "; next: --save-best MODEL, or mlkit tune " + input_ +
                    " --target " + escape_controls(rows.target.column.name) + " -o MODEL");
  }
  return 0;
}

void CrossValidate::write_answers(const ModelScores& model, const Target& target) const {
  OutputFile out(oof_);
  std::string text = "row,fold,target,prediction";
  for (const std::string& label : target.classes) {
    text += ",";
    append_csv_field(text, "probability_" + label);
  }
  const bool repeats = model.out_of_fold.size() > 1;
  out.write((repeats ? "repeat," : "") + text + "\n");
  for (std::size_t repeat = 0; repeat < model.out_of_fold.size(); ++repeat) {
    const OutOfFold& answers = model.out_of_fold[repeat];
    for (std::size_t i = 0; i < answers.rows.size(); ++i) {
      const std::uint32_t row = answers.rows[i];
      text = repeats ? std::to_string(repeat + 1) + "," : "";
      text += std::to_string(row + std::uint64_t{1}) + "," + std::to_string(answers.folds[i] + 1) + ",";
      if (target.labels.empty()) {
        text += format_number(target.numbers[row]) + "," + format_number(answers.predictions.values[i]);
      } else {
        append_csv_field(text, target.classes[target.labels[row]]);
        text += ",";
        append_csv_field(text, target.classes[static_cast<std::size_t>(answers.predictions.labels[i])]);
        for (const double p : answers.predictions.probabilities_of(i)) text += "," + format_number(p);
      }
      out.write(text + "\n");
    }
  }
  out.commit();
}

void CrossValidate::save(TrainingRows& rows, const ModelEntry& entry, const ModelScores& scores, const FoldPlan& plan,
                         Session& session) const {
  TrainedPipeline trained;
  name_file(input_, [&] {
    trained = train_pipeline(std::move(rows.table), rows.target, entry.options.train, session.context());
  });
  TrainingRecord record = trained.pipeline.parts().record;
  record.cv = cv_record(scores.scores, plan.how);
  trained.pipeline = trained.pipeline.with_record(std::move(record));
  write_model_file(seal(trained, rows, entry.options, {}, session), save_best_);
}

Json CrossValidate::to_json(const TrainingRows& rows, const std::vector<ModelScores>& scores,
                            const FoldPlan& plan) const {
  Json out;
  out["target"] = rows.target.column.name;
  out["task"] = task_name(rows.target.task);
  out["rows"] = rows.table.rows() - rows.target.missing;
  out["rows_without_target"] = rows.target.missing;
  out["how"] = plan.how;
  out["folds"] = plan.folds;
  out["repeats"] = plan.repeats();
  out["metric"] = metric_;
  for (const ModelScores& model : scores) out["models"][model.name] = scores_to_json(model.scores);
  if (!best_.empty()) out["best"] = best_;
  out["comparisons"] = comparisons_to_json(compare_scores(scores, metric_, plan, rows.target));
  for (const ModelScores& model : scores) out["not_converged"][model.name] = model.not_converged;
  return out;
}

std::string CrossValidate::to_text(const TrainingRows& rows, const std::vector<ModelScores>& scores,
                                   const FoldPlan& plan) const {
  const Target& target = rows.target;
  std::string out = "\"" + escape_controls(target.column.name) + "\": " + std::string(task_name(target.task)) +
                    ", because " + target.reason + "\n" + count_of(rows.table.rows() - target.missing, "row") + ", " +
                    escape_controls(plan.how) + "\n\n";
  out += render_scores(scores, metric_, best_);
  out += render_comparisons(compare_scores(scores, metric_, plan, target), metric_);
  out += render_other_scores(scores, metric_);
  return out + "\n" + interval_note(plan);
}

}  // namespace

std::unique_ptr<Command> make_cv() { return std::make_unique<CrossValidate>(); }

}  // namespace mlkit::app
