#include "mlkit/train/fit_kmeans.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/train/fit_minibatch_kmeans.h"
#include "support/golden.h"
#include "support/golden_columns.h"
#include "train/fit_data.h"

namespace mlkit {
namespace {

// Points around `centers` places; some of them twice, so that there are ties.
DenseMatrix blobs(std::size_t rows, std::size_t cols, std::size_t centers, std::uint32_t sub, double spread = 0.3) {
  RandomStream random(3, RandomPurpose::kSimulate, sub);
  std::vector<double> places(centers * cols);
  for (double& v : places) v = 4 * test::centred(random);
  DenseMatrix x{rows, cols, std::vector<double>(rows * cols)};
  for (std::size_t i = 0; i < rows; ++i) {
    const std::size_t c = random.below(centers);
    for (std::size_t j = 0; j < cols; ++j) {
      const double noise = test::centred(random) + test::centred(random);
      x.row(i)[j] = std::nearbyint((places[c * cols + j] + spread * noise) * 64) / 64;
    }
  }
  return x;
}

KMeansFit fit(const DenseMatrix& x, const KMeansOptions& options, int threads = 2) {
  Context context(threads);
  return fit_kmeans(x, options, context);
}

// Lloyd as it is written down: centroids are means in long double, ties go to the first.
struct PlainLloyd {
  std::vector<std::int32_t> labels;
  std::vector<double> centroids;
};
PlainLloyd plain_lloyd(const DenseMatrix& x, std::vector<double> centroids, int iterations) {
  const std::size_t k = centroids.size() / x.cols;
  PlainLloyd out{std::vector<std::int32_t>(x.rows, -1), std::move(centroids)};
  for (int it = 0; it <= iterations; ++it) {
    for (std::size_t i = 0; i < x.rows; ++i) {
      double least = INFINITY;
      for (std::size_t c = 0; c < k; ++c) {
        double squared = 0;
        for (std::size_t j = 0; j < x.cols; ++j) {
          const double difference = x.row(i)[j] - out.centroids[c * x.cols + j];
          squared += difference * difference;
        }
        if (squared < least) least = squared, out.labels[i] = static_cast<std::int32_t>(c);
      }
    }
    if (it == iterations) break;
    std::vector<long double> sums(k * x.cols);
    std::vector<long double> counts(k);
    for (std::size_t i = 0; i < x.rows; ++i) {
      const auto c = static_cast<std::size_t>(out.labels[i]);
      counts[c] += 1;
      for (std::size_t j = 0; j < x.cols; ++j) sums[c * x.cols + j] += x.row(i)[j];
    }
    for (std::size_t c = 0; c < k; ++c) {
      for (std::size_t j = 0; j < x.cols && counts[c] > 0; ++j) {
        out.centroids[c * x.cols + j] = static_cast<double>(sums[c * x.cols + j] / counts[c]);
      }
    }
  }
  return out;
}

std::vector<double> centroids_of(const KMeansFit& fit) {
  return {fit.model->centroids().begin(), fit.model->centroids().end()};
}

DenseMatrix first_rows(const DenseMatrix& x, std::size_t k) {
  return {k, x.cols, {x.values.begin(), x.values.begin() + static_cast<std::ptrdiff_t>(k * x.cols)}};
}

TEST(FitKmeans, BoundsChangeNoBit) {
  for (const std::size_t k : {1u, 2u, 7u, 8u, 9u, 30u, 100u}) {
    const DenseMatrix x = blobs(1500, 5, 12, static_cast<std::uint32_t>(k), 1.0);
    KMeansOptions options;
    options.k = k;
    options.centers = first_rows(x, k);
    options.tol = 0;
    options.max_iter = 40;
    const KMeansFit fast = fit(x, options);
    options.bounds = false;
    const KMeansFit plain = fit(x, options);
    EXPECT_EQ(fast.labels, plain.labels) << k;
    EXPECT_EQ(test::bytes_of(*fast.model), test::bytes_of(*plain.model)) << k;
    EXPECT_EQ(fast.report.iterations, plain.report.iterations) << k;
  }
}

TEST(FitKmeans, AgreesWithLloydAsItIsWrittenDown) {
  const DenseMatrix x = blobs(2000, 3, 6, 1, 1.0);
  KMeansOptions options;
  options.k = 6;
  options.centers = first_rows(x, 6);
  options.tol = 0;
  for (const int iterations : {1, 2, 5, 12}) {
    options.max_iter = iterations;
    const KMeansFit got = fit(x, options);
    const PlainLloyd want = plain_lloyd(x, options.centers->values, iterations);
    EXPECT_EQ(got.labels, want.labels) << iterations;
    // Coordinates are multiples of 1/64: both sums are exact, the mean is rounded once or twice.
    for (std::size_t i = 0; i < want.centroids.size(); ++i) {
      EXPECT_NEAR(centroids_of(got)[i], want.centroids[i], 4e-15);
    }
  }
}

TEST(FitKmeans, TheSameBytesForAnyNumberOfThreads) {
  const DenseMatrix x = blobs(9000, 4, 9, 2, 1.0);  // three blocks
  KMeansOptions options;
  options.k = 9;
  options.n_init = 2;
  options.max_iter = 15;
  const KMeansFit once = fit(x, options, 1);
  for (const int threads : {2, 3, 8}) {
    const KMeansFit again = fit(x, options, threads);
    EXPECT_EQ(test::bytes_of(*again.model), test::bytes_of(*once.model)) << threads;
    EXPECT_EQ(again.labels, once.labels) << threads;
    EXPECT_EQ(again.inertia, once.inertia) << threads;
  }
}

TEST(FitKmeans, AnEmptyClusterTakesTheFarthestRow) {
  // Both starts left of all rows: the second gets none, and the row farthest from the first centroid.
  const DenseMatrix x{4, 1, {0, 1, 2, 10}};
  KMeansOptions options;
  options.k = 2;
  options.centers = DenseMatrix{2, 1, {-1, -5}};
  options.max_iter = 1;
  options.tol = 0;
  const KMeansFit got = fit(x, options);
  EXPECT_EQ(got.labels, (std::vector<std::int32_t>{0, 0, 0, 1}));
  EXPECT_EQ(centroids_of(got), (std::vector<double>{1, 10}));
  EXPECT_EQ(got.inertia, 2);
}

TEST(FitKmeans, FewerDistinctRowsGiveFewerClusters) {
  const DenseMatrix equal{5, 2, std::vector<double>(10, 0.1)};
  KMeansOptions options;
  options.k = 3;
  const KMeansFit one = fit(equal, options);
  EXPECT_EQ(one.sizes, (std::vector<std::uint64_t>{5}));
  EXPECT_EQ(one.report.warnings.size(), 1u);
  const DenseMatrix two{4, 1, {1, 7, 1, 7}};
  const KMeansFit both = fit(two, options);
  EXPECT_EQ(both.sizes, (std::vector<std::uint64_t>{2, 2}));
  EXPECT_EQ(both.inertia, 0);
  options.init = "random";
  EXPECT_EQ(fit(two, options).sizes, (std::vector<std::uint64_t>{2, 2}));
}

TEST(FitKmeans, NoClusterIsEmpty) {
  const DenseMatrix x = blobs(40, 2, 40, 5);
  KMeansOptions options;
  options.k = 20;
  const KMeansFit got = fit(x, options);
  EXPECT_EQ(got.sizes.size(), 20u);
  EXPECT_GT(*std::min_element(got.sizes.begin(), got.sizes.end()), 0u);
}

TEST(FitKmeans, RefusesWhatItCannotDo) {
  KMeansOptions options;
  options.k = 3;
  EXPECT_THROW(fit(DenseMatrix{2, 1, {1, 2}}, options), Error);
  EXPECT_THROW(fit(DenseMatrix{0, 1, {}}, options), Error);
  EXPECT_THROW(fit(DenseMatrix{3, 1, {1e200, -1e200, 0}}, options), Error);
}

TEST(FitKmeans, IterationsThatDoNotSufficeAreSaid) {
  const DenseMatrix x = blobs(3000, 4, 9, 4, 2.0);
  KMeansOptions options;
  options.k = 9;
  options.n_init = 1;
  options.max_iter = 1;
  const KMeansFit got = fit(x, options);
  EXPECT_FALSE(got.report.converged);
  EXPECT_NE(got.report.message.find("--max-iter"), std::string::npos);
}

// The inertia of the clustering found is that of its labels and centroids, by definition.
TEST(FitKmeans, InertiaIsThatOfItsLabels) {
  const DenseMatrix x = blobs(500, 3, 4, 6);
  KMeansOptions options;
  options.k = 4;
  const KMeansFit got = fit(x, options);
  long double inertia = 0;
  for (std::size_t i = 0; i < x.rows; ++i) {
    double answer[2];
    got.model->predict_row(x.row(i), answer);
    EXPECT_EQ(answer[0], got.labels[i]);
    inertia += static_cast<long double>(answer[1]) * answer[1];
  }
  EXPECT_NEAR(got.inertia, static_cast<double>(inertia), 1e-12 * got.inertia);
}

DenseMatrix golden_matrix(const Json& test_case) {
  const auto table = test::read_plain_csv(test::golden_data(test_case.at("dataset").get<std::string>()));
  std::vector<std::vector<double>> columns;
  std::vector<std::size_t> all(table.rows);
  for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
  for (const Json& name : test_case.at("columns")) {
    std::vector<double> column;
    for (const std::string& cell : table.at(name)) column.push_back(test::to_number(cell));
    if (test_case.at("standardise") != "none") test::standardise(column, all);
    columns.push_back(std::move(column));
  }
  DenseMatrix x{table.rows, columns.size(), std::vector<double>(table.rows * columns.size())};
  for (std::size_t i = 0; i < x.rows; ++i) {
    for (std::size_t j = 0; j < x.cols; ++j) x.row(i)[j] = columns[j][i];
  }
  return x;
}

TEST(KmeansGolden, EveryCaseIsFoundByTheDefaults) {
  int cases = 0;
  for (const Json& test_case : test::golden_cases("clustering")) {
    if (!test_case.contains("k")) continue;
    ++cases;
    SCOPED_TRACE(test_case.at("id"));
    const DenseMatrix x = golden_matrix(test_case);
    KMeansOptions options;
    options.k = test_case.at("k");
    const KMeansFit got = fit(x, options);
    const Json& expected = test_case.at("expected");
    const double inertia = expected.at("inertia");
    EXPECT_NEAR(got.inertia, inertia, test_case.at("tolerance").at("inertia_rtol").get<double>() * inertia);
    std::vector<std::size_t> order(options.k);
    for (std::size_t c = 0; c < order.size(); ++c) order[c] = c;
    std::sort(order.begin(), order.end(),
              [&](std::size_t a, std::size_t b) { return got.model->centroid(a)[0] < got.model->centroid(b)[0]; });
    for (std::size_t c = 0; c < order.size(); ++c) {
      EXPECT_EQ(got.sizes[order[c]], expected.at("sizes")[c].get<std::uint64_t>());
      for (std::size_t j = 0; j < x.cols; ++j) {
        EXPECT_NEAR(got.model->centroid(order[c])[j],
                    expected.at("centroids_sorted_by_first_column")[c][j].get<double>(),
                    test_case.at("tolerance").at("centroid_atol").get<double>());
      }
    }
  }
  EXPECT_EQ(cases, 6);
}

// The inertia of the literature, 78.8514, from nearly any seed.
TEST(KmeansGolden, IrisInThreeFromNineteenOfTwentySeeds) {
  const Json cases = test::golden_cases("clustering");
  const auto iris = std::find_if(cases.begin(), cases.end(), [](const Json& c) { return c.at("id") == "iris_k3"; });
  const DenseMatrix x = golden_matrix(*iris);
  int found = 0;
  for (std::uint64_t seed = 0; seed < 20; ++seed) {
    KMeansOptions options;
    options.k = 3;
    options.n_init = 10;  // a tenth of the default
    options.seed = seed;
    found += std::abs(fit(x, options).inertia - 78.851441426146) < 1e-6 ? 1 : 0;
  }
  EXPECT_GE(found, 19);
}

TEST(FitMinibatchKmeans, ComesNearTheInertiaOfKmeans) {
  const DenseMatrix x = blobs(5000, 4, 5, 7);
  KMeansOptions options;
  options.k = 5;
  options.n_init = 5;
  const double best = fit(x, options).inertia;
  MiniBatchOptions batches;
  batches.k = 5;
  Context one(1);
  const KMeansFit got = fit_minibatch_kmeans(x, batches, one);
  EXPECT_GE(got.inertia, best * (1 - 1e-12));
  EXPECT_LE(got.inertia, best * 1.05);  // well separated blobs: one part in twenty
  Context three(3);
  EXPECT_EQ(test::bytes_of(*fit_minibatch_kmeans(x, batches, three).model), test::bytes_of(*got.model));
}

TEST(FitMinibatchKmeans, TakesFewAndEqualRows) {
  MiniBatchOptions batches;
  batches.k = 2;
  Context context(1);
  const KMeansFit got = fit_minibatch_kmeans(DenseMatrix{3, 1, {4, 4, 4}}, batches, context);
  EXPECT_EQ(got.sizes, (std::vector<std::uint64_t>{3}));
  EXPECT_THROW(fit_minibatch_kmeans(DenseMatrix{1, 1, {4}}, batches, context), Error);
}

}  // namespace
}  // namespace mlkit
