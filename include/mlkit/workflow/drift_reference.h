// What a model file remembers of its training rows for later comparisons (drift/reference.h), made by `train`.
#pragma once

#include <span>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/table.h"
#include "mlkit/drift/reference.h"
#include "mlkit/pipeline/pipeline.h"

namespace mlkit {

// The rows that the reference is learned from, at most kReferenceRows of the raw training table: taken before training,
// which may use the table up.
Table take_reference_rows(const Table& table, std::uint64_t seed);

// Of those rows, and of the pipeline's answers to them.
DriftReference learn_drift_reference(const Pipeline& pipeline, const Table& rows, const Context& context);

// One number per row that says what the model thinks: the positive class's probability of two classes, the probability
// of the predicted one of more, the number itself in regression.
std::vector<double> prediction_scores(const Predictions& predictions);

// The pipeline with another threshold, the labels in its drift reference moved with it: from the reference of the
// scores, taken as even within its bins (of a hundredth of the rows each).
Pipeline move_threshold(const Pipeline& pipeline, double threshold);

}  // namespace mlkit
