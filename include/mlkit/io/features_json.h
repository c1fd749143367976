// Feature recipes as readable JSON files, and what they hold as text for a terminal.
#pragma once

#include <string>

#include "mlkit/features/feature_encoder.h"
#include "mlkit/io/json.h"

namespace mlkit {

// The recipe file (docs/features.md):
//   {"recipe": "features", "version": 1, "target": {..}, "training": {..}, "columns": [{"name", "type", ..}],
//    "features": [{"step", "column", specification .., fitted values ..}]}
// Levels and terms are lists of [text, number] in byte order.
Json feature_recipe_to_json(const FeatureRecipe& recipe);
// Unknown members, unknown words and impossible values are refused, with the nearest name. Throws Error(kData) naming
// `name`.
FeatureRecipe feature_recipe_from_json(const Json& json, const std::string& name);

// Throws Error(kIo), Error(kData).
FeatureRecipe read_feature_recipe(const std::string& path);

// For results: the features with their source, kind and names (without levels).
Json features_to_json(const FeatureEncoder& encoder);

// What is made of what, and why, for people: at most 80 columns wide, ends in a line break.
std::string render_features(const FeatureEncoder& encoder);

}  // namespace mlkit
