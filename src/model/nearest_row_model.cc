#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "mlkit/model/cluster_models.h"

namespace mlkit {
namespace {

constexpr std::uint32_t kVersion = 1;

// What is wrong with the parts, or "".
std::string_view problem_of(const NearestRowModel::Parts& parts) {
  if (parts.rows.cols == 0 || parts.rows.values.size() % parts.rows.cols != 0 ||
      parts.rows.values.size() / parts.rows.cols != parts.rows.rows || parts.labels.size() != parts.rows.rows) {
    return "sizes do not fit";
  }
  if (parts.rows.rows >= std::numeric_limits<std::uint32_t>::max()) return "too many rows";
  if (!(parts.radius > 0)) return "the radius is not above 0";
  const auto finite = [](double v) { return std::isfinite(v); };
  if (!std::all_of(parts.rows.values.begin(), parts.rows.values.end(), finite)) return "a row is not finite";
  const auto known = [&](std::uint32_t label) {
    return label < parts.clusters && label <= static_cast<std::uint32_t>(std::numeric_limits<std::int32_t>::max());
  };
  return std::all_of(parts.labels.begin(), parts.labels.end(), known) ? "" : "a label is out of range";
}

}  // namespace

NearestRowModel::NearestRowModel(Parts parts) : parts_(std::move(parts)) {
  const std::string_view problem = problem_of(parts_);
  if (!problem.empty()) throw std::invalid_argument("NearestRowModel: " + std::string(problem));
  tree_ = KdTree(parts_.rows);
}

void NearestRowModel::predict_row(std::span<const double> features, std::span<double> out) const {
  out[0] = -1;
  out[1] = 0;
  if (tree_.size() == 0) return;
  const KdTree::Nearest nearest = tree_.nearest(features.data());
  out[1] = std::sqrt(nearest.squared);
  if (nearest.squared <= parts_.radius * parts_.radius) out[0] = parts_.labels[nearest.index];
}

void NearestRowModel::predict_sparse_row(CsrMatrix::Row features, std::span<double> out) const {
  // The tree wants a dense row: one per call, for rows as wide as one-hot columns make them.
  std::vector<double> dense(inputs());
  for (std::size_t e = 0; e < features.columns.size(); ++e) dense[features.columns[e]] = features.values[e];
  predict_row(dense, out);
}

ModelDescription NearestRowModel::describe() const {
  ModelDescription description;
  description.kind = kind();
  description.task = task();
  description.numbers.emplace_back("clusters", static_cast<double>(parts_.clusters));
  description.numbers.emplace_back("rows", static_cast<double>(parts_.rows.rows));
  if (std::isfinite(parts_.radius)) description.numbers.emplace_back("radius", parts_.radius);
  return description;
}

void NearestRowModel::save(BinaryWriter& out) const {
  out.u32(kVersion);
  out.u64(parts_.rows.cols);
  out.f64s(parts_.rows.values);
  out.u32s(parts_.labels);
  out.u64(parts_.clusters);
  out.boolean(std::isfinite(parts_.radius));
  if (std::isfinite(parts_.radius)) out.f64(parts_.radius);
}

std::unique_ptr<Model> NearestRowModel::load(const std::string& kind, BinaryReader& in) {
  if (in.u32() != kVersion) in.fail("clustering of an unknown version");
  Parts parts;
  parts.kind = kind;
  parts.rows.cols = in.u64();
  parts.rows.values = in.finite_f64s();
  parts.labels = in.u32s();
  parts.rows.rows = parts.labels.size();
  parts.clusters = in.u64();
  parts.radius = in.boolean() ? in.finite_f64() : std::numeric_limits<double>::infinity();
  const std::string_view problem = problem_of(parts);
  if (!problem.empty()) in.fail("clustering: " + std::string(problem));
  return std::make_unique<NearestRowModel>(std::move(parts));
}

}  // namespace mlkit
