// Resampling on the way to a model: after cleaning and the choice of columns, before the preprocessing that was learned
// from the rows as they are.
//
// Made rows are made of raw columns, not of features: categories are voted on as categories (SMOTE-NC) and not mixed as
// 0/1 numbers, whole numbers stay whole, and medians, scales and levels are those of real rows.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/dataset.h"
#include "mlkit/data/table.h"
#include "mlkit/features/preprocess.h"
#include "mlkit/resample/resample.h"

namespace mlkit {

struct ResampledRows {
  Dataset data;
  std::vector<double> odds;  // per class: what its share of the weight was multiplied by, for the prior correction
  std::vector<std::uint64_t> rows_before;
  std::vector<std::uint64_t> rows_after;
};

// `original` is the same table as a data set, with the labels of its rows; made rows weigh what their bases do.
ResampledRows resample_training(const Table& table, std::span<const std::size_t> columns, const Preprocess& preprocess,
                                const Dataset& original, const ResampleOptions& options, Context& context);

}  // namespace mlkit
