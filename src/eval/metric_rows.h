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

#include "mlkit/base/context.h"
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
  MetricInputs(const ScoredRows& rows, const MetricOptions& options) : in_(rows), options_(options) {}

  // Needed before anything is asked of weights other than the rows' own.
  void prepare_resamples();

  struct Side {  // one class against the rest
    std::vector<double> scores;
    std::vector<std::uint8_t> positive;
    std::vector<std::uint32_t> order;
  };

  const ScoredRows& in() const { return in_; }
  const MetricOptions& options() const { return options_; }
  bool has_probabilities() const { return in_.classes >= 2 && !in_.probabilities.empty(); }
  // Classes that have a side of their own: of two the positive one.
  std::size_t first_side() const { return in_.classes == 2 ? 1 : 0; }
  Side make_side(std::size_t c) const;
  // Of every such class, with its order, and -log p(true class) of every row: once prepare_resamples was called.
  const std::vector<Side>& sides() const { return sides_; }
  const std::vector<double>& losses() const { return losses_; }

 private:
  const ScoredRows& in_;
  const MetricOptions& options_;
  std::vector<Side> sides_;
  std::vector<double> losses_;
};

// Sums over rows that go block by block, so that threads share them.
struct ProbabilitySums {
  double weight = 0, loss = 0, square = 0;
  std::vector<double> bin_weight, bin_probability, bin_truth;  // bins of equal width
  std::vector<double> confusion;

  void merge(ProbabilitySums&& right);
};

class Weighted {
 public:
  // `context` where these are the rows' own weights: then sums go block by block over its threads. nullptr in a
  // resample.
  Weighted(const MetricInputs& rows, std::span<const double> weights, const Context* context = nullptr)
      : rows_(rows), weights_(weights), context_(context) {}

  const ScoredRows& in() const { return rows_.in(); }
  std::size_t positive_class() const { return in().classes - 1; }

  const Confusion& confusion() const;
  const std::vector<ThresholdSweep>& sweeps() const;
  const RegressionScores& numbers() const {
    if (!numbers_) numbers_ = regression_scores(in().targets, in().values, weights_);
    return *numbers_;
  }
  double mean_loss() const;
  double brier() const;
  // Two classes: of the positive one. More: of the predicted class (its probability against being right).
  double calibration(bool by_mass) const;

 private:
  const ProbabilitySums& sums() const;
  ProbabilitySums sum_block(std::size_t begin, std::size_t end) const;

  const MetricInputs& rows_;
  std::span<const double> weights_;
  const Context* context_;
  mutable std::optional<Confusion> confusion_;
  mutable std::vector<ThresholdSweep> sweeps_;
  mutable std::optional<RegressionScores> numbers_;
  mutable std::optional<ProbabilitySums> sums_;
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
