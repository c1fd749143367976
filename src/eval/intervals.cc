#include "mlkit/eval/intervals.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "mlkit/base/math.h"
#include "mlkit/base/random.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {

double normal_two_sided_quantile(double confidence) {
  const double q = 0.5 * confidence;  // distance of the upper tail's quantile from the middle
  if (!(confidence >= 0.5 && confidence < 1)) throw std::invalid_argument("confidence must be in [0.5, 1)");
  // PPND7 would do; the coefficients are those of PPND16, about 1 part in 1e16.
  if (q <= 0.425) {
    const double r = 0.180625 - q * q;
    const double top = ((((((2509.0809287301226727 * r + 33430.575583588128105) * r + 67265.770927008700853) * r +
                           45921.953931549871457) *
                              r +
                          13731.693765509461125) *
                             r +
                         1971.5909503065514427) *
                            r +
                        133.14166789178437745) *
                           r +
                       3.387132872796366608;
    const double bottom = ((((((5226.495278852854561 * r + 28729.085735721942674) * r + 39307.89580009271061) * r +
                              21213.794301586595867) *
                                 r +
                             5394.1960214247511077) *
                                r +
                            687.1870074920579083) *
                               r +
                           42.313330701600911252) *
                              r +
                          1.0;
    return q * top / bottom;
  }
  const double tail = std::sqrt(-mlkit::log(0.5 - q));
  const auto ratio = [](const double* a, const double* b, double r) {
    double top = a[7], bottom = b[7];
    for (int i = 6; i >= 0; --i) top = top * r + a[i], bottom = bottom * r + b[i];
    return top / bottom;
  };
  static constexpr double kA[] = {1.42343711074968357734,   4.6303378461565452959,   5.7694972214606914055,
                                  3.64784832476320460504,   1.27045825245236838258,  0.24178072517745061177,
                                  0.0227238449892691845833, 7.7454501427834140764e-4};
  static constexpr double kB[] = {1.0,
                                  2.05319162663775882187,
                                  1.6763848301838038494,
                                  0.68976733498510000455,
                                  0.14810397642748007459,
                                  0.0151986665636164571966,
                                  5.475938084995344946e-4,
                                  1.05075007164441684324e-9};
  static constexpr double kC[] = {6.6579046435011037772,     5.4637849111641143699,    1.7848265399172913358,
                                  0.29656057182850489123,    0.026532189526576123093,  0.0012426609473880784386,
                                  2.71155556874348757815e-5, 2.01033439929228813265e-7};
  static constexpr double kD[] = {1.0,
                                  0.59983220655588793769,
                                  0.13692988092273580531,
                                  0.0148753612908506148525,
                                  7.868691311456132591e-4,
                                  1.8463183175100546818e-5,
                                  1.4215117583164458887e-7,
                                  2.04426310338993978564e-15};
  return tail <= 5 ? ratio(kA, kB, tail - 1.6) : ratio(kC, kD, tail - 5);
}

Interval wilson_interval(double successes, double trials, double confidence) {
  if (!(trials > 0)) return {0.0, 1.0};
  const double z = normal_two_sided_quantile(confidence);
  const double share = successes / trials;
  const double z2n = z * z / trials;
  const double middle = share + 0.5 * z2n;
  const double half = z * std::sqrt(share * (1.0 - share) / trials + 0.25 * z2n / trials);
  // The ends at no and at all successes are exactly 0 and 1.
  const double low = successes <= 0 ? 0.0 : (middle - half) / (1.0 + z2n);
  const double high = successes >= trials ? 1.0 : (middle + half) / (1.0 + z2n);
  return {std::max(0.0, low), std::min(1.0, high)};
}

std::optional<AucWithError> delong_auc(const ThresholdSweep& sweep, double confidence) {
  const double p = sweep.positives, n = sweep.negatives;
  if (p < 2 || n < 2) return std::nullopt;
  AucWithError out;
  out.auc = roc_auc(sweep);
  // A positive's placement is the share of negatives below it, a negative's that of positives above it.
  double positive_square = 0, negative_square = 0;
  SweepPoint last;
  for (const SweepPoint& point : sweep.points) {
    const double tied_positives = point.true_positives - last.true_positives;
    const double tied_negatives = point.false_positives - last.false_positives;
    const double below = (n - point.false_positives + 0.5 * tied_negatives) / n - out.auc;
    const double above = (last.true_positives + 0.5 * tied_positives) / p - out.auc;
    positive_square += tied_positives * below * below;
    negative_square += tied_negatives * above * above;
    last = point;
  }
  out.std_error = std::sqrt(positive_square / (p - 1) / p + negative_square / (n - 1) / n);
  if (!(out.auc > 0 && out.auc < 1 && out.std_error > 0)) {
    const double pairs = std::min(p, n);
    out.interval = wilson_interval(out.auc * pairs, pairs, confidence);
    return out;
  }
  const double odds = out.auc / (1.0 - out.auc);
  const double half = normal_two_sided_quantile(confidence) * out.std_error / (out.auc * (1.0 - out.auc));
  const double low = odds * mlkit::exp(-half);
  const double down = mlkit::exp(-half) / odds;  // of 1 / odds: no infinity / infinity
  out.interval = {low / (1.0 + low), 1.0 / (1.0 + down)};
  return out;
}

namespace {

// How often each row is drawn in one resample: four draws from each Philox block.
std::vector<double> draw_rows(std::size_t rows, std::uint64_t seed, std::size_t resample) {
  std::vector<double> times(rows, 0.0);
  const std::array<std::uint32_t, 2> key{static_cast<std::uint32_t>(seed), static_cast<std::uint32_t>(seed >> 32)};
  for (std::size_t at = 0; at < rows; at += 4) {
    const auto words = philox4x32({static_cast<std::uint32_t>(at / 4), static_cast<std::uint32_t>(resample),
                                   static_cast<std::uint32_t>(RandomPurpose::kBootstrap), 0},
                                  key);
    for (std::size_t k = 0; k < 4 && at + k < rows; ++k)
      times[static_cast<std::uint64_t>(words[k]) * rows >> 32] += 1.0;
  }
  return times;
}

// Linear interpolation between the sorted values (type 7).
double quantile(const std::vector<double>& sorted, double share) {
  const double place = share * static_cast<double>(sorted.size() - 1);
  const auto below = static_cast<std::size_t>(place);
  const std::size_t above = std::min(below + 1, sorted.size() - 1);
  return sorted[below] + (place - static_cast<double>(below)) * (sorted[above] - sorted[below]);
}

}  // namespace

std::vector<std::vector<std::optional<double>>> bootstrap_values(std::size_t rows, std::size_t resamples,
                                                                 std::uint64_t seed, const Context& context,
                                                                 const MetricsOfResample& metrics) {
  std::vector<std::vector<std::optional<double>>> values(resamples);
  for_blocks(context, resamples, 16, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t r = begin; r < end; ++r) values[r] = metrics(draw_rows(rows, seed, r));
  });
  return values;
}

std::vector<std::optional<Interval>> bootstrap_intervals(std::size_t rows, std::size_t resamples, std::uint64_t seed,
                                                         double confidence, const Context& context,
                                                         const MetricsOfResample& metrics) {
  const auto values = bootstrap_values(rows, resamples, seed, context, metrics);
  std::vector<std::optional<Interval>> out(values.empty() ? 0 : values[0].size());
  for (std::size_t m = 0; m < out.size(); ++m) {
    std::vector<double> sorted;
    for (const auto& resample : values) {
      if (resample[m]) sorted.push_back(*resample[m]);
    }
    if (sorted.empty() || 2 * sorted.size() < resamples) continue;
    std::sort(sorted.begin(), sorted.end());
    const double tail = 0.5 * (1.0 - confidence);
    out[m] = Interval{quantile(sorted, tail), quantile(sorted, 1.0 - tail)};
  }
  return out;
}

}  // namespace mlkit
