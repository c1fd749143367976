// The ledger of runs: what is kept, that it is never in the way, and that several programs may write at once.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <set>

#include "mlkit/base/error.h"
#include "mlkit/io/json.h"
#include "runs_ledger.h"
#include "runs_report.h"
#include "support/run_program.h"

namespace mlkit::app {
namespace {

namespace fs = std::filesystem;
using KeptRun = app::Run;  // (a test has a member of that name)
using test::RunOptions;
using test::RunResult;
using test::TemporaryFolder;

// Another program in the middle of a transaction: it holds the lock of writers, byte 120 of the index of the WAL
// (https://sqlite.org/walformat.html, "File locks"). Locks of this kind belong to processes.
class WriterElsewhere {
 public:
  explicit WriterElsewhere(const std::string& ledger) {
    const int index = ::open((ledger + "-shm").c_str(), O_RDWR);
    int ready[2];
    EXPECT_GE(index, 0);
    EXPECT_EQ(::pipe(ready), 0);
    child_ = ::fork();
    if (child_ == 0) {
      struct flock lock {};
      lock.l_type = F_WRLCK;
      lock.l_whence = SEEK_SET;
      lock.l_start = 120;
      lock.l_len = 1;
      const char answer = ::fcntl(index, F_SETLK, &lock) == 0 ? 'y' : 'n';
      (void)!::write(ready[1], &answer, 1);
      ::pause();
    }
    char answer = '?';
    EXPECT_EQ(::read(ready[0], &answer, 1), 1);
    EXPECT_EQ(answer, 'y');
    for (const int descriptor : {index, ready[0], ready[1]}) ::close(descriptor);
  }
  ~WriterElsewhere() {
    ::kill(child_, SIGKILL);
    ::waitpid(child_, nullptr, 0);
  }

 private:
  pid_t child_ = 0;
};

class Runs : public testing::Test {
 protected:
  void SetUp() override {
    if (ledger_engine().empty()) GTEST_SKIP() << "built without SQLite";
    test::make_program_folder(program_.path());
    fs::copy(MLKIT_SOURCE_DIR "/data/iris.csv", folder_ / "iris.csv");
  }
  RunResult shell(const std::string& script) const {
    RunOptions options;
    options.folder = folder_.path();
    options.environment = {{"PATH", program_.path() + ":/usr/bin:/bin"}};
    return test::run_program({"/bin/bash", "-c", script}, options);
  }
  Json json(const std::string& command) const {
    const RunResult result = shell(command + " --json");
    EXPECT_EQ(result.exit_code, 0) << result.err;
    return result.exit_code == 0 ? parse_json(result.out, command) : Json();
  }

  const TemporaryFolder program_;
  const TemporaryFolder folder_;
};

const std::string kTrain = "mlkit train iris.csv --target species -q ";

KeptRun some_run(int number) {
  KeptRun run;
  run.command = "train";
  run.version = "1";
  run.started_ms = 1000 * number;
  run.seconds = 0.5;
  run.seed = 7;
  run.words = {"train", "a \"b\".csv", std::string("\xFF")};
  run.options = {{"C", "0.1"}, {"target", "y"}};
  run.files = {{"input", "a \"b\".csv", "00ff"}};
  run.metrics = {{"cv", "roc_auc", 0.1 * number}, {"train", "roc_auc", 1}};
  return run;
}

TEST_F(Runs, WhatIsAddedIsRead) {
  const std::string path = folder_ / "runs.db";
  EXPECT_EQ(Ledger(path, Ledger::Mode::kCreate).add(some_run(1)), 1);
  EXPECT_EQ(Ledger(path, Ledger::Mode::kWrite).add(some_run(2)), 2);
  const std::vector<KeptRun> runs = Ledger(path, Ledger::Mode::kRead).read();
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[1].id, 2);
  EXPECT_EQ(runs[1].started_ms, 2000);
  EXPECT_EQ(runs[1].words[1], "a \"b\".csv");
  EXPECT_EQ(runs[1].options, some_run(2).options);
  EXPECT_EQ(runs[1].files[0].path, "a \"b\".csv");
  ASSERT_EQ(runs[1].metrics.size(), 2u);
  EXPECT_EQ(runs[1].metrics[0].value, 0.1 * 2);  // to the bit
}

TEST_F(Runs, ARunThatEndsLaterKeepsItsNumber) {
  const std::string path = folder_ / "runs.db";
  KeptRun run = some_run(1);
  run.exit_code = -1;
  run.id = Ledger(path, Ledger::Mode::kCreate).add(run);
  Ledger(path, Ledger::Mode::kWrite).add(some_run(2));
  run.exit_code = 0;
  run.metrics = {{"evaluate", "accuracy", 0.5}};
  Ledger(path, Ledger::Mode::kWrite).finish(run);
  const std::vector<KeptRun> runs = Ledger(path, Ledger::Mode::kRead).read();
  EXPECT_EQ(runs[0].exit_code, 0);
  ASSERT_EQ(runs[0].metrics.size(), 1u);
  EXPECT_EQ(runs[0].metrics[0].part, "evaluate");
  EXPECT_EQ(runs[1].metrics.size(), 2u);
}

TEST_F(Runs, FilesThatAreNoLedgerAreRefused) {
  const auto code = [&](const std::string& name, Ledger::Mode mode) {
    try {
      Ledger ledger(folder_ / name, mode);
      ledger.read();
    } catch (const Error& error) {
      return static_cast<int>(error.code());
    }
    return 0;
  };
  EXPECT_EQ(code("nowhere.db", Ledger::Mode::kRead), 5);
  EXPECT_EQ(code("iris.csv", Ledger::Mode::kCreate), 3);
  EXPECT_FALSE(fs::exists(folder_ / "iris.csv-wal"));
  test::write_text(folder_ / "empty.db", "");
  EXPECT_EQ(code("empty.db", Ledger::Mode::kRead), 3);
  EXPECT_EQ(code("empty.db", Ledger::Mode::kCreate), 0);
  // Every truncation of a ledger: refused, or read as one; never a signal.
  Ledger(folder_ / "whole.db", Ledger::Mode::kCreate).add(some_run(1));
  const std::string whole = test::read_text(folder_ / "whole.db");
  for (std::size_t size = 1; size < whole.size(); size += 997) {
    test::write_text(folder_ / "part.db", whole.substr(0, size));
    EXPECT_NE(code("part.db", Ledger::Mode::kRead), 5) << size;
  }
}

TEST(RunsReport, DatesAreThoseOfTheCalendar) {
  // date -u -d @N '+%F %R'
  EXPECT_EQ(when_text(0), "1970-01-01 00:00");
  EXPECT_EQ(when_text(951827696000), "2000-02-29 12:34");
  EXPECT_EQ(when_text(1709210096000), "2024-02-29 12:34");
  EXPECT_EQ(when_text(4107542399000), "2100-02-28 23:59");
  EXPECT_EQ(when_text(4107542400000), "2100-03-01 00:00");
}

TEST(RunsReport, FiguresOfDifferentWorthDoNotCompete) {
  KeptRun trained = some_run(1);
  trained.id = 1;
  trained.metrics = {{"train", "roc_auc", 1}, {"cv", "roc_auc", 0.99}};
  KeptRun judged = some_run(2);
  judged.id = 2;
  judged.metrics = {{"evaluate", "roc_auc", 0.8}};
  KeptRun worse = judged;
  worse.id = 3;
  worse.metrics = {{"evaluate", "roc_auc", 0.7}};
  std::string part;
  const std::vector<KeptRun> best = rank_runs({trained, worse, judged}, "roc_auc", part);
  ASSERT_EQ(best.size(), 2u);
  EXPECT_EQ(best[0].id, 2);
  EXPECT_EQ(part, "evaluate");
  EXPECT_EQ(rank_runs({trained, judged}, "cv.roc_auc", part).at(0).id, 1);
  EXPECT_FALSE(find_run_metric(trained, "accuracy"));
  trained.metrics = {{"train", "roc_auc", 1}};
  EXPECT_FALSE(find_run_metric(trained, "roc_auc")) << "figures of the training rows need their full name";
  judged.metrics = {{"evaluate", "rmse", 2}};
  worse.metrics = {{"evaluate", "rmse", 3}};
  EXPECT_EQ(rank_runs({worse, judged}, "rmse", part).at(0).id, 2) << "the lower the better";
}

TEST(RunsReport, ConditionsChoose) {
  std::vector<KeptRun> runs = {some_run(1), some_run(5), some_run(9)};
  for (int i = 0; i < 3; ++i) runs[static_cast<std::size_t>(i)].id = i + 1;
  runs[2].options = {{"C", "10"}};
  EXPECT_EQ(select_runs(runs, {"C=0.10"}).size(), 2u);
  EXPECT_EQ(select_runs(runs, {"C>9"}).size(), 1u);
  EXPECT_EQ(select_runs(runs, {"roc_auc>=0.5", "target=y"}).size(), 1u);
  EXPECT_EQ(select_runs(runs, {"target!=y"}).size(), 1u);
  EXPECT_EQ(select_runs(runs, {"train.roc_auc=1"}).size(), 3u);
  EXPECT_THROW(select_runs(runs, {"targte=y"}), Error);
  EXPECT_THROW(select_runs(runs, {"target"}), Error);
  EXPECT_THROW(select_runs(runs, {"=1"}), Error);
}

TEST_F(Runs, TrainingsAndEvaluationsAreKeptWhereALedgerIs) {
  ASSERT_EQ(
      shell("mlkit runs init -q && mkdir sub && cd sub && " +
            std::string("mlkit train ../iris.csv --target species --C 0.5 --cv 3 -o m.mlkit -q") +
            " && mlkit evaluate m.mlkit ../iris.csv -q >/dev/null && mlkit predict m.mlkit ../iris.csv -o p.csv -q")
          .exit_code,
      0);
  const Json runs = json("mlkit runs list")["runs"];
  ASSERT_EQ(runs.size(), 2u) << "predictions are not runs";
  EXPECT_EQ(runs[0]["command"], "train");
  EXPECT_EQ(runs[0]["options"]["C"], "0.5");
  EXPECT_EQ(runs[0]["options"]["target"], "species");
  EXPECT_FALSE(runs[0]["options"].contains("max_iter")) << "defaults are not listed";
  EXPECT_TRUE(runs[0]["metrics"].contains("cv.accuracy"));
  EXPECT_TRUE(runs[0]["metrics"].contains("train.accuracy"));
  EXPECT_EQ(runs[0]["model"]["sha256"], runs[1]["model"]["sha256"]);
  EXPECT_TRUE(runs[1]["metrics"].contains("evaluate.accuracy"));
  const std::string sum = shell("sha256sum iris.csv | cut -c1-64").out;
  EXPECT_EQ(runs[0]["inputs"][0]["sha256"].get<std::string>() + "\n", sum);
  // The hash of the content is the one that is sealed in the model.
  EXPECT_NE(shell("mlkit inspect sub/m.mlkit --json").out.find(runs[0]["data_sha256"].get<std::string>()),
            std::string::npos);
  EXPECT_EQ(json("mlkit runs best --metric accuracy")["run"]["id"], 2);
}

TEST_F(Runs, CrossValidationsAndSearchesAreKeptToo) {
  ASSERT_EQ(
      shell("mlkit runs init -q && mlkit cv iris.csv --target species --models logistic,logistic:C=0.01 --folds 2 -q "
            "--save-best b.mlkit && mlkit tune iris.csv --target species --trials 2 -o t.mlkit -q")
          .exit_code,
      0);
  const Json runs = json("mlkit runs list")["runs"];
  ASSERT_EQ(runs.size(), 2u);
  EXPECT_EQ(runs[0]["options"]["best"], "logistic");
  EXPECT_EQ(runs[0]["model"]["file"], "b.mlkit");
  for (const Json& run : runs) {
    EXPECT_TRUE(run["metrics"].contains("cv.accuracy")) << run["command"];
    EXPECT_TRUE(run["options"].contains("best"));
    EXPECT_EQ(run["data_sha256"], runs[0]["data_sha256"]);
  }
}

TEST_F(Runs, OutputsAreTheSameWithAndWithout) {
  ASSERT_EQ(shell(kTrain + "-o a.mlkit --json >a.json").exit_code, 0);
  ASSERT_EQ(shell(kTrain + "-o a2.mlkit --ledger some.db --json >b.json && mlkit runs list --ledger some.db").exit_code,
            0);
  EXPECT_EQ(test::read_text(folder_ / "a.mlkit"), test::read_text(folder_ / "a2.mlkit"));
  EXPECT_EQ(test::read_text(folder_ / "a.json"), test::read_text(folder_ / "b.json"));
  EXPECT_EQ(
      shell("mlkit runs init -q && " + kTrain + "--no-ledger -o a3.mlkit && mlkit runs list --json").out.find("a3"),
      std::string::npos);
}

TEST_F(Runs, ALedgerThatCannotBeUsedIsAWarning) {
  const auto trains_with_warning = [&](const std::string& before, const std::string& what) {
    const RunResult result = shell(before + "rm -f m.mlkit; " + kTrain + "-o m.mlkit --json >out.json");
    EXPECT_EQ(result.exit_code, 0) << what << result.err;
    EXPECT_NE(result.err.find("not in the ledger"), std::string::npos) << what << result.err;
    EXPECT_TRUE(fs::exists(folder_ / "m.mlkit")) << what;
    parse_json(test::read_text(folder_ / "out.json"), what);
  };
  trains_with_warning("mkdir .mlkit; echo this is no data base at all >.mlkit/runs.db; ", "not a ledger");
  trains_with_warning("rm .mlkit/runs.db; mkdir .mlkit/runs.db; ", "a folder");
  ASSERT_EQ(shell("rmdir .mlkit/runs.db; mlkit runs init -q; " + kTrain + "-o m.mlkit").exit_code, 0);
  const RunResult nowhere = shell(kTrain + "-o m.mlkit --ledger nowhere/runs.db");
  EXPECT_EQ(nowhere.exit_code, 0);
  EXPECT_NE(nowhere.err.find("not in the ledger"), std::string::npos) << nowhere.err;
  trains_with_warning("head -c 5000 .mlkit/runs.db >x; cat x /dev/zero | head -c 9000 >.mlkit/runs.db; ", "broken");
}

TEST_F(Runs, ALockedLedgerIsWaitedForAndThenLeftAlone) {
  const std::string path = folder_ / "runs.db";
  Ledger ledger(path, Ledger::Mode::kCreate);
  Ledger impatient(path, Ledger::Mode::kWrite, 50);
  const WriterElsewhere writer(path);
  try {
    impatient.add(some_run(1));
    FAIL() << "the ledger is locked";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kIo);
    EXPECT_NE(std::string(error.what()).find("another program holds it"), std::string::npos) << error.what();
  }
}

TEST_F(Runs, ManyProgramsMayWriteAtOnce) {
  const int programs = test::is_emulated() ? 3 : 8;
  const RunResult result = shell("for i in $(seq " + std::to_string(programs) + "); do " + kTrain +
                                 "--seed $i -o $i.mlkit --ledger all.db & done; wait");
  EXPECT_EQ(result.err, "");
  const Json runs = json("mlkit runs list --ledger all.db --limit 0")["runs"];
  EXPECT_EQ(runs.size(), static_cast<std::size_t>(programs));
  std::set<std::int64_t> seeds;
  for (const Json& run : runs) seeds.insert(run["seed"].get<std::int64_t>());
  EXPECT_EQ(seeds.size(), static_cast<std::size_t>(programs));
}

TEST_F(Runs, ALedgerThatMayOnlyBeReadIsRead) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write anywhere";
  ASSERT_EQ(
      shell("mlkit runs init -q && " + kTrain + "-o m.mlkit && chmod 500 .mlkit && chmod 400 .mlkit/runs.db").exit_code,
      0);
  const RunResult listed = shell("mlkit runs list --json");
  const RunResult trained = shell(kTrain + "-o m.mlkit");
  shell("chmod 700 .mlkit");
  EXPECT_EQ(listed.exit_code, 0) << listed.err;
  EXPECT_EQ(trained.exit_code, 0) << trained.err;
  EXPECT_NE(trained.err.find("not in the ledger"), std::string::npos) << trained.err;
}

TEST_F(Runs, MistakesSayWhatToDo) {
  const RunResult none = shell("mlkit runs list");
  EXPECT_EQ(none.exit_code, 5);
  EXPECT_NE(none.err.find("`mlkit runs init` makes one here"), std::string::npos) << none.err;
  ASSERT_EQ(shell("mlkit runs init -q && " + kTrain + "-o m.mlkit").exit_code, 0);
  const auto usage = [&](const std::string& command, const std::string& says) {
    const RunResult result = shell(command);
    EXPECT_EQ(result.exit_code, 2) << command;
    EXPECT_NE(result.err.find(says), std::string::npos) << result.err;
  };
  usage("mlkit runs lsit", "did you mean list?");
  usage("mlkit runs list 3", "show, compare and export");
  usage("mlkit runs show 7", "there is no run 7");
  usage("mlkit runs compare 1", "two runs or more");
  usage("mlkit runs export", "-o is missing");
  usage("mlkit runs best --metric acuracy", "did you mean accuracy?");
  usage("mlkit runs best", "has not learned from");
  usage("mlkit runs list --where tarket=1", "did you mean target?");
  usage("mlkit train iris.csv --target species -o n.mlkit --ledger a --no-ledger", "keep one of the two");
}

TEST_F(Runs, ExportIsTheLayoutOfMlflow) {
  ASSERT_EQ(shell("mlkit runs init -q && " + kTrain + "--cv 2 -o m.mlkit && mlkit runs export -o mlruns -q").exit_code,
            0);
  const std::string tree =
      shell("cd mlruns && find . -type f | sed 's,/[0-9a-f]\\{32\\},/RUN,; s,^./[0-9]*/,,' | sort").out;
  for (const char* file : {"RUN/meta.yaml\n", "RUN/params/target\n", "RUN/metrics/cv.accuracy\n",
                           "RUN/tags/mlflow.runName\n", "RUN/artifacts/m.mlkit\n", "meta.yaml\n"}) {
    EXPECT_NE(tree.find(file), std::string::npos) << file << tree;
  }
  EXPECT_EQ(shell("cat mlruns/*/*/params/target").out, "species");
  const std::string first = shell("find mlruns -type f | sort | xargs sha256sum").out;
  ASSERT_EQ(shell("mlkit runs export -o mlruns -q").exit_code, 0);
  EXPECT_EQ(shell("find mlruns -type f | sort | xargs sha256sum").out, first);
}

}  // namespace
}  // namespace mlkit::app
