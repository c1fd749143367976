// Sorting numbers without comparing them: several times as fast as std::sort for thousands of doubles.
#pragma once

#include <cstdint>
#include <vector>

namespace mlkit {

// Into rising order; no NaN; -0 before 0. Radix sort from the least of six digits of 11 bits, of the bit patterns made
// to rise with the numbers; digits that are alike in all numbers cost nothing. `scratch` is memory to be used again.
void sort_numbers(std::vector<double>& values, std::vector<std::uint64_t>& scratch);

}  // namespace mlkit
