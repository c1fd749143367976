#include "mlkit/model/linear_models.h"

#include <bit>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/math.h"
#include "mlkit/base/random.h"

namespace mlkit {
namespace {

constexpr std::size_t kInputs = 21;  // two full groups of eight lanes and a rest

std::vector<double> random_numbers(std::size_t n, std::uint32_t sub) {
  RandomStream random(7, RandomPurpose::kSample, sub);
  std::vector<double> out(n);
  for (double& v : out) v = random.normal();
  return out;
}

std::vector<std::unique_ptr<Model>> one_of_each() {
  std::vector<std::unique_ptr<Model>> models;
  models.push_back(std::make_unique<LogisticModel>(kInputs, 2, std::vector<double>{0.3}, random_numbers(kInputs, 1)));
  models.push_back(std::make_unique<LogisticModel>(kInputs, 3, random_numbers(3, 2), random_numbers(3 * kInputs, 3)));
  models.push_back(std::make_unique<LogisticModel>(kInputs, 3, random_numbers(3, 2), random_numbers(3 * kInputs, 3),
                                                   std::vector<std::uint8_t>{0, 1, 0}));
  models.push_back(std::make_unique<LinearModel>(-2.5, random_numbers(kInputs, 4)));
  models.push_back(std::make_unique<DummyModel>(Task::kMulticlass, kInputs, std::vector<double>{0.25, 0.5, 0.25}));
  models.push_back(std::make_unique<DummyModel>(Task::kRegression, kInputs, std::vector<double>{17.5}));
  return models;
}

// Some rows with many zeros, both ways of storing them.
std::pair<Matrix, Matrix> dense_and_sparse(std::size_t rows) {
  DenseMatrix dense{rows, kInputs, std::vector<double>(rows * kInputs)};
  CsrMatrix sparse;
  sparse.rows = rows;
  sparse.cols = kInputs;
  const std::vector<double> numbers = random_numbers(rows * kInputs, 5);
  for (std::size_t i = 0; i < rows; ++i) {
    for (std::size_t j = 0; j < kInputs; ++j) {
      if ((i + j) % 3 != 0) continue;
      dense.row(i)[j] = numbers[i * kInputs + j];
      sparse.columns.push_back(static_cast<std::uint32_t>(j));
      sparse.values.push_back(numbers[i * kInputs + j]);
    }
    sparse.starts.push_back(sparse.values.size());
  }
  return {dense, sparse};
}

const std::vector<double>& answers(const Predictions& p) { return p.classes > 0 ? p.probabilities : p.values; }

TEST(LinearModels, SparseRowsGiveTheBitsOfDenseRows) {
  const auto [dense, sparse] = dense_and_sparse(50);
  for (const auto& model : one_of_each()) {
    const Predictions from_dense = predict_rows(*model, MatrixView(dense), Context(2));
    const Predictions from_sparse = predict_rows(*model, MatrixView(sparse), Context(2));
    EXPECT_EQ(answers(from_dense), answers(from_sparse)) << model->kind();
  }
}

TEST(LinearModels, PredictingASubsetIsTheSubsetOfPredicting) {
  const Matrix dense = dense_and_sparse(50).first;
  const std::vector<std::uint32_t> subset{49, 3, 3, 0};
  for (const auto& model : one_of_each()) {
    const Predictions all = predict_rows(*model, MatrixView(dense), Context(2));
    const Predictions some = predict_rows(*model, MatrixView(dense, subset), Context(2));
    ASSERT_EQ(some.rows, subset.size());
    const std::size_t width = model->outputs();
    for (std::size_t i = 0; i < subset.size(); ++i) {
      for (std::size_t c = 0; c < width; ++c) {
        EXPECT_EQ(answers(some)[i * width + c], answers(all)[subset[i] * width + c]);
      }
    }
  }
}

TEST(LinearModels, SaveLoadSaveIsByteEqualAndPredictsTheSame) {
  const Matrix dense = dense_and_sparse(20).first;
  for (const auto& model : one_of_each()) {
    BinaryWriter first, second;
    model->save(first);
    BinaryReader reader(first.data(), "model");
    const std::unique_ptr<Model> loaded = load_model(model->kind(), reader);
    reader.expect_end();
    loaded->save(second);
    EXPECT_EQ(first.data(), second.data());
    EXPECT_EQ(loaded->task(), model->task());
    EXPECT_EQ(loaded->inputs(), model->inputs());
    const Predictions before = predict_rows(*model, MatrixView(dense), Context(2));
    const Predictions after = predict_rows(*loaded, MatrixView(dense), Context(2));
    EXPECT_EQ(answers(before), answers(after));
  }
}

TEST(LinearModels, TruncatedFilesAreRefusedAtEveryLength) {
  for (const auto& model : one_of_each()) {
    BinaryWriter out;
    model->save(out);
    for (std::size_t length = 0; length < out.data().size(); ++length) {
      BinaryReader reader(std::string_view(out.data()).substr(0, length), "model");
      EXPECT_THROW(load_model(model->kind(), reader), Error) << model->kind() << " at " << length;
    }
  }
}

TEST(LinearModels, FilesWithWrongSizesOrNumbersAreRefused) {
  const auto refused = [](std::string_view kind, const BinaryWriter& out) {
    BinaryReader reader(out.data(), "model");
    EXPECT_THROW(load_model(kind, reader), Error);
  };
  const double nan = std::numeric_limits<double>::quiet_NaN();
  const std::vector<double> one{1.0}, two{1.0, 2.0}, bad{nan};
  for (const std::uint64_t inputs : {std::uint64_t{3}, std::uint64_t{1} << 63, ~std::uint64_t{0}}) {
    BinaryWriter out;
    out.u32(1), out.u64(inputs), out.u64(2), out.f64s(one), out.f64s(two), out.boolean(false);
    refused("logistic", out);
  }
  for (const std::uint64_t classes : {std::uint64_t{0}, std::uint64_t{1}, std::uint64_t{1} << 62}) {
    BinaryWriter out;
    out.u32(1), out.u64(2), out.u64(classes), out.f64s(one), out.f64s(two), out.boolean(false);
    refused("logistic", out);
  }
  BinaryWriter not_finite;
  not_finite.u32(1), not_finite.f64(0), not_finite.f64s(bad);
  refused("linear", not_finite);
  BinaryWriter newer;
  newer.u32(2), newer.f64(0), newer.f64s(one);
  refused("linear", newer);
  BinaryWriter share;
  share.u32(1), share.u8(0), share.u64(1), share.f64s(std::vector<double>{1.5, -0.5});
  refused("dummy", share);
  BinaryWriter unknown;
  refused("oracle", unknown);
}

TEST(LogisticModel, BinaryIsTheSigmoidAndItsComplement) {
  const LogisticModel model(1, 2, {0.5}, {2.0});
  for (const double x : {-400.0, -3.0, -0.25, 0.0, 1.0, 400.0}) {
    double p[2];
    model.predict_row(std::span<const double>(&x, 1), p);
    EXPECT_EQ(p[1], sigmoid(0.5 + 2 * x));
    EXPECT_EQ(p[0], sigmoid(-(0.5 + 2 * x)));
    EXPECT_NEAR(p[0] + p[1], 1.0, 2.3e-16);
  }
}

TEST(LogisticModel, ScoresOfAThousandStayFinite) {
  const LogisticModel model(1, 3, {0, 0, 0}, {1000, 0, -1000});
  for (const double x : {-1.0, 1.0}) {
    double p[3];
    model.predict_row(std::span<const double>(&x, 1), p);
    EXPECT_EQ(p[x > 0 ? 0 : 2], 1.0);
    EXPECT_EQ(p[1], 0.0);
  }
}

TEST(LogisticModel, AnAbsentClassGetsProbabilityZero) {
  const LogisticModel model(1, 3, {0, 50, 0}, {1, 1, -1}, {0, 1, 0});
  double p[3];
  const double x = 0;
  model.predict_row(std::span<const double>(&x, 1), p);
  EXPECT_EQ(p[0], 0.5);
  EXPECT_EQ(p[1], 0.0);
  EXPECT_EQ(p[2], 0.5);
}

TEST(LogisticModel, RefusesWhatDoesNotFit) {
  EXPECT_THROW(LogisticModel(2, 2, {0.0}, {1.0}), std::invalid_argument);
  EXPECT_THROW(LogisticModel(1, 3, {0.0}, {1.0}), std::invalid_argument);
  EXPECT_THROW(LogisticModel(1, 2, {std::nan("")}, {1.0}), std::invalid_argument);
  EXPECT_THROW(DummyModel(Task::kBinary, 1, {0.2, 0.3, 0.5}), std::invalid_argument);
}

}  // namespace
}  // namespace mlkit
