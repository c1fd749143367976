// A table is the same table from a file, from standard input, from a pipe and from a FIFO, for every command.
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "support/run_program.h"

namespace mlkit::test {
namespace {

struct Case {
  std::string command;  // IN stands for the table
  std::string shown;    // the files that it writes
};

// Names that cleaning changes, a gap here and there, words and numbers. Other `first`, other rows.
std::string rows_from(int first, const std::string& header) {
  const char* const cities[] = {"Aachen", "Bonn", "Celle"};
  std::string out = header + "\n";
  for (int i = first; i < first + 60; ++i) {
    out += std::to_string(i) + "," + cities[(i * 7 / 3) % 3] + "," + (i % 11 == 0 ? "" : std::to_string(i * 37 % 101)) +
           ".5,2024-0" + std::to_string(1 + i % 9) + "-11," + (i * 37 % 101 + i % 5 * 9 > 70 ? "yes" : "no") + ",1." +
           std::to_string(i % 3) + "\n";
  }
  return out;
}

class Inputs : public ::testing::Test {
 protected:
  Inputs() {
    make_program_folder(program_.path());
    const std::string raw = "Order No,City Name,Net Price,Day,Bought It,Weight";
    write_text(folder_ / "train.csv", rows_from(1, raw));
    write_text(folder_ / "later.csv", rows_from(101, raw));
    write_text(folder_ / "cleaned.csv", rows_from(101, "order_no,city_name,net_price,day,bought_it,weight"));
    const RunResult made =
        run("mlkit train train.csv --target 'Bought It' --clean --exclude 'Order No' --weight Weight -o m.mlkit -q && "
            "mlkit clean train.csv -o clean_train.csv --target 'Bought It' --save-recipe r.json -q && "
            "mlkit predict m.mlkit later.csv --proba --keep 'Bought It' -o scores.csv -q");
    EXPECT_EQ(made.exit_code, 0) << made.err;
  }

  RunResult run(const std::string& script) const {
    RunOptions options;
    options.folder = folder_.path();
    options.environment["PATH"] = program_.path() + ":/usr/bin:/bin";
    return run_program({"/bin/bash", "-c", script}, options);
  }

  static std::string with_input(std::string command, const std::string& input) {
    const std::size_t at = command.find("IN");
    return command.replace(at, 2, input);
  }

  void expect_one_answer(const Case& one, const std::string& table) const {
    const std::string show = one.shown.empty() ? "" : "; cat " + one.shown + "; rm -f " + one.shown;
    const std::string keep = "; status=$?" + show + "; exit $status";
    const std::string bare = one.command;
    const std::string filter =
        bare.find("bench") == 0 ? " | grep -E '^(rows|columns|bytes|features|model bytes) '" : "";
    const auto command = [&](const std::string& input) { return "mlkit " + with_input(bare, input); };
    const RunResult file = run(command(table) + filter + keep);
    ASSERT_EQ(file.exit_code, 0) << bare << "\n" << file.err;
    ASSERT_NE(file.out, "") << bare;
    const std::pair<const char*, std::string> ways[] = {
        {"standard input", command("-") + " < " + table + filter + keep},
        {"pipe", "cat " + table + " | " + command("-") + filter + keep},
        {"FIFO", "mkfifo fifo; cat " + table + " > fifo & writer=$!; timeout 60 " + command("fifo") + filter +
                     "; status=$?; kill $writer 2>/dev/null; rm fifo" + show + "; exit $status"}};
    for (const auto& [way, script] : ways) {
      const RunResult other = run(script);
      EXPECT_EQ(other.exit_code, 0) << way << ": " << bare << "\n" << other.err;
      EXPECT_EQ(other.out, file.out) << way << ": " << bare;
    }
  }

  TemporaryFolder program_;
  TemporaryFolder folder_;
};

TEST_F(Inputs, TrainReadsEveryKindAlike) {
  expect_one_answer({"train IN --target '#5' --weight '#6' --clean -o x.mlkit --json", "x.mlkit"}, "train.csv");
  expect_one_answer({"train IN --target 'Bought It' --cv 3 -o x.mlkit", "x.mlkit"}, "train.csv");
  expect_one_answer(
      {"train train.csv --target 'Bought It' --clean --exclude '#1' --valid IN -o x.mlkit --json", "x.mlkit"},
      "cleaned.csv");
}

TEST_F(Inputs, ModelsReadEveryKindAlike) {
  for (const char* table : {"later.csv", "cleaned.csv"}) {
    expect_one_answer({"evaluate m.mlkit IN --weight '#6'", ""}, table);
    expect_one_answer({"predict m.mlkit IN --proba --keep '#1,#2'", ""}, table);
    expect_one_answer({"bench m.mlkit IN", ""}, table);
  }
  expect_one_answer({"evaluate --scores IN --label '#1' --json", ""}, "scores.csv");
}

TEST_F(Inputs, TablesReadEveryKindAlike) {
  expect_one_answer({"clean IN -o x.csv --target 'Bought It' --save-recipe x.json", "x.csv x.json"}, "train.csv");
  for (const char* table : {"later.csv", "cleaned.csv"}) {
    expect_one_answer({"clean IN -o x.csv --recipe r.json", "x.csv"}, table);
  }
  expect_one_answer({"split IN --target '#5' --train x.csv --test y.csv", "x.csv y.csv"}, "train.csv");
  expect_one_answer({"profile IN --target '#5'", ""}, "train.csv");
  expect_one_answer({"profile IN --json", ""}, "later.csv");
  expect_one_answer({"leak --train IN", ""}, "later.csv");
  expect_one_answer({"bench IN", ""}, "train.csv");
}

TEST_F(Inputs, WhatIsReadOnceIsNotAskedForTwice) {
  EXPECT_EQ(run("mlkit train - --valid - --target '#5' -o x.mlkit < train.csv").exit_code, 2);
  EXPECT_EQ(run("mlkit bench - --runs 2 < train.csv").exit_code, 2);
  EXPECT_EQ(run("mkfifo once; timeout 60 mlkit bench once --runs 2").exit_code, 2);
}

}  // namespace
}  // namespace mlkit::test
