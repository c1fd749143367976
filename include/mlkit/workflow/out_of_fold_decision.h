// The calibration and the threshold of a model, from its answers to rows that it did not learn from: the whole pipeline
// is learned anew in 5 folds of the training rows, and the answers to the rows that were left out stand for those to
// new ones. What is learned from the training rows' own answers would take the model at its word.
#pragma once

#include <optional>

#include "mlkit/base/context.h"
#include "mlkit/model/calibration.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit {

inline constexpr std::size_t kDecisionFolds = 5;

struct OutOfFoldDecision {
  std::optional<Calibration> calibration;
  std::optional<double> threshold;  // of two classes, of calibrated probabilities
  DecisionReport report;
};

// As TrainOptions::calibrate and best_threshold ask for; nullopt where neither does. Throws Error(kUsage) for a target
// of numbers (calibrate) or of other than two classes (best_threshold), or where a threshold is given as well.
std::optional<OutOfFoldDecision> decide_out_of_fold(const Table& table, const Target& target,
                                                    const TrainOptions& options, Context& context);

}  // namespace mlkit
