#include "mlkit/data/sample.h"

#include <algorithm>
#include <numeric>
#include <unordered_set>

namespace mlkit {

std::vector<std::uint32_t> draw_rows(std::size_t rows, std::size_t count, std::uint64_t seed, RandomPurpose purpose,
                                     std::uint32_t sub) {
  std::vector<std::uint32_t> out;
  if (count >= rows) {
    out.resize(rows);
    std::iota(out.begin(), out.end(), 0u);
    return out;
  }
  RandomStream random(seed, purpose, sub);
  std::unordered_set<std::uint32_t> drawn;  // only asked, never walked
  for (std::size_t last = rows - count; last < rows; ++last) {
    const auto row = static_cast<std::uint32_t>(random.below(last + 1));
    const std::uint32_t taken = drawn.contains(row) ? static_cast<std::uint32_t>(last) : row;
    drawn.insert(taken);
    out.push_back(taken);
  }
  std::sort(out.begin(), out.end());
  return out;
}

}  // namespace mlkit
