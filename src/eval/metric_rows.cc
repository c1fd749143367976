#include "metric_rows.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "mlkit/base/math.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit::internal {
namespace {

constexpr std::size_t kBlockRows = std::size_t{1} << 16;

// The sum of logarithms of shares. Of several shares the logarithm is taken of their product, which rounds as little:
// taking logarithms one by one is most of the time that ten million rows cost.
class LogSum {
 public:
  void add(double share) {
    product_ *= share;
    constexpr double kSmall = 1e-200;  // no share above 1e-100 makes the next product too small
    constexpr int kFactors = 16;
    if (++factors_ == kFactors || product_ < kSmall) flush();
  }
  double total() {
    flush();
    return sum_;
  }

 private:
  void flush() {
    sum_ += mlkit::log(product_);
    product_ = 1;
    factors_ = 0;
  }

  double sum_ = 0;
  double product_ = 1;
  int factors_ = 0;
};

void add(std::vector<double>& left, const std::vector<double>& right) {
  for (std::size_t i = 0; i < left.size(); ++i) left[i] += right[i];
}

}  // namespace

void ProbabilitySums::merge(ProbabilitySums&& right) {
  weight += right.weight;
  loss += right.loss;
  square += right.square;
  add(bin_weight, right.bin_weight);
  add(bin_probability, right.bin_probability);
  add(bin_truth, right.bin_truth);
  add(confusion, right.confusion);
}

MetricInputs::Side MetricInputs::make_side(std::size_t c) const {
  Side side;
  side.scores.resize(in_.rows());
  side.positive.resize(in_.rows());
  for (std::size_t i = 0; i < in_.rows(); ++i) {
    side.scores[i] = in_.probabilities[i * in_.classes + c];
    side.positive[i] = in_.labels[i] == c ? 1 : 0;
  }
  return side;
}

void MetricInputs::prepare_resamples() {
  if (!has_probabilities()) return;
  for (std::size_t i = 0; i < in_.rows(); ++i) {
    losses_.push_back(-mlkit::log(in_.probabilities[i * in_.classes + in_.labels[i]]));
  }
  for (std::size_t c = first_side(); c < in_.classes; ++c) {
    sides_.push_back(make_side(c));
    sides_.back().order = falling_order(sides_.back().scores);
  }
}

ProbabilitySums Weighted::sum_block(std::size_t begin, std::size_t end) const {
  const std::size_t classes = in().classes;
  const auto bins = static_cast<std::size_t>(rows_.options().bins);
  const bool shares = rows_.has_probabilities();
  constexpr double kTiny = 1e-100;
  LogSum logs;
  ProbabilitySums out;
  out.confusion.resize(classes * classes);
  if (shares) {
    for (auto* sums : {&out.bin_weight, &out.bin_probability, &out.bin_truth}) sums->resize(bins);
  }
  for (std::size_t i = begin; i < end; ++i) {
    const double weight = weights_.empty() ? 1.0 : weights_[i];
    const std::size_t label = in().labels[i];
    const auto called = static_cast<std::size_t>(in().predicted[i]);
    if (label >= classes || called >= classes) throw std::invalid_argument("compute_metrics: no such class");
    out.weight += weight;
    out.confusion[label * classes + called] += weight;
    if (!shares || weight == 0) continue;
    const double* p = in().probabilities.data() + i * classes;
    if (weight == 1 && p[label] > kTiny) {
      logs.add(p[label]);
    } else {
      out.loss -= weight * mlkit::log(p[label]);
    }
    double square = 0;
    for (std::size_t c = classes == 2 ? 1 : 0; c < classes; ++c) {
      const double error = p[c] - (label == c ? 1.0 : 0.0);
      square += error * error;
    }
    out.square += weight * square;
    const double said = classes == 2 ? p[1] : p[called];
    const std::size_t bin = width_bin(said, bins);
    out.bin_weight[bin] += weight;
    out.bin_probability[bin] += weight * said;
    if (classes == 2 ? label == 1 : label == called) out.bin_truth[bin] += weight;
  }
  out.loss -= logs.total();
  return out;
}

const ProbabilitySums& Weighted::sums() const {
  if (!sums_) {
    sums_ = reduce_blocks(*context_, in().rows(), kBlockRows, ProbabilitySums{},
                          [&](std::size_t, std::size_t begin, std::size_t end) { return sum_block(begin, end); });
  }
  return *sums_;
}

const Confusion& Weighted::confusion() const {
  if (confusion_) return *confusion_;
  confusion_ = context_ != nullptr ? Confusion{in().classes, sums().confusion}
                                   : count_confusion(in().labels, in().predicted, in().classes, weights_);
  return *confusion_;
}

const std::vector<ThresholdSweep>& Weighted::sweeps() const {
  if (context_ != nullptr && in().sweeps != nullptr) return *in().sweeps;
  if (!sweeps_.empty()) return sweeps_;
  if (context_ == nullptr) {
    for (const MetricInputs::Side& side : rows_.sides()) {
      sweeps_.push_back(sweep_in_order({side.scores, side.positive, weights_}, side.order));
    }
    return sweeps_;
  }
  for (std::size_t c = rows_.first_side(); c < in().classes; ++c) {
    const MetricInputs::Side side = rows_.make_side(c);
    sweeps_.push_back(sweep_thresholds({side.scores, side.positive, weights_}, *context_));
  }
  return sweeps_;
}

double Weighted::mean_loss() const {
  if (context_ != nullptr) return sums().loss / sums().weight;
  double sum = 0, total = 0;
  for (std::size_t i = 0; i < rows_.losses().size(); ++i) {
    const double weight = weights_[i];
    total += weight;
    if (weight > 0) sum += weight * rows_.losses()[i];
  }
  return sum / total;
}

double Weighted::brier() const {
  if (context_ != nullptr) return sums().square / sums().weight;
  return brier_score(in().labels, in().probabilities, in().classes, weights_);
}

double Weighted::calibration(bool by_mass) const {
  if (!by_mass && context_ != nullptr) {
    double error = 0;
    // What the sums of a bin may differ by for rounding alone is no error: the bound of adding one row after the other.
    const double rounding = static_cast<double>(in().rows()) * std::numeric_limits<double>::epsilon();
    for (std::size_t k = 0; k < sums().bin_weight.size(); ++k) {
      const double gap = std::abs(sums().bin_truth[k] - sums().bin_probability[k]);
      if (gap > rounding * sums().bin_truth[k]) error += gap;
    }
    return error / sums().weight;
  }
  MetricInputs::Side side;
  if (in().classes == 2) {
    side = rows_.make_side(1);
  } else {
    for (std::size_t i = 0; i < in().rows(); ++i) {
      const auto predicted = static_cast<std::size_t>(in().predicted[i]);
      side.scores.push_back(in().probabilities[i * in().classes + predicted]);
      side.positive.push_back(in().labels[i] == predicted ? 1 : 0);
    }
  }
  const auto bins = static_cast<std::size_t>(rows_.options().bins);
  return calibration_error(by_mass ? reliability_by_mass(side.scores, side.positive, bins, weights_)
                                   : reliability_by_width(side.scores, side.positive, bins, weights_));
}

}  // namespace mlkit::internal
