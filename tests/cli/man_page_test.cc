// Man pages and completions: whole, and readable by the programs that they are for.
#include "man_page.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <set>

#include "field_names.h"
#include "mlkit/base/error.h"
#include "support/run_program.h"

namespace mlkit::test {
namespace {

namespace fs = std::filesystem;

RunResult bash(const std::string& script, const std::string& input) {
  RunOptions options;
  options.standard_input = input;
  options.environment = {{"PATH", "/usr/bin:/bin"}, {"LC_ALL", "C"}};
  return run_program({"/bin/bash", "-c", script}, options);
}

TEST(ManPages, OfEveryCommandNameEveryOptionAndExitCode) {
  for (const app::CommandRow& row : app::command_table()) {
    const std::string page = app::render_command_page(row, *row.make());
    const std::unique_ptr<app::Command> command = row.make();
    FieldList arguments;
    FieldList options;
    command->declare(arguments, options);
    app::GlobalOptions globals;
    globals.declare(arguments, options);
    for (const Field& field : options.all()) {
      if (field.info.hidden) continue;
      std::string flag;
      for (const char c : app::flag_of(field.name)) flag += c == '-' ? "\\-" : std::string(1, c);
      EXPECT_NE(page.find("\\fB" + flag + "\\fR"), std::string::npos) << row.name << flag;
    }
    for (const auto& [code, meaning] : app::exit_codes()) {
      EXPECT_NE(page.find(".TP\n\\fB" + std::to_string(code) + "\\fR\n"), std::string::npos) << row.name << code;
    }
  }
}

TEST(ManPages, ExitCodesAreThoseOfTheErrors) {
  std::set<int> codes;
  for (const auto& [code, meaning] : app::exit_codes()) codes.insert(code);
  EXPECT_EQ(codes, (std::set<int>{0, 1, 2, 3, 4, 5, 130}));
  for (const ErrorCode code : {ErrorCode::kFinding, ErrorCode::kUsage, ErrorCode::kData, ErrorCode::kModelFile,
                               ErrorCode::kIo, ErrorCode::kInterrupted}) {
    EXPECT_TRUE(codes.contains(static_cast<int>(code)));
  }
}

TEST(ManPages, GroffHasNothingToComplainOf) {
  if (is_emulated() || !fs::exists("/usr/bin/groff")) GTEST_SKIP() << "no groff";
  const auto check = [](const std::string& page) {
    const RunResult result = bash("groff -man -Tascii -ww -rLL=78n 2>&1 >/dev/null", page);
    EXPECT_EQ(result.out, "") << page.substr(0, 60);
  };
  check(app::render_program_page());
  for (const app::CommandRow& row : app::command_table()) check(app::render_command_page(row, *row.make()));
}

TEST(Completion, BashOffersCommandsOptionsAndChoices) {
  if (is_emulated()) GTEST_SKIP() << "nothing here depends on the machine";
  const std::string script = app::render_completion("bash");
  const auto complete = [&](const std::string& words) {
    return bash("set -u; source /dev/stdin; COMP_WORDS=(" + words +
                    "); COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); _mlkit;"
                    "echo \"${COMPREPLY[*]-}\"",
                script)
        .out;
  };
  EXPECT_EQ(complete("mlkit tra"), "train\n");
  EXPECT_EQ(complete("mlkit train --targ"), "--target\n");
  EXPECT_EQ(complete("mlkit --quiet clean --outlier-action me"), "median\n");
  EXPECT_EQ(complete("mlkit clean x.csv --if"), "--if-changed\n");
  EXPECT_EQ(complete("mlkit train --target spec"), "\n") << "a column is not known to the shell";
  EXPECT_EQ(complete("mlkit help ve"), "verify\n");
  EXPECT_EQ(complete("mlkit nothing --x"), "\n");
}

TEST(Completion, OfEveryShellKnowsEveryCommand) {
  for (const char* shell : {"bash", "zsh", "fish"}) {
    const std::string script = app::render_completion(shell);
    for (const app::CommandRow& row : app::command_table()) {
      EXPECT_NE(script.find(row.name), std::string::npos) << shell << row.name;
    }
    const std::string program = std::string("/usr/bin/") + shell;
    if (is_emulated() || !fs::exists(program)) continue;
    EXPECT_EQ(bash(program + " -n /dev/stdin", script).exit_code, 0) << shell;
  }
  EXPECT_THROW(app::render_completion("tcsh"), Error);
}

}  // namespace
}  // namespace mlkit::test
