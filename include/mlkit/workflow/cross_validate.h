// Cross-validation of whole pipelines: column choice, cleaning, derived features, resampling, preprocessing and model
// are learned anew on the training rows of every fold; nothing of the rows that are scored reaches them. The table is
// read once. This is the one place for folds.
//
// Everything here gives the same bytes for any number of threads.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/table.h"
#include "mlkit/model/predictions.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit {

// Which rows are scored when, and what is learned from for that.
struct FoldPlan {
  std::size_t folds = 0;  // scored, per repeat
  // Per repeat: the fold of every row of the table, from 0. Rows without a target have one too and are never used.
  std::vector<std::vector<std::uint32_t>> fold_of_row = {};
  // By time: part 0 is only learned from, fold f (from 0) is part f + 1, learned from all parts before it. Else a fold
  // is learned from all others.
  bool expanding = false;
  // Leave-one-out: a fold is a row, and scores are those of all rows' answers together.
  bool pooled = false;
  std::string how = {};  // for people: "5 folds, stratified by class"

  std::size_t repeats() const { return fold_of_row.size(); }
  std::size_t fits() const { return folds * repeats(); }
};

// The ways to draw folds. `rows` is that of the table; rows are drawn among those with a target. All throw Error(kData)
// where there are fewer rows (groups, points in time) than folds, or a class has a single row.
// Stratified for classes, else at random. A warning names classes with fewer rows than there are folds.
FoldPlan draw_folds(const Target& target, std::size_t rows, std::size_t folds, std::size_t repeats, std::uint64_t seed,
                    Context& context);
// No group in two folds; `column` has the group of every row. Throws Error(kData) where one is missing.
FoldPlan draw_group_folds(const Target& target, const Column& column, std::size_t folds, std::size_t repeats,
                          std::uint64_t seed);
// An expanding window over rows in order of `column` (times or numbers): folds + 1 parts of the same size as nearly as
// rows of one point in time stay together.
FoldPlan time_folds(const Target& target, const Column& column, std::size_t folds);
FoldPlan leave_one_out(const Target& target, std::size_t rows);
// Folds 0 .. k-1 that are given (data/folds_file.h). Throws Error(kData) where one has no row with a target.
FoldPlan given_folds(const Target& target, std::vector<std::uint32_t> fold_of_row);

// What is learned from and what is scored in one fold: rows of the table with a target, rising.
struct FoldRows {
  std::vector<std::uint32_t> train;
  std::vector<std::uint32_t> test;
};
FoldRows rows_of_fold(const FoldPlan& plan, const Target& target, std::size_t repeat, std::size_t fold);

// The answers to rows by models that did not learn from them.
struct OutOfFold {
  std::vector<std::uint32_t> rows;   // of the table, rising: those with a target that are in a scored fold
  std::vector<std::uint32_t> folds;  // of each of them, from 0
  Predictions predictions;           // to each of them; labels by the threshold of the fold's own model
};

// Of one repeat. Warnings of the folds are not passed on.
OutOfFold predict_out_of_fold(const Table& table, const Target& target, const TrainOptions& options,
                              const FoldPlan& plan, Context& context, std::size_t repeat = 0);

// One metric over the folds.
struct CrossValidated {
  std::string metric;
  double mean = 0;                       // with leave-one-out: the value over all rows together
  std::optional<double> sd = {};         // over the folds, denominator k - 1; from two folds on
  std::vector<double> folds = {};        // values of the folds where the metric is defined
  std::vector<std::size_t> places = {};  // their numbers, from 0: repeat * folds + fold
  std::size_t undefined = 0;             // folds where it is not (infinite, or a class is missing)
  // 95 %: mean +- t(J-1) sd sqrt(1/J + n_test/n_train) over J folds, cut off at the ends of what the metric can be.
  // Folds share most of their training rows, so the plain sd / sqrt(J) is far too short; the second term makes up for
  // that (Nadeau and Bengio, "Inference for the generalization error", Machine Learning 52, 2003; no unbiased one
  // exists: Bengio and Grandvalet, JMLR 5, 2004). With leave-one-out: Wilson, DeLong or bootstrap over the rows.
  std::optional<Interval> interval = {};

  // A mean over some folds is one over other rows than the rest's, and may be of just those that went well: only where
  // this is true can it be held against another model's.
  bool everywhere() const { return undefined == 0; }
};

// One of several models on the same folds.
struct CvModel {
  std::string name;
  TrainOptions options;
  // Where each fold has options of its own, found on its training rows: those of repeat * folds + fold.
  std::vector<TrainOptions> options_of_fold = {};

  const TrainOptions& options_in(std::size_t fold) const {
    return options_of_fold.empty() ? options : options_of_fold[fold];
  }
};

struct CvOptions {
  std::vector<std::string> metrics;  // empty: the default ones of the task
  bool keep_predictions = false;     // out_of_fold below
  bool add_dummy = true;             // "dummy" after the models, unless one is named so
};

struct ModelScores {
  std::string name;
  std::vector<CrossValidated> scores;  // of the metrics that are defined in a fold at least
  std::vector<OutOfFold> out_of_fold;  // per repeat, where asked for (always with leave-one-out)
  std::size_t not_converged = 0;       // fits
  const CrossValidated* find(const std::string& metric) const;
};

// Every model on every fold, and after them "dummy", which answers the same to every row.
// Small tables have their folds in parallel, large ones the rows of a fold. Warnings: metrics that are not defined in
// some folds, fits that did not converge, and what the fits say in every fold alike. Errors name fold and model.
std::vector<ModelScores> cross_validate_models(const Table& table, const Target& target,
                                               const std::vector<CvModel>& models, const FoldPlan& plan,
                                               const CvOptions& options, Context& context);

// The metric that models are ranked by where none is named: roc_auc, accuracy, rmse.
std::string ranking_metric(const Target& target);

// One model against another on the same folds.
struct PairedComparison {
  std::string model;
  std::string other;
  double difference = 0;  // mean over the folds of model minus other, in the metric's own direction
  std::optional<Interval> interval = {};
  std::optional<double> p_value = {};  // of the corrected resampled t test; Holm-adjusted over all comparisons
  std::size_t wins = 0;                // folds where it is better
  std::size_t folds = 0;               // where the metric is defined for both
};

// Model `reference` (the best by `metric` where none is named) against every other one, in the order of the models: the
// corrected resampled t test over the folds (Nadeau and Bengio 2003: variance times 1/J + n_test/n_train, J - 1 degrees
// of freedom). Models without a value in some fold are left out. Empty where that is the reference, and with
// leave-one-out, whose folds are single rows.
std::vector<PairedComparison> compare_scores(const std::vector<ModelScores>& models, const std::string& metric,
                                             const FoldPlan& plan, const Target& target,
                                             std::optional<std::size_t> reference = std::nullopt);
// The position of the model with the best mean among those that have that metric in every fold; the first of equals;
// nullopt where none has.
std::optional<std::size_t> best_model(const std::vector<ModelScores>& models, const std::string& metric);

// `folds` folds as draw_folds makes them, one model, the default metrics of the task: what `train --cv` shows. Warnings
// of the folds are not passed on.
std::vector<CrossValidated> cross_validate(const Table& table, const Target& target, const TrainOptions& options,
                                           std::size_t folds, Context& context);
// The same for folds that are given.
std::vector<CrossValidated> cross_validate(const Table& table, const Target& target, const TrainOptions& options,
                                           std::span<const std::uint32_t> fold_of_row, Context& context);

}  // namespace mlkit
