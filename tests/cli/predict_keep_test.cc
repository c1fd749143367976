// predict --keep copies cells as they stand in the input, and refuses headers with equal names.
#include <gtest/gtest.h>

#include <string>

#include "support/run_program.h"

namespace mlkit::test {
namespace {

class PredictKeep : public testing::Test {
 protected:
  void SetUp() override {
    make_program_folder(folder_.path());
    std::string rows = "n,t,y\n";
    for (int i = 0; i < 40; ++i) {
      rows += std::to_string(i) + ".5,2024-01-" + std::to_string(10 + i % 20) + (i * 3 % 7 > 3 ? ",a\n" : ",b\n");
    }
    write_text(folder_ / "train.csv", rows);
    const RunResult trained = shell("mlkit train train.csv --target y --exclude t -o m.mlkit");
    ASSERT_EQ(trained.exit_code, 0) << trained.err;
  }
  RunResult shell(const std::string& script) const {
    RunOptions options;
    options.folder = folder_.path();
    options.environment = {{"PATH", folder_.path() + ":/usr/bin:/bin"}};
    return run_program({"/bin/bash", "-c", script}, options);
  }
  // The kept cells: everything before prediction and confidence.
  std::string kept(const std::string& options) const {
    const RunResult result = shell("mlkit predict m.mlkit in.csv --quiet " + options);
    EXPECT_EQ(result.exit_code, 0) << result.err;
    std::string out;
    for (std::size_t at = 0; at < result.out.size();) {
      const std::size_t end = result.out.find('\n', at);
      const std::string line = result.out.substr(at, end - at);
      out += line.substr(0, line.rfind(',', line.rfind(',') - 1)) + "\n";
      at = end + 1;
    }
    return out;
  }
  const TemporaryFolder folder_;
};

TEST_F(PredictKeep, CellsAreTheInputsOwnTextAlsoWhereTheModelReadsThem) {
  const std::string cells =
      "n,t\n9007199254740993,2024-01-01T00:00:00Z\n0.50,2024-1-1\nNA,\" x, \"\"y\"\"\"\n 7 ,\"q\"\n1E3,\n";
  write_text(folder_ / "in.csv", cells);
  EXPECT_EQ(kept("--keep n,t"), cells);
  EXPECT_EQ(kept("--keep n,t --threads 3"), cells);
}

TEST_F(PredictKeep, OtherDelimitersAndQuotesAreWrittenAsCommaAndDoubleQuote) {
  write_text(folder_ / "in.csv", "n;t\n0.50;a,b\n1;'it''s \"so\"'\n2;'c'\r\n");
  EXPECT_EQ(kept("--keep t,n --quote \"'\""), "t,n\n\"a,b\",0.50\n\"it's \"\"so\"\"\",1\nc,2\n");
}

TEST_F(PredictKeep, ColumnsThatWouldBeThereTwiceAreRefused) {
  write_text(folder_ / "in.csv", "n,prediction,probability_a\n1,2,3\n");
  const RunResult twice = shell("mlkit predict m.mlkit in.csv --keep '#1,n'");
  EXPECT_EQ(twice.exit_code, 2);
  EXPECT_NE(twice.err.find("names the column \"n\" twice"), std::string::npos) << twice.err;
  const RunResult taken = shell("mlkit predict m.mlkit in.csv --keep prediction");
  EXPECT_EQ(taken.exit_code, 2);
  EXPECT_NE(taken.err.find("a column of the output has this name"), std::string::npos) << taken.err;
  EXPECT_EQ(taken.out, "");
  EXPECT_EQ(shell("mlkit predict m.mlkit in.csv --keep probability_a").exit_code, 0);
  EXPECT_EQ(shell("mlkit predict m.mlkit in.csv --keep probability_a --proba").exit_code, 2);
}

}  // namespace
}  // namespace mlkit::test
