// tests/golden/nist_linear_regression.json: exact rational least squares on the NIST StRD data sets. The
// data files stay outside of the repository; without them the test is skipped.
#include <cmath>

#include <gtest/gtest.h>

#include "mlkit/train/fit_linear.h"
#include "support/golden.h"
#include "support/golden_columns.h"

namespace mlkit {
namespace {

Dataset nist_data(const Json& test_case, const std::string& path) {
  const test::TextColumns table = test::read_plain_csv(path);
  Dataset data;
  for (const std::string& y : table.at("y")) data.targets.push_back(test::to_number(y));
  const std::string model = test_case["model"];
  DenseMatrix x{table.rows, 0, {}};
  const bool polynomial = model.starts_with("polynomial degree ");
  x.cols = polynomial ? std::stoul(model.substr(18)) : table.names.size() - 1;
  x.values.resize(x.rows * x.cols);
  for (std::size_t i = 0; i < x.rows; ++i) {
    double power = 1;
    for (std::size_t j = 0; j < x.cols; ++j) {
      if (polynomial) {
        power *= test::to_number(table.at("x")[i]);
        x.row(i)[j] = power;
      } else {
        x.row(i)[j] = test::to_number(table.at(table.names[j + 1])[i]);
      }
    }
  }
  data.features = std::move(x);
  return data;
}

double allowed(const Json& test_case, const std::string& name, double expected) {
  const Json& tolerance = test_case["tolerance"];
  return tolerance.value(name + "_atol", 0.0) + tolerance.value(name + "_rtol", 0.0) * std::abs(expected);
}

void expect_within(const Json& test_case, const std::string& name, double got, double expected) {
  EXPECT_NEAR(got, expected, allowed(test_case, name, expected)) << name;
}

void check(const Json& test_case, const Dataset& data) {
  const Json& expected = test_case["expected"];
  LinearOptions options;
  options.fit_intercept = expected["coef"].contains("B0");
  Context context(2);
  const LinearFit fit = fit_linear(DatasetView(data), options, context);
  EXPECT_TRUE(fit.report.warnings.empty());
  if (options.fit_intercept) {
    expect_within(test_case, "coef", fit.model->intercept(), expected["coef"]["B0"]);
    expect_within(test_case, "std_error", fit.statistics.intercept_std_error, expected["std_error"]["B0"]);
  }
  ASSERT_EQ(expected["coef"].size(), data.cols() + (options.fit_intercept ? 1 : 0));
  for (std::size_t j = 0; j < data.cols(); ++j) {
    const std::string name = "B" + std::to_string(j + 1);
    expect_within(test_case, "coef", fit.model->coefficients()[j], expected["coef"][name]);
    expect_within(test_case, "std_error", fit.statistics.coefficient_std_errors[j], expected["std_error"][name]);
  }
  expect_within(test_case, "residual_sd", fit.statistics.residual_sd, expected["residual_sd"]);
  expect_within(test_case, "r_squared", fit.statistics.r_squared, expected["r_squared"]);
  expect_within(test_case, "sse", fit.statistics.sse, expected["sse"]);
  EXPECT_EQ(fit.statistics.df, expected["df"].get<std::int64_t>());
}

TEST(LinearNist, EveryDataSetIsMet) {
  const Json cases = test::golden_cases("nist_linear_regression");
  EXPECT_EQ(cases.size(), 11u);
  for (const Json& test_case : cases) {
    SCOPED_TRACE(test_case["id"].get<std::string>());
    const std::string path = test::golden_data(test_case["dataset"]);
    if (path.empty())
      GTEST_SKIP() << "no NIST data here: set MLKIT_GOLDEN_DIR to the folder that holds data/nist_*.csv";
    check(test_case, nist_data(test_case, path));
  }
}

}  // namespace
}  // namespace mlkit
