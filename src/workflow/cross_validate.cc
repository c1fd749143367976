#include "mlkit/workflow/cross_validate.h"

#include <cmath>

#include "mlkit/data/split.h"
#include "mlkit/data/summary.h"

namespace mlkit {
namespace {

std::vector<std::uint32_t> pick(const std::vector<std::uint32_t>& rows, const RowList& positions) {
  std::vector<std::uint32_t> out;
  out.reserve(positions.size());
  for (const std::uint32_t position : positions) out.push_back(rows[position]);
  return out;
}

void add_scores(const std::vector<MetricValue>& scores, std::vector<CrossValidated>& out) {
  if (out.empty()) {
    for (const MetricValue& score : scores) out.push_back({score.name, 0, 0, {}});
  }
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (scores[i].value && std::isfinite(*scores[i].value)) out[i].folds.push_back(*scores[i].value);
  }
}

}  // namespace

std::vector<CrossValidated> cross_validate(const Table& table, const Target& target, const TrainOptions& options,
                                           std::size_t folds, Context& context) {
  const std::vector<std::uint32_t> rows = rows_with_target(target);
  const Target present = select_target(target, rows);
  const std::vector<std::uint32_t> fold_of =
      present.labels.empty() ? folds_random(rows.size(), folds, options.seed)
                             : folds_stratified(present.labels, present.classes, folds, options.seed);
  std::vector<CrossValidated> out;
  for (std::size_t fold = 0; fold < folds; ++fold) {
    const Split split = fold_split(fold_of, static_cast<std::uint32_t>(fold));
    const std::vector<std::uint32_t> train_rows = pick(rows, split.train);
    const std::vector<std::uint32_t> test_rows = pick(rows, split.test);
    Context quiet;
    quiet.set_threads(context.threads());
    quiet.stop = context.stop;
    const TrainedPipeline trained =
        train_pipeline(table.select_rows(train_rows), select_target(target, train_rows), options, quiet);
    const Table test = table.select_rows(test_rows);
    MetricOptions metrics;
    metrics.intervals = false;
    add_scores(score_predictions(trained.pipeline.predict(test, quiet), select_target(target, test_rows),
                                 read_weights(test, options.weight), {}, metrics, quiet),
               out);
  }
  for (CrossValidated& score : out) {
    const Moments moments = compute_moments(score.folds, context);
    score.mean = moments.mean;
    score.sd = score.folds.size() < 2 ? 0 : moments.sd_n_minus_1();
  }
  return out;
}

}  // namespace mlkit
