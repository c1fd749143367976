// From a table to a sealed pipeline: choose the columns, learn the cleaning and the preprocessing, fit the
// model and the dummy beside it. Everything is learned from the rows given; for a fold, give
// Table::select_rows of it: the CSV is read once.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/base/fields.h"
#include "mlkit/data/table.h"
#include "mlkit/eval/metrics.h"
#include "mlkit/features/preprocess.h"
#include "mlkit/pipeline/pipeline.h"
#include "mlkit/train/fit_linear.h"
#include "mlkit/train/fit_logistic.h"
#include "mlkit/train/fit_report.h"

namespace mlkit {

struct TrainOptions {
  std::string target;
  std::string model = "auto";  // logistic, linear, dummy; auto by the task
  std::string task = "auto";   // classification, regression
  std::vector<std::string> features;
  std::vector<std::string> exclude;
  std::string weight;
  std::string positive;  // class; "" = the last in byte order
  double threshold = 0.5;
  PreprocessOptions preprocess;
  LogisticOptions logistic;
  double alpha = 0;                 // linear
  std::string class_weight = "none";  // none, balanced
  std::uint64_t seed = 42;
  // Unfitted cleaning steps, refitted on the rows given (--clean); not fields.
  std::vector<std::shared_ptr<const Step>> clean;
};

// The target of every row, made once for a table: classes over all of its rows, so that folds share them.
struct Target {
  Task task = Task::kBinary;
  ColumnSpec column;
  std::vector<std::string> classes;    // classification
  std::vector<std::uint32_t> labels;   // classification; kNoLevel where missing
  std::vector<double> numbers;         // regression; NaN where missing
  std::uint64_t missing = 0;
  std::string reason;                  // how the task was decided, for people
};

struct TrainedPipeline {
  Pipeline pipeline;
  FitReport report;
  std::vector<MetricValue> metrics;   // on the rows that the model was fitted on
  std::vector<MetricValue> baseline;  // the dummy's, same rows
  std::shared_ptr<const Model> dummy;
  std::vector<std::string> warnings;
  std::uint64_t rows_without_target = 0;
};

// Decides the task (CLI.md: classification for text, categories, booleans and whole numbers with at most 20
// distinct values) and reads the target column. Labels keep the text of their cells when the column was read
// as text or category. Throws Error(kData): no such column, a numeric model for words, one class, a label with
// control characters.
Target read_target(const Table& table, const TrainOptions& options, Context& context);

// Fits on all rows of `table` that have a target. Warnings go to the context and the result.
TrainedPipeline train_pipeline(const Table& table, const TrainOptions& options, Context& context);
// The same with a target read before (folds: `target` holds the labels of these rows).
TrainedPipeline train_pipeline(const Table& table, const Target& target, const TrainOptions& options,
                               Context& context);

// Scores predictions against true answers with the metrics of the task (`names` empty: the default ones).
std::vector<MetricValue> score_predictions(const Predictions& predictions, const Target& truth,
                                           const std::vector<double>& weights, const std::vector<std::string>& names,
                                           const MetricOptions& options, const Context& context);

}  // namespace mlkit
