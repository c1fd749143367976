#include "mlkit/train/fit_pca.h"

#include <cmath>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "support/golden.h"
#include "support/golden_columns.h"
#include "train/fit_data.h"

namespace mlkit {
namespace {

DenseMatrix correlated(std::size_t rows, std::size_t cols, std::uint32_t sub) {
  RandomStream random(9, RandomPurpose::kSimulate, sub);
  std::vector<double> map(cols * cols);
  for (double& v : map) v = test::centred(random);
  DenseMatrix x{rows, cols, std::vector<double>(rows * cols)};
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t k = 0; k < cols; ++k) {
      const double factor = test::centred(random);
      for (std::size_t j = 0; j < cols; ++j) x.row(i)[j] += factor * map[k * cols + j] + 10.0 * static_cast<double>(j);
    }
  }
  return x;
}

PcaFit fit(const DenseMatrix& x, const PcaOptions& options = {}, int threads = 2) {
  Context context(threads);
  return fit_pca(x, options, context);
}

// Coordinates of all rows.
DenseMatrix project(const PcaModel& model, const DenseMatrix& x) {
  DenseMatrix out{x.rows, model.outputs(), std::vector<double>(x.rows * model.outputs())};
  for (std::size_t i = 0; i < x.rows; ++i) model.predict_row(x.row(i), out.row(i));
  return out;
}

double covariance(const DenseMatrix& x, std::size_t a, std::size_t b) {
  long double mean_a = 0, mean_b = 0, sum = 0;
  for (std::size_t i = 0; i < x.rows; ++i) mean_a += x.row(i)[a], mean_b += x.row(i)[b];
  mean_a /= static_cast<long double>(x.rows);
  mean_b /= static_cast<long double>(x.rows);
  for (std::size_t i = 0; i < x.rows; ++i) sum += (x.row(i)[a] - mean_a) * (x.row(i)[b] - mean_b);
  return static_cast<double>(sum / static_cast<long double>(x.rows - 1));
}

// Components are orthonormal, coordinates are uncorrelated and vary as is said, nothing of the variance is lost: that
// is what principal components are.
void expect_principal(const DenseMatrix& x, const PcaFit& got) {
  const PcaModel& model = *got.model;
  const DenseMatrix z = project(model, x);
  const double scale = model.parts().variance[0];
  for (std::size_t a = 0; a < model.outputs(); ++a) {
    for (std::size_t b = 0; b <= a; ++b) {
      double dot = 0;
      for (std::size_t j = 0; j < x.cols; ++j) dot += model.component(a)[j] * model.component(b)[j];
      EXPECT_NEAR(dot, a == b ? 1.0 : 0.0, 1e-13);
      EXPECT_NEAR(covariance(z, a, b), a == b ? model.parts().variance[a] : 0.0, 1e-13 * scale);
    }
    if (a > 0) {
      EXPECT_LE(model.parts().variance[a], model.parts().variance[a - 1]);
    }
    double largest = 0;
    for (const double v : model.component(a)) largest = std::abs(v) > std::abs(largest) ? v : largest;
    EXPECT_GT(largest, 0);
  }
  double total = 0;
  for (std::size_t j = 0; j < x.cols; ++j) total += covariance(x, j, j);
  EXPECT_NEAR(got.total_variance, total, 1e-12 * total);
}

TEST(FitPca, ComponentsArePrincipal) {
  for (const std::size_t rows : {2u, 5u, 12u, 13u, 100u, 9000u}) {
    const DenseMatrix x = correlated(rows, 12, static_cast<std::uint32_t>(rows));
    expect_principal(x, fit(x));
  }
}

TEST(FitPca, TheSameBytesForAnyNumberOfThreads) {
  const DenseMatrix x = correlated(30000, 6, 1);
  const std::string once = test::bytes_of(*fit(x, {}, 1).model);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(test::bytes_of(*fit(x, {}, threads).model), once) << threads;
}

TEST(FitPca, WhitenedCoordinatesHaveUnitVariance) {
  const DenseMatrix x = correlated(500, 4, 2);
  const PcaFit got = fit(x, {3, true});
  const DenseMatrix z = project(*got.model, x);
  for (std::size_t a = 0; a < 3; ++a) {
    for (std::size_t b = 0; b <= a; ++b) EXPECT_NEAR(covariance(z, a, b), a == b ? 1.0 : 0.0, 1e-11);
  }
}

TEST(FitPca, AShareTakesAsFewComponentsAsExplainIt) {
  const DenseMatrix x = correlated(200, 6, 3);
  const PcaFit all = fit(x);
  double share = 0;
  for (std::size_t c = 0; c < 6; ++c) {
    const double before = share;
    share += all.model->parts().variance_ratio[c];
    EXPECT_EQ(fit(x, {(before + share) / 2, false}).model->outputs(), c + 1);
  }
}

TEST(FitPca, RefusesWhatItCannotDo) {
  EXPECT_THROW(fit(DenseMatrix{1, 2, {1, 2}}), Error);
  EXPECT_THROW(fit(DenseMatrix{3, 2, {1, 2, 1, 2, 1, 2}}), Error);
  EXPECT_THROW(fit(DenseMatrix{3, 2, {1, 2, 2, 3, 3, 4}}, {2, false}), Error);  // on one line
  EXPECT_EQ(fit(DenseMatrix{3, 2, {1, 2, 2, 3, 3, 4}}).model->outputs(), 1u);
}

TEST(PcaGolden, EveryCase) {
  int cases = 0;
  for (const Json& test_case : test::golden_cases("pca")) {
    ++cases;
    SCOPED_TRACE(test_case.at("id"));
    const auto table = test::read_plain_csv(test::golden_data(test_case.at("dataset").get<std::string>()));
    const std::vector<std::string> names = test_case.at("columns");
    std::vector<std::size_t> all(table.rows);
    for (std::size_t i = 0; i < all.size(); ++i) all[i] = i;
    DenseMatrix x{table.rows, names.size(), std::vector<double>(table.rows * names.size())};
    for (std::size_t j = 0; j < names.size(); ++j) {
      std::vector<double> column;
      for (const std::string& cell : table.at(names[j])) column.push_back(test::to_number(cell));
      if (test_case.at("standardise") != "none") test::standardise(column, all);
      for (std::size_t i = 0; i < x.rows; ++i) x.row(i)[j] = column[i];
    }
    const PcaFit got = fit(x);
    const Json& want = test_case.at("expected");
    const Json& tolerance = test_case.at("tolerance");
    ASSERT_EQ(got.model->outputs(), names.size());
    for (std::size_t c = 0; c < names.size(); ++c) {
      const double variance = want.at("explained_variance_n_minus_1")[c];
      EXPECT_NEAR(got.model->parts().variance[c], variance, tolerance.at("variance_rtol").get<double>() * variance);
      EXPECT_NEAR(got.model->parts().variance_ratio[c], want.at("explained_variance_ratio")[c].get<double>(),
                  tolerance.at("ratio_atol").get<double>());
      for (std::size_t j = 0; j < names.size(); ++j) {
        EXPECT_NEAR(got.model->component(c)[j],
                    want.at("components_sign_fixed_largest_abs_positive")[c][j].get<double>(),
                    tolerance.at("component_atol").get<double>());
      }
    }
    if (!want.contains("scores_first_3_rows")) continue;
    const DenseMatrix z = project(*got.model, x);
    for (std::size_t i = 0; i < 3; ++i) {
      for (std::size_t c = 0; c < want.at("scores_first_3_rows")[i].size(); ++c) {
        EXPECT_NEAR(z.row(i)[c], want.at("scores_first_3_rows")[i][c].get<double>(),
                    tolerance.at("score_atol").get<double>());
      }
    }
  }
  EXPECT_EQ(cases, 3);
}

}  // namespace
}  // namespace mlkit
