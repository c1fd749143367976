#include "mlkit/drift/special.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/math.h"

namespace mlkit {
namespace {

constexpr double kPi = 3.14159265358979323846;
constexpr double kPrecision = 1e-17;
constexpr int kMostTerms = 1'000'000;

// x^a e^-x / Gamma(a)
double gamma_density(double a, double x) { return mlkit::exp(a * mlkit::log(x) - x - log_gamma(a)); }

// P(a, x) = x^a e^-x / Gamma(a) sum x^k / (a (a+1) .. (a+k)); for x < a + 1.
double lower_by_series(double a, double x) {
  double term = 1 / a;
  double sum = term;
  for (int k = 1; k < kMostTerms && term > sum * kPrecision; ++k) {
    term *= x / (a + k);
    sum += term;
  }
  return sum * gamma_density(a, x);
}

// Q(a, x) = x^a e^-x / Gamma(a) 1/(x+1-a- 1(1-a)/(x+3-a- ..)); for x >= a + 1.
double upper_by_fraction(double a, double x) {
  constexpr double kTiny = 1e-300;
  double b = x + 1 - a;
  double c = 1 / kTiny;
  double d = 1 / b;
  double h = d;
  for (int k = 1; k < kMostTerms; ++k) {
    const double an = -k * (k - a);
    b += 2;
    d = an * d + b;
    if (std::fabs(d) < kTiny) d = kTiny;
    c = b + an / c;
    if (std::fabs(c) < kTiny) c = kTiny;
    d = 1 / d;
    const double step = d * c;
    h *= step;
    if (std::fabs(step - 1) < 1e-16) break;
  }
  return h * gamma_density(a, x);
}

}  // namespace

double log_gamma(double x) {
  constexpr double kShiftTo = 15;
  double product = 1;
  while (x < kShiftTo) product *= x++;
  const double inverse = 1 / x;
  const double square = inverse * inverse;
  // B_2k / (2k (2k - 1)): 1/12, -1/360, 1/1260, -1/1680, 1/1188, -691/360360, 1/156
  double series = 1.0 / 156;
  series = series * square - 691.0 / 360360;
  series = series * square + 1.0 / 1188;
  series = series * square - 1.0 / 1680;
  series = series * square + 1.0 / 1260;
  series = series * square - 1.0 / 360;
  series = series * square + 1.0 / 12;
  const double half_log_two_pi = 0.91893853320467274178;
  return (x - 0.5) * mlkit::log(x) - x + half_log_two_pi + series * inverse - mlkit::log(product);
}

double chi_square_upper(double x, double df) {
  if (!(x > 0)) return 1;
  const double a = 0.5 * df;
  const double half = 0.5 * x;
  const double upper = half < a + 1 ? 1 - lower_by_series(a, half) : upper_by_fraction(a, half);
  return std::clamp(upper, 0.0, 1.0);
}

double chi_square_quantile(double p, double df) {
  const double tail = 1 - p;
  double low = 0;
  double high = df + 1;
  while (chi_square_upper(high, df) > tail) {
    low = high;
    high *= 2;
  }
  for (int i = 0; i < 200 && high - low > 1e-13 * high; ++i) {
    const double middle = 0.5 * (low + high);
    (chi_square_upper(middle, df) > tail ? low : high) = middle;
  }
  return 0.5 * (low + high);
}

double kolmogorov_upper(double z) {
  if (!(z > 0)) return 1;
  constexpr double kBetween = 1.18;  // both series need four terms at most there
  double sum = 0;
  if (z < kBetween) {
    const double rate = kPi * kPi / (8 * z * z);
    for (int k = 1; k <= 19; k += 2) sum += mlkit::exp(-rate * k * k);
    return std::clamp(1 - std::sqrt(2 * kPi) / z * sum, 0.0, 1.0);
  }
  double sign = 1;
  for (int k = 1; k <= 10; ++k, sign = -sign) sum += sign * mlkit::exp(-2.0 * k * k * z * z);
  return std::clamp(2 * sum, 0.0, 1.0);
}

}  // namespace mlkit
