// Golden command-line cases: each folder of tests/cli/cases holds `cmd` (run by sh in a fresh folder
// that holds copies of the case's other files, with mlkit first in PATH), the expected `stdout`, `stderr`
// (absent = empty), `exit` (absent = 0) and, in expected/, files that must be there afterwards.
// MLKIT_REWRITE=1 writes what came out into the case instead of comparing; review the diff.
#include <gtest/gtest.h>

#include <algorithm>
#include <cctype>
#include <cstdlib>
#include <filesystem>

#include "support/run_program.h"

namespace mlkit::test {
namespace {

namespace fs = std::filesystem;

const char* const kCases = MLKIT_SOURCE_DIR "/tests/cli/cases";

std::vector<std::string> case_names() {
  std::vector<std::string> names;
  if (!fs::exists(kCases)) return names;
  for (const auto& entry : fs::directory_iterator(kCases)) {
    if (fs::exists(entry.path() / "cmd")) names.push_back(entry.path().filename().string());
  }
  std::sort(names.begin(), names.end());
  return names;
}

void copy_inputs(const fs::path& from, const fs::path& to) {
  for (const auto& entry : fs::directory_iterator(from)) {
    const std::string name = entry.path().filename().string();
    if (name == "cmd" || name == "stdout" || name == "stderr" || name == "exit" || name == "expected") continue;
    fs::copy(entry.path(), to / name, fs::copy_options::recursive);
  }
}

void rewrite(const fs::path& path, const std::string& text, const std::string& absent_means) {
  if (text == absent_means) {
    fs::remove(path);
  } else {
    write_text(path.string(), text);
  }
}

class GoldenCase : public testing::TestWithParam<std::string> {};

TEST_P(GoldenCase, SaysAndWritesWhatIsRecorded) {
  const fs::path folder = fs::path(kCases) / GetParam();
  const TemporaryFolder work;
  const TemporaryFolder program;
  make_program_folder(program.path());
  copy_inputs(folder, work.path());
  RunOptions options;
  options.folder = work.path();
  options.environment = {{"PATH", program.path() + ":/usr/bin:/bin"},
                         {"HOME", work.path()},
                         {"LC_ALL", "C"},
                         {"DATA", MLKIT_SOURCE_DIR "/data"},
                         {"CASES", kCases}};
  const RunResult result = run_program({"/bin/sh", (folder / "cmd").string()}, options);
  ASSERT_EQ(result.signal, 0) << "ended by a signal";
  const std::string exit_text = std::to_string(result.exit_code) + "\n";
  const fs::path expected = folder / "expected";
  if (std::getenv("MLKIT_REWRITE") != nullptr) {
    rewrite(folder / "stdout", result.out, "");
    rewrite(folder / "stderr", result.err, "");
    rewrite(folder / "exit", exit_text, "0\n");
    if (!fs::exists(expected)) return;
    for (const auto& entry : fs::directory_iterator(expected)) {
      write_text(entry.path().string(), read_text((fs::path(work.path()) / entry.path().filename()).string()));
    }
    return;
  }
  EXPECT_EQ(result.out, read_text((folder / "stdout").string()));
  EXPECT_EQ(result.err, read_text((folder / "stderr").string()));
  EXPECT_EQ(exit_text, fs::exists(folder / "exit") ? read_text((folder / "exit").string()) : "0\n");
  if (!fs::exists(expected)) return;
  for (const auto& entry : fs::directory_iterator(expected)) {
    const fs::path written = fs::path(work.path()) / entry.path().filename();
    EXPECT_TRUE(fs::exists(written)) << written.filename();
    EXPECT_EQ(read_text(written.string()), read_text(entry.path().string())) << written.filename();
  }
}

std::string test_name(const testing::TestParamInfo<std::string>& info) {
  std::string name = info.param;
  for (char& c : name) {
    if (std::isalnum(static_cast<unsigned char>(c)) == 0) c = '_';
  }
  return name;
}

INSTANTIATE_TEST_SUITE_P(Cli, GoldenCase, testing::ValuesIn(case_names()), test_name);

}  // namespace
}  // namespace mlkit::test
