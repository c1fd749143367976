#include "mlkit/data/summary.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <limits>
#include <sstream>

#include <gtest/gtest.h>

#include "mlkit/base/random.h"
#include "support/golden.h"

namespace mlkit {
namespace {

// |got - expected| <= atol + rtol |expected|, the rule of the golden suites.
void expect_near(double got, double expected, double rtol, double atol, const std::string& what) {
  EXPECT_LE(std::abs(got - expected), atol + rtol * std::abs(expected)) << what << ": " << got << " for " << expected;
}

std::vector<double> present_values(const Json& list) {
  std::vector<double> out;
  for (const Json& value : list) {
    if (value.is_number()) out.push_back(value.get<double>());
  }
  return out;
}

TEST(Summary, GoldenPreprocessFigures) {
  int cases = 0;
  for (const Json& item : test::golden_cases("preprocess")) {
    const Json& want = item.at("expected");
    if (!want.contains("q25")) continue;
    ++cases;
    std::vector<double> values = present_values(item.at("input").at("values"));
    const double rtol = item.at("tolerance").at("rtol");
    const double atol = item.at("tolerance").at("atol");
    const std::string id = item.at("id");
    const auto check = [&](const char* name, double got) {
      expect_near(got, want.at(name), rtol, atol, id + " " + name);
    };
    const Moments moments = compute_moments(values, Context(1));
    EXPECT_EQ(moments.count, want.at("count").get<std::size_t>());
    check("mean", moments.mean);
    check("sd_n", moments.sd_n());
    if (want.at("sd_n_minus_1").is_null()) {
      EXPECT_TRUE(std::isnan(moments.sd_n_minus_1()));
    } else {
      check("sd_n_minus_1", moments.sd_n_minus_1());
    }
    check("min", moments.min);
    check("max", moments.max);
    const double probabilities[] = {0.25, 0.5, 0.75};
    const std::vector<double> quartiles = select_quantiles(values, probabilities);
    check("q25", quartiles[0]);
    check("median", quartiles[1]);
    check("q75", quartiles[2]);
    check("mode_smallest_on_tie", select_mode(values));
    if (want.contains("z_scores_sd_n")) {
      const std::vector<double> given = present_values(item.at("input").at("values"));
      for (std::size_t i = 0; i < given.size(); ++i) {
        expect_near((given[i] - moments.mean) / moments.sd_n(), want.at("z_scores_sd_n")[i], rtol, atol, id + " z");
      }
    }
  }
  EXPECT_EQ(cases, 7);
}

std::vector<double> read_column(const std::string& path) {
  std::istringstream lines(test::read_text(path));
  lines.imbue(std::locale::classic());
  std::string header;
  std::getline(lines, header);
  std::vector<double> values;
  for (std::string line; std::getline(lines, line);) values.push_back(Json::parse(line).get<double>());
  return values;
}

TEST(Summary, NistUnivariate) {
  if (test::golden_data("data/nist_lew.csv").empty()) GTEST_SKIP() << "the NIST data are not here";
  int cases = 0;
  for (const Json& item : test::golden_cases("nist_univariate")) {
    const std::string path = test::golden_data(item.at("dataset"));
    std::vector<double> values = read_column(path);
    ASSERT_EQ(values.size(), item.at("rows").get<std::size_t>());
    const Json& want = item.at("expected");
    const Json& tolerance = item.at("tolerance");
    const std::string id = item.at("id");
    const Moments moments = compute_moments(values, Context(2));
    expect_near(moments.mean, want.at("mean"), tolerance.at("mean_rtol"), 0, id + " mean");
    expect_near(moments.sd_n_minus_1(), want.at("sd_n_minus_1"), tolerance.at("sd_rtol"), 0, id + " sd");
    expect_near(moments.sd_n(), want.at("sd_n"), tolerance.at("sd_rtol"), 0, id + " sd_n");
    EXPECT_EQ(moments.min, want.at("min").get<double>());
    EXPECT_EQ(moments.max, want.at("max").get<double>());
    double product = 0;
    for (std::size_t i = 1; i < values.size(); ++i)
      product += (values[i] - moments.mean) * (values[i - 1] - moments.mean);
    expect_near(product / moments.squares, want.at("lag1_autocorrelation"), 0, tolerance.at("autocorr_atol"),
                id + " r1");
    EXPECT_EQ(select_quantile(values, 0.5), want.at("median").get<double>()) << id;
    ++cases;
  }
  EXPECT_EQ(cases, 9);
}

TEST(Summary, SelectionIsTheSortedQuantile) {
  RandomStream random(3, RandomPurpose::kSample);
  for (int round = 0; round < 300; ++round) {
    std::vector<double> values(1 + random.below(40));
    for (double& value : values)
      value = static_cast<double>(random.below(15)) - 7 + (round % 2 == 0 ? random.uniform() : 0);
    std::vector<double> sorted = values;
    std::sort(sorted.begin(), sorted.end());
    const double probabilities[] = {0, 0.1, 0.25, 0.5, 0.5, 0.75, 0.999, 1};
    const std::vector<double> got = select_quantiles(values, probabilities);
    for (std::size_t i = 0; i < got.size(); ++i) {
      EXPECT_EQ(got[i], quantile_of_sorted(sorted, probabilities[i]));
      const double h = static_cast<double>(sorted.size() - 1) * probabilities[i];
      const auto below = static_cast<std::size_t>(std::floor(h));
      const std::size_t above = std::min(below + 1, sorted.size() - 1);
      // Two more roundings than the exact value of the formula, of numbers below 8.
      EXPECT_NEAR(got[i], sorted[below] + (h - std::floor(h)) * (sorted[above] - sorted[below]), 4e-15);
    }
  }
}

TEST(Summary, HugeValuesDoNotOverflow) {
  std::vector<double> values = {-1.7e308, 1.7e308};
  EXPECT_EQ(select_quantile(values, 0.5), 0);
  EXPECT_NEAR(select_quantile(values, 0.25) / 1.7e308, -0.5, 1e-15);
  std::vector<double> high = {1.5e308, 1.7e308};
  EXPECT_EQ(select_quantile(high, 0.5), 1.6e308);
}

TEST(Summary, TheMeanOfHugeNumbersDoesNotOverflow) {
  // One rounding of the sum and one of the quotient: 2 ulp.
  const std::vector<double> alike(3, 1.7e308);
  EXPECT_NEAR(compute_moments(alike, Context(1)).mean / 1.7e308, 1, 4e-16);
  const std::vector<double> mixed = {1.7e308, 1.7e308, -1.7e308, -1.7e308, 1.5e308};
  EXPECT_NEAR(compute_moments(mixed, Context(1)).mean / 3e307, 1, 4e-16);
}

TEST(Summary, EmptyAndSingle) {
  std::vector<double> none;
  EXPECT_TRUE(std::isnan(select_quantile(none, 0.5)));
  EXPECT_TRUE(std::isnan(select_mode(none)));
  EXPECT_EQ(compute_moments(none, Context(1)).count, 0u);
  std::vector<double> one = {-0.0};
  EXPECT_FALSE(std::signbit(select_quantile(one, 0.25)));
  EXPECT_FALSE(std::signbit(select_mode(one)));
}

TEST(Summary, MomentsHaveTheSameBitsForAnyNumberOfThreads) {
  RandomStream random(5, RandomPurpose::kSample);
  std::vector<double> values(50001);
  for (double& value : values) value = 1e9 + random.normal();
  const Moments one = compute_moments(values, Context(1));
  for (const int threads : {2, 3, 8}) {
    const Moments more = compute_moments(values, Context(threads));
    EXPECT_EQ(std::bit_cast<std::uint64_t>(one.mean), std::bit_cast<std::uint64_t>(more.mean));
    EXPECT_EQ(std::bit_cast<std::uint64_t>(one.squares), std::bit_cast<std::uint64_t>(more.squares));
  }
}

TEST(Summary, OrderStatisticsAreThoseOfSorting) {
  // Sizes on both sides of where values are counted by their leading bits. Uniform, few values, a wide range of
  // exponents and both signs, one value only, two clusters with the positions between them, gaps.
  for (const std::size_t n : {1u, 10u, 32767u, 32768u, 70001u}) {
    for (int shape = 0; shape < 6; ++shape) {
      std::vector<double> values(n);
      for (std::size_t i = 0; i < n; ++i) {
        const double u = random_uniform(3, RandomPurpose::kSample, i, static_cast<std::uint32_t>(shape));
        if (shape == 0) values[i] = u;
        if (shape == 1) values[i] = std::floor(u * 4) - 2;
        if (shape == 2) values[i] = std::ldexp(u - 0.5, static_cast<int>(i % 600) - 300);
        if (shape == 3) values[i] = 7.25;
        if (shape == 4) values[i] = i % 2 == 0 ? u : 1e9 + u;
        if (shape == 5) values[i] = i % 3 == 0 && i > 0 ? std::numeric_limits<double>::quiet_NaN() : -u;
      }
      std::vector<double> sorted = values;
      std::erase_if(sorted, [](double x) { return x != x; });
      std::sort(sorted.begin(), sorted.end());
      const std::size_t last = sorted.size() - 1;
      std::vector<std::size_t> positions = {0, last / 4, last / 2, last / 2 + 1, last - last / 4, last};
      std::sort(positions.begin(), positions.end());
      positions.erase(std::unique(positions.begin(), positions.end()), positions.end());
      std::erase_if(positions, [&](std::size_t position) { return position > last; });
      const std::vector<double> got = order_statistics(values, positions);
      ASSERT_EQ(got.size(), positions.size());
      for (std::size_t k = 0; k < got.size(); ++k) {
        EXPECT_EQ(got[k], sorted[positions[k]]) << n << " " << shape << " " << positions[k];
      }
    }
  }
}

TEST(Summary, QuantilesOfManyValuesAreThoseOfSorting) {
  std::vector<double> values(50000);
  for (std::size_t i = 0; i < values.size(); ++i) {
    values[i] = std::floor(1000 * random_uniform(4, RandomPurpose::kSample, i)) / 8 - 30;
  }
  std::vector<double> sorted = values;
  std::sort(sorted.begin(), sorted.end());
  const std::vector<double> probabilities = {0, 0.1, 0.1, 0.25, 0.5, 0.75, 0.999, 1};
  const std::vector<double> got = select_quantiles(values, probabilities);
  for (std::size_t k = 0; k < got.size(); ++k) EXPECT_EQ(got[k], quantile_of_sorted(sorted, probabilities[k]));
}

}  // namespace
}  // namespace mlkit
