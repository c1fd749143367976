// docs/errors.md: every entry is run, and what it says has to be what the program says. An entry is a heading, a block
// of commands ("```sh exit N") and a block of the lines that the last command writes on standard error. MLKIT_REWRITE=1
// writes what came out into the document; review the diff.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <sstream>

#include "support/run_program.h"

namespace mlkit::test {
namespace {

const char* const kCatalogue = MLKIT_SOURCE_DIR "/docs/errors.md";

struct Entry {
  std::string title;
  std::string script;
  int exit_code = -1;
  std::vector<std::string> lines;
  std::size_t begin = 0;  // of `lines` among the lines of the document
};

std::vector<std::string> lines_of(const std::string& text) {
  std::vector<std::string> lines;
  std::istringstream stream(text);
  for (std::string line; std::getline(stream, line);) lines.push_back(line);
  return lines;
}

std::vector<Entry> read_catalogue(const std::vector<std::string>& document) {
  std::vector<Entry> entries;
  for (std::size_t i = 0; i < document.size(); ++i) {
    const std::string& line = document[i];
    if (line.rfind("### ", 0) == 0) {
      entries.emplace_back();
      entries.back().title = line.substr(4);
    } else if (line.rfind("```sh exit ", 0) == 0) {
      entries.back().exit_code = std::stoi(line.substr(11));
      for (++i; document[i] != "```"; ++i) entries.back().script += document[i] + "\n";
    } else if (line == "```text") {
      entries.back().begin = i + 1;
      for (++i; document[i] != "```"; ++i) entries.back().lines.push_back(document[i]);
    }
  }
  return entries;
}

RunResult run_entry(const Entry& entry) {
  const TemporaryFolder work;
  const TemporaryFolder program;
  make_program_folder(program.path());
  RunOptions options;
  options.folder = work.path();
  options.environment = {
      {"PATH", program.path() + ":/usr/bin:/bin"}, {"LC_ALL", "C"}, {"DATA", MLKIT_SOURCE_DIR "/data"}};
  return run_program({"/bin/sh", "-c", entry.script}, options);
}

// What a person needs of what was said: errors and warnings, and closing lines where there are neither.
std::vector<std::string> worth_keeping(const std::string& err) {
  std::vector<std::string> all = lines_of(err);
  std::vector<std::string> kept;
  std::copy_if(all.begin(), all.end(), std::back_inserter(kept),
               [](const std::string& line) { return line.rfind("mlkit: ", 0) == 0; });
  return kept.empty() ? all : kept;
}

class ErrorCatalogue : public testing::TestWithParam<std::size_t> {
 protected:
  static const std::vector<Entry>& entries() {
    static const std::vector<Entry> all = read_catalogue(lines_of(read_text(kCatalogue)));
    return all;
  }
};

TEST_P(ErrorCatalogue, SaysWhatTheProgramSays) {
  const Entry& entry = entries()[GetParam()];
  const RunResult result = run_entry(entry);
  EXPECT_EQ(result.signal, 0) << entry.title;
  EXPECT_EQ(result.exit_code, entry.exit_code) << entry.title << "\n" << result.err;
  if (std::getenv("MLKIT_REWRITE") != nullptr) return;
  EXPECT_EQ(entry.lines, worth_keeping(result.err)) << entry.title;
}

INSTANTIATE_TEST_SUITE_P(Cli, ErrorCatalogue,
                         testing::Range<std::size_t>(0, read_catalogue(lines_of(read_text(kCatalogue))).size()));

TEST(ErrorCatalogueText, IsWholeAndRewrittenWhereThatIsAskedFor) {
  std::vector<std::string> document = lines_of(read_text(kCatalogue));
  std::vector<Entry> entries = read_catalogue(document);
  EXPECT_GE(entries.size(), 50u);
  for (const Entry& entry : entries) {
    EXPECT_FALSE(entry.script.empty()) << entry.title;
    EXPECT_GE(entry.exit_code, 0) << entry.title;
    EXPECT_FALSE(entry.lines.empty()) << entry.title;
  }
  if (std::getenv("MLKIT_REWRITE") == nullptr) return;
  std::reverse(entries.begin(), entries.end());  // from the end, so that places before stay right
  for (const Entry& entry : entries) {
    const std::vector<std::string> said = worth_keeping(run_entry(entry).err);
    const auto begin = document.begin() + static_cast<std::ptrdiff_t>(entry.begin);
    const auto after = document.erase(begin, begin + static_cast<std::ptrdiff_t>(entry.lines.size()));
    document.insert(after, said.begin(), said.end());
  }
  std::string text;
  for (const std::string& line : document) text += line + "\n";
  write_text(kCatalogue, text);
}

}  // namespace
}  // namespace mlkit::test
