#include "mlkit/workflow/out_of_fold_decision.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/data/numbers.h"
#include "mlkit/eval/thresholds.h"
#include "mlkit/train/fit_calibration.h"
#include "mlkit/workflow/cross_validate.h"

namespace mlkit {
namespace {

void check_options(const Target& target, const TrainOptions& options) {
  if (target.labels.empty()) {
    throw_usage("--calibrate and --threshold auto are for classes; the target holds numbers");
  }
  if (options.best_threshold.empty()) return;
  if (target.classes.size() != 2) throw_usage("--threshold auto is for two classes");
  if (options.threshold) throw_usage("--threshold is given and to be found", "keep one of the two");
}

CalibrationKind kind_of(const TrainOptions& options) {
  return options.calibrate == "sigmoid" ? CalibrationKind::kSigmoid : CalibrationKind::kIsotonic;
}

// Rows that were not learned from, with what is known of them.
struct HeldOut {
  OutOfFold answers;
  Target truth;
  std::vector<double> weights;
};

void calibrate_row(const Calibration& calibration, Predictions& predictions, std::size_t row) {
  calibration.apply({predictions.probabilities.data() + row * predictions.classes, predictions.classes});
}

// Each fold by a calibration that was fitted on the others: what calibrating does to rows that it has not seen.
Predictions calibrate_across(const HeldOut& rows, CalibrationKind kind) {
  Predictions out = rows.answers.predictions;
  const std::size_t classes = out.classes;
  for (std::uint32_t fold = 0; fold < kDecisionFolds; ++fold) {
    std::vector<double> probabilities;
    std::vector<std::uint32_t> labels;
    std::vector<double> weights;
    for (std::size_t row = 0; row < out.rows; ++row) {
      if (rows.answers.folds[row] == fold) continue;
      const auto shares = rows.answers.predictions.probabilities_of(row);
      probabilities.insert(probabilities.end(), shares.begin(), shares.end());
      labels.push_back(rows.truth.labels[row]);
      if (!rows.weights.empty()) weights.push_back(rows.weights[row]);
    }
    const Calibration calibration = fit_calibration(kind, probabilities, classes, labels, weights);
    for (std::size_t row = 0; row < out.rows; ++row) {
      if (rows.answers.folds[row] == fold) calibrate_row(calibration, out, row);
    }
  }
  decide_labels(out, 0.5);
  return out;
}

std::vector<MetricValue> score(const Predictions& predictions, const HeldOut& rows,
                               const std::vector<std::string>& names, const Context& context) {
  MetricOptions options;
  options.intervals = false;
  return score_predictions(predictions, rows.truth, rows.weights, names, options, context);
}

std::string four_places(double x) { return format_number(std::round(x * 1e4) / 1e4); }

void warn_where_worse(const DecisionReport& report, Context& context) {
  for (std::size_t i = 0; i < report.before.size(); ++i) {
    const auto& before = report.before[i].value;
    const auto& after = report.after[i].value;
    if (report.before[i].name != "brier" || !before || !after || *after <= *before) continue;
    context.warn("the calibration makes the probabilities worse on rows that were not learned from (Brier score " +
                 four_places(*before) + ", then " + four_places(*after) + "): leave --calibrate out");
  }
}

double choose_threshold(const Predictions& predictions, const HeldOut& rows, const std::string& metric) {
  std::vector<double> scores(predictions.rows);
  std::vector<std::uint8_t> positive(predictions.rows);
  for (std::size_t row = 0; row < predictions.rows; ++row) {
    scores[row] = predictions.probabilities_of(row)[1];
    positive[row] = rows.truth.labels[row] == 1 ? 1 : 0;
  }
  return best_threshold(sweep_thresholds({scores, positive, rows.weights}), find_threshold_metric(metric))->threshold;
}

}  // namespace

std::optional<OutOfFoldDecision> decide_out_of_fold(const Table& table, const Target& target,
                                                    const TrainOptions& options, Context& context) {
  if (options.calibrate == "none" && options.best_threshold.empty()) return std::nullopt;
  check_options(target, options);
  TrainOptions plain = options;
  plain.calibrate = "none";
  plain.best_threshold.clear();
  HeldOut rows;
  rows.answers = predict_out_of_fold(
      table, target, plain, draw_folds(target, table.rows(), kDecisionFolds, 1, options.seed, context), context);
  rows.truth = select_target(target, rows.answers.rows);
  const std::vector<double> weights = read_weights(table, options.weight);
  for (const std::uint32_t row : rows.answers.rows) {
    if (!weights.empty()) rows.weights.push_back(weights[row]);
  }

  OutOfFoldDecision out;
  out.report.folds = kDecisionFolds;
  out.report.rows = rows.answers.rows.size();
  const std::vector<std::string> names = {"log_loss", "brier", "ece", "roc_auc"};
  out.report.before = score(rows.answers.predictions, rows, names, context);
  Predictions answers = rows.answers.predictions;
  if (options.calibrate != "none") {
    out.report.after = score(calibrate_across(rows, kind_of(options)), rows, names, context);
    warn_where_worse(out.report, context);
    out.calibration =
        fit_calibration(kind_of(options), answers.probabilities, answers.classes, rows.truth.labels, rows.weights);
    for (std::size_t row = 0; row < answers.rows; ++row) calibrate_row(*out.calibration, answers, row);
  }
  if (!options.best_threshold.empty()) {
    out.threshold = choose_threshold(answers, rows, options.best_threshold);
    decide_labels(answers, *out.threshold);
    out.report.at_threshold = score(answers, rows, {"f1", "precision", "recall", "balanced_accuracy"}, context);
  }
  return out;
}

}  // namespace mlkit
