#include "mlkit/workflow/compare_model.h"

#include <algorithm>
#include <utility>

#include "mlkit/base/error.h"
#include "mlkit/parallel/blocks.h"
#include "mlkit/workflow/drift_reference.h"

namespace mlkit {
namespace {

// What a chunk of rows adds.
struct ChunkCounts {
  std::vector<CurrentColumn> columns;
  std::vector<CurrentColumn> predictions;
  Predictions answers;
  std::optional<Target> truth;
};

std::vector<CurrentColumn> counters_of(const std::vector<ReferenceColumn>& reference) {
  return {reference.begin(), reference.end()};
}

ChunkCounts count_chunk(const Pipeline& pipeline, const DriftReference& reference, const Table& table) {
  ChunkCounts out{counters_of(reference.columns), counters_of(reference.predictions), {}, {}};
  const std::vector<std::string> names = table.schema().names();
  const std::vector<std::size_t> positions = pipeline.bind(names);
  for (std::size_t i = 0; i < positions.size(); ++i) out.columns[i].observe(table.column(positions[i]));
  out.answers = pipeline.predict(table, Context(1));
  if (out.predictions.size() == 1) out.predictions[0].observe_numbers(out.answers.values);
  if (out.predictions.size() == 2) {
    out.predictions[0].observe_labels(pipeline.classes(), out.answers.labels);
    out.predictions[1].observe_numbers(prediction_scores(out.answers));
  }
  if (pipeline.find_target(names)) out.truth = read_truth(table, pipeline);
  return out;
}

// Positions of the inputs that are asked for; all for none.
std::vector<std::size_t> chosen_inputs(const Pipeline& pipeline, const std::vector<std::string>& columns) {
  std::vector<std::size_t> out;
  for (std::size_t i = 0; i < pipeline.inputs().size() && columns.empty(); ++i) out.push_back(i);
  const std::vector<std::string> names = pipeline.inputs().names();
  for (const std::string& column : columns) {
    const auto alias = std::find(pipeline.parts().aliases.begin(), pipeline.parts().aliases.end(), column);
    const bool known = std::find(names.begin(), names.end(), column) == names.end() && !column.empty() &&
                       alias != pipeline.parts().aliases.end();
    out.push_back(known ? static_cast<std::size_t>(alias - pipeline.parts().aliases.begin())
                        : column_index(names, column));
  }
  std::sort(out.begin(), out.end());
  out.erase(std::unique(out.begin(), out.end()), out.end());
  return out;
}

ColumnDrift count_only(const ReferenceColumn& reference, const CurrentColumn& current) {
  ColumnDrift out;
  out.name = reference.name;
  out.kind = reference.kind;
  out.tested = false;
  out.note = "time stamps move by nature: not compared";
  out.reference_rows = reference.rows;
  out.missing_reference = reference.missing;
  out.current_rows = current.rows();
  out.missing_current = current.missing();
  return out;
}

void judge(ModelComparison& found, const DriftOptions& options) {
  std::vector<ColumnDrift> family = found.columns;
  family.insert(family.end(), found.predictions.begin(), found.predictions.end());
  found.drift = judge_columns(family, options);
  const auto middle = family.begin() + static_cast<std::ptrdiff_t>(found.columns.size());
  found.columns.assign(family.begin(), middle);
  found.predictions.assign(middle, family.end());
}

}  // namespace

const DriftReference& drift_reference_of(const Pipeline& pipeline, const std::string& file) {
  if (pipeline.parts().drift) return *pipeline.parts().drift;
  throw Error(
      ErrorCode::kModelFile, "the model carries no drift reference: it was made by an earlier version",
      {.file = file, .column = {}, .hint = "train it again, or compare tables: mlkit drift TRAINING.csv CURRENT.csv"});
}

ModelComparison compare_with_model(const Pipeline& pipeline, const std::string& model_file, const std::string& current,
                                   const CsvReadOptions& csv, const std::vector<std::string>& columns,
                                   const DriftOptions& options, Context& context) {
  const DriftReference& reference = drift_reference_of(pipeline, model_file);
  if ((kReferenceQuantiles + 1) % static_cast<std::size_t>(options.psi_bins) != 0) {
    throw_usage("--psi-bins: a model file knows its columns by 100 quantiles",
                "give a divisor of 100: 2, 4, 5, 10, 20, 25, 50 or 100");
  }
  const std::vector<std::size_t> chosen = chosen_inputs(pipeline, columns);
  CsvReadOptions reading = csv;
  reading.only_types_for = true;
  reading.types_for = [&](const std::vector<std::string>& header) {
    std::map<std::string, DeclaredType> types = pipeline.declared_types(header);
    if (!pipeline.parts().weight.empty()) types.erase(pipeline.parts().weight);
    return types;
  };
  CsvStream stream(current, reading, context);
  std::vector<CurrentColumn> counted = counters_of(reference.columns);
  std::vector<CurrentColumn> answered = counters_of(reference.predictions);
  PerformanceCounts performance(pipeline.task());
  ordered_stream<CsvChunk, ChunkCounts>(
      context, [&] { return stream.next_chunk(); },
      [&](const CsvChunk& chunk) { return count_chunk(pipeline, reference, stream.parse(chunk)); },
      [&](const ChunkCounts& part) {
        for (std::size_t i = 0; i < counted.size(); ++i) counted[i].merge(part.columns[i]);
        for (std::size_t i = 0; i < answered.size(); ++i) answered[i].merge(part.predictions[i]);
        performance.add(part.answers, part.truth ? &*part.truth : nullptr);
      });
  if (performance.rows() == 0) throw_data("there are no data rows", "a comparison needs rows on both sides");
  ModelComparison found;
  for (const std::size_t i : chosen) {
    const bool moves_by_nature = reference.columns[i].kind == DriftKind::kTime && columns.empty();
    found.columns.push_back(moves_by_nature ? count_only(reference.columns[i], counted[i])
                                            : counted[i].compare(reference.columns[i], options));
  }
  for (std::size_t i = 0; i < answered.size(); ++i) {
    found.predictions.push_back(answered[i].compare(reference.predictions[i], options));
  }
  judge(found, options);
  found.current_rows = performance.rows();
  if (!reference.columns.empty()) found.reference_rows = reference.columns[0].rows;
  found.estimated = performance.estimated();
  found.measured = performance.measured();
  found.labelled = performance.labelled();
  return found;
}

}  // namespace mlkit
