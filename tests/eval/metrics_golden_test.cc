// tests/golden/metrics.json: values of scikit-learn 1.2.1 and of formulas, 1e-12 apart at most.
#include <algorithm>
#include <map>

#include <gtest/gtest.h>

#include "mlkit/eval/metrics.h"
#include "mlkit/eval/probability.h"
#include "mlkit/eval/ranking.h"
#include "support/golden.h"

namespace mlkit {
namespace {

std::map<std::string, MetricValue> all_metrics(const ScoredRows& rows, const std::vector<std::string>& names) {
  Context context(1);
  MetricOptions options;
  options.intervals = false;
  std::map<std::string, MetricValue> out;
  for (MetricValue& value : compute_metrics(rows, names, options, context)) out[value.name] = value;
  return out;
}

std::vector<std::string> names_for(std::size_t classes, bool with_probabilities) {
  std::vector<std::string> names;
  for (const MetricInfo& info : metric_table()) {
    const bool ranks = info.name == "roc_auc" || info.name.starts_with("roc_auc_ovr") || info.name == "ks" ||
                       info.name == "average_precision" || info.name == "log_loss" || info.name == "brier" ||
                       info.name.starts_with("ece");
    if (metric_applies(info, classes) && (with_probabilities || !ranks)) names.push_back(info.name);
  }
  return names;
}

// How many of the expected members were compared, so that a renamed member cannot pass unseen.
std::size_t compare_named(const Json& expected, const std::map<std::string, MetricValue>& got, double atol) {
  std::size_t compared = 0;
  for (const auto& [name, value] : expected.items()) {
    const auto found = got.find(name == "ks_of_scores" ? "ks" : name);
    if (found == got.end() || !value.is_number()) continue;
    EXPECT_TRUE(found->second.value.has_value()) << name;
    if (!found->second.value) continue;
    EXPECT_NEAR(*found->second.value, value.get<double>(), atol) << name;
    ++compared;
  }
  return compared;
}

void check_binary(const Json& test_case) {
  const Json& input = test_case["input"];
  const Json& expected = test_case["expected"];
  const double atol = test_case["tolerance"]["atol"];
  const auto labels = input["y_true"].get<std::vector<std::uint32_t>>();
  const auto score = input["score"].get<std::vector<double>>();
  std::vector<std::int32_t> predicted;
  std::vector<double> probabilities;
  std::vector<std::uint8_t> positive;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    predicted.push_back(score[i] >= input["threshold"].get<double>() ? 1 : 0);
    probabilities.insert(probabilities.end(), {1 - score[i], score[i]});
    positive.push_back(static_cast<std::uint8_t>(labels[i]));
  }
  ScoredRows rows;
  rows.classes = 2, rows.labels = labels, rows.predicted = predicted, rows.probabilities = probabilities;
  const auto got = all_metrics(rows, names_for(2, true));
  std::size_t numbers = 0;
  for (const auto& [name, value] : expected.items()) numbers += value.is_number() ? 1 : 0;
  EXPECT_EQ(compare_named(expected, got, atol), numbers);
  const Confusion confusion = count_confusion(labels, predicted, 2);
  EXPECT_EQ(confusion.true_negatives(1), expected["confusion"]["tn"].get<double>());
  EXPECT_EQ(confusion.false_positives(1), expected["confusion"]["fp"].get<double>());
  EXPECT_EQ(confusion.false_negatives(1), expected["confusion"]["fn"].get<double>());
  EXPECT_EQ(confusion.true_positives(1), expected["confusion"]["tp"].get<double>());
  if (!expected.contains("roc_fpr")) return;
  const std::vector<RocPoint> curve = roc_curve(sweep_thresholds({score, positive}));
  ASSERT_EQ(curve.size(), expected["roc_fpr"].size());
  EXPECT_TRUE(std::isinf(curve[0].threshold));
  for (std::size_t i = 0; i < curve.size(); ++i) {
    EXPECT_NEAR(curve[i].fpr, expected["roc_fpr"][i].get<double>(), atol);
    EXPECT_NEAR(curve[i].tpr, expected["roc_tpr"][i].get<double>(), atol);
  }
}

void check_multiclass(const Json& test_case) {
  const Json& expected = test_case["expected"];
  const double atol = test_case["tolerance"]["atol"];
  const auto classes = expected["labels"].get<std::vector<std::string>>();
  const auto index = [&](const Json& label) {
    return std::find(classes.begin(), classes.end(), label.get<std::string>()) - classes.begin();
  };
  std::vector<std::uint32_t> labels;
  std::vector<std::int32_t> predicted;
  for (const Json& label : test_case["input"]["y_true"]) labels.push_back(static_cast<std::uint32_t>(index(label)));
  for (const Json& label : test_case["input"]["y_pred"]) predicted.push_back(static_cast<std::int32_t>(index(label)));
  const Confusion confusion = count_confusion(labels, predicted, classes.size());
  for (std::size_t c = 0; c < classes.size(); ++c) {
    const ClassScores scores = class_scores(confusion, c);
    EXPECT_NEAR(scores.precision.value, expected["precision"][classes[c]].get<double>(), atol);
    EXPECT_NEAR(scores.recall.value, expected["recall"][classes[c]].get<double>(), atol);
    EXPECT_NEAR(scores.f1.value, expected["f1"][classes[c]].get<double>(), atol);
    EXPECT_EQ(scores.support, expected["support"][classes[c]].get<double>());
    for (std::size_t p = 0; p < classes.size(); ++p) {
      EXPECT_EQ(confusion.at(c, p), expected["confusion_rows_true"][c][p].get<double>());
    }
  }
  ScoredRows rows;
  rows.classes = classes.size(), rows.labels = labels, rows.predicted = predicted;
  const auto got = all_metrics(rows, names_for(classes.size(), false));
  EXPECT_EQ(compare_named(expected, got, atol), 3u);  // accuracy, kappa, mcc
  for (const char* average : {"macro", "micro", "weighted"}) {
    for (const char* name : {"precision", "recall", "f1"}) {
      EXPECT_NEAR(*got.at(std::string(name) + "_" + average).value, expected[average][name].get<double>(), atol)
          << name << " " << average;
    }
  }
}

void check_regression(const Json& test_case) {
  const auto truth = test_case["input"]["y_true"].get<std::vector<double>>();
  const auto predicted = test_case["input"]["y_pred"].get<std::vector<double>>();
  ScoredRows rows;
  rows.targets = truth, rows.values = predicted;
  const auto got = all_metrics(rows, names_for(0, false));
  EXPECT_EQ(compare_named(test_case["expected"], got, test_case["tolerance"]["atol"]), test_case["expected"].size());
}

void check_calibration(const Json& test_case) {
  const auto p = test_case["input"]["probability"].get<std::vector<double>>();
  const auto y = test_case["input"]["y_true"].get<std::vector<std::uint8_t>>();
  const auto bins = reliability_by_width(p, y, test_case["input"]["bins"].get<std::size_t>());
  EXPECT_NEAR(calibration_error(bins), test_case["expected"]["ece"].get<double>(),
              test_case["tolerance"]["atol"].get<double>());
}

TEST(MetricsGolden, EveryCaseIsMet) {
  const Json cases = test::golden_cases("metrics");
  EXPECT_EQ(cases.size(), 16u);
  for (const Json& test_case : cases) {
    SCOPED_TRACE(test_case["id"].get<std::string>());
    const std::string kind = test_case["kind"];
    if (kind == "binary") {
      check_binary(test_case);
    } else if (kind == "multiclass") {
      check_multiclass(test_case);
    } else if (kind == "regression") {
      check_regression(test_case);
    } else {
      ASSERT_EQ(kind, "calibration");
      check_calibration(test_case);
    }
  }
}

}  // namespace
}  // namespace mlkit
