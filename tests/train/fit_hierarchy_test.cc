#include "mlkit/train/fit_hierarchy.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>
#include <numeric>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "support/golden.h"
#include "support/golden_columns.h"
#include "train/fit_data.h"

namespace mlkit {
namespace {

DenseMatrix scattered(std::size_t rows, std::size_t cols, std::uint32_t sub) {
  RandomStream random(6, RandomPurpose::kSimulate, sub);
  DenseMatrix x{rows, cols, std::vector<double>(rows * cols)};
  for (double& v : x.values) v = 5 * test::centred(random);
  return x;
}

double distance(const DenseMatrix& x, std::size_t a, std::size_t b) {
  double sum = 0;
  for (std::size_t j = 0; j < x.cols; ++j) sum += (x.row(a)[j] - x.row(b)[j]) * (x.row(a)[j] - x.row(b)[j]);
  return std::sqrt(sum);
}

// The distance of two clusters by the definition of the linkage, from their rows.
double by_definition(const DenseMatrix& x, const std::string& linkage, const std::vector<std::size_t>& a,
                     const std::vector<std::size_t>& b) {
  if (linkage == "ward") {
    double squared = 0;
    for (std::size_t j = 0; j < x.cols; ++j) {
      double mean_a = 0, mean_b = 0;
      for (const std::size_t i : a) mean_a += x.row(i)[j] / static_cast<double>(a.size());
      for (const std::size_t i : b) mean_b += x.row(i)[j] / static_cast<double>(b.size());
      squared += (mean_a - mean_b) * (mean_a - mean_b);
    }
    const auto na = static_cast<double>(a.size()), nb = static_cast<double>(b.size());
    return std::sqrt(2 * na * nb / (na + nb) * squared);
  }
  double least = std::numeric_limits<double>::infinity(), most = 0, sum = 0;
  for (const std::size_t i : a) {
    for (const std::size_t j : b) {
      const double here = distance(x, i, j);
      least = std::min(least, here);
      most = std::max(most, here);
      sum += here;
    }
  }
  if (linkage == "single") return least;
  return linkage == "complete" ? most : sum / static_cast<double>(a.size() * b.size());
}

// Merges the two nearest clusters again and again, looking at all pairs.
std::vector<double> heights_by_definition(const DenseMatrix& x, const std::string& linkage) {
  std::vector<std::vector<std::size_t>> clusters;
  for (std::size_t i = 0; i < x.rows; ++i) clusters.push_back({i});
  std::vector<double> heights;
  while (clusters.size() > 1) {
    double least = std::numeric_limits<double>::infinity();
    std::size_t best_a = 0, best_b = 0;
    for (std::size_t a = 0; a < clusters.size(); ++a) {
      for (std::size_t b = a + 1; b < clusters.size(); ++b) {
        const double here = by_definition(x, linkage, clusters[a], clusters[b]);
        if (here < least) least = here, best_a = a, best_b = b;
      }
    }
    heights.push_back(least);
    clusters[best_a].insert(clusters[best_a].end(), clusters[best_b].begin(), clusters[best_b].end());
    clusters.erase(clusters.begin() + static_cast<std::ptrdiff_t>(best_b));
  }
  return heights;
}

const char* const kLinkages[] = {"ward", "complete", "average", "single"};

TEST(FitHierarchy, MergesByTheDefinitionOfTheLinkage) {
  for (const char* linkage : kLinkages) {
    for (std::uint32_t sub = 0; sub < 4; ++sub) {
      const DenseMatrix x = scattered(30 + sub, 1 + sub, sub);
      Context context(2);
      const std::vector<Merge> merges = fit_hierarchy(x, linkage, context);
      const std::vector<double> want = heights_by_definition(x, linkage);
      ASSERT_EQ(merges.size(), want.size());
      // Lance and Williams' update of ward squares and takes roots some 30 times: 30 roundings of numbers near 10.
      for (std::size_t i = 0; i < want.size(); ++i) EXPECT_NEAR(merges[i].height, want[i], 1e-13 * 30) << linkage;
    }
  }
}

// scipy.cluster.hierarchy.linkage and fcluster (scipy 1.10.1): the five last heights and the sum of all; the sizes of
// three clusters in the order of their first rows.
TEST(FitHierarchy, IrisAsScipyHasIt) {
  const auto table = test::read_plain_csv(test::golden_data("data/iris.csv"));
  DenseMatrix x{table.rows, 4, std::vector<double>(table.rows * 4)};
  for (std::size_t j = 0; j < 4; ++j) {
    for (std::size_t i = 0; i < x.rows; ++i) x.row(i)[j] = test::to_number(table.at(table.names[j])[i]);
  }
  struct Known {
    std::string linkage;
    std::vector<double> last;
    double sum;
    std::vector<int> sizes;
  };
  const Known known[] = {
      {"ward",
       {3.828052620290243, 4.847708507921838, 6.399406819518539, 12.300396052792589, 32.44760699959244},
       138.16224196388305,
       {50, 64, 36}},
      {"complete",
       {2.2360679774997894, 2.428991560298224, 3.2109188716004646, 4.024922359499621, 7.085195833567341},
       87.52824631225513,
       {50, 72, 28}},
      {"average",
       {1.3141878740166033, 1.3809937393292773, 1.7855664820227883, 1.9636140862746496, 4.062682686118029},
       65.21280928322638,
       {50, 64, 36}},
      {"single",
       {0.6324555320336759, 0.6480740698407862, 0.7348469228349535, 0.818535277187245, 1.6401219466856727},
       43.52377963829875,
       {50, 98, 2}},
  };
  for (const Known& want : known) {
    Context context(2);
    const std::vector<Merge> merges = fit_hierarchy(x, want.linkage, context);
    double sum = 0;
    for (const Merge& merge : merges) sum += merge.height;
    const double slack = 1e-10;  // 149 updates, each a few roundings
    EXPECT_NEAR(sum, want.sum, slack * want.sum) << want.linkage;
    for (std::size_t i = 0; i < 5; ++i) {
      EXPECT_NEAR(merges[merges.size() - 5 + i].height, want.last[i], slack * want.last[i]) << want.linkage;
    }
    const std::vector<std::int32_t> labels = cut_hierarchy(merges, 3);
    for (std::int32_t c = 0; c < 3; ++c) {
      EXPECT_EQ(std::count(labels.begin(), labels.end(), c), want.sizes[static_cast<std::size_t>(c)]) << want.linkage;
    }
  }
}

TEST(FitHierarchy, TheSameForAnyNumberOfThreads) {
  const DenseMatrix x = scattered(300, 3, 9);
  for (const char* linkage : kLinkages) {
    Context one(1), three(3);
    const std::vector<Merge> a = fit_hierarchy(x, linkage, one);
    const std::vector<Merge> b = fit_hierarchy(x, linkage, three);
    for (std::size_t i = 0; i < a.size(); ++i) {
      EXPECT_EQ(a[i].left, b[i].left);
      EXPECT_EQ(a[i].right, b[i].right);
      EXPECT_EQ(a[i].height, b[i].height);
    }
  }
}

TEST(FitHierarchy, CutsGiveAsManyClustersAsAsked) {
  const DenseMatrix x = scattered(50, 2, 11);
  Context context(1);
  const std::vector<Merge> merges = fit_hierarchy(x, "average", context);
  EXPECT_EQ(merges.back().size, 50u);
  for (std::size_t k = 1; k <= 50; ++k) {
    const std::vector<std::int32_t> labels = cut_hierarchy(merges, k);
    EXPECT_EQ(static_cast<std::size_t>(*std::max_element(labels.begin(), labels.end())) + 1, k);
    EXPECT_EQ(labels[0], 0);
  }
}

TEST(FitHierarchy, TakesOneRowEqualRowsAndNamesItsLimits) {
  Context context(1);
  EXPECT_TRUE(fit_hierarchy(DenseMatrix{1, 1, {3}}, "ward", context).empty());
  for (const char* linkage : kLinkages) {
    const std::vector<Merge> merges = fit_hierarchy(DenseMatrix{4, 1, {3, 3, 3, 3}}, linkage, context);
    ASSERT_EQ(merges.size(), 3u);
    EXPECT_EQ(merges.back().height, 0);
    EXPECT_THROW(fit_hierarchy(DenseMatrix{3, 1, {1e300, -1e300, 0}}, linkage, context), Error);
  }
  const DenseMatrix many{kMostMatrixRows + 1, 1, std::vector<double>(kMostMatrixRows + 1)};
  EXPECT_THROW(fit_hierarchy(many, "ward", context), Error);
  EXPECT_THROW(fit_hierarchy(DenseMatrix{0, 1, {}}, "single", context), Error);
}

}  // namespace
}  // namespace mlkit
