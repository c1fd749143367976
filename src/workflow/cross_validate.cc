#include "mlkit/workflow/cross_validate.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
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

void add_scores(const std::vector<MetricValue>& scores, std::size_t fold, std::vector<CrossValidated>& out) {
  if (out.empty()) {
    for (const MetricValue& score : scores) out.push_back({score.name, 0, {}, {}, {}});
  }
  for (std::size_t i = 0; i < scores.size(); ++i) {
    if (!scores[i].value || !std::isfinite(*scores[i].value)) continue;
    out[i].folds.push_back(*scores[i].value);
    out[i].places.push_back(fold);
  }
}

void warn_about_small_classes(const Target& target, std::size_t folds, Context& context) {
  std::vector<std::size_t> rows(target.classes.size());
  for (const std::uint32_t label : target.labels) ++rows[label];
  std::string few;
  for (std::size_t c = 0; c < rows.size(); ++c) {
    if (rows[c] >= folds) continue;
    few += (few.empty() ? "\"" : ", \"") + target.classes[c] + "\" (" + std::to_string(rows[c]) + ")";
  }
  if (few.empty()) return;
  context.warn("cross-validation: there are more folds (" + std::to_string(folds) + ") than rows of " + few +
               ": some folds are without that class");
}

// Means over other folds than the rest's must not pass for the same thing.
void warn_about_undefined(const CrossValidated& score, std::size_t folds, Context& context) {
  constexpr std::size_t kShown = 8;
  if (score.places.size() == folds) return;
  if (score.places.empty()) {
    context.warn("cross-validation: " + score.metric + " is not defined in any fold and left out");
    return;
  }
  std::string names;
  std::size_t undefined = 0;
  for (std::size_t fold = 0; fold < folds; ++fold) {
    if (std::binary_search(score.places.begin(), score.places.end(), fold)) continue;
    if (++undefined <= kShown) names += (names.empty() ? "" : ", ") + std::to_string(fold + 1);
  }
  if (undefined > kShown) names += ", ..";
  context.warn("cross-validation: " + score.metric + " is not defined in " + std::to_string(undefined) + " of " +
               std::to_string(folds) + " folds (" + names + "); its mean is of the others");
}

}  // namespace

std::vector<CrossValidated> cross_validate(const Table& table, const Target& target, const TrainOptions& options,
                                           std::size_t folds, Context& context) {
  const std::vector<std::uint32_t> rows = rows_with_target(target);
  const Target present = select_target(target, rows);
  const std::vector<std::uint32_t> drawn = present.labels.empty()
                                               ? folds_random(rows.size(), folds, options.seed)
                                               : folds_stratified(present.labels, present.classes, folds, options.seed);
  if (!present.labels.empty()) warn_about_small_classes(present, folds, context);
  std::vector<std::uint32_t> fold_of_row(table.rows());
  for (std::size_t i = 0; i < rows.size(); ++i) fold_of_row[rows[i]] = drawn[i];
  return cross_validate(table, target, options, fold_of_row, context);
}

std::vector<CrossValidated> cross_validate(const Table& table, const Target& target, const TrainOptions& options,
                                           std::span<const std::uint32_t> fold_of_row, Context& context) {
  const std::vector<std::uint32_t> rows = rows_with_target(target);
  std::vector<std::uint32_t> fold_of;
  for (const std::uint32_t row : rows) fold_of.push_back(fold_of_row[row]);
  const std::size_t folds =
      fold_of_row.empty() ? 0 : *std::max_element(fold_of_row.begin(), fold_of_row.end()) + std::size_t{1};
  for (std::size_t fold = 0; fold < folds; ++fold) {
    if (std::find(fold_of.begin(), fold_of.end(), fold) == fold_of.end()) {
      throw_data("fold " + std::to_string(fold + 1) + " has no row with a target");
    }
  }
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
               fold, out);
  }
  for (CrossValidated& score : out) {
    warn_about_undefined(score, folds, context);
    const Moments moments = compute_moments(score.folds, context);
    score.mean = moments.mean;
    if (score.folds.size() > 1) score.sd = moments.sd_n_minus_1();
  }
  std::erase_if(out, [](const CrossValidated& score) { return score.folds.empty(); });
  return out;
}

}  // namespace mlkit
