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
// in parallel, consume(Out) in the order of production, one at a time. A thread that is done with an
// item goes on with the next where the turn is another's, up to stream_window() items beyond the one
// whose turn it is, so that one slow item does not hold up the others; so many items are held at most.
// The error of the earliest item (in any of the three) is rethrown, after everything before it was
// consumed.
template <class In, class Out, class Produce, class Work, class Consume>
void ordered_stream(const Context& context, const Produce& produce, const Work& work, const Consume& consume);

// Items under way at a time, for that many threads.
inline std::size_t stream_window(int threads) { return threads <= 1 ? 1 : 2 * static_cast<std::size_t>(threads) + 1; }

namespace internal {
// Runs body() on `threads` threads (the caller is one of them) and waits for all.
void run_on_threads(int threads, const std::function<void()>& body);
}  // namespace internal

namespace internal {

// What ordered_stream's threads share. Items wait in `done_` for their turn; whoever finds the one
// whose turn it is consumes it and those that follow it, while the others go on.
template <class In, class Out, class Produce, class Work, class Consume>
class OrderedStream {
 public:
  OrderedStream(const Context& context, const Produce& produce, const Work& work, const Consume& consume)
      : context_(context),
        produce_(produce),
        work_(work),
        consume_(consume),
        window_(stream_window(context.threads())) {}

  void run() {
    run_on_threads(context_.threads(), [this] {
      while (step()) {
      }
    });
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  struct Done {
    std::optional<Out> result;  // empty where there is a problem
    std::exception_ptr problem;
  };

  // One item from production on; false where there is none left for this thread.
  bool step() {
    std::optional<In> item;
    Done done;
    std::uint64_t number = 0;
    if (!take(item, done.problem, number)) return false;
    if (!done.problem) {
      try {
        done.result.emplace(work_(std::move(*item)));
      } catch (...) {
        done.problem = std::current_exception();
      }
    }
    item.reset();
    hand_in(number, std::move(done));
    return true;
  }

  bool take(std::optional<In>& item, std::exception_ptr& problem, std::uint64_t& number) {
    const std::lock_guard producing(produce_mutex_);
    {
      std::unique_lock lock(mutex_);
      room_.wait(lock, [&] { return failure_ || produced_ < turn_ + window_; });
      if (failure_) return false;
    }
    if (exhausted_) return false;
    try {
      context_.check_stop();
      item = produce_();
    } catch (...) {
      problem = std::current_exception();
    }
    if (!item) exhausted_ = true;
    if (!item && !problem) return false;
    const std::lock_guard lock(mutex_);
    number = produced_++;
    return true;
  }

  void hand_in(std::uint64_t number, Done done) {
    std::unique_lock lock(mutex_);
    done_.emplace(number, std::move(done));
    if (consuming_) return;  // that thread sees it when its turn comes
    consuming_ = true;
    for (auto next = done_.find(turn_); next != done_.end(); next = done_.find(turn_)) {
      Done item = std::move(next->second);
      done_.erase(next);
      if (!failure_) {
        lock.unlock();
        if (!item.problem) {
          try {
            consume_(std::move(*item.result));
          } catch (...) {
            item.problem = std::current_exception();
          }
        }
        item.result.reset();
        lock.lock();
        if (item.problem) failure_ = item.problem;
      }
      ++turn_;
      room_.notify_all();
    }
    consuming_ = false;
  }

  const Context& context_;
  const Produce& produce_;
  const Work& work_;
  const Consume& consume_;
  const std::uint64_t window_;

  std::mutex produce_mutex_;
  bool exhausted_ = false;  // under produce_mutex_

  std::mutex mutex_;  // of all that follows
  std::condition_variable room_;
  std::uint64_t produced_ = 0;
  std::uint64_t turn_ = 0;              // the item that may be consumed now
  std::map<std::uint64_t, Done> done_;  // worked on, not consumed
  bool consuming_ = false;
  std::exception_ptr failure_;  // once set, nothing later is consumed
};

}  // namespace internal

template <class In, class Out, class Produce, class Work, class Consume>
void ordered_stream(const Context& context, const Produce& produce, const Work& work, const Consume& consume) {
  internal::OrderedStream<In, Out, Produce, Work, Consume>(context, produce, work, consume).run();
}

}  // namespace mlkit
