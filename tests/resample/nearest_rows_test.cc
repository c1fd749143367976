#include "mlkit/resample/nearest_rows.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <vector>

#include "mlkit/base/random.h"

namespace mlkit {
namespace {

RowSpace random_space(std::size_t rows, std::size_t numbers, std::size_t categories, std::uint64_t seed) {
  RowSpace space{.rows = rows, .numbers = numbers, .categories = categories, .penalty = 0.75};
  RandomStream random(seed, RandomPurpose::kSample);
  for (std::size_t row = 0; row < rows; ++row) {
    // Few distinct values, so that ties are common.
    for (std::size_t d = 0; d < numbers; ++d) space.values.push_back(static_cast<double>(random.below(5)) / 2);
    for (std::size_t d = 0; d < categories; ++d) space.values.push_back(static_cast<double>(random.below(3)));
  }
  return space;
}

// All distances, sorted with their indices.
std::vector<std::uint32_t> by_sorting(const RowSpace& space, std::size_t k) {
  const std::size_t dimensions = space.numbers + space.categories;
  std::vector<std::uint32_t> out;
  for (std::size_t a = 0; a < space.rows; ++a) {
    std::vector<std::pair<double, std::uint32_t>> all;
    for (std::size_t b = 0; b < space.rows; ++b) {
      if (a == b) continue;
      double sum = 0;
      for (std::size_t d = 0; d < dimensions; ++d) {
        const double x = space.values[a * dimensions + d];
        const double y = space.values[b * dimensions + d];
        sum += d < space.numbers ? (x - y) * (x - y) : (x == y ? 0 : space.penalty * space.penalty);
      }
      all.emplace_back(sum, static_cast<std::uint32_t>(b));
    }
    std::sort(all.begin(), all.end());
    for (std::size_t i = 0; i < k; ++i) out.push_back(all[i].second);
  }
  return out;
}

TEST(NearestRows, AreThoseOfSortingAllDistances) {
  const Context context(1);
  for (const std::size_t rows : {2u, 7u, 8u, 9u, 64u, 65u, 200u}) {
    for (const auto& [numbers, categories] : std::vector<std::pair<std::size_t, std::size_t>>{{3, 0}, {2, 2}, {0, 3}}) {
      const RowSpace space = random_space(rows, numbers, categories, rows);
      const std::size_t k = std::min<std::size_t>(5, rows - 1);
      EXPECT_EQ(nearest_rows(space, k, context), by_sorting(space, k)) << rows << " " << numbers;
    }
  }
}

TEST(NearestRows, ChunksOfCandidatesDoNotShow) {
  // 40 numbers: a chunk in cache holds 25 groups of eight; 500 rows are three of them.
  const RowSpace space = random_space(500, 40, 1, 3);
  EXPECT_EQ(nearest_rows(space, 4, Context(1)), by_sorting(space, 4));
}

TEST(NearestRows, ThreadsChangeNothing) {
  const RowSpace space = random_space(300, 4, 1, 9);
  const std::vector<std::uint32_t> one = nearest_rows(space, 5, Context(1));
  for (const int threads : {2, 3, 8}) EXPECT_EQ(nearest_rows(space, 5, Context(threads)), one);
}

}  // namespace
}  // namespace mlkit
