// Why a model gave the answer it gave, told in the raw columns that people know.
//
// For models whose score is affine in their features (logistic, linear), the score of a row is exactly
//   base + sum over columns of its contribution,  contribution = sum over the column's features of w_f (x_f - mean_f)
// where mean_f is the feature's mean over the training rows. So the base is the score of the average training row, and
// a contribution of 0 says "as usual". One-hot levels, time parts and what a recipe derived add up to the column that
// they were made of; a feature of two columns (a difference, a product) stands under its own name.
//
// The score is the number itself in regression, the logit of the positive class of two classes, and of more classes the
// logit of each against the mean over all (softmax does not see that shift). All of it is before calibration, where
// a model has one.
//
// Means are what the model file knows: exact for scaled numbers and for levels; without scaling those of the drift
// reference, and where there is none the value that fills a gap. Whatever they are, base and contributions add up.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/dataset.h"
#include "mlkit/pipeline/pipeline.h"

namespace mlkit {

struct ExplainedColumn {
  std::string name;
  std::vector<std::size_t> inputs;      // positions in Pipeline::inputs()
  std::vector<std::uint32_t> features;  // of the model
};

// How much a column moves the score over the training rows, as far as the model file knows.
struct SealedImportance {
  std::optional<double> sd;  // of the column's contribution; nullopt where the spread of a feature is not known
  bool exact = true;         // false: several features, taken as independent
  // Per feature, in the model's order: what one standard deviation more (numbers), or being of this level instead of
  // an average row (levels), adds to the score.
  std::vector<std::pair<std::string, double>> effects;
};

struct ContributionSummary {
  std::uint64_t rows = 0;
  std::vector<double> mean_absolute;  // per column; of several scores their mean
  std::vector<double> mean;           // per column and score, row-major by score
  double max_error = 0;               // largest |base + sum of contributions - score|
};

// Immutable; any number of threads may ask. The pipeline may go away.
class Explainer {
 public:
  static bool can_explain(const Pipeline& pipeline);
  // Throws Error(kUsage) for a model that is not affine, with what to do instead.
  explicit Explainer(const Pipeline& pipeline);

  // The columns that the model has features of, in the order of the pipeline's inputs, then features of two columns.
  const std::vector<ExplainedColumn>& columns() const { return columns_; }
  // 1, or one per class where there are more than two.
  std::size_t scores() const { return bases_.size(); }
  double base(std::size_t score) const { return bases_[score]; }
  // Which score speaks for a label of the pipeline: its own of several, else the only one.
  std::size_t score_of_label(std::int32_t label) const { return scores() == 1 ? 0 : static_cast<std::size_t>(label); }

  // Of row i of features made by the pipeline; `out` takes columns() numbers. Returns the score (w . x + intercept).
  double contributions(const MatrixView& features, std::size_t i, std::size_t score, std::span<double> out) const;

  // Per column, in their order.
  std::vector<SealedImportance> sealed_importance(std::size_t score) const;

 private:
  void group_features(const Pipeline& pipeline);
  void learn_statistics(const Pipeline& pipeline);
  void center_scores();

  std::vector<ExplainedColumn> columns_;
  std::vector<std::string> feature_names_;
  std::vector<std::uint32_t> column_of_;  // per feature
  std::vector<double> weights_;           // score after score
  std::vector<double> intercepts_;
  std::vector<double> means_;             // per feature
  std::vector<double> sds_;               // per feature; NaN where not known
  std::vector<std::uint32_t> level_set_;  // per feature: number of its set of exclusive levels, or kNoLevel
  std::vector<double> offsets_;           // score after score, per column: sum of w_f mean_f
  std::vector<double> bases_;
};

// Positions of the `count` largest contributions by absolute value, falling; ties in the order of the columns.
std::vector<std::size_t> largest_contributions(std::span<const double> contributions, std::size_t count);

// Over all rows of features made by the pipeline.
ContributionSummary summarize_contributions(const Explainer& explainer, const MatrixView& features,
                                            const Context& context);

}  // namespace mlkit
