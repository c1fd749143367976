// What may change how long a run takes and what it says, but never its result: threads, progress,
// the stop token, where warnings go. Passed by reference to everything that works for long.
// (What changes a result is in the options structs, which are saved with the model.)
#pragma once

#include <atomic>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace mlkit {

// Receives progress; implementations must accept calls from several threads.
class Progress {
 public:
  virtual ~Progress() = default;
  // `total` in units of the task (bytes, iterations); 0 where it is not known.
  virtual void begin(std::string_view task, std::uint64_t total) = 0;
  virtual void advance(std::uint64_t done_more) = 0;
  virtual void end() = 0;
};

class Context {
 public:
  Context() = default;
  explicit Context(int threads) : threads_(threads) {}

  // Number of worker threads, at least 1 (0 asked for: all processors).
  int threads() const;
  void set_threads(int threads) { threads_ = threads; }

  Progress* progress = nullptr;             // may be null
  const std::atomic<bool>* stop = nullptr;  // may be null; set by the signal handler

  // Throws Error(kInterrupted) when the stop token is set. Call once a block.
  void check_stop() const;

  // A warning for the person who runs this: collected in order, shown by the caller. Call only from
  // code whose order is fixed (not from within parallel blocks).
  void warn(std::string text);
  std::vector<std::string> take_warnings();

 private:
  int threads_ = 0;
  std::mutex mutex_;
  std::vector<std::string> warnings_;
};

}  // namespace mlkit
