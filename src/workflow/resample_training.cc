#include "mlkit/workflow/resample_training.h"

#include <utility>

namespace mlkit {
namespace {

std::vector<double> weight_per_class(const Dataset& data) {
  std::vector<double> out(data.classes.size());
  for (std::size_t row = 0; row < data.labels.size(); ++row) {
    out[data.labels[row]] += data.weights.empty() ? 1.0 : data.weights[row];
  }
  return out;
}

std::vector<double> pick_weights(const std::vector<double>& weights, const ResamplePlan& plan) {
  std::vector<double> out;
  if (weights.empty()) return out;
  for (const std::uint32_t row : plan.kept) out.push_back(weights[row]);
  for (const MadeRow& made : plan.made) out.push_back(weights[made.base]);
  return out;
}

}  // namespace

ResampledRows resample_training(const Table& table, std::span<const std::size_t> columns, const Preprocess& preprocess,
                                const Dataset& original, const ResampleOptions& options, Context& context) {
  ResamplePlan plan = plan_resample(table, columns, original.labels, original.classes, options, context);
  ResampledRows out;
  {
    const Table rows = apply_resample(table, columns, {}, plan);
    out.data.features = preprocess.transform(rows, columns, context);
  }
  out.data.feature_names = original.feature_names;
  out.data.classes = original.classes;
  out.data.weights = pick_weights(original.weights, plan);
  out.data.labels = std::move(plan.labels);
  const std::vector<double> before = weight_per_class(original);
  const std::vector<double> after = weight_per_class(out.data);
  for (std::size_t c = 0; c < before.size(); ++c) {
    out.odds.push_back(before[c] > 0 && after[c] > 0 ? after[c] / before[c] : 1.0);
  }
  out.rows_before = std::move(plan.rows_before);
  out.rows_after = std::move(plan.rows_after);
  return out;
}

}  // namespace mlkit
