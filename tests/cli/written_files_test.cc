// What every command that writes files can do with them: leave identical ones alone, compress them, and tell make what
// they were made from.
#include <gtest/gtest.h>
#include <sys/stat.h>

#include <filesystem>
#include <map>
#include <memory>

#include "command.h"
#include "dependency_file.h"
#include "help.h"
#include "mlkit/base/error.h"
#include "support/run_program.h"

namespace mlkit::test {
namespace {

namespace fs = std::filesystem;

class WrittenFiles : public testing::Test {
 protected:
  void SetUp() override {
    make_program_folder(program_.path());
    fs::copy(MLKIT_SOURCE_DIR "/data/iris.csv", folder_ / "iris.csv");
  }
  RunResult run(const std::string& script) const {
    RunOptions options;
    options.folder = folder_.path();
    options.environment = {{"PATH", program_.path() + ":/usr/bin:/bin"}};
    return run_program({"/bin/bash", "-euo", "pipefail", "-c", script}, options);
  }
  std::string text(const std::string& name) const { return read_text(folder_ / name); }

  const TemporaryFolder program_;
  const TemporaryFolder folder_;
};

TEST(EveryCommandThatWrites, OffersIfChangedAndDepfileAndTheOthersDoNot) {
  for (const app::CommandRow& row : app::command_table()) {
    const std::unique_ptr<app::Command> command = row.make();
    FieldList arguments;
    FieldList options;
    command->declare(arguments, options);
    const bool writes = app::writes_files(arguments, options);
    const std::string help = app::render_command_help(row, *row.make());
    EXPECT_EQ(help.find("--if-changed") != std::string::npos, writes) << row.name;
    EXPECT_EQ(help.find("--depfile FILE") != std::string::npos, writes) << row.name;
  }
}

// Inode and time of every file but the ones that are read.
std::string state_of(const std::string& folder) {
  std::map<std::string, std::string> files;
  for (const auto& entry : fs::directory_iterator(folder)) {
    struct stat info {};
    EXPECT_EQ(::stat(entry.path().c_str(), &info), 0);
    files[entry.path().filename().string()] = std::to_string(info.st_ino) + " " + std::to_string(info.st_mtim.tv_sec) +
                                              "." + std::to_string(info.st_mtim.tv_nsec);
  }
  std::string out;
  for (const auto& [name, state] : files) out += name + " " + state + "\n";
  return out;
}

TEST_F(WrittenFiles, IfChangedLeavesEveryOutputOfEveryCommandUntouched) {
  const std::string script =
      "mlkit clean iris.csv -o c.csv --save-recipe r.json --report r.txt --rejects bad.csv --depfile c.d --if-changed;"
      "mlkit split iris.csv --train tr.csv --test te.csv --folds f.csv --if-changed --depfile s.d;"
      "mlkit train tr.csv --target species -o m.mlkit --trace t.csv --if-changed --depfile m.d;"
      "mlkit predict m.mlkit te.csv -o p.csv --if-changed --depfile p.d;"
      "awk -F, 'NR==1 || /setosa|versicolor/' iris.csv >two.new; cmp -s two.new two.csv || cp two.new two.csv;"
      "rm two.new;"
      "mlkit train two.csv --target species -o two.mlkit --if-changed;"
      "mlkit evaluate two.mlkit two.csv --roc roc.csv --pr pr.csv --if-changed --depfile e.d";
  ASSERT_EQ(run(script).exit_code, 0) << run(script).err;
  const std::string before = state_of(folder_.path());
  EXPECT_NE(before.find("roc.csv"), std::string::npos);
  ASSERT_EQ(run(script).exit_code, 0);
  EXPECT_EQ(state_of(folder_.path()), before);
  ASSERT_EQ(run("mlkit clean iris.csv -o c.csv").exit_code, 0);
  EXPECT_NE(state_of(folder_.path()), before) << "without the option the file is new";
}

TEST_F(WrittenFiles, CompressedOutputsHoldWhatThePlainOnesHold) {
  if (is_emulated()) GTEST_SKIP() << "cross builds come without zlib and zstd";
  const RunResult result = run(
      "mlkit split iris.csv --train tr.csv --test te.csv -q; mlkit split iris.csv --train tr.csv.gz --test te.csv.gz;"
      "gzip -dc tr.csv.gz | cmp - tr.csv; gzip -dc te.csv.gz | cmp - te.csv;"
      "mlkit clean tr.csv.gz -o c.csv.gz -q; mlkit clean tr.csv -o c.csv -q; gzip -dc c.csv.gz | cmp - c.csv;"
      "mlkit train c.csv.gz --target species -o m.mlkit -q;"
      "mlkit predict m.mlkit te.csv.gz -o p.csv.zst; mlkit predict m.mlkit te.csv -o p.csv;"
      "mlkit predict m.mlkit te.csv --keep species -o k.csv.zst; mlkit evaluate --scores k.csv.zst --label species "
      "--prediction prediction >e1.txt; mlkit predict m.mlkit te.csv --keep species -o k.csv;"
      "mlkit evaluate --scores k.csv --label species --prediction prediction >e2.txt; cmp e1.txt e2.txt;"
      "printf 'a,b\\n1,2\\n3\\n4,5\\n' >bad.csv;"
      "mlkit clean bad.csv --on-bad-row skip --rejects rejects.csv.gz -o - >/dev/null; gzip -dc rejects.csv.gz");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "3\n");
}

TEST_F(WrittenFiles, DepfileNamesEveryInputAndOutput) {
  EXPECT_EQ(run("mlkit clean iris.csv -o c.csv --save-recipe r.json --depfile c.d").exit_code, 0);
  EXPECT_EQ(text("c.d"), "c.csv r.json: iris.csv\n");
  EXPECT_EQ(
      run("mlkit train c.csv --target species --clean r.json --valid iris.csv -o m.mlkit --depfile m.d").exit_code, 0);
  EXPECT_EQ(text("m.d"), "m.mlkit: c.csv r.json iris.csv\n");
  EXPECT_EQ(run("mlkit predict m.mlkit iris.csv -o p.csv --depfile p.d --config <(echo {})").exit_code, 0);
  EXPECT_EQ(text("p.d"), "p.csv: m.mlkit iris.csv\n") << "a pipe of the shell is no file to wait for";
  EXPECT_EQ(run("echo '{\"threads\": 2}' >o.json; mlkit evaluate m.mlkit iris.csv --json --depfile e.d "
                "--depfile-target scores.json --config o.json >scores.json")
                .exit_code,
            0);
  EXPECT_EQ(text("e.d"), "scores.json: m.mlkit iris.csv o.json\n");
}

TEST_F(WrittenFiles, DepfileIsWrittenAlsoWhereTheGateFailsButNotAfterAnError) {
  ASSERT_EQ(run("mlkit train iris.csv --target species -o m.mlkit").exit_code, 0);
  EXPECT_EQ(run("mlkit evaluate m.mlkit iris.csv --gate 'accuracy>1' --depfile e.d --depfile-target x").exit_code, 1);
  EXPECT_TRUE(fs::exists(folder_ / "e.d"));
  EXPECT_EQ(run("mlkit predict m.mlkit nowhere.csv -o p.csv --depfile p.d").exit_code, 5);
  EXPECT_FALSE(fs::exists(folder_ / "p.d"));
  EXPECT_EQ(run("mlkit predict m.mlkit iris.csv --depfile p.d").exit_code, 2) << "no output to name";
  EXPECT_EQ(run("mlkit predict m.mlkit iris.csv -o p.csv --depfile-target p.d").exit_code, 2);
  EXPECT_EQ(run("mlkit predict m.mlkit iris.csv -o p.csv --depfile iris.csv").exit_code, 2) << "would lose the input";
}

// make itself is the oracle: the output is up to date until the input, however it is called, is touched.
TEST_F(WrittenFiles, MakeReadsTheNamesAsTheyAre) {
  for (const std::string name : {"plain", "two words", "a#b", "a$b", "a:b", "a*b", "a?b", "a[b]", "back\\slash",
                                 "end\\", "bs\\ space", "~home", "a&b", "tick'quote\"", "(p)"}) {
    const std::string in = "in " + name + ".csv";
    const std::string out = "out " + name + ".csv";
    write_text(folder_ / "in", in);
    write_text(folder_ / "out", out);
    const RunResult made =
        run("in=$(cat in); out=$(cat out); cp iris.csv \"$in\"; touch -d '1 hour ago' \"$in\";"
            "mlkit clean \"$in\" -o \"$out\" --depfile dep -q; cp dep Makefile; printf '\\t@echo remake\\n' >>Makefile;"
            "make -s; touch -d 'next hour' \"$in\"; make -s");
    EXPECT_EQ(made.exit_code, 0) << name << made.err << text("dep");
    EXPECT_EQ(made.out, "remake\n") << name << ": " << text("dep");
  }
  for (const char* name : {"a=b", "a\nb", "a\tb", "a;b", "a|b"})
    EXPECT_THROW(app::escape_for_make(name, false), Error) << name;
  EXPECT_THROW(app::escape_for_make("a%b", true), Error) << "a pattern, not a file";
  EXPECT_EQ(app::escape_for_make("a%b", false), "a%b");
}

}  // namespace
}  // namespace mlkit::test
