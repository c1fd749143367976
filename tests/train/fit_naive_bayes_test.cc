#include "mlkit/train/fit_naive_bayes.h"

#include <gtest/gtest.h>

#include <cmath>

#include "fit_data.h"
#include "mlkit/base/error.h"

namespace mlkit {
namespace {

Dataset rows(std::size_t cols, std::vector<double> values, std::vector<std::uint32_t> labels, std::size_t classes,
             std::vector<double> weights = {}) {
  Dataset data;
  data.features = DenseMatrix{labels.size(), cols, std::move(values)};
  data.labels = std::move(labels);
  data.weights = std::move(weights);
  for (std::size_t c = 0; c < classes; ++c) data.classes.push_back("class" + std::to_string(c));
  return data;
}

Fitted<NaiveBayesModel> fit(const Dataset& data, const std::vector<FeatureGroup>& groups, double alpha = 1,
                            int threads = 1) {
  Context context(threads);
  NaiveBayesOptions options;
  options.nb_alpha = alpha;
  return fit_naive_bayes(DatasetView(data), groups, options, context);
}

std::vector<double> answer(const Model& model, const std::vector<double>& row) {
  std::vector<double> out(model.outputs());
  model.predict_row(row, out);
  return out;
}

void expect_near(const std::vector<double>& got, const std::vector<double>& expected) {
  ASSERT_EQ(got.size(), expected.size());
  // Some tens of roundings of logarithms of size 10: 1e-13 is far above them.
  for (std::size_t i = 0; i < got.size(); ++i) EXPECT_NEAR(got[i], expected[i], 1e-13) << i;
}

const std::vector<double> kCounts = {2, 1, 0, 0, 1, 0, 0, 3, 0, 2, 1, 0, 0, 0, 4, 1, 1, 1, 1, 0};
const std::vector<FeatureGroup> kTerms = {{FeatureGroupKind::kTerms, 0, 4}};

// scikit-learn 1.2.1: MultinomialNB(alpha).fit(X, y, sample_weight=w).predict_proba.
TEST(FitNaiveBayes, TextsAgreeWithMultinomialNaiveBayesOfScikitLearn) {
  const Dataset data = rows(4, kCounts, {0, 0, 1, 1, 2}, 3, {1, 2, .5, 1, 3});
  const auto one = fit(data, kTerms);
  expect_near(answer(*one.model, {1, 0, 2, 0}), {0.03391851932403764, 0.29913562960703777, 0.6669458510689242});
  expect_near(answer(*one.model, {0, 0, 0, 0}), {0.39999999999999997, 0.19999999999999998, 0.39999999999999997});
  expect_near(answer(*one.model, {3, 1, 0, .5}), {0.5722273958960472, 0.006090506840298677, 0.42168209726365435});
  const auto tenth = fit(data, kTerms, 0.1);
  expect_near(answer(*tenth.model, {1, 0, 2, 0}), {0.0007074843943676058, 0.08233527823486571, 0.916957237370767});
  expect_near(answer(*tenth.model, {3, 1, 0, .5}), {0.729078774015559, 2.1511724961118373e-05, 0.27089971425947973});
}

// scikit-learn 1.2.1: GaussianNB().fit(X, y).predict_proba.
TEST(FitNaiveBayes, NumbersAgreeWithGaussianNaiveBayesOfScikitLearn) {
  const Dataset data = rows(2, {1, 10, 2, 14, 7, 9, 8, 20, 4, 26, 10, 17}, {0, 0, 0, 1, 1, 1}, 2);
  const auto found = fit(data, {{FeatureGroupKind::kNumber, 0, 1}, {FeatureGroupKind::kNumber, 1, 1}});
  expect_near(answer(*found.model, {5, 16}), {0.2589539777505591, 0.7410460222494404});
  expect_near(answer(*found.model, {6, 13}), {0.878924614831986, 0.12107538516801362});
  expect_near(answer(*found.model, {1, 20}), {0.004886457188117283, 0.9951135428118835});
}

// scikit-learn 1.2.1: CategoricalNB(alpha=1).fit(codes, y, sample_weight=w).predict_proba; two columns of three levels.
TEST(FitNaiveBayes, LevelsAgreeWithCategoricalNaiveBayesOfScikitLearn) {
  const auto levels = [](std::vector<std::pair<int, int>> codes) {
    std::vector<double> out;
    for (const auto& [a, b] : codes) {
      for (int level = 0; level < 3; ++level) out.push_back(a == level ? 1 : 0);
      for (int level = 0; level < 3; ++level) out.push_back(b == level ? 1 : 0);
    }
    return out;
  };
  const Dataset data =
      rows(6, levels({{0, 1}, {0, 0}, {1, 2}, {2, 2}, {2, 1}, {1, 2}}), {0, 0, 0, 1, 1, 1}, 2, {1, 1, 2, 1, 1, 1});
  const auto found = fit(data, {{FeatureGroupKind::kLevels, 0, 3}, {FeatureGroupKind::kLevels, 3, 3}});
  expect_near(answer(*found.model, levels({{0, 2}})), {0.7461139896373057, 0.25388601036269437});
  expect_near(answer(*found.model, levels({{2, 0}})), {0.3950617283950616, 0.6049382716049385});
  expect_near(answer(*found.model, levels({{1, 1}})), {0.5950413223140495, 0.40495867768595045});
  // A missing cell says nothing: the product of one column and the prior.
  const std::vector<double> gap = answer(*found.model, {0, 0, 0, 0, 0, 1});
  const auto alone =
      fit(rows(3, {0, 1, 0, 1, 0, 0, 0, 0, 1, 0, 0, 1, 0, 1, 0, 0, 0, 1}, {0, 0, 0, 1, 1, 1}, 2, {1, 1, 2, 1, 1, 1}),
          {{FeatureGroupKind::kLevels, 0, 3}});
  expect_near(gap, answer(*alone.model, {0, 0, 1}));
}

TEST(FitNaiveBayes, SparseRowsAndThreadsChangeNoBit) {
  Dataset data = test::random_data(9000, 6, 3, 4, 0.6);
  for (double& x : std::get<DenseMatrix>(data.features).values) x = std::abs(x);
  const std::vector<FeatureGroup> groups = {
      {FeatureGroupKind::kNumber, 0, 1}, {FeatureGroupKind::kTerms, 1, 4}, {FeatureGroupKind::kNumber, 5, 1}};
  const auto dense = fit(data, groups);
  const Dataset sparse = test::as_sparse(data);
  const std::string bytes = test::bytes_of(*dense.model);
  EXPECT_EQ(bytes, test::bytes_of(*fit(sparse, groups, 1, 3).model));
  EXPECT_EQ(bytes, test::bytes_of(*fit(data, groups, 1, 8).model));
  BinaryReader in(bytes, "model");
  const std::unique_ptr<Model> loaded = NaiveBayesModel::load(in);
  EXPECT_EQ(bytes, test::bytes_of(*loaded));
  std::vector<double> of_sparse(3);
  for (std::size_t i = 0; i < 50; ++i) {
    const auto row = std::get<DenseMatrix>(data.features).row(i);
    const std::vector<double> expected = answer(*dense.model, {row.begin(), row.end()});
    loaded->predict_sparse_row(std::get<CsrMatrix>(sparse.features).row(i), of_sparse);
    EXPECT_EQ(of_sparse, expected) << i;
  }
}

TEST(FitNaiveBayes, WeightTwoIsTheRowTwice) {
  const auto weighted = fit(rows(4, kCounts, {0, 0, 1, 1, 1}, 2, {1, 2, 1, 1, 1}), kTerms);
  std::vector<double> twice = kCounts;
  twice.insert(twice.end(), kCounts.begin() + 4, kCounts.begin() + 8);
  const auto repeated = fit(rows(4, twice, {0, 0, 1, 1, 1, 0}, 2), kTerms);
  expect_near(answer(*weighted.model, {1, 0, 2, 0}), answer(*repeated.model, {1, 0, 2, 0}));
}

TEST(FitNaiveBayes, LongTextsAndFarNumbersStayProbabilities) {
  const auto texts = fit(rows(4, kCounts, {0, 0, 1, 1, 1}, 2), kTerms);
  const std::vector<double> sure = answer(*texts.model, {0, 0, 1e6, 0});
  EXPECT_EQ(sure[0] + sure[1], 1);
  EXPECT_GT(sure[1], 0.999);
  const auto numbers = fit(rows(1, {1, 2, 5, 6}, {0, 0, 1, 1}, 2), {{FeatureGroupKind::kNumber, 0, 1}});
  for (const double far : {1e100, -1e300}) {
    const std::vector<double> p = answer(*numbers.model, {far});
    EXPECT_TRUE(p[0] >= 0 && p[1] >= 0 && std::abs(p[0] + p[1] - 1) < 1e-15) << far;
  }
}

TEST(FitNaiveBayes, AClassWithoutWordsAndAConstantNumberAreNoFault) {
  const auto words = fit(rows(2, {0, 0, 0, 0, 3, 1}, {0, 0, 1}, 2), {{FeatureGroupKind::kTerms, 0, 2}});
  EXPECT_GT(answer(*words.model, {3, 1})[1], 0.3);
  const auto constant = fit(rows(1, {7, 7, 7}, {0, 1, 1}, 2), {{FeatureGroupKind::kNumber, 0, 1}});
  expect_near(answer(*constant.model, {7}), {1.0 / 3, 2.0 / 3});
}

TEST(FitNaiveBayes, RefusesOneClassAndSigns) {
  EXPECT_THROW(fit(rows(4, kCounts, {0, 0, 0, 0, 0}, 2), kTerms), Error);
  EXPECT_THROW(fit(rows(1, {-5, 1}, {0, 1}, 2), {{FeatureGroupKind::kTerms, 0, 1}}), Error);
}

// The log-odds that the description states are those of the answers.
TEST(FitNaiveBayes, CoefficientsAreTheLogOddsOfOneMoreWord) {
  const auto found = fit(rows(4, kCounts, {0, 0, 1, 1, 1}, 2), kTerms);
  const ModelDescription description = found.model->describe();
  const auto odds = [&](const std::vector<double>& row) {
    const std::vector<double> p = answer(*found.model, row);
    return std::log(p[1] / p[0]);
  };
  ASSERT_EQ(description.coefficients.size(), 1u);
  EXPECT_NEAR(description.intercepts[0], odds({0, 0, 0, 0}), 1e-12);
  EXPECT_NEAR(description.coefficients[0][2], odds({0, 0, 1, 0}) - odds({0, 0, 0, 0}), 1e-12);
}

}  // namespace
}  // namespace mlkit
