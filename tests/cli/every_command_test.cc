// Rules that hold for every command and every option: checked by walking the table.
#include <gtest/gtest.h>

#include <filesystem>
#include <map>
#include <set>
#include <sstream>

#include "command.h"
#include "command_line.h"
#include "field_names.h"
#include "mlkit/base/error.h"
#include "mlkit/eval/metrics.h"
#include "support/run_program.h"

namespace mlkit::app {
namespace {

using Words = std::vector<std::string>;

struct Options {
  FieldList arguments;
  FieldList options;
};

// The usage error of a command line, "" where it is accepted.
std::string usage_error(const Words& words) {
  try {
    read_command_line(words);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage) << error.what();
    return error.what();
  }
  return "";
}

class EveryCommand : public testing::TestWithParam<std::string> {
 protected:
  const CommandRow& row() const {
    for (const CommandRow& row : command_table()) {
      if (row.name == GetParam()) return row;
    }
    throw std::logic_error("no such command");
  }
};

TEST_P(EveryCommand, HelpFitsTheTerminalAndEndsWithAnExample) {
  const Request request = read_command_line({GetParam(), "--help"});
  EXPECT_EQ(request.command, nullptr);
  std::istringstream lines(request.text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
  EXPECT_NE(request.text.find("Usage: mlkit " + GetParam()), std::string::npos);
  EXPECT_NE(request.text.find("\nExample:\n  mlkit " + GetParam()), std::string::npos);
}

TEST_P(EveryCommand, OptionsHaveOneNameEachAndAHelpLine) {
  Options declared;
  const auto command = row().make();
  command->declare(declared.arguments, declared.options);
  GlobalOptions globals;
  globals.declare(declared.arguments, declared.options);
  std::set<std::string> names;
  std::set<char> short_names;
  for (const Field& field : declared.options.all()) {
    EXPECT_TRUE(names.insert(flag_of(field.name)).second) << field.name;
    if (field.info.short_name != 0) {
      EXPECT_TRUE(short_names.insert(field.info.short_name).second) << field.name;
    }
    EXPECT_FALSE(field.info.help.empty()) << field.name;
    EXPECT_FALSE(field.info.help.ends_with('.')) << field.name;
  }
}

TEST_P(EveryCommand, NumericOptionsRefuseWhatIsNotAPlainNumber) {
  Options declared;
  const auto command = row().make();
  command->declare(declared.arguments, declared.options);
  GlobalOptions globals;
  globals.declare(declared.arguments, declared.options);
  for (const Field& field : declared.options.all()) {
    const bool whole = std::holds_alternative<std::int64_t*>(field.target) ||
                       std::holds_alternative<std::optional<std::int64_t>*>(field.target);
    const bool real =
        std::holds_alternative<double*>(field.target) || std::holds_alternative<std::optional<double>*>(field.target);
    if (!whole && !real) continue;
    const std::string flag = flag_of(field.name);
    Words bad = {"nan",   "NaN", "-nan", "inf", "-inf", "infinity", "1e400", "-1e400", "0x1F",
                 "12abc", "",    " ",    "1 ",  "1,5",  "1_000",    "--5",   "+-5",    "\xd9\xa1"};
    if (field.info.range.allow_inf) std::erase(bad, "inf");
    if (whole) bad.insert(bad.end(), {"1.5", "9223372036854775808", "1e3x"});
    for (const std::string& value : bad) {
      const std::string error = usage_error({GetParam(), flag, value});
      EXPECT_NE(error.find(flag), std::string::npos) << flag << " '" << value << "': " << error;
      EXPECT_NE(usage_error({GetParam(), flag + "=" + value}).find(flag), std::string::npos) << flag << "=" << value;
    }
  }
}

TEST_P(EveryCommand, ChoicesAreCheckedAndTheNearestIsNamed) {
  Options declared;
  const auto command = row().make();
  command->declare(declared.arguments, declared.options);
  for (const Field& field : declared.options.all()) {
    if (field.info.choices.empty()) continue;
    const std::string& choice = field.info.choices.back();
    const std::string error = usage_error({GetParam(), flag_of(field.name), choice + "x"});
    EXPECT_NE(error.find(flag_of(field.name)), std::string::npos) << error;
    EXPECT_NE(error.find(choice), std::string::npos) << error;
  }
}

TEST_P(EveryCommand, UnknownOptionsAreRefusedWithTheNearestName) {
  EXPECT_NE(usage_error({GetParam(), "--thraeds", "1"}).find("did you mean --threads?"), std::string::npos);
  EXPECT_NE(usage_error({GetParam(), "--qqqqqqqqqqqq"}).find("--qqqqqqqqqqqq"), std::string::npos);
  EXPECT_NE(usage_error({GetParam(), "--seed"}).find("--seed needs a value"), std::string::npos);
}

TEST_P(EveryCommand, MissingArgumentsAreNamed) {
  Options declared;
  const auto command = row().make();
  command->declare(declared.arguments, declared.options);
  for (const Field& field : declared.arguments.all()) {
    if (!std::holds_alternative<std::string*>(field.target)) continue;
    const std::string name = field.info.value_name.empty() ? field.name : field.info.value_name;
    EXPECT_NE(usage_error({GetParam()}).find(name + " is missing"), std::string::npos);
    return;
  }
}

// The field's name as errors show it, and its place: an argument's number, or that of an option behind them.
struct FileField {
  std::string shown;
  FileUse use;
  std::size_t place;
};

std::vector<FileField> file_fields(const Options& declared) {
  std::vector<FileField> out;
  std::size_t place = 0;
  for (const Field& field : declared.arguments.all()) {
    if (field.info.file != FileUse::kNone) out.push_back({argument_name(field), field.info.file, place});
    ++place;
  }
  for (const Field& field : declared.options.all()) {
    if (field.info.file != FileUse::kNone) out.push_back({flag_of(field.name), field.info.file, place});
    ++place;
  }
  return out;
}

// A value that the field takes.
std::string some_value(const Field& field) {
  return field.info.choices.empty() ? "some_" + field.name : field.info.choices.front();
}

// A command line with these values at these places, and what else it cannot be without.
Words words_with(const std::string& command, const Options& declared,
                 const std::map<std::size_t, std::string>& values) {
  Words words = {command};
  std::size_t place = 0;
  for (const Field& field : declared.arguments.all()) {
    const auto given = values.find(place);
    words.push_back(given != values.end() ? given->second : some_value(field));
    ++place;
  }
  for (const Field& field : declared.options.all()) {
    const auto given = values.find(place);
    if (given != values.end()) words.push_back(flag_of(field.name) + "=" + given->second);
    if (given == values.end() && field.info.required) words.push_back(flag_of(field.name) + "=" + some_value(field));
    ++place;
  }
  return words;
}

TEST_P(EveryCommand, NoFileIsWrittenThatIsReadOrWrittenElsewhere) {
  Options declared;
  const auto command = row().make();
  command->declare(declared.arguments, declared.options);
  GlobalOptions globals;
  globals.declare(declared.arguments, declared.options);
  const test::TemporaryFolder folder;
  test::write_text(folder / "file", "{}");  // also a configuration without options
  test::write_text(folder / "other", "{}");
  std::filesystem::create_symlink("file", folder / "link");
  std::filesystem::create_hard_link(folder / "file", folder / "hard");
  const std::vector<FileField> fields = file_fields(declared);
  for (const FileField& a : fields) {
    for (const FileField& b : fields) {
      if (a.place >= b.place) continue;
      const bool written = a.use == FileUse::kWrites || b.use == FileUse::kWrites;
      const auto error_with = [&](const std::string& first, const std::string& second) {
        return usage_error(words_with(GetParam(), declared, {{a.place, folder / first}, {b.place, folder / second}}));
      };
      EXPECT_EQ(error_with("file", "other"), "") << a.shown << " " << b.shown;
      for (const char* same : {"file", "./file", "link", "hard"}) {
        const std::string error = error_with("file", same);
        EXPECT_EQ(error.find(" are the same file") != std::string::npos, written) << a.shown << " " << b.shown << error;
        if (!written) continue;
        EXPECT_NE(error.find(a.shown + " "), std::string::npos) << error;
        EXPECT_NE(error.find(b.shown + " "), std::string::npos) << error;
      }
      if (a.use != FileUse::kWrites || b.use != FileUse::kWrites) continue;
      EXPECT_NE(error_with("new", "./new").find(" are the same file"), std::string::npos) << a.shown << " " << b.shown;
    }
  }
}

TEST(CommandTable, OutputsThatAreNamedByTheCommandAreCheckedAsWell) {
  EXPECT_EQ(usage_error({"split", "some_table.csv"}), "");
  EXPECT_NE(usage_error({"split", "some_table.csv", "--rejects", "./some_table_test.csv"}).find("--test"),
            std::string::npos);
  EXPECT_NE(usage_error({"clean", "some_table.csv", "--report", "-"}).find("--output"), std::string::npos);
  EXPECT_EQ(usage_error({"clean", "-", "-o", "/dev/null", "--report", "/dev/null"}), "");
}

std::vector<std::string> names() {
  std::vector<std::string> out;
  for (const CommandRow& row : command_table()) out.push_back(row.name);
  return out;
}

INSTANTIATE_TEST_SUITE_P(Table, EveryCommand, testing::ValuesIn(names()), [](const auto& test) { return test.param; });

TEST(CommandTable, OverviewNamesEveryCommandAndFitsTheTerminal) {
  const std::string text = read_command_line({"--help"}).text;
  for (const CommandRow& row : command_table()) EXPECT_NE(text.find("\n  " + row.name + " "), std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
}

TEST(CommandTable, HelpOfEvaluateListsEveryMetric) {
  std::string text = read_command_line({"evaluate", "--help"}).text;
  for (char& c : text) c = c == ',' || c == ';' || c == '\n' ? ' ' : c;
  for (const MetricInfo& metric : metric_table()) {
    EXPECT_NE(text.find(" " + metric.name + " "), std::string::npos) << metric.name;
  }
}

TEST(CommandTable, NamesAreUniqueAndGroupsAreTogether) {
  std::set<std::string> names_seen;
  std::set<std::string> groups_seen;
  std::string group;
  for (const CommandRow& row : command_table()) {
    EXPECT_TRUE(names_seen.insert(row.name).second) << row.name;
    if (row.group != group) {
      EXPECT_TRUE(groups_seen.insert(row.group).second) << row.name << " is away from its group";
    }
    group = row.group;
  }
}

}  // namespace
}  // namespace mlkit::app
