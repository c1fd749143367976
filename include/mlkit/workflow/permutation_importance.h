// How much a model leans on each column: what its score loses when the column's cells change places among the rows
// (Breiman, "Random Forests", 2001; Fisher, Rudin, Dominici, JMLR 20(177), 2019). For every kind of model with a
// target.
//
// Raw columns are permuted, before cleaning and features: whatever is derived from one follows it. Columns that say the
// same as another get little, each of them: the model has the other one left.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/table.h"
#include "mlkit/pipeline/pipeline.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit {

struct PermutationOptions {
  std::string metric;  // "" = roc_auc of two classes, accuracy of more, r2 of numbers
  std::int64_t repeats = 5;
  std::uint64_t seed = 42;
};

struct ColumnLoss {
  std::string column;
  double mean = 0;             // over the repeats, positive where the score gets worse
  double sd = 0;               // denominator repeats - 1; 0 for one repeat
  std::vector<double> losses;  // of each repeat
};

struct PermutationImportance {
  std::string metric;
  double score = 0;  // on the rows as they are
  std::uint64_t rows = 0;
  std::vector<ColumnLoss> columns;  // one per input of the pipeline, in its order
};

// `table` has rows with a truth only, and the columns that the pipeline binds; weights are empty or one per row. Cost:
// a prediction of all rows per column and repeat. Permutations are drawn by seed, column and repeat; the result is the
// same for any number of threads. Throws Error(kUsage) for a metric that does not apply, Error(kData) where it is not
// defined on these rows.
PermutationImportance permutation_importance(const Pipeline& pipeline, const Table& table, const Target& truth,
                                             const std::vector<double>& weights, const PermutationOptions& options,
                                             Context& context);

}  // namespace mlkit
