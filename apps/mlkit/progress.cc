#include "progress.h"

#include <algorithm>

#include "mlkit/base/text.h"
#include "standard_streams.h"

namespace mlkit::app {
namespace {

constexpr std::chrono::milliseconds kFirstDraw{500};
constexpr std::chrono::milliseconds kBetweenDraws{100};
constexpr std::string_view kClearLine = "\r\x1b[K";

std::string clock_text(double seconds) {
  const auto whole = static_cast<long long>(std::min(seconds, 359999.0) + 0.5);
  const auto two = [](long long value) { return (value < 10 ? "0" : "") + std::to_string(value); };
  const std::string minutes = two(whole / 60 % 60) + ':' + two(whole % 60);
  return whole >= 3600 ? two(whole / 3600) + ':' + minutes : minutes;
}

}  // namespace

std::string progress_line(std::string_view task, std::uint64_t done, std::uint64_t total, double seconds, int columns) {
  std::string line = escape_controls(task);
  if (total > 0 && done > 0) {
    const double share = std::min(1.0, static_cast<double>(done) / static_cast<double>(total));
    line += "  " + std::to_string(static_cast<int>(share * 100)) + " %  " + clock_text(seconds * (1 - share) / share) +
            " left";
  } else {
    line += "  " + clock_text(seconds);
  }
  return line.substr(0, static_cast<std::size_t>(std::max(0, columns - 1)));
}

void TerminalProgress::begin(std::string_view task, std::uint64_t total) {
  end();
  const std::lock_guard lock(mutex_);
  task_ = task;
  total_ = total;
  done_ = 0;
  started_ = Clock::now();
  next_draw_ = started_ + kFirstDraw;
  running_ = true;
}

void TerminalProgress::advance(std::uint64_t done_more) {
  const std::lock_guard lock(mutex_);
  done_ += done_more;
  if (!running_) return;
  const Clock::time_point now = Clock::now();
  if (now < next_draw_) return;
  draw(now);
  next_draw_ = now + kBetweenDraws;
}

void TerminalProgress::draw(Clock::time_point now) {
  const double seconds = std::chrono::duration<double>(now - started_).count();
  write_standard_error(std::string(kClearLine) + progress_line(task_, done_, total_, seconds, terminal_columns()));
  drawn_ = true;
}

void TerminalProgress::end() {
  const std::lock_guard lock(mutex_);
  if (drawn_) write_standard_error(kClearLine);
  drawn_ = false;
  running_ = false;
}

}  // namespace mlkit::app
