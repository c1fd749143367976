// Sorting numbers without comparing them: several times as fast as std::sort for thousands of doubles.
#pragma once

#include <cstdint>
#include <vector>

namespace mlkit {

// Into rising order; no NaN; -0 before 0. Radix sort by digits of 11 bits, of the bit patterns made to rise with the
// numbers: by the three upper digits first, which is all but a few neighbours for most data, else by all six. `scratch`
// is memory to be used again.
void sort_numbers(std::vector<double>& values, std::vector<std::uint64_t>& scratch);

}  // namespace mlkit
