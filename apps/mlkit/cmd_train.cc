// train: from a table to a sealed model file.
#include <algorithm>

#include <fmt/format.h>

#include "command.h"
#include "model_report.h"
#include "training_options.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/data/folds_file.h"
#include "mlkit/data/numbers.h"
#include "mlkit/io/features_json.h"
#include "mlkit/io/model_file.h"
#include "mlkit/workflow/cross_validate.h"
#include "mlkit/workflow/shared_rows.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kCoefficientsShown = 12;
constexpr std::size_t kWordsShown = 16;

class Train : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override {
    arguments.add(
        "input", input_,
        {.help = "rows to learn from (CSV, - is standard input)", .value_name = "IN", .file = FileUse::kReads});
    options.add("output", output_,
                {.help = "the model file to write",
                 .value_name = "MODEL",
                 .file = FileUse::kWrites,
                 .short_name = 'o',
                 .required = true});
    training_.declare(options);
    options.add("valid", valid_,
                {.help = "rows to score the model on that it does not learn from",
                 .value_name = "FILE",
                 .file = FileUse::kReads});
    options.add(
        "cv", cv_,
        {.help = "also cross-validate with this many folds", .value_name = "K", .range = {.min = 2, .max = 1000}});
    options.add("folds", folds_,
                {.help = "cross-validate on these folds (row,fold; split --folds writes them) instead of drawn ones",
                 .value_name = "FILE",
                 .file = FileUse::kReads});
    options.add(
        "trace", trace_,
        {.help = "writes the objective after every iteration (CSV)", .value_name = "FILE", .file = FileUse::kWrites});
  }

  const LedgerOptions* ledger() const override { return &training_.ledger; }

  int run(Session& session) override {
    for (const std::string* output : {&output_, &trace_}) {
      if (!output->empty()) session.require_output_beside_json(*output);
    }
    if (input_ == "-" && valid_ == "-")
      throw_usage("IN and --valid are both standard input", "name one of the two files");
    if (cv_ && !folds_.empty()) throw_usage("--cv draws folds and --folds names them", "keep one of the two");
    training_.take(session);

    TrainingRows rows = read_training_rows(input_, training_, session);
    const Target& target = rows.target;
    TrainedPipeline trained;
    Scores scores;
    const bool needed_again = cv_ || !folds_.empty() || !valid_.empty();
    name_file(input_, [&] {
      trained = needed_again ? train_pipeline(rows.table, target, train_, session.context())
                             : train_pipeline(std::move(rows.table), target, train_, session.context());
      if (cv_) {
        scores.cv = cross_validate(rows.table, target, train_, static_cast<std::size_t>(*cv_), session.context());
      }
    });
    if (!folds_.empty()) {
      const std::vector<std::uint32_t> folds = read_folds(folds_, rows.table.rows());
      cv_ = std::int64_t{*std::max_element(folds.begin(), folds.end())} + 1;
      name_file(input_, [&] { scores.cv = cross_validate(rows.table, target, train_, folds, session.context()); });
    }
    if (!valid_.empty()) name_file(valid_, [&] { scores.valid = score_valid(trained, rows.table, session.context()); });

    const Pipeline pipeline = seal(trained, rows, training_, scores.valid, session);
    write_model_file(pipeline, output_);
    if (!trace_.empty()) write_trace(trained.report);
    note_run(session, trained, rows, scores);

    if (session.json()) {
      session.result("train", to_json(pipeline, trained, target, scores));
    } else if (!session.quiet() && output_ != "-") {
      session.print(to_text(pipeline, trained, target, scores));
    }
    session.summary("wrote " + output_ + "; next: mlkit evaluate " + output_ + " TEST.csv");
    return 0;
  }

 private:
  struct Scores {
    std::vector<CrossValidated> cv;
    std::vector<MetricValue> valid;
  };

  void note_run(Session& session, const TrainedPipeline& trained, const TrainingRows& rows,
                const Scores& scores) const {
    RunFacts facts{.metrics = {}, .model = output_, .data_sha256 = rows.sha256};
    facts.add(scores.cv);
    facts.add("valid", scores.valid);
    facts.add("train", trained.metrics);
    session.note_run(std::move(facts));
  }

  void write_trace(const FitReport& report) const {
    OutputFile out(trace_);
    const bool validated = report.early_stop.has_value();
    out.write(std::string("iteration,objective,gradient_norm") + (validated ? ",validation_log_loss\n" : "\n"));
    for (const FitTraceLine& line : report.trace) {
      const std::string validation = line.validation ? format_number(*line.validation) : "";
      out.write(std::to_string(line.iteration) + "," + format_number(line.objective) + "," +
                format_number(line.gradient_norm) + (validated ? "," + validation : "") + "\n");
    }
    out.commit();
  }

  std::vector<MetricValue> score_valid(const TrainedPipeline& trained, const Table& table, Context& context) const {
    const Table valid = read_csv(valid_, training_.reading_for(trained.pipeline), context);
    const std::uint64_t shared = count_shared_rows(table, valid, trained.pipeline.inputs().names());
    if (shared > 0) {
      context.warn(count_of(shared, "row") + " of " + valid_ +
                   " stand in the training rows as well: the scores on them flatter");
    }
    const Target truth = read_truth(valid, trained.pipeline);
    const std::vector<std::uint32_t> rows = rows_with_target(truth);
    const Table scored = valid.select_rows(rows);
    return score_predictions(trained.pipeline.predict(scored, context), select_target(truth, rows),
                             read_weights(scored, train_.weight), {}, {}, context);
  }

  static Json decision_json(const Pipeline& pipeline, const DecisionReport& report) {
    Json out = {{"folds", report.folds}, {"rows", report.rows}};
    if (const auto& calibration = pipeline.parts().calibration) {
      out["calibration"] = calibration_name(calibration->kind());
      out["after"] = metrics_to_json(report.after);
    }
    out["before"] = metrics_to_json(report.before);
    if (!report.at_threshold.empty()) out["at_threshold"] = metrics_to_json(report.at_threshold);
    return out;
  }

  static std::string decision_text(const Pipeline& pipeline, const DecisionReport& report) {
    std::string out;
    const std::string where = " on rows not learned from (" + std::to_string(report.folds) + " folds)\n";
    if (const auto& calibration = pipeline.parts().calibration) {
      out += "\n" + std::string(calibration_name(calibration->kind())) + " calibration," + where;
      out += fmt::format("{:<20} {:>10} {:>12}\n", "", "before", "calibrated");
      for (std::size_t i = 0; i < report.before.size(); ++i) {
        const auto shown = [](const MetricValue& m) { return m.value ? short_number(*m.value) : std::string("-"); };
        out += fmt::format("{:<20} {:>10} {:>12}\n", report.before[i].name, shown(report.before[i]),
                           shown(report.after[i]));
      }
    }
    if (!report.at_threshold.empty()) {
      out += "\nthreshold " + short_number(pipeline.threshold()) + ", chosen" + where;
      for (const MetricValue& metric : report.at_threshold) {
        if (metric.value) out += fmt::format("{:<20} {:>10}\n", metric.name, short_number(*metric.value));
      }
    }
    return out;
  }

  static Json to_json(const Pipeline& pipeline, const TrainedPipeline& trained, const Target& target,
                      const Scores& scores) {
    const TrainingRecord& record = pipeline.parts().record;
    Json out;
    out["model"] = model_to_json(pipeline);
    out["target"] = target.column.name;
    out["task"] = task_name(target.task);
    out["rows"] = record.rows;
    out["rows_without_target"] = record.rows_without_target;
    out["features"] = pipeline.parts().preprocess.outputs();
    out["columns"] = pipeline.inputs().names();
    if (pipeline.parts().recipe) out["derived"] = features_to_json(*pipeline.parts().recipe);
    out["solver"] = record.solver;
    out["objective"] = record.objective;
    if (target.task == Task::kBinary) out["threshold"] = pipeline.threshold();
    out["gradient_norm"] = trained.report.gradient_norm;
    out["iterations"] = record.iterations;
    out["converged"] = record.converged;
    if (const auto& early = trained.report.early_stop) {
      out["early_stopping"] = {{"rows_apart", early->rows},
                               {"best_iteration", early->best_iteration},
                               {"best_log_loss", early->best_loss},
                               {"stopped", early->stopped}};
    }
    if (!trained.rows_after.empty()) {
      Json& resample = out["resample"];
      for (std::size_t c = 0; c < target.classes.size(); ++c) {
        resample["rows_before"][target.classes[c]] = trained.rows_before[c];
        resample["rows_after"][target.classes[c]] = trained.rows_after[c];
      }
    }
    if (trained.decision) out["decision"] = decision_json(pipeline, *trained.decision);
    out["metrics"] = metrics_to_json(trained.metrics);
    out["baseline"] = metrics_to_json(trained.baseline);
    if (!scores.valid.empty()) {
      out["valid"] = metrics_to_json(scores.valid);
      out["valid_intervals"] = intervals_to_json(scores.valid);
    }
    for (const CrossValidated& score : scores.cv) {
      Json& entry = out["cv"][score.metric];
      entry = {{"mean", score.mean}, {"folds", score.folds}, {"defined", score.folds.size()}};
      if (score.sd) entry["sd"] = *score.sd;
    }
    out["warnings"] = trained.warnings;
    return out;
  }

  static std::string early_text(const FitReport& report) {
    if (!report.early_stop) return "";
    return "early stopping: " + count_of(report.early_stop->rows, "row") + " set apart; kept iteration " +
           std::to_string(report.early_stop->best_iteration) + ", their log loss " +
           short_number(report.early_stop->best_loss) + "\n";
  }

  static std::string zeros_text(const Pipeline& pipeline) {
    std::size_t zeros = 0, all = 0;
    for (const std::vector<double>& weights : pipeline.parts().model->describe().coefficients) {
      zeros += static_cast<std::size_t>(std::count(weights.begin(), weights.end(), 0.0));
      all += weights.size();
    }
    return with_thousands(zeros) + " of " + count_of(all, "coefficient") + " are exactly 0\n";
  }

  std::string to_text(const Pipeline& pipeline, const TrainedPipeline& trained, const Target& target,
                      const Scores& scores) const {
    const TrainingRecord& record = pipeline.parts().record;
    const std::string kind(pipeline.parts().model->kind());
    std::string out = kind + " model for \"" + escape_controls(target.column.name) +
                      "\": " + std::string(task_name(target.task)) + ", because " + target.reason + "\n";
    out +=
        count_of(record.rows, "row") + ", " + count_of(pipeline.inputs().size(), "column") + ", " +
        count_of(pipeline.parts().preprocess.outputs(), "feature") +
        (pipeline.parts().recipe ? ", " + std::to_string(pipeline.parts().recipe->outputs()) + " of the recipe" : "") +
        "\n";
    if (kind != "dummy") {
      out += record.solver + ": " + count_of(static_cast<std::uint64_t>(record.iterations), "iteration") +
             (record.converged                                                  ? ", converged"
              : trained.report.early_stop && trained.report.early_stop->stopped ? ", stopped early"
                                                                                : ", NOT converged") +
             ", objective " + short_number(record.objective);
      if (kind == "logistic") out += ", lambda " + short_number(1 / train_.logistic.C);
      out += "\n" + early_text(trained.report);
      if (train_.logistic.l1_ratio > 0) out += zeros_text(pipeline);
    }
    if (train_.class_weight == "balanced" && (kind == "logistic" || kind == "nb")) {
      out += "balanced classes; probabilities are corrected back to the true shares" +
             (target.task == Task::kBinary ? ", threshold " + short_number(pipeline.threshold())
                                           : std::string(", and labels follow them")) +
             "\n";
    }
    if (!trained.rows_after.empty()) {
      std::string counts;
      for (std::size_t c = 0; c < target.classes.size(); ++c) {
        counts += (c > 0 ? ", " : "") + escape_controls(target.classes[c]) + " " +
                  with_thousands(trained.rows_before[c]) + " -> " + with_thousands(trained.rows_after[c]);
      }
      out += "resampled (" + train_.resample.method + "): " + counts +
             "\nprobabilities are corrected back to the true shares" +
             (target.task == Task::kBinary ? ", threshold " + short_number(pipeline.threshold())
                                           : std::string(", and labels follow them")) +
             "\n";
    }
    if (trained.decision) out += decision_text(pipeline, *trained.decision);
    out += "\non the training rows (the baseline answers the same to every row)\n" +
           render_metrics(trained.metrics, trained.baseline);
    if (!scores.valid.empty()) out += "\non " + escape_controls(valid_) + "\n" + render_metrics(scores.valid, {});
    if (!scores.cv.empty()) {
      out += fmt::format("\ncross-validated, {} folds        mean           sd\n", *cv_);
      for (const CrossValidated& score : scores.cv) {
        out += fmt::format("{} {:>12} {:>12}\n", fit_text(score.metric, 23), short_number(score.mean),
                           score.sd ? short_number(*score.sd) : "-");
      }
    }
    const std::string coefficients = render_coefficients(pipeline, kCoefficientsShown);
    if (!coefficients.empty()) {
      out += std::string("\nlargest coefficients") +
             (pipeline.parts().preprocess.scaled() ? " (of scaled features)" : "") + "\n" + coefficients;
    }
    const std::string words = render_words(pipeline, kWordsShown);
    return words.empty() ? out : out + "\n" + words;
  }

  std::string input_;
  std::string output_;
  TrainingOptions training_;
  TrainOptions& train_ = training_.train;
  std::string valid_;
  std::optional<std::int64_t> cv_;
  std::string folds_;
  std::string trace_;
};

}  // namespace

std::unique_ptr<Command> make_train() { return std::make_unique<Train>(); }

}  // namespace mlkit::app
