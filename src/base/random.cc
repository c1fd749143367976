#include "mlkit/base/random.h"

#include <cmath>
#include <utility>

#include "mlkit/base/math.h"

namespace mlkit {
namespace {

struct HighLow {
  std::uint64_t high;
  std::uint64_t low;
};

// 64 x 64 -> 128 bits in 32-bit halves (the 32-bit ARM targets have no __int128).
HighLow multiply_wide(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t a_low = a & 0xFFFFFFFFu;
  const std::uint64_t a_high = a >> 32;
  const std::uint64_t b_low = b & 0xFFFFFFFFu;
  const std::uint64_t b_high = b >> 32;
  const std::uint64_t low = a_low * b_low;
  const std::uint64_t mid1 = a_high * b_low + (low >> 32);
  const std::uint64_t mid2 = a_low * b_high + (mid1 & 0xFFFFFFFFu);
  return {a_high * b_high + (mid1 >> 32) + (mid2 >> 32), (mid2 << 32) | (low & 0xFFFFFFFFu)};
}

double to_unit(std::uint64_t bits) { return static_cast<double>(bits >> 11) * 0x1p-53; }

// cos(2 pi u) for u in [0, 1): reduced to |t| <= pi/4, Taylor polynomials to below 1e-17.
double cos_turns(double u) {
  const double quarters = u * 4.0;
  const int quadrant = static_cast<int>(quarters + 0.5);
  const double t = (quarters - quadrant) * 1.57079632679489661923;
  const double z = t * t;
  if (quadrant % 2 == 0) {
    double c = 1.0 / 20922789888000.0;
    c = c * z - 1.0 / 87178291200.0;
    c = c * z + 1.0 / 479001600.0;
    c = c * z - 1.0 / 3628800.0;
    c = c * z + 1.0 / 40320.0;
    c = c * z - 1.0 / 720.0;
    c = c * z + 1.0 / 24.0;
    c = c * z - 0.5;
    c = 1.0 + z * c;
    return quadrant % 4 == 0 ? c : -c;
  }
  double s = -1.0 / 1307674368000.0;
  s = s * z + 1.0 / 6227020800.0;
  s = s * z - 1.0 / 39916800.0;
  s = s * z + 1.0 / 362880.0;
  s = s * z - 1.0 / 5040.0;
  s = s * z + 1.0 / 120.0;
  s = s * z - 1.0 / 6.0;
  s = t + t * z * s;
  return quadrant % 4 == 1 ? -s : s;
}

}  // namespace

std::array<std::uint32_t, 4> philox4x32(std::array<std::uint32_t, 4> c, std::array<std::uint32_t, 2> k) {
  constexpr std::uint64_t kM0 = 0xD2511F53;
  constexpr std::uint64_t kM1 = 0xCD9E8D57;
  constexpr std::uint32_t kW0 = 0x9E3779B9;
  constexpr std::uint32_t kW1 = 0xBB67AE85;
  for (int round = 0; round < 10; ++round) {
    const std::uint64_t p0 = kM0 * c[0];
    const std::uint64_t p1 = kM1 * c[2];
    c = {static_cast<std::uint32_t>(p1 >> 32) ^ c[1] ^ k[0], static_cast<std::uint32_t>(p1),
         static_cast<std::uint32_t>(p0 >> 32) ^ c[3] ^ k[1], static_cast<std::uint32_t>(p0)};
    k[0] += kW0;
    k[1] += kW1;
  }
  return c;
}

std::uint64_t random_bits(std::uint64_t seed, RandomPurpose purpose, std::uint64_t index, std::uint32_t sub) {
  const auto words = philox4x32({static_cast<std::uint32_t>(index), static_cast<std::uint32_t>(index >> 32),
                                 static_cast<std::uint32_t>(purpose), sub},
                                {static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)});
  return (static_cast<std::uint64_t>(words[1]) << 32) | words[0];
}

double random_uniform(std::uint64_t seed, RandomPurpose purpose, std::uint64_t index, std::uint32_t sub) {
  return to_unit(random_bits(seed, purpose, index, sub));
}

double RandomStream::uniform() { return to_unit(bits()); }

std::uint64_t RandomStream::below(std::uint64_t bound) {
  HighLow product = multiply_wide(bits(), bound);
  if (product.low < bound) {
    const std::uint64_t threshold = (0 - bound) % bound;
    while (product.low < threshold) product = multiply_wide(bits(), bound);
  }
  return product.high;
}

double RandomStream::normal() {
  const double radius = std::sqrt(-2.0 * mlkit::log(1.0 - uniform()));
  return radius * cos_turns(uniform());
}

std::vector<std::uint32_t> random_permutation(std::size_t n, std::uint64_t seed, RandomPurpose purpose,
                                              std::uint32_t sub) {
  std::vector<std::uint32_t> order(n);
  for (std::size_t i = 0; i < n; ++i) order[i] = static_cast<std::uint32_t>(i);
  RandomStream stream(seed, purpose, sub);
  for (std::size_t i = n; i > 1; --i) std::swap(order[i - 1], order[stream.below(i)]);
  return order;
}

}  // namespace mlkit
