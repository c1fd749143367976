// Learning the steps of a recipe. Steps are independent: one thread learns one.
#include "mlkit/features/fit_features.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <numeric>

#include "coded_column.h"
#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/split.h"
#include "mlkit/data/summary.h"
#include "mlkit/features/column_statistics.h"
#include "mlkit/features/target_encoding.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

using internal::CodedColumn;

// Folds of cross-fitting are another draw than those of cross-validation with the same seed.
constexpr std::uint32_t kCrossFitDraw = 0x10000;

// Distinct from 0: where the values of a target lie, so that squares do not cancel.
double mean_of(std::span<const double> numbers) {
  double sum = 0;
  std::size_t count = 0;
  for (const double x : numbers) {
    if (x != x) continue;
    sum += x;
    ++count;
  }
  return count == 0 ? 0 : sum / static_cast<double>(count);
}

// What the target encoders learn from: per output a number for every row, NaN where the target is missing.
struct Response {
  std::span<const std::uint32_t> labels;
  std::span<const double> numbers;
  std::size_t classes = 0;
  double offset = 0;

  bool is_missing(std::size_t row) const {
    return numbers.empty() ? labels[row] == kNoLevel : numbers[row] != numbers[row];
  }
  double value(std::size_t row, std::size_t output) const {
    if (!numbers.empty()) return numbers[row] - offset;
    const std::size_t wanted = classes > 2 ? output : classes - 1;
    return labels[row] == wanted ? 1 : 0;
  }
};

class Learner {
 public:
  Learner(const Table& table, const FeatureRecipe& recipe, const FeatureTarget& target)
      : table_(table), recipe_(recipe) {
    response_.labels = target.labels;
    response_.numbers = target.numbers;
    response_.classes = recipe.classes.size();
    if (!target.numbers.empty()) response_.offset = mean_of(target.numbers);
    if (!target.labels.empty() || !target.numbers.empty()) {
      for (std::size_t row = 0; row < table.rows(); ++row) {
        if (!response_.is_missing(row)) rows_.push_back(static_cast<std::uint32_t>(row));
      }
    }
  }

  // Learned once for all steps that share a column.
  void code_columns(const Context& context) {
    std::vector<std::string> names;
    for (const FeatureStep& step : recipe_.steps) {
      if (step.is_encoder() && coded_.try_emplace(step.column).second) names.push_back(step.column);
    }
    for_blocks(context, names.size(), 1, [&](std::size_t i, std::size_t, std::size_t) {
      context.check_stop();
      coded_.at(names[i]) = std::make_shared<const CodedColumn>(internal::code_column(column(names[i])));
    });
  }

  std::size_t draw_folds(std::vector<std::uint32_t>& fold_of_row) const;
  // The codes of the rows, where the step's levels are those of the column.
  std::shared_ptr<const std::vector<std::uint32_t>> codes_of(const FeatureStep& step) const {
    if (!step.is_encoder() || step.kind == FeatureKind::kOneHot) return nullptr;
    const std::shared_ptr<const CodedColumn>& coded = coded_.at(step.column);
    return {coded, &coded->codes};
  }
  void learn(FeatureStep& step, const std::vector<std::uint32_t>& fold_of_row, std::size_t folds,
             std::vector<double>& fold_values, std::string& warning) const;

 private:
  const Column& column(const std::string& name) const { return table_.column(table_.schema().index_of(name)); }
  void learn_onehot(FeatureStep& step, std::string& warning) const;
  void learn_frequency(FeatureStep& step) const;
  void learn_ordinal(FeatureStep& step) const;
  void learn_target(FeatureStep& step, const std::vector<std::uint32_t>& fold_of_row, std::size_t folds,
                    std::vector<double>& fold_values) const;
  void learn_bins(FeatureStep& step) const;
  void learn_scale(FeatureStep& step) const;
  void learn_terms(FeatureStep& step, std::string& warning) const;
  std::vector<double> filled_values(FeatureStep& step) const;

  const Table& table_;
  const FeatureRecipe& recipe_;
  Response response_;
  std::vector<std::uint32_t> rows_;  // with a target
  std::map<std::string, std::shared_ptr<const CodedColumn>> coded_;
};

// Of rows without a target the fold is 0: they teach nothing.
std::size_t Learner::draw_folds(std::vector<std::uint32_t>& fold_of_row) const {
  fold_of_row.assign(table_.rows(), 0);
  std::vector<std::uint32_t> groups;
  std::size_t most = rows_.size();
  if (!recipe_.group.empty()) {
    const Column& column = table_.column(table_.schema().index_of(recipe_.group));
    if (column.validity.any_missing()) {
      throw Error(ErrorCode::kData, "rows without a group cannot be cross-fitted by group",
                  {.file = {}, .column = column.name, .hint = "fill the column, or leave out --group"});
    }
    const CodedColumn coded = internal::code_column(column.is_texts() ? column : to_category_column(column));
    for (const std::uint32_t row : rows_) groups.push_back(coded.codes[row]);
    most = coded.levels.size();
  }
  const std::size_t folds = std::min<std::size_t>(static_cast<std::size_t>(recipe_.folds), most);
  if (folds < 2) return 1;
  std::vector<std::uint32_t> drawn;
  std::vector<std::size_t> of_class(recipe_.classes.size());
  for (const std::uint32_t row : rows_) {
    if (!response_.labels.empty()) ++of_class[response_.labels[row]];
  }
  const bool stratified = !of_class.empty() && std::find(of_class.begin(), of_class.end(), 1u) == of_class.end();
  if (!groups.empty()) {
    drawn = folds_groups(groups, most, folds, recipe_.seed, kCrossFitDraw);
  } else if (stratified) {
    std::vector<std::uint32_t> labels;
    for (const std::uint32_t row : rows_) labels.push_back(response_.labels[row]);
    drawn = folds_stratified(labels, recipe_.classes, folds, recipe_.seed, kCrossFitDraw);
  } else {
    drawn = folds_random(rows_.size(), folds, recipe_.seed, kCrossFitDraw);
  }
  for (std::size_t i = 0; i < rows_.size(); ++i) fold_of_row[rows_[i]] = drawn[i];
  return folds;
}

void Learner::learn(FeatureStep& step, const std::vector<std::uint32_t>& fold_of_row, std::size_t folds,
                    std::vector<double>& fold_values, std::string& warning) const {
  switch (step.kind) {
    case FeatureKind::kDates:
    case FeatureKind::kHashedTerms:
    case FeatureKind::kProduct: return;
    case FeatureKind::kDifference: {
      const auto is_date = [&](const std::string& name) {
        return column(name).is_times() && column(name).times().date_only;
      };
      step.days = is_date(step.column) && is_date(step.other);
      return;
    }
    case FeatureKind::kOneHot: learn_onehot(step, warning); return;
    case FeatureKind::kFrequency: learn_frequency(step); return;
    case FeatureKind::kOrdinal: learn_ordinal(step); return;
    case FeatureKind::kTarget: learn_target(step, fold_of_row, folds, fold_values); return;
    case FeatureKind::kBins: learn_bins(step); return;
    case FeatureKind::kScale: learn_scale(step); return;
    case FeatureKind::kTerms: learn_terms(step, warning); return;
  }
}

void Learner::learn_onehot(FeatureStep& step, std::string& warning) const {
  const CodedColumn& coded = *coded_.at(step.column);
  std::vector<std::size_t> kept;
  for (std::size_t i = 0; i < coded.levels.size(); ++i) {
    if (coded.counts[i] >= static_cast<std::uint64_t>(step.rare)) kept.push_back(i);
  }
  if (kept.size() > kMostOneHotLevels) {
    std::stable_sort(kept.begin(), kept.end(),
                     [&](std::size_t a, std::size_t b) { return coded.counts[a] > coded.counts[b]; });
    kept.resize(kMostOneHotLevels);
    std::sort(kept.begin(), kept.end());
  }
  const std::size_t left_out = coded.levels.size() - kept.size();
  step.other_level = step.rare > 1 && left_out > 0;
  if (left_out > 0 && !step.other_level) {
    warning = "column \"" + step.column + "\": " + with_thousands(left_out) + " levels beyond the " +
              with_thousands(kMostOneHotLevels) + " most frequent get no feature; --encode " + step.column +
              "=target or frequency takes all";
  }
  step.levels.clear();
  for (const std::size_t i : kept) step.levels.push_back(coded.levels[i]);
}

void Learner::learn_frequency(FeatureStep& step) const {
  const CodedColumn& coded = *coded_.at(step.column);
  const auto rows = static_cast<double>(table_.rows());
  step.levels = coded.levels;
  step.values.clear();
  for (const std::uint64_t count : coded.counts) step.values.push_back(static_cast<double>(count) / rows);
  step.values.push_back(static_cast<double>(coded.missing) / rows);
  step.values.push_back(0);
}

void Learner::learn_ordinal(FeatureStep& step) const {
  const CodedColumn& coded = *coded_.at(step.column);
  step.levels = coded.levels;
  std::vector<std::size_t> order(coded.levels.size());
  std::iota(order.begin(), order.end(), 0u);
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return coded.counts[a] > coded.counts[b]; });
  step.values.assign(order.size() + 2, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t rank = 0; rank < order.size(); ++rank) step.values[order[rank]] = static_cast<double>(rank);
  step.values.back() = static_cast<double>(order.size());
}

// Codes: levels, then missing. `values` get the overall mean behind them, for unknown levels.
void write_values(const SmoothedMeans& means, double offset, std::size_t output, std::size_t width, double* values) {
  for (std::size_t code = 0; code < means.values.size(); ++code) {
    values[code * width + output] = means.values[code] + offset;
  }
  values[means.values.size() * width + output] = means.mean + offset;
}

void Learner::learn_target(FeatureStep& step, const std::vector<std::uint32_t>& fold_of_row, std::size_t folds,
                           std::vector<double>& fold_values) const {
  const CodedColumn& coded = *coded_.at(step.column);
  const std::size_t codes = coded.levels.size() + 1;
  const std::size_t width = feature_width(recipe_, step);
  const std::size_t stride = (codes + 1) * width;
  step.levels = coded.levels;
  step.values.assign(stride, 0);
  step.weights.clear();
  fold_values.assign(folds * stride, 0);
  for (std::size_t output = 0; output < width; ++output) {
    std::vector<LevelSums> of_fold(folds, LevelSums(codes));
    for (const std::uint32_t row : rows_) of_fold[fold_of_row[row]].add(coded.codes[row], response_.value(row, output));
    LevelSums all(codes);
    for (const LevelSums& sums : of_fold) all.add(sums);
    const SmoothedMeans means = smooth_means(all, step.smoothing);
    step.weights.push_back(means.weight);
    write_values(means, response_.offset, output, width, step.values.data());
    for (std::size_t fold = 0; fold < folds; ++fold) {
      LevelSums others(codes);
      for (std::size_t other = 0; other < folds; ++other) {
        if (other != fold) others.add(of_fold[other]);
      }
      // (A single fold has no others: every row gets the overall mean.)
      SmoothedMeans fitted = smooth_means(others, step.smoothing);
      if (folds == 1) {
        fitted.mean = means.mean;
        fitted.values.assign(codes, means.mean);
      }
      write_values(fitted, response_.offset, output, width, fold_values.data() + fold * stride);
    }
  }
}

// The values of a column of numbers with its gaps filled as the step says (and that learned); without those that stay
// missing.
std::vector<double> Learner::filled_values(FeatureStep& step) const {
  const Context alone(1);
  const std::vector<double>& values = column(step.column).numbers().values;
  step.fill = learn_fill(values, step.impute, alone);
  std::vector<double> out;
  out.reserve(values.size());
  for (const double x : values) {
    if (x == x) {
      out.push_back(x);
    } else if (step.fill == step.fill) {
      out.push_back(step.fill);
    }
  }
  return out;
}

void Learner::learn_bins(FeatureStep& step) const {
  std::vector<double> values = filled_values(step);
  step.edges.clear();
  if (values.empty()) return;
  const auto [low, high] = std::minmax_element(values.begin(), values.end());
  const double least = *low;
  const double most = *high;
  const auto count = static_cast<double>(step.bins);
  std::vector<double> edges;
  if (step.uniform) {
    for (std::int64_t i = 1; i < step.bins; ++i)
      edges.push_back(least + (most - least) * (static_cast<double>(i) / count));
  } else {
    std::vector<double> shares;
    for (std::int64_t i = 1; i < step.bins; ++i) shares.push_back(static_cast<double>(i) / count);
    edges = select_quantiles(values, shares);
  }
  for (const double edge : edges) {
    const bool rises = step.edges.empty() || edge > step.edges.back();
    if (rises && edge < most && std::isfinite(edge)) step.edges.push_back(edge);
  }
}

void Learner::learn_scale(FeatureStep& step) const {
  const Context alone(1);
  std::vector<double> values = filled_values(step);
  step.center = 0;
  step.scale = 1;
  if (values.empty()) return;
  const Moments moments = compute_moments(values, alone);
  switch (step.rule) {
    case ScaleRule::kStandard:
      step.center = moments.min == moments.max ? moments.min : moments.mean;
      step.scale = moments.sd_n();
      break;
    case ScaleRule::kMinMax:
      step.center = moments.min;
      step.scale = moments.max - moments.min;
      break;
    case ScaleRule::kRobust: {
      const double shares[] = {0.25, 0.5, 0.75};
      const std::vector<double> quartiles = select_quantiles(values, shares);
      step.center = quartiles[1];
      step.scale = quartiles[2] - quartiles[0];
      break;
    }
  }
  if (!(step.scale > 0) || !std::isfinite(step.scale)) step.scale = 1;
}

void Learner::learn_terms(FeatureStep& step, std::string& warning) const {
  const Column& texts = column(step.column);
  std::size_t found = 0;
  step.vocabulary = learn_vocabulary(texts, step.terms, static_cast<std::size_t>(step.most), 1, Context(1), &found);
  if (found > step.vocabulary.terms.size()) {
    warning = "column \"" + step.column + "\": the " + with_thousands(step.vocabulary.terms.size()) +
              " most frequent of " + with_thousands(found) + " terms get a feature (--text-features)";
  }
}

// The table must be what the recipe was planned for: names and types.
void check_table(const FeatureRecipe& recipe, const Table& table) {
  for (const FeatureStep& step : recipe.steps) {
    for (const std::string& name : {step.column, step.other}) {
      if (name.empty()) continue;
      const Column& column = table.column(table.schema().index_of(name));
      if (column.validity.missing_count() == column.size()) {
        throw Error(ErrorCode::kData, "no row has a value in this column, of which the recipe makes features",
                    {.file = {}, .column = name, .hint = "leave it out of the recipe"});
      }
      const ColumnType type = recipe.find(name) == nullptr ? column.type : recipe.find(name)->spec.type;
      const bool numbers = type == ColumnType::kNumeric;
      const bool times = type == ColumnType::kDatetime;
      if (column.is_numeric() == numbers && column.is_times() == times) continue;
      throw Error(ErrorCode::kData,
                  "the column is " + std::string(column_type_name(column.type)) + ", the recipe expects " +
                      std::string(column_type_name(type)),
                  {.file = {}, .column = name, .hint = "--types declares what a column is"});
    }
  }
}

}  // namespace

FeatureFit fit_features(FeatureRecipe recipe, const Table& table, const FeatureTarget& target, Context& context) {
  if (table.rows() == 0) throw_data("there are no rows to learn from");
  check_table(recipe, table);
  for (const FeatureStep& step : recipe.steps) {
    if (step.impute.starts_with("constant=")) learn_fill({}, step.impute, context);  // is V a number?
  }
  FeatureFit fit;
  recipe.rows = table.rows();
  for (FeatureColumn& column : recipe.columns) {
    if (recipe.uses(column.spec.name)) column.spec = table.column(*table.find(column.spec.name)).spec();
  }
  fit.fold_values_.resize(recipe.steps.size());
  fit.codes_.resize(recipe.steps.size());
  std::vector<std::string> warnings(recipe.steps.size());
  {
    Learner learner(table, recipe, target);
    if (recipe.has_target_steps()) {
      if (target.labels.empty() && target.numbers.empty())
        throw_data("the recipe encodes the target, and there is none", "name it: --target COL");
      fit.folds_ = learner.draw_folds(fit.fold_of_row_);
    }
    learner.code_columns(context);
    for_blocks(context, recipe.steps.size(), 1, [&](std::size_t i, std::size_t, std::size_t) {
      context.check_stop();
      learner.learn(recipe.steps[i], fit.fold_of_row_, fit.folds_, fit.fold_values_[i], warnings[i]);
      fit.codes_[i] = learner.codes_of(recipe.steps[i]);
    });
  }
  for (const std::string& warning : warnings) {
    if (!warning.empty()) context.warn(warning);
  }
  fit.encoder_ = std::make_shared<const FeatureEncoder>(std::move(recipe));
  return fit;
}

Table FeatureFit::apply_training(Table table, const Context& context) const {
  Table out = encoder_->apply(std::move(table), context);
  for (std::size_t step = 0; step < encoder_->recipe().steps.size(); ++step) {
    if (!is_crossfitted(step)) continue;
    const BoundFeature bound(*encoder_, step, out);
    const std::size_t width = encoder_->width(step);
    std::vector<std::vector<double>> values(width, std::vector<double>(out.rows()));
    for_blocks(context, out.rows(), kRowBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        const double* found = fold_values(step, fold_of_row_[row], bound.code(row));
        for (std::size_t i = 0; i < width; ++i) values[i][row] = found[i];
      }
    });
    for (std::size_t i = 0; i < width; ++i) {
      const std::string& name = encoder_->names()[encoder_->first_output(step) + i];
      out.column(*out.find(name)) = make_numeric_column(name, std::move(values[i]));
    }
  }
  return out;
}

}  // namespace mlkit
