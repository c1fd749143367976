#include "mlkit/data/summary.h"

#include <algorithm>
#include <bit>
#include <cmath>
#include <cstdint>
#include <limits>

#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();

// A sum as hi + lo, |lo| <= ulp(hi)/2: about 106 bits.
struct DoubleSum {
  double hi = 0;
  double lo = 0;

  void add(double x) {
    // TwoSum (Knuth, TAOCP 2, 4.2.2, theorem B): sum + error = hi + x exactly.
    const double sum = hi + x;
    const double part = sum - hi;
    const double error = (hi - (sum - part)) + (x - part);
    hi = sum;
    lo += error;
  }
  void add(const DoubleSum& other) {
    add(other.hi);
    lo += other.lo;
  }
  double value() const { return hi + lo; }
};

struct FirstPass {
  DoubleSum sum;
  double min = std::numeric_limits<double>::infinity();
  double max = -std::numeric_limits<double>::infinity();

  void merge(FirstPass&& right) {
    sum.add(right.sum);
    min = std::min(min, right.min);
    max = std::max(max, right.max);
  }
};

struct SecondPass {
  DoubleSum squares;
  DoubleSum rest;  // sum of (x - mean): what rounding the mean left

  void merge(SecondPass&& right) {
    squares.add(right.squares);
    rest.add(right.rest);
  }
};

// In rising order: a <= b. One rounding at the middle, exact at the ends, no overflow between
// numbers of unlike sign.
double between_values(double a, double b, double share) {
  if (share == 0 || a == b) return a + 0.0;  // + 0.0 turns -0 into 0
  if (share == 0.5) return 0.5 * a + 0.5 * b;
  if (a <= 0 && b >= 0) return (1 - share) * a + share * b;
  return a + share * (b - a);
}

struct Position {
  std::size_t index;
  double share;
};

Position position_of(std::size_t count, double p) {
  const double h = static_cast<double>(count - 1) * p;
  const auto index = std::min(static_cast<std::size_t>(h), count - 1);
  return {index, index + 1 < count ? h - static_cast<double>(index) : 0.0};
}

}  // namespace

double Moments::sd_n() const { return count == 0 ? kNaN : std::sqrt(squares / static_cast<double>(count)); }

double Moments::sd_n_minus_1() const { return count < 2 ? kNaN : std::sqrt(squares / static_cast<double>(count - 1)); }

namespace {

// The mean where the sum is beyond the range of a double though the mean is not: of the values times a power of
// two, which loses nothing of numbers that matter beside 1e300. (The values are finite.)
double mean_of_huge(std::span<const double> values, const Context& context) {
  constexpr double kDown = 0x1p-200;  // times 2^32 rows still far below the largest double
  const DoubleSum sum = reduce_blocks(context, values.size(), kRowBlock, FirstPass{},
                                      [&](std::size_t, std::size_t begin, std::size_t end) {
                                        FirstPass part;
                                        for (std::size_t i = begin; i < end; ++i) part.sum.add(values[i] * kDown);
                                        return part;
                                      })
                            .sum;
  return sum.value() / static_cast<double>(values.size()) / kDown;
}

}  // namespace

Moments compute_moments(std::span<const double> values, const Context& context) {
  Moments moments;
  moments.count = values.size();
  if (values.empty()) return moments;
  const auto n = static_cast<double>(values.size());
  const FirstPass first = reduce_blocks(context, values.size(), kRowBlock, FirstPass{},
                                        [&](std::size_t, std::size_t begin, std::size_t end) {
                                          FirstPass part;
                                          for (std::size_t i = begin; i < end; ++i) {
                                            part.sum.add(values[i]);
                                            part.min = std::min(part.min, values[i]);
                                            part.max = std::max(part.max, values[i]);
                                          }
                                          return part;
                                        });
  moments.min = first.min;
  moments.max = first.max;
  moments.mean = first.sum.value() / n;
  if (!std::isfinite(moments.mean)) moments.mean = mean_of_huge(values, context);
  const SecondPass second = reduce_blocks(context, values.size(), kRowBlock, SecondPass{},
                                          [&](std::size_t, std::size_t begin, std::size_t end) {
                                            SecondPass part;
                                            for (std::size_t i = begin; i < end; ++i) {
                                              const double d = values[i] - moments.mean;
                                              part.squares.add(d * d);
                                              part.rest.add(d);
                                            }
                                            return part;
                                          });
  const double rest = second.rest.value();
  moments.squares = std::max(0.0, second.squares.value() - rest * rest / n);
  return moments;
}

double quantile_of_sorted(std::span<const double> sorted, double p) {
  if (sorted.empty()) return kNaN;
  const Position at = position_of(sorted.size(), p);
  return between_values(sorted[at.index], at.share > 0 ? sorted[at.index + 1] : sorted[at.index], at.share);
}

namespace {

// From so many values on, counting by the leading bits is faster than partitioning.
constexpr std::size_t kManyValues = 32768;
constexpr int kLeadingBits = 16;  // the sign, the exponent, four bits of the fraction
constexpr std::size_t kBuckets = std::size_t{1} << kLeadingBits;

// Rises with x, -0 just below 0.
std::size_t bucket_of(double x) {
  const auto bits = std::bit_cast<std::uint64_t>(x);
  const std::uint64_t flip = static_cast<std::uint64_t>(static_cast<std::int64_t>(bits) >> 63) | 0x8000000000000000u;
  return static_cast<std::size_t>((bits ^ flip) >> (64 - kLeadingBits));
}

// Of `values`, in any order, those at rising `positions`.
void append_selected(std::vector<double>& values, std::span<const std::size_t> positions, std::vector<double>& out) {
  auto from = values.begin();  // everything before is in its place
  for (const std::size_t position : positions) {
    const auto at = values.begin() + static_cast<std::ptrdiff_t>(position);
    std::nth_element(from, at, values.end());
    out.push_back(*at);
    from = at;
  }
}

struct Wanted {
  std::size_t bucket = 0;
  std::vector<std::size_t> positions;  // among the values of the bucket
  std::vector<double> values;
};

// The buckets that hold the positions, with room for their values.
std::vector<Wanted> find_buckets(const std::vector<std::uint32_t>& counts, std::span<const std::size_t> positions) {
  std::vector<Wanted> wanted;
  std::size_t bucket = 0;
  std::size_t before = 0;
  for (const std::size_t position : positions) {
    while (position >= before + counts[bucket]) before += counts[bucket++];
    if (wanted.empty() || wanted.back().bucket != bucket) {
      wanted.push_back({bucket, {}, {}});
      wanted.back().values.reserve(counts[bucket]);
    }
    wanted.back().positions.push_back(position - before);
  }
  return wanted;
}

}  // namespace

std::vector<double> order_statistics(std::span<const double> values, std::span<const std::size_t> positions) {
  std::vector<double> out;
  if (values.size() < kManyValues || positions.size() > 100) {
    std::vector<double> present;
    present.reserve(values.size());
    std::copy_if(values.begin(), values.end(), std::back_inserter(present), [](double x) { return x == x; });
    append_selected(present, positions, out);
    return out;
  }
  std::vector<std::uint32_t> counts(kBuckets);
  for (const double x : values) counts[bucket_of(x)] += x == x ? 1u : 0u;
  std::vector<Wanted> wanted = find_buckets(counts, positions);
  std::vector<std::uint8_t> place(kBuckets);  // 1 + number in `wanted`
  for (std::size_t i = 0; i < wanted.size(); ++i) place[wanted[i].bucket] = static_cast<std::uint8_t>(i + 1);
  for (const double x : values) {
    const std::uint8_t at = place[bucket_of(x)];
    if (at != 0 && x == x) wanted[at - 1u].values.push_back(x);
  }
  for (Wanted& bucket : wanted) append_selected(bucket.values, bucket.positions, out);
  return out;
}

std::vector<double> select_quantiles(std::span<double> values, std::span<const double> probabilities) {
  if (values.empty()) return std::vector<double>(probabilities.size(), kNaN);
  std::vector<std::size_t> positions;  // distinct, rising
  for (const double p : probabilities) {
    const Position at = position_of(values.size(), p);
    for (const std::size_t position : {at.index, at.index + (at.share > 0 ? 1 : 0)}) {
      if (positions.empty() || position > positions.back()) positions.push_back(position);
    }
  }
  const std::vector<double> found = order_statistics(values, positions);
  const auto value_at = [&](std::size_t position) {
    return found[static_cast<std::size_t>(std::lower_bound(positions.begin(), positions.end(), position) -
                                          positions.begin())];
  };
  std::vector<double> out;
  for (const double p : probabilities) {
    const Position at = position_of(values.size(), p);
    out.push_back(between_values(value_at(at.index), value_at(at.index + (at.share > 0 ? 1 : 0)), at.share));
  }
  return out;
}

double select_quantile(std::span<double> values, double p) {
  const double one[] = {p};
  return select_quantiles(values, one).front();
}

double select_mode(std::span<double> values) {
  if (values.empty()) return kNaN;
  std::sort(values.begin(), values.end());
  double best = values[0];
  std::size_t best_count = 0;
  for (std::size_t begin = 0; begin < values.size();) {
    std::size_t end = begin;
    while (end < values.size() && values[end] == values[begin]) ++end;
    if (end - begin > best_count) {
      best_count = end - begin;
      best = values[begin];
    }
    begin = end;
  }
  return best + 0.0;
}

}  // namespace mlkit
