#include "mlkit/data/distinct_sketch.h"

#include <gtest/gtest.h>

#include <cmath>
#include <utility>

#include "mlkit/data/hash64.h"

namespace mlkit {
namespace {

DistinctSketch sketch_of(int first, int last, std::size_t kept) {
  DistinctSketch sketch(kept);
  for (int i = first; i < last; ++i) sketch.add(hash_number(i));
  return sketch;
}

TEST(DistinctSketch, IsExactWhileValuesAreFew) {
  DistinctSketch sketch(1000);
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 999; ++i) sketch.add(hash_number(i));
  }
  EXPECT_TRUE(sketch.exact());
  EXPECT_EQ(sketch.estimate(), 999);
  EXPECT_EQ(sketch.relative_error(), 0);
}

// The estimate is within four of its standard errors (a fixed stream of hashes: it either is or is not, for ever).
TEST(DistinctSketch, EstimateKeepsWithinItsStatedError) {
  for (const int values : {2'000, 20'000, 200'000}) {
    const DistinctSketch sketch = sketch_of(0, values, 1024);
    EXPECT_FALSE(sketch.exact());
    EXPECT_NEAR(sketch.relative_error(), 1 / std::sqrt(1022.0), 1e-12);
    EXPECT_NEAR(sketch.estimate(), values, 4 * sketch.relative_error() * values);
  }
}

TEST(DistinctSketch, MergingInAnyOrderIsTheUnion) {
  DistinctSketch left = sketch_of(0, 6000, 512);
  left.merge(sketch_of(3000, 9000, 512));
  DistinctSketch right = sketch_of(3000, 9000, 512);
  right.merge(sketch_of(0, 6000, 512));
  EXPECT_EQ(left.estimate(), sketch_of(0, 9000, 512).estimate());
  EXPECT_EQ(left.estimate(), right.estimate());
}

TEST(RepeatSketch, CountsRepeatsExactlyWhileTheyFit) {
  RepeatSketch sketch(1000);
  for (int i = 0; i < 900; ++i) sketch.add(hash_number(i % 600));
  EXPECT_TRUE(sketch.exact());
  EXPECT_DOUBLE_EQ(sketch.repeat_share(), 300.0 / 900.0);
}

// 20,000 values of which every fourth comes twice: of 25,000 rows 5,000 are repeats. 2,000 kept values estimate the
// share 0.2 with a standard error of about sqrt(.25 * .75 / 2000) / 1.25 = 0.0078.
TEST(RepeatSketch, EstimatesTheShareBeyond) {
  RepeatSketch sketch(2000);
  RepeatSketch other(2000);
  for (int i = 0; i < 20'000; ++i) sketch.add(hash_number(i));
  for (int i = 0; i < 20'000; i += 4) other.add(hash_number(i));
  sketch.merge(std::move(other));
  EXPECT_FALSE(sketch.exact());
  EXPECT_NEAR(sketch.repeat_share(), 0.2, 4 * 0.0078);
}

}  // namespace
}  // namespace mlkit
