#include "mlkit/workflow/permutation_importance.h"

#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/summary.h"

namespace mlkit {
namespace {

// Numbers of draws that training makes under the same purpose begin at 0: these are far from them.
constexpr std::uint32_t kFirstDraw = 1u << 20;

std::string default_metric(const Pipeline& pipeline) {
  if (pipeline.task() == Task::kRegression) return "r2";
  return pipeline.task() == Task::kBinary ? "roc_auc" : "accuracy";
}

double score_of(const Pipeline& pipeline, const Table& table, const Target& truth, const std::vector<double>& weights,
                const std::string& metric, const Context& context) {
  MetricOptions options;
  options.intervals = false;
  const MetricValue value =
      score_predictions(pipeline.predict(table, context), truth, weights, {metric}, options, context)[0];
  if (value.value && std::isfinite(*value.value)) return *value.value;
  throw_data(metric + " is not defined on these rows" + (value.note.empty() ? "" : ": " + value.note),
             "choose another --metric, or give rows of all classes");
}

}  // namespace

PermutationImportance permutation_importance(const Pipeline& pipeline, const Table& table, const Target& truth,
                                             const std::vector<double>& weights, const PermutationOptions& options,
                                             Context& context) {
  PermutationImportance out;
  out.metric = find_metric(options.metric.empty() ? default_metric(pipeline) : options.metric).name;
  out.rows = table.rows();
  const double sign = find_metric(out.metric).higher_is_better ? 1 : -1;
  const std::vector<std::size_t> positions = pipeline.bind(table.schema().names());
  Table rows = table.select_columns(positions);
  out.score = score_of(pipeline, rows, truth, weights, out.metric, context);
  if (context.progress != nullptr) {
    context.progress->begin("permuting columns", positions.size() * static_cast<std::uint64_t>(options.repeats));
  }
  for (std::size_t i = 0; i < positions.size(); ++i) {
    ColumnLoss loss;
    loss.column = pipeline.inputs()[i].name;
    const Column column = rows.column(i);
    for (std::int64_t repeat = 0; repeat < options.repeats; ++repeat) {
      context.check_stop();
      const auto draw =
          static_cast<std::uint32_t>(i * static_cast<std::size_t>(options.repeats) + static_cast<std::size_t>(repeat));
      rows.column(i) =
          column.select(random_permutation(rows.rows(), options.seed, RandomPurpose::kShuffle, kFirstDraw + draw));
      const double score = score_of(pipeline, rows, truth, weights, out.metric, context);
      loss.losses.push_back(sign * (out.score - score));
      if (context.progress != nullptr) context.progress->advance(1);
    }
    rows.column(i) = column;
    const Moments moments = compute_moments(loss.losses, context);
    loss.mean = moments.mean;
    if (loss.losses.size() > 1) loss.sd = moments.sd_n_minus_1();
    out.columns.push_back(std::move(loss));
  }
  if (context.progress != nullptr) context.progress->end();
  return out;
}

}  // namespace mlkit
