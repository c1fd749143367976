#include "mlkit/drift/binned.h"

#include <gtest/gtest.h>

#include <cmath>

namespace mlkit {
namespace {

TEST(Binned, EqualQuantilesAreOneEdgeAndBinsHoldTheirUpperEdge) {
  const std::vector<double> sorted = {1, 1, 1, 1, 2, 3, 4, 5, 6, 7};
  const std::vector<double> edges = quantile_edges(sorted, 5);  // type 7 at .2 .4 .6 .8: 1, 1.6, 3.4, 5.2
  ASSERT_EQ(edges.size(), 4u);
  EXPECT_EQ(count_sorted(sorted, edges), (Counts{4, 0, 2, 2, 2}));
  EXPECT_EQ(distinct_edges(std::vector<double>{1, 1, 2}), (std::vector<double>{1, 2}));
  EXPECT_EQ(count_sorted(std::vector<double>{}, edges), (Counts{0, 0, 0, 0, 0}));
  EXPECT_TRUE(quantile_edges(std::vector<double>{}, 5).empty());
}

TEST(Binned, NoRowsSayNothing) {
  const Counts none = {0, 0}, some = {3, 4};
  EXPECT_EQ(population_stability_index(none, some), 0);
  EXPECT_EQ(jensen_shannon_distance(some, none), 0);
  EXPECT_EQ(total_variation(some, none), 0);
  EXPECT_EQ(chi_square_homogeneity(none, some).p_value, 1);
  EXPECT_EQ(chi_square_homogeneity({5, 0}, {6, 0}).p_value, 1);
  EXPECT_EQ(psi_chance_bound(0.95, 10, 0, 5), 0);
}

// chi2.ppf(0.999, 9) = 27.877164871256568 (scipy) times 1/1000 + 1/500.
TEST(Binned, ChanceBoundFallsWithTheRows) {
  EXPECT_NEAR(psi_chance_bound(0.999, 10, 1000, 500), 27.877164871256568 * 0.003, 1e-12);
}

TEST(Binned, LabelsChangeAtTenAndTwentyFiveHundredths) {
  EXPECT_EQ(psi_label(0.0999), "stable");
  EXPECT_EQ(psi_label(0.1), "moderate");
  EXPECT_EQ(psi_label(0.2499), "moderate");
  EXPECT_EQ(psi_label(0.25), "major");
}

// scipy.stats.contingency.association([[10, 20, 30], [20, 20, 20]], method="cramer") = 0.21081851067789195
TEST(Binned, CramersVIsThatOfScipy) {
  EXPECT_NEAR(chi_square_homogeneity({10, 20, 30}, {20, 20, 20}).cramers_v, 0.21081851067789195, 1e-15);
}

// R: p.adjust(c(.01, .04, .03, .005), "holm") and "BH".
TEST(Binned, AdjustedProbabilitiesAreThoseOfR) {
  const std::vector<double> p = {0.01, 0.04, 0.03, 0.005};
  const std::vector<double> holm = adjust_holm(p), bh = adjust_benjamini_hochberg(p);
  const double holm_expected[] = {0.03, 0.06, 0.06, 0.02}, bh_expected[] = {0.02, 0.04, 0.04, 0.02};
  for (std::size_t i = 0; i < p.size(); ++i) {
    EXPECT_NEAR(holm[i], holm_expected[i], 1e-15);
    EXPECT_NEAR(bh[i], bh_expected[i], 1e-15);
  }
  EXPECT_TRUE(adjust_holm(std::vector<double>{}).empty());
  EXPECT_EQ(adjust_holm(std::vector<double>{0.9, 0.8}), (std::vector<double>{1, 1}));
}

}  // namespace
}  // namespace mlkit
