// Clusterings as models: a row gets the number of its cluster (from 0; -1 is noise) and its Euclidean distance
// to what made it a member, in the units of the model's inputs (scaled ones, where the pipeline scales). The two
// outputs of predict_row are cluster and distance.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mlkit/model/centroids.h"
#include "mlkit/model/model.h"

namespace mlkit {

// The cluster of the nearest centroid (of equally near ones the first). Made by k-means and mini-batch k-means.
class CentroidModel : public Model {
 public:
  // `centroids` is k x inputs, row-major, finite; k >= 1.
  CentroidModel(std::size_t inputs, std::vector<double> centroids);

  std::string_view kind() const override { return "kmeans"; }
  Task task() const override { return Task::kClustering; }
  std::size_t inputs() const override { return packs_.cols(); }
  std::size_t outputs() const override { return 2; }
  void predict_row(std::span<const double> features, std::span<double> out) const override;
  void predict_sparse_row(CsrMatrix::Row features, std::span<double> out) const override;
  ModelDescription describe() const override;
  void save(BinaryWriter& out) const override;
  static std::unique_ptr<Model> load(BinaryReader& in);

  std::size_t clusters() const { return packs_.size(); }
  std::span<const double> centroid(std::size_t c) const { return {centroids_.data() + c * inputs(), inputs()}; }
  std::span<const double> centroids() const { return centroids_; }
  const CentroidPacks& packs() const { return packs_; }

 private:
  std::vector<double> centroids_;
  CentroidPacks packs_;
};

}  // namespace mlkit
