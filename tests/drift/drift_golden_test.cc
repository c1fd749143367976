// tests/golden/drift.json: exact fractions, exact probabilities by counting lattice paths in rationals, and the
// formulas in double by an independent program; cross-checked against R's ks.test and scipy.
#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>

#include "mlkit/data/sort_doubles.h"
#include "mlkit/drift/binned.h"
#include "mlkit/drift/ks_test.h"
#include "support/golden.h"

namespace mlkit {
namespace {

std::vector<double> sorted_numbers(const Json& list) {
  auto values = list.get<std::vector<double>>();
  std::vector<double> scratch;
  sort_doubles(values, scratch);
  return values;
}

void expect_ks(const Json& test, const std::vector<double>& a, const std::vector<double>& b) {
  const Json& expected = test["expected"];
  const auto p_near = [&](double got, double want) {
    EXPECT_FALSE(std::isnan(got));
    EXPECT_LE(std::fabs(got - want),
              test["tolerance"]["p_atol"].get<double>() + test["tolerance"]["p_rtol"].get<double>() * std::fabs(want));
  };
  const KsResult result = ks_two_sample(a, b);
  EXPECT_NEAR(result.statistic, expected["statistic"].get<double>(), 1e-15);
  EXPECT_TRUE(result.exact);
  p_near(result.p_value, expected["p_exact_permutation"]);
  p_near(ks_limit_p(result.statistic, a.size(), b.size()), expected["p_limit"]);
}

void expect_counts(const Json& test) {
  const auto a = test["input"]["reference_counts"].get<Counts>();
  const auto b = test["input"]["current_counts"].get<Counts>();
  const Json& expected = test["expected"];
  const double atol = test["tolerance"]["atol"];
  std::vector<double> terms;
  EXPECT_NEAR(population_stability_index(a, b, test["input"]["floor"], &terms), expected["psi"], atol);
  for (std::size_t i = 0; i < terms.size(); ++i) EXPECT_NEAR(terms[i], expected["psi_terms"][i], atol);
  EXPECT_NEAR(jensen_shannon_divergence(a, b), expected["js_divergence_nats"], atol);
  // The square root of a divergence near 0 turns its error e into sqrt(e).
  EXPECT_NEAR(jensen_shannon_distance(a, b), expected["js_distance_base2"], atol);
  EXPECT_NEAR(total_variation(a, b), expected["total_variation"], atol);
  const ChiSquareResult chi2 = chi_square_homogeneity(a, b);
  const Json& chi2_expected = expected["chi2_two_sample"];
  EXPECT_NEAR(chi2.statistic, chi2_expected["statistic"], atol * std::max(1.0, chi2.statistic));
  EXPECT_EQ(chi2.df, chi2_expected["df"].get<std::size_t>());
  EXPECT_NEAR(chi2.p_value / chi2_expected["p"].get<double>(), 1, test["tolerance"]["p_rtol"].get<double>());
}

void expect_quantile_bins(const Json& test, const std::vector<double>& a, const std::vector<double>& b) {
  const Json& expected = test["expected"];
  const std::vector<double> edges = quantile_edges(a, test["input"]["bins"]);
  ASSERT_EQ(edges.size(), expected["edges"].size());
  for (std::size_t i = 0; i < edges.size(); ++i) {
    const double edge = expected["edges"][i];
    EXPECT_NEAR(edges[i], edge, 1e-12 * std::fabs(edge));
  }
  EXPECT_EQ(count_sorted(a, edges), expected["reference_counts"].get<Counts>());
  EXPECT_EQ(count_sorted(b, edges), expected["current_counts"].get<Counts>());
  EXPECT_NEAR(population_stability_index(count_sorted(a, edges), count_sorted(b, edges), test["input"]["floor"]),
              expected["psi"], test["tolerance"]["atol"].get<double>());
}

TEST(DriftGolden, EveryCaseIsMet) {
  std::size_t cases = 0;
  for (const Json& test : mlkit::test::golden_cases("drift")) {
    SCOPED_TRACE(test["id"].get<std::string>());
    ++cases;
    const std::string kind = test["test"];
    if (kind == "psi_counts") {
      expect_counts(test);
      continue;
    }
    const std::vector<double> a = sorted_numbers(test["input"]["reference"]);
    const std::vector<double> b = sorted_numbers(test["input"]["current"]);
    if (kind == "ks_two_sample") {
      expect_ks(test, a, b);
    } else if (kind == "psi_quantile_bins") {
      expect_quantile_bins(test, a, b);
    } else {
      ASSERT_EQ(kind, "wasserstein_1");
      EXPECT_NEAR(sample_distance(a, b).wasserstein, test["expected"]["wasserstein_1"], 1e-12);
    }
  }
  EXPECT_EQ(cases, 21u);
}

}  // namespace
}  // namespace mlkit
