#include "command_line.h"

#include <gtest/gtest.h>

#include <cstdlib>

#include "mlkit/base/error.h"
#include "support/run_program.h"

namespace mlkit::app {
namespace {

using Words = std::vector<std::string>;

std::string problem_of(const Words& words) {
  try {
    read_command_line(words);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return error.what();
  }
  return "accepted";
}

class CommandLine : public testing::Test {
 protected:
  void SetUp() override {
    unsetenv("MLKIT_SEED");
    unsetenv("MLKIT_THREADS");
  }
  void TearDown() override { SetUp(); }
  const test::TemporaryFolder folder_;
};

TEST_F(CommandLine, OptionsStandBeforeOrAfterTheCommand) {
  EXPECT_EQ(read_command_line({"--seed", "7", "doctor"}).options.seed, 7);
  EXPECT_EQ(read_command_line({"--seed=7", "doctor"}).options.seed, 7);
  EXPECT_EQ(read_command_line({"doctor", "--seed=7"}).options.seed, 7);
  EXPECT_TRUE(read_command_line({"-qv", "doctor"}).options.quiet);
  EXPECT_TRUE(read_command_line({"doctor", "-vq"}).options.verbose);
  EXPECT_TRUE(read_command_line({"doctor", "--no_color"}).options.no_color);
}

TEST_F(CommandLine, LeadingZerosAreDecimal) {
  EXPECT_EQ(read_command_line({"doctor", "--seed", "010"}).options.seed, 10);
  EXPECT_EQ(read_command_line({"doctor", "--seed", "+5"}).options.seed, 5);
}

TEST_F(CommandLine, FlagsMayCarryTrueOrFalse) {
  EXPECT_FALSE(read_command_line({"doctor", "--json=false"}).options.json);
  EXPECT_TRUE(read_command_line({"doctor", "--json=true"}).options.json);
}

TEST_F(CommandLine, AnOptionGivenTwiceWithTwoValuesIsRefused) {
  EXPECT_EQ(read_command_line({"doctor", "--seed", "3", "--seed", "3"}).options.seed, 3);
  EXPECT_EQ(problem_of({"doctor", "--seed", "3", "--seed", "4"}),
            "--seed is given twice (\"3\", \"4\"); keep one of them");
}

TEST_F(CommandLine, AfterTwoHyphensNothingIsAnOption) {
  EXPECT_EQ(problem_of({"doctor", "--", "--seed"}), "doctor takes no further argument (\"--seed\")");
}

TEST_F(CommandLine, UnknownNamesGetTheNearest) {
  EXPECT_EQ(problem_of({"doctr"}), "unknown command \"doctr\"; did you mean doctor?");
  EXPECT_EQ(problem_of({"--thread", "2", "doctr"}),
            "unknown option --thread before the command; did you mean --threads?");
  EXPECT_EQ(problem_of({}), "no command given; mlkit --help lists them");
}

TEST_F(CommandLine, FlagsWinOverTheEnvironmentAndThatOverTheFile) {
  const std::string file = folder_ / "options.json";
  test::write_text(file, R"({"seed": 1, "threads": 3, "doctor": {"quiet": true}})");
  Request request = read_command_line({"doctor", "--config", file});
  EXPECT_EQ(request.options.seed, 1);
  EXPECT_EQ(request.options.threads, 3);
  EXPECT_TRUE(request.options.quiet);
  setenv("MLKIT_SEED", "2", 1);
  EXPECT_EQ(read_command_line({"doctor", "--config", file}).options.seed, 2);
  EXPECT_EQ(read_command_line({"doctor", "--config", file, "--seed", "5"}).options.seed, 5);
  setenv("MLKIT_THREADS", "many", 1);
  EXPECT_EQ(problem_of({"doctor"}), "MLKIT_THREADS needs a whole number (at least 0 and at most 1024), not \"many\"");
}

TEST_F(CommandLine, UnknownKeysOfTheFileAreRefused) {
  const std::string file = folder_ / "options.json";
  test::write_text(file, R"({"sede": 1})");
  EXPECT_EQ(problem_of({"doctor", "--config", file}), file + ": unknown option \"sede\"; did you mean \"seed\"?");
}

TEST_F(CommandLine, HelpWinsOverErrorsAndNeedsNothingElse) {
  EXPECT_NE(read_command_line({"doctor", "--bogus", "--help"}).text.find("Usage: mlkit doctor"), std::string::npos);
  EXPECT_NE(read_command_line({"--help"}).text.find("doctor"), std::string::npos);
  EXPECT_NE(read_command_line({"help", "doctor"}).text.find("Usage: mlkit doctor"), std::string::npos);
  EXPECT_EQ(read_command_line({"--version"}).text, read_command_line({"doctor", "--version"}).text);
}

}  // namespace
}  // namespace mlkit::app
