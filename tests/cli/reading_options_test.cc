// Options that say how a table is read, end to end: what is sealed with a model or recipe, and what is not.
#include <gtest/gtest.h>

#include "mlkit/io/json.h"
#include "support/run_program.h"

namespace mlkit::test {
namespace {

class ReadingOptions : public testing::Test {
 protected:
  void SetUp() override { make_program_folder(program_.path()); }
  RunResult run(const std::string& script) const {
    RunOptions options;
    options.folder = folder_.path();
    options.environment = {{"PATH", program_.path() + ":/usr/bin:/bin"}};
    return run_program({"/bin/bash", "-euo", "pipefail", "-c", script}, options);
  }
  std::string text(const std::string& name) const { return read_text(folder_ / name); }
  void put(const std::string& name, const std::string& content) const { write_text(folder_ / name, content); }

  // Numbers with "?" for missing, and a class.
  static std::string rows() {
    std::string out = "x,y\n";
    for (int i = 0; i < 40; ++i) {
      out += (i % 9 == 4 ? std::string("?") : std::to_string(i)) + (i < 20 ? ",a\n" : ",b\n");
    }
    return out;
  }

  const TemporaryFolder program_;
  const TemporaryFolder folder_;
};

TEST_F(ReadingOptions, WordsForMissingAreSealedInTheModel) {
  put("in.csv", rows());
  ASSERT_EQ(run("mlkit train in.csv --target y --na '?' -o m.mlkit -q").exit_code, 0);
  EXPECT_EQ(run("mlkit predict m.mlkit in.csv -o told.csv --na '?'; mlkit predict m.mlkit in.csv -o sealed.csv;"
                "cmp told.csv sealed.csv; mlkit evaluate m.mlkit in.csv >e.txt; mlkit bench m.mlkit in.csv >b.txt;"
                "mlkit verify m.mlkit -q")
                .exit_code,
            0);
  const RunResult other = run("mlkit predict m.mlkit in.csv --na NA");
  EXPECT_EQ(other.exit_code, 3) << "what is said comes first";
  EXPECT_NE(other.err.find("\"?\" is not a number"), std::string::npos) << other.err;
  EXPECT_EQ(parse_json(run("mlkit inspect m.mlkit --json").out, "out", true)["inputs"]["na"], Json::array({"?"}));
  // The plain model has no such section, and the file of one without the option is as it always was.
  ASSERT_EQ(run("sed 's/?//' in.csv >plain.csv; mlkit train plain.csv --target y -o p.mlkit -q").exit_code, 0);
  EXPECT_EQ(run("mlkit inspect p.mlkit --json").out.find("\"reading\""), std::string::npos);
  EXPECT_NE(run("mlkit inspect m.mlkit --json").out.find("\"reading\""), std::string::npos);
}

TEST_F(ReadingOptions, WordsForMissingAreKeptInARecipe) {
  put("in.csv", rows());
  ASSERT_EQ(run("mlkit clean in.csv --target y --na '?' --save-recipe r.json -o c.csv").exit_code, 0);
  EXPECT_EQ(run("mlkit clean in.csv --recipe r.json -o again.csv; cmp c.csv again.csv").exit_code, 0);
  EXPECT_EQ(run("mlkit train in.csv --target y --clean r.json -o m.mlkit -q; mlkit predict m.mlkit in.csv -o p.csv")
                .exit_code,
            0);
  EXPECT_EQ(run("mlkit clean in.csv --recipe r.json --na NA").exit_code, 3);
}

TEST_F(ReadingOptions, LinesAboveTheHeaderAreSkippedAndCounted) {
  put("in.csv", "Report \"of\nMarch, or so\r\n\rx,y\n1,2\n3,4,5\n");
  const RunResult bad = run("mlkit clean in.csv --skip-lines 3");
  EXPECT_EQ(bad.exit_code, 3);
  EXPECT_NE(bad.err.find("in.csv:6:3"), std::string::npos) << bad.err;
  put("in.csv", "Report \"of\nMarch, or so\r\n\rx,y\n1,2\n3,4\n");
  EXPECT_EQ(run("mlkit clean in.csv --skip-lines 3").out, "x,y\n1,2\n3,4\n");
  EXPECT_EQ(run("mlkit clean - --skip-lines 3 <in.csv").out, "x,y\n1,2\n3,4\n");
  EXPECT_EQ(run("mlkit clean in.csv --skip-lines 6").exit_code, 3) << "nothing is left";
  EXPECT_EQ(run("mlkit clean in.csv --skip-lines 4 --no-header").out, "column_1,column_2\n1,2\n3,4\n");
  // A preamble longer than a block of the reader.
  put("long.csv", std::string(700000, 'x') + "\r\n" + std::string(600000, '"') + "\nx,y\n1,2\n");
  EXPECT_EQ(run("mlkit clean long.csv --skip-lines 2").out, "x,y\n1,2\n");
}

TEST_F(ReadingOptions, DecimalCommasAreReadExactlyAndWrittenPlainly) {
  put("in.csv", "name;x;k\nA;1.234,5;7\nB;0,1;8\nC;-2;9\nD;;10\nE;12.345.678,25;11\n");
  const RunResult cleaned =
      run("mlkit clean in.csv --decimal , --thousands . --impute none --outliers none --keep-names");
  EXPECT_EQ(cleaned.out, "name,x,k\nA,1234.5,7\nB,0.1,8\nC,-2,9\nD,,10\nE,12345678.25,11\n") << cleaned.err;
  // Without the options the column is text, and the warning names them.
  const RunResult plain = run("mlkit clean in.csv --impute none -o out.csv");
  EXPECT_NE(plain.err.find("--decimal , --thousands . reads numbers that are written so"), std::string::npos)
      << plain.err;
  EXPECT_EQ(run("mlkit clean in.csv --decimal . --thousands .").exit_code, 2);
  EXPECT_EQ(run("mlkit clean in.csv --decimal x").exit_code, 2);
  EXPECT_EQ(run("mlkit clean in.csv --thousands 1").exit_code, 2);
}

// The same numbers in both forms give the same model and predictions.
TEST_F(ReadingOptions, ModelsOfEitherFormAreTheSame) {
  std::string plain = "x;y\n";
  std::string european = "x;y\n";
  for (int i = 0; i < 50; ++i) {
    const std::string whole = std::to_string(i * i * 37 + 1);
    const std::string fraction = std::to_string(i % 8 * 125 + 1000).substr(1);
    std::string grouped = whole;
    for (std::size_t at = grouped.size(); at > 3; at -= 3) grouped.insert(at - 3, ".");
    plain += whole + "." + fraction + ";" + std::to_string(i * 3 + i % 4) + ".5\n";
    european += grouped + "," + fraction + ";" + std::to_string(i * 3 + i % 4) + ",5\n";
  }
  put("plain.csv", plain);
  put("european.csv", european);
  const RunResult result = run(
      "mlkit train plain.csv --target y --model linear -o a.mlkit -q;"
      "mlkit train european.csv --target y --model linear --decimal , --thousands . -o b.mlkit -q; cmp a.mlkit b.mlkit;"
      "mlkit predict a.mlkit plain.csv -o a.csv; mlkit predict a.mlkit european.csv --decimal , --thousands . -o b.csv;"
      "cmp a.csv b.csv;"
      "mlkit train european.csv --target y --decimal , --thousands . -o c.mlkit --json | grep -m1 -c '\"task\": "
      "\"regression\"'");
  EXPECT_EQ(result.exit_code, 0) << result.out << result.err;
  EXPECT_EQ(result.out, "1\n") << "numbers are numbers also where nothing says that they are";
}

TEST_F(ReadingOptions, LineBufferedAnswersWhileThePipeIsOpen) {
  put("in.csv", rows());
  const RunResult result =
      run("mlkit train in.csv --target y --na '?' -o m.mlkit -q; mlkit predict m.mlkit in.csv -o all.csv;"
          "mkfifo rows; mlkit predict m.mlkit rows --line-buffered >answers & exec 3>rows;"
          "head -3 in.csv >&3; for i in $(seq 600); do [ $(wc -l <answers) -ge 3 ] && break; sleep 0.1; done; wc -l "
          "<answers;"
          "tail -n +4 in.csv >&3; exec 3>&-; wait; cmp answers all.csv");
  EXPECT_EQ(result.exit_code, 0) << result.err;
  EXPECT_EQ(result.out, "3\n") << "two rows are answered before the others are there";
}

TEST_F(ReadingOptions, FoldsOfAFileAreThoseThatAreUsed) {
  put("in.csv", rows());
  ASSERT_EQ(run("mlkit split in.csv --target y --folds f.csv --k 4 -q").exit_code, 0);
  const std::string train = "mlkit train in.csv --target y --na '?' -o m.mlkit ";
  const Json given = parse_json(run(train + "--folds f.csv --json").out, "out", true);
  const Json drawn = parse_json(run(train + "--cv 4 --json").out, "out", true);
  EXPECT_EQ(given["cv"]["accuracy"]["folds"].size(), 4u);
  EXPECT_EQ(given["cv"], drawn["cv"]) << "the same seed draws the same folds";
  EXPECT_EQ(run(train + "--folds f.csv --cv 4").exit_code, 2);
  put("short.csv", "row,fold\n1,1\n2,2\n");
  EXPECT_EQ(run(train + "--folds short.csv").exit_code, 3);
}

TEST_F(ReadingOptions, RowsInNoFileAndRowsWithoutATargetAreSaid) {
  put("in.csv", rows());
  const RunResult half = run("mlkit split in.csv --target y --train tr.csv");
  EXPECT_NE(half.err.find("10 of 40 rows are in no file; --test FILE writes them"), std::string::npos) << half.err;
  EXPECT_EQ(run("mlkit split in.csv --target y --train tr.csv --test te.csv").err.find("in no file"),
            std::string::npos);
  ASSERT_EQ(run("mlkit train in.csv --target y --na '?' -o m.mlkit -q").exit_code, 0);
  put("gaps.csv", "x,y\n1,a\n2,\n30,b\n4,\n");
  const Json result = parse_json(run("mlkit evaluate m.mlkit gaps.csv --json").out, "out", true);
  EXPECT_EQ(result["rows"], 2);
  EXPECT_EQ(result["rows_without_target"], 2);
  const RunResult gate = run("mlkit evaluate m.mlkit gaps.csv --gate 'accuracy>=2,accuracy<3' >report");
  EXPECT_EQ(gate.exit_code, 1);
  EXPECT_NE(gate.err.find("gate FAILED: accuracy>=2 (1, not met), accuracy<3 (1)"), std::string::npos) << gate.err;
}

}  // namespace
}  // namespace mlkit::test
