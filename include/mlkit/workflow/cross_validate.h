// Cross-validation of a whole pipeline: column choice, cleaning, preprocessing and model are learned anew
// on the training rows of every fold. The table is read once.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/table.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit {

struct CrossValidated {
  std::string metric;
  double mean = 0;
  double sd = 0;              // over the folds, denominator k - 1
  std::vector<double> folds;  // where the metric is defined
};

// `folds` folds, stratified for classes, drawn with options.seed. Metrics are the default ones of the task.
// Warnings of the folds are not passed on. Throws Error(kData) where a class has a single row.
std::vector<CrossValidated> cross_validate(const Table& table, const Target& target, const TrainOptions& options,
                                           std::size_t folds, Context& context);

}  // namespace mlkit
