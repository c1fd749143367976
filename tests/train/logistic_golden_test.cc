// tests/golden/logistic_regression.json: maximum likelihood and L2 fits computed in 80-bit arithmetic.
#include <algorithm>
#include <cmath>
#include <numeric>
#include <tuple>

#include <gtest/gtest.h>

#include "mlkit/eval/confusion.h"
#include "mlkit/eval/probability.h"
#include "mlkit/eval/ranking.h"
#include "mlkit/train/fit_logistic.h"
#include "support/golden.h"
#include "support/golden_columns.h"

namespace mlkit {
namespace {

using test::TextColumns;

// Features as the case describes them, before any scaling: plain columns, or NAME=LEVEL as 0/1.
std::vector<double> feature_column(const TextColumns& table, const std::string& name,
                                   const std::vector<std::size_t>& rows) {
  std::vector<double> out;
  const std::size_t equals = name.find('=');
  for (const std::size_t i : rows) {
    if (equals == std::string::npos) {
      out.push_back(test::to_number(table.at(name)[i]));
    } else {
      out.push_back(table.at(name.substr(0, equals))[i] == name.substr(equals + 1) ? 1.0 : 0.0);
    }
  }
  return out;
}

std::vector<std::string> class_names(const Json& test_case, const std::vector<std::string>& target) {
  if (test_case.contains("classes")) return test_case["classes"].get<std::vector<std::string>>();
  std::string other;
  for (const std::string& label : target) {
    if (label != test_case["positive_class"]) other = label;
  }
  return {other, test_case["positive_class"]};
}

struct GoldenData {
  Dataset data;
  std::vector<std::uint32_t> train, test;
};

GoldenData load_case(const Json& test_case) {
  const TextColumns table = test::read_plain_csv(test::golden_data(test_case["dataset"].get<std::string>()));
  const std::vector<std::string>& target = table.at(test_case["target"]);
  const bool two_species = test_case.contains("row_filter");
  std::vector<std::size_t> rows;
  for (std::size_t i = 0; i < table.rows; ++i) {
    if (!two_species || target[i] != "setosa") rows.push_back(i);
  }
  GoldenData golden;
  std::vector<std::size_t> fit_rows;
  const bool split = test_case.contains("split");
  for (std::size_t i = 0; i < rows.size(); ++i) {
    const bool is_test = split && i % 5 == 0;
    (is_test ? golden.test : golden.train).push_back(static_cast<std::uint32_t>(i));
    if (!is_test) fit_rows.push_back(i);
  }
  DenseMatrix x{rows.size(), test_case["features"].size(), {}};
  x.values.resize(x.rows * x.cols);
  for (std::size_t j = 0; j < x.cols; ++j) {
    std::vector<double> column = feature_column(table, test_case["features"][j], rows);
    if (test_case["standardise"] != "none") test::standardise(column, fit_rows);
    for (std::size_t i = 0; i < x.rows; ++i) x.row(i)[j] = column[i];
  }
  golden.data.features = std::move(x);
  golden.data.feature_names = test_case["features"].get<std::vector<std::string>>();
  std::vector<std::string> labels;
  for (const std::size_t i : rows) labels.push_back(target[i]);
  golden.data.classes = class_names(test_case, labels);
  for (const std::string& label : labels) {
    const auto at = std::find(golden.data.classes.begin(), golden.data.classes.end(), label);
    golden.data.labels.push_back(static_cast<std::uint32_t>(at - golden.data.classes.begin()));
  }
  return golden;
}

double tolerance(const Json& test_case, const char* name, double otherwise) {
  return test_case["tolerance"].value(name, otherwise);
}

void expect_coefficient(const Json& test_case, double got, double expected, const std::string& what) {
  EXPECT_NEAR(got, expected, std::max(1e-8, tolerance(test_case, "coef_rtol", 0) * std::abs(expected))) << what;
}

void check_binary(const Json& test_case, const GoldenData& golden, const LogisticFit& fit) {
  const Json& expected = test_case["expected"];
  const auto& names = golden.data.feature_names;
  expect_coefficient(test_case, fit.model->intercepts()[0], expected["intercept"], "intercept");
  for (std::size_t j = 0; j < names.size(); ++j) {
    expect_coefficient(test_case, fit.model->coefficients()[j], expected["coef"][names[j]], names[j]);
  }
  if (!expected.contains("std_error")) return;
  ASSERT_EQ(fit.coefficient_std_errors.size(), names.size());
  expect_coefficient(test_case, fit.intercept_std_errors[0], expected["std_error"]["intercept"], "se intercept");
  for (std::size_t j = 0; j < names.size(); ++j) {
    expect_coefficient(test_case, fit.coefficient_std_errors[j], expected["std_error"][names[j]], "se " + names[j]);
  }
}

void check_multinomial(const Json& test_case, const GoldenData& golden, const LogisticFit& fit) {
  const Json& expected = test_case["expected"];
  for (std::size_t c = 0; c < golden.data.classes.size(); ++c) {
    const std::string& name = golden.data.classes[c];
    expect_coefficient(test_case, fit.model->intercepts()[c], expected["intercept_zero_sum"][name], name);
    for (std::size_t j = 0; j < golden.data.feature_names.size(); ++j) {
      const std::string& feature = golden.data.feature_names[j];
      expect_coefficient(test_case, fit.model->coefficients_of(c)[j], expected["coef"][name][feature],
                         name + " " + feature);
    }
  }
}

std::vector<std::int32_t> most_likely(const Predictions& p) {
  std::vector<std::int32_t> out;
  for (std::size_t i = 0; i < p.rows; ++i) {
    const auto row = p.probabilities_of(i);
    const bool positive = row[1] >= 0.5;
    out.push_back(p.classes == 2 ? (positive ? 1 : 0)
                                 : static_cast<std::int32_t>(std::max_element(row.begin(), row.end()) - row.begin()));
  }
  return out;
}

struct Scored {
  std::vector<std::uint32_t> labels;
  std::vector<std::uint8_t> positive;
  std::vector<double> score;
  Predictions predictions;
};

Scored score(const GoldenData& golden, const LogisticModel& model, const std::vector<std::uint32_t>& rows) {
  Scored scored;
  scored.predictions = predict_rows(model, MatrixView(golden.data.features, rows), Context(2));
  for (std::size_t i = 0; i < rows.size(); ++i) {
    scored.labels.push_back(golden.data.labels[rows[i]]);
    scored.positive.push_back(scored.labels.back() == 1 ? 1 : 0);
    scored.score.push_back(scored.predictions.probabilities_of(i).back());
  }
  return scored;
}

void check_scores(const Json& test_case, const GoldenData& golden, const LogisticFit& fit) {
  const Json& expected = test_case["expected"];
  const double loss_atol = tolerance(test_case, "log_loss_atol", 0);
  const double rows = static_cast<double>(golden.train.size());
  const Scored s = score(golden, *fit.model, golden.train);
  const double loss = log_loss(s.labels, s.predictions.probabilities, s.predictions.classes);
  const Confusion confusion = count_confusion(s.labels, most_likely(s.predictions), s.predictions.classes);
  const std::tuple<const char*, double, double> checks[] = {
      {"log_loss_mean", loss, loss_atol},
      {"neg_log_likelihood_sum", loss * rows, 2 * rows * loss_atol},
      {"deviance", 2 * loss * rows, 2 * rows * loss_atol},
      {"objective", fit.report.objective, 2 * rows * loss_atol},
      {"train_accuracy", accuracy(confusion).value, 0.0},
      {"train_accuracy_at_0.5", accuracy(confusion).value, 0.0},
      {"train_roc_auc", roc_auc(sweep_thresholds({s.score, s.positive})), 1e-12},
  };
  for (const auto& [name, got, atol] : checks) {
    if (expected.contains(name)) {
      EXPECT_NEAR(got, expected[name].get<double>(), atol) << name;
    }
  }
  for (const auto& [name, value] : expected.items()) {
    if (name == "probabilities_first_5_rows") {
      for (std::size_t i = 0; i < 5; ++i) {
        EXPECT_NEAR(s.score[i], value[i].get<double>(), tolerance(test_case, "probability_atol", 0));
      }
    }
    if (name == "probabilities_rows_0_50_100") {
      for (std::size_t i = 0; i < 3; ++i) {
        for (std::size_t c = 0; c < 3; ++c) {
          EXPECT_NEAR(s.predictions.probabilities_of(50 * i)[c], value[i][c].get<double>(),
                      tolerance(test_case, "probability_atol", 0));
        }
      }
    }
  }
}

void check_holdout(const Json& test_case, const GoldenData& golden, const LogisticFit& fit) {
  const Json& expected = test_case["expected"];
  const double atol = tolerance(test_case, "metric_atol", 0);
  const Scored s = score(golden, *fit.model, golden.test);
  const Confusion confusion = count_confusion(s.labels, most_likely(s.predictions), 2);
  const ThresholdSweep sweep = sweep_thresholds({s.score, s.positive});
  EXPECT_EQ(golden.test.size(), expected["n_test"].get<std::size_t>());
  const std::pair<const char*, double> checks[] = {
      {"accuracy", accuracy(confusion).value},
      {"precision", precision(confusion, 1).value},
      {"recall", recall(confusion, 1).value},
      {"f1", fbeta(confusion, 1, 1).value},
      {"mcc", matthews(confusion).value},
      {"roc_auc", roc_auc(sweep)},
      {"average_precision", average_precision(sweep)},
      {"log_loss", log_loss(s.labels, s.predictions.probabilities, 2)},
      {"brier", brier_score(s.labels, s.predictions.probabilities, 2)},
  };
  for (const auto& [name, got] : checks) EXPECT_NEAR(got, expected[name].get<double>(), atol) << name;
  EXPECT_EQ(confusion.true_positives(1), expected["confusion"]["tp"].get<double>());
  EXPECT_EQ(confusion.false_positives(1), expected["confusion"]["fp"].get<double>());
  EXPECT_EQ(confusion.false_negatives(1), expected["confusion"]["fn"].get<double>());
  EXPECT_EQ(confusion.true_negatives(1), expected["confusion"]["tn"].get<double>());
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_NEAR(s.score[i], expected["probabilities_first_10_test_rows"][i].get<double>(),
                tolerance(test_case, "probability_atol", 0));
  }
}

class LogisticGolden : public testing::TestWithParam<const char*> {};

TEST_P(LogisticGolden, EveryCaseIsMet) {
  const Json cases = test::golden_cases("logistic_regression");
  std::size_t count = 0;
  for (const Json& test_case : cases) {
    if (!test_case.contains("dataset")) continue;
    SCOPED_TRACE(test_case["id"].get<std::string>());
    const GoldenData golden = load_case(test_case);
    LogisticOptions options;
    options.C = 1.0 / test_case["l2_lambda_sum_form"].get<double>();  // 1 / 0 = inf = no penalty
    options.solver = GetParam();
    Context context(2);
    const LogisticFit fit = fit_logistic(DatasetView(golden.data, golden.train), options, context);
    EXPECT_TRUE(fit.report.converged) << fit.report.message << " " << fit.report.gradient_norm;
    EXPECT_LE(fit.report.gradient_norm, 1e-9 * static_cast<double>(golden.train.size()));
    EXPECT_TRUE(fit.report.warnings.empty());
    LogisticFit checked = fit_logistic(DatasetView(golden.data, golden.train), options, context);
    if (checked.coefficient_std_errors.empty() && test_case["expected"].contains("std_error")) {
      options.solver = "newton";  // the one that has a Hessian
      checked = fit_logistic(DatasetView(golden.data, golden.train), options, context);
    }
    test_case.contains("positive_class") ? check_binary(test_case, golden, checked)
                                         : check_multinomial(test_case, golden, fit);
    check_scores(test_case, golden, fit);
    if (test_case.contains("split")) check_holdout(test_case, golden, fit);
    ++count;
  }
  EXPECT_EQ(count, 12u);
}

INSTANTIATE_TEST_SUITE_P(Solvers, LogisticGolden, testing::Values("newton", "lbfgs"),
                         [](const auto& param_info) { return std::string(param_info.param); });

TEST(LogisticGolden, PerfectSeparationIsNamedAndFinite) {
  const Json cases = test::golden_cases("logistic_regression");
  for (const Json& test_case : cases) {
    if (test_case["id"] != "perfect_separation_toy") continue;
    Dataset data;
    data.features = DenseMatrix{6, 1, test_case["input"]["x"].get<std::vector<double>>()};
    data.labels = test_case["input"]["y"].get<std::vector<std::uint32_t>>();
    data.classes = {"0", "1"};
    Context context(1);
    for (const char* solver : {"newton", "lbfgs"}) {
      LogisticOptions options;
      options.solver = solver;
      const LogisticFit fit = fit_logistic(DatasetView(data), options, context);
      EXPECT_NEAR(fit.model->intercepts()[0], test_case["expected"]["intercept"].get<double>(), 1e-9);
      const double w = test_case["expected"]["coef"][0].get<double>();
      EXPECT_NEAR(fit.model->coefficients()[0], w, 1e-6 * w);
      EXPECT_NEAR(fit.report.objective - 0.5 * w * w, test_case["expected"]["neg_log_likelihood_sum"].get<double>(),
                  1e-9);
      EXPECT_TRUE(fit.report.converged);
      options.C = std::numeric_limits<double>::infinity();
      const LogisticFit free = fit_logistic(DatasetView(data), options, context);
      EXPECT_FALSE(free.report.converged);
      ASSERT_EQ(free.report.warnings.size(), 1u);
      EXPECT_EQ(free.report.warnings[0].find("perfect separation"), 0u);
      EXPECT_TRUE(std::isfinite(free.model->coefficients()[0]));
      EXPECT_TRUE(std::isfinite(free.report.objective));
    }
    return;
  }
  FAIL() << "the case is missing";
}

}  // namespace
}  // namespace mlkit
