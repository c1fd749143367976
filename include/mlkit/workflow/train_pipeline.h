// From a table to a sealed pipeline: choose the columns, learn the cleaning and the preprocessing, fit the
// model and the dummy beside it. Everything is learned from the rows given; for a fold, give
// Table::select_rows of it: the CSV is read once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/base/fields.h"
#include "mlkit/clean/clean_options.h"
#include "mlkit/data/table.h"
#include "mlkit/eval/metrics.h"
#include "mlkit/features/feature_recipe.h"
#include "mlkit/features/preprocess.h"
#include "mlkit/pipeline/pipeline.h"
#include "mlkit/resample/resample.h"
#include "mlkit/train/fit_linear.h"
#include "mlkit/train/fit_logistic.h"
#include "mlkit/train/fit_naive_bayes.h"
#include "mlkit/train/fit_report.h"

namespace mlkit {

struct TrainOptions {
  std::string target;
  std::string model = "auto";  // logistic, nb, linear, dummy; auto by the task
  std::string task = "auto";   // classification, regression
  std::vector<std::string> features;
  std::vector<std::string> exclude;
  std::string weight;
  std::string positive;             // class; "" = the last in byte order
  std::optional<double> threshold;  // 0.5; of balanced classes where the weighted fit is even
  // Both from the answers to rows that the model did not learn from, in folds of the training rows
  // (workflow/out_of_fold_decision.h):
  std::string calibrate = "none";   // none, sigmoid, isotonic
  std::string best_threshold = {};  // a metric of eval/thresholds.h: the threshold with its best value; "" = none
  PreprocessOptions preprocess;
  LogisticOptions logistic;
  NaiveBayesOptions naive_bayes;
  double alpha = 0;                   // linear, shared out by logistic.l1_ratio
  std::string class_weight = "none";  // none, balanced
  ResampleOptions resample;           // of the training rows; its seed is `seed`
  std::uint64_t seed = 42;
  std::optional<CleanOptions> clean;    // refitted on the rows given (--clean)
  std::optional<FeatureRecipe> recipe;  // its specification, refitted on the rows given (--recipe)
};

// The target of every row, made once for a table: classes over all of its rows, so that folds share them.
struct Target {
  Task task = Task::kBinary;
  ColumnSpec column;
  std::vector<std::string> classes;   // classification
  std::vector<std::uint32_t> labels;  // classification; kNoLevel where missing
  std::vector<double> numbers;        // regression; NaN where missing
  std::uint64_t missing = 0;
  std::string reason;  // how the task was decided, for people
};

// How the calibration and the threshold came to be, from out-of-fold answers.
struct DecisionReport {
  std::size_t folds = 0;
  std::size_t rows = 0;
  std::vector<MetricValue> before;  // of the answers as they were
  // The same once calibrated: each fold by a calibration that was fitted without it. Empty without one.
  std::vector<MetricValue> after;
  std::vector<MetricValue> at_threshold;  // at the chosen threshold; empty where none was chosen
};

struct TrainedPipeline {
  Pipeline pipeline;
  FitReport report;
  std::vector<MetricValue> metrics;   // on the rows that the model was fitted on
  std::vector<MetricValue> baseline;  // the dummy's, same rows
  // With resampling: rows per class as they were, and as the model was fitted on them. Else empty.
  std::vector<std::uint64_t> rows_before;
  std::vector<std::uint64_t> rows_after;
  std::shared_ptr<const Model> dummy;
  std::optional<DecisionReport> decision;  // where it was calibrated, or its threshold was chosen
  std::vector<std::string> warnings;
};

// Decides the task (CLI.md: classification for text, categories, booleans and whole numbers with at most 20
// distinct values) and reads the target column. Labels keep the text of their cells when the column was read
// as text or category. Throws Error(kData): no such column, a numeric model for words, one class, a label with
// control characters.
Target read_target(const Table& table, const TrainOptions& options, Context& context);

// The same for scoring answers of any source: `further` are classes that the answers know beside those of the
// target (texts as they stand; the order of all is that of read_target). One class is enough; where two are
// needed the other is `options.positive`, the other one of 0 and 1, no and yes, false and true, or "(other)", and a
// warning says which is positive.
Target read_target_to_score(const Table& table, const TrainOptions& options, const std::vector<std::string>& further,
                            Context& context);

// Fits on all rows of `table` that have a target. Warnings go to the context and the result.
TrainedPipeline train_pipeline(const Table& table, const TrainOptions& options, Context& context);
// The same with a target read before (folds: `target` holds the labels of these rows).
TrainedPipeline train_pipeline(const Table& table, const Target& target, const TrainOptions& options, Context& context);
// The same on a table that nobody needs any more: its cells are let go while the matrix of features is made.
TrainedPipeline train_pipeline(Table&& table, const Target& target, const TrainOptions& options, Context& context);

// Metrics of a pipeline's (or the dummy's) answers against the truth, row by row. `names` empty: the default
// metrics of the task. Classes need the labels of `predictions`; their
// probabilities may be missing.
std::vector<MetricValue> score_predictions(const Predictions& predictions, const Target& truth,
                                           std::span<const double> weights, const std::vector<std::string>& names,
                                           const MetricOptions& options, const Context& context);

// What is scored, as spans of the three.
ScoredRows scored_rows(const Predictions& predictions, const Target& truth, std::span<const double> weights);

// The target column of a table in the terms of a fitted pipeline: its classes, in its order. Throws Error(kData)
// with the place where the column is missing or holds something that training did not see.
Target read_truth(const Table& table, const Pipeline& pipeline);

// The weight of every row, "" = all 1 (empty). Throws Error(kData) with the place for a weight that is missing,
// negative or no number.
std::vector<double> read_weights(const Table& table, const std::string& column);

// Rows of `target` that have a value, rising, and what is left of it for some rows.
std::vector<std::uint32_t> rows_with_target(const Target& target);
Target select_target(const Target& target, std::span<const std::uint32_t> rows);

}  // namespace mlkit
