// How good a classifier is on rows: measured where labels are there, and estimated where they are not yet.
//
// The estimate takes the model's probabilities at their word (confidence-based estimation): a row counts as a positive
// with weight p and as a negative with weight 1 - p. It holds while the probabilities are calibrated and P(y | x) has
// not changed; a change of the inputs alone may move it, a change of the concept it cannot see.
//
// Bounded memory: scores are counted in bins of 1/512 on the logit scale from -20 to 20, so areas under the curve are
// exact but for pairs of scores that share a bin.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mlkit/eval/intervals.h"
#include "mlkit/pipeline/pipeline.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit {

struct PerformanceValue {
  std::string metric;  // roc_auc (two classes), accuracy, log_loss, brier (two classes); rmse, mae, r2
  double value = 0;
  std::optional<Interval> interval;  // 95 %: DeLong for the area, Wilson for the share
};

// Blocks of rows, added in order. Of a regression only the measured part is defined.
class PerformanceCounts {
 public:
  explicit PerformanceCounts(Task task) : task_(task) {}

  // `truth` may be null; rows of it without a label are left out of what is measured.
  void add(const Predictions& predictions, const Target* truth);

  std::uint64_t rows() const { return rows_; }
  std::uint64_t labelled() const { return labelled_; }
  // Empty where there are no rows (no labels), or for a regression (estimated).
  std::vector<PerformanceValue> estimated() const;
  std::vector<PerformanceValue> measured() const;

 private:
  struct Bin {
    std::uint64_t rows = 0;
    double weight = 0;  // sum of the positive class's probability
    std::uint64_t positives = 0;
    std::uint64_t negatives = 0;
  };
  void add_classes(const Predictions& predictions, const Target* truth);
  void add_numbers(const Predictions& predictions, const Target& truth);

  Task task_;
  std::uint64_t rows_ = 0;
  std::uint64_t labelled_ = 0;
  std::vector<Bin> bins_;
  double expected_correct_ = 0;
  double expected_log_loss_ = 0;
  double expected_brier_ = 0;
  std::uint64_t correct_ = 0;
  double log_loss_ = 0;
  double brier_ = 0;
  double squares_ = 0;
  double distances_ = 0;
  double target_mean_ = 0;
  double target_squares_ = 0;  // about the mean
};

}  // namespace mlkit
