// A bound for what a few bytes of a model file can ask for: hashed texts have a name per place, and no term that backs
// it.
#pragma once

#include <vector>

#include "mlkit/features/preprocess.h"

namespace mlkit::internal {

// Do the features of the hashed columns fit into 48 MiB?
bool hashed_features_fit(const std::vector<ColumnPlan>& columns);

}  // namespace mlkit::internal
