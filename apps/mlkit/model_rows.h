// Rows with known answers for a fitted model, as commands that score models read them.
#pragma once

#include <string>
#include <vector>

#include "command.h"

#include "mlkit/pipeline/pipeline.h"

namespace mlkit::app {

// Throws Error(kUsage) for clusterings and reductions, which answer no question that rows know the answer of.
void require_target(const Pipeline& pipeline, const std::string& command);

// How a table is read for a model: its columns typed as it needs them, `numbers` (weights) as numbers.
CsvReadOptions reading_for_model(const Pipeline& pipeline, const TableInOptions& table_in,
                                 const std::vector<std::string>& numbers);

}  // namespace mlkit::app
