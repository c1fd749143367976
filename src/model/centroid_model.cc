#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "mlkit/model/cluster_models.h"

namespace mlkit {
namespace {

constexpr std::uint32_t kVersion = 1;

std::size_t count_points(std::size_t inputs, std::size_t values) {
  if (inputs == 0 || values == 0 || values % inputs != 0) {
    throw std::invalid_argument("CentroidModel: sizes do not fit");
  }
  return values / inputs;
}

void set_answer(const CentroidPacks::Nearest& nearest, std::span<double> out) {
  out[0] = nearest.index;
  out[1] = std::sqrt(nearest.squared);
}

}  // namespace

CentroidModel::CentroidModel(std::size_t inputs, std::vector<double> centroids)
    : centroids_(std::move(centroids)), packs_(centroids_, count_points(inputs, centroids_.size()), inputs) {
  if (!std::all_of(centroids_.begin(), centroids_.end(), [](double v) { return std::isfinite(v); })) {
    throw std::invalid_argument("CentroidModel: a centroid is not finite");
  }
}

void CentroidModel::predict_row(std::span<const double> features, std::span<double> out) const {
  set_answer(packs_.nearest(features.data()), out);
}

void CentroidModel::predict_sparse_row(CsrMatrix::Row features, std::span<double> out) const {
  set_answer(packs_.nearest(features), out);
}

ModelDescription CentroidModel::describe() const {
  ModelDescription description;
  description.kind = kind();
  description.task = task();
  description.numbers.emplace_back("clusters", static_cast<double>(clusters()));
  for (std::size_t c = 0; c < clusters(); ++c) {
    description.points.emplace_back(centroid(c).begin(), centroid(c).end());
  }
  return description;
}

void CentroidModel::save(BinaryWriter& out) const {
  out.u32(kVersion);
  out.u64(inputs());
  out.f64s(centroids_);
}

std::unique_ptr<Model> CentroidModel::load(BinaryReader& in) {
  if (in.u32() != kVersion) in.fail("k-means model of an unknown version");
  const std::uint64_t inputs = in.u64();
  std::vector<double> centroids = in.finite_f64s();
  if (inputs == 0 || centroids.empty() || centroids.size() % inputs != 0) {
    in.fail("k-means model whose sizes do not fit");
  }
  return std::make_unique<CentroidModel>(inputs, std::move(centroids));
}

}  // namespace mlkit
