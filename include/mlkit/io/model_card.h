// The model card: what a model is for, made of, worth, and where it ends, out of the model file alone (Mitchell et al.,
// "Model Cards for Model Reporting", FAT* 2019). Nothing in it is made up: what the file does not know is said to be
// unknown. No time, no path; the same model gives the same bytes.
//
// Rows of the data do not show: ranges are the 1 % and 99 % quantiles of the drift reference, levels the frequent ones.
#pragma once

#include <string>

#include "mlkit/io/json.h"
#include "mlkit/io/model_file.h"
#include "mlkit/pipeline/pipeline.h"

namespace mlkit {

// For any model; parts that it does not have (a target, a threshold, a reference) are left out or said to be missing.
std::string render_model_card(const Pipeline& pipeline, const ModelFileInfo& info);  // Markdown (GitHub's)

// The same as values: {model, target, trained_on, inputs [..], scores, decision, importance, drift_reference, limits
// [..], reproduce}.
Json model_card_to_json(const Pipeline& pipeline, const ModelFileInfo& info);

// The command line that trains such a model, from the options in the file: "mlkit train DATA.csv --target ..".
std::string training_command(const TrainingRecord& record);

}  // namespace mlkit
