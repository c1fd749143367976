#include "mlkit/train/fit_dbscan.h"

#include <algorithm>
#include <cmath>
#include <functional>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "train/fit_data.h"

namespace mlkit {
namespace {

DenseMatrix scattered(std::size_t rows, std::size_t cols, std::uint32_t sub) {
  RandomStream random(4, RandomPurpose::kSimulate, sub);
  DenseMatrix x{rows, cols, std::vector<double>(rows * cols)};
  for (double& v : x.values) v = std::nearbyint(16 * test::centred(random)) / 4;  // a grid: many equal distances
  return x;
}

double squared(const DenseMatrix& x, std::size_t a, std::size_t b) {
  double sum = 0;
  for (std::size_t j = 0; j < x.cols; ++j) sum += (x.row(a)[j] - x.row(b)[j]) * (x.row(a)[j] - x.row(b)[j]);
  return sum;
}

// By the definition, over all pairs: a cluster is grown from its first core row.
std::vector<std::int32_t> dbscan_by_definition(const DenseMatrix& x, double eps, std::size_t min_samples) {
  const auto near = [&](std::size_t a, std::size_t b) { return squared(x, a, b) <= eps * eps; };
  std::vector<bool> core(x.rows);
  for (std::size_t i = 0; i < x.rows; ++i) {
    std::size_t neighbours = 0;
    for (std::size_t j = 0; j < x.rows; ++j) neighbours += near(i, j) ? 1 : 0;
    core[i] = neighbours >= min_samples;
  }
  std::vector<std::int32_t> labels(x.rows, -1);
  std::int32_t next = 0;
  for (std::size_t i = 0; i < x.rows; ++i) {
    if (!core[i] || labels[i] >= 0) continue;
    const std::function<void(std::size_t)> grow = [&](std::size_t row) {
      for (std::size_t j = 0; j < x.rows; ++j) {
        if (labels[j] >= 0 || !near(row, j)) continue;
        labels[j] = next;
        if (core[j]) grow(j);
      }
    };
    labels[i] = next;
    grow(i);
    ++next;
  }
  return labels;
}

DbscanFit fit(const DenseMatrix& x, double eps, std::size_t min_samples, int threads = 2) {
  Context context(threads);
  DbscanOptions options;
  options.eps = eps;
  options.min_samples = min_samples;
  return fit_dbscan(x, options, context);
}

TEST(FitDbscan, IsTheDefinitionOnSmallTables) {
  for (std::uint32_t sub = 0; sub < 8; ++sub) {
    const DenseMatrix x = scattered(60 + 10 * sub, 1 + sub % 4, sub);
    for (const double eps : {0.25, 0.75, 2.0}) {
      for (const std::size_t min_samples : {1u, 3u, 8u}) {
        EXPECT_EQ(fit(x, eps, min_samples).labels, dbscan_by_definition(x, eps, min_samples))
            << sub << " " << eps << " " << min_samples;
      }
    }
  }
}

TEST(FitDbscan, TheSameForAnyNumberOfThreads) {
  const DenseMatrix x = scattered(5000, 3, 20);
  const DbscanFit once = fit(x, 0.6, 6, 1);
  for (const int threads : {2, 3, 8}) {
    const DbscanFit again = fit(x, 0.6, 6, threads);
    EXPECT_EQ(again.labels, once.labels);
    EXPECT_EQ(test::bytes_of(*again.model), test::bytes_of(*once.model));
  }
}

TEST(FitDbscan, TheModelGivesCoreRowsTheirCluster) {
  const DenseMatrix x = scattered(400, 2, 30);
  const DbscanFit got = fit(x, 0.5, 8);
  for (std::size_t i = 0; i < x.rows; ++i) {
    double answer[2];
    got.model->predict_row(x.row(i), answer);
    // Rows at a border may be nearer to another cluster than to the first that reached them.
    EXPECT_EQ(answer[0] < 0, got.labels[i] < 0);
    if (answer[1] == 0) {
      EXPECT_EQ(answer[0], got.labels[i]);
    }
  }
}

TEST(FitDbscan, EpsFromTheKneeKeepsClumpsApartAndFewRowsOut) {
  RandomStream random(8, RandomPurpose::kSimulate);
  DenseMatrix x{400, 2, std::vector<double>(800)};
  for (std::size_t i = 0; i < 400; ++i) {
    for (double& v : x.row(i)) v = (i % 2 == 0 ? 0.0 : 10.0) + test::centred(random);
  }
  const DbscanFit got = fit(x, 0, 5);
  EXPECT_GT(got.eps, 0.0);
  EXPECT_LT(got.eps, 2.0);
  // Row i is of clump i % 2, and the clumps are 8 apart.
  for (std::int32_t c = 0; c < static_cast<std::int32_t>(got.sizes.size()); ++c) {
    bool seen[2] = {false, false};
    for (std::size_t i = 0; i < 400; ++i) seen[i % 2] |= got.labels[i] == c;
    EXPECT_FALSE(seen[0] && seen[1]);
  }
  EXPECT_LT(std::count(got.labels.begin(), got.labels.end(), -1), 40);
}

TEST(FitDbscan, RefusesWhatItCannotDo) {
  EXPECT_THROW(fit(DenseMatrix{0, 1, {}}, 1, 5), Error);
  EXPECT_THROW(fit(DenseMatrix{3, 1, {2, 2, 2}}, 0, 2), Error);   // nothing suggests an eps
  EXPECT_THROW(fit(DenseMatrix{2, 1, {1, 2}}, 1e200, 2), Error);  // its square is not finite
  EXPECT_EQ(fit(DenseMatrix{1, 1, {2}}, 1, 2).labels, (std::vector<std::int32_t>{-1}));
}

}  // namespace
}  // namespace mlkit
