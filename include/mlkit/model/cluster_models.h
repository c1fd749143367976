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
#include "mlkit/model/kd_tree.h"
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

// The cluster of the nearest known row (of equally near ones the first), or noise where none is within `radius`. Made
// by DBSCAN (its core rows, eps) and by hierarchical clustering (all rows, no radius), for rows that came later.
class NearestRowModel : public Model {
 public:
  struct Parts {
    std::string kind;  // dbscan, hierarchical
    DenseMatrix rows;
    std::vector<std::uint32_t> labels;  // per row, each below `clusters`
    std::uint64_t clusters = 0;
    double radius = 0;  // infinity: no row is noise
  };
  explicit NearestRowModel(Parts parts);

  std::string_view kind() const override { return parts_.kind; }
  Task task() const override { return Task::kClustering; }
  std::size_t inputs() const override { return parts_.rows.cols; }
  std::size_t outputs() const override { return 2; }
  // Without a known row (DBSCAN found noise only) everything is noise, at distance 0.
  void predict_row(std::span<const double> features, std::span<double> out) const override;
  void predict_sparse_row(CsrMatrix::Row features, std::span<double> out) const override;
  ModelDescription describe() const override;
  void save(BinaryWriter& out) const override;
  static std::unique_ptr<Model> load_dbscan(BinaryReader& in) { return load("dbscan", in); }
  static std::unique_ptr<Model> load_hierarchical(BinaryReader& in) { return load("hierarchical", in); }

  const Parts& parts() const { return parts_; }

 private:
  static std::unique_ptr<Model> load(const std::string& kind, BinaryReader& in);
  Parts parts_;
  KdTree tree_;
};

}  // namespace mlkit
