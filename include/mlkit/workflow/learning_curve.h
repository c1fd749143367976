// How good a pipeline gets with how many rows: would more rows help, or another model?
//
// Folds are shared by all sizes: the validation rows of a fold are the same for every size, and the training rows of a
// smaller size are among those of a larger one (nested; a random order of the fold's training rows, in which classes
// alternate in proportion). So the scores of two sizes are compared row by row, not through the luck of two draws.
// Everything is learned anew from the rows of a size: cleaning, preprocessing, model.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/table.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit {

struct LearningCurveOptions {
  std::string metric;         // "" = roc_auc of two classes, accuracy of more, rmse of numbers
  std::vector<double> sizes;  // rows, or shares of the training rows of a fold (<= 1); empty = doublings
  std::int64_t points = 6;    // with no sizes: that many, each twice the one before, the last all rows
};

struct LearningCurvePoint {
  std::size_t rows = 0;       // that each fold's model learned from
  std::vector<double> train;  // score on them, per fold; NaN where the metric is not defined
  std::vector<double> valid;  // score on the fold's validation rows
  double train_mean = 0;
  double valid_mean = 0;
  std::optional<double> train_sd;  // over the folds, denominator k - 1
  std::optional<double> valid_sd;
};

enum class CurveVerdict {
  kNoSkill,   // not better than the baseline: the columns do not tell the target, or the model cannot see how
  kMoreRows,  // the last doubling still helped
  kVariance,  // flat, with a gap between training and validation: it learns its rows by heart
  kBias,      // surely flat, and surely without a gap: the model (or the columns) can do no better; or without a fault
  kUnclear,   // one size, too few folds, folds that differ too much to tell, or without the metric in some of them
};

struct LearningCurve {
  std::string metric;
  bool higher_is_better = true;
  std::size_t folds = 0;
  double baseline = 0;                     // of the dummy on the validation rows, mean over the folds
  std::vector<LearningCurvePoint> points;  // rows rising
  CurveVerdict verdict = CurveVerdict::kUnclear;
  // Do the means that the verdict compares have the metric in the same folds? Else it is kUnclear.
  bool same_folds = true;
  // At all rows, turned so that positive is what the name says, with standard errors over the folds (corrected for the
  // rows that the folds' training sets share: Nadeau and Bengio, Machine Learning 52, 2003).
  double skill = 0;  // baseline to validation
  double skill_error = 0;
  double gap = 0;  // training to validation
  double gap_error = 0;
  double gain = 0;  // of the last step in size
  double gain_error = 0;
  std::size_t gain_from = 0;  // rows before that step
};

// `fold_of_row` has a fold for every row of the table; rows without a target are left out. Sizes that miss a class are
// raised and sizes on which no model can be fitted (a column is empty in them) are left out, both with a warning, and
// so does one name the folds in which a size has no value (its mean is of the others); warnings of the fits are not
// passed on. Throws Error(kData) for a metric that is not defined in any fold, a class that a fold's training rows
// miss, sizes beyond the rows; Error(kUsage) for a metric that does not apply. The same for any number of threads.
LearningCurve learning_curve(const Table& table, const Target& target, const TrainOptions& options,
                             const LearningCurveOptions& curve, std::span<const std::uint32_t> fold_of_row,
                             Context& context);

// Rows in a random order in which every class keeps its share: any prefix has the exact share of each, rounded up or
// down by less than one and a half rows. Without labels a random order.
std::vector<std::uint32_t> nested_order(std::span<const std::uint32_t> labels, std::size_t rows, std::uint64_t seed,
                                        std::uint32_t draw);

}  // namespace mlkit
