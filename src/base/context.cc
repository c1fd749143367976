#include "mlkit/base/context.h"

#include <algorithm>
#include <thread>
#include <utility>

#include "mlkit/base/error.h"

namespace mlkit {

int Context::threads() const {
  if (threads_ > 0) return threads_;
  return std::max(1, static_cast<int>(std::thread::hardware_concurrency()));
}

void Context::check_stop() const {
  if (stop != nullptr && stop->load(std::memory_order_relaxed)) {
    throw Error(ErrorCode::kInterrupted, "interrupted");
  }
}

void Context::warn(std::string text) {
  const std::lock_guard lock(mutex_);
  warnings_.push_back(std::move(text));
}

std::vector<std::string> Context::take_warnings() {
  const std::lock_guard lock(mutex_);
  return std::exchange(warnings_, {});
}

}  // namespace mlkit
