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
    fs::copy(kTop + "/docs/examples", folder_ / "docs/examples", fs::copy_options::recursive);
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
  EXPECT_NE(result.out.find("What to do next"), std::string::npos);
}

TEST_F(Examples, FeaturesEndInASealedModel) {
  const RunResult result = run("bash docs/examples/features.sh features");
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_NE(result.out.find("Individual ID_target"), std::string::npos);
  EXPECT_NE(result.out.find("these are the rows that the recipe was learned from"), std::string::npos);
  EXPECT_FALSE(fs::exists(folder_ / "features/oops.csv"));
  EXPECT_NE(result.out.find("cross-validated, 5 folds"), std::string::npos);
}

TEST_F(Examples, PipelinesEndInAModelThatPassesItsGate) {
  int ran = 0;
  for (const auto& entry : fs::directory_iterator(folder_ / "docs/examples/pipelines")) {
    const std::string file = entry.path().string();
    const RunResult result = run("mlkit pipeline run '" + file + "' --json");
    EXPECT_EQ(result.exit_code, 0) << file << result.err;
    EXPECT_NE(result.err.find("evaluate"), std::string::npos) << result.err;
    const RunResult again = run("mlkit pipeline run '" + file + "'");
    EXPECT_NE(again.err.find("everything is up to date"), std::string::npos) << again.err;
    ++ran;
  }
  EXPECT_EQ(ran, 3);
}

// scikit-learn need not be there: mlkit's half of the comparison, on a small table.
TEST_F(Examples, ComparisonOfSolversRunsAlone) {
  if (run("command -v python3").exit_code != 0) GTEST_SKIP() << "no python3";
  const RunResult result = run("python3 docs/examples/compare_sklearn.py --alone data/iris.csv:species");
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  for (const char* solver : {"newton", "lbfgs", "coordinate", "gd", "sgd"}) {
    EXPECT_NE(result.out.find(std::string("| mlkit ") + solver + " |"), std::string::npos) << solver << result.out;
  }
}

TEST_F(Examples, MessagesBecomeASpamFilterExplainedByItsWords) {
  const RunResult result = run("bash docs/examples/text.sh text");
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_NE(result.out.find("words that speak for \"spam\""), std::string::npos);
  EXPECT_NE(result.out.find("% of the terms of \"text\" unknown"), std::string::npos);
  EXPECT_NE(result.out.find("prediction,confidence,probability_ham,probability_spam\nspam,"), std::string::npos);
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

// The blocks of docs/drift.md in order: what a ```text block shows was said by the ```sh block before it.
TEST_F(Examples, TheDriftPageShowsWhatItsCommandsSay) {
  std::istringstream page(read_text(kTop + "/docs/drift.md"));
  const std::string expected = "  # exit code ";
  std::string block, said;
  std::size_t shown = 0;
  for (std::string line; std::getline(page, line);) {
    if (line.rfind("```", 0) == 0) {
      if (line == "```sh") said.clear();
      block = line.substr(3);
    } else if (block == "sh") {
      const std::size_t comment = line.find(expected);
      const int code = comment == std::string::npos ? 0 : std::stoi(line.substr(comment + expected.size()));
      const RunResult result = run(line);
      EXPECT_EQ(result.exit_code, code) << line << "\n" << result.out << result.err;
      said += result.out + result.err;
    } else if (block == "text") {
      EXPECT_NE(said.find(line + "\n"), std::string::npos) << line << "\n-- is not in --\n" << said;
      ++shown;
    }
  }
  EXPECT_GE(shown, 16u);
  EXPECT_LT(read_text(folder_ / "drift.html").size(), 300'000u);
}

// A candidate that fails its gate leaves the old model, and is tried again although the log has nothing new.
TEST_F(Examples, RetrainingIsTriedAgainUntilTheGateIsPassed) {
  const std::string make =
      "make --no-print-directory -f docs/examples/retrain.mk watch MODEL=m.mlkit TARGET=target MONITOR='--label "
      "target --window 400' ";
  ASSERT_EQ(run(make).out, "there is no log.csv yet\n");
  const RunResult made =
      run("mlkit simulate drift --rows 3000 --shift 2 --only-phase 1 -o one.csv;"
          "mlkit simulate drift --rows 3000 --shift 2 --only-phase 2 -o two.csv;"
          "mlkit train one.csv --target target -o m.mlkit; cp m.mlkit old.mlkit;"
          "awk 'NR <= 801' two.csv >recent.csv; awk 'NR == 1 || NR > 801' two.csv >test.csv;"
          "mlkit predict m.mlkit recent.csv --keep x1,x2,x3,x4,x5,target -o log.csv");
  ASSERT_EQ(made.exit_code, 0) << made.err;
  EXPECT_NE(run(make + "GATE='accuracy>=0.99'").exit_code, 0);
  EXPECT_TRUE(fs::exists(folder_ / "m.mlkit.stale"));
  EXPECT_TRUE(read_text(folder_ / "m.mlkit") == read_text(folder_ / "old.mlkit"));
  EXPECT_TRUE(fs::exists(folder_ / "log.csv"));
  const RunResult again = run(make + "GATE='accuracy>=0.7'");
  EXPECT_EQ(again.exit_code, 0) << again.out << again.err;
  EXPECT_FALSE(read_text(folder_ / "m.mlkit") == read_text(folder_ / "old.mlkit"));
  EXPECT_FALSE(fs::exists(folder_ / "m.mlkit.stale"));
  EXPECT_FALSE(fs::exists(folder_ / "log.csv"));
  EXPECT_TRUE(fs::exists(folder_ / "log.csv.old"));
}

}  // namespace
}  // namespace mlkit::test
