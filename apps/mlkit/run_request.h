// Runs a command line that was read: the one way for main and for the steps of a pipeline.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "command_line.h"
#include "runs_ledger.h"

namespace mlkit::app {

// How a command is run that is a step of something larger; main leaves all of it out.
struct StepOf {
  std::optional<std::string> ledger = {};  // instead of the command's own options; "" = none
  std::int64_t pipeline_run = 0;           // in that ledger
  std::string* output = nullptr;           // takes what would go to standard output
  RunFacts* facts = nullptr;               // takes what the command noted about itself
};

// The exit code, 0 or 1; everything else is thrown as Error. Shows warnings, writes the dependency file, and keeps the
// run in the ledger, where there is one: a ledger that cannot be used is a warning.
int run_request(const Request& request, const std::vector<std::string>& words, const StepOf& step = {});

// ---- for what runs steps

// How long something took.
class RunClock {
 public:
  RunClock();
  double seconds() const;
  void stamp(Run& run) const;

 private:
  static double cpu_seconds();
  std::int64_t started_ms_;
  std::chrono::steady_clock::time_point start_;
  double cpu_start_;
};

// The ledger that these options mean: the file named, the one of the working folder, or "" for none. Throws
// Error(kUsage) where they contradict each other.
std::string ledger_path(const LedgerOptions& options);
// Command, options, seed and inputs of a run.
Run describe_run(const Request& request, const std::vector<std::string>& words);
// SHA-256 of a file's bytes as sha256sum prints it; "" where it is no regular file or cannot be read.
std::string file_sha256(const std::string& path);

}  // namespace mlkit::app
