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

// One member of every kind that a command can have.
struct Sample : Command {
  std::string in;
  std::optional<std::string> second;
  std::string target;
  std::string output;
  std::optional<std::string> clean;
  std::vector<std::string> columns;
  std::int64_t max_iter = 100;
  double c = 1;
  bool fast = false;
  std::string log;
  std::optional<std::string> recipe;
  std::string solver = "auto";

  void declare(FieldList& arguments, FieldList& options) override {
    arguments.add("in", in, {.help = "the table", .value_name = "IN"});
    arguments.add("second", second, {.help = "another", .value_name = "SECOND"});
    options.add("target", target, {.help = "the column to learn", .value_name = "COL", .required = true});
    options.add("output", output, {.help = "where to", .value_name = "FILE", .short_name = 'o'});
    options.add("clean", clean, {.help = "cleans", .value_name = "RECIPE", .if_bare = ""});
    options.add("columns", columns, {.help = "columns"});
    options.add("max_iter", max_iter, {.help = "iterations", .range = at_least(1)});
    options.add("C", c, {.help = "inverse penalty", .range = {.min = 0, .min_open = true, .allow_inf = true}});
    options.add("fast", fast, {.help = "fast"});
    options.add("log", log, {.help = "a file", .file = FileUse::kReads});
    options.add("recipe", recipe, {.help = "a file or nothing", .file = FileUse::kReads, .if_bare = ""});
    options.add("solver", solver, {.help = "solver", .choices = {"auto", "big_one"}});
  }
  int run(Session&) override { return 0; }
};

const std::vector<CommandRow>& sample_table() {
  static const std::vector<CommandRow> table = {
      {"sample", "Test", "a sample", "mlkit sample in.csv --target y",
       []() -> std::unique_ptr<Command> { return std::make_unique<Sample>(); }},
      {"other", "Test", "another", "mlkit other in.csv --target y",
       []() -> std::unique_ptr<Command> { return std::make_unique<Sample>(); }},
  };
  return table;
}

// What the words set, in a few words of its own.
Sample sample_of(Words words) {
  words.insert(words.begin(), "sample");
  Request request = read_command_line(words, sample_table());
  return dynamic_cast<Sample&>(*request.command);
}

std::string sample_problem(Words words) {
  try {
    sample_of(std::move(words));
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return error.what();
  }
  return "accepted";
}

TEST(CommandWords, LongShortAndJoinedFormsAreTheSame) {
  for (const Words& form : std::vector<Words>{{"a.csv", "--target", "y", "--output", "m"},
                                              {"--target=y", "-o", "m", "a.csv"},
                                              {"-om", "a.csv", "--target=y"},
                                              {"--output=m", "--target", "y", "--", "a.csv"}}) {
    const Sample sample = sample_of(form);
    EXPECT_EQ(sample.in, "a.csv");
    EXPECT_EQ(sample.target, "y");
    EXPECT_EQ(sample.output, "m");
  }
}

TEST(CommandWords, HyphensAndUnderscoresAreAlikeInNamesAndValues) {
  EXPECT_EQ(sample_of({"a", "--target=y", "--max_iter", "7"}).max_iter, 7);
  EXPECT_EQ(sample_of({"a", "--target=y", "--solver", "big-one"}).solver, "big_one");
  EXPECT_EQ(sample_of({"a", "--target=a_b=c"}).target, "a_b=c");
}

TEST(CommandWords, ValuesMayLookOddButNotLikeAnOption) {
  EXPECT_EQ(sample_of({"a", "--target", "-1"}).target, "-1");
  EXPECT_EQ(sample_of({"a", "--target", "-"}).target, "-");
  EXPECT_EQ(sample_of({"-", "--target", "[x]"}).target, "[x]");
  EXPECT_EQ(sample_of({"a", "--target=--fast"}).target, "--fast");
  EXPECT_EQ(sample_of({"a", "--target=-o"}).target, "-o");
  EXPECT_EQ(sample_problem({"a", "--target", "--fast"}), "--target needs a value");
  EXPECT_EQ(sample_problem({"a", "--target", "-o", "m"}), "--target needs a value");
  EXPECT_EQ(sample_of({"--target=y", "--", "-o"}).in, "-o");
  EXPECT_EQ(sample_problem({"a", "--target="}), "--target has an empty value; leave the option out, or give it one");
}

TEST(CommandWords, AnEmptyFileNameIsAnErrorThatNamesTheOption) {
  for (const Words& form : std::vector<Words>{{"a", "--target=y", "--log", ""}, {"a", "--target=y", "--log="}}) {
    EXPECT_EQ(sample_problem(form), "--log has an empty file name; leave the option out, or name a file");
  }
  EXPECT_EQ(sample_of({"a", "--target=y", "--recipe"}).recipe, "");
}

TEST(CommandWords, AnOptionThatMayStandAloneTakesAWordOnlyWhereOneIsLeft) {
  EXPECT_EQ(sample_of({"a", "--target=y"}).clean, std::nullopt);
  EXPECT_EQ(sample_of({"a", "--target=y", "--clean"}).clean, "");
  EXPECT_EQ(sample_of({"a", "--clean", "--target=y"}).clean, "");
  EXPECT_EQ(sample_of({"a", "--clean", "r.json", "--target=y"}).clean, "r.json");
  EXPECT_EQ(sample_of({"a", "--clean=r.json", "--target=y"}).clean, "r.json");
  const Sample sample = sample_of({"--clean", "a", "--target=y"});
  EXPECT_EQ(sample.clean, "");
  EXPECT_EQ(sample.in, "a");
}

TEST(CommandWords, ListsAreSplitAsInCsvAndMayBeRepeated) {
  EXPECT_EQ(sample_of({"a", "--target=y", "--columns", "p,\"q,r\"", "--columns=s"}).columns, (Words{"p", "q,r", "s"}));
}

TEST(CommandWords, OptionalArgumentsMayBeLeftOut) {
  EXPECT_EQ(sample_of({"a", "--target=y"}).second, std::nullopt);
  EXPECT_EQ(sample_of({"a", "b", "--target=y"}).second, "b");
  EXPECT_EQ(sample_problem({"a", "b", "c", "--target=y"}), "sample takes no further argument (\"c\")");
}

TEST(CommandWords, InfinityIsAWordOnlyWhereItIsAllowed) {
  EXPECT_GT(sample_of({"a", "--target=y", "--C", "inf"}).c, 1e308);
  EXPECT_NE(sample_problem({"a", "--target=y", "--C", "-inf"}), "accepted");
  EXPECT_NE(sample_problem({"a", "--target=y", "--C", "0"}), "accepted");
}

TEST(CommandWords, WhatIsMissingIsNamedWithItsMeaning) {
  EXPECT_EQ(sample_problem({"a"}), "sample: --target is missing (the column to learn)");
  EXPECT_EQ(sample_problem({"--target=y"}), "sample: IN is missing (the table)");
}

TEST(CommandWords, TheFileMayHoldSectionsOfSeveralCommands) {
  const test::TemporaryFolder folder;
  const std::string file = folder / "options.json";
  test::write_text(file, R"({"C": 2, "sample": {"target": "y", "columns": ["a", "b,c"]}, "other": {"nonsense": 1}})");
  const Sample sample = sample_of({"a", "--config", file});
  EXPECT_EQ(sample.target, "y");
  EXPECT_EQ(sample.c, 2);
  EXPECT_EQ(sample.columns, (Words{"a", "b,c"}));
  EXPECT_EQ(sample_of({"a", "--config", file, "--columns=z"}).columns, Words{"z"});
}

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
