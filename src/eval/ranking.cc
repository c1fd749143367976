#include "mlkit/eval/ranking.h"

#include <algorithm>
#include <array>
#include <bit>
#include <cmath>
#include <limits>
#include <memory>
#include <optional>
#include <stdexcept>
#include <utility>

#include "mlkit/base/pages.h"
#include "mlkit/data/sort_doubles.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

constexpr int kDigitBits = 11;
constexpr std::size_t kDigits = std::size_t{1} << kDigitBits;
constexpr int kPasses = 6;  // 6 * 11 >= 64 bits

// An integer that rises as the score falls; -0 and 0 are one score.
std::uint64_t falling_key(double score) {
  const auto bits = std::bit_cast<std::uint64_t>(score + 0.0);
  const std::uint64_t rising = (bits >> 63) != 0 ? ~bits : bits | (std::uint64_t{1} << 63);
  return ~rising;
}

double score_of_key(std::uint64_t key) {
  const std::uint64_t rising = ~key;
  return std::bit_cast<double>((rising >> 63) != 0 ? rising & ~(std::uint64_t{1} << 63) : ~rising);
}

struct KeyedRow {
  std::uint64_t key;
  std::uint32_t row;
};
std::uint64_t key_of(std::uint64_t key) { return key; }
std::uint64_t key_of(const KeyedRow& row) { return row.key; }

// Stable least-significant-digit radix sort; digits that all items share are skipped.
template <class Item>
void radix_sort(std::vector<Item>& items) {
  std::vector<std::array<std::size_t, kDigits>> counts(kPasses);
  for (auto& count : counts) count.fill(0);
  for (const Item& item : items) {
    for (int pass = 0; pass < kPasses; ++pass) {
      ++counts[static_cast<std::size_t>(pass)][key_of(item) >> (pass * kDigitBits) & (kDigits - 1)];
    }
  }
  std::vector<Item> other(items.size());
  for (int pass = 0; pass < kPasses; ++pass) {
    auto& count = counts[static_cast<std::size_t>(pass)];
    if (std::find(count.begin(), count.end(), items.size()) != count.end()) continue;
    std::size_t at = 0;
    for (std::size_t& c : count) at += std::exchange(c, at);
    for (const Item& item : items) other[count[key_of(item) >> (pass * kDigitBits) & (kDigits - 1)]++] = item;
    items.swap(other);
  }
}

void check(const ScoredLabels& rows) {
  if (rows.positive.size() != rows.scores.size() ||
      (!rows.weights.empty() && rows.weights.size() != rows.scores.size())) {
    throw std::invalid_argument("sweep_thresholds: lengths differ");
  }
  for (const double score : rows.scores) {
    if (std::isnan(score)) throw std::invalid_argument("sweep_thresholds: a score is not a number");
  }
}

// Positives and negatives sorted apart (keys only, no row numbers), then merged.
ThresholdSweep sweep_unweighted(const ScoredLabels& rows) {
  std::array<std::vector<std::uint64_t>, 2> keys;
  for (std::size_t i = 0; i < rows.scores.size(); ++i) {
    keys[rows.positive[i] != 0 ? 1 : 0].push_back(falling_key(rows.scores[i]));
  }
  for (auto& side : keys) radix_sort(side);
  ThresholdSweep sweep;
  sweep.negatives = static_cast<double>(keys[0].size());
  sweep.positives = static_cast<double>(keys[1].size());
  std::size_t n = 0, p = 0;
  while (n < keys[0].size() || p < keys[1].size()) {
    const std::uint64_t next_n = n < keys[0].size() ? keys[0][n] : ~std::uint64_t{0};
    const std::uint64_t next_p = p < keys[1].size() ? keys[1][p] : ~std::uint64_t{0};
    const std::uint64_t key = std::min(next_n, next_p);
    while (n < keys[0].size() && keys[0][n] == key) ++n;
    while (p < keys[1].size() && keys[1][p] == key) ++p;
    sweep.points.push_back({score_of_key(key), static_cast<double>(p), static_cast<double>(n)});
  }
  return sweep;
}

void need_both(const ThresholdSweep& sweep) {
  if (!sweep.both_classes()) throw std::invalid_argument("a ranking needs rows of both classes");
}

}  // namespace

std::vector<std::uint32_t> falling_order(std::span<const double> scores) {
  std::vector<KeyedRow> rows;
  rows.reserve(scores.size());
  for (std::size_t i = 0; i < scores.size(); ++i)
    rows.push_back({falling_key(scores[i]), static_cast<std::uint32_t>(i)});
  radix_sort(rows);
  std::vector<std::uint32_t> order;
  order.reserve(rows.size());
  for (const KeyedRow& row : rows) order.push_back(row.row);
  return order;
}

ThresholdSweep sweep_in_order(const ScoredLabels& rows, std::span<const std::uint32_t> order) {
  ThresholdSweep sweep;
  double tp = 0, fp = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    const std::size_t i = order[k];
    const double weight = rows.weights.empty() ? 1.0 : rows.weights[i];
    if (weight > 0) {
      (rows.positive[i] != 0 ? tp : fp) += weight;
      const double score = rows.scores[i] + 0.0;
      if (!sweep.points.empty() && sweep.points.back().threshold == score) sweep.points.pop_back();
      sweep.points.push_back({score, tp, fp});
    }
  }
  sweep.positives = tp;
  sweep.negatives = fp;
  return sweep;
}

ThresholdSweep sweep_thresholds(const ScoredLabels& rows) {
  check(rows);
  return rows.weights.empty() ? sweep_unweighted(rows) : sweep_in_order(rows, falling_order(rows.scores));
}

namespace {

// Unweighted finite scores of many rows, sorted by the stretches of their range that they are in: which rows go where
// is counted first, so that every block of rows knows its places; then each stretch is sorted alone, in the cache.
class ParallelSweep {
 public:
  ParallelSweep(const ScoredLabels& rows, const Context& context) : rows_(rows), context_(context) {}

  // nullopt where that way does not help: infinite scores, or all alike.
  std::optional<ThresholdSweep> sweep() {
    if (!find_range()) return std::nullopt;
    place_rows();
    return walk();
  }

 private:
  static constexpr std::size_t kStretches = 2048;
  static constexpr std::size_t kPlaces = 2 * kStretches;  // of negatives and positives
  static constexpr std::size_t kBlockRows = std::size_t{1} << 18;

  struct Range {
    double low = std::numeric_limits<double>::infinity();
    double high = -std::numeric_limits<double>::infinity();
    void merge(Range&& right) {
      low = std::min(low, right.low);
      high = std::max(high, right.high);
    }
  };

  bool find_range() {
    const Range range = reduce_blocks(context_, rows_.scores.size(), kBlockRows, Range{},
                                      [&](std::size_t, std::size_t begin, std::size_t end) {
                                        Range out;
                                        for (std::size_t i = begin; i < end; ++i) {
                                          out.low = std::min(out.low, rows_.scores[i]);
                                          out.high = std::max(out.high, rows_.scores[i]);
                                        }
                                        return out;
                                      });
    low_ = range.low;
    scale_ = static_cast<double>(kStretches) / (range.high - range.low);
    return std::isfinite(range.low) && std::isfinite(range.high) && std::isfinite(scale_);
  }

  // Never falls as the score rises. -0 is 0.
  std::size_t place(double score, std::uint8_t positive) const {
    const auto stretch = std::min(kStretches - 1, static_cast<std::size_t>((score - low_) * scale_));
    return 2 * stretch + (positive != 0 ? 1 : 0);
  }

  void place_rows() {
    const std::size_t n = rows_.scores.size();
    const std::size_t blocks = block_count(n, kBlockRows);
    std::vector<std::vector<std::uint32_t>> next(blocks);
    for_blocks(context_, n, kBlockRows, [&](std::size_t block, std::size_t begin, std::size_t end) {
      next[block].assign(kPlaces, 0);
      for (std::size_t i = begin; i < end; ++i) ++next[block][place(rows_.scores[i], rows_.positive[i])];
    });
    std::uint32_t total = 0;
    for (std::size_t p = 0; p < kPlaces; ++p) {
      begins_[p] = total;
      for (auto& counts : next) total += std::exchange(counts[p], total);
    }
    begins_[kPlaces] = total;
    sorted_ = std::make_unique_for_overwrite<double[]>(n);
    advise_large_pages(sorted_.get(), n * sizeof(double));
    for_blocks(context_, n, kBlockRows, [&](std::size_t block, std::size_t begin, std::size_t end) {
      for (std::size_t i = begin; i < end; ++i) {
        const double score = rows_.scores[i] + 0.0;
        sorted_[next[block][place(score, rows_.positive[i])]++] = score;
      }
    });
  }

  std::vector<double> sorted_place(std::size_t p, std::vector<double>& scratch) const {
    std::vector<double> values(sorted_.get() + begins_[p], sorted_.get() + begins_[p + 1]);
    sort_doubles(values, scratch);
    return values;
  }

  ThresholdSweep walk() const {
    std::vector<std::vector<SweepPoint>> points(kStretches);
    constexpr std::size_t kStretchesAtOnce = 16;
    for_blocks(context_, kStretches, kStretchesAtOnce, [&](std::size_t, std::size_t begin, std::size_t end) {
      std::vector<double> scratch;
      for (std::size_t stretch = begin; stretch < end; ++stretch) {
        const std::vector<double> negative = sorted_place(2 * stretch, scratch);
        const std::vector<double> positive = sorted_place(2 * stretch + 1, scratch);
        points[stretch] = merge_falling(negative, positive);
      }
    });
    ThresholdSweep sweep;
    std::size_t size = 0;
    for (const auto& part : points) size += part.size();
    sweep.points.reserve(size);
    for (std::size_t stretch = kStretches; stretch-- > 0;) {
      for (const SweepPoint& point : points[stretch]) {
        sweep.points.push_back(
            {point.threshold, sweep.positives + point.true_positives, sweep.negatives + point.false_positives});
      }
      sweep.negatives += static_cast<double>(begins_[2 * stretch + 1] - begins_[2 * stretch]);
      sweep.positives += static_cast<double>(begins_[2 * stretch + 2] - begins_[2 * stretch + 1]);
    }
    return sweep;
  }

  static std::vector<SweepPoint> merge_falling(const std::vector<double>& negative,
                                               const std::vector<double>& positive) {
    std::vector<SweepPoint> out;
    std::size_t n = negative.size();
    std::size_t p = positive.size();
    constexpr double kLowest = -std::numeric_limits<double>::infinity();
    while (n > 0 || p > 0) {
      const double score = std::max(n > 0 ? negative[n - 1] : kLowest, p > 0 ? positive[p - 1] : kLowest);
      while (n > 0 && negative[n - 1] == score) --n;
      while (p > 0 && positive[p - 1] == score) --p;
      out.push_back({score, static_cast<double>(positive.size() - p), static_cast<double>(negative.size() - n)});
    }
    return out;
  }

  const ScoredLabels& rows_;
  const Context& context_;
  double low_ = 0;
  double scale_ = 1;
  std::array<std::uint32_t, kPlaces + 1> begins_{};
  std::unique_ptr<double[]> sorted_;
};

}  // namespace

ThresholdSweep sweep_thresholds(const ScoredLabels& rows, const Context& context) {
  constexpr std::size_t kFewRows = 100'000;
  constexpr std::size_t kMostRows = std::numeric_limits<std::uint32_t>::max();
  check(rows);
  if (rows.weights.empty() && rows.scores.size() >= kFewRows && rows.scores.size() < kMostRows) {
    if (auto sweep = ParallelSweep(rows, context).sweep()) return std::move(*sweep);
  }
  return rows.weights.empty() ? sweep_unweighted(rows) : sweep_in_order(rows, falling_order(rows.scores));
}

double roc_auc(const ThresholdSweep& sweep) {
  need_both(sweep);
  // Twice the area in units of pairs: whole numbers, exact below 2^53 where there are no weights.
  double twice = 0;
  SweepPoint last;
  for (const SweepPoint& point : sweep.points) {
    twice += (point.false_positives - last.false_positives) * (point.true_positives + last.true_positives);
    last = point;
  }
  return 0.5 * twice / (sweep.positives * sweep.negatives);
}

double average_precision(const ThresholdSweep& sweep) {
  if (!(sweep.positives > 0)) throw std::invalid_argument("average precision needs a positive row");
  double sum = 0;
  double last = 0;
  for (const SweepPoint& point : sweep.points) {
    const double precision = point.true_positives / (point.true_positives + point.false_positives);
    sum += (point.true_positives - last) * precision;
    last = point.true_positives;
  }
  return sum / sweep.positives;
}

double ks_of_scores(const ThresholdSweep& sweep) {
  need_both(sweep);
  double largest = 0;
  for (const SweepPoint& point : sweep.points) {
    largest = std::max(largest, point.true_positives / sweep.positives - point.false_positives / sweep.negatives);
  }
  return largest;
}

std::vector<RocPoint> roc_curve(const ThresholdSweep& sweep) {
  need_both(sweep);
  std::vector<RocPoint> curve{{std::numeric_limits<double>::infinity(), 0.0, 0.0}};
  curve.reserve(sweep.points.size() + 1);
  for (const SweepPoint& point : sweep.points) {
    curve.push_back({point.threshold, point.false_positives / sweep.negatives, point.true_positives / sweep.positives});
  }
  return curve;
}

std::vector<PrPoint> pr_curve(const ThresholdSweep& sweep) {
  if (!(sweep.positives > 0)) throw std::invalid_argument("a precision-recall curve needs a positive row");
  std::vector<PrPoint> curve;
  curve.reserve(sweep.points.size());
  for (const SweepPoint& point : sweep.points) {
    curve.push_back({point.threshold, point.true_positives / (point.true_positives + point.false_positives),
                     point.true_positives / sweep.positives});
  }
  return curve;
}

std::vector<RocPoint> thin_curve(const std::vector<RocPoint>& curve, std::size_t limit) {
  if (curve.size() <= limit || limit < 2) return curve;
  // fpr + tpr rises from 0 to 2 along a ROC curve: its length in the city-block sense.
  std::vector<RocPoint> thin{curve.front()};
  for (std::size_t i = 1; i + 1 < curve.size(); ++i) {
    const double wanted = 2.0 * static_cast<double>(thin.size()) / static_cast<double>(limit - 1);
    if (thin.size() + 1 < limit && curve[i].fpr + curve[i].tpr >= wanted) thin.push_back(curve[i]);
  }
  thin.push_back(curve.back());
  return thin;
}

}  // namespace mlkit
