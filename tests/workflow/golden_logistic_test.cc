// The reference fits of tests/golden/logistic_regression.json, all thirteen, through the command line.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "support/golden.h"
#include "support/run_program.h"

namespace mlkit {
namespace {

using test::TemporaryFolder;

// The words after `train` that ask for what a case describes, once its data are in `path`.
std::vector<std::string> options_of(const Json& golden, const std::string& path) {
  const std::string target = golden.value("target", "y");
  std::vector<std::string> words = {"train", path, "--target", target, "--model", "logistic", "--json"};
  const double lambda = golden.at("l2_lambda_sum_form").get<double>();
  words.insert(words.end(), {"--C", lambda == 0 ? "inf" : json_text(1 / lambda)});
  if (golden.value("standardise", "none") == "none") words.insert(words.end(), {"--scale", "none"});
  if (golden.value("encoding", "").find("dropping") != std::string::npos) words.push_back("--drop-first");
  if (golden.contains("positive_class")) {
    words.insert(words.end(), {"--positive", golden.at("positive_class").get<std::string>()});
  }
  return words;
}

// Lines of a CSV file that the case is fitted on (no quoted line breaks in these).
std::string training_text(const Json& golden) {
  if (golden.contains("input")) {
    std::string text = "x,y\n";
    for (std::size_t i = 0; i < golden.at("input").at("x").size(); ++i) {
      text += json_text(golden.at("input").at("x")[i]) + "," + json_text(golden.at("input").at("y")[i]) + "\n";
    }
    return text;
  }
  std::istringstream lines(test::read_text(test::golden_data(golden.at("dataset").get<std::string>())));
  std::string text;
  std::size_t row = 0;
  for (std::string line; std::getline(lines, line); ++row) {
    const bool out_of_filter = golden.contains("row_filter") && line.find("setosa") != std::string::npos;
    const bool test_row = golden.contains("split") && row > 0 && (row - 1) % 5 == 0;
    if (!out_of_filter && !test_row) text += line + "\n";
  }
  return text;
}

void expect_near(double got, const Json& expected, double rtol, const std::string& what) {
  const double value = expected.get<double>();
  EXPECT_NEAR(got, value, std::max(1e-8, rtol * std::abs(value))) << what;
}

void expect_coefficients(const Json& got, const Json& expected, double rtol, const std::string& what) {
  if (expected.is_array()) {
    expect_near(got.at("x").get<double>(), expected[0], rtol, what);
    return;
  }
  ASSERT_EQ(got.size(), expected.size()) << what;
  for (const auto& [name, value] : expected.items()) {
    if (value.is_object()) {
      expect_coefficients(got.at(name), value, rtol, what + " " + name);
    } else {
      expect_near(got.at(name).get<double>(), value, rtol, what + " " + name);
    }
  }
}

class GoldenLogistic : public testing::TestWithParam<std::string> {};

TEST_P(GoldenLogistic, TheProgramMeetsTheReference) {
  Json golden;
  for (const Json& item : test::golden_cases("logistic_regression")) {
    if (item.at("id") == GetParam()) golden = item;
  }
  TemporaryFolder folder;
  test::write_text(folder / "train.csv", training_text(golden));
  std::vector<std::string> words = options_of(golden, folder / "train.csv");
  words.insert(words.end(), {"-o", folder / "m.mlkit"});
  const test::RunResult run = test::run_program(test::mlkit_words(words));
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Json result = parse_json(run.out, "train --json");
  const Json& expected = golden.at("expected");
  const double rtol = golden.at("tolerance").at("coef_rtol").get<double>();
  expect_coefficients(result.at("model").at("coefficients"), expected.at("coef"), rtol, GetParam());
  if (expected.contains("intercept_zero_sum")) {
    expect_coefficients(result.at("model").at("intercept"), expected.at("intercept_zero_sum"), rtol, GetParam());
  } else {
    expect_near(result.at("model").at("intercept").get<double>(), expected.at("intercept"), rtol, GetParam());
  }
  EXPECT_TRUE(result.at("converged").get<bool>());
  if (expected.contains("objective")) {
    const double atol = 2 * result.at("rows").get<double>() * golden.at("tolerance").value("log_loss_atol", 1e-9);
    EXPECT_NEAR(result.at("objective").get<double>(), expected.at("objective").get<double>(), atol);
  }
  if (expected.contains("train_roc_auc")) {
    EXPECT_NEAR(result.at("metrics").at("roc_auc").get<double>(), expected.at("train_roc_auc").get<double>(), 1e-12);
    EXPECT_EQ(result.at("metrics").at("accuracy").get<double>(), expected.at("train_accuracy_at_0.5").get<double>());
  }
}

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  for (const Json& golden : test::golden_cases("logistic_regression")) names.push_back(golden.at("id"));
  return names;
}

std::string test_name(const testing::TestParamInfo<std::string>& golden) {
  std::string name = golden.param;
  std::replace_if(
      name.begin(), name.end(), [](char c) { return c == '.' || c == '-'; }, '_');
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cases, GoldenLogistic, testing::ValuesIn(case_names()), test_name);

}  // namespace
}  // namespace mlkit
