// One line on the terminal behind standard error: what is done, how much of it, how long it will
// still take. Appears only after half a second and goes away when the task ends.
#pragma once

#include <chrono>
#include <cstdint>
#include <mutex>
#include <string>
#include <string_view>

#include "mlkit/base/context.h"

namespace mlkit::app {

class TerminalProgress : public Progress {
 public:
  ~TerminalProgress() override { end(); }
  void begin(std::string_view task, std::uint64_t total) override;
  void advance(std::uint64_t done_more) override;
  void end() override;

 private:
  using Clock = std::chrono::steady_clock;

  void draw(Clock::time_point now);

  std::mutex mutex_;
  std::string task_;
  std::uint64_t total_ = 0;
  std::uint64_t done_ = 0;
  Clock::time_point started_;
  Clock::time_point next_draw_;
  bool running_ = false;
  bool drawn_ = false;
};

// "task  42 %  00:12 left" for one line of `columns` characters; without the share where `total` is 0.
std::string progress_line(std::string_view task, std::uint64_t done, std::uint64_t total, double seconds, int columns);

}  // namespace mlkit::app
