#include "mlkit/parallel/blocks.h"

#include <algorithm>
#include <atomic>
#include <system_error>
#include <thread>

namespace mlkit {
namespace internal {

void run_on_threads(int threads, const std::function<void()>& body) {
  std::vector<std::jthread> helpers;
  helpers.reserve(static_cast<std::size_t>(std::max(0, threads - 1)));
  for (int i = 1; i < threads; ++i) {
    try {
      helpers.emplace_back(body);
    } catch (const std::system_error&) {
      break;  // no more threads to be had: the work is the same with fewer
    }
  }
  body();
}

}  // namespace internal

void for_blocks(const Context& context, std::size_t items, std::size_t block_size,
                const std::function<void(std::size_t, std::size_t, std::size_t)>& work) {
  const std::size_t blocks = block_count(items, block_size);
  std::atomic<std::size_t> next{0};
  std::mutex mutex;
  std::exception_ptr failure;
  std::atomic<std::size_t> failed_block{blocks};  // the lowest that threw

  const auto body = [&] {
    for (;;) {
      const std::size_t block = next.fetch_add(1, std::memory_order_relaxed);
      // Blocks are handed out in rising order, so all below a failed one are under way already.
      if (block >= failed_block.load(std::memory_order_relaxed)) return;
      try {
        context.check_stop();
        const std::size_t begin = block * block_size;
        work(block, begin, std::min(items, begin + block_size));
      } catch (...) {
        const std::lock_guard lock(mutex);
        if (block < failed_block.load(std::memory_order_relaxed)) {
          failed_block.store(block, std::memory_order_relaxed);
          failure = std::current_exception();
        }
      }
    }
  };
  const std::size_t useful = std::min(blocks, static_cast<std::size_t>(context.threads()));
  internal::run_on_threads(static_cast<int>(useful), body);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace mlkit
