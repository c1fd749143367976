// evaluate: how good are a model's answers on rows with known ones? Or scores of any origin (--scores).
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "command.h"
#include "gate.h"
#include "model_report.h"
#include "scored_rows.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/data/csv_write.h"
#include "mlkit/data/numbers.h"
#include "mlkit/eval/confusion.h"
#include "mlkit/eval/ranking.h"
#include "mlkit/io/model_file.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit::app {
namespace {

std::vector<std::uint8_t> positives_of(const Target& truth) {
  std::vector<std::uint8_t> out;
  for (const std::uint32_t label : truth.labels) out.push_back(label == 1 ? 1 : 0);
  return out;
}

std::vector<double> positive_scores(const Predictions& predictions) {
  std::vector<double> out;
  for (std::size_t i = 0; i < predictions.rows; ++i) out.push_back(predictions.probabilities_of(i)[1]);
  return out;
}

void append_number(std::string& out, double value) {
  if (std::isinf(value)) {
    out += "inf";
  } else {
    out += format_number(value);
  }
}

void write_text(const std::string& path, const std::string& text) {
  OutputFile out(path);
  out.write(text);
  out.commit();
}

template <class Point>
std::string curve_csv(std::string header, const std::vector<Point>& points, double Point::*second,
                      double Point::*third) {
  std::string out = std::move(header) + "\n";
  for (const Point& point : points) {
    append_number(out, point.threshold);
    out += ',';
    append_number(out, point.*second);
    out += ',';
    append_number(out, point.*third);
    out += '\n';
  }
  return out;
}

std::string roc_csv(const ThresholdSweep& sweep) {
  return curve_csv("threshold,fpr,tpr", roc_curve(sweep), &RocPoint::fpr, &RocPoint::tpr);
}

std::string pr_csv(const ThresholdSweep& sweep) {
  return curve_csv("threshold,precision,recall", pr_curve(sweep), &PrPoint::precision, &PrPoint::recall);
}

Json confusion_json(const Confusion& confusion, const std::vector<std::string>& classes) {
  Json matrix = Json::array();
  for (std::size_t truth = 0; truth < confusion.classes; ++truth) {
    Json row = Json::array();
    for (std::size_t predicted = 0; predicted < confusion.classes; ++predicted)
      row.push_back(confusion.at(truth, predicted));
    matrix.push_back(std::move(row));
  }
  Json out = {{"labels", classes}, {"matrix", matrix}};
  if (confusion.classes == 2) {
    out["type_1_errors"] = confusion.false_positives(1);
    out["type_2_errors"] = confusion.false_negatives(1);
  }
  return out;
}

std::string confusion_text(const Confusion& confusion, const std::vector<std::string>& classes) {
  constexpr std::size_t kClassesShown = 6;
  if (classes.size() > kClassesShown) return {};
  std::string out = "true \\ predicted  ";
  for (const std::string& label : classes) out += " " + fit_text(label, 9);
  out += "\n";
  for (std::size_t truth = 0; truth < classes.size(); ++truth) {
    out += "  " + fit_text(classes[truth], 16);
    for (std::size_t predicted = 0; predicted < classes.size(); ++predicted) {
      out += fmt::format(" {:<9}", short_number(confusion.at(truth, predicted)));
    }
    out += "\n";
  }
  if (classes.size() == 2) {
    out += fmt::format("Type I errors (called \"{0}\", are not): {1}; Type II (are \"{0}\", missed): {2}\n",
                       escape_controls(classes[1]), short_number(confusion.false_positives(1)),
                       short_number(confusion.false_negatives(1)));
  }
  return out;
}

// Every name that --metrics and --gate take: the message for an unknown one points here.
std::string metrics_help() {
  std::string classes;
  std::string numbers;
  for (const MetricInfo& metric : metric_table()) {
    std::string& names = metric.applies == MetricFor::kNumbers ? numbers : classes;
    names += (names.empty() ? "" : ", ") + metric.name;
  }
  return "which ones; of classes: " + classes + "; of numbers: " + numbers;
}

class Evaluate : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override {
    arguments.add("model", model_,
                  {.help = "a model file made by train", .value_name = "MODEL", .file = FileUse::kReads});
    arguments.add(
        "input", input_,
        {.help = "rows with known answers (CSV, - is standard input)", .value_name = "IN", .file = FileUse::kReads});
    options.add("metrics", metrics_, {.help = metrics_help(), .value_name = "LIST"});
    options.add(
        "threshold", threshold_,
        {.help = "positive from this probability on, instead of the model's own threshold", .range = between(0, 1)});
    options.add("gate", gate_, {.help = "exit 1 unless this holds, e.g. 'roc_auc>=0.9'", .value_name = "EXPRESSION"});
    options.add("weight", weight_, {.help = "column with the weight of each row", .value_name = "COL"});
    options.add("roc", roc_,
                {.help = "writes the ROC curve (threshold, fpr, tpr)", .value_name = "FILE", .file = FileUse::kWrites});
    options.add("pr", pr_,
                {.help = "writes the precision-recall curve", .value_name = "FILE", .file = FileUse::kWrites});
    options.add("bins", metric_options_.bins,
                {.help = "of the calibration error", .value_name = "N", .range = between(1, 10000)});
    options.add("ci", ci_,
                {.help = "confidence of the intervals", .value_name = "SHARE", .range = strictly_between(0, 1)});
    declare_scores(options);
    table_in_.declare(options);
  }

  int run(Session& session) override {
    for (const std::string* output : {&roc_, &pr_}) {
      if (!output->empty()) session.require_output_beside_json(*output);
    }
    const std::vector<Gate> gates = parse_gates(gate_);
    metric_options_.confidence = ci_;
    metric_options_.seed = session.seed();
    ScoredTable scored;
    if (scores_.scores.empty()) {
      if (!model_ || !input_) throw_usage("evaluate needs MODEL and IN, or --scores FILE");
      name_file(*input_, [&] { scored = score_model(session.context()); });
    } else {
      if (model_) throw_usage("--scores FILE stands in the place of MODEL and IN");
      scores_.threshold = threshold_;
      scores_.weight = weight_;
      name_file(scores_.scores, [&] { scored = read_scores(scores_, table_in_.to_csv_options(), session.context()); });
    }
    std::vector<std::string> names = metrics_.empty() ? metrics_for(scored) : metrics_;
    for (const Gate& gate : gates) {
      if (std::find(names.begin(), names.end(), gate.metric) == names.end()) names.push_back(gate.metric);
    }
    std::vector<MetricValue> metrics =
        score_predictions(scored.predictions, scored.truth, scored.weights, names, metric_options_, session.context());
    // Without probabilities some are not defined: not worth a word unless they were asked for.
    if (scored.predictions.probabilities.empty() && metrics_.empty() && gates.empty()) {
      std::erase_if(metrics, [](const MetricValue& metric) { return !metric.value; });
    }
    for (const MetricValue& metric : metrics) {
      if (!metric.note.empty()) session.context().warn(metric.name + ": " + metric.note);
    }
    write_curves(scored);
    const bool passed =
        std::all_of(gates.begin(), gates.end(), [&](const Gate& gate) { return gate_holds(gate, metrics); });
    if (session.json()) {
      session.result("evaluate", to_json(scored, metrics, gates, passed));
    } else {
      session.print(to_text(scored, metrics));
    }
    if (!gates.empty())
      session.summary(std::string("gate ") + (passed ? "passed: " : "FAILED: ") + values_text(gates, metrics));
    return passed ? 0 : 1;
  }

 private:
  void declare_scores(FieldList& options) {
    const std::string group = "Without a model";
    options.add("scores", scores_.scores,
                {.help = "truth and answers from any source (CSV)",
                 .value_name = "FILE",
                 .group = group,
                 .file = FileUse::kReads});
    options.add("label", scores_.label, {.help = "column with the truth", .value_name = "COL", .group = group});
    options.add(
        "score", scores_.score,
        {.help = "column with the score of the positive one of two classes", .value_name = "COL", .group = group});
    options.add("prediction", scores_.prediction,
                {.help = "column with the predicted class, or number", .value_name = "COL", .group = group});
    options.add(
        "task", scores_.task,
        {.help = "regression: the label is a number", .choices = {"classification", "regression"}, .group = group});
    options.add("positive", scores_.positive,
                {.help = "the positive one of two classes (the last in order)", .value_name = "CLASS", .group = group});
  }

  ScoredTable score_model(Context& context) {
    Pipeline pipeline = read_model_file(*model_);
    if (pipeline.task() == Task::kClustering || pipeline.task() == Task::kReduction) {
      throw_usage("evaluate compares answers with a target: this model is for " +
                      std::string(task_name(pipeline.task())) + " and has none",
                  "mlkit inspect shows its scores on the rows that it was fitted on");
    }
    if (threshold_) {
      if (pipeline.task() != Task::kBinary) throw_usage("--threshold is for models of two classes");
      pipeline = pipeline.with_threshold(*threshold_);
    }
    const Table table = read_rows(pipeline, context);
    const Target truth = read_truth(table, pipeline);
    const std::vector<std::uint32_t> rows = rows_with_target(truth);
    if (truth.missing > 0) {
      context.warn(count_of(truth.missing, "row") + " without a true answer left out");
    }
    if (rows.empty()) throw_data("no row has a true answer to compare with");
    ScoredTable out;
    const bool all = rows.size() == table.rows();
    const Table some = all ? Table() : table.select_rows(rows);
    const Table& used = all ? table : some;
    TransformCounts counts;
    out.predictions = pipeline.predict(used, context, &counts);
    warn_about_unknown(pipeline, counts, context);
    out.truth = all ? truth : select_target(truth, rows);
    out.truth.missing = truth.missing;
    out.weights = read_weights(used, weight_);
    if (pipeline.task() == Task::kBinary) out.threshold = pipeline.threshold();
    add_baseline(pipeline, context, out);
    return out;
  }

  // The default metrics that the answers allow.
  static std::vector<std::string> metrics_for(const ScoredTable& scored) {
    std::vector<std::string> names = default_metrics(scored.predictions.classes);
    if (scored.are_probabilities) return names;
    std::erase_if(names,
                  [](const std::string& name) { return name == "log_loss" || name == "brier" || name == "ece"; });
    return names;
  }

  // Columns typed as the model needs them.
  Table read_rows(const Pipeline& pipeline, Context& context) const {
    CsvReadOptions csv = table_in_.to_csv_options(pipeline.parts().na);
    csv.types_for = [&](const std::vector<std::string>& header) {
      std::map<std::string, DeclaredType> types = pipeline.declared_types(header);
      if (!weight_.empty()) types[header[column_index(header, weight_)]] = {ColumnType::kNumeric, false};
      return types;
    };
    return read_csv(*input_, csv, context);
  }

  void add_baseline(const Pipeline& pipeline, const Context& context, ScoredTable& out) const {
    const std::vector<double>& dummy = pipeline.parts().record.dummy;
    if (dummy.size() != pipeline.parts().model->outputs()) return;
    Predictions same;
    same.task = pipeline.task();
    same.rows = out.predictions.rows;
    same.classes = out.predictions.classes;
    std::vector<double>& target = same.classes == 0 ? same.values : same.probabilities;
    for (std::size_t row = 0; row < same.rows; ++row) target.insert(target.end(), dummy.begin(), dummy.end());
    decide_labels(same, pipeline.threshold());
    MetricOptions options = metric_options_;
    options.intervals = false;
    out.baseline = score_predictions(same, out.truth, out.weights, metrics_, options, context);
  }

  void write_curves(const ScoredTable& scored) const {
    if (roc_.empty() && pr_.empty()) return;
    if (scored.predictions.classes != 2) throw_usage("--roc and --pr are for two classes");
    const std::vector<double> scores = positive_scores(scored.predictions);
    const std::vector<std::uint8_t> positive = positives_of(scored.truth);
    const ThresholdSweep sweep = sweep_thresholds({scores, positive, scored.weights});
    if (!sweep.both_classes()) throw_data("a curve needs rows of both classes");
    if (!roc_.empty()) write_text(roc_, roc_csv(sweep));
    if (!pr_.empty()) write_text(pr_, pr_csv(sweep));
  }

  static std::optional<Confusion> confusion_of(const ScoredTable& scored) {
    if (scored.predictions.classes == 0) return std::nullopt;
    return count_confusion(scored.truth.labels, scored.predictions.labels, scored.predictions.classes, scored.weights);
  }

  // "roc_auc>=0.9 (0.8713), log_loss<1 (0.41)"
  static std::string values_text(const std::vector<Gate>& gates, const std::vector<MetricValue>& metrics) {
    std::string out;
    for (const Gate& gate : gates) {
      const auto metric =
          std::find_if(metrics.begin(), metrics.end(), [&](const MetricValue& m) { return m.name == gate.metric; });
      const bool known = metric != metrics.end() && metric->value;
      out += (out.empty() ? "" : ", ") + gate.metric + gate.comparison + format_number(gate.limit) + " (" +
             (known ? gate_number(*metric->value) : std::string("not defined")) +
             (gate_holds(gate, metrics) ? ")"
              : gates.size() > 1        ? ", not met)"
                                        : ")");
    }
    return out;
  }

  // All digits: a value that fails by its last one must not look as if it passed.
  static std::string gate_number(double value) { return std::isfinite(value) ? format_number(value) : "not finite"; }

  static double prevalence(const Confusion& confusion) { return confusion.support(1) / confusion.total(); }

  Json to_json(const ScoredTable& scored, const std::vector<MetricValue>& metrics, const std::vector<Gate>& gates,
               bool passed) const {
    Json out;
    out["rows"] = scored.predictions.rows;
    out["rows_without_target"] = scored.truth.missing;
    if (scored.threshold) out["threshold"] = *scored.threshold;
    out["metrics"] = metrics_to_json(metrics);
    out["intervals"] = intervals_to_json(metrics);
    out["baseline"] = metrics_to_json(scored.baseline);
    if (const auto confusion = confusion_of(scored)) {
      out["confusion"] = confusion_json(*confusion, scored.truth.classes);
      if (confusion->classes == 2) {
        out["positive"] = scored.truth.classes[1];
        out["prevalence"] = prevalence(*confusion);
      }
    }
    if (!gates.empty()) out["gate"] = {{"expression", gate_}, {"passed", passed}};
    return out;
  }

  static std::string to_text(const ScoredTable& scored, const std::vector<MetricValue>& metrics) {
    std::string out = count_of(scored.predictions.rows, "row");
    const auto confusion = confusion_of(scored);
    if (confusion && confusion->classes == 2) {
      out += ", " + fmt::format("{:.1f}", 100 * prevalence(*confusion)) + " % of them \"" +
             escape_controls(scored.truth.classes[1]) + "\"; threshold " + short_number(scored.threshold.value_or(0.5));
    }
    out += "\n\n" + render_metrics(metrics, scored.baseline);
    if (confusion) out += "\n" + confusion_text(*confusion, scored.truth.classes);
    return out;
  }

  std::optional<std::string> model_;
  std::optional<std::string> input_;
  std::vector<std::string> metrics_;
  std::optional<double> threshold_;
  std::string gate_;
  std::string weight_;
  std::string roc_;
  std::string pr_;
  double ci_ = 0.95;
  MetricOptions metric_options_;
  ScoresOptions scores_;
  TableInOptions table_in_;
};

}  // namespace

std::unique_ptr<Command> make_evaluate() { return std::make_unique<Evaluate>(); }

}  // namespace mlkit::app
