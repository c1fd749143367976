#include "mlkit/base/math.h"

#include <bit>
#include <cstdint>
#include <limits>

namespace mlkit {
namespace {

// ln 2 in two parts: k * kLn2High is exact for |k| < 2^20 (the last 21 bits of kLn2High are 0).
constexpr double kLn2High = 6.93147180369123816490e-01;
constexpr double kLn2Low = 1.90821492927058770002e-10;
constexpr double kInvLn2 = 1.44269504088896338700e+00;
constexpr double kInf = std::numeric_limits<double>::infinity();

double power_of_two(std::int64_t exponent) {
  return std::bit_cast<double>(static_cast<std::uint64_t>(exponent + 1023) << 52);
}

// log(1 + f) + k ln 2 for sqrt(1/2) <= 1 + f < sqrt(2): with s = f / (2 + f),
// log(1 + f) = 2 atanh(s) = f - s (f - R) where R = 2 s^2/3 + 2 s^4/5 + ...; the half square is
// split off so that the leading term f is added last. |s| <= 0.1716, so s^24 / 25 < 2e-20.
double log_of_reduced(double f, double k) {
  const double s = f / (2.0 + f);
  const double z = s * s;
  double r = 2.0 / 23;
  r = r * z + 2.0 / 21;
  r = r * z + 2.0 / 19;
  r = r * z + 2.0 / 17;
  r = r * z + 2.0 / 15;
  r = r * z + 2.0 / 13;
  r = r * z + 2.0 / 11;
  r = r * z + 2.0 / 9;
  r = r * z + 2.0 / 7;
  r = r * z + 2.0 / 5;
  r = r * z + 2.0 / 3;
  r = r * z;
  const double half_square = 0.5 * f * f;
  const double low = s * (half_square + r) + k * kLn2Low;
  return k * kLn2High - ((half_square - low) - f);
}

}  // namespace

double exp(double x) {
  if (x != x) return x;
  if (x > 709.782712893384) return kInf;
  if (x < -745.1332191019412) return 0.0;
  // x = k ln 2 + r, |r| <= ln 2 / 2; e^r by its Taylor polynomial (r^14 / 14! < 5e-18).
  const double scaled = x * kInvLn2;
  const std::int64_t k = static_cast<std::int64_t>(scaled + (scaled < 0 ? -0.5 : 0.5));
  const double kd = static_cast<double>(k);
  const double high = x - kd * kLn2High;
  const double low = kd * kLn2Low;
  const double r = high - low;
  double p = 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  // 1 + (high + (r^2 p - low)): the rounding of r is carried along in `low`.
  const double e = 1.0 + (high + (r * r * p - low));
  if (k > 1022) return e * 2.0 * power_of_two(k - 1);
  if (k >= -1022) return e * power_of_two(k);
  return e * power_of_two(k + 54) * power_of_two(-54);
}

double log(double x) {
  if (x != x || x == kInf) return x;
  if (x == 0) return -kInf;
  if (x < 0) return std::numeric_limits<double>::quiet_NaN();
  std::int64_t k = 0;
  if (x < 2.2250738585072014e-308) {
    x *= 18014398509481984.0;  // 2^54: out of the subnormal range
    k = -54;
  }
  const auto bits = std::bit_cast<std::uint64_t>(x);
  k += static_cast<std::int64_t>(bits >> 52) - 1023;
  double m = std::bit_cast<double>((bits & 0x000FFFFFFFFFFFFFULL) | 0x3FF0000000000000ULL);
  if (m > 1.4142135623730951) {
    m *= 0.5;
    ++k;
  }
  return log_of_reduced(m - 1.0, static_cast<double>(k));
}

double log1p(double x) {
  if (x != x || x == kInf) return x;
  if (x <= -1.0) return x == -1.0 ? -kInf : std::numeric_limits<double>::quiet_NaN();
  if (x > -0.29 && x < 0.41) return log_of_reduced(x, 0.0);
  const double u = 1.0 + x;
  // What 1 + x lost by rounding, to first order.
  const double lost = x > 1.0 ? 1.0 - (u - x) : x - (u - 1.0);
  return log(u) + lost / u;
}

double sigmoid(double x) {
  if (x >= 0) return 1.0 / (1.0 + exp(-x));
  const double e = exp(x);
  return e / (1.0 + e);
}

double log1p_exp(double x) { return x > 0 ? x + log1p(exp(-x)) : log1p(exp(x)); }

}  // namespace mlkit
