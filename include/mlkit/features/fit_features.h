// How a feature recipe is planned for a table and learned from its rows.
//
// Target encoding. With n_i rows and target mean y_i of level i, mean p of all rows and m = the smoothing:
//   value_i = (n_i y_i + m p) / (n_i + m)
// `auto` is empirical Bayes: m = s2 / t2 with s2 the variance within levels (pooled) and t2 that between them by the
// analysis of variance (Searle, Casella, McCulloch: Variance Components, 1992, ch. 3; not below 0):
//   s2 = SSW / (N - K),  t2 = (SSB / (K - 1) - s2) / n0,  n0 = (N - sum n_i^2 / N) / (K - 1)
// Of two classes the target is 1 for the positive one (the last); of more there is one value per class. Missing cells
// are a level of their own.
//
// Cross-fitting: training rows are cut into folds (stratified for classes, whole groups with `group`), and a row
// gets the value that the rows of the other folds give its level (their p and m as well), so that no row's encoding
// has seen its own target. Later rows get the value of all training rows.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/table.h"
#include "mlkit/features/feature_encoder.h"
#include "mlkit/features/feature_options.h"

namespace mlkit {

// The target of the training rows; empty spans where the recipe has none.
struct FeatureTarget {
  std::span<const std::uint32_t> labels;  // index into the recipe's classes, kNoLevel where missing
  std::span<const double> numbers;        // or numbers, NaN where missing
};

// A recipe for this table: steps chosen and specified, nothing learned. `classes` are those of the target (empty for
// numbers, or without one); what was chosen by itself says why in FeatureStep::why. Columns in `leave_out` (weights,
// excluded ones) get no step by themselves. Throws Error(kUsage) for options that do not parse, Error(kData) for
// unknown columns and types that do not fit.
FeatureRecipe plan_features(const Table& table, const FeatureOptions& options, const std::vector<std::string>& classes,
                            std::uint64_t seed, const std::vector<std::string>& leave_out = {});

// Columns that `options` wants as texts whatever they hold (--encode, --text), by name or position, for the reading of
// the table. Throws Error(kUsage).
std::vector<std::string> text_columns_of(const FeatureOptions& options);

// A fitted recipe, and what its training rows get instead where that differs.
class FeatureFit {
 public:
  const FeatureEncoder& encoder() const { return *encoder_; }
  std::shared_ptr<const FeatureEncoder> shared_encoder() const { return encoder_; }
  // Is step i cross-fitted (a target encoding)?
  bool is_crossfitted(std::size_t step) const { return !fold_values_[step].empty(); }
  const std::vector<std::uint32_t>& fold_of_row() const { return fold_of_row_; }
  std::size_t folds() const { return folds_; }
  // The cross-fitted numbers for a code of such a step in a fold.
  const double* fold_values(std::size_t step, std::uint32_t fold, std::uint32_t code) const {
    const std::size_t width = encoder_->width(step);
    return fold_values_[step].data() + (fold * (encoder_->unknown_code(step) + 1) + code) * width;
  }
  // The codes of the training rows, where a step has a value for every level of its column; else null.
  const std::uint32_t* codes(std::size_t step) const { return codes_[step] ? codes_[step]->data() : nullptr; }
  // The training table (the one it was learned from) with its derived columns.
  Table apply_training(Table table, const Context& context) const;

 private:
  friend FeatureFit fit_features(FeatureRecipe, const Table&, const FeatureTarget&, Context&);
  std::shared_ptr<const FeatureEncoder> encoder_;
  std::size_t folds_ = 0;
  std::vector<std::uint32_t> fold_of_row_;  // empty where nothing is cross-fitted
  std::vector<std::vector<double>> fold_values_;
  // Codes of the training rows, of steps that have a value for every level of their column; else null.
  std::vector<std::shared_ptr<const std::vector<std::uint32_t>>> codes_;
};

// Learns every step of `recipe` (its specification; fitted values are overwritten) from all rows of the table. Steps
// are learned in parallel, each by one thread. Warnings: levels and terms that were left out, columns without a value.
// Throws Error(kData) for a column that is missing or of another type.
FeatureFit fit_features(FeatureRecipe recipe, const Table& table, const FeatureTarget& target, Context& context);

}  // namespace mlkit
