// Reference suites through the program alone: tests/golden/metrics.json by `evaluate --scores`, tests/golden/csv.json
// by `clean` (from a file and through a pipe).
#include <gtest/gtest.h>

#include <filesystem>
#include <string>
#include <utility>
#include <vector>

#include "support/golden.h"
#include "support/golden_csv.h"
#include "support/run_program.h"

namespace mlkit::test {
namespace {

using Words = std::vector<std::string>;
using Rows = std::vector<std::vector<std::string>>;

RunResult mlkit(const TemporaryFolder& folder, const Words& words, const std::string& standard_input = "") {
  RunOptions options;
  options.folder = folder.path();
  options.standard_input = standard_input;
  return run_program(mlkit_words(words), options);
}

// RFC 4180 by the letter, for what mlkit wrote. Lines without a byte are no rows.
Rows split_csv(const std::string& text) {
  Rows rows(1);
  std::string field;
  bool quoted = false, was_quoted = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quoted) {
      if (c == '"' && i + 1 < text.size() && text[i + 1] == '"') {
        field += text[++i];
      } else if (c == '"') {
        quoted = false;
      } else {
        field += c;
      }
    } else if (c == '"') {
      quoted = was_quoted = true;
    } else if (c == ',' || c == '\n') {
      const bool blank = c == '\n' && rows.back().empty() && field.empty() && !was_quoted;
      if (!blank) rows.back().push_back(std::exchange(field, {}));
      if (c == '\n' && !blank) rows.emplace_back();
      was_quoted = false;
    } else {
      field += c;
    }
  }
  EXPECT_TRUE(field.empty() && rows.back().empty()) << "the last line has no end";
  rows.pop_back();
  return rows;
}

// A file of two columns from two lists of the case's input.
void write_pairs(const std::string& path, const std::string& header, const Json& first, const Json& second) {
  const auto cell = [](const Json& value) { return value.is_string() ? value.get<std::string>() : json_text(value); };
  ASSERT_EQ(first.size(), second.size());
  std::string text = header + "\n";
  for (std::size_t i = 0; i < first.size(); ++i) text += cell(first[i]) + "," + cell(second[i]) + "\n";
  write_text(path, text);
}

std::string join(const Words& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : ",") + word;
  return out;
}

class ScoredByProgram : public testing::Test {
 protected:
  // evaluate --scores with these words added; its JSON.
  Json evaluate(Words more) {
    Words words = {"evaluate", "--scores", "scores.csv", "--label", "y", "--json"};
    words.insert(words.end(), more.begin(), more.end());
    const RunResult run = mlkit(folder_, words);
    EXPECT_EQ(run.exit_code, 0) << run.err;
    return run.exit_code == 0 ? parse_json(run.out, "evaluate --json") : Json::object();
  }
  void check_binary(const Json& input, const Json& expected, double atol);
  void check_multiclass(const Json& input, const Json& expected, double atol);
  void check_regression(const Json& input, const Json& expected, double atol);
  TemporaryFolder folder_;
};

// Every number of `expected` under its name in "metrics".
void compare_numbers(const Json& expected, const Json& result, double atol) {
  for (const auto& [name, value] : expected.items()) {
    if (!value.is_number()) continue;
    const std::string ours = name == "ks_of_scores" ? "ks" : name;
    ASSERT_TRUE(result.at("metrics").contains(ours)) << name;
    EXPECT_NEAR(result.at("metrics").at(ours).get<double>(), value.get<double>(), atol) << name;
  }
}

// The names to ask for: those of all numbers that are expected.
std::string names_of(const Json& expected) {
  Words names;
  for (const auto& [name, value] : expected.items()) {
    if (value.is_number()) names.push_back(name == "ks_of_scores" ? "ks" : name);
  }
  return join(names);
}

void ScoredByProgram::check_binary(const Json& input, const Json& expected, double atol) {
  write_pairs(folder_ / "scores.csv", "y,s", input.at("y_true"), input.at("score"));
  const Json result = evaluate({"--score", "s", "--threshold", json_text(input.at("threshold")), "--roc", "roc.csv",
                                "--metrics", names_of(expected)});
  compare_numbers(expected, result, atol);
  const Json& counts = expected.at("confusion");
  const Json matrix = {{counts.at("tn"), counts.at("fp")}, {counts.at("fn"), counts.at("tp")}};
  EXPECT_EQ(result.at("confusion").at("matrix"), matrix);
  if (!expected.contains("roc_fpr")) return;
  const Rows curve = split_csv(test::read_text(folder_ / "roc.csv"));
  ASSERT_EQ(curve.size(), expected.at("roc_fpr").size() + 1);
  EXPECT_EQ(curve[0], (Words{"threshold", "fpr", "tpr"}));
  for (std::size_t i = 1; i < curve.size(); ++i) {
    EXPECT_NEAR(Json::parse(curve[i].at(1)).get<double>(), expected.at("roc_fpr")[i - 1].get<double>(), atol) << i;
    EXPECT_NEAR(Json::parse(curve[i].at(2)).get<double>(), expected.at("roc_tpr")[i - 1].get<double>(), atol) << i;
  }
}

void ScoredByProgram::check_multiclass(const Json& input, const Json& expected, double atol) {
  write_pairs(folder_ / "scores.csv", "y,p", input.at("y_true"), input.at("y_pred"));
  Words names = {names_of(expected)};
  for (const char* average : {"macro", "micro", "weighted"}) {
    for (const char* name : {"precision", "recall", "f1"}) names.push_back(std::string(name) + "_" + average);
  }
  const Json result = evaluate({"--prediction", "p", "--metrics", join(names)});
  compare_numbers(expected, result, atol);
  for (const char* average : {"macro", "micro", "weighted"}) {
    for (const char* name : {"precision", "recall", "f1"}) {
      EXPECT_NEAR(result.at("metrics").at(std::string(name) + "_" + average).get<double>(),
                  expected.at(average).at(name).get<double>(), atol)
          << name << " " << average;
    }
  }
  EXPECT_EQ(result.at("confusion").at("labels"), expected.at("labels"));
  EXPECT_EQ(result.at("confusion").at("matrix"), expected.at("confusion_rows_true"));
}

void ScoredByProgram::check_regression(const Json& input, const Json& expected, double atol) {
  write_pairs(folder_ / "scores.csv", "y,p", input.at("y_true"), input.at("y_pred"));
  compare_numbers(expected, evaluate({"--prediction", "p", "--task", "regression", "--metrics", names_of(expected)}),
                  atol);
}

TEST_F(ScoredByProgram, EveryMetricsCaseIsMet) {
  const Json cases = golden_cases("metrics");
  ASSERT_EQ(cases.size(), 16u);
  for (const Json& one : cases) {
    SCOPED_TRACE(one.at("id").get<std::string>());
    const std::string kind = one.at("kind");
    const Json& input = one.at("input");
    const Json& expected = one.at("expected");
    const double atol = one.at("tolerance").at("atol");
    if (kind == "binary") {
      check_binary(input, expected, atol);
    } else if (kind == "multiclass") {
      check_multiclass(input, expected, atol);
    } else if (kind == "regression") {
      check_regression(input, expected, atol);
    } else {
      ASSERT_EQ(kind, "calibration");
      write_pairs(folder_ / "scores.csv", "y,s", input.at("y_true"), input.at("probability"));
      compare_numbers(expected, evaluate({"--score", "s", "--bins", json_text(input.at("bins")), "--metrics", "ece"}),
                      atol);
    }
  }
}

// `clean` that changes nothing but the form.
Words clean_words(const Json& options, const std::string& input) {
  Words words = {"clean", input,      "--keep-names", "--keep-duplicates", "--max-row-missing",
                 "1",     "--impute", "none",         "--outliers",        "none",
                 "-o",    "out.csv"};
  if (options.contains("delimiter")) words.insert(words.end(), {"--delimiter", options.at("delimiter")});
  if (options.contains("quote")) words.insert(words.end(), {"--quote", options.at("quote")});
  if (options.contains("numeric")) {
    Words types;
    for (const Json& name : options.at("numeric")) types.push_back(name.get<std::string>() + "=numeric");
    words.insert(words.end(), {"--types", join(types)});
  }
  return words;
}

void expect_refused(const RunResult& run, const TemporaryFolder& folder, const Json& expected) {
  EXPECT_EQ(run.exit_code, 3) << run.err;
  EXPECT_EQ(run.out, "");
  EXPECT_FALSE(std::filesystem::exists(folder / "out.csv"));
  std::string place;
  if (expected.contains("line") && expected.at("line").is_number()) {
    place += ":" + json_text(expected.at("line"));
    if (expected.contains("column")) place += ":" + json_text(expected.at("column"));
  }
  EXPECT_NE(run.err.substr(0, run.err.find('\n')).find(place), std::string::npos) << place << " in " << run.err;
  for (const Json& word : expected.value("message_must_mention", Json::array())) {
    EXPECT_NE(run.err.find(word.get<std::string>()), std::string::npos) << word << " in " << run.err;
  }
}

// A cell as `clean` writes it: words for missing become empty cells.
std::string written_cell(const Json& cell) {
  if (cell.is_object()) return std::string(cell.at("length").get<std::size_t>(), 'x');  // one letter over and over
  const std::string text = cell.get<std::string>();
  const std::size_t first = text.find_first_not_of(" \t");
  if (first == std::string::npos) return "";
  const std::string trimmed = text.substr(first, text.find_last_not_of(" \t") - first + 1);
  for (const char* word : {"NA", "N/A", "NaN", "nan", "null", "NULL"}) {
    if (trimmed == word) return "";
  }
  return text;
}

void expect_rows(const RunResult& run, const TemporaryFolder& folder, const Json& expected) {
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const Rows got = split_csv(test::read_text(folder / "out.csv"));
  Rows wanted = {expected.at("header").get<Words>()};
  for (const Json& row : expected.at("rows")) {
    wanted.emplace_back();
    for (const Json& cell : row) wanted.back().push_back(written_cell(cell));
  }
  EXPECT_TRUE(got == wanted) << test::read_text(folder / "out.csv").substr(0, 400);
}

TEST(CleanedByProgram, EveryCsvCaseIsMetFromFilesAndPipes) {
  const Json cases = golden_cases("csv");
  ASSERT_EQ(cases.size(), 47u);
  TemporaryFolder folder;
  for (const Json& one : cases) {
    const std::string bytes = golden_csv_bytes(one);
    write_text(folder / "in.csv", bytes);
    for (const bool pipe : {false, true}) {
      SCOPED_TRACE(one.at("id").get<std::string>() + (pipe ? " through a pipe" : ""));
      std::filesystem::remove(folder / "out.csv");
      const RunResult run = mlkit(folder, clean_words(one.at("options"), pipe ? "-" : "in.csv"), pipe ? bytes : "");
      if (one.at("expected").contains("error")) {
        expect_refused(run, folder, one.at("expected"));
      } else {
        expect_rows(run, folder, one.at("expected"));
      }
    }
  }
}

}  // namespace
}  // namespace mlkit::test
