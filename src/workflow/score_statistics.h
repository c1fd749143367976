// What scores of folds that share training rows can say (Nadeau and Bengio 2003; see workflow/cross_validate.h).
#pragma once

#include <cstddef>
#include <string>

#include "mlkit/eval/intervals.h"
#include "mlkit/workflow/cross_validate.h"

namespace mlkit::internal {

// Rows scored to rows learned from, in the mean over the folds.
double test_share(const FoldPlan& plan, const Target& target);

// sd sqrt(1/folds + share): the corrected standard error of a mean over folds.
double corrected_error(double sd, std::size_t folds, double share);

// mean +- t(folds - 1) times that, 95 %. folds >= 2.
Interval corrected_interval(double mean, double sd, std::size_t folds, double share);

// No further than the metric can go.
void cut_off(const std::string& metric, Interval& interval);

}  // namespace mlkit::internal
