#include "mlkit/train/fit_calibration.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

#include "mlkit/base/error.h"
#include "mlkit/base/math.h"
#include "mlkit/eval/ranking.h"

namespace mlkit {
namespace {

double weight_of(std::span<const double> weights, std::size_t i) { return weights.empty() ? 1.0 : weights[i]; }

struct ClassWeights {
  double positive = 0;
  double negative = 0;
};

ClassWeights check_rows(std::span<const double> probability, std::span<const std::uint8_t> positive,
                        std::span<const double> weights) {
  if (probability.size() != positive.size() || (!weights.empty() && weights.size() != positive.size())) {
    throw std::invalid_argument("calibration: lengths differ");
  }
  ClassWeights sums;
  for (std::size_t i = 0; i < positive.size(); ++i) {
    (positive[i] != 0 ? sums.positive : sums.negative) += weight_of(weights, i);
  }
  if (!(sums.positive > 0 && sums.negative > 0)) throw std::invalid_argument("calibration needs rows of both classes");
  return sums;
}

// log(1 + exp(z)) without overflow.
double softplus(double z) { return z > 0 ? z + mlkit::log(1 + mlkit::exp(-z)) : mlkit::log(1 + mlkit::exp(z)); }

// The problem of Lin, Lin, Weng in f = logit(p), targets t, weights w.
class SigmoidProblem {
 public:
  SigmoidProblem(std::span<const double> probability, std::span<const std::uint8_t> positive,
                 std::span<const double> weights)
      : weights_(weights) {
    const ClassWeights sums = check_rows(probability, positive, weights);
    const double high = (sums.positive + 1) / (sums.positive + 2);
    const double low = 1 / (sums.negative + 2);
    for (std::size_t i = 0; i < probability.size(); ++i) {
      logits_.push_back(clamped_logit(probability[i]));
      targets_.push_back(positive[i] != 0 ? high : low);
    }
    // The start: the share of the positives, whatever the score.
    start_ = mlkit::log((sums.positive + 1) / (sums.negative + 1));
  }

  double start() const { return start_; }

  double loss(double slope, double offset) const {
    double sum = 0;
    for (std::size_t i = 0; i < logits_.size(); ++i) {
      const double z = slope * logits_[i] + offset;
      sum += weight_of(weights_, i) * (softplus(z) - targets_[i] * z);
    }
    return sum;
  }

  struct Derivatives {
    double g1 = 0, g2 = 0;             // by slope, by offset
    double h11 = 0, h22 = 0, h21 = 0;  // second ones
  };

  Derivatives derivatives(double slope, double offset) const {
    constexpr double kRidge = 1e-12;  // keeps the matrix positive definite
    Derivatives out{0, 0, kRidge, kRidge, 0};
    for (std::size_t i = 0; i < logits_.size(); ++i) {
      const double q = mlkit::sigmoid(slope * logits_[i] + offset);
      const double w = weight_of(weights_, i);
      const double curvature = w * q * (1 - q);
      const double error = w * (q - targets_[i]);
      out.h11 += logits_[i] * logits_[i] * curvature;
      out.h22 += curvature;
      out.h21 += logits_[i] * curvature;
      out.g1 += logits_[i] * error;
      out.g2 += error;
    }
    return out;
  }

 private:
  std::span<const double> weights_;
  std::vector<double> logits_;
  std::vector<double> targets_;
  double start_ = 0;
};

// Rows of one value, or of several that were pooled.
struct Block {
  double first = 0, last = 0;  // least and largest probability
  double weight = 0;
  double positive = 0;

  double mean() const { return positive / weight; }
  // As if one more row with the share of all rows had been met. A plain mean of a few rows of one class is 0 or 1,
  // which no number of rows can prove, and the first row that is otherwise makes the log loss infinite. Platt's targets
  // of the sigmoid do the same.
  double shrunk(double prior) const { return (positive + prior) / (weight + 1); }
  void join(const Block& lower) {
    first = lower.first;
    weight += lower.weight;
    positive += lower.positive;
  }
};

// Means that rise need not rise any more when they are shrunk, a block of few rows by more than one of many. These are
// pooled again, by their shrunk means.
std::vector<Block> pool_shrunk(const std::vector<Block>& blocks, double prior) {
  std::vector<Block> out;
  for (Block block : blocks) {
    while (!out.empty() && out.back().shrunk(prior) >= block.shrunk(prior)) {
      block.join(out.back());
      out.pop_back();
    }
    out.push_back(block);
  }
  return out;
}

}  // namespace

CalibrationCurve fit_sigmoid_curve(std::span<const double> probability, std::span<const std::uint8_t> positive,
                                   std::span<const double> weights) {
  const SigmoidProblem problem(probability, positive, weights);
  CalibrationCurve curve;
  curve.slope = 0;
  curve.offset = problem.start();
  double loss = problem.loss(curve.slope, curve.offset);
  constexpr int kMostSteps = 100;
  constexpr double kGradient = 1e-13;  // per row: near what rounding leaves
  constexpr double kLeastStep = 1e-10;
  constexpr double kUntold = 1e-12;  // of the loss
  constexpr int kPolishing = 2;
  int polished = 0;
  const double total = static_cast<double>(probability.size());
  for (int step = 0; step < kMostSteps; ++step) {
    const auto d = problem.derivatives(curve.slope, curve.offset);
    if (std::abs(d.g1) < kGradient * total && std::abs(d.g2) < kGradient * total) break;
    const double determinant = d.h11 * d.h22 - d.h21 * d.h21;
    const double along1 = -(d.h22 * d.g1 - d.h21 * d.g2) / determinant;
    const double along2 = -(d.h11 * d.g2 - d.h21 * d.g1) / determinant;
    const double slope_of_loss = d.g1 * along1 + d.g2 * along2;
    double length = 1;
    // So near the optimum that the loss cannot tell any more: Newton's own step doubles the right digits.
    if (-slope_of_loss < kUntold * loss) {
      curve.slope += along1;
      curve.offset += along2;
      if (++polished == kPolishing) break;
      loss = problem.loss(curve.slope, curve.offset);
      continue;
    }
    for (; length >= kLeastStep; length /= 2) {
      const double next = problem.loss(curve.slope + length * along1, curve.offset + length * along2);
      if (!(next < loss + 1e-4 * length * slope_of_loss)) continue;
      curve.slope += length * along1;
      curve.offset += length * along2;
      loss = next;
      break;
    }
    if (length < kLeastStep) break;  // as good as rounding allows
  }
  return curve;
}

CalibrationCurve fit_isotonic_curve(std::span<const double> probability, std::span<const std::uint8_t> positive,
                                    std::span<const double> weights) {
  const ClassWeights sums = check_rows(probability, positive, weights);
  const double prior = sums.positive / (sums.positive + sums.negative);
  const ThresholdSweep sweep = sweep_thresholds({probability, positive, weights});
  std::vector<Block> blocks;
  // The sweep falls; a distinct score's rows are the difference to the point before.
  for (std::size_t k = sweep.points.size(); k-- > 0;) {
    const SweepPoint before = k == 0 ? SweepPoint{} : sweep.points[k - 1];
    const double rows_positive = sweep.points[k].true_positives - before.true_positives;
    const double rows_negative = sweep.points[k].false_positives - before.false_positives;
    Block block{sweep.points[k].threshold, sweep.points[k].threshold, rows_positive + rows_negative, rows_positive};
    while (!blocks.empty() && blocks.back().mean() >= block.mean()) {
      block.join(blocks.back());
      blocks.pop_back();
    }
    blocks.push_back(block);
  }
  CalibrationCurve curve;
  for (const Block& block : pool_shrunk(blocks, prior)) {
    const double value = block.shrunk(prior);
    curve.from.push_back(block.first);
    curve.to.push_back(value);
    if (block.last == block.first) continue;
    curve.from.push_back(block.last);
    curve.to.push_back(value);
  }
  return curve;
}

Calibration fit_calibration(CalibrationKind kind, std::span<const double> probabilities, std::size_t classes,
                            std::span<const std::uint32_t> labels, std::span<const double> weights) {
  std::vector<CalibrationCurve> curves;
  for (std::size_t c = classes == 2 ? 1 : 0; c < classes; ++c) {
    std::vector<double> probability(labels.size());
    std::vector<std::uint8_t> positive(labels.size());
    double sums[2] = {0, 0};
    for (std::size_t i = 0; i < labels.size(); ++i) {
      probability[i] = probabilities[i * classes + c];
      positive[i] = labels[i] == c ? 1 : 0;
      sums[positive[i]] += weight_of(weights, i);
    }
    if (!(sums[0] > 0 && sums[1] > 0)) throw_data("a calibration needs rows of every class to fit it on");
    curves.push_back(kind == CalibrationKind::kSigmoid ? fit_sigmoid_curve(probability, positive, weights)
                                                       : fit_isotonic_curve(probability, positive, weights));
  }
  return {kind, std::move(curves)};
}

}  // namespace mlkit
