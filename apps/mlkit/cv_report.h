// Scores over folds as JSON and as text for people, shared by cv and tune.
#pragma once

#include <string>
#include <vector>

#include "mlkit/io/json.h"
#include "mlkit/workflow/cross_validate.h"

namespace mlkit::app {

// {metric: {mean, sd, folds [..], defined, interval [low, high]}}; what is not defined is left out.
Json scores_to_json(const std::vector<CrossValidated>& scores);
Json comparisons_to_json(const std::vector<PairedComparison>& comparisons);

// One line per model: mean, sd, interval of `metric`; a star before `best`.
std::string render_scores(const std::vector<ModelScores>& models, const std::string& metric, const std::string& best);
// Means (and sds) of all metrics but `metric`, a column per model, at most 80 columns wide.
std::string render_other_scores(const std::vector<ModelScores>& models, const std::string& metric);
std::string render_comparisons(const std::vector<PairedComparison>& comparisons, const std::string& metric);
// How the intervals are made, in a sentence or two.
std::string interval_note(const FoldPlan& plan);

// The scores as a model file keeps them.
CvRecord cv_record(const std::vector<CrossValidated>& scores, const std::string& how);

}  // namespace mlkit::app
