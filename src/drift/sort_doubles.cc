#include "mlkit/drift/sort_doubles.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cstdint>

namespace mlkit {
namespace {

constexpr int kDigitBits = 11;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
constexpr int kPasses = 6;  // 66 bits
constexpr std::size_t kFewValues = 4096;

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

std::size_t digit_of(std::uint64_t key, int pass) { return (key >> (pass * kDigitBits)) & (kDigits - 1); }

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
  std::vector<std::array<std::uint32_t, kDigits>> counts(kPasses);
  for (std::size_t i = 0; i < n; ++i) {
    const std::uint64_t key = key_of(values[i]);
    from[i] = std::bit_cast<double>(key);
    for (int pass = 0; pass < kPasses; ++pass) ++counts[static_cast<std::size_t>(pass)][digit_of(key, pass)];
  }
  for (int pass = 0; pass < kPasses; ++pass) {
    std::array<std::uint32_t, kDigits>& count = counts[static_cast<std::size_t>(pass)];
    if (count[digit_of(bits_of(from[0]), pass)] == n) continue;  // the digit is the same everywhere
    std::uint32_t place = 0;
    for (std::uint32_t& c : count) {
      const std::uint32_t next = place + c;
      c = place;
      place = next;
    }
    for (std::size_t i = 0; i < n; ++i) to[count[digit_of(bits_of(from[i]), pass)]++] = from[i];
    std::swap(from, to);
  }
  double* const out = values.data();
  for (std::size_t i = 0; i < n; ++i) out[i] = value_of(bits_of(from[i]));
}

}  // namespace mlkit
