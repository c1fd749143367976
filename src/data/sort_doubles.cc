#include "mlkit/data/sort_doubles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>
#include <utility>

namespace mlkit {
namespace {

constexpr int kDigitBits = 11;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
constexpr std::size_t kPasses = 3;
constexpr int kWindowBits = kDigitBits * static_cast<int>(kPasses);
constexpr std::size_t kFewValues = 1024;

// Unsigned numbers in the order of the doubles: the sign bit of positive ones set, negative ones turned over.
std::uint64_t key_of(double value) {
  const auto bits = std::bit_cast<std::uint64_t>(value + 0.0);
  const auto negative = static_cast<std::uint64_t>(static_cast<std::int64_t>(bits) >> 63);
  return bits ^ (negative | 0x8000000000000000u);
}

double value_of(std::uint64_t key) {
  const auto positive = static_cast<std::uint64_t>(static_cast<std::int64_t>(key) >> 63);
  return std::bit_cast<double>(key ^ (~positive | 0x8000000000000000u));
}

std::uint64_t bits_of(double value) { return std::bit_cast<std::uint64_t>(value); }

// Keys are in order by their bits from `shift` on. Neighbours that are out of order share those bits: their stretch is
// sorted by the rest.
void finish_order(double* keys, std::size_t n, int shift) {
  for (std::size_t i = 1; i < n; ++i) {
    if (bits_of(keys[i]) >= bits_of(keys[i - 1])) continue;
    const std::uint64_t shared = bits_of(keys[i]) >> shift;
    std::size_t begin = i - 1;
    while (begin > 0 && bits_of(keys[begin - 1]) >> shift == shared) --begin;
    std::size_t end = i + 1;
    while (end < n && bits_of(keys[end]) >> shift == shared) ++end;
    std::sort(keys + begin, keys + end, [](double a, double b) { return bits_of(a) < bits_of(b); });
    i = end - 1;
  }
}

}  // namespace

void sort_doubles(std::vector<double>& values, std::vector<double>& scratch) {
  const std::size_t n = values.size();
  if (n < kFewValues) {
    for (double& value : values) value += 0.0;
    std::sort(values.begin(), values.end());
    return;
  }
  if (scratch.size() < n) scratch.resize(n);
  double* from = values.data();  // keys, kept as the bits of doubles
  double* to = scratch.data();
  std::uint64_t all = 0;
  const std::uint64_t first = key_of(values[0]);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t key = key_of(values[i]);
    from[i] = std::bit_cast<double>(key);
    all |= key ^ first;
  }
  // The window of bits that are sorted by: from the highest one in which two keys differ.
  const int shift = std::max(0, static_cast<int>(std::bit_width(all)) - kWindowBits);
  const auto digit = [shift](std::uint64_t key, std::size_t pass) {
    return (key >> (shift + kDigitBits * static_cast<int>(pass))) & (kDigits - 1);
  };
  std::vector<std::array<std::uint32_t, kDigits>> counts(kPasses);
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t pass = 0; pass < kPasses; ++pass) ++counts[pass][digit(bits_of(from[i]), pass)];
  }
  for (std::size_t pass = 0; pass < kPasses; ++pass) {
    std::array<std::uint32_t, kDigits>& count = counts[pass];
    if (count[digit(bits_of(from[0]), pass)] == n) continue;  // the digit is the same everywhere
    std::uint32_t place = 0;
    for (std::uint32_t& c : count) place += std::exchange(c, place);
    for (std::size_t i = 0; i < n; ++i) to[count[digit(bits_of(from[i]), pass)]++] = from[i];
    std::swap(from, to);
  }
  finish_order(from, n, shift);
  double* const out = values.data();
  for (std::size_t i = 0; i < n; ++i) out[i] = value_of(bits_of(from[i]));
}

}  // namespace mlkit
