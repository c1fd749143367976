// Random numbers of one made-up row: a pure function of seed, stream and row, so that a row is the same
// whoever makes it and whatever stands before it. Every use (features, labels, gaps ..) has a stream of
// its own, so that asking for gaps, say, does not change the other cells.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <limits>

namespace mlkit {

// Part of "same seed, same bytes": never renumber.
enum class DrawStream : std::uint32_t { kFeatures = 0, kLabels = 1, kMissing = 2, kLevels = 3, kNoise = 4 };

// The row whose draws are the parameters of a simulation (centres, coefficients).
inline constexpr std::uint64_t kParameterRow = std::numeric_limits<std::uint64_t>::max();

// The quantile function of the standard normal distribution for 0 < p < 1, relative error about 1e-15
// (Wichura: Algorithm AS 241, PPND16, Applied Statistics 37, 1988), the same bits on every processor.
double normal_quantile(double p);

// The standard normal distribution function, absolute error below 1e-14; the same bits everywhere.
double normal_cdf(double x);

class RowDraws {
 public:
  RowDraws(std::uint64_t seed, DrawStream stream, std::uint64_t row)
      : seed_(seed), row_(row), next_(static_cast<std::uint32_t>(stream) << 24) {}

  std::uint64_t bits();
  // Uniform on (0, 1): odd multiples of 2^-53.
  double uniform() { return (static_cast<double>(bits() >> 12) + 0.5) * 0x1p-52; }
  // Standard normal, |z| < 8.3: one draw through normal_quantile.
  double normal() { return normal_quantile(uniform()); }
  // 0 .. bound - 1, bound < 2^32; no value is off its share by more than 2^-32.
  std::uint32_t below(std::uint32_t bound) { return static_cast<std::uint32_t>(((bits() >> 32) * bound) >> 32); }

 private:
  std::uint64_t seed_;
  std::uint64_t row_;
  std::uint32_t next_;  // stream in the high byte, blocks drawn in the low ones
  std::uint64_t spare_ = 0;
  bool has_spare_ = false;
};

}  // namespace mlkit
