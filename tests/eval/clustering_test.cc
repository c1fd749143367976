#include "mlkit/eval/clustering.h"

#include <cmath>
#include <map>

#include <gtest/gtest.h>

#include "mlkit/base/random.h"
#include "mlkit/eval/cluster_profiles.h"
#include "support/golden.h"
#include "support/golden_columns.h"

namespace mlkit {
namespace {

struct Iris {
  DenseMatrix x;
  std::vector<std::int32_t> species;
};

Iris read_iris() {
  const auto table = test::read_plain_csv(test::golden_data("data/iris.csv"));
  Iris out;
  out.x = {table.rows, 4, std::vector<double>(table.rows * 4)};
  std::map<std::string, std::int32_t> number;
  for (std::size_t i = 0; i < table.rows; ++i) {
    for (std::size_t j = 0; j < 4; ++j) out.x.row(i)[j] = test::to_number(table.at(table.names[j])[i]);
    const std::string& name = table.at(table.names[4])[i];
    out.species.push_back(number.emplace(name, static_cast<std::int32_t>(number.size())).first->second);
  }
  return out;
}

Json golden_case(const std::string& id) {
  for (const Json& test_case : test::golden_cases("clustering")) {
    if (test_case.at("id") == id) return test_case;
  }
  return {};
}

TEST(Silhouette, IrisByItsSpecies) {
  const Iris iris = read_iris();
  const Context context(2);
  const auto got = silhouette(iris.x, iris.species, 42, context);
  ASSERT_TRUE(got);
  const Json want = golden_case("silhouette_iris_true_labels").at("expected");
  EXPECT_NEAR(got->mean, want.at("silhouette_mean_euclidean").get<double>(), 1e-10);
  for (std::size_t i = 0; i < 5; ++i)
    EXPECT_NEAR(got->values[i], want.at("silhouette_first_5")[i].get<double>(), 1e-10);
  EXPECT_NEAR(got->cluster_means[0], want.at("per_class_mean").at("setosa").get<double>(), 1e-10);
  EXPECT_NEAR(got->cluster_means[1], want.at("per_class_mean").at("versicolor").get<double>(), 1e-10);
  EXPECT_NEAR(got->cluster_means[2], want.at("per_class_mean").at("virginica").get<double>(), 1e-10);
  EXPECT_FALSE(got->sampled);
}

TEST(Silhouette, ASingletonHasNone) {
  const Json test_case = golden_case("silhouette_toy_with_singleton");
  const std::vector<double> values = test_case.at("input").at("x");
  const std::vector<std::int32_t> labels = test_case.at("input").at("labels");
  const Context context(1);
  const auto got = silhouette(DenseMatrix{values.size(), 1, values}, labels, 1, context);
  for (std::size_t i = 0; i < values.size(); ++i) {
    EXPECT_NEAR(got->values[i], test_case.at("expected").at("samples")[i].get<double>(), 1e-12);
  }
  EXPECT_NEAR(got->mean, test_case.at("expected").at("mean").get<double>(), 1e-12);
}

TEST(Silhouette, OfASampleComesWithItsInterval) {
  RandomStream random(2, RandomPurpose::kSimulate);
  const std::size_t n = 3000;
  DenseMatrix x{n, 2, std::vector<double>(2 * n)};
  std::vector<std::int32_t> labels;
  for (std::size_t i = 0; i < n; ++i) {
    labels.push_back(i % 3 == 0 ? -1 : static_cast<std::int32_t>(i % 3) - 1);
    for (double& v : x.row(i)) v = (labels[i] == 1 ? 2.0 : 0.0) + random.uniform();
  }
  const Context context(2);
  const auto all = silhouette(x, labels, 5, context);
  const auto some = silhouette(x, labels, 5, context, 1000);
  EXPECT_EQ(all->rows.size(), 2000u);  // without noise
  EXPECT_EQ(some->rows.size(), 500u);
  EXPECT_TRUE(some->sampled);
  EXPECT_LT(some->low, all->mean);
  EXPECT_GT(some->high, all->mean);
  EXPECT_LT(some->high - some->low, 0.05);
}

TEST(Silhouette, IsNotDefinedForOneCluster) {
  const Context context(1);
  EXPECT_FALSE(silhouette(DenseMatrix{3, 1, {1, 2, 3}}, std::vector<std::int32_t>{0, 0, -1}, 1, context));
  EXPECT_FALSE(silhouette(DenseMatrix{2, 1, {1, 2}}, std::vector<std::int32_t>{-1, -1}, 1, context));
}

// calinski_harabasz_score and davies_bouldin_score of scikit-learn 1.2.1 on iris by its species.
TEST(ClusterScores, IrisByItsSpecies) {
  const Iris iris = read_iris();
  const Context context(2);
  const ClusterScores got = cluster_scores(iris.x, iris.species, context);
  EXPECT_NEAR(*got.calinski_harabasz, 487.33087637489984, 1e-9);
  EXPECT_NEAR(*got.davies_bouldin, 0.7513707094756737, 1e-12);
}

TEST(ClusterScores, AreLeftOutWhereTheyAreNotDefined) {
  const Context context(1);
  const std::vector<std::int32_t> each = {0, 1, 2};
  EXPECT_FALSE(cluster_scores(DenseMatrix{3, 1, {1, 2, 3}}, each, context).calinski_harabasz);
  EXPECT_FALSE(cluster_scores(DenseMatrix{4, 1, {1, 3, 1, 3}}, std::vector<std::int32_t>{0, 0, 1, 1}, context)
                   .davies_bouldin);  // both centroids at 2
  EXPECT_FALSE(cluster_scores(DenseMatrix{2, 1, {1, 2}}, std::vector<std::int32_t>{0, 0}, context).davies_bouldin);
}

TEST(FindKnee, IsFarthestBelowTheLineBetweenTheEnds) {
  EXPECT_EQ(find_knee(std::vector<double>{1, 2, 3, 4, 5}, std::vector<double>{100, 30, 20, 15, 10}), 1u);
  EXPECT_EQ(find_knee(std::vector<double>{1, 2, 3}, std::vector<double>{3, 2, 1}), 0u);  // a line bends nowhere
  EXPECT_EQ(find_knee(std::vector<double>{1, 2}, std::vector<double>{3, 1}), 0u);
}

TEST(ClusterProfiles, NameWhatIsDifferent) {
  const Table table({make_numeric_column("age", {20, 22, 60, 62}), make_numeric_column("same", {1, 1, 1, 1}),
                     make_category_column("town", {"a", "a", "b", "a"})});
  const Context context(2);
  const auto got =
      cluster_profiles(table, std::vector<std::int32_t>{0, 0, 1, -1}, std::vector<std::size_t>{0, 1, 2}, context);
  ASSERT_EQ(got.size(), 3u);
  EXPECT_EQ(got[0].columns[0].column, "age");
  EXPECT_EQ(got[0].columns[0].here, 21);
  EXPECT_EQ(got[0].columns[0].overall, 41);
  EXPECT_NEAR(got[0].columns[0].contrast, -20 / std::sqrt(401.0), 1e-12);  // mean of the squares 441, 361, 361, 441
  EXPECT_EQ(got[1].columns[0].column, "town");
  EXPECT_EQ(got[1].columns[0].level, "b");
  EXPECT_EQ(got[1].columns[0].here, 1);
  EXPECT_EQ(got[2].cluster, -1);
  for (const ClusterProfile& profile : got) {
    for (const ColumnContrast& contrast : profile.columns) EXPECT_NE(contrast.column, "same");
  }
}

}  // namespace
}  // namespace mlkit
