// Figures of a column of numbers with gaps: the exact median, without ordering all of it; what fills a gap.
#pragma once

#include <span>
#include <string>

#include "mlkit/base/context.h"

namespace mlkit {

// Median (type 7) of the values that are not NaN; NaN where there are none. O(n).
double median_of_present(std::span<const double> values);

// What a missing number becomes: `how` is median, mean, mode, constant=V or none (NaN). Throws Error(kUsage) where V is
// no number.
double learn_fill(std::span<const double> values, const std::string& how, const Context& context);

}  // namespace mlkit
