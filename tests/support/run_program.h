// Runs a program and waits for it: arguments, working folder, environment, standard input from a
// text; standard output and standard error as texts.
#pragma once

#include <map>
#include <string>
#include <vector>

namespace mlkit::test {

struct RunOptions {
  std::string folder;                              // "" = the current one
  std::map<std::string, std::string> environment;  // the whole of it
  std::string standard_input;
  double stop_after_seconds = 120;     // then killed: `signal` is SIGKILL
  double interrupt_after_seconds = 0;  // SIGINT, where above 0
};

struct RunResult {
  int exit_code = -1;  // where the program ended by itself
  int signal = 0;      // where a signal ended it
  double seconds = 0;
  std::string out;
  std::string err;
};

RunResult run_program(const std::vector<std::string>& words, const RunOptions& options = {});

// The words that start the mlkit that was built: the program, behind an emulator where it was built
// for another processor.
std::vector<std::string> mlkit_words(const std::vector<std::string>& arguments);
bool is_emulated();

// A new folder below the system's folder for temporary files, removed with all it holds at the end.
class TemporaryFolder {
 public:
  TemporaryFolder();
  ~TemporaryFolder();
  TemporaryFolder(const TemporaryFolder&) = delete;
  TemporaryFolder& operator=(const TemporaryFolder&) = delete;
  const std::string& path() const { return path_; }
  std::string operator/(const std::string& name) const { return path_ + "/" + name; }

 private:
  std::string path_;
};

std::string read_text(const std::string& path);
void write_text(const std::string& path, const std::string& text);

// A folder with a program `mlkit` in it, to be put first in PATH.
void make_program_folder(const std::string& folder);

}  // namespace mlkit::test
