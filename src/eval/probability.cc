#include "mlkit/eval/probability.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "mlkit/base/math.h"
#include "mlkit/eval/ranking.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

double weight_of(std::span<const double> weights, std::size_t i) { return weights.empty() ? 1.0 : weights[i]; }

void check_shape(std::size_t rows, std::size_t values, std::size_t classes, std::span<const double> weights) {
  if (values != rows * classes || (!weights.empty() && weights.size() != rows)) {
    throw std::invalid_argument("probabilities: lengths differ");
  }
}

// Sums of the rows of one bin.
struct BinSums {
  double weight = 0, probability = 0, truth = 0;
  double low = std::numeric_limits<double>::infinity(), high = -std::numeric_limits<double>::infinity();
  std::uint64_t rows = 0;

  void add(double p, bool positive, double w) {
    weight += w;
    probability += w * p;
    truth += positive ? w : 0.0;
    low = std::min(low, p);
    high = std::max(high, p);
    ++rows;
  }
  void merge(const BinSums& right) {
    weight += right.weight;
    probability += right.probability;
    truth += right.truth;
    low = std::min(low, right.low);
    high = std::max(high, right.high);
    rows += right.rows;
  }
  ReliabilityBin finish(double total) const {
    // Equal probabilities are their mean; their sum would have rounded.
    return {low, high, weight / total, low == high ? low : probability / weight, truth / weight, rows};
  }
};

double total_weight(std::size_t rows, std::span<const double> weights) {
  double total = 0;
  for (std::size_t i = 0; i < rows; ++i) total += weight_of(weights, i);
  return total;
}

}  // namespace

double log_loss(std::span<const std::uint32_t> labels, std::span<const double> probabilities, std::size_t classes,
                std::span<const double> weights) {
  check_shape(labels.size(), probabilities.size(), classes, weights);
  double sum = 0, total = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    const double weight = weight_of(weights, i);
    total += weight;
    if (weight == 0) continue;
    sum -= weight * mlkit::log(probabilities[i * classes + labels[i]]);
  }
  return sum / total;
}

double brier_score(std::span<const std::uint32_t> labels, std::span<const double> probabilities, std::size_t classes,
                   std::span<const double> weights) {
  check_shape(labels.size(), probabilities.size(), classes, weights);
  double sum = 0, total = 0;
  for (std::size_t i = 0; i < labels.size(); ++i) {
    double square = 0;
    for (std::size_t c = classes == 2 ? 1 : 0; c < classes; ++c) {
      const double error = probabilities[i * classes + c] - (labels[i] == c ? 1.0 : 0.0);
      square += error * error;
    }
    const double weight = weight_of(weights, i);
    total += weight;
    sum += weight * square;
  }
  return sum / total;
}

namespace {

struct BinTable {
  std::vector<BinSums> sums;
  double total = 0;

  void merge(BinTable&& right) {
    total += right.total;
    for (std::size_t k = 0; k < sums.size(); ++k) sums[k].merge(right.sums[k]);
  }
};

BinTable bin_rows(std::span<const double> probability, std::span<const std::uint8_t> positive, std::size_t bins,
                  std::span<const double> weights, std::size_t begin, std::size_t end) {
  BinTable out;
  out.sums.resize(bins);
  for (std::size_t i = begin; i < end; ++i) {
    const double weight = weight_of(weights, i);
    out.total += weight;
    if (weight > 0) out.sums[width_bin(probability[i], bins)].add(probability[i], positive[i] != 0, weight);
  }
  return out;
}

std::vector<ReliabilityBin> finish_by_width(const BinTable& table) {
  const auto count = static_cast<double>(table.sums.size());
  std::vector<ReliabilityBin> out;
  for (std::size_t k = 0; k < table.sums.size(); ++k) {
    if (table.sums[k].rows == 0) continue;
    ReliabilityBin bin = table.sums[k].finish(table.total);
    bin.low = static_cast<double>(k) / count;
    bin.high = static_cast<double>(k + 1) / count;
    out.push_back(bin);
  }
  return out;
}

}  // namespace

std::size_t width_bin(double probability, std::size_t bins) {
  const double count = static_cast<double>(bins);
  const double place = std::max(0.0, std::min(count - 1, probability * count));
  const auto k = static_cast<std::size_t>(place);
  const double past = place - static_cast<double>(k);
  constexpr double kFarFromEdges = 1e-6;  // beyond what the product may have rounded by
  if (past > kFarFromEdges && past < 1 - kFarFromEdges) return k;
  // The edges are the doubles k / bins, which a product with `bins` may miss by one.
  if (k + 1 < bins && static_cast<double>(k + 1) / count <= probability) return k + 1;
  if (k > 0 && static_cast<double>(k) / count > probability) return k - 1;
  return k;
}

std::vector<ReliabilityBin> reliability_by_width(std::span<const double> probability,
                                                 std::span<const std::uint8_t> positive, std::size_t bins,
                                                 std::span<const double> weights) {
  check_shape(probability.size(), positive.size(), 1, weights);
  return finish_by_width(bin_rows(probability, positive, bins, weights, 0, probability.size()));
}

std::vector<ReliabilityBin> reliability_by_width(std::span<const double> probability,
                                                 std::span<const std::uint8_t> positive, std::size_t bins,
                                                 std::span<const double> weights, const Context& context) {
  check_shape(probability.size(), positive.size(), 1, weights);
  constexpr std::size_t kBlockRows = std::size_t{1} << 16;
  return finish_by_width(reduce_blocks(context, probability.size(), kBlockRows, BinTable{},
                                       [&](std::size_t, std::size_t begin, std::size_t end) {
                                         return bin_rows(probability, positive, bins, weights, begin, end);
                                       }));
}

std::vector<ReliabilityBin> reliability_by_mass(std::span<const double> probability,
                                                std::span<const std::uint8_t> positive, std::size_t bins,
                                                std::span<const double> weights) {
  check_shape(probability.size(), positive.size(), 1, weights);
  const std::vector<std::uint32_t> falling = falling_order(probability);
  const double total = total_weight(probability.size(), weights);
  std::vector<ReliabilityBin> out;
  BinSums sums;
  double done = 0;
  std::size_t filled = 0;  // edges passed; a run of ties may pass several
  for (std::size_t k = falling.size(); k-- > 0;) {
    const std::size_t i = falling[k];
    const double weight = weight_of(weights, i);
    if (weight > 0) sums.add(probability[i], positive[i] != 0, weight);
    const bool tied = k > 0 && probability[falling[k - 1]] == probability[i];
    const double edge = total * static_cast<double>(filled + 1) / static_cast<double>(bins);
    if (tied || sums.rows == 0 || (k > 0 && done + sums.weight < edge)) continue;
    done += sums.weight;
    out.push_back(sums.finish(total));
    sums = BinSums{};
    while (filled + 1 < bins && total * static_cast<double>(filled + 1) / static_cast<double>(bins) <= done) ++filled;
  }
  return out;
}

double calibration_error(std::span<const ReliabilityBin> bins) {
  double sum = 0;
  for (const ReliabilityBin& bin : bins) sum += bin.weight * std::abs(bin.mean_truth - bin.mean_probability);
  return sum;
}

}  // namespace mlkit
