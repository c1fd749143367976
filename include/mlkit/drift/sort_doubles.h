// Sorting many doubles by their bits: a least-significant-digit radix sort, stable and with the same result
// everywhere; -0 becomes 0. For columns of 1e5 values and more several times as fast as comparing them.
#pragma once

#include <cstddef>
#include <vector>

namespace mlkit {

// Sorts rising. No NaN. `scratch` is memory that is used again from call to call. O(n), one thread.
void sort_doubles(std::vector<double>& values, std::vector<double>& scratch);

}  // namespace mlkit
