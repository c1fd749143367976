#include "mlkit/workflow/shared_rows.h"

#include <algorithm>
#include <bit>

namespace mlkit {
namespace {

std::uint64_t mix(std::uint64_t hash, std::uint64_t value) {
  // splitmix64's finaliser over the running hash and the next cell.
  std::uint64_t z = (hash ^ value) + 0x9E3779B97F4A7C15ull;
  z = (z ^ (z >> 30)) * 0xBF58476D1CE4E5B9ull;
  z = (z ^ (z >> 27)) * 0x94D049BB133111EBull;
  return z ^ (z >> 31);
}

std::uint64_t hash_text(std::string_view text) {
  std::uint64_t hash = 0xCBF29CE484222325ull;  // FNV-1a
  for (const char c : text) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3ull;
  return hash;
}

// Equal cells hash alike in whatever way they are stored.
void add_column(const Column& column, std::vector<std::uint64_t>& hashes) {
  std::vector<std::uint64_t> of_level;
  if (column.is_categorical()) {
    for (const std::string& level : *column.categories().levels) of_level.push_back(hash_text(level));
  }
  for (std::size_t row = 0; row < hashes.size(); ++row) {
    std::uint64_t cell = 0;
    if (column.is_missing(row)) {
      cell = 1;
    } else if (column.is_numeric()) {
      cell = std::bit_cast<std::uint64_t>(column.numbers().values[row] + 0.0);
    } else if (column.is_times()) {
      cell = static_cast<std::uint64_t>(column.times().micros[row]);
    } else {
      cell = column.is_categorical() ? of_level[column.categories().codes[row]] : hash_text(column.texts().at(row));
    }
    hashes[row] = mix(hashes[row], cell);
  }
}

}  // namespace

std::uint64_t count_shared_rows(const Table& earlier, const Table& later, const std::vector<std::string>& columns) {
  std::vector<std::uint64_t> before(earlier.rows());
  std::vector<std::uint64_t> after(later.rows());
  for (const std::string& name : columns) {
    const auto left = earlier.find(name);
    const auto right = later.find(name);
    if (!left || !right) return 0;
    add_column(earlier.column(*left), before);
    add_column(later.column(*right), after);
  }
  std::sort(before.begin(), before.end());
  return static_cast<std::uint64_t>(std::count_if(after.begin(), after.end(), [&](std::uint64_t hash) {
    return std::binary_search(before.begin(), before.end(), hash);
  }));
}

}  // namespace mlkit
