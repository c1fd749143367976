#include "mlkit/eval/student.h"

#include <cmath>

#include "mlkit/base/math.h"

namespace mlkit {
namespace {

// The continued fraction of I_x(a, b) without its factor in front; converges fast for x < (a + 1) / (a + b + 2).
double beta_fraction(double a, double b, double x) {
  constexpr double kTiny = 1e-300;
  constexpr double kPrecision = 1e-16;
  constexpr int kMostTerms = 10000;
  const auto away_from_zero = [](double value) { return std::abs(value) < kTiny ? kTiny : value; };
  double c = 1;
  double d = 1 / away_from_zero(1 - (a + b) * x / (a + 1));
  double fraction = d;
  for (int m = 1; m < kMostTerms; ++m) {
    const double k = m;
    const double even = k * (b - k) * x / ((a + 2 * k - 1) * (a + 2 * k));
    d = 1 / away_from_zero(1 + even * d);
    c = away_from_zero(1 + even / c);
    fraction *= d * c;
    const double odd = -(a + k) * (a + b + k) * x / ((a + 2 * k) * (a + 2 * k + 1));
    d = 1 / away_from_zero(1 + odd * d);
    c = away_from_zero(1 + odd / c);
    fraction *= d * c;
    if (std::abs(d * c - 1) < kPrecision) break;
  }
  return fraction;
}

// B(df/2, 1/2), by B(a + 1, b) = B(a, b) a / (a + b) from B(1/2, 1/2) = pi and B(1, 1/2) = 2.
double beta_with_half(std::int64_t df) {
  constexpr double kPi = 3.14159265358979323846;
  double value = df % 2 == 1 ? kPi : 2.0;
  for (std::int64_t n = df % 2 == 1 ? 1 : 2; n + 2 <= df; n += 2) {
    const double a = static_cast<double>(n) / 2;
    value *= a / (a + 0.5);
  }
  return value;
}

}  // namespace

double student_t_two_sided(double t, std::int64_t df) {
  if (t == 0) return 1;
  if (std::isinf(t)) return 0;
  const double n = static_cast<double>(df);
  const double a = n / 2;
  const double b = 0.5;
  const double x = n / (n + t * t);
  const double y = t * t / (n + t * t);  // 1 - x without cancellation
  if (x == 0) return 0;
  const double front = mlkit::exp(a * mlkit::log(x) + b * mlkit::log(y)) / beta_with_half(df);
  if (x < (a + 1) / (a + b + 2)) return front * beta_fraction(a, b, x) / a;
  return 1 - front * beta_fraction(b, a, y) / b;
}

double student_t_quantile(double confidence, std::int64_t df) {
  double low = 0;
  double high = 1;
  while (student_t_two_sided(high, df) > 1 - confidence) {
    low = high;
    high *= 2;
  }
  for (;;) {
    const double middle = low + (high - low) / 2;
    if (middle <= low || middle >= high) return high;
    (student_t_two_sided(middle, df) > 1 - confidence ? low : high) = middle;
  }
}

}  // namespace mlkit
