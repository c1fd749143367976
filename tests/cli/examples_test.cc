// What the documents show is run: the demo, the example Makefile, every command of the README.
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "support/run_program.h"

namespace mlkit::test {
namespace {

namespace fs = std::filesystem;

const std::string kTop = MLKIT_SOURCE_DIR;

// A copy of what the documents refer to, with mlkit first in PATH.
class Examples : public testing::Test {
 protected:
  void SetUp() override {
    make_program_folder(program_.path());
    fs::copy(kTop + "/data", folder_ / "data");
    fs::create_directories(folder_ / "docs");
    fs::copy(kTop + "/docs/examples", folder_ / "docs/examples");
  }
  RunResult run(const std::string& script) const {
    RunOptions options;
    options.folder = folder_.path();
    options.environment = {{"PATH", program_.path() + ":/usr/bin:/bin"}, {"HOME", folder_.path()}};
    return run_program({"/bin/bash", "-euo", "pipefail", "-c", script}, options);
  }

  const TemporaryFolder program_;
  const TemporaryFolder folder_;
};

TEST_F(Examples, DemoEndsWithAVerifiedModelAndPredictions) {
  const RunResult result = run("bash docs/examples/demo.sh demo");
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_NE(result.out.find("roc_auc"), std::string::npos);
  EXPECT_NE(result.out.find("prediction,confidence"), std::string::npos);
  EXPECT_NE(result.out.find("self-test"), std::string::npos);
  EXPECT_NE(result.out.find("What to type next"), std::string::npos);
}

TEST_F(Examples, FeaturesEndInASealedModel) {
  const RunResult result = run("bash docs/examples/features.sh features");
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_NE(result.out.find("Individual ID_target"), std::string::npos);
  EXPECT_NE(result.out.find("these are the rows that the recipe was learned from"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ / "features/oops.csv"));
  EXPECT_NE(result.out.find("cross-validated, 5 folds"), std::string::npos);
}

TEST_F(Examples, MakefileBuildsOnceAndThenHasNothingToDo) {
  const std::string make = "make --no-print-directory -f docs/examples/Makefile ";
  const RunResult first = run(make);
  ASSERT_EQ(first.exit_code, 0) << first.out << first.err;
  EXPECT_TRUE(fs::exists(folder_ / "predictions.csv"));
  EXPECT_NE(run(make).out.find("Nothing to be done"), std::string::npos);

  // The same table again, newer: its parts are left untouched, so nothing behind them is made anew.
  const std::string model = read_text(folder_ / "model.mlkit");
  const RunResult touched = run("sleep 0.02; touch data/penguins_raw.csv; " + make);
  EXPECT_EQ(touched.out.find("mlkit train"), std::string::npos) << touched.out;
  EXPECT_EQ(read_text(folder_ / "model.mlkit"), model);
}

TEST_F(Examples, MakefileKnowsWhatAModelWasMadeFrom) {
  const std::string make = "make --no-print-directory -f docs/examples/Makefile RECIPE='my\\ recipe.json' ";
  ASSERT_EQ(
      run("mlkit clean data/penguins_raw.csv -q -o x.csv --outliers none --save-recipe 'my recipe.json'").exit_code, 0);
  const RunResult first = run(make + "model.mlkit");
  ASSERT_EQ(first.exit_code, 0) << first.out << first.err;
  EXPECT_EQ(read_text(folder_ / "model.d"), "model.mlkit: train.csv my\\ recipe.json\n");
  EXPECT_NE(run(make + "model.mlkit").out.find("up to date"), std::string::npos);
  EXPECT_NE(run("sleep 0.02; touch 'my recipe.json'; " + make + "model.mlkit").out.find("mlkit train"),
            std::string::npos);
}

TEST_F(Examples, MakefileStopsAtTheGate) {
  const RunResult result = run("make -f docs/examples/Makefile GATE='roc_auc>=0.9999'");
  EXPECT_NE(result.exit_code, 0);
  EXPECT_FALSE(fs::exists(folder_ / "scores.json"));
}

// The lines of the ```sh blocks of a Markdown file.
std::vector<std::string> shell_lines(const std::string& markdown) {
  std::vector<std::string> lines;
  std::istringstream stream(markdown);
  bool inside = false;
  for (std::string line; std::getline(stream, line);) {
    if (line.rfind("```", 0) == 0) {
      inside = line == "```sh";
    } else if (inside && !line.empty()) {
      lines.push_back(line);
    }
  }
  return lines;
}

// In order, in one folder: a line may use what an earlier one wrote. Lines that start with ./dev are
// checked to name a task (running the tests from within the tests would not end).
TEST_F(Examples, EveryCommandOfTheReadmeWorks) {
  const std::vector<std::string> lines = shell_lines(read_text(kTop + "/README.md"));
  EXPECT_GE(lines.size(), 8u);
  const std::string tasks = read_text(kTop + "/dev");
  for (const std::string& line : lines) {
    if (line.rfind("./dev ", 0) == 0) {
      std::istringstream words(line.substr(6));
      std::string task;
      words >> task;
      EXPECT_NE(tasks.find("\ntask_" + task + "()"), std::string::npos) << line;
      continue;
    }
    if (is_emulated() && line.find(".gz") != std::string::npos) continue;  // cross builds come without zlib
    const RunResult result = run(line);
    EXPECT_EQ(result.exit_code, 0) << line << "\n" << result.err;
  }
}

}  // namespace
}  // namespace mlkit::test
