#include "mlkit/base/pages.h"

#include <gtest/gtest.h>

#include <numeric>
#include <vector>

namespace mlkit {
namespace {

TEST(Pages, OnlyTheBytesNamedMayChangeAndTheyCanBeWrittenAgain) {
  std::vector<int> numbers(1 << 20);
  advise_large_pages(numbers.data(), numbers.size() * sizeof(int));
  std::iota(numbers.begin(), numbers.end(), 0);
  const std::size_t begin = 1001, end = numbers.size() - 777;
  release_pages(numbers.data() + begin, (end - begin) * sizeof(int));
  for (std::size_t i = 0; i < begin; ++i) ASSERT_EQ(numbers[i], static_cast<int>(i));
  for (std::size_t i = end; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], static_cast<int>(i));
  std::iota(numbers.begin(), numbers.end(), 5);
  for (std::size_t i = 0; i < numbers.size(); ++i) ASSERT_EQ(numbers[i], static_cast<int>(i) + 5);
}

TEST(Pages, NothingAndLessThanAPageStayAsTheyAre) {
  std::vector<int> numbers(100, 7);
  release_pages(numbers.data(), 0);
  release_pages(numbers.data() + 1, 4);
  release_pages(nullptr, 0);
  advise_large_pages(nullptr, 0);
  EXPECT_EQ(numbers, std::vector<int>(100, 7));
}

}  // namespace
}  // namespace mlkit
