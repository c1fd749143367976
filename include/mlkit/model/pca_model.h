// Principal components as a model: the coordinates of a row along them.
//
//   pc_c = sum_j (x_j - mean_j) component_cj      (whitened: divided by the standard deviation along c)
//
// summed in eight lanes over the feature index.
#pragma once

#include <cstddef>
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "mlkit/model/model.h"

namespace mlkit {

class PcaModel : public Model {
 public:
  struct Parts {
    std::size_t inputs = 0;
    std::vector<double> mean;            // inputs
    std::vector<double> components;      // outputs x inputs, row-major, orthonormal
    std::vector<double> variance;        // along each, denominator n - 1
    std::vector<double> variance_ratio;  // share of the variance of all features
    bool whiten = false;                 // components of no variance are then 0 everywhere
  };
  explicit PcaModel(Parts parts);

  std::string_view kind() const override { return "pca"; }
  Task task() const override { return Task::kReduction; }
  std::size_t inputs() const override { return parts_.inputs; }
  std::size_t outputs() const override { return parts_.variance.size(); }
  void predict_row(std::span<const double> features, std::span<double> out) const override;
  void predict_sparse_row(CsrMatrix::Row features, std::span<double> out) const override;
  ModelDescription describe() const override;
  void save(BinaryWriter& out) const override;
  static std::unique_ptr<Model> load(BinaryReader& in);

  const Parts& parts() const { return parts_; }
  std::span<const double> component(std::size_t c) const {
    return {parts_.components.data() + c * parts_.inputs, parts_.inputs};
  }

 private:
  double whitened(std::size_t c, double value) const;
  Parts parts_;
};

}  // namespace mlkit
