#include "mlkit/workflow/train_pipeline.h"

#include <algorithm>
#include <cmath>
#include <set>
#include <unordered_map>

#include "mlkit/base/error.h"
#include "mlkit/base/math.h"
#include "mlkit/base/text.h"
#include "mlkit/clean/clean_recipe.h"
#include "mlkit/data/numbers.h"
#include "mlkit/features/choose_columns.h"
#include "mlkit/features/fit_features.h"
#include "mlkit/parallel/blocks.h"
#include "mlkit/train/fit_dummy.h"
#include "mlkit/workflow/out_of_fold_decision.h"
#include "mlkit/workflow/resample_training.h"

namespace mlkit {
namespace {

// The rows to learn from, after rows without a target were dropped and cleaning was learned.
struct TrainingTable {
  Table owned;                   // where rows or cells changed
  const Table* table = nullptr;  // owned, or the caller's
  Target target;
  std::optional<CleanRecipe> clean;
};

void clean_table(TrainingTable& rows, const TrainOptions& options, Context& context) {
  CleanOptions clean = *options.clean;
  clean.target = rows.target.column.name;
  Table table = std::move(rows.owned);
  if (!options.weight.empty()) table.column(table.schema().index_of(options.weight)).role = ColumnRole::kWeight;
  table.column(table.schema().index_of(clean.target)).role = ColumnRole::kTarget;
  CleanFit fit = fit_clean(table, clean, context);
  rows.target = select_target(rows.target, fit.kept);
  rows.owned = apply_clean(fit.recipe, table.select_rows(fit.kept));
  rows.clean = std::move(fit.recipe);
}

// `owned` = the same table where it may be used up.
TrainingTable prepare_rows(const Table& table, Table* owned, const Target& target, const TrainOptions& options,
                           Context& context) {
  TrainingTable rows;
  rows.table = &table;
  rows.target = target;
  const std::size_t all_rows = table.rows();
  if (owned != nullptr) {
    rows.owned = std::move(*owned);
    rows.table = &rows.owned;
  }
  if (target.missing > 0) {
    const std::vector<std::uint32_t> kept = rows_with_target(target);
    context.warn(with_thousands(target.missing) + " of " + with_thousands(all_rows) +
                 " rows have no target and are left out");
    rows.owned = rows.table->select_rows(kept);
    rows.target = select_target(target, kept);
    rows.table = &rows.owned;
  }
  if (options.clean) {
    if (rows.table == &table) rows.owned = table;
    clean_table(rows, options, context);
    rows.table = &rows.owned;
  }
  if (rows.table->rows() == 0) throw_data("no rows are left to learn from");
  return rows;
}

// A name as the (cleaned) table has it.
std::string current_name(const TrainingTable& rows, const std::string& name) {
  const CleanColumn* column = rows.clean ? rows.clean->find(name) : nullptr;
  return column == nullptr ? name : column->name;
}

std::vector<std::string> current_names(const TrainingTable& rows, std::vector<std::string> names) {
  for (std::string& name : names) name = current_name(rows, name);
  return names;
}

// The columns of --text as the table has them, and as columns that are chosen.
void name_texts(const TrainingTable& rows, TextOptions& options, ColumnChoice& choice) {
  for (std::string& item : options.text) {
    TextRule rule = parse_text_rule(item);
    rule.column = current_name(rows, rule.column);
    // (What is no column is named by text_columns.)
    item = rule.column + (parse_text_rule(item).column == item ? "" : "=" + rule.how);
  }
  for (const std::size_t i : text_columns(*rows.table, options)) choice.texts.push_back(rows.table->column(i).name);
}

// Does the column say exactly what the class is (one value per class and one class per value)?
bool tells_class(const Column& column, const Target& target) {
  if (column.validity.any_missing() || column.is_times()) return false;
  std::unordered_map<std::string_view, std::uint32_t> class_of_text;
  std::unordered_map<double, std::uint32_t> class_of_number;
  for (std::size_t row = 0; row < column.size(); ++row) {
    const std::uint32_t label = target.labels[row];
    const auto check = [&](auto& map, const auto& key) {
      return map.emplace(key, label).first->second == label && map.size() <= target.classes.size();
    };
    const bool fits = column.is_numeric() ? check(class_of_number, column.numbers().values[row])
                      : column.is_categorical()
                          ? check(class_of_text, (*column.categories().levels)[column.categories().codes[row]])
                          : check(class_of_text, column.texts().at(row));
    if (!fits) return false;
  }
  // (Where nearly every row is a class of its own, any identifier does that.)
  return std::max(class_of_text.size(), class_of_number.size()) == target.classes.size() &&
         column.size() > 2 * target.classes.size();
}

bool is_copy_of_target(const Column& column, const Target& target) {
  if (!target.labels.empty()) return tells_class(column, target);
  return column.is_numeric() && !column.validity.any_missing() && column.numbers().values == target.numbers;
}

// Words are always more than rows; the penalty is what makes that no harm.
std::size_t features_beside_terms(const Preprocess& preprocess) {
  std::size_t features = preprocess.outputs();
  for (const ColumnPlan& plan : preprocess.columns()) {
    if (plan.encoding == Encoding::kTerms) features -= plan.outputs();
  }
  return features;
}

void warn_about_data(const Table& table, const std::vector<std::size_t>& columns, const Target& target,
                     std::size_t features, Context& context) {
  if (table.rows() == 1) context.warn("there is only one row to learn from");
  if (table.rows() < features && table.rows() > 1) {
    context.warn("there are fewer rows (" + with_thousands(table.rows()) + ") than features (" +
                 with_thousands(features) + "): expect other scores on new rows");
  }
  if (table.rows() < 2) return;
  for (const std::size_t i : columns) {
    if (is_copy_of_target(table.column(i), target)) {
      context.warn("column \"" + table.column(i).name +
                   "\" says what the target is in every row; is it known at the time of "
                   "prediction? --exclude leaves it out");
    }
  }
}

struct FittedModel {
  std::shared_ptr<const Model> model;
  FitReport report;
  double threshold = 0.5;
};

template <class Fit>
FittedModel take_fit(Fit fit) {
  return {std::shared_ptr<const Model>(std::move(fit.model)), std::move(fit.report), 0.5};
}

std::string model_kind(const TrainOptions& options, const Target& target) {
  if (options.model == "linear" && !target.labels.empty())
    throw_usage("--model linear is for numbers, and the target holds classes");
  if (options.model == "logistic" && target.labels.empty())
    throw_usage("--model logistic is for classes, and the target holds numbers");
  if (options.model != "auto") return options.model;
  return target.labels.empty() ? "linear" : "logistic";
}

// A fit for which the odds of the classes were multiplied by `odds`, brought back to the true shares of `rows`, exactly
// so in the mean. Of two classes, the labels stay those of the fit: where it said 1/2 is the threshold.
FittedModel at_true_shares(LogisticFit fit, const std::vector<double>& odds, const DatasetView& rows,
                           const Context& context) {
  const double even = fit.model->intercepts()[0];
  fit.model = refit_intercepts(*undo_class_weights(*fit.model, odds), rows, context);
  const double threshold = odds.size() == 2 ? mlkit::sigmoid(fit.model->intercepts()[0] - even) : 0.5;
  FittedModel fitted = take_fit(std::move(fit));
  fitted.threshold = threshold;
  return fitted;
}

std::vector<FeatureGroup> feature_groups(const Preprocess& preprocess) {
  std::vector<FeatureGroup> groups;
  for (const ColumnPlan& plan : preprocess.columns()) {
    if (plan.encoding == Encoding::kTerms || plan.encoding == Encoding::kOneHot) {
      const bool terms = plan.encoding == Encoding::kTerms;
      groups.push_back(
          {terms ? FeatureGroupKind::kTerms : FeatureGroupKind::kLevels, plan.first_output, plan.outputs()});
      continue;
    }
    for (std::size_t i = 0; i < plan.outputs(); ++i) {
      groups.push_back({FeatureGroupKind::kNumber, plan.first_output + i, 1});
    }
  }
  return groups;
}

// Weights of classes move the priors of naive Bayes and nothing else: the fit stays at the true shares, and of two
// classes the labels are those of even priors where the threshold is the share of the positive one.
FittedModel fit_bayes(const Dataset& data, const Preprocess& preprocess, const TrainOptions& options,
                      Context& context) {
  FittedModel fitted =
      take_fit(fit_naive_bayes(DatasetView(data), feature_groups(preprocess), options.naive_bayes, context));
  if (options.class_weight != "balanced" || data.classes.size() != 2) return fitted;
  const auto& model = static_cast<const NaiveBayesModel&>(*fitted.model);
  fitted.threshold = mlkit::exp(model.parameters().log_prior[1]);
  return fitted;
}

FittedModel fit_model(const std::string& kind, const Dataset& data, const Preprocess& preprocess,
                      const TrainOptions& options, Context& context) {
  const DatasetView view(data);
  if (kind == "nb") return fit_bayes(data, preprocess, options, context);
  if (kind == "dummy") return take_fit(fit_dummy(view, {}, context));
  if (kind == "linear") {
    LinearOptions linear;
    linear.alpha = options.alpha;
    linear.l1_ratio = options.logistic.l1_ratio;
    if (linear.l1_ratio > 0 && linear.alpha == 0) {
      throw_usage("--l1-ratio divides the penalty of --alpha, which is 0 here", "e.g. --alpha 1");
    }
    return take_fit(fit_linear(view, linear, context));
  }
  LogisticOptions logistic = options.logistic;
  logistic.seed = options.seed;
  if (options.class_weight != "balanced") return take_fit(fit_logistic(view, logistic, context));
  logistic.class_weights = balanced_class_weights(view);
  return at_true_shares(fit_logistic(view, logistic, context), logistic.class_weights, view, context);
}

// The same on resampled rows, which multiply the odds of the classes as weights do.
FittedModel fit_resampled(const std::string& kind, const ResampledRows& rows, const Dataset& original,
                          const TrainOptions& options, Context& context) {
  if (kind != "logistic") throw_usage("--resample is for classes and --model logistic");
  return at_true_shares(fit_logistic(DatasetView(rows.data), options.logistic, context), rows.odds,
                        DatasetView(original), context);
}

// The recipe's specification in the names of the table, for its target and all of its columns.
FeatureRecipe adapt_recipe(FeatureRecipe recipe, const TrainingTable& rows, const std::string& target,
                           std::uint64_t seed) {
  if (recipe.has_target_steps() && current_name(rows, recipe.target) != target) {
    throw_data("the recipe encodes the target \"" + recipe.target + "\", and the target here is \"" + target + "\"",
               "fit a recipe with --target " + target);
  }
  std::vector<FeatureColumn> columns;
  for (const Column& column : rows.table->columns()) columns.push_back({column.spec(), true, true});
  for (const FeatureColumn& known : recipe.columns) {
    for (FeatureColumn& column : columns) {
      if (column.spec.name == current_name(rows, known.spec.name)) column.in_model = known.in_model;
    }
  }
  recipe.columns = std::move(columns);
  for (FeatureStep& step : recipe.steps) {
    for (std::string* name : {&step.column, &step.other}) {
      if (name->empty()) continue;
      *name = current_name(rows, *name);
      rows.table->schema().index_of(*name);  // throws with the nearest name
      if (*name == target) throw_data("the recipe makes features of the target \"" + target + "\"");
    }
  }
  recipe.target = target;
  recipe.classes = rows.target.classes;
  if (!recipe.group.empty()) recipe.group = current_name(rows, recipe.group);
  recipe.seed = seed;
  recipe.fingerprint.clear();
  return recipe;
}

// Learns the recipe and puts its features (target encodings cross-fitted) beside the columns; what they stand for is
// left out of the choice of columns.
void derive_features(TrainingTable& rows, const TrainOptions& options, ColumnChoice& choice, PipelineParts& parts,
                     Context& context) {
  const FeatureRecipe recipe = adapt_recipe(*options.recipe, rows, choice.target, options.seed);
  const FeatureFit fit = fit_features(recipe, *rows.table, {rows.target.labels, rows.target.numbers}, context);
  Table table = rows.table == &rows.owned ? std::move(rows.owned) : *rows.table;
  rows.owned = fit.apply_training(std::move(table), context);
  rows.table = &rows.owned;
  parts.recipe = fit.shared_encoder();
  if (!choice.features.empty()) {
    const std::vector<std::string>& names = parts.recipe->names();
    choice.features.insert(choice.features.end(), names.begin(), names.end());
  }
  for (const FeatureColumn& column : recipe.columns) {
    if (!column.in_model && column.spec.name != choice.target) choice.exclude.push_back(column.spec.name);
  }
}

// What the recipe scaled by a rule of its own is not scaled a second time: that would undo the rule.
void leave_scaled(Preprocess& preprocess, const FeatureEncoder& encoder) {
  std::set<std::string> scaled;
  for (std::size_t i = 0; i < encoder.recipe().steps.size(); ++i) {
    if (encoder.recipe().steps[i].kind == FeatureKind::kScale) scaled.insert(encoder.names()[encoder.first_output(i)]);
  }
  if (scaled.empty()) return;
  std::vector<ColumnPlan> plans = preprocess.columns();
  for (ColumnPlan& plan : plans) {
    if (!scaled.contains(plan.name)) continue;
    plan.center.assign(plan.center.size(), 0);
    plan.scale.assign(plan.scale.size(), 1);
  }
  preprocess = Preprocess(std::move(plans), preprocess.scaled());
}

// Names of the columns, as the table has them, that the chosen ones and the recipe are made of.
std::set<std::string> source_names(const PipelineParts& parts, const Table& table,
                                   const std::vector<std::size_t>& columns) {
  std::set<std::string> names;
  for (const std::size_t i : columns) names.insert(table.column(i).name);
  if (!parts.recipe) return names;
  for (const std::string& derived : parts.recipe->names()) names.erase(derived);
  for (const ColumnSpec& input : parts.recipe->inputs()) names.insert(input.name);
  return names;
}

// Inputs of the pipeline: the raw columns that the chosen (perhaps cleaned) ones come from; the recipe of the cleaning
// is cut down to them.
void set_inputs(PipelineParts& parts, const Table& table, const std::vector<std::size_t>& columns,
                TrainingTable& rows) {
  const std::set<std::string> needed = source_names(parts, table, columns);
  if (!rows.clean) {
    for (const Column& column : table.columns()) {
      if (!needed.contains(column.name)) continue;
      parts.inputs.add(column.spec());
      parts.aliases.emplace_back();
    }
  } else {
    std::erase_if(rows.clean->columns, [&](const CleanColumn& column) {
      return !needed.contains(column.name) && !(column.indicator && needed.contains(column.indicator_name())) &&
             !(column.outliers == OutlierAction::kFlag && needed.contains(column.flag_name()));
    });
    for (const CleanColumn& column : rows.clean->columns) {
      parts.inputs.add(column.source);
      parts.aliases.push_back(column.name == column.source.name ? "" : column.name);
    }
    parts.clean = std::move(rows.clean);
  }
  for (std::size_t i = 0; i < parts.inputs.size(); ++i) parts.inputs[i].role = ColumnRole::kFeature;
}

std::string list_text(const std::vector<std::string>& items) {
  std::string out;
  for (const std::string& item : items) out += (out.empty() ? "" : ",") + item;
  return out;
}

// What is not said when it is as always.
void add_solver_texts(const LogisticOptions& options, std::vector<std::pair<std::string, std::string>>& out) {
  if (options.l1_ratio != 0) out.emplace_back("l1_ratio", format_number(options.l1_ratio));
  if (options.learning_rate) out.emplace_back("learning_rate", format_number(*options.learning_rate));
  if (options.batch_size) out.emplace_back("batch_size", std::to_string(*options.batch_size));
  if (options.momentum) out.emplace_back("momentum", format_number(*options.momentum));
  if (options.average) out.emplace_back("average", "true");
  if (!options.early_stopping) return;
  out.emplace_back("early_stopping", "true");
  out.emplace_back("validation_fraction", format_number(options.validation_fraction.value_or(0.1)));
  out.emplace_back("patience", std::to_string(options.patience.value_or(5)));
}

std::vector<std::pair<std::string, std::string>> option_texts(const TrainOptions& options, const std::string& kind) {
  const auto number = [](double x) { return std::isinf(x) ? std::string("inf") : format_number(x); };
  std::vector<std::pair<std::string, std::string>> out = {
      {"target", options.target},
      {"model", kind},
      {"task", options.task},
      {"features", list_text(options.features)},
      {"exclude", list_text(options.exclude)},
      {"weight", options.weight},
      {"positive", options.positive},
      {"impute", options.preprocess.impute},
      {"scale", options.preprocess.scale},
      {"encode_default", options.preprocess.encode_default},
      {"drop_first", options.preprocess.drop_first ? "true" : "false"},
      {"rare", std::to_string(options.preprocess.rare)},
      {"clean", options.clean ? "true" : "false"},
      {"recipe", options.recipe ? "true" : "false"}};
  if (const TextOptions& text = options.preprocess.text; !text.text.empty()) {
    out.emplace_back("text", list_text(text.text));
    out.emplace_back("text_tokens", text.text_tokens);
    out.emplace_back("text_ngrams", std::to_string(text.text_ngrams));
    out.emplace_back("text_features", std::to_string(text.text_features));
    out.emplace_back("text_min_rows", std::to_string(text.text_min_rows));
  }
  if (kind == "logistic") {
    out.emplace_back("C", number(options.logistic.C));
    out.emplace_back("solver", options.logistic.solver);
    out.emplace_back("max_iter", std::to_string(options.logistic.iterations_at_most()));
    out.emplace_back("tol", number(options.logistic.tol));
    add_solver_texts(options.logistic, out);
    out.emplace_back("class_weight", options.class_weight);
    if (options.resample.method != "none") {
      out.emplace_back("resample", options.resample.method);
      out.emplace_back("resample_ratio", number(options.resample.ratio));
      if (options.resample.method == "smote")
        out.emplace_back("k_neighbors", std::to_string(options.resample.k_neighbors));
    }
  }
  if (kind == "nb") {
    out.emplace_back("nb_alpha", number(options.naive_bayes.nb_alpha));
    out.emplace_back("class_weight", options.class_weight);
  }
  if (kind == "linear") {
    out.emplace_back("alpha", number(options.alpha));
    if (options.logistic.l1_ratio != 0) out.emplace_back("l1_ratio", format_number(options.logistic.l1_ratio));
  }
  if (options.calibrate != "none") out.emplace_back("calibrate", options.calibrate);
  if (!options.best_threshold.empty()) out.emplace_back("threshold", "auto:" + options.best_threshold);
  return out;
}

std::vector<std::pair<std::string, double>> defined_values(const std::vector<MetricValue>& metrics) {
  std::vector<std::pair<std::string, double>> out;
  for (const MetricValue& metric : metrics) {
    if (metric.value && std::isfinite(*metric.value)) out.emplace_back(metric.name, *metric.value);
  }
  return out;
}

void fill_record(TrainingRecord& record, const TrainedPipeline& trained, const TrainOptions& options,
                 const Target& target, std::size_t rows, const std::string& kind) {
  record.mlkit_version = MLKIT_VERSION;
  record.seed = options.seed;
  record.rows = rows;
  record.rows_without_target = target.missing;
  record.options = option_texts(options, kind);
  record.solver = trained.report.solver;
  record.objective = std::isfinite(trained.report.objective) ? trained.report.objective : 0;
  record.iterations = trained.report.iterations;
  record.converged = trained.report.converged;
  record.metrics = defined_values(trained.metrics);
  record.baseline = defined_values(trained.baseline);
}

// The same run settings, with warnings of its own.
void share_settings(const Context& from, Context& to) {
  to.set_threads(from.threads());
  to.progress = from.progress;
  to.stop = from.stop;
}

Dataset make_dataset(TrainingTable& rows, const Preprocess& preprocess, const std::vector<std::size_t>& columns,
                     const TrainOptions& options, const Context& context) {
  Dataset data;
  data.weights = read_weights(*rows.table, options.weight.empty() ? "" : current_name(rows, options.weight));
  const bool cells_are_used_up = rows.table == &rows.owned && options.resample.method == "none";
  data.features = cells_are_used_up ? preprocess.transform_and_release(rows.owned, columns, context)
                                    : preprocess.transform(*rows.table, columns, context);
  data.feature_names = preprocess.feature_names();
  data.labels = rows.target.labels;
  data.targets = rows.target.numbers;
  data.classes = rows.target.classes;
  return data;
}

// Sums of squares that differ by rounding alone: nothing is left to learn.
void warn_about_exact_target(const TrainedPipeline& trained, std::size_t rows, std::size_t features, Context& context) {
  constexpr double kExact = 1e-9;
  if (rows <= features + 1) return;  // so many parameters fit anything
  for (const MetricValue& metric : trained.metrics) {
    if (metric.name != "r2" || !metric.value || !(*metric.value >= 1 - kExact)) continue;
    context.warn(
        "the target is an exact linear function of the features (R2 is 1): is one of them computed from it, or it "
        "from them? --exclude leaves columns out");
  }
}

void validate_resample(const TrainOptions& options, const Target& target) {
  if (options.resample.method == "none") return;
  if (target.labels.empty()) throw_usage("--resample is for classes; the target holds numbers");
  if (options.logistic.early_stopping) {
    throw_usage("--early-stopping would set apart rows that --resample made up or repeats",
                "--class-weight balanced evens the classes out without new rows");
  }
  if (options.class_weight != "none") {
    throw_usage("--class-weight and --resample both even the classes out", "give one of the two");
  }
}

// What a kind of model asks of the preprocessing.
void suit_preprocess(const std::string& kind, PreprocessOptions& options) {
  if (kind != "nb") return;
  if (options.drop_first) throw_usage("--drop-first is for models with coefficients, not for --model nb");
  options.text.signed_hash = false;
}

// Uses up the cells of a table that `rows` owns.
TrainedPipeline fit_prepared(TrainingTable& rows, const Target& target, const TrainOptions& given,
                             std::optional<OutOfFoldDecision> decision, Context& context) {
  TrainOptions options = given;
  options.resample.seed = options.seed;
  validate_resample(options, target);
  suit_preprocess(model_kind(options, target), options.preprocess);
  ColumnChoice choice{current_names(rows, options.features), current_names(rows, options.exclude),
                      current_name(rows, target.column.name),
                      options.weight.empty() ? "" : current_name(rows, options.weight)};
  name_texts(rows, options.preprocess.text, choice);
  PipelineParts parts;
  if (options.recipe) derive_features(rows, options, choice, parts, context);
  const std::vector<std::size_t> columns = choose_columns(*rows.table, choice, context);
  parts.preprocess = fit_preprocess(*rows.table, columns, options.preprocess, context);
  if (parts.recipe) leave_scaled(parts.preprocess, *parts.recipe);
  warn_about_data(*rows.table, columns, rows.target, features_beside_terms(parts.preprocess), context);
  const Dataset data = make_dataset(rows, parts.preprocess, columns, options, context);

  const std::string kind = model_kind(options, target);
  TrainedPipeline out;
  FittedModel fitted;
  if (options.resample.method == "none" || kind == "dummy") {
    fitted = fit_model(kind, data, parts.preprocess, options, context);
  } else {
    const ResampledRows more =
        resample_training(*rows.table, columns, parts.preprocess, data, options.resample, context);
    fitted = fit_resampled(kind, more, data, options, context);
    out.rows_before = more.rows_before;
    out.rows_after = more.rows_after;
  }
  out.report = std::move(fitted.report);
  for (const std::string& warning : out.report.warnings) context.warn(warning);
  const bool stopped_early = out.report.early_stop && out.report.early_stop->stopped;
  if (!out.report.converged && !stopped_early)
    context.warn(out.report.message.empty() ? "the fit did not converge" : out.report.message);
  out.dummy = take_fit(fit_dummy(DatasetView(data), {}, context)).model;

  parts.task = target.task;
  parts.model = std::move(fitted.model);
  parts.classes = target.classes;
  parts.threshold = options.threshold.value_or(fitted.threshold);
  if (decision) {
    parts.calibration = std::move(decision->calibration);
    // Where the fit itself says even is one probability before the calibration and another one after.
    if (parts.calibration && !options.threshold && target.task == Task::kBinary) {
      parts.threshold = fitted.threshold == 0.5 ? 0.5 : parts.calibration->apply_to(fitted.threshold);
    }
    if (decision->threshold) parts.threshold = *decision->threshold;
    out.decision = std::move(decision->report);
  }
  parts.target = target.column;
  parts.target.role = ColumnRole::kTarget;
  if (choice.target != target.column.name) parts.target_alias = choice.target;
  parts.weight = options.weight;
  set_inputs(parts, *rows.table, columns, rows);
  const std::size_t parts_features = parts.preprocess.outputs();
  const Pipeline pipeline(std::move(parts));

  MetricOptions metric_options;
  metric_options.intervals = false;
  const MatrixView features(data.features);
  const Predictions answers = pipeline.predict_matrix(features, context);
  Predictions same = predict_rows(*out.dummy, features, context);
  decide_labels(same, pipeline.threshold());
  // Scoring is one thread's work: the model and the dummy side by side.
  const Predictions* const scored[] = {&answers, &same};
  std::vector<MetricValue>* const values[] = {&out.metrics, &out.baseline};
  for_blocks(context, 2, 1, [&](std::size_t which, std::size_t, std::size_t) {
    *values[which] = score_predictions(*scored[which], rows.target, data.weights, {}, metric_options, context);
  });
  warn_about_exact_target(out, data.rows(), parts_features, context);
  TrainingRecord record;
  record.dummy.resize(out.dummy->outputs());
  out.dummy->predict_row(std::vector<double>(out.dummy->inputs()), record.dummy);
  fill_record(record, out, options, target, data.rows(), kind);
  out.pipeline = pipeline.with_record(std::move(record));
  out.pipeline = out.pipeline.with_self_test(make_self_test(out.pipeline));
  return out;
}

TrainedPipeline train_on(const Table& table, Table* owned, const Target& target, const TrainOptions& options,
                         Context& context) {
  Context inner;
  share_settings(context, inner);
  const auto pass_on = [&] {
    std::vector<std::string> warnings = inner.take_warnings();
    for (const std::string& warning : warnings) context.warn(warning);
    return warnings;
  };
  try {
    std::optional<OutOfFoldDecision> decision = decide_out_of_fold(table, target, options, inner);
    TrainingTable rows = prepare_rows(table, owned, target, options, inner);
    TrainedPipeline out = fit_prepared(rows, target, options, std::move(decision), inner);
    out.warnings = pass_on();
    TrainingRecord record = out.pipeline.parts().record;
    record.warnings = out.warnings;
    out.pipeline = out.pipeline.with_record(std::move(record));
    return out;
  } catch (...) {
    pass_on();
    throw;
  }
}

}  // namespace

TrainedPipeline train_pipeline(const Table& table, const Target& target, const TrainOptions& options,
                               Context& context) {
  return train_on(table, nullptr, target, options, context);
}

TrainedPipeline train_pipeline(Table&& table, const Target& target, const TrainOptions& options, Context& context) {
  return train_on(table, &table, target, options, context);
}

TrainedPipeline train_pipeline(const Table& table, const TrainOptions& options, Context& context) {
  return train_pipeline(table, read_target(table, options, context), options, context);
}

}  // namespace mlkit
