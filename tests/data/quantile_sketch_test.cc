#include "mlkit/data/quantile_sketch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <utility>
#include <vector>

#include "mlkit/base/random.h"
#include "mlkit/data/summary.h"

namespace mlkit {
namespace {

std::vector<double> draw(std::size_t n, std::uint64_t seed) {
  RandomStream random(seed, RandomPurpose::kSample);
  std::vector<double> out(n);
  for (double& x : out) x = std::floor(random.normal() * 1000);
  return out;
}

void add(QuantileSketch& sketch, std::vector<double> block) {
  std::sort(block.begin(), block.end());
  sketch.add_sorted_block(block);
}

TEST(QuantileSketch, IsExactWhileNumbersFit) {
  QuantileSketch sketch(16, 1000);
  std::vector<double> all = draw(1000, 1);
  for (std::size_t i = 0; i < 1000; i += 100)
    add(sketch, {all.begin() + static_cast<long>(i), all.begin() + static_cast<long>(i + 100)});
  std::sort(all.begin(), all.end());
  EXPECT_TRUE(sketch.exact());
  for (const double p : {0.0, 0.013, 0.25, 0.5, 0.75, 1.0}) EXPECT_EQ(sketch.quantile(p), quantile_of_sorted(all, p));
  EXPECT_EQ(sketch.rank_error(), 0);
}

// The stated bound holds for every quantile, for data that come shuffled, sorted and in blocks of unlike sizes.
TEST(QuantileSketch, RanksKeepWithinTheStatedBound) {
  for (const bool sorted : {false, true}) {
    for (const std::size_t block : {50u, 777u, 3000u}) {
      QuantileSketch sketch(64, 100);
      std::vector<double> all = draw(30'000, 7);
      if (sorted) std::sort(all.begin(), all.end());
      for (std::size_t i = 0; i < all.size(); i += block) {
        add(sketch,
            {all.begin() + static_cast<long>(i), all.begin() + static_cast<long>(std::min(i + block, all.size()))});
      }
      std::sort(all.begin(), all.end());
      EXPECT_FALSE(sketch.exact());
      const double bound = sketch.rank_error();
      EXPECT_LE(bound, (2 + std::log2(30'000.0 / static_cast<double>(block))) / 128);
      for (int i = 1; i < 100; ++i) {
        const double p = i / 100.0;
        const double x = sketch.quantile(p);
        const auto below = static_cast<double>(std::lower_bound(all.begin(), all.end(), x) - all.begin()) / 30'000;
        const auto upto = static_cast<double>(std::upper_bound(all.begin(), all.end(), x) - all.begin()) / 30'000;
        EXPECT_LE(below, p + bound) << p;
        EXPECT_GE(upto, p - bound) << p;
      }
    }
  }
}

TEST(QuantileSketch, PartsMergedInOrderKeepTheirBound) {
  QuantileSketch whole(64, 100);
  std::vector<double> all = draw(20'000, 3);
  for (std::size_t part = 0; part < 5; ++part) {
    QuantileSketch piece(64, 100);
    for (std::size_t i = 0; i < 4000; i += 250) {
      const auto begin = all.begin() + static_cast<long>(part * 4000 + i);
      add(piece, {begin, begin + 250});
    }
    whole.merge(std::move(piece));
  }
  std::sort(all.begin(), all.end());
  EXPECT_EQ(whole.count(), 20'000u);
  const double median = whole.quantile(0.5);
  const auto rank = static_cast<double>(std::lower_bound(all.begin(), all.end(), median) - all.begin()) / 20'000;
  EXPECT_NEAR(rank, 0.5, whole.rank_error() + 0.001);
  EXPECT_LT(whole.rank_error(), 0.1);
}

TEST(QuantileSketch, NoNumbersNoQuantile) {
  const QuantileSketch sketch;
  EXPECT_TRUE(std::isnan(sketch.quantile(0.5)));
  EXPECT_EQ(sketch.share_up_to(1), 0);
}

}  // namespace
}  // namespace mlkit
