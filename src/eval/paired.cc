#include "mlkit/eval/paired.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "mlkit/base/math.h"
#include "mlkit/eval/ranking.h"

namespace mlkit {
namespace {

// Share of the other class that each row of one class is on the right side of, ties half: of a positive the negatives
// below it, of a negative the positives above it. Rows in their own order.
std::vector<double> placements(std::span<const double> scores, std::span<const std::uint8_t> positive, double positives,
                               double negatives) {
  const std::vector<std::uint32_t> order = falling_order(scores);
  std::vector<double> out(scores.size());
  double positives_above = 0, negatives_above = 0;
  for (std::size_t begin = 0; begin < order.size();) {
    std::size_t end = begin;
    double tied_positives = 0, tied_negatives = 0;
    for (; end < order.size() && scores[order[end]] == scores[order[begin]]; ++end) {
      ++(positive[order[end]] != 0 ? tied_positives : tied_negatives);
    }
    const double below = (negatives - negatives_above - 0.5 * tied_negatives) / negatives;
    const double above = (positives_above + 0.5 * tied_positives) / positives;
    for (std::size_t i = begin; i < end; ++i) out[order[i]] = positive[order[i]] != 0 ? below : above;
    positives_above += tied_positives;
    negatives_above += tied_negatives;
    begin = end;
  }
  return out;
}

// Mean and variance (denominator n - 1) of one class's part of the differences.
struct PartOfClass {
  double first = 0, second = 0, variance = 0;
};

PartOfClass part_of(std::span<const double> first, std::span<const double> second,
                    std::span<const std::uint8_t> positive, bool of_positives, double rows) {
  PartOfClass part;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if ((positive[i] != 0) != of_positives) continue;
    part.first += first[i];
    part.second += second[i];
  }
  part.first /= rows;
  part.second /= rows;
  const double mean = part.second - part.first;
  for (std::size_t i = 0; i < first.size(); ++i) {
    if ((positive[i] != 0) != of_positives) continue;
    const double off = second[i] - first[i] - mean;
    part.variance += off * off;
  }
  part.variance /= rows - 1;
  return part;
}

}  // namespace

double normal_two_sided_p(double z) {
  const double x = std::abs(z);
  const double density = mlkit::exp(-0.5 * x * x) * 0.39894228040143267794;
  if (x < 2.5) {
    double term = x, sum = x;
    for (int k = 3; term > 1e-18 * sum; k += 2) sum += term *= x * x / k;
    return 1.0 - 2.0 * density * sum;
  }
  // 1 / (x + 1 / (x + 2 / (x + 3 / ..))), from the inside; 120 levels settle every digit from 2.5 on.
  double fraction = x;
  for (int k = 120; k >= 1; --k) fraction = x + k / fraction;
  return 2.0 * density / fraction;
}

Agreement count_agreement(std::span<const std::uint32_t> truth, std::span<const std::int32_t> first,
                          std::span<const std::int32_t> second) {
  if (first.size() != truth.size() || second.size() != truth.size()) {
    throw std::invalid_argument("count_agreement: lengths differ");
  }
  Agreement out;
  for (std::size_t i = 0; i < truth.size(); ++i) {
    const bool a = first[i] == static_cast<std::int32_t>(truth[i]);
    const bool b = second[i] == static_cast<std::int32_t>(truth[i]);
    ++(a ? (b ? out.both : out.only_first) : (b ? out.only_second : out.neither));
    if (!a && !b && first[i] != second[i]) ++out.neither_and_different;
  }
  return out;
}

McNemar mcnemar_test(std::uint64_t only_first, std::uint64_t only_second) {
  const std::uint64_t pairs = only_first + only_second;
  const std::uint64_t fewer = std::min(only_first, only_second);
  McNemar out;
  if (pairs == 0) return out;
  if (pairs > kMostExactPairs) {
    const double gap = static_cast<double>(std::max(only_first, only_second) - fewer);
    const double corrected = std::max(0.0, gap - 1.0);
    out.statistic = corrected * corrected / static_cast<double>(pairs);
    out.p_value = normal_two_sided_p(std::sqrt(out.statistic));
    out.exact = false;
    return out;
  }
  // sum over k <= fewer of C(pairs, k) / 2^pairs, at most 2^1000 before the division.
  double coefficient = 1, sum = 1;
  for (std::uint64_t k = 1; k <= fewer; ++k) {
    coefficient = coefficient * static_cast<double>(pairs - k + 1) / static_cast<double>(k);
    sum += coefficient;
  }
  out.statistic = static_cast<double>(fewer);
  out.p_value = std::min(1.0, std::ldexp(sum, 1 - static_cast<int>(pairs)));
  return out;
}

Interval paired_rates_interval(const Agreement& agreement, double confidence) {
  const double n = static_cast<double>(agreement.rows());
  const double e = static_cast<double>(agreement.both), f = static_cast<double>(agreement.only_second);
  const double g = static_cast<double>(agreement.only_first), h = static_cast<double>(agreement.neither);
  const double second = (e + f) / n, first = (e + g) / n;
  const Interval of_second = wilson_interval(e + f, n, confidence);
  const Interval of_first = wilson_interval(e + g, n, confidence);
  const double margins = (e + f) * (g + h) * (e + g) * (f + h);
  double cross = e * h - f * g;
  if (cross > 0) cross = std::max(0.0, cross - 0.5 * n);
  const double correlation = margins > 0 ? cross / std::sqrt(margins) : 0.0;
  const auto side = [&](double a, double b) {
    return std::sqrt(std::max(0.0, a * a - 2.0 * correlation * a * b + b * b));
  };
  const double difference = second - first;
  return {std::max(-1.0, difference - side(second - of_second.low, of_first.high - first)),
          std::min(1.0, difference + side(of_second.high - second, first - of_first.low))};
}

std::optional<PairedAuc> delong_paired(std::span<const double> first, std::span<const double> second,
                                       std::span<const std::uint8_t> positive, double confidence) {
  if (first.size() != positive.size() || second.size() != positive.size()) {
    throw std::invalid_argument("delong_paired: lengths differ");
  }
  double p = 0;
  for (const std::uint8_t is_positive : positive) p += is_positive != 0 ? 1 : 0;
  const double n = static_cast<double>(positive.size()) - p;
  if (p < 2 || n < 2) return std::nullopt;
  const std::vector<double> a = placements(first, positive, p, n);
  const std::vector<double> b = placements(second, positive, p, n);
  const PartOfClass of_positives = part_of(a, b, positive, true, p);
  const PartOfClass of_negatives = part_of(a, b, positive, false, n);
  PairedAuc out;
  out.first = of_positives.first;
  out.second = of_positives.second;
  out.difference = out.second - out.first;
  out.std_error = std::sqrt(of_positives.variance / p + of_negatives.variance / n);
  if (a == b) {
    out.p_value = 1.0;
    out.interval = Interval{0, 0};
  } else if (out.std_error > 0) {
    out.z = out.difference / out.std_error;
    out.p_value = normal_two_sided_p(out.z);
    const double half = normal_two_sided_quantile(confidence) * out.std_error;
    out.interval = Interval{std::max(-1.0, out.difference - half), std::min(1.0, out.difference + half)};
  }
  return out;
}

}  // namespace mlkit
