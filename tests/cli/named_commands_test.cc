// Wherever a command is named (hints, help, recorded command lines, documents) it is one that exists.
#include <gtest/gtest.h>

#include <filesystem>
#include <sstream>

#include "command.h"
#include "command_line.h"
#include "support/run_program.h"

namespace mlkit::app {
namespace {

namespace fs = std::filesystem;

const std::string kTop = MLKIT_SOURCE_DIR;

bool is_small_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_word_part(char c) {
  return is_small_letter(c) || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
}

// The words that follow "mlkit " as a command would; not those behind "model.mlkit ".
std::vector<std::string> named_commands_of(const std::string& text) {
  const std::string program = "mlkit ";
  std::vector<std::string> out;
  for (std::size_t at = text.find(program); at != std::string::npos; at = text.find(program, at + 1)) {
    if (at > 0 && is_word_part(text[at - 1])) continue;
    std::size_t end = at + program.size();
    while (end < text.size() && is_small_letter(text[end])) ++end;
    if (end < text.size() && is_word_part(text[end]) && text[end] != '.') continue;
    if (end > at + program.size()) out.push_back(text.substr(at + program.size(), end - at - program.size()));
  }
  return out;
}

// What stands between backquotes, in lines of its own or within one.
std::string code_of(const std::string& markdown) {
  std::string out;
  bool inside = false;
  for (std::size_t at = 0; at < markdown.size(); ++at) {
    if (markdown[at] == '`') {
      inside = !inside;  // "```" turns three times: the same as once
      out += '\n';
    } else if (inside) {
      out += markdown[at];
    }
  }
  return out;
}

// What follows "next: " in a source: hints that no recorded case may show.
std::string hints_of(const std::string& source) {
  std::istringstream lines(source);
  std::string out;
  for (std::string line; std::getline(lines, line);) {
    const std::size_t at = line.find("next: ");
    if (at != std::string::npos) out += line.substr(at) + "\n";
  }
  return out;
}

// The number of commands that were named.
std::size_t expect_known(const std::string& text, const std::string& where) {
  const std::vector<std::string> named = named_commands_of(text);
  for (const std::string& name : named) {
    bool known = name == "help";
    for (const CommandRow& row : command_table()) known = known || row.name == name;
    EXPECT_TRUE(known) << where << " names \"mlkit " << name << "\"";
  }
  return named.size();
}

TEST(NamedCommands, AreFoundWhereTheyAreMeantAsCommands) {
  const std::vector<std::string> found =
      named_commands_of("mlkit train a; model.mlkit test.csv; next: mlkit cv. mlkit 1");
  EXPECT_EQ(found, (std::vector<std::string>{"train", "cv"}));
  EXPECT_EQ(named_commands_of(code_of("mlkit is `mlkit split` and\n```sh\nmlkit clean\n```\nmlkit may")),
            (std::vector<std::string>{"split", "clean"}));
}

TEST(NamedCommands, OfHelpExist) {
  EXPECT_GE(expect_known(read_command_line({"help", "--reference"}).text, "help"), command_table().size());
}

TEST(NamedCommands, OfRecordedAnswersExist) {
  std::size_t named = 0;
  for (const auto& entry : fs::directory_iterator(kTop + "/tests/cli/cases")) {
    for (const char* stream : {"stdout", "stderr"}) {
      const fs::path path = entry.path() / stream;
      if (fs::exists(path)) named += expect_known(test::read_text(path.string()), path.string());
    }
  }
  EXPECT_GT(named, 0u);
}

TEST(NamedCommands, OfHintsInTheSourcesExist) {
  std::size_t named = 0;
  for (const char* folder : {"/apps", "/src"}) {
    for (const auto& entry : fs::recursive_directory_iterator(kTop + folder)) {
      if (!entry.is_regular_file()) continue;
      named += expect_known(hints_of(test::read_text(entry.path().string())), entry.path().string());
    }
  }
  EXPECT_GT(named, 0u);
}

TEST(NamedCommands, OfTheDocumentsExist) {
  std::size_t named = expect_known(code_of(test::read_text(kTop + "/README.md")), "README.md");
  for (const auto& entry : fs::recursive_directory_iterator(kTop + "/docs")) {
    if (entry.path().extension() != ".md") continue;
    named += expect_known(code_of(test::read_text(entry.path().string())), entry.path().string());
  }
  EXPECT_GT(named, command_table().size());
}

}  // namespace
}  // namespace mlkit::app
