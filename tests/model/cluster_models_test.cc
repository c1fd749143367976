#include "mlkit/model/cluster_models.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/model/kd_tree.h"
#include "mlkit/model/pca_model.h"

namespace mlkit {
namespace {

std::vector<double> random_numbers(std::size_t n, std::uint32_t sub) {
  RandomStream random(7, RandomPurpose::kSample, sub);
  std::vector<double> out(n);
  for (double& v : out) v = std::nearbyint(8 * random.normal()) / 4;  // a grid: many equal distances
  return out;
}

NearestRowModel::Parts near_rows(std::size_t cols, double radius) {
  NearestRowModel::Parts parts;
  parts.kind = std::isfinite(radius) ? "dbscan" : "hierarchical";
  parts.rows = {60, cols, random_numbers(60 * cols, 3)};
  for (std::uint32_t i = 0; i < 60; ++i) parts.labels.push_back(i % 5);
  parts.clusters = 5;
  parts.radius = radius;
  return parts;
}

std::vector<std::unique_ptr<Model>> one_of_each(std::size_t cols) {
  std::vector<std::unique_ptr<Model>> models;
  models.push_back(std::make_unique<CentroidModel>(cols, random_numbers(11 * cols, 1)));
  models.push_back(std::make_unique<NearestRowModel>(near_rows(cols, 1.5)));
  models.push_back(std::make_unique<NearestRowModel>(near_rows(cols, std::numeric_limits<double>::infinity())));
  PcaModel::Parts pca{cols, random_numbers(cols, 4), random_numbers(2 * cols, 5), {2, 0.5}, {0.7, 0.1}, true};
  models.push_back(std::make_unique<PcaModel>(std::move(pca)));
  return models;
}

std::vector<double> answer(const Model& model, std::span<const double> row) {
  std::vector<double> out(model.outputs());
  model.predict_row(row, out);
  return out;
}

TEST(ClusterModels, SaveAndLoadGiveTheSameBytesAndAnswers) {
  for (const auto& model : one_of_each(9)) {
    BinaryWriter out;
    model->save(out);
    BinaryReader in(out.data(), "model");
    const std::unique_ptr<Model> loaded = load_model(model->kind(), in);
    in.expect_end();
    BinaryWriter again;
    loaded->save(again);
    EXPECT_EQ(again.data(), out.data()) << model->kind();
    const std::vector<double> row = random_numbers(9, 20);
    EXPECT_EQ(answer(*loaded, row), answer(*model, row));
  }
}

TEST(ClusterModels, TruncatedBytesAreRefused) {
  for (const auto& model : one_of_each(2)) {
    BinaryWriter out;
    model->save(out);
    for (std::size_t size = 0; size < out.data().size(); size += 3) {
      BinaryReader in(std::string_view(out.data()).substr(0, size), "model");
      EXPECT_THROW(load_model(model->kind(), in), Error) << model->kind() << " " << size;
    }
  }
}

TEST(ClusterModels, SparseRowsGiveTheBitsOfDenseOnes) {
  const std::size_t cols = 21;
  for (const auto& model : one_of_each(cols)) {
    for (std::uint32_t i = 0; i < 20; ++i) {
      std::vector<double> dense = random_numbers(cols, 30 + i);
      std::vector<std::uint32_t> columns;
      std::vector<double> values;
      for (std::uint32_t j = 0; j < cols; ++j) {
        if ((i + j) % 3 != 0) dense[j] = 0;
        if (dense[j] == 0) continue;
        columns.push_back(j);
        values.push_back(dense[j]);
      }
      std::vector<double> sparse(model->outputs());
      model->predict_sparse_row({columns, values}, sparse);
      EXPECT_EQ(sparse, answer(*model, dense)) << model->kind();
    }
  }
}

TEST(CentroidModel, TheFirstOfEquallyNearCentroidsWins) {
  const CentroidModel model(1, {5, 1, 3, 1});
  EXPECT_EQ(answer(model, std::vector<double>{2}), (std::vector<double>{1, 1}));
  EXPECT_EQ(answer(model, std::vector<double>{1}), (std::vector<double>{1, 0}));
  EXPECT_EQ(answer(model, std::vector<double>{9}), (std::vector<double>{0, 4}));
}

TEST(NearestRowModel, BeyondTheRadiusIsNoise) {
  NearestRowModel::Parts parts;
  parts.kind = "dbscan";
  parts.rows = {2, 1, {0, 10}};
  parts.labels = {0, 1};
  parts.clusters = 2;
  parts.radius = 2;
  const NearestRowModel model(parts);
  EXPECT_EQ(answer(model, std::vector<double>{2}), (std::vector<double>{0, 2}));
  EXPECT_EQ(answer(model, std::vector<double>{2.5}), (std::vector<double>{-1, 2.5}));
  parts.rows = {0, 1, {}};
  parts.labels = {};
  EXPECT_EQ(answer(NearestRowModel(parts), std::vector<double>{2}), (std::vector<double>{-1, 0}));
}

TEST(ClusterModels, SizesThatDoNotFitAreRefused) {
  EXPECT_THROW(CentroidModel(2, {1, 2, 3}), std::invalid_argument);
  EXPECT_THROW(CentroidModel(1, {}), std::invalid_argument);
  EXPECT_THROW(CentroidModel(1, {std::nan("")}), std::invalid_argument);
  NearestRowModel::Parts parts = near_rows(2, 1);
  parts.labels[3] = 5;
  EXPECT_THROW(NearestRowModel{parts}, std::invalid_argument);
  EXPECT_THROW(PcaModel(PcaModel::Parts{2, {0, 0}, {1, 0}, {-1}, {1}, false}), std::invalid_argument);
}

TEST(KdTree, AnswersAsLookingAtEveryPointDoes) {
  for (const std::size_t cols : {1u, 2u, 5u, 14u}) {
    const DenseMatrix points{700, cols, random_numbers(700 * cols, static_cast<std::uint32_t>(40 + cols))};
    const KdTree tree(points);
    const DenseMatrix queries{60, cols, random_numbers(60 * cols, static_cast<std::uint32_t>(80 + cols))};
    for (std::size_t q = 0; q < queries.rows; ++q) {
      const double* row = queries.row(q).data();
      std::vector<double> all;
      KdTree::Nearest want;
      for (std::uint32_t i = 0; i < points.rows; ++i) {
        double squared = 0;
        for (std::size_t j = 0; j < cols; ++j) squared += (row[j] - points.row(i)[j]) * (row[j] - points.row(i)[j]);
        if (squared < want.squared) want = {i, squared};
        all.push_back(squared);
      }
      EXPECT_EQ(tree.nearest(row).index, want.index);
      EXPECT_EQ(tree.nearest(row).squared, want.squared);
      for (const double radius : {0.0, 0.25, 2.0, 30.0}) {
        std::vector<bool> seen(points.rows);
        tree.within(row, radius, [&](std::uint32_t i, double squared) {
          EXPECT_FALSE(seen[i]);
          EXPECT_EQ(squared, all[i]);
          seen[i] = true;
        });
        for (std::size_t i = 0; i < points.rows; ++i) EXPECT_EQ(seen[i], all[i] <= radius);
      }
      std::sort(all.begin(), all.end());
      all.resize(9);
      EXPECT_EQ(tree.nearest_distances(row, 9), all);
    }
  }
}

}  // namespace
}  // namespace mlkit
