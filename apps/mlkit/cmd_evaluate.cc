// evaluate: how good are a model's answers on rows with known ones? Or scores of any origin (--scores).
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "command.h"
#include "evaluation.h"
#include "evaluation_page.h"
#include "gate.h"
#include "model_report.h"
#include "scored_rows.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"
#include "mlkit/io/model_file.h"

namespace mlkit::app {
namespace {

void write_text(const std::string& path, const std::string& text) {
  OutputFile out(path);
  out.write(text);
  out.commit();
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

// What a figure can be written to: an option with the name of a file, whose suffix says picture or CSV.
struct CurveFile {
  const char* option;
  const char* help;
  bool two_classes;
  bool numbers;
  Chart (*chart)(const Evaluation&);
  std::string (*csv)(const Evaluation&);
};

constexpr CurveFile kCurveFiles[] = {
    {"roc", "writes the ROC curve (threshold, fpr, tpr; FILE.svg: a picture)", false, false, roc_chart, roc_csv},
    {"pr", "writes the precision-recall curve (threshold, precision, recall; FILE.svg: a picture)", false, false,
     pr_chart, pr_csv},
    {"thresholds",
     "writes what every threshold does: depth, precision, recall, f1, fpr, gain, lift, counts (FILE.svg: a picture)",
     true, false, threshold_chart, threshold_csv},
    {"gain", "the same figures; FILE.svg: a picture of the cumulative gain", true, false, gain_chart, threshold_csv},
    {"calibration", "writes what probabilities say against what happened (FILE.svg: a picture)", false, false,
     reliability_chart, reliability_csv},
    {"residuals", "writes truth, prediction, residual of every row (FILE.svg: a picture)", false, true, residual_chart,
     residual_csv},
};

bool is_picture(const std::string& path) { return path.ends_with(".svg"); }

class Evaluate : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override;
  const LedgerOptions* ledger() const override { return &ledger_; }
  int run(Session& session) override;

 private:
  ScoredTable read_answers(Context& context, std::string& of, std::vector<MetricValue>& baseline,
                           std::vector<double>& shares);
  std::vector<MetricValue> score_baseline(const Pipeline& pipeline, const ScoredTable& scored,
                                          const Context& context) const;
  void check_curves(const ScoredTable& scored) const;
  void write_files(const Evaluation& evaluation, std::uint64_t seed) const;
  std::string plots_text(const Evaluation& evaluation, std::uint64_t seed) const;

  std::optional<std::string> model_;
  std::optional<std::string> input_;
  std::vector<std::string> metrics_;
  std::optional<double> threshold_;
  std::vector<std::string> by_;
  std::string gate_;
  std::string weight_;
  std::string curves_[std::size(kCurveFiles)];
  std::string report_;
  bool plots_ = false;
  double ci_ = 0.95;
  MetricOptions metric_options_;
  ScoresOptions scores_;
  TableInOptions table_in_;
  LedgerOptions ledger_;
};

void Evaluate::declare(FieldList& arguments, FieldList& options) {
  arguments.add("model", model_,
                {.help = "a model file made by train", .value_name = "MODEL", .file = FileUse::kReads});
  arguments.add(
      "input", input_,
      {.help = "rows with known answers (CSV, - is standard input)", .value_name = "IN", .file = FileUse::kReads});
  options.add("metrics", metrics_, {.help = metrics_help(), .value_name = "LIST"});
  options.add(
      "threshold", threshold_,
      {.help = "positive from this probability on, instead of the model's own threshold", .range = between(0, 1)});
  options.add(
      "by", by_,
      {.help = "also score the rows of every value of these columns apart (numbers: quarters)", .value_name = "COLS"});
  options.add("gate", gate_,
              {.help = "exit 1 unless this holds, e.g. 'roc_auc>=0.9'; several joined by commas must all hold",
               .value_name = "EXPRESSION"});
  options.add("weight", weight_, {.help = "column with the weight of each row", .value_name = "COL"});
  const std::string group = "Curves and reports";
  for (std::size_t i = 0; i < std::size(kCurveFiles); ++i) {
    options.add(kCurveFiles[i].option, curves_[i],
                {.help = kCurveFiles[i].help, .value_name = "FILE", .group = group, .file = FileUse::kWrites});
  }
  options.add("report", report_,
              {.help = "writes one page with all of it in words and pictures, for a browser, without network",
               .value_name = "FILE.html",
               .group = group,
               .file = FileUse::kWrites});
  options.add("plots", plots_, {.help = "also draw the curves in the terminal", .group = group});
  options.add("bins", metric_options_.bins,
              {.help = "of the calibration error and table", .value_name = "N", .range = between(1, 10000)});
  options.add("ci", ci_,
              {.help = "confidence of the intervals", .value_name = "SHARE", .range = strictly_between(0, 1)});
  scores_.declare(options);
  table_in_.declare(options);
  ledger_.declare(options);
}

ScoredTable Evaluate::read_answers(Context& context, std::string& of, std::vector<MetricValue>& baseline,
                                   std::vector<double>& shares) {
  ScoredTable scored;
  if (!scores_.scores.empty()) {
    if (model_) throw_usage("--scores FILE stands in the place of MODEL and IN");
    scores_.threshold = threshold_;
    scores_.weight = weight_;
    scores_.by = by_;
    name_file(scores_.scores, [&] { scored = read_scores(scores_, table_in_.to_csv_options(), context); });
    of = "the scores in " + scores_.scores;
    return scored;
  }
  if (!model_ || !input_) throw_usage("evaluate needs MODEL and IN, or --scores FILE");
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
  scored = score_model(pipeline, {*input_, weight_, by_}, table_in_, context);
  baseline = score_baseline(pipeline, scored, context);
  shares = pipeline.parts().record.dummy;
  of = *model_ + " on " + *input_;
  return scored;
}

std::vector<MetricValue> Evaluate::score_baseline(const Pipeline& pipeline, const ScoredTable& scored,
                                                  const Context& context) const {
  const std::vector<double>& dummy = pipeline.parts().record.dummy;
  if (dummy.size() != pipeline.parts().model->outputs()) return {};
  Predictions same;
  same.task = pipeline.task();
  same.rows = scored.predictions.rows;
  same.classes = scored.predictions.classes;
  std::vector<double>& target = same.classes == 0 ? same.values : same.probabilities;
  for (std::size_t row = 0; row < same.rows; ++row) target.insert(target.end(), dummy.begin(), dummy.end());
  decide_labels(same, pipeline.threshold());
  MetricOptions options = metric_options_;
  options.intervals = false;
  return score_predictions(same, scored.truth, scored.weights, metrics_, options, context);
}

// Before anything is computed: files that these answers cannot fill.
void Evaluate::check_curves(const ScoredTable& scored) const {
  const Predictions& answers = scored.predictions;
  for (std::size_t i = 0; i < std::size(kCurveFiles); ++i) {
    if (curves_[i].empty()) continue;
    const CurveFile& file = kCurveFiles[i];
    const std::string option = std::string("--") + file.option;
    if (file.numbers != (answers.classes == 0)) {
      throw_usage(option + (file.numbers ? " is for predicted numbers" : " is for classes"));
    }
    if (file.two_classes && answers.classes != 2) throw_usage(option + " is for two classes");
    if (!file.numbers && answers.probabilities.empty()) throw_usage(option + " needs scores, not labels alone");
    if (file.option == std::string("calibration") && !scored.are_probabilities) {
      throw_usage("--calibration needs probabilities; these scores leave 0 .. 1");
    }
  }
}

void Evaluate::write_files(const Evaluation& evaluation, std::uint64_t seed) const {
  const bool curves = std::any_of(evaluation.sweeps.begin(), evaluation.sweeps.end(),
                                  [](const ThresholdSweep& sweep) { return sweep.both_classes(); });
  for (std::size_t i = 0; i < std::size(kCurveFiles); ++i) {
    if (curves_[i].empty()) continue;
    const CurveFile& file = kCurveFiles[i];
    if (!file.numbers && !curves) throw_data("a curve needs rows of both classes");
    write_text(curves_[i], is_picture(curves_[i]) ? render_chart_svg(file.chart(evaluation), file.option, true)
                                                  : file.csv(evaluation));
  }
  if (!report_.empty()) write_text(report_, render_report_html(evaluation_page(evaluation, seed)));
}

std::string Evaluate::plots_text(const Evaluation& evaluation, std::uint64_t seed) const {
  std::string out;
  const auto draw = [&](const Chart& chart) { out += "\n" + render_chart_text(chart); };
  if (evaluation.residuals) {
    draw(prediction_chart(evaluation, seed));
    draw(residual_chart(evaluation));
  } else if (evaluation.has_scores() && evaluation.sweeps[0].both_classes()) {
    draw(roc_chart(evaluation));
    draw(pr_chart(evaluation));
    if (evaluation.binary()) draw(gain_chart(evaluation));
    if (!evaluation.reliability.empty()) draw(reliability_chart(evaluation));
  }
  return out;
}

int Evaluate::run(Session& session) {
  for (const std::string& output : curves_) {
    if (!output.empty()) session.require_output_beside_json(output);
  }
  if (!report_.empty()) session.require_output_beside_json(report_);
  const std::vector<Gate> gates = parse_gates(gate_);
  metric_options_.confidence = ci_;
  metric_options_.seed = session.seed();
  std::string of;
  std::vector<MetricValue> baseline;
  std::vector<double> shares;
  ScoredTable scored = read_answers(session.context(), of, baseline, shares);
  check_curves(scored);
  std::vector<std::string> names = metrics_;
  if (names.empty() && !gates.empty()) names = default_metrics_of(scored);
  for (const Gate& gate : gates) {
    if (std::find(names.begin(), names.end(), gate.metric) == names.end()) names.push_back(gate.metric);
  }
  Evaluation evaluation = evaluate_answers(std::move(scored), names, metric_options_, session.context());
  evaluation.of = std::move(of);
  evaluation.baseline = std::move(baseline);
  evaluation.training_shares = std::move(shares);
  // Without probabilities some are not defined: not worth a word unless they were asked for.
  if (evaluation.scored.predictions.probabilities.empty() && metrics_.empty() && gates.empty()) {
    std::erase_if(evaluation.metrics, [](const MetricValue& metric) { return !metric.value; });
  }
  for (const MetricValue& metric : evaluation.metrics) {
    if (!metric.note.empty()) session.context().warn(metric.name + ": " + metric.note);
  }
  write_files(evaluation, session.seed());
  RunFacts facts{.metrics = {}, .model = model_.value_or(""), .data_sha256 = {}};
  facts.add("evaluate", evaluation.metrics);
  session.note_run(std::move(facts));
  const bool passed =
      std::all_of(gates.begin(), gates.end(), [&](const Gate& gate) { return gate_holds(gate, evaluation.metrics); });
  if (session.json()) {
    Json out = evaluation_to_json(evaluation);
    if (!gates.empty()) {
      out["gate"] = {
          {"expression", gate_}, {"passed", passed}, {"conditions", gates_to_json(gates, evaluation.metrics)}};
    }
    session.result("evaluate", std::move(out));
  } else {
    session.print(evaluation_to_text(evaluation) + (plots_ ? plots_text(evaluation, session.seed()) : ""));
  }
  if (!gates.empty()) {
    session.summary(std::string("gate ") + (passed ? "passed: " : "FAILED: ") +
                    render_gates(gates, evaluation.metrics));
  } else if (!report_.empty()) {
    session.summary("wrote " + report_ + "; open it in a browser" +
                    (evaluation.binary() && model_ ? "; next: mlkit threshold " + *model_ + " VALID.csv" : ""));
  }
  return passed ? 0 : 1;
}

}  // namespace

std::unique_ptr<Command> make_evaluate() { return std::make_unique<Evaluate>(); }

}  // namespace mlkit::app
