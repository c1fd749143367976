#include "mlkit/simulate/row_draws.h"

#include <cmath>

#include "mlkit/base/math.h"
#include "mlkit/base/random.h"

namespace mlkit {
namespace {

// Coefficients from the highest power down, as published.
template <std::size_t N>
double polynomial(const double (&c)[N], double x) {
  double sum = c[0];
  for (std::size_t i = 1; i < N; ++i) sum = sum * x + c[i];
  return sum;
}

constexpr double kA[] = {2509.0809287301226727, 33430.575583588128105, 67265.770927008700853, 45921.953931549871457,
                         13731.693765509461125, 1971.5909503065514427, 133.14166789178437745, 3.387132872796366608};
constexpr double kB[] = {5226.495278852545925,  28729.085735721942674, 39307.89580009271061,  21213.794301586595867,
                         5394.1960214247511077, 687.1870074920579083,  42.313330701600911252, 1.0};
constexpr double kC[] = {7.7454501427834140764e-4, 0.0227238449892691845833, 0.24178072517745061177,
                         1.27045825245236838258,   3.64784832476320460504,   5.7694972214606914055,
                         4.6303378461565452959,    1.42343711074968357734};
constexpr double kD[] = {
    1.05075007164441684324e-9, 5.475938084995344946e-4, 0.0151986665636164571966, 0.14810397642748007459,
    0.68976733498510000455,    1.6763848301838038494,   2.05319162663775882187,   1.0};
constexpr double kE[] = {2.01033439929228813265e-7, 2.71155556874348757815e-5, 0.0012426609473880784386,
                         0.026532189526576123093,   0.29656057182850489123,    1.7848265399172913358,
                         5.4637849111641143699,     6.6579046435011037772};
constexpr double kF[] = {
    2.04426310338993978564e-15, 1.4215117583164458887e-7, 1.8463183175100546818e-5, 7.868691311456132591e-4,
    0.0148753612908506148525,   0.13692988092273580531,   0.59983220655588793769,   1.0};

double tail_quantile(double p) {
  const double smaller = p < 0.5 ? p : 1.0 - p;
  const double r = std::sqrt(-mlkit::log(smaller));
  const double z =
      r <= 5.0 ? polynomial(kC, r - 1.6) / polynomial(kD, r - 1.6) : polynomial(kE, r - 5.0) / polynomial(kF, r - 5.0);
  return p < 0.5 ? -z : z;
}

}  // namespace

double normal_quantile(double p) {
  const double q = p - 0.5;
  if (q < -0.425 || q > 0.425) return tail_quantile(p);
  const double r = 0.180625 - q * q;
  return q * polynomial(kA, r) / polynomial(kB, r);
}

// Phi(x) = 1/2 + phi(x) (x + x^3/3 + x^5/15 + ..); for |x| > 6 by the continued fraction of Laplace.
double normal_cdf(double x) {
  const double density = mlkit::exp(-0.5 * x * x) * 0.39894228040143267794;
  if (x < -6 || x > 6) {
    const double size = x < 0 ? -x : x;
    double fraction = 0;
    for (int k = 40; k > 0; --k) fraction = k / (size + fraction);
    const double tail = density / (size + fraction);
    return x < 0 ? tail : 1.0 - tail;
  }
  double sum = x;
  double term = x;
  for (int k = 1; k < 200 && sum + term != sum; ++k) {
    term = term * x * x / (2 * k + 1);
    sum += term;
  }
  return 0.5 + density * sum;
}

std::uint64_t RowDraws::bits() {
  if (has_spare_) {
    has_spare_ = false;
    return spare_;
  }
  const auto words = philox4x32({static_cast<std::uint32_t>(row_), static_cast<std::uint32_t>(row_ >> 32),
                                 static_cast<std::uint32_t>(RandomPurpose::kSimulate), next_++},
                                {static_cast<std::uint32_t>(seed_), static_cast<std::uint32_t>(seed_ >> 32)});
  spare_ = (static_cast<std::uint64_t>(words[3]) << 32) | words[2];
  has_spare_ = true;
  return (static_cast<std::uint64_t>(words[1]) << 32) | words[0];
}

}  // namespace mlkit
