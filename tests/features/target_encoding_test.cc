#include "mlkit/features/target_encoding.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>
#include <map>
#include <vector>

#include "mlkit/base/random.h"
#include "support/golden.h"

namespace mlkit {
namespace {

TEST(TargetEncoding, AgreesWithTheGoldenCase) {
  for (const Json& golden : test::golden_cases("preprocess")) {
    if (golden.at("id") != "target_encoding_smoothed") continue;
    const auto values = golden.at("input").at("values").get<std::vector<std::string>>();
    const auto target = golden.at("input").at("target").get<std::vector<double>>();
    LevelSums sums(4);
    for (std::size_t i = 0; i < values.size(); ++i) sums.add(static_cast<std::uint32_t>(values[i][0] - 'x'), target[i]);
    const SmoothedMeans means = smooth_means(sums, golden.at("input").at("smoothing_m").get<double>());
    const Json& expected = golden.at("expected");
    const double tolerance = golden.at("tolerance").at("atol").get<double>();
    EXPECT_NEAR(means.mean, expected.at("prior").get<double>(), tolerance);
    for (const auto& [level, value] : expected.at("encoding").items()) {
      EXPECT_NEAR(means.values[static_cast<std::size_t>(level[0] - 'x')], value.get<double>(), tolerance) << level;
    }
    EXPECT_NEAR(means.values[3], expected.at("unseen").get<double>(), tolerance);
    return;
  }
  FAIL() << "no golden case";
}

struct Row {
  std::uint32_t code;
  double y;
};

// The analysis of variance written down from its textbook form, over rows and in two passes.
double slow_weight(const std::vector<Row>& rows) {
  std::map<std::uint32_t, std::vector<long double>> levels;
  long double total = 0;
  for (const Row& row : rows) {
    levels[row.code].push_back(row.y);
    total += row.y;
  }
  const long double n = rows.size();
  const long double k = levels.size();
  long double within = 0;
  long double between = 0;
  long double squares = 0;
  for (const auto& [code, ys] : levels) {
    long double mean = 0;
    for (const long double y : ys) mean += y / ys.size();
    for (const long double y : ys) within += (y - mean) * (y - mean);
    between += ys.size() * (mean - total / n) * (mean - total / n);
    squares += static_cast<long double>(ys.size()) * ys.size();
  }
  const long double s2 = within / (n - k);
  const long double t2 = (between / (k - 1) - s2) / ((n - squares / n) / (k - 1));
  return t2 > 0 ? static_cast<double>(s2 / t2) : std::numeric_limits<double>::infinity();
}

TEST(TargetEncoding, AutomaticSmoothingIsTheRatioOfTheVarianceComponents) {
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    RandomStream random(seed, RandomPurpose::kSimulate);
    std::vector<Row> rows;
    LevelSums sums(12);
    const double spread = seed % 4 == 0 ? 0.0 : 1.0;
    std::vector<double> effect;
    for (int i = 0; i < 12; ++i) effect.push_back(spread * random.normal());
    for (int i = 0; i < 300; ++i) {
      const auto code = static_cast<std::uint32_t>(random.below(12));
      const double y = effect[code] + random.normal();
      rows.push_back({code, y});
      sums.add(code, y);
    }
    const double expected = slow_weight(rows);
    const SmoothedMeans means = smooth_means(sums, std::nullopt);
    if (std::isinf(expected)) {
      EXPECT_TRUE(std::isinf(means.weight)) << seed;
      for (const double value : means.values) EXPECT_EQ(value, means.mean);
      continue;
    }
    // Sums of 300 products of size 10 are off by 300 * 10 * 2^-53 at most; t2 may cancel a hundredfold.
    EXPECT_NEAR(means.weight, expected, 1e-9 * expected) << seed;
  }
}

TEST(TargetEncoding, LevelsThatDoNotDifferGetTheMean) {
  LevelSums sums(2);
  for (const double y : {0.0, 1.0}) {
    sums.add(0, y);
    sums.add(1, y);
  }
  const SmoothedMeans means = smooth_means(sums, std::nullopt);
  EXPECT_TRUE(std::isinf(means.weight));
  EXPECT_EQ(means.values, (std::vector<double>{0.5, 0.5}));
}

TEST(TargetEncoding, WithoutSmoothingItIsTheMeanOfTheLevel) {
  LevelSums sums(3);
  sums.add(0, 3);
  sums.add(0, 5);
  sums.add(1, 1);
  const SmoothedMeans means = smooth_means(sums, 0.0);
  EXPECT_EQ(means.values, (std::vector<double>{4, 1, 3}));  // a level without rows: the overall mean
  EXPECT_EQ(smooth_means(LevelSums(2), 0.0).values, (std::vector<double>{0, 0}));
}

TEST(TargetEncoding, SumsOfPartsAddUp) {
  LevelSums a(2);
  LevelSums b(2);
  a.add(0, 2);
  b.add(0, 3);
  b.add(1, 4);
  a.add(b);
  EXPECT_EQ(a.count, (std::vector<std::uint64_t>{2, 1}));
  EXPECT_EQ(a.sum, (std::vector<double>{5, 4}));
  EXPECT_EQ(a.squares, (std::vector<double>{13, 16}));
}

}  // namespace
}  // namespace mlkit
