#include "mlkit/workflow/cluster_rows.h"

#include <algorithm>
#include <cmath>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/io/model_file.h"
#include "mlkit/workflow/unsupervised.h"

namespace mlkit {
namespace {

// Three clumps on a line of two columns in different units, with a label and an identifier beside them.
Table clumps() {
  std::vector<double> km, grams, id;
  std::vector<std::string> town;
  for (int i = 0; i < 30; ++i) {
    km.push_back(10.0 * (i % 3) + 0.1 * (i / 3));
    grams.push_back(1000.0 * (i % 3) + 7.0 * ((i * 7) % 10));
    id.push_back(i + 1);
    town.push_back(std::string(1, static_cast<char>('a' + i % 3)));
  }
  Column numbers = make_numeric_column("id", id);
  numbers.numbers().integer = true;
  return Table({numbers, make_numeric_column("km", km), make_numeric_column("grams", grams),
                make_category_column("town", town)});
}

UnsupervisedRows prepared(const Table& table, const UnsupervisedOptions& options = {}) {
  Context context(2);
  return prepare_unsupervised(table, options, context);
}

TEST(PrepareUnsupervised, TakesTheNumbersAndScalesThem) {
  Context context(2);
  const UnsupervisedRows rows = prepare_unsupervised(clumps(), {}, context);
  EXPECT_EQ(rows.preprocess.feature_names(), (std::vector<std::string>{"km", "grams"}));
  for (std::size_t j = 0; j < 2; ++j) {
    double squares = 0;
    for (std::size_t i = 0; i < rows.x.rows; ++i) squares += rows.x.row(i)[j] * rows.x.row(i)[j];
    EXPECT_NEAR(squares / 30, 1.0, 1e-12);
  }
  const std::vector<std::string> warnings = context.take_warnings();
  EXPECT_TRUE(std::any_of(warnings.begin(), warnings.end(),
                          [](const std::string& w) { return w.find("\"town\" (category)") != std::string::npos; }));
}

TEST(PrepareUnsupervised, WordsThatAreNamedBecomeOneHot) {
  UnsupervisedOptions options;
  options.features = {"km", "town"};
  EXPECT_EQ(prepared(clumps(), options).preprocess.feature_names(),
            (std::vector<std::string>{"km", "town=a", "town=b", "town=c"}));
}

TEST(PrepareUnsupervised, RefusesTablesWithoutNumbersOrRows) {
  Context context(1);
  EXPECT_THROW(prepare_unsupervised(Table({make_category_column("t", {"a", "b", "a"})}), {}, context), Error);
  EXPECT_THROW(prepare_unsupervised(Table({make_numeric_column("x", {})}), {}, context), Error);
}

TEST(PrepareUnsupervised, CountsAndNamesWhatItFilled) {
  Context context(1);
  const Table table({make_numeric_column("x", {1, std::nan(""), 3, 2}), make_numeric_column("y", {1, 2, 3, 4})});
  EXPECT_EQ(prepare_unsupervised(table, {}, context).filled, 1u);
  EXPECT_FALSE(context.take_warnings().empty());
  UnsupervisedOptions options;
  options.preprocess.impute = "none";
  EXPECT_THROW(prepare_unsupervised(table, options, context), Error);
}

ClusterOptions by(const std::string& method, std::optional<std::int64_t> k = {}) {
  ClusterOptions options;
  options.method = method;
  options.k = k;
  return options;
}

TEST(ClusterRows, EveryMethodFindsTheClumps) {
  const UnsupervisedRows rows = prepared(clumps());
  for (const char* method : {"kmeans", "minibatch", "hierarchical", "dbscan"}) {
    Context context(2);
    const bool density = std::string(method) == "dbscan";
    const ClusterCandidates got =
        cluster_rows(rows.x, by(method, density ? std::optional<std::int64_t>() : 3), context);
    EXPECT_EQ(got.all[0].sizes, (std::vector<std::uint64_t>{10, 10, 10})) << method;
    EXPECT_GT(got.all[0].silhouette->mean, 0.8) << method;
    for (std::size_t i = 3; i < 30; ++i) EXPECT_EQ(got.all[0].labels[i], got.all[0].labels[i % 3]) << method;
  }
}

TEST(ClusterRows, SealedModelsGiveTheirRowsTheirClusters) {
  const Table table = clumps();
  const UnsupervisedRows rows = prepared(table);
  for (const char* method : {"kmeans", "minibatch", "hierarchical", "dbscan"}) {
    Context context(2);
    const bool density = std::string(method) == "dbscan";
    const ClusterCandidates got =
        cluster_rows(rows.x, by(method, density ? std::optional<std::int64_t>() : 3), context);
    const Pipeline sealed = seal_unsupervised(table, rows, got.all[0].model, {}, {}, context);
    const std::string bytes = pipeline_to_bytes(sealed);
    const Pipeline loaded = pipeline_from_bytes(bytes, "model");
    EXPECT_EQ(pipeline_to_bytes(loaded), bytes) << method;
    EXPECT_EQ(loaded.task(), Task::kClustering);
    EXPECT_EQ(loaded.predict(table, context).labels, got.all[0].labels) << method;
    const SelfTestResult replayed = replay_self_test(loaded);
    EXPECT_EQ(replayed.passed, replayed.rows) << method;
  }
}

TEST(TryClusterNumbers, RecommendTheNumberOfClumps) {
  const UnsupervisedRows rows = prepared(clumps());
  for (const char* method : {"kmeans", "hierarchical"}) {
    Context context(2);
    const ClusterCandidates got = try_cluster_numbers(rows.x, by(method), 2, 6, context);
    EXPECT_EQ(got.all.size(), 5u);
    EXPECT_EQ(got.all[got.best].sizes.size(), 3u) << method;
    EXPECT_EQ(got.recommendation.rfind("k = 3 by silhouette", 0), 0u) << got.recommendation;
  }
}

TEST(TryClusterNumbers, StopsAtTheRowsThereAre) {
  Context context(1);
  const DenseMatrix x{3, 1, {1, 2, 9}};
  EXPECT_EQ(try_cluster_numbers(x, by("kmeans"), 1, 10, context).all.size(), 3u);
  EXPECT_THROW(try_cluster_numbers(x, by("kmeans"), 4, 10, context), Error);
  EXPECT_THROW(cluster_rows(x, by("hierarchical", 4), context), Error);
}

}  // namespace
}  // namespace mlkit
