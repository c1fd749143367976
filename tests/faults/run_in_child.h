// A whole command in a child process, with the file system that it sees and what came of it.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace mlkit::test {

struct ChildResult {
  int exit_code = -1;       // where it ended by itself
  int signal = 0;           // where a signal ended it
  std::uint64_t calls = 0;  // of the armed kind
  std::string out;          // standard output
  std::string err;          // standard error
};

struct ChildOptions {
  std::string folder;              // its working folder
  std::function<void()> prepare;   // called in the child before the command: arm a fault, set a limit
  std::function<int(int)> finish;  // called there after it: exit code to exit code
  double kill_after_seconds = 0;   // SIGKILL, where above 0
};

// mlkit's main with these arguments, in a fork of this process. 60 seconds at most (then SIGKILL).
ChildResult run_in_child(const std::vector<std::string>& arguments, const ChildOptions& options);

// Every file of a folder by name, hidden ones too, with its content.
std::map<std::string, std::string> files_in(const std::string& folder);

}  // namespace mlkit::test
