// Sorting many doubles by their bits: a least-significant-digit radix sort over the 33 highest bits in which they
// differ, then a look for neighbours that still are out of order. The same result everywhere; -0 becomes 0. For columns
// of 1e5 values and more several times as fast as comparing them.
#pragma once

#include <cstddef>
#include <vector>

namespace mlkit {

// Sorts rising. No NaN; fewer than 2^32 values. `scratch` is memory that is used again from call to call. O(n) where
// few values share those bits, O(n log n) at worst. One thread.
void sort_doubles(std::vector<double>& values, std::vector<double>& scratch);

}  // namespace mlkit
