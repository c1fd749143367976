// The exact median of a column of numbers, without ordering all of it.
#pragma once

#include <span>

namespace mlkit {

// Median (type 7) of the values that are not NaN; NaN where there are none. O(n).
double median_of_present(std::span<const double> values);

}  // namespace mlkit
