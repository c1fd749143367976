#include "mlkit/drift/ks_test.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "mlkit/base/random.h"

namespace mlkit {
namespace {

// By the definitions, at every pooled value.
double slow_statistic(const std::vector<double>& a, const std::vector<double>& b) {
  double largest = 0;
  for (const auto* sample : {&a, &b}) {
    for (const double x : *sample) {
      const auto share = [x](const std::vector<double>& s) {
        return static_cast<double>(std::count_if(s.begin(), s.end(), [x](double v) { return v <= x; })) /
               static_cast<double>(s.size());
      };
      largest = std::max(largest, std::fabs(share(a) - share(b)));
    }
  }
  return largest;
}

double slow_wasserstein(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> all = a;
  all.insert(all.end(), b.begin(), b.end());
  std::sort(all.begin(), all.end());
  double area = 0;
  for (std::size_t k = 0; k + 1 < all.size(); ++k) {
    const auto share = [&](const std::vector<double>& s) {
      return static_cast<double>(std::count_if(s.begin(), s.end(), [&](double v) { return v <= all[k]; })) /
             static_cast<double>(s.size());
    };
    area += std::fabs(share(a) - share(b)) * (all[k + 1] - all[k]);
  }
  return area;
}

// The share of all ways to say which of the pooled values are the first sample's that reach D.
double slow_exact_p(const std::vector<double>& a, const std::vector<double>& b) {
  std::vector<double> pooled = a;
  pooled.insert(pooled.end(), b.begin(), b.end());
  std::sort(pooled.begin(), pooled.end());
  const double limit = slow_statistic(a, b) - 1e-12;
  std::vector<std::uint8_t> chosen(pooled.size(), 0);
  std::fill(chosen.end() - static_cast<std::ptrdiff_t>(a.size()), chosen.end(), std::uint8_t{1});
  std::size_t all = 0;
  std::size_t reached = 0;
  do {
    std::vector<double> first, second;
    for (std::size_t i = 0; i < pooled.size(); ++i) (chosen[i] != 0 ? first : second).push_back(pooled[i]);
    ++all;
    reached += slow_statistic(first, second) >= limit ? 1 : 0;
  } while (std::next_permutation(chosen.begin(), chosen.end()));
  return static_cast<double>(reached) / static_cast<double>(all);
}

std::vector<double> sorted_sample(RandomStream& random, std::size_t n, std::uint64_t levels) {
  std::vector<double> out;
  for (std::size_t i = 0; i < n; ++i)
    out.push_back(levels == 0 ? random.normal() : static_cast<double>(random.below(levels)));
  std::sort(out.begin(), out.end());
  return out;
}

TEST(KsTest, EqualsTheDefinitionsOnSmallSamplesWithAndWithoutTies) {
  RandomStream random(11, RandomPurpose::kSample);
  for (int repeat = 0; repeat < 60; ++repeat) {
    const std::vector<double> a = sorted_sample(random, 1 + random.below(6), repeat % 2 == 0 ? 0 : 4);
    const std::vector<double> b = sorted_sample(random, 1 + random.below(6), repeat % 2 == 0 ? 0 : 4);
    const KsResult result = ks_two_sample(a, b);
    EXPECT_TRUE(result.exact);
    EXPECT_NEAR(result.statistic, slow_statistic(a, b), 1e-15);
    EXPECT_NEAR(result.p_value, slow_exact_p(a, b), 1e-13) << repeat;
    EXPECT_NEAR(sample_distance(a, b).wasserstein, slow_wasserstein(a, b), 1e-14);
  }
}

TEST(KsTest, ExactAndLimitAgreeForManyRowsNearTheBorderBetweenThem) {
  RandomStream random(12, RandomPurpose::kSample);
  std::vector<double> a = sorted_sample(random, kMostExactRows, 0);
  const std::vector<double> b = sorted_sample(random, 9000, 0);
  const KsResult exact = ks_two_sample(a, b);
  EXPECT_TRUE(exact.exact);
  a.push_back(9);
  const KsResult limit = ks_two_sample(a, b);
  EXPECT_FALSE(limit.exact);
  // The limit formula is off by about 1 / sqrt(rows).
  EXPECT_NEAR(exact.p_value, limit.p_value, 0.02);
}

// scipy 1.10: ks_2samp(range(700), [x + 35.5 for x in range(500)], mode="exact") and the same against + 460.5.
TEST(KsTest, SmallProbabilitiesKeepTheirRelativePrecision) {
  std::vector<double> a, b, c;
  for (int i = 0; i < 700; ++i) a.push_back(i);
  for (int i = 0; i < 500; ++i) b.push_back(i + 35.5), c.push_back(i + 460.5);
  EXPECT_NEAR(ks_two_sample(a, b).statistic, 0.2357142857142857, 1e-15);
  EXPECT_NEAR(ks_two_sample(a, b).p_value / 1.0736458063661688e-14, 1, 1e-9);
  EXPECT_NEAR(ks_two_sample(a, c).p_value / 2.7768494289389123e-120, 1, 1e-9);
}

TEST(KsTest, IdenticalConstantAndSingleValuesGiveProbabilitiesThatAreNumbers) {
  const std::vector<double> one = {1}, other = {2}, same(50, 3.0);
  EXPECT_EQ(ks_two_sample(one, other).p_value, 1);
  EXPECT_EQ(ks_two_sample(one, other).statistic, 1);
  EXPECT_EQ(ks_two_sample(same, same).p_value, 1);
  EXPECT_EQ(ks_two_sample(same, same).statistic, 0);
  EXPECT_EQ(sample_distance(same, one).wasserstein, 2);
  const std::vector<double> many(kMostExactRows + 1, 1.0);
  EXPECT_EQ(ks_two_sample(many, many).p_value, 1);
  EXPECT_EQ(ks_two_sample(many, other).p_value, ks_limit_p(1, many.size(), 1));
}

}  // namespace
}  // namespace mlkit
