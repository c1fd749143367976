#include "mlkit/parallel/blocks.h"

#include <atomic>
#include <bit>
#include <string>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"

namespace mlkit {
namespace {

struct Sum {
  double value = 0;
  void merge(Sum&& right) { value += right.value; }
};

struct Trace {
  std::string text;
  void merge(Trace&& right) { text = "(" + text + right.text + ")"; }
};

double parallel_sum(const std::vector<double>& values, int threads) {
  return reduce_blocks(Context(threads), values.size(), 64, Sum{},
                       [&](std::size_t, std::size_t begin, std::size_t end) {
                         Sum sum;
                         for (std::size_t i = begin; i < end; ++i) sum.value += values[i];
                         return sum;
                       })
      .value;
}

TEST(ReduceBlocks, SameBitsForAnyNumberOfThreads) {
  std::vector<double> values;
  RandomStream random(1, RandomPurpose::kSample);
  for (int i = 0; i < 10001; ++i) values.push_back(random.normal() * 1e6);
  const auto bits = std::bit_cast<std::uint64_t>(parallel_sum(values, 1));
  for (const int threads : {2, 3, 8}) {
    EXPECT_EQ(std::bit_cast<std::uint64_t>(parallel_sum(values, threads)), bits);
  }
}

TEST(ReduceBlocks, TreeIsThatOfTreeFold) {
  for (std::size_t blocks = 1; blocks < 20; ++blocks) {
    TreeFold<Trace> fold;
    for (std::size_t b = 0; b < blocks; ++b) fold.push(Trace{std::to_string(b)});
    const Trace parallel = reduce_blocks(Context(3), blocks, 1, Trace{}, [](std::size_t b, std::size_t, std::size_t) {
      return Trace{std::to_string(b)};
    });
    EXPECT_EQ(parallel.text, fold.finish()->text);
  }
}

TEST(ForBlocks, ReportsTheLowestError) {
  for (int round = 0; round < 20; ++round) {
    try {
      for_blocks(Context(4), 100, 1, [](std::size_t block, std::size_t, std::size_t) {
        if (block >= 17) throw_data("block " + std::to_string(block));
      });
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.message(), "block 17");
    }
  }
}

TEST(OrderedStream, ConsumesInOrderAndStopsAtTheFirstError) {
  for (const int threads : {1, 2, 8}) {
    int produced = 0;
    std::string out;
    try {
      ordered_stream<int, std::string>(
          Context(threads),
          [&]() -> std::optional<int> { return produced < 100 ? std::optional(produced++) : std::nullopt; },
          [](int i) {
            if (i == 42) throw_data("item 42");
            return std::to_string(i) + " ";
          },
          [&](std::string text) { out += text; });
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.message(), "item 42");
    }
    std::string expected;
    for (int i = 0; i < 42; ++i) expected += std::to_string(i) + " ";
    EXPECT_EQ(out, expected);
  }
}

TEST(OrderedStream, ASlowItemDoesNotHoldUpTheOthers) {
  // The first item is done only when all that fit in the window beside it are.
  const Context context(2);
  const int beside = static_cast<int>(stream_window(2)) - 1;
  int produced = 0;
  std::atomic<int> done{0};
  std::vector<int> out;
  ordered_stream<int, int>(
      context, [&]() -> std::optional<int> { return produced < 20 ? std::optional(produced++) : std::nullopt; },
      [&](int i) {
        if (i == 0) {
          for (int now = done.load(); now < beside; now = done.load()) done.wait(now);
        }
        ++done;
        done.notify_all();
        return i;
      },
      [&](int i) { out.push_back(i); });
  ASSERT_EQ(out.size(), 20u);
  for (int i = 0; i < 20; ++i) EXPECT_EQ(out[static_cast<std::size_t>(i)], i);
}

TEST(OrderedStream, HoldsNoMoreThanItsWindow) {
  for (const int threads : {1, 2, 5}) {
    std::atomic<int> held{0};
    std::atomic<int> most{0};
    int produced = 0;
    int consumed = 0;
    ordered_stream<int, int>(
        Context(threads),
        [&]() -> std::optional<int> {
          if (produced == 500) return std::nullopt;
          const int now = ++held;
          if (now > most) most = now;
          return produced++;
        },
        [](int i) { return i; },
        [&](int i) {
          EXPECT_EQ(i, consumed++);
          --held;
        });
    EXPECT_EQ(consumed, 500);
    EXPECT_LE(most, static_cast<int>(stream_window(threads)));
  }
}

TEST(OrderedStream, AnErrorOfProductionComesAfterWhatWasProducedBefore) {
  for (const int threads : {1, 3}) {
    int produced = 0;
    int consumed = 0;
    try {
      ordered_stream<int, int>(
          Context(threads),
          [&]() -> std::optional<int> {
            if (produced == 10) throw_data("no more");
            return produced++;
          },
          [](int i) { return i; }, [&](int) { ++consumed; });
      FAIL();
    } catch (const Error& error) {
      EXPECT_EQ(error.message(), "no more");
    }
    EXPECT_EQ(consumed, 10);
  }
}

}  // namespace
}  // namespace mlkit
