// What the metrics are read from, and the row that each has in the table (metric_table.cc): shared by the formulas
// there and by what walks over them with intervals (metrics.cc).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "mlkit/base/math.h"
#include "mlkit/eval/confusion.h"
#include "mlkit/eval/metrics.h"
#include "mlkit/eval/probability.h"
#include "mlkit/eval/ranking.h"
#include "mlkit/eval/regression.h"

namespace mlkit::internal {

// A value, or why there is none; a value may come with a remark too (0 / 0 taken as 0).
struct Answer {
  std::optional<double> value;
  std::string note;
};

// What the metrics are read from, for one set of row weights. Parts that do not depend on the weights are
// computed once and shared between resamples.
class MetricInputs {
 public:
  MetricInputs(const ScoredRows& rows, const MetricOptions& options) : in_(rows), options_(options) {
    if (in_.classes < 2 || in_.probabilities.empty()) return;
    for (std::size_t i = 0; i < in_.rows(); ++i) {
      losses_.push_back(-mlkit::log(in_.probabilities[i * in_.classes + in_.labels[i]]));
    }
    const std::size_t first = in_.classes == 2 ? 1 : 0;
    for (std::size_t c = first; c < in_.classes; ++c) {
      Side side;
      for (std::size_t i = 0; i < in_.rows(); ++i) {
        side.scores.push_back(in_.probabilities[i * in_.classes + c]);
        side.positive.push_back(in_.labels[i] == c ? 1 : 0);
      }
      sides_.push_back(std::move(side));
    }
  }

  // Needed before sweeps with weights of their own.
  void sort_once() {
    for (Side& side : sides_) side.order = falling_order(side.scores);
  }

  struct Side {  // one class against the rest
    std::vector<double> scores;
    std::vector<std::uint8_t> positive;
    std::vector<std::uint32_t> order;
  };

  const ScoredRows& in() const { return in_; }
  const MetricOptions& options() const { return options_; }
  const std::vector<Side>& sides() const { return sides_; }
  const std::vector<double>& losses() const { return losses_; }

 private:
  const ScoredRows& in_;
  const MetricOptions& options_;
  std::vector<Side> sides_;
  std::vector<double> losses_;
};

class Weighted {
 public:
  Weighted(const MetricInputs& rows, std::span<const double> weights) : rows_(rows), weights_(weights) {}

  const ScoredRows& in() const { return rows_.in(); }
  std::size_t positive_class() const { return in().classes - 1; }

  const Confusion& confusion() const {
    if (!confusion_) confusion_ = count_confusion(in().labels, in().predicted, in().classes, weights_);
    return *confusion_;
  }

  const std::vector<ThresholdSweep>& sweeps() const {
    if (in().sweeps != nullptr && weights_.data() == in().weights.data()) return *in().sweeps;
    if (!sweeps_.empty()) return sweeps_;
    for (const MetricInputs::Side& side : rows_.sides()) {
      const ScoredLabels scored{side.scores, side.positive, weights_};
      sweeps_.push_back(side.order.empty() ? sweep_thresholds(scored) : sweep_in_order(scored, side.order));
    }
    return sweeps_;
  }

  const RegressionScores& numbers() const {
    if (!numbers_) numbers_ = regression_scores(in().targets, in().values, weights_);
    return *numbers_;
  }

  double mean_loss() const {
    double sum = 0, total = 0;
    for (std::size_t i = 0; i < rows_.losses().size(); ++i) {
      const double weight = weights_.empty() ? 1.0 : weights_[i];
      total += weight;
      if (weight > 0) sum += weight * rows_.losses()[i];
    }
    return sum / total;
  }

  double brier() const { return brier_score(in().labels, in().probabilities, in().classes, weights_); }

  // Two classes: of the positive one. More: of the predicted class (its probability against being right).
  double calibration(bool by_mass) const {
    std::vector<double> confidence;
    std::vector<std::uint8_t> right;
    if (in().classes > 2) {
      for (std::size_t i = 0; i < in().rows(); ++i) {
        const auto predicted = static_cast<std::size_t>(in().predicted[i]);
        confidence.push_back(in().probabilities[i * in().classes + predicted]);
        right.push_back(in().labels[i] == predicted ? 1 : 0);
      }
    }
    const std::span<const double> p = in().classes > 2 ? std::span<const double>(confidence) : rows_.sides()[0].scores;
    const std::span<const std::uint8_t> y =
        in().classes > 2 ? std::span<const std::uint8_t>(right) : rows_.sides()[0].positive;
    const auto bins = static_cast<std::size_t>(rows_.options().bins);
    return calibration_error(by_mass ? reliability_by_mass(p, y, bins, weights_)
                                     : reliability_by_width(p, y, bins, weights_));
  }

 private:
  const MetricInputs& rows_;
  std::span<const double> weights_;
  mutable std::optional<Confusion> confusion_;
  mutable std::vector<ThresholdSweep> sweeps_;
  mutable std::optional<RegressionScores> numbers_;
};

// kNone: the calibration errors. A resample repeats rows, which adds to |truth - probability| in every bin what
// drawing the sample added before: the bootstrap doubles the bias and does not cover a calibrated model's 0.
enum class IntervalKind { kBootstrap, kWilson, kDeLong, kNone };

struct MetricRow {
  MetricInfo info;
  bool needs_probabilities;
  IntervalKind interval;
  Answer (*compute)(const Weighted&);
};

// All metrics, in the order of the table; by name ('-' and '_' alike), throws Error(kUsage) with the nearest one.
const std::vector<MetricRow>& metric_rows();
const MetricRow& find_metric_row(std::string_view name);

}  // namespace mlkit::internal
