// The one way to use several threads: fixed blocks of items, one thread walks one block in order,
// partial results merge along a binary tree over the block index. Neither the blocks nor the tree
// depend on the number of threads, so neither does any bit of the result.
#pragma once

#include <condition_variable>
#include <cstddef>
#include <cstdint>
#include <exception>
#include <functional>
#include <map>
#include <mutex>
#include <optional>
#include <utility>
#include <vector>

#include "mlkit/base/context.h"

namespace mlkit {

inline constexpr std::size_t kRowBlock = 4096;

inline std::size_t block_count(std::size_t items, std::size_t block_size) {
  return (items + block_size - 1) / block_size;
}

// Calls work(block, begin, end) once for each block, on up to context.threads() threads, in no
// particular order. When blocks throw, the error of the lowest block is rethrown, after all blocks
// before it are done.
void for_blocks(const Context& context, std::size_t items, std::size_t block_size,
                const std::function<void(std::size_t block, std::size_t begin, std::size_t end)>& work);

// Folds a sequence along the fixed tree: push partials in block order, then finish. Partial needs
// `void merge(Partial&& right)`.
template <class Partial>
class TreeFold {
 public:
  void push(Partial partial) {
    std::size_t level = 0;
    while (!stack_.empty() && stack_.back().first == level) {
      stack_.back().second.merge(std::move(partial));
      partial = std::move(stack_.back().second);
      stack_.pop_back();
      ++level;
    }
    stack_.emplace_back(level, std::move(partial));
  }

  // nullopt where nothing was pushed.
  std::optional<Partial> finish() {
    if (stack_.empty()) return std::nullopt;
    Partial result = std::move(stack_.back().second);
    stack_.pop_back();
    while (!stack_.empty()) {
      stack_.back().second.merge(std::move(result));
      result = std::move(stack_.back().second);
      stack_.pop_back();
    }
    return result;
  }

 private:
  std::vector<std::pair<std::size_t, Partial>> stack_;  // (level, subtree), levels falling
};

// observe(block, begin, end) -> Partial, for every block; the partials merged along the tree of
// TreeFold. At most threads + log2(blocks) partials live at a time. `identity` is returned for no items.
template <class Partial, class Observe>
Partial reduce_blocks(const Context& context, std::size_t items, std::size_t block_size, Partial identity,
                      const Observe& observe) {
  const std::size_t blocks = block_count(items, block_size);
  if (blocks == 0) return identity;
  std::mutex mutex;
  std::map<std::pair<std::size_t, std::size_t>, Partial> waiting;  // (level, node) -> left or right half
  std::optional<Partial> root;
  for_blocks(context, items, block_size, [&](std::size_t block, std::size_t begin, std::size_t end) {
    Partial partial = observe(block, begin, end);
    std::size_t level = 0;
    std::size_t node = block;
    std::size_t nodes = blocks;
    for (;;) {
      if (nodes == 1) {
        root = std::move(partial);
        return;
      }
      if (node % 2 == 1 || node + 1 < nodes) {  // has a sibling: the second to arrive merges
        std::unique_lock lock(mutex);
        const auto sibling = waiting.find({level, node ^ 1});
        if (sibling == waiting.end()) {
          waiting.emplace(std::pair{level, node}, std::move(partial));
          return;
        }
        Partial other = std::move(sibling->second);
        waiting.erase(sibling);
        lock.unlock();
        if (node % 2 == 0) {
          partial.merge(std::move(other));
        } else {
          other.merge(std::move(partial));
          partial = std::move(other);
        }
      }
      ++level;
      node /= 2;
      nodes = (nodes + 1) / 2;
    }
  });
  return std::move(*root);
}

// A stream in order: produce() -> optional<In> is called by one thread at a time, work(In) -> Out
// in parallel, consume(Out) in the order of production, one at a time. Holds at most
// context.threads() + 1 items. The error of the earliest item (in any of the three) is rethrown,
// after everything before it was consumed.
template <class In, class Out, class Produce, class Work, class Consume>
void ordered_stream(const Context& context, const Produce& produce, const Work& work, const Consume& consume);

namespace internal {
// Runs body() on `threads` threads (the caller is one of them) and waits for all.
void run_on_threads(int threads, const std::function<void()>& body);
}  // namespace internal

template <class In, class Out, class Produce, class Work, class Consume>
void ordered_stream(const Context& context, const Produce& produce, const Work& work, const Consume& consume) {
  std::mutex produce_mutex;
  std::mutex order_mutex;
  std::condition_variable order_changed;
  std::uint64_t produced = 0;  // under produce_mutex
  bool exhausted = false;      // under produce_mutex
  std::uint64_t turn = 0;      // under order_mutex: the item that may be consumed now
  std::exception_ptr failure;  // under order_mutex; once set, nothing later is consumed

  const auto body = [&] {
    for (;;) {
      std::optional<In> item;
      std::exception_ptr problem;
      std::uint64_t number = 0;
      {
        const std::lock_guard lock(produce_mutex);
        if (exhausted) return;
        number = produced++;
        try {
          context.check_stop();
          item = produce();
        } catch (...) {
          problem = std::current_exception();
        }
        if (!item) exhausted = true;
        if (!item && !problem) return;
      }
      std::optional<Out> result;
      if (!problem) {
        try {
          result.emplace(work(std::move(*item)));
        } catch (...) {
          problem = std::current_exception();
        }
      }
      std::unique_lock lock(order_mutex);
      order_changed.wait(lock, [&] { return turn == number; });
      if (!failure && !problem) {
        try {
          consume(std::move(*result));
        } catch (...) {
          problem = std::current_exception();
        }
      }
      if (problem && !failure) failure = problem;
      const bool failed = failure != nullptr;
      ++turn;
      lock.unlock();
      order_changed.notify_all();
      if (failed) {
        const std::lock_guard produce_lock(produce_mutex);
        exhausted = true;
        return;
      }
    }
  };
  internal::run_on_threads(context.threads(), body);
  if (failure) std::rethrow_exception(failure);
}

}  // namespace mlkit
