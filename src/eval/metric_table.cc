// The table of metrics: each with its formula, what it needs and how its interval is found.
#include <algorithm>
#include <cmath>

#include "metric_rows.h"
#include "mlkit/base/error.h"
#include "mlkit/base/text.h"

namespace mlkit {

using internal::Answer;
using internal::IntervalKind;
using internal::MetricRow;
using internal::Weighted;

namespace {

Answer from_ratio(const Ratio& ratio, const std::string& note) { return {ratio.value, ratio.defined ? "" : note}; }

const char* const kNoPredicted = "no row is predicted positive: 0 / 0 taken as 0";
const char* const kNoPositive = "no row is truly positive: 0 / 0 taken as 0";
const char* const kNoNegative = "no row is truly negative: 0 / 0 taken as 0";
const char* const kNeither = "no row is positive, truly or predicted: 0 / 0 taken as 0";
const char* const kEmptyClass = "a class is never predicted or does not occur: its 0 / 0 taken as 0";
const char* const kOneKind = "the truth or the predictions are all one class: 0 / 0 taken as 0";
const char* const kConstant = "the targets do not vary";
const char* const kOneClass = "the rows are all of one class";

// Mean over the classes of one-against-rest areas; of the classes that occur.
Answer area_under_roc(const Weighted& w, bool by_support) {
  double sum = 0, weight = 0;
  for (const ThresholdSweep& sweep : w.sweeps()) {
    if (!sweep.both_classes()) continue;
    const double share = by_support ? sweep.positives : 1.0;
    sum += share * roc_auc(sweep);
    weight += share;
  }
  if (weight == 0) return {std::nullopt, kOneClass};
  return {sum / weight, ""};
}

Answer mean_average_precision(const Weighted& w) {
  double sum = 0, classes = 0;
  for (const ThresholdSweep& sweep : w.sweeps()) {
    if (!(sweep.positives > 0)) continue;
    sum += average_precision(sweep);
    classes += 1;
  }
  if (classes == 0) return {std::nullopt, "no row is truly positive"};
  return {sum / classes, ""};
}

Answer ks(const Weighted& w) {
  if (!w.sweeps()[0].both_classes()) return {std::nullopt, kOneClass};
  return {ks_of_scores(w.sweeps()[0]), ""};
}

Answer loss(const Weighted& w) {
  const double value = w.mean_loss();
  if (std::isfinite(value)) return {value, ""};
  return {std::nullopt, "infinite: a row's true class was given probability 0"};
}

Answer averaged(const Weighted& w, Average average, Ratio ClassScores::*member) {
  return from_ratio(average_scores(w.confusion(), average).*member, kEmptyClass);
}

// Positive class of two, macro average of more.
Answer plain(const Weighted& w, Ratio ClassScores::*member, const char* note) {
  if (w.in().classes > 2) return averaged(w, Average::kMacro, member);
  return from_ratio(class_scores(w.confusion(), w.positive_class()).*member, note);
}

}  // namespace

const std::vector<MetricRow>& internal::metric_rows() {
  using W = const Weighted&;
  using K = IntervalKind;
  constexpr auto kB = MetricFor::kBinary;
  constexpr auto kC = MetricFor::kClasses;
  constexpr auto kN = MetricFor::kNumbers;
  static const std::vector<MetricRow> table = {
      {{"accuracy", kC, true, true, "share of rows predicted right"},
       false,
       K::kWilson,
       [](W w) { return from_ratio(accuracy(w.confusion()), ""); }},
      {{"balanced_accuracy", kC, true, true, "mean recall over the classes"},
       false,
       K::kBootstrap,
       [](W w) { return from_ratio(balanced_accuracy(w.confusion()), kOneClass); }},
      {{"precision", kC, true, true, "share of predicted positives that are (macro average of more classes)"},
       false,
       K::kWilson,
       [](W w) { return plain(w, &ClassScores::precision, kNoPredicted); }},
      {{"recall", kC, true, true, "share of true positives that are found (macro average of more classes)"},
       false,
       K::kWilson,
       [](W w) { return plain(w, &ClassScores::recall, kNoPositive); }},
      {{"specificity", kB, true, false, "share of true negatives that are found"},
       false,
       K::kWilson,
       [](W w) { return from_ratio(specificity(w.confusion(), w.positive_class()), kNoNegative); }},
      {{"f1", kC, true, true, "harmonic mean of precision and recall (macro average of more classes)"},
       false,
       K::kBootstrap,
       [](W w) { return plain(w, &ClassScores::f1, kNeither); }},
      {{"fbeta_2", kB, true, false, "F score that weighs recall over precision"},
       false,
       K::kBootstrap,
       [](W w) { return from_ratio(fbeta(w.confusion(), w.positive_class(), 2.0), kNeither); }},
      {{"fbeta_0_5", kB, true, false, "F score that weighs precision over recall"},
       false,
       K::kBootstrap,
       [](W w) { return from_ratio(fbeta(w.confusion(), w.positive_class(), 0.5), kNeither); }},
      {{"precision_macro", kC, true, false, "mean precision over the classes"},
       false,
       K::kBootstrap,
       [](W w) { return averaged(w, Average::kMacro, &ClassScores::precision); }},
      {{"recall_macro", kC, true, false, "mean recall over the classes"},
       false,
       K::kBootstrap,
       [](W w) { return averaged(w, Average::kMacro, &ClassScores::recall); }},
      {{"f1_macro", kC, true, false, "mean F1 over the classes"},
       false,
       K::kBootstrap,
       [](W w) { return averaged(w, Average::kMacro, &ClassScores::f1); }},
      {{"precision_weighted", kC, true, false, "precision, averaged by class size"},
       false,
       K::kBootstrap,
       [](W w) { return averaged(w, Average::kWeighted, &ClassScores::precision); }},
      {{"recall_weighted", kC, true, false, "recall, averaged by class size"},
       false,
       K::kBootstrap,
       [](W w) { return averaged(w, Average::kWeighted, &ClassScores::recall); }},
      {{"f1_weighted", kC, true, false, "F1, averaged by class size"},
       false,
       K::kBootstrap,
       [](W w) { return averaged(w, Average::kWeighted, &ClassScores::f1); }},
      {{"precision_micro", kC, true, false, "precision over all decisions together"},
       false,
       K::kWilson,
       [](W w) { return averaged(w, Average::kMicro, &ClassScores::precision); }},
      {{"recall_micro", kC, true, false, "recall over all decisions together"},
       false,
       K::kWilson,
       [](W w) { return averaged(w, Average::kMicro, &ClassScores::recall); }},
      {{"f1_micro", kC, true, false, "F1 over all decisions together"},
       false,
       K::kWilson,
       [](W w) { return averaged(w, Average::kMicro, &ClassScores::f1); }},
      {{"mcc", kC, true, false, "Matthews correlation coefficient"},
       false,
       K::kBootstrap,
       [](W w) { return from_ratio(matthews(w.confusion()), kOneKind); }},
      {{"cohen_kappa", kC, true, false, "agreement beyond chance"},
       false,
       K::kBootstrap,
       [](W w) { return from_ratio(cohen_kappa(w.confusion()), kOneKind); }},
      {{"roc_auc", kC, true, true, "chance that a positive scores above a negative (macro one-against-rest)"},
       true,
       K::kDeLong,
       [](W w) { return area_under_roc(w, false); }},
      {{"roc_auc_ovr", kC, true, false, "macro one-against-rest area under the ROC curve"},
       true,
       K::kDeLong,
       [](W w) { return area_under_roc(w, false); }},
      {{"roc_auc_ovr_weighted", kC, true, false, "one-against-rest area, averaged by class size"},
       true,
       K::kDeLong,
       [](W w) { return area_under_roc(w, true); }},
      {{"average_precision", kC, true, true, "area under the precision-recall steps (macro one-against-rest)"},
       true,
       K::kBootstrap,
       mean_average_precision},
      {{"ks", kB, true, false, "largest gap between the score distributions of the classes"}, true, K::kBootstrap, ks},
      {{"log_loss", kC, false, true, "mean negative log probability of the true class"}, true, K::kBootstrap, loss},
      {{"brier", kC, false, true, "mean squared error of the probabilities"},
       true,
       K::kBootstrap,
       [](W w) {
         return Answer{w.brier(), ""};
       }},
      {{"ece", kC, false, true, "expected calibration error, bins of equal width"},
       true,
       K::kNone,
       [](W w) {
         return Answer{w.calibration(false), ""};
       }},
      {{"ece_mass", kC, false, false, "expected calibration error, bins of equal size"},
       true,
       K::kNone,
       [](W w) {
         return Answer{w.calibration(true), ""};
       }},
      {{"rmse", kN, false, true, "root mean squared error"},
       false,
       K::kBootstrap,
       [](W w) {
         return Answer{w.numbers().rmse, ""};
       }},
      {{"mae", kN, false, true, "mean absolute error"},
       false,
       K::kBootstrap,
       [](W w) {
         return Answer{w.numbers().mae, ""};
       }},
      {{"mse", kN, false, false, "mean squared error"},
       false,
       K::kBootstrap,
       [](W w) {
         return Answer{w.numbers().mse, ""};
       }},
      {{"r2", kN, true, true, "share of the variance explained"},
       false,
       K::kBootstrap,
       [](W w) {
         return w.numbers().r2.defined ? Answer{w.numbers().r2.value, ""} : Answer{std::nullopt, kConstant};
       }},
      {{"median_ae", kN, false, true, "median absolute error"},
       false,
       K::kBootstrap,
       [](W w) {
         return Answer{w.numbers().median_ae, ""};
       }},
      {{"max_error", kN, false, false, "largest absolute error"},
       false,
       K::kBootstrap,
       [](W w) {
         return Answer{w.numbers().max_error, ""};
       }},
      {{"explained_variance", kN, true, false, "r2 with the mean error taken out"},
       false,
       K::kBootstrap,
       [](W w) {
         const Ratio& r = w.numbers().explained_variance;
         return r.defined ? Answer{r.value, ""} : Answer{std::nullopt, kConstant};
       }},
      {{"mape", kN, false, true, "mean absolute error as a share of the true value"},
       false,
       K::kBootstrap,
       [](W w) {
         return Answer{w.numbers().mape, ""};
       }},
  };
  return table;
}

const MetricRow& internal::find_metric_row(std::string_view name) {
  const auto fold = [](std::string_view text) {
    std::string out = to_lower_ascii(text);
    std::replace(out.begin(), out.end(), '-', '_');
    return out;
  };
  std::vector<std::string> names;
  for (const MetricRow& row : metric_rows()) {
    if (row.info.name == fold(name)) return row;
    names.push_back(row.info.name);
  }
  const std::string near = nearest_name(name, names);
  throw_usage("there is no metric \"" + std::string(name) + "\"",
              near.empty() ? "mlkit evaluate --help lists them" : "did you mean " + near + "?");
}

const std::vector<MetricInfo>& metric_table() {
  static const std::vector<MetricInfo> table = [] {
    std::vector<MetricInfo> infos;
    for (const MetricRow& row : internal::metric_rows()) infos.push_back(row.info);
    return infos;
  }();
  return table;
}

const MetricInfo& find_metric(std::string_view name) { return internal::find_metric_row(name).info; }

bool metric_applies(const MetricInfo& metric, std::size_t classes) {
  switch (metric.applies) {
    case MetricFor::kBinary: return classes == 2;
    case MetricFor::kMulticlass: return classes > 2;
    case MetricFor::kClasses: return classes >= 2;
    case MetricFor::kNumbers: return classes == 0;
  }
  return false;
}

std::vector<std::string> default_metrics(std::size_t classes) {
  std::vector<std::string> names;
  for (const MetricRow& row : internal::metric_rows()) {
    if (row.info.by_default && metric_applies(row.info, classes)) names.push_back(row.info.name);
  }
  return names;
}

}  // namespace mlkit
