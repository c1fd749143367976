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

// One stable pass by a digit; false where all keys have the same.
bool distribute(const std::uint64_t* from, std::uint64_t* to, std::size_t n, std::size_t digit,
                std::array<std::uint32_t, kBuckets>& places) {
  const std::size_t shift = digit * kDigitBits;
  places.fill(0);
  for (std::size_t i = 0; i < n; ++i) ++places[from[i] >> shift & (kBuckets - 1)];
  if (places[from[0] >> shift & (kBuckets - 1)] == n) return false;
  std::uint32_t next = 0;
  for (std::uint32_t& place : places) {
    const std::uint32_t count = place;
    place = next;
    next += count;
  }
  for (std::size_t i = 0; i < n; ++i) to[places[from[i] >> shift & (kBuckets - 1)]++] = from[i];
  return true;
}

std::size_t falling_neighbours(const std::uint64_t* keys, std::size_t n) {
  std::size_t out = 0;
  for (std::size_t i = 1; i < n; ++i) out += keys[i] < keys[i - 1] ? 1 : 0;
  return out;
}

void insert_sorted(std::uint64_t* keys, std::size_t n) {
  for (std::size_t i = 1; i < n; ++i) {
    const std::uint64_t key = keys[i];
    std::size_t at = i;
    for (; at > 0 && keys[at - 1] > key; --at) keys[at] = keys[at - 1];
    keys[at] = key;
  }
}

}  // namespace

void sort_numbers(std::vector<double>& values, std::vector<std::uint64_t>& scratch) {
  const std::size_t n = values.size();
  constexpr std::size_t kFew = 512;
  if (n < kFew) {
    std::sort(values.begin(), values.end(), [](double a, double b) { return key_of(a) < key_of(b); });
    return;
  }
  scratch.resize(2 * n);
  std::uint64_t* from = scratch.data();
  std::uint64_t* to = from + n;
  for (std::size_t i = 0; i < n; ++i) from[i] = key_of(values[i]);
  std::array<std::uint32_t, kBuckets> places;
  const auto pass = [&](std::size_t digit) {
    if (distribute(from, to, n, digit, places)) std::swap(from, to);
  };
  for (std::size_t d = kDigits / 2; d < kDigits; ++d) pass(d);
  // What is out of order now agrees in its first five decimals or so: few neighbours, or all digits are needed.
  constexpr std::size_t kNearlySorted = 64;
  const std::size_t falling = falling_neighbours(from, n);
  if (falling > n / kNearlySorted) {
    for (std::size_t d = 0; d < kDigits; ++d) pass(d);
  } else if (falling > 0) {
    insert_sorted(from, n);
  }
  for (std::size_t i = 0; i < n; ++i) values[i] = number_of(from[i]);
}

}  // namespace mlkit
