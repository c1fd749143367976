// tests/golden/logistic_regression.json: maximum likelihood and L2 fits computed in 80-bit arithmetic.
#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>
#include <span>
#include <tuple>

#include <gtest/gtest.h>

#include "mlkit/eval/confusion.h"
#include "mlkit/eval/probability.h"
#include "mlkit/eval/ranking.h"
#include "mlkit/train/fit_linear.h"
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

INSTANTIATE_TEST_SUITE_P(Solvers, LogisticGolden, testing::Values("newton", "lbfgs", "coordinate", "gd"),
                         [](const auto& param_info) { return std::string(param_info.param); });

// The features of a data set without its target, standardised.
Dataset standardised(const std::string& file, const std::string& target, const std::string& without = "") {
  const TextColumns table = test::read_plain_csv(test::golden_data(file));
  Dataset data;
  for (const std::string& name : table.names) {
    if (name != target && name != without) data.feature_names.push_back(name);
  }
  std::vector<std::size_t> rows(table.rows);
  std::iota(rows.begin(), rows.end(), std::size_t{0});
  DenseMatrix x{table.rows, data.feature_names.size(), {}};
  x.values.resize(x.rows * x.cols);
  for (std::size_t j = 0; j < x.cols; ++j) {
    std::vector<double> column = feature_column(table, data.feature_names[j], rows);
    test::standardise(column, rows);
    for (std::size_t i = 0; i < x.rows; ++i) x.row(i)[j] = column[i];
  }
  data.features = std::move(x);
  for (const std::string& label : table.at(target)) {
    if (without.empty()) continue;
    data.targets.push_back(test::to_number(label));
  }
  if (!without.empty()) return data;
  data.classes = table.at(target);
  std::sort(data.classes.begin(), data.classes.end());
  data.classes.erase(std::unique(data.classes.begin(), data.classes.end()), data.classes.end());
  for (const std::string& label : table.at(target)) {
    const auto at = std::find(data.classes.begin(), data.classes.end(), label);
    data.labels.push_back(static_cast<std::uint32_t>(at - data.classes.begin()));
  }
  return data;
}

void expect_sparse(std::span<const double> got, const Dataset& data, const std::map<std::string, double>& expected) {
  for (std::size_t j = 0; j < data.feature_names.size(); ++j) {
    const auto at = expected.find(data.feature_names[j]);
    if (at == expected.end()) {
      EXPECT_EQ(got[j], 0.0) << data.feature_names[j];
    } else {
      // Converged leaves a gradient of 1e-9 n = 6e-7 at most; curvatures here are above 1.
      EXPECT_NEAR(got[j], at->second, 1e-6) << data.feature_names[j];
    }
  }
}

// Reference values with L1: the support from scikit-learn 1.2.1 (saga, tol 1e-9), then Newton's method on it in 80-bit
// arithmetic (NumPy longdouble) until the gradient was below 1e-17, and the conditions off the support verified.
TEST(LogisticGolden, L1AndElasticNetMeetAnIndependentSolution) {
  const Dataset cancer = standardised("breast_cancer.csv", "diagnosis");
  const Dataset iris = standardised("iris.csv", "species");
  for (const char* solver : {"coordinate", "gd"}) {
    SCOPED_TRACE(solver);
    LogisticOptions options;
    options.solver = solver;
    options.C = 0.1;
    options.l1_ratio = 1;
    Context context(2);
    const LogisticFit lasso = fit_logistic(DatasetView(cancer), options, context);
    EXPECT_NEAR(lasso.model->intercepts()[0], -0.6936478131159927, 1e-7);
    expect_sparse(lasso.model->coefficients(), cancer,
                  {{"mean_concave_points", 0.5194787781609234},
                   {"radius_error", 0.3198604620585621},
                   {"worst_radius", 2.24940575193412},
                   {"worst_texture", 0.7354346559424585},
                   {"worst_smoothness", 0.181703781562731},
                   {"worst_concavity", 0.02554725548005725},
                   {"worst_concave_points", 1.0953454235643831},
                   {"worst_symmetry", 0.1628512661218776}});
    options.C = 0.5;
    options.l1_ratio = 0.75;
    const LogisticFit net = fit_logistic(DatasetView(iris), options, context);
    const double intercepts[] = {-0.20049658061686465, 1.8298958787644353, -1.6293992981475707};
    for (std::size_t c = 0; c < 3; ++c) EXPECT_NEAR(net.model->intercepts()[c], intercepts[c], 1e-6);
    expect_sparse(net.model->coefficients_of(0), iris,
                  {{"sepal_length", -0.3394238098764137},
                   {"sepal_width", 0.9185343053228906},
                   {"petal_length", -1.9633876878110408},
                   {"petal_width", -1.4962346478957473}});
    expect_sparse(net.model->coefficients_of(1), iris, {});
    expect_sparse(net.model->coefficients_of(2), iris,
                  {{"sepal_width", -0.2093676326655123},
                   {"petal_length", 2.2763259054694815},
                   {"petal_width", 3.151598340537006}});
  }
}

// As above, from scikit-learn's ElasticNet(alpha = 4000 / n, l1_ratio = 1) on the support.
TEST(LinearGolden, LassoMeetsAnIndependentSolution) {
  const Dataset data = standardised("breast_cancer.csv", "worst_area", "diagnosis");
  LinearOptions options;
  options.alpha = 4000;
  options.l1_ratio = 1;
  Context context(2);
  const LinearFit fit = fit_linear(DatasetView(data), options, context);
  EXPECT_NEAR(fit.model->intercept(), 880.5831282952548, 1e-9);
  EXPECT_NEAR(fit.statistics.sse, 3802589.935624887, 1e-5);
  expect_sparse(fit.model->coefficients(), data,
                {{"mean_area", 9.26202521825793},
                 {"area_error", 87.08683277625536},
                 {"concave_points_error", -9.501117752724724},
                 {"symmetry_error", -2.1509106410063548},
                 {"worst_radius", 480.9859802680027}});
}

TEST(LogisticGolden, PerfectSeparationIsNamedAndFinite) {
  const Json cases = test::golden_cases("logistic_regression");
  for (const Json& test_case : cases) {
    if (test_case["id"] != "perfect_separation_toy") continue;
    Dataset data;
    data.features = DenseMatrix{6, 1, test_case["input"]["x"].get<std::vector<double>>()};
    data.labels = test_case["input"]["y"].get<std::vector<std::uint32_t>>();
    data.classes = {"0", "1"};
    Context context(1);
    for (const char* solver : {"newton", "lbfgs", "coordinate", "gd"}) {
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
