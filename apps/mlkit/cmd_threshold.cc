// threshold: from which probability on a row is called positive, by what the two errors cost or what must be reached.
#include <algorithm>
#include <cmath>
#include <limits>

#include <fmt/format.h>

#include "command.h"
#include "gate.h"
#include "model_report.h"
#include "scored_rows.h"

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"
#include "mlkit/eval/thresholds.h"
#include "mlkit/io/model_file.h"
#include "mlkit/workflow/drift_reference.h"

namespace mlkit::app {
namespace {

struct Costs {
  double false_positive = 1;
  double false_negative = 1;
};

// "fp=1,fn=20"
Costs parse_costs(const std::string& text) {
  Costs out;
  bool seen[2] = {};
  for (const std::string& item : split_list(text)) {
    const std::size_t at = item.find('=');
    const std::string name(trim_blanks(std::string_view(item).substr(0, at)));
    if (at == std::string::npos || (name != "fp" && name != "fn")) {
      throw_usage("--cost: \"" + item + "\" is neither fp=NUMBER nor fn=NUMBER", "e.g. --cost fp=1,fn=20");
    }
    double value = 0;
    const std::string_view number = trim_blanks(std::string_view(item).substr(at + 1));
    if (parse_number(number, value) != NumberStatus::kNumber || value < 0) {
      throw_usage("--cost: \"" + std::string(number) + "\" is not a number from 0 on");
    }
    bool& given = seen[name == "fp" ? 0 : 1];
    if (given) throw_usage("--cost: " + name + " is given twice");
    given = true;
    (name == "fp" ? out.false_positive : out.false_negative) = value;
  }
  if (!seen[0] || !seen[1]) throw_usage("--cost needs both errors", "e.g. --cost fp=1,fn=20");
  if (out.false_positive + out.false_negative == 0) throw_usage("--cost: both errors are free");
  return out;
}

Json metrics_there(const OperatingPoint& point) {
  Json out = Json::object();
  const Confusion confusion = point.confusion();
  for (const ThresholdMetric& metric : threshold_metrics()) {
    const Ratio value = metric.of(confusion);
    if (value.defined) out[metric.name] = value.value;
  }
  return out;
}

class Threshold : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override {
    arguments.add("model", model_,
                  {.help = "a model file of two classes", .value_name = "MODEL", .file = FileUse::kReads});
    arguments.add("input", input_,
                  {.help = "rows with known answers that the model has not learned from (CSV)",
                   .value_name = "IN",
                   .file = FileUse::kReads});
    std::string names;
    for (const ThresholdMetric& metric : threshold_metrics()) names += (names.empty() ? "" : ", ") + metric.name;
    options.add("at", at_,
                {.help = "what must be reached, e.g. 'recall>=0.9'; several by commas; then the best of the other "
                         "metric (precision beside recall, recall beside the rest)",
                 .value_name = "CONDITIONS"});
    options.add("cost", cost_,
                {.help = "the least sum of costs: what a false positive (Type I error) and a false negative (Type II) "
                         "cost, e.g. fp=1,fn=20",
                 .value_name = "COSTS"});
    options.add("metric", metric_, {.help = "the best value of one of: " + names + " (f1)", .value_name = "NAME"});
    options.add("write", write_, {.help = "store the threshold in MODEL"});
    options.add("output", output_,
                {.help = "store it in a copy of the model instead",
                 .value_name = "MODEL",
                 .file = FileUse::kWrites,
                 .short_name = 'o'});
    options.add("weight", rows_.weight, {.help = "column with the weight of each row", .value_name = "COL"});
    scores_.declare(options);
    table_in_.declare(options);
  }

  int run(Session& session) override;

 private:
  void check_options(const Session& session) const;
  ScoredTable read_scored(Session& session);
  std::optional<OperatingPoint> choose(const ThresholdSweep& sweep, double most);
  void warn_of_never(const ThresholdSweep& sweep, const std::optional<OperatingPoint>& chosen, Session& session);
  void store(double threshold) const;
  Json to_json(const ScoredTable& scored, const OperatingPoint& chosen, const OperatingPoint& before) const;
  std::string to_text(const ScoredTable& scored, const OperatingPoint& chosen, const OperatingPoint& before) const;
  double cost_of(const OperatingPoint& point) const {
    return costs_.false_positive * point.false_positives + costs_.false_negative * point.false_negatives();
  }

  std::optional<std::string> model_;
  std::optional<std::string> input_;
  ModelRows rows_;
  std::string at_;
  std::string cost_;
  std::string metric_;
  bool write_ = false;
  std::string output_;
  ScoresOptions scores_;
  TableInOptions table_in_;

  Pipeline pipeline_;
  Costs costs_;
  std::string aim_;  // in words: what was asked for
};

void Threshold::check_options(const Session& session) const {
  if (!output_.empty()) session.require_output_beside_json(output_);
  if (!cost_.empty() && !metric_.empty()) throw_usage("--cost and --metric are two aims", "keep one of them");
  if (write_ && !output_.empty()) throw_usage("--write stores into MODEL and --output into a copy", "keep one of them");
  if ((write_ || !output_.empty()) && !model_) throw_usage("there is no MODEL to store the threshold in");
  if (!scores_.scores.empty() && input_) throw_usage("--scores FILE stands in the place of IN");
  if (scores_.scores.empty() && (!model_ || !input_)) throw_usage("threshold needs MODEL and IN, or --scores FILE");
}

ScoredTable Threshold::read_scored(Session& session) {
  if (model_) {
    pipeline_ = read_model_file(*model_);
    if (pipeline_.task() != Task::kBinary) {
      throw_usage("a threshold decides between two classes: this model is for " +
                  std::string(task_name(pipeline_.task())));
    }
  }
  if (!scores_.scores.empty()) {
    ScoredTable scored;
    scores_.weight = rows_.weight;
    if (model_) scores_.positive = pipeline_.classes()[1];
    name_file(scores_.scores, [&] { scored = read_scores(scores_, table_in_.to_csv_options(), session.context()); });
    if (scored.predictions.classes != 2 || scored.predictions.probabilities.empty()) {
      throw_usage("a threshold needs the scores of two classes: --score COL, or columns probability_CLASS");
    }
    if (model_ && scored.truth.classes != pipeline_.classes()) {
      throw Error(ErrorCode::kData, "the classes are not those of the model",
                  {.file = scores_.scores, .column = scores_.label, .hint = {}});
    }
    if (model_) scored.threshold = pipeline_.threshold();
    return scored;
  }
  std::string sha256;
  ScoredTable scored = score_model(pipeline_, rows_, table_in_, session.context(), &sha256);
  if (sha256 == pipeline_.parts().record.data_sha256) {
    session.context().warn(
        "the model has learned from these rows: it looks better on them than it is, and the "
        "threshold with it; give other rows, or let train --threshold auto choose it");
  }
  return scored;
}

std::optional<OperatingPoint> Threshold::choose(const ThresholdSweep& sweep, double most) {
  std::vector<ThresholdCondition> conditions;
  for (const std::string& item : split_list(at_)) {
    const Condition condition = parse_condition(item, "--at");
    conditions.push_back({&find_threshold_metric(condition.name), condition.comparison, condition.limit});
  }
  const std::string under = conditions.empty() ? "" : " where " + at_;
  if (!cost_.empty()) {
    aim_ = "the least cost (a false positive " + format_number(costs_.false_positive) + ", a false negative " +
           format_number(costs_.false_negative) + ")" + under;
    return cheapest_threshold(sweep, costs_.false_positive, costs_.false_negative, conditions, most);
  }
  std::string name = metric_;
  if (name.empty()) name = conditions.empty() ? "f1" : conditions[0].metric->name == "recall" ? "precision" : "recall";
  const ThresholdMetric& metric = find_threshold_metric(name);
  aim_ = (metric.higher_is_better ? "the highest " : "the lowest ") + metric.name + under;
  return best_threshold(sweep, metric, conditions, most);
}

// "Nothing is positive" needs a threshold above every score. Where one of them is 1, that is no probability.
void Threshold::warn_of_never(const ThresholdSweep& sweep, const std::optional<OperatingPoint>& chosen,
                              Session& session) {
  const auto never = choose(sweep, std::numeric_limits<double>::infinity());
  if (!never || never->called() > 0 || (chosen && chosen->called() == 0)) return;
  std::string what = "calling no row positive ";
  if (!chosen) {
    what += "would reach " + at_;
  } else if (!cost_.empty()) {
    what += "would cost " + format_number(cost_of(*never)) + ", less than " + format_number(cost_of(*chosen));
  } else {
    what += "would be better for " + aim_;
  }
  session.context().warn(what + ", but the highest probability is " + format_number(sweep.points.front().threshold) +
                         ": no threshold up to 1 does that");
}

void Threshold::store(double threshold) const {
  if (!write_ && output_.empty()) return;
  write_model_file(move_threshold(pipeline_, threshold), write_ ? *model_ : output_);
}

int Threshold::run(Session& session) {
  check_options(session);
  if (!cost_.empty()) costs_ = parse_costs(cost_);
  choose({}, 1);  // whether the options can be read, before any row is
  if (input_) rows_.input = *input_;
  const ScoredTable scored = read_scored(session);
  const ThresholdSweep sweep = sweep_of_class(scored, 1, session.context());
  if (!sweep.both_classes()) throw_data("a threshold is chosen on rows of both classes; these are all of one");
  const auto chosen = choose(sweep, 1);
  warn_of_never(sweep, chosen, session);
  if (!chosen) {
    throw_data("no threshold reaches " + at_ + " on these rows",
               "ask for less; `mlkit evaluate --thresholds FILE` lists what every threshold does");
  }
  if ((write_ || !output_.empty()) && !(chosen->threshold >= 0)) {
    throw_data("the threshold " + format_number(chosen->threshold) + " is no probability: a model cannot hold it");
  }
  store(chosen->threshold);
  const OperatingPoint before = operating_point(sweep, scored.threshold.value_or(0.5));
  if (session.json()) {
    session.result("threshold", to_json(scored, *chosen, before));
  } else {
    session.print(to_text(scored, *chosen, before));
  }
  const std::string target = write_ ? *model_ : output_;
  if (!target.empty()) {
    session.summary("wrote " + target + "; next: mlkit evaluate " + target + " TEST.csv");
  } else if (model_) {
    session.summary("not stored; next: the same with --write, or mlkit predict " + *model_ + " NEW.csv --threshold " +
                    format_number(chosen->threshold));
  }
  return 0;
}

Json Threshold::to_json(const ScoredTable& scored, const OperatingPoint& chosen, const OperatingPoint& before) const {
  const auto describe = [&](const OperatingPoint& point) {
    Json out;
    out["threshold"] = point.threshold;
    out["metrics"] = metrics_there(point);
    if (!cost_.empty()) out["cost"] = cost_of(point);
    out["confusion"] = {{"true_positives", point.true_positives},
                        {"false_positives", point.false_positives},
                        {"false_negatives", point.false_negatives()},
                        {"true_negatives", point.negatives - point.false_positives}};
    return out;
  };
  Json out = describe(chosen);
  if (scored.weights.empty()) {
    const auto interval = [&](double successes, double trials) {
      const Interval found = wilson_interval(successes, trials);
      return Json{found.low, found.high};
    };
    out["intervals"]["recall"] = interval(chosen.true_positives, chosen.positives);
    if (chosen.called() > 0) out["intervals"]["precision"] = interval(chosen.true_positives, chosen.called());
    out["intervals"]["fpr"] = interval(chosen.false_positives, chosen.negatives);
  }
  out["aim"] = aim_;
  out["rows"] = scored.predictions.rows;
  out["positive"] = scored.truth.classes[1];
  out["before"] = describe(before);
  out["written"] = write_ || !output_.empty();
  return out;
}

std::string Threshold::to_text(const ScoredTable& scored, const OperatingPoint& chosen,
                               const OperatingPoint& before) const {
  const std::string positive = "\"" + fit_text(scored.truth.classes[1], 24).substr(0, 40);
  const std::string label = positive.substr(0, positive.find_last_not_of(' ') + 1) + "\"";
  std::string out = aim_ + ", on " + count_of(scored.predictions.rows, "row") + "\n\n";
  out += "call " + label + " from a probability of " + format_number(chosen.threshold) + " on (" +
         (model_ ? "the model says " : "before: ") + format_number(before.threshold) + ")\n\n";
  out += fmt::format("{:<20} {:>12} {:>12}\n", "", "chosen", "before");
  const auto line = [&](const std::string& name, double now, double then) {
    out += fmt::format("{:<20} {:>12} {:>12}\n", name, short_number(now), short_number(then));
  };
  if (!cost_.empty()) line("cost", cost_of(chosen), cost_of(before));
  const Confusion now = chosen.confusion();
  const Confusion then = before.confusion();
  for (const ThresholdMetric& metric : threshold_metrics()) {
    if (metric.name.starts_with("fbeta") || metric.name == "cohen_kappa") continue;
    line(metric.name, metric.of(now).value, metric.of(then).value);
  }
  line("Type I errors", chosen.false_positives, before.false_positives);
  line("Type II errors", chosen.false_negatives(), before.false_negatives());
  out += "\n(Type I: called " + label + ", are not; Type II: are, and missed)\n";
  return out;
}

}  // namespace

std::unique_ptr<Command> make_threshold() { return std::make_unique<Threshold>(); }

}  // namespace mlkit::app
