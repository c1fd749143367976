// Some of many rows, drawn without replacement.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "mlkit/base/random.h"

namespace mlkit {

// `count` of the numbers 0 .. rows - 1, rising; all of them where count >= rows. Cost by count, not by rows (Floyd's
// algorithm: Bentley and Floyd, "A sample of brilliance", CACM 1987). rows < 2^32.
std::vector<std::uint32_t> draw_rows(std::size_t rows, std::size_t count, std::uint64_t seed, RandomPurpose purpose,
                                     std::uint32_t sub = 0);

}  // namespace mlkit
