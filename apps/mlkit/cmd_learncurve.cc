// learncurve: scores against the number of training rows, and what they say about what to do next.
#include <algorithm>
#include <cmath>

#include "command.h"
#include "fold_options.h"
#include "model_report.h"
#include "training_options.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/data/folds_file.h"
#include "mlkit/data/numbers.h"
#include "mlkit/data/split.h"
#include "mlkit/io/display.h"
#include "mlkit/io/report.h"
#include "mlkit/workflow/learning_curve.h"

namespace mlkit::app {
namespace {

std::string verdict_word(CurveVerdict verdict) {
  switch (verdict) {
    case CurveVerdict::kNoSkill: return "no_skill";
    case CurveVerdict::kMoreRows: return "more_rows";
    case CurveVerdict::kVariance: return "variance";
    case CurveVerdict::kBias: return "bias";
    case CurveVerdict::kUnclear: return "unclear";
  }
  return "unclear";
}

std::string plus_minus(double value, double error) {
  return signed_number(value) + (std::isnan(error) ? "" : " +- " + rounded_number(error, 2));
}

bool is_perfect(const LearningCurve& curve) {
  return curve.points.back().valid_mean == (curve.higher_is_better ? 1.0 : 0.0);
}

ReportNote verdict_note(const LearningCurve& curve) {
  const LearningCurvePoint& last = curve.points.back();
  const std::string valid = display_number(last.valid_mean), train = display_number(last.train_mean);
  const std::string gain = "from " + with_thousands(curve.gain_from) + " to " + with_thousands(last.rows) +
                           " rows: " + plus_minus(curve.gain, curve.gain_error);
  switch (curve.verdict) {
    case CurveVerdict::kNoSkill:
      return {
          NoteKind::kBad,
          "No better than the baseline: " + curve.metric + " " + valid + " on validation rows, the baseline's " +
              display_number(curve.baseline) + " (better by " + plus_minus(curve.skill, curve.skill_error) + ").",
          "mlkit profile IN --target COL shows what the columns know of the target; mlkit features fit makes others"};
    case CurveVerdict::kMoreRows:
      return {NoteKind::kGood, "More rows help: the last step brought something (" + gain + ").",
              "get more rows before you try other models; run this again when you have twice as many"};
    case CurveVerdict::kVariance:
      return {
          NoteKind::kWarning,
          "High variance: the model knows its training rows (" + train + ") better than others (" + valid +
              "), and more rows hardly help any more (" + gain + ").",
          "fewer or simpler columns (mlkit explain names those that matter), or a stronger penalty (--C 0.1; --alpha "
          "of linear models)"};
    case CurveVerdict::kBias: break;
    case CurveVerdict::kUnclear:
      if (!curve.same_folds) {
        return {NoteKind::kInfo,
                "Unclear: " + curve.metric +
                    " is not defined in the same folds at both sizes, on training rows and for " +
                    "the baseline, so their means cannot be held against each other.",
                "another --metric, or fewer folds"};
      }
      if (curve.points.size() > 1 && !std::isnan(curve.gap_error)) {
        return {NoteKind::kInfo,
                "Unclear: the folds differ too much to tell whether more rows help (" + gain +
                    ") and whether training (" + train + ") is better than validation (" + valid + "): gap " +
                    plus_minus(curve.gap, curve.gap_error) + ".",
                "--folds 10, more rows, or a --metric that single rows move less (" +
                    std::string(curve.metric == "rmse" ? "mae" : "log_loss") + ")"};
      }
      return {NoteKind::kInfo, "One size, or one fold with a score, is too little to judge by.",
              "--points 6, and folds that hold every class"};
  }
  if (is_perfect(curve)) {
    return {NoteKind::kGood, "Validation rows are answered without a fault: nothing is left to gain.",
            "mlkit leak looks whether a column knows the target"};
  }
  return {NoteKind::kInfo,
          "High bias, or noise: training (" + train + ") and validation (" + valid +
              ") have met and the curve is flat (" + gain + "). More rows of these columns will not help.",
          "columns that know more (mlkit features fit: interactions, time parts, encodings), another --model, a weaker "
          "penalty (--C 10); or this is as far as it goes"};
}

Json curve_json(const LearningCurve& curve) {
  const auto number = [](Json& object, const char* name, double value) {
    if (std::isfinite(value)) object[name] = value;
  };
  Json out = {{"metric", curve.metric}, {"higher_is_better", curve.higher_is_better}, {"folds", curve.folds}};
  number(out, "baseline", curve.baseline);
  Json& points = out["points"] = Json::array();
  for (const LearningCurvePoint& point : curve.points) {
    Json entry = {
        {"rows", point.rows}, {"train", {{"mean", point.train_mean}}}, {"valid", {{"mean", point.valid_mean}}}};
    if (point.train_sd) entry["train"]["sd"] = *point.train_sd;
    if (point.valid_sd) entry["valid"]["sd"] = *point.valid_sd;
    for (const auto& [name, values] : {std::pair{"train", &point.train}, std::pair{"valid", &point.valid}}) {
      Json& folds = entry[name]["folds"] = Json::array();
      for (const double value : *values) {
        if (!std::isnan(value)) folds.push_back(value);
      }
    }
    points.push_back(std::move(entry));
  }
  const ReportNote note = verdict_note(curve);
  Json& verdict = out["verdict"] = {{"kind", verdict_word(curve.verdict)}, {"text", note.text}, {"next", note.remedy}};
  number(verdict, "skill", curve.skill);
  number(verdict, "skill_error", curve.skill_error);
  number(verdict, "gap", curve.gap);
  number(verdict, "gap_error", curve.gap_error);
  if (curve.points.size() > 1) {
    number(verdict, "gain", curve.gain);
    number(verdict, "gain_error", curve.gain_error);
    verdict["gain_from_rows"] = curve.gain_from;
  }
  return out;
}

Chart curve_chart(const LearningCurve& curve) {
  Chart chart = make_plot("learning_curve", curve.metric + " against training rows",
                          {.label = "training rows", .scale = AxisScale::kLog}, {.label = curve.metric});
  chart.description =
      "Scores on the training rows and on validation rows for growing numbers of training rows; the "
      "dashed line is the baseline.";
  auto& plot = std::get<PlotChart>(chart.body);
  Series train{.name = "training"}, valid{.name = "validation"}, baseline{.name = "baseline"};
  baseline.style = SeriesStyle::kDashed;
  for (const LearningCurvePoint& point : curve.points) {
    const double rows = static_cast<double>(point.rows);
    const double band = point.valid_sd.value_or(0);
    for (Series* series : {&train, &valid, &baseline}) series->x.push_back(rows);
    train.y.push_back(point.train_mean);
    valid.y.push_back(point.valid_mean);
    valid.low.push_back(point.valid_mean - band);
    valid.high.push_back(point.valid_mean + band);
    baseline.y.push_back(curve.baseline);
  }
  plot.x.min = train.x.front();
  plot.x.max = train.x.back();
  plot.series = {std::move(valid), std::move(train), std::move(baseline)};
  return chart;
}

Report curve_report(const LearningCurve& curve, const std::string& target, const std::string& model) {
  Report report{.title = "Learning curve"};
  report.subtitle = model + " model for \"" + escape_controls(target) + "\", " + display_count(curve.folds, "fold") +
                    "; the baseline answers the same to every row";
  report.verdict = verdict_note(curve);
  ReportSection& section = report.add("Scores",
                                      "Means over the folds. A smaller size's rows are among a larger one's, and "
                                      "validation rows are the same for all sizes.");
  if (curve.points.size() > 1) section.chart(curve_chart(curve));
  ReportTable& table = section.table("scores", {{"rows", CellFormat::kNumber},
                                                {"training", CellFormat::kNumber},
                                                {"sd", CellFormat::kNumber},
                                                {"validation", CellFormat::kNumber},
                                                {"sd ", CellFormat::kNumber},
                                                {"gap", CellFormat::kNumber}});
  const auto cell = [](const std::optional<double>& value) { return value ? ReportCell(*value) : ReportCell(); };
  const double sign = curve.higher_is_better ? 1 : -1;
  for (const LearningCurvePoint& point : curve.points) {
    table.rows.push_back({static_cast<double>(point.rows), point.train_mean, cell(point.train_sd), point.valid_mean,
                          cell(point.valid_sd), sign * (point.train_mean - point.valid_mean)});
  }
  section.value("baseline", curve.baseline);
  report.footer = std::string("mlkit ") + MLKIT_VERSION;
  return report;
}

class LearnCurve : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override {
    arguments.add(
        "input", input_,
        {.help = "rows to learn from (CSV, - is standard input)", .value_name = "IN", .file = FileUse::kReads});
    options.add(
        "metric", curve_.metric,
        {.help = "the score (roc_auc of two classes, accuracy of more, rmse of numbers)", .value_name = "NAME"});
    options.add("points", points_,
                {.help = "how many sizes, each twice the one before (6), or the sizes: rows, or shares up to 1",
                 .value_name = "N|LIST"});
    options.add("folds", folds_,
                {.help = "how many folds to draw (5), or a file of them (row,fold; split --folds writes one)",
                 .value_name = "K|FILE",
                 .file = FileUse::kReads});
    options.add("output", output_,
                {.help = "the scores as CSV", .value_name = "FILE", .file = FileUse::kWrites, .short_name = 'o'});
    options.add("report", report_,
                {.help = "the result as one HTML page", .value_name = "FILE", .file = FileUse::kWrites});
    training_.declare(options);
  }

  int run(Session& session) override {
    for (const std::string* output : {&output_, &report_}) {
      if (!output->empty()) session.require_output_beside_json(*output);
    }
    parse_points();
    const std::optional<std::size_t> drawn = folds_to_draw();
    training_.take(session);
    const Table table = read_csv(input_, training_.reading(), session.context());
    LearningCurve curve;
    std::string kind;
    const auto learn = [&] {
      std::string& weight = training_.train.weight;
      if (!weight.empty()) weight = table.column(weight).name;
      const Target target = read_target(table, training_.train, session.context());
      if (target.missing > 0) {
        session.context().warn(count_of(target.missing, "row") + " without a target left out");
      }
      kind = training_.train.model != "auto" ? training_.train.model : target.labels.empty() ? "linear" : "logistic";
      const std::vector<std::uint32_t> folds =
          drawn ? draw_folds(table, target, *drawn, session.seed()) : read_folds(folds_, table.rows());
      curve = learning_curve(table, target, training_.train, curve_, folds, session.context());
    };
    name_file(input_, learn);
    const Report report = curve_report(curve, training_.train.target, kind);
    write_outputs(curve, report);
    if (session.json()) {
      session.result("learncurve", curve_json(curve));
    } else {
      session.print(render_report_text(report, {.color = session.color()}));
    }
    session.summary("learncurve: " + verdict_word(curve.verdict) + "; " + curve.metric + " " +
                    display_number(curve.points.back().valid_mean) + " with " +
                    count_of(curve.points.back().rows, "row") + "; next: mlkit train " + input_ + " --target " +
                    escape_controls(training_.train.target) + " -o MODEL");
    return 0;
  }

 private:
  void parse_points() {
    if (points_.empty()) return;
    std::vector<double> numbers;
    for (const std::string& word : points_) {
      double number = 0;
      if (parse_number(word, number) != NumberStatus::kNumber || !(number > 0)) {
        throw_usage("--points: \"" + word + "\" is not a positive number", "--points 6, or --points 100,200,400");
      }
      if (number > 1 && number != std::floor(number)) {
        throw_usage("--points: " + word + " is neither a number of rows nor a share of them");
      }
      numbers.push_back(number);
    }
    if (numbers.size() > 1 || numbers[0] < 1) {
      curve_.sizes = std::move(numbers);
      return;
    }
    constexpr double kMost = 60;
    if (numbers[0] > kMost)
      throw_usage("--points: at most 60 sizes, each twice the one before", "give a list of sizes");
    curve_.points = static_cast<std::int64_t>(numbers[0]);
  }

  // nullopt: they are in a file.
  std::optional<std::size_t> folds_to_draw() const {
    if (names_folds_file(folds_)) return std::nullopt;
    std::int64_t number = 0;
    FieldList list;
    list.add("folds", number, {.help = "", .range = between(2, 1000)});
    set_field(list.all()[0], folds_, "--folds");
    return static_cast<std::size_t>(number);
  }

  static std::vector<std::uint32_t> draw_folds(const Table& table, const Target& target, std::size_t folds,
                                               std::uint64_t seed) {
    const std::vector<std::uint32_t> rows = rows_with_target(target);
    const Target present = select_target(target, rows);
    const std::vector<std::uint32_t> drawn = present.labels.empty()
                                                 ? folds_random(rows.size(), folds, seed)
                                                 : folds_stratified(present.labels, present.classes, folds, seed);
    std::vector<std::uint32_t> out(table.rows());
    for (std::size_t i = 0; i < rows.size(); ++i) out[rows[i]] = drawn[i];
    return out;
  }

  void write_outputs(const LearningCurve& curve, const Report& report) const {
    if (!output_.empty()) {
      std::string text = "rows,train_mean,train_sd,valid_mean,valid_sd,folds\n";
      const auto number = [](const std::optional<double>& value) {
        return value ? format_number(*value) : std::string();
      };
      for (const LearningCurvePoint& point : curve.points) {
        text += std::to_string(point.rows) + "," + format_number(point.train_mean) + "," + number(point.train_sd) +
                "," + format_number(point.valid_mean) + "," + number(point.valid_sd) + "," +
                std::to_string(curve.folds) + "\n";
      }
      OutputFile out(output_);
      out.write(text);
      out.commit();
    }
    if (report_.empty()) return;
    OutputFile page(report_);
    page.write(render_report_html(report));
    page.commit();
  }

  std::string input_;
  TrainingOptions training_;
  LearningCurveOptions curve_;
  std::vector<std::string> points_;
  std::string folds_ = "5";
  std::string output_;
  std::string report_;
};

}  // namespace

std::unique_ptr<Command> make_learncurve() { return std::make_unique<LearnCurve>(); }

}  // namespace mlkit::app
