#include "training_options.h"

#include <cmath>
#include <map>
#include <utility>

#include "model_report.h"

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"
#include "mlkit/eval/thresholds.h"
#include "mlkit/io/clean_json.h"
#include "mlkit/io/features_json.h"
#include "mlkit/workflow/drift_reference.h"
#include "mlkit/workflow/table_hash.h"

namespace mlkit::app {

void TrainingOptions::declare(FieldList& options) {
  declare_columns(options);
  declare_classes(options);
  const std::string group = "Fitting";
  train.logistic.fields([&](const char* name, auto& member, FieldInfo info) {
    info.group = group;
    options.add(name, member, std::move(info));
  });
  train.naive_bayes.fields([&](const char* name, auto& member, FieldInfo info) {
    info.group = group;
    options.add(name, member, std::move(info));
  });
  options.add("alpha", train.alpha,
              {.help = "penalty of a linear model, ridge or by --l1-ratio; 0 = least squares",
               .range = at_least(0),
               .group = group});
  options.add_struct(train.preprocess);
  options.add_struct(train.preprocess.text);
  options.add("clean", clean_,
              {.help = "clean first, learned on the training rows: by default, or as a recipe says",
               .value_name = "RECIPE",
               .group = "Preprocessing",
               .file = FileUse::kReads,
               .if_bare = ""});
  options.add("recipe", recipe_,
              {.help = "derived features as a recipe of `features fit` specifies them, learned anew on the training "
                       "rows",
               .value_name = "FILE",
               .group = "Preprocessing",
               .file = FileUse::kReads});
  table_in_.declare(options);
  ledger.declare(options);
}

void TrainingOptions::declare_columns(FieldList& options) {
  options.add("target", train.target, {.help = "the column to predict", .value_name = "COL", .required = true});
  options.add("model", train.model,
              {.help = "what to fit (nb: naive Bayes); auto: by the task",
               .choices = {"auto", "logistic", "nb", "linear", "dummy"}});
  options.add("task", train.task,
              {.help = "auto: classes for words and for whole numbers with at most 20 values, else numbers",
               .choices = {"auto", "classification", "regression"}});
  options.add("features", train.features,
              {.help = "only these columns, also if they look like identifiers", .value_name = "COLS"});
  options.add("exclude", train.exclude, {.help = "leave these columns out", .value_name = "COLS"});
  options.add("weight", train.weight, {.help = "column with the weight of each row", .value_name = "COL"});
}

void TrainingOptions::declare_classes(FieldList& options) {
  options.add("positive", train.positive,
              {.help = "the positive one of two classes (the last in order)", .value_name = "CLASS"});
  options.add(
      "threshold", threshold_,
      {.help = "call a row positive from this probability on (0.5; with --class-weight the weighted fit's own); "
               "auto: the one with the best F1 on rows that were not learned from, in 5 folds; auto:METRIC, e.g. "
               "auto:mcc: of another metric",
       .value_name = "V|auto"});
  options.add("calibrate", train.calibrate,
              {.help = "make the probabilities come true, learned on rows that the model did not learn from, in 5 "
                       "folds: sigmoid for few rows, isotonic for a thousand and more",
               .choices = {"none", "sigmoid", "isotonic"}});
  options.add("class_weight", train.class_weight,
              {.help = "balanced: rows of each class weigh the same in sum; probabilities are corrected back to the "
                       "true shares, the labels of two classes stay those of the weighted fit",
               .choices = {"none", "balanced"}});
  options.add("resample", train.resample.method,
              {.help = "even the classes out on the training rows (of each fold): smote makes rows up between "
                       "neighbours, over repeats, under leaves out; probabilities are corrected back to the true "
                       "shares, the labels of two classes stay those of the even fit",
               .choices = {"none", "smote", "over", "under"}});
  options.add("resample_ratio", train.resample.ratio,
              {.help = "rows of the smaller classes to those of the largest one, with --resample",
               .value_name = "R",
               .range = {.min = 0, .max = 1, .min_open = true}});
  options.add("k_neighbors", train.resample.k_neighbors,
              {.help = "neighbours that smote makes rows with", .value_name = "K", .range = between(1, 1000)});
}

void TrainingOptions::take(const Session& session) {
  validate_preprocess_options(train.preprocess);
  validate_logistic_options(train.logistic);
  train.seed = session.seed();
  na_ = table_in_.given_na();
  take_threshold();
  if (clean_) take_clean_recipe();
  if (!recipe_.empty()) train.recipe = read_feature_recipe(recipe_);
}

void TrainingOptions::take_threshold() {
  if (!threshold_) return;
  const std::string name = "auto";
  const std::string_view text = trim_blanks(*threshold_);
  if (text.starts_with(name) && (text.size() == name.size() || text[name.size()] == ':')) {
    train.best_threshold = text.size() == name.size() ? "f1" : find_threshold_metric(text.substr(name.size() + 1)).name;
    return;
  }
  double value = 0;
  if (parse_number(text, value) != NumberStatus::kNumber || !(value >= 0 && value <= 1)) {
    throw_usage("--threshold: \"" + *threshold_ + "\" is neither a number from 0 to 1 nor auto");
  }
  train.threshold = value;
}

// A recipe's specification is taken and learned anew on the training rows; its values are for `clean`.
void TrainingOptions::take_clean_recipe() {
  train.clean = CleanOptions{};
  if (clean_->empty()) return;
  const CleanRecipe recipe = read_clean_recipe(*clean_);
  train.clean = recipe.options;
  if (!na_) na_ = recipe.na;
}

CsvReadOptions TrainingOptions::reading() const {
  CsvReadOptions csv = table_in_.to_csv_options(na_);
  // Whether the target holds numbers in another form than the plain one shows only when they are read so.
  const bool numbers = train.task == "regression" || train.model == "linear" || !csv.numbers.is_plain();
  if (numbers && !train.recipe) return csv;
  csv.types_for = [this, numbers, given = csv.types](const std::vector<std::string>& header) {
    std::map<std::string, DeclaredType> types = given;  // what the user declares comes first
    if (!numbers) types.emplace(header[column_index(header, train.target)], DeclaredType{ColumnType::kCategory, false});
    for (const std::string& name : header) {  // (after --clean the recipe's names may be others)
      const FeatureColumn* column = train.recipe ? train.recipe->find(name) : nullptr;
      if (column != nullptr && train.recipe->uses(name)) types.emplace(name, DeclaredType{column->spec.type, false});
    }
    return types;
  };
  return csv;
}

CsvReadOptions TrainingOptions::reading_for(const Pipeline& pipeline) const {
  CsvReadOptions csv = table_in_.to_csv_options(na_);
  csv.types_for = [&pipeline](const std::vector<std::string>& header) { return pipeline.declared_types(header); };
  return csv;
}

TrainingRows read_training_rows(const std::string& path, TrainingOptions& options, Session& session) {
  TrainingRows rows;
  rows.path = path;
  rows.table = read_csv(path, options.reading(), session.context());
  rows.sha256 = table_sha256(rows.table, session.context());
  rows.reference = take_reference_rows(rows.table, session.seed());
  name_file(path, [&] {
    std::string& weight = options.train.weight;
    if (!weight.empty()) weight = rows.table.column(weight).name;  // another file may have it elsewhere
    rows.target = read_target(rows.table, options.train, session.context());
  });
  return rows;
}

Pipeline seal(const TrainedPipeline& trained, const TrainingRows& rows, const TrainingOptions& options,
              const std::vector<MetricValue>& valid, Session& session) {
  TrainingRecord record = trained.pipeline.parts().record;
  record.data_sha256 = rows.sha256;
  for (const MetricValue& metric : valid) {
    if (metric.value && std::isfinite(*metric.value)) record.valid_metrics.emplace_back(metric.name, *metric.value);
  }
  return trained.pipeline.with_record(std::move(record))
      .with_na(options.na())
      .with_drift(learn_drift_reference(trained.pipeline, rows.reference, session.context()));
}

}  // namespace mlkit::app
