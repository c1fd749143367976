// The ledger of runs: one SQLite file that says which command was run with which options on which data, and what came
// of it. Several programs may write at once: it is in WAL mode, a writer waits for the others.
//
// A build without SQLite has the same functions; they throw Error(kUsage).
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "run_facts.h"

namespace mlkit::app {

struct RunFile {
  std::string role;  // input, output
  std::string path;  // as it was given
  std::string sha256;
};

struct Run {
  std::int64_t id = 0;      // from 1, in the order in which runs ended
  std::int64_t parent = 0;  // the run of the pipeline that this one was a step of, 0 = none
  std::string command;
  std::string version;          // of mlkit
  std::int64_t started_ms = 0;  // since 1970, UTC
  double seconds = 0;
  double cpu_seconds = 0;
  int exit_code = 0;
  std::int64_t seed = 0;
  std::int64_t threads = 0;
  std::vector<std::string> words;                            // the command line
  std::vector<std::pair<std::string, std::string>> options;  // those that differ from the defaults
  std::string data_sha256;
  std::string model;
  std::string model_sha256;
  std::vector<RunFile> files;
  std::vector<RunMetric> metrics;
};

// Is SQLite built in, and which ("3.40.1"; "" = none)?
std::string ledger_engine();

class Ledger {
 public:
  enum class Mode : std::uint8_t { kRead, kWrite, kCreate };

  // Throws Error(kIo) where there is no such file (kCreate makes it), it cannot be read or written, or is locked for
  // longer than `patience_ms`; Error(kData) where it is no ledger, a broken one, or one of a newer mlkit.
  Ledger(const std::string& path, Mode mode, int patience_ms = 5000);
  ~Ledger();
  Ledger(Ledger&&) noexcept;

  // Adds a run with all that belongs to it, or nothing; its number. Same errors.
  std::int64_t add(const Run& run);
  // Replaces what was added as run.id, where its number was needed before its end (a pipeline's, by its steps).
  void finish(const Run& run);
  // All of them, rising by number.
  std::vector<Run> read();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

// The ledger that holds for the working folder: .mlkit/runs.db in it or in the nearest folder above, if its folder
// belongs to this user, to root, or this user is root; "" = none.
std::string find_ledger();

inline constexpr const char* kLedgerFolder = ".mlkit";
inline constexpr const char* kLedgerName = ".mlkit/runs.db";

}  // namespace mlkit::app
