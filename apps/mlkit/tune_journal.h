// The journal of a search: what its trials came to, so that a run that was stopped can be taken up again.
//
// A file of JSON lines: one that says which search this is, then one per trial. It is written anew, whole, as trials
// end (twice a second at most), so a run that is killed leaves a journal that can be read.
#pragma once

#include <chrono>
#include <map>
#include <optional>
#include <string>

#include "mlkit/workflow/tune.h"

namespace mlkit::app {

class TuneJournal {
 public:
  // `path` "" = none is kept. `key` stands for everything that a trial's result follows from. Reads the file where
  // there is one; throws Error(kData) where it is broken or of another search.
  TuneJournal(std::string path, std::string key);

  std::optional<Trial> find(const TrialKey& key) const;
  void add(const Trial& trial);
  void flush();
  std::size_t read() const { return read_; }  // trials of runs before

 private:
  void read_lines(const std::string& text);

  std::string path_;
  std::string key_;
  std::map<TrialKey, Trial> trials_;
  std::size_t read_ = 0;
  bool changed_ = false;
  std::chrono::steady_clock::time_point flushed_{};
};

}  // namespace mlkit::app
