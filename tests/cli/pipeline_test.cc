// Declared pipelines: what they compile to, what is skipped, that a killed one goes on, and that make does the same.
#include <gtest/gtest.h>

#include <cmath>
#include <filesystem>
#include <sstream>

#include "feature_groups.h"
#include "json_places.h"
#include "mlkit/base/error.h"
#include "pipeline_file.h"
#include "pipeline_state.h"
#include "support/run_program.h"

namespace mlkit::app {
namespace {

namespace fs = std::filesystem;
using test::RunOptions;
using test::RunResult;
using test::TemporaryFolder;

class Pipelines : public testing::Test {
 protected:
  void SetUp() override {
    test::make_program_folder(program_.path());
    fs::copy(MLKIT_SOURCE_DIR "/data/iris.csv", folder_ / "iris.csv");
  }
  RunResult shell(const std::string& script, double interrupt_after = 0) const {
    RunOptions options;
    options.folder = folder_.path();
    options.environment = {{"PATH", program_.path() + ":/usr/bin:/bin"}};
    options.interrupt_after_seconds = interrupt_after;
    return test::run_program({"/bin/bash", "-c", script}, options);
  }
  void write(const std::string& text) const { test::write_text(folder_ / "p.json", text); }
  PipelinePlan plan(const std::string& text) const {
    write(text);
    return read_pipeline(folder_ / "p.json");
  }
  // "LINE:COLUMN message; hint" of the error that the text is.
  std::string problem(const std::string& text) const {
    try {
      plan(text);
    } catch (const Error& error) {
      EXPECT_EQ(error.place().file, folder_ / "p.json") << error.what();
      return std::to_string(error.place().line) + ":" + std::to_string(error.place().field) + " " + error.message() +
             "; " + error.place().hint;
    }
    return "no error";
  }
  // Files below the folder with their hashes, but for what only `run` and the ledger leave.
  std::string files() const {
    return shell("find out -type f ! -name pipeline_state.json | sort | xargs sha256sum").out;
  }

  const TemporaryFolder program_;
  const TemporaryFolder folder_;
};

const std::string kIris = R"({
  // all of it
  "data": "iris.csv", "target": "species", "folder": "out", "seed": 3,
  "clean": {"outliers": "iqr:3"},
  "features": [
    {"columns": ["sepal_length_cm"], "bins": 4},
    {"columns": ["petal_length_cm"], "scale": "minmax", "impute": "median"},
    {"columns": "rest", "scale": "robust"}
  ],
  "train": {"cv": 3},
  "then": [{"command": "predict", "input": "iris.csv", "output": "predictions.csv"}, {"command": "verify"}]
}
)";

std::vector<std::string> names_of(const PipelinePlan& plan) {
  std::vector<std::string> names;
  for (const PipelineStep& step : plan.steps) names.push_back(step.name);
  return names;
}

TEST(JsonPlaces, MembersHaveTheirLineAndColumn) {
  const std::string text =
      "// a \"b\": {\n{\"a\": [1, {\"b\\u0063\": \"x\\\"y\"}],\n  /* no */ \"d\": {} , \"e\":null}";
  const JsonPlaces places(text, "f.json");
  const auto place = [&](const std::string& path) {
    try {
      places.fail(path, "wrong");
    } catch (const Error& error) {
      return std::to_string(error.place().line) + ":" + std::to_string(error.place().field);
    }
  };
  EXPECT_EQ(place("/a"), "2:2");
  EXPECT_EQ(place("/a/0"), "2:8");
  EXPECT_EQ(place("/a/1/bc"), "2:12");
  EXPECT_EQ(place("/d"), "3:12");
  EXPECT_EQ(place("/e"), "3:22");
  EXPECT_EQ(place("/d/unknown"), "3:12") << "the nearest one around it";
  EXPECT_EQ(place(""), "0:0");
}

TEST_F(Pipelines, CompilesToPlainCommandLines) {
  const PipelinePlan one = plan(R"({"data": "iris.csv", "target": "species"})");
  EXPECT_EQ(names_of(one), (std::vector<std::string>{"split", "train", "evaluate"}));
  EXPECT_EQ(one.folder, folder_ / "p");
  const std::string in = folder_ / "iris.csv";
  const std::string out = folder_ / "p/";
  EXPECT_EQ(one.steps[0].words, (std::vector<std::string>{"split", in, "--target", "species", "--train",
                                                          out + "train.csv", "--test", out + "test.csv", "--json"}));
  EXPECT_EQ(one.steps[1].words, (std::vector<std::string>{"train", out + "train.csv", "--target", "species", "--output",
                                                          out + "model.mlkit", "--json"}));
  EXPECT_EQ(one.steps[1].outputs, (std::vector<std::string>{out + "model.mlkit", out + "train.json"}));
  EXPECT_EQ(one.steps[2].inputs, (std::vector<std::string>{out + "model.mlkit", out + "test.csv"}));

  const PipelinePlan all = plan(kIris);
  EXPECT_EQ(names_of(all),
            (std::vector<std::string>{"split", "clean", "features", "train", "evaluate", "predict", "verify"}));
  const std::vector<std::string>& words = all.find("train")->words;
  const std::string line = shell_line(words);
  EXPECT_NE(line.find("--clean " + (folder_ / "out/clean_recipe.json")), std::string::npos) << line;
  EXPECT_NE(line.find("--recipe " + (folder_ / "out/feature_recipe.json")), std::string::npos) << line;
  EXPECT_NE(line.find("--cv 3"), std::string::npos) << line;
  EXPECT_NE(line.find("--seed 3"), std::string::npos) << line;
  EXPECT_EQ(all.find("predict")->words[1], folder_ / "out/model.mlkit");
}

TEST_F(Pipelines, ReadingOptionsGoWhereTheyMeanSomething) {
  const PipelinePlan one =
      plan(R"({"data": {"file": "iris.csv", "na": ["?", "-"], "skip_lines": 2}, "target": "species"})");
  EXPECT_NE(shell_line(one.steps[0].words).find("--na '?,-' --skip-lines 2"), std::string::npos)
      << shell_line(one.steps[0].words);
  EXPECT_NE(shell_line(one.steps[1].words).find("--na '?,-'"), std::string::npos);
  EXPECT_EQ(shell_line(one.steps[1].words).find("skip-lines"), std::string::npos)
      << "the parts have no lines above the header";
}

TEST_F(Pipelines, MistakesAreNamedWithTheirPlace) {
  const std::string head = "{\"data\": \"iris.csv\", \"target\": \"species\",\n ";
  EXPECT_EQ(problem("{\"data\": 1,}").substr(0, 4), "1:12");
  EXPECT_EQ(problem(head + "\"trian\": {}}"), "2:2 a pipeline has no member \"trian\"; did you mean \"train\"?");
  EXPECT_EQ(problem(head + "\"train\": {\"clas_weight\": 1}}"),
            "2:12 train has no option \"clas_weight\"; did you mean \"class_weight\"?");
  EXPECT_EQ(problem(head + "\"train\":\n {\"C\": -1}}").substr(0, 4), "3:3 ") << "the option, not the section";
  EXPECT_NE(problem(head + "\"train\": {\"C\": -1}}").find("--C"), std::string::npos);
  EXPECT_EQ(problem(head + "\"features\": [{\"columns\": [\"a\"],\n \"scalee\": 1}]}").substr(0, 4), "3:2 ");
  EXPECT_NE(problem(head + "\"features\": [{\"columns\": [\"a\"], \"scale\": \"x\"}]}").find("scale"),
            std::string::npos);
  EXPECT_EQ(problem(head + "\"features\": [{\"columns\": \"number\"}]}").substr(0, 5), "2:16 ");
  EXPECT_NE(
      problem(head + "\"features\": [{\"columns\": \"numeric\", \"impute\": \"mean\"}]}").find("scaled or binned"),
      std::string::npos);
  EXPECT_NE(problem(head + "\"then\": [{\"command\": \"pedict\"}]}").find("did you mean \"predict\""),
            std::string::npos);
  EXPECT_NE(
      problem(head + "\"then\": [{\"command\": \"predict\", \"input\": \"iris.csv\"}]}").find("name its \"output\""),
      std::string::npos);
  EXPECT_NE(
      problem(head + "\"then\": [{\"command\": \"predict\", \"input\": \"iris.csv\", \"output\": \"train.csv\"}]}")
          .find("two steps write"),
      std::string::npos);
  EXPECT_NE(
      problem(head + "\"folder\": \".\", \"then\": [{\"command\": \"predict\", \"input\": \"iris.csv\", \"output\": "
                     "\"iris.csv\"}]}")
          .find("the same file"),
      std::string::npos);
  EXPECT_NE(problem("{\"target\": \"x\"}").find("no \"data\""), std::string::npos);
  EXPECT_NE(problem("[]").find("one JSON object"), std::string::npos);
  EXPECT_NE(problem(head + "\"test\": \"iris.csv\", \"split\": {}}").find("keep one"), std::string::npos);
  EXPECT_NE(problem(head + "\"seed\": 1.5}").find("whole number"), std::string::npos);
}

TEST_F(Pipelines, WhatIsUpToDateIsNotRunAgain) {
  write(kIris);
  const RunResult first = shell("mlkit pipeline run p.json");
  ASSERT_EQ(first.exit_code, 0) << first.err;
  EXPECT_EQ(first.err.find("up to date"), std::string::npos) << first.err;
  EXPECT_NE(first.out.find("accuracy"), std::string::npos);
  const std::string files_before = files();
  const RunResult second = shell("mlkit pipeline run p.json");
  EXPECT_NE(second.err.find("everything is up to date"), std::string::npos) << second.err;
  EXPECT_EQ(second.out, first.out) << "the figures are shown all the same";
  EXPECT_NE(shell("mlkit pipeline plan p.json").err.find("everything is up to date"), std::string::npos);

  // A new time stamp is nothing; another last step runs alone; an output that is lost is made again.
  EXPECT_NE(shell("touch iris.csv out/train.csv; mlkit pipeline run p.json").err.find("everything is up"),
            std::string::npos);
  const RunResult lost = shell("rm out/predictions.csv; mlkit pipeline run p.json");
  EXPECT_NE(lost.err.find("1 step done"), std::string::npos) << lost.err;
  EXPECT_NE(lost.err.find("predictions.csv is missing"), std::string::npos) << lost.err;
  EXPECT_EQ(files(), files_before);

  // A comment: the file of the groups has changed, and what is made of it has not.
  const RunResult comment = shell("echo '// more' >>p.json; mlkit pipeline run p.json");
  EXPECT_NE(comment.err.find("1 step done"), std::string::npos) << comment.err;
  EXPECT_NE(comment.err.find("p.json changed"), std::string::npos) << comment.err;

  const RunResult all = shell("mlkit pipeline run p.json --force --from train --until evaluate");
  EXPECT_NE(all.err.find("2 steps done"), std::string::npos) << all.err;
  EXPECT_EQ(files(), files_before);
  EXPECT_NE(shell("mlkit pipeline run p.json --from trian").err.find("did you mean train?"), std::string::npos);
}

TEST_F(Pipelines, ChangedDataRunsWhatDependsOnThem) {
  write(kIris);
  ASSERT_EQ(shell("mlkit pipeline run p.json -q").exit_code, 0);
  const RunResult planned = shell("sed -i '$d' iris.csv; mlkit pipeline plan p.json");
  EXPECT_NE(planned.out.find("# split (to run: iris.csv changed)"), std::string::npos) << planned.out;
  EXPECT_NE(planned.out.find("# train (depends: on what is made of out/train.csv)"), std::string::npos) << planned.out;
  const RunResult run = shell("mlkit pipeline run p.json");
  EXPECT_EQ(run.exit_code, 0) << run.err;
  EXPECT_EQ(run.err.find("up to date"), std::string::npos) << run.err;
}

TEST_F(Pipelines, MakeMakesTheSameBytes) {
  if (shell("make --version | grep -q 'GNU Make [4-9]' && ! make --version | grep -q 'Make 4.[0-2]'").exit_code != 0)
    GTEST_SKIP() << "no GNU make 4.3";
  write(kIris);
  ASSERT_EQ(shell("mlkit pipeline run p.json -q").exit_code, 0);
  const std::string with_run = files();
  const RunResult make = shell("rm -r out; mlkit pipeline make p.json -o Makefile -q && make -s");
  ASSERT_EQ(make.exit_code, 0) << make.err;
  EXPECT_EQ(files(), with_run);
  EXPECT_NE(shell("make").out.find("Nothing to be done"), std::string::npos);
  // The same one printed, and from another folder.
  EXPECT_EQ(shell("mlkit pipeline make p.json | cmp - Makefile").exit_code, 0);
  EXPECT_NE(shell("cd / && mlkit pipeline make \"$OLDPWD/p.json\"").out.find(folder_ / "out/model.mlkit"),
            std::string::npos);
}

TEST_F(Pipelines, HostileNamesSurviveBothWays) {
  const std::string name = "o'd $d  #x.csv";
  fs::copy(folder_ / "iris.csv", folder_ / name);
  write(
      R"({"data": "o'd $d  #x.csv", "target": "species", "folder": "out", "evaluate": false, "train": {"exclude": ["sepal_length_cm"]}})");
  const RunResult run = shell("mlkit pipeline run p.json -q");
  ASSERT_EQ(run.exit_code, 0) << run.err;
  const std::string with_run = files();
  const RunResult make = shell("rm -r out; mlkit pipeline make p.json -o Makefile -q && make -s");
  ASSERT_EQ(make.exit_code, 0) << make.err;
  EXPECT_EQ(files(), with_run);
}

TEST_F(Pipelines, AKilledRunGoesOnAndEndsTheSame) {
  write(kIris);
  ASSERT_EQ(shell("mlkit pipeline run p.json -q").exit_code, 0);
  const std::string whole = files();
  for (const double after : {0.004, 0.012, 0.03, 0.06}) {
    ASSERT_EQ(shell("rm -rf out").exit_code, 0);
    shell("mlkit pipeline run p.json -q & sleep " + std::to_string(after) + "; kill -9 $!; wait $! 2>/dev/null");
    const RunResult run = shell("mlkit pipeline run p.json");
    EXPECT_EQ(run.exit_code, 0) << run.err;
    EXPECT_EQ(files(), whole) << after;
  }
  // What had been done before is not done again.
  ASSERT_EQ(shell("rm -rf out; mlkit pipeline run p.json -q --until features").exit_code, 0);
  const RunResult rest = shell("mlkit pipeline run p.json");
  EXPECT_NE(rest.err.find("[3/7] features     up to date"), std::string::npos) << rest.err;
  EXPECT_EQ(files(), whole);
  // A state that is damaged is as none.
  ASSERT_EQ(
      shell("echo '{\"version\": 1, \"steps\": {\"split\": 3}}' >out/pipeline_state.json; mlkit pipeline run p.json -q")
          .exit_code,
      0);
  EXPECT_EQ(files(), whole);
}

TEST_F(Pipelines, AGateThatFailsEndsItWithOne) {
  write(R"({"data": "iris.csv", "target": "species", "folder": "out", "evaluate": {"gate": "accuracy>1"},
            "then": [{"command": "verify"}]})");
  for (int again = 0; again < 2; ++again) {
    const RunResult run = shell("mlkit pipeline run p.json");
    EXPECT_EQ(run.exit_code, 1) << run.err;
    EXPECT_NE(run.err.find("evaluate"), std::string::npos) << run.err;
    EXPECT_TRUE(fs::exists(folder_ / "out/evaluate.json")) << "the report is there";
    EXPECT_FALSE(fs::exists(folder_ / "out/verify.json"));
  }
  const RunResult error = shell("sed -i 's/\"species\"/\"kind\"/' p.json; mlkit pipeline run p.json");
  EXPECT_EQ(error.exit_code, 3);
  EXPECT_NE(error.err.find("[1/4] split        FAILED"), std::string::npos) << error.err;
}

TEST_F(Pipelines, StepsAreKeptInTheLedgerAsStepsOfTheirPipeline) {
  if (shell("mlkit runs init -q").exit_code != 0) GTEST_SKIP() << "built without SQLite";
  write(R"({"data": "iris.csv", "target": "species", "folder": "out"})");
  ASSERT_EQ(shell("mlkit pipeline run p.json -q && mlkit pipeline run p.json -q").exit_code, 0);
  const Json runs = parse_json(shell("mlkit runs list --json").out, "runs")["runs"];
  ASSERT_EQ(runs.size(), 3u) << "the second time there was nothing to do";
  EXPECT_EQ(runs[0]["command"], "pipeline");
  EXPECT_EQ(runs[0]["exit"], 0);
  EXPECT_TRUE(runs[0]["metrics"].contains("evaluate.accuracy"));
  EXPECT_EQ(runs[1]["command"], "train");
  EXPECT_EQ(runs[1]["parent"], 1);
}

TEST_F(Pipelines, GroupsOfColumnsHaveOptionsOfTheirOwn) {
  test::write_text(folder_ / "rows.csv", "a,b,kind,y\n1,10,u,0\n2,,v,1\n3,30,u,0\n4,40,w,1\n");
  test::write_text(folder_ / "groups.json",
                   R"([{"columns": ["a"], "scale": "minmax"}, {"columns": ["b"], "scale": "standard", "impute": "mean"},
                       {"columns": "text", "encode": "ordinal"}])");
  const RunResult result = shell(
      "mlkit features fit rows.csv --target y --columns groups.json --recipe r.json -o out.csv -q && cat out.csv");
  ASSERT_EQ(result.exit_code, 0) << result.err;
  // minmax of 1..4; mean 80/3 for the gap, then (x - 80/3) / sd, sd = sqrt(350/3) with denominator 4; u is the most
  // frequent.
  std::istringstream lines(result.out);
  std::string header;
  std::getline(lines, header);
  EXPECT_EQ(header, "a,b,kind,y,a_minmax,b_standard,kind_ordinal");
  const Json recipe = parse_json(test::read_text(folder_ / "r.json"), "r.json");
  const Json& steps = recipe["features"];
  ASSERT_EQ(steps.size(), 3u);
  EXPECT_EQ(steps[0]["rule"], "minmax");
  EXPECT_EQ(steps[0]["scale"], 3);
  EXPECT_FALSE(steps[0].contains("impute"));
  EXPECT_NEAR(steps[1]["fill"].get<double>(), 80.0 / 3, 1e-12);
  EXPECT_NEAR(steps[1]["scale"].get<double>(), std::sqrt(350.0 / 3), 1e-12);
  EXPECT_EQ(steps[2]["step"], "ordinal");
  // Trained with: what a group scaled is not scaled again.
  ASSERT_EQ(shell("mlkit train rows.csv --target y --recipe r.json -o m.mlkit -q").exit_code, 0);
  const Json model = parse_json(shell("mlkit inspect m.mlkit --json").out, "inspect");
  EXPECT_NE(shell("mlkit inspect m.mlkit --json").out.find("b_standard"), std::string::npos);
  EXPECT_EQ(shell("mlkit features fit rows.csv --columns groups.json --scale standard --recipe r2.json").exit_code, 2);
  const RunResult unknown = shell(
      "echo '[{\"columns\": [\"a\", \"kidn\"], \"encode\": \"onehot\"}]' >g.json; mlkit features fit rows.csv "
      "--columns "
      "g.json --recipe r3.json");
  EXPECT_EQ(unknown.exit_code, 3) << unknown.err;
}

}  // namespace
}  // namespace mlkit::app
