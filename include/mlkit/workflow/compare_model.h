// Current rows against what a model file remembers of its training rows: its inputs, its answers, and how good it is
// on them. The rows are streamed: memory does not grow with their number.
#pragma once

#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/drift/compare.h"
#include "mlkit/pipeline/pipeline.h"
#include "mlkit/workflow/estimate_performance.h"

namespace mlkit {

struct ModelComparison {
  std::vector<ColumnDrift> columns;      // inputs
  std::vector<ColumnDrift> predictions;  // numbers, or labels ("prediction") and scores ("score")
  std::uint64_t reference_rows = 0;
  std::uint64_t current_rows = 0;
  bool drift = false;  // of any column or of the answers: one family of tests
  std::vector<PerformanceValue> estimated;
  std::vector<PerformanceValue> measured;  // where the target is there
  std::uint64_t labelled = 0;
};

// The model's reference. Throws Error(kModelFile) where the file has none (models of earlier versions).
const DriftReference& drift_reference_of(const Pipeline& pipeline, const std::string& file);

// `columns`: inputs to compare, by name; empty = all. Throws as predict does for rows that do not fit the model,
// Error(kUsage) where psi_bins does not divide 100, Error(kData) for no rows.
ModelComparison compare_with_model(const Pipeline& pipeline, const std::string& model_file, const std::string& current,
                                   const CsvReadOptions& csv, const std::vector<std::string>& columns,
                                   const DriftOptions& options, Context& context);

}  // namespace mlkit
