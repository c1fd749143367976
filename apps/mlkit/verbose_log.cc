#include "verbose_log.h"

#include <spdlog/sinks/stdout_sinks.h>
#include <spdlog/spdlog.h>
#include <sys/resource.h>

#include <chrono>
#include <memory>

#include "mlkit/base/text.h"

namespace mlkit::app {
namespace {

using Clock = std::chrono::steady_clock;
const Clock::time_point kStart = Clock::now();

double seconds_since_start() { return std::chrono::duration<double>(Clock::now() - kStart).count(); }

spdlog::logger& verbose_logger() {
  static const auto logger = [] {
    auto made = std::make_shared<spdlog::logger>("mlkit", std::make_shared<spdlog::sinks::stderr_sink_st>());
    made->set_pattern("mlkit: %v");
    made->flush_on(spdlog::level::info);
    return made;
  }();
  return *logger;
}

double seconds_of(const timeval& time) {
  return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
}

}  // namespace

void log_detail(const std::string& text) {
  verbose_logger().info("[{:.3f} s] {}", seconds_since_start(), escape_controls(text));
}

void log_cost() {
  struct rusage usage = {};
  getrusage(RUSAGE_SELF, &usage);
  verbose_logger().info("{:.3f} s, {:.3f} s of processor time, {} MiB of memory at most", seconds_since_start(),
                        seconds_of(usage.ru_utime) + seconds_of(usage.ru_stime), usage.ru_maxrss / 1024);
}

}  // namespace mlkit::app
