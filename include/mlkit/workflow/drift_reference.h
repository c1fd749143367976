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

// Of at most kReferenceRows rows of the raw table that the pipeline was trained on, and of its answers to them.
DriftReference learn_drift_reference(const Pipeline& pipeline, const Table& table, std::uint64_t seed,
                                     const Context& context);

// One number per row that says what the model thinks: the positive class's probability of two classes, the probability
// of the predicted one of more, the number itself in regression.
std::vector<double> prediction_scores(const Predictions& predictions);

}  // namespace mlkit
