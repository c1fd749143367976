#include "mlkit/data/sort_numbers.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>

namespace mlkit {
namespace {

constexpr std::size_t kDigitBits = 11;
constexpr std::size_t kDigits = 6;
constexpr std::size_t kBuckets = std::size_t{1} << kDigitBits;
constexpr std::uint64_t kSign = std::uint64_t{1} << 63;

std::uint64_t key_of(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value);
  return (bits & kSign) != 0 ? ~bits : bits | kSign;
}

double number_of(std::uint64_t key) { return std::bit_cast<double>((key & kSign) != 0 ? key & ~kSign : ~key); }

}  // namespace

void sort_numbers(std::vector<double>& values, std::vector<std::uint64_t>& scratch) {
  const std::size_t n = values.size();
  constexpr std::size_t kFew = 512;
  if (n < kFew) {
    std::sort(values.begin(), values.end(), [](double a, double b) { return key_of(a) < key_of(b); });
    return;
  }
  static_assert(sizeof(double) == sizeof(std::uint64_t));
  scratch.resize(2 * n);
  std::uint64_t* from = scratch.data();
  std::uint64_t* to = from + n;
  std::vector<std::array<std::uint32_t, kBuckets>> counts(kDigits);
  for (auto& digit : counts) digit.fill(0);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t key = key_of(values[i]);
    from[i] = key;
    for (std::size_t d = 0; d < kDigits; ++d) ++counts[d][key >> (d * kDigitBits) & (kBuckets - 1)];
  }
  for (std::size_t d = 0; d < kDigits; ++d) {
    const std::size_t shift = d * kDigitBits;
    std::array<std::uint32_t, kBuckets>& places = counts[d];
    if (places[from[0] >> shift & (kBuckets - 1)] == n) continue;  // alike in all
    std::uint32_t next = 0;
    for (std::uint32_t& place : places) {
      const std::uint32_t count = place;
      place = next;
      next += count;
    }
    for (std::size_t i = 0; i < n; ++i) to[places[from[i] >> shift & (kBuckets - 1)]++] = from[i];
    std::swap(from, to);
  }
  for (std::size_t i = 0; i < n; ++i) values[i] = number_of(from[i]);
}

}  // namespace mlkit
