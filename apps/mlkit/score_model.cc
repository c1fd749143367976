#include "model_report.h"
#include "model_rows.h"
#include "scored_rows.h"

#include "mlkit/base/error.h"
#include "mlkit/base/pages.h"
#include "mlkit/workflow/table_hash.h"

namespace mlkit::app {
namespace {

ScoredTable score_table(const Pipeline& pipeline, const Table& table, const ModelRows& asked, Context& context) {
  const Target truth = read_truth(table, pipeline);
  const std::vector<std::uint32_t> rows = rows_with_target(truth);
  if (truth.missing > 0) context.warn(count_of(truth.missing, "row") + " without a true answer left out");
  if (rows.empty()) throw_data("no row has a true answer to compare with");
  ScoredTable out;
  const bool all = rows.size() == table.rows();
  const Table some = all ? Table() : table.select_rows(rows);
  const Table& used = all ? table : some;
  TransformCounts counts;
  out.predictions = pipeline.predict(used, context, &counts);
  warn_about_unknown(pipeline, counts, context);
  out.unknown_words = render_unknown_words(pipeline, counts);
  out.words = unknown_words_to_json(pipeline, counts);
  out.truth = all ? truth : select_target(truth, rows);
  out.truth.missing = truth.missing;
  out.weights = read_weights(used, asked.weight);
  for (const std::string& name : asked.by) out.segments.push_back(used.column(name));
  if (pipeline.task() == Task::kBinary) out.threshold = pipeline.threshold();
  return out;
}

}  // namespace

ScoredTable score_model(const Pipeline& pipeline, const ModelRows& rows, const TableInOptions& table_in,
                        Context& context, std::string* sha256) {
  ScoredTable out;
  name_file(rows.input, [&] {
    const Table table = read_csv(rows.input, reading_for_model(pipeline, table_in, {rows.weight}), context);
    if (sha256 != nullptr) *sha256 = table_sha256(table, context);
    out = score_table(pipeline, table, rows, context);
  });
  return out;
}

std::vector<double> scores_of_class(const Predictions& predictions, std::size_t c) {
  std::vector<double> out;
  out.reserve(predictions.rows);
  advise_large_pages(out.data(), predictions.rows * sizeof(double));
  out.resize(predictions.rows);
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = predictions.probabilities[i * predictions.classes + c];
  return out;
}

std::vector<std::uint8_t> rows_of_class(const Target& truth, std::size_t c) {
  std::vector<std::uint8_t> out(truth.labels.size());
  for (std::size_t i = 0; i < out.size(); ++i) out[i] = truth.labels[i] == c ? 1 : 0;
  return out;
}

ThresholdSweep sweep_of_class(const ScoredTable& scored, std::size_t c, const Context& context) {
  const std::vector<double> scores = scores_of_class(scored.predictions, c);
  const std::vector<std::uint8_t> positive = rows_of_class(scored.truth, c);
  return sweep_thresholds({scores, positive, scored.weights}, context);
}

}  // namespace mlkit::app
