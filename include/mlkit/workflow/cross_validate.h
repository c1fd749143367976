// Cross-validation of a whole pipeline: column choice, cleaning, preprocessing and model are learned anew
// on the training rows of every fold. The table is read once.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/table.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit {

struct CrossValidated {
  std::string metric;
  double mean = 0;
  std::optional<double> sd;         // over the folds, denominator k - 1; from two folds on
  std::vector<double> folds;        // values of the folds where the metric is defined
  std::vector<std::size_t> places;  // their numbers, from 0
};

// `folds` folds, stratified for classes, drawn with options.seed. Metrics are the default ones of the task
// that are defined in a fold at least; a warning names the folds where one is not, and the classes with fewer rows
// than there are folds. Warnings of the folds are not passed on. Throws Error(kData) where a class has a single row.
std::vector<CrossValidated> cross_validate(const Table& table, const Target& target, const TrainOptions& options,
                                           std::size_t folds, Context& context);

// The same for folds that are given: the fold of every row of the table, 0 .. k-1 (data/folds_file.h). Throws
// Error(kData) where a fold has no row with a target.
std::vector<CrossValidated> cross_validate(const Table& table, const Target& target, const TrainOptions& options,
                                           std::span<const std::uint32_t> fold_of_row, Context& context);

}  // namespace mlkit
