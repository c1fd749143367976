#include "mlkit/features/feature_recipe.h"

#include <algorithm>
#include <cmath>
#include <set>

#include "mlkit/base/error.h"

namespace mlkit {
namespace {

std::string feature_name(const FeatureRecipe& recipe, const FeatureStep& step, std::size_t output) {
  switch (step.kind) {
    case FeatureKind::kDates: return step.column + "_" + std::string(date_part_name(step.parts[output]));
    case FeatureKind::kDifference: return step.column + "_minus_" + step.other + (step.days ? "_days" : "_hours");
    case FeatureKind::kOneHot:
      return step.column + "=" + (output < step.levels.size() ? step.levels[output] : "(rare)");
    case FeatureKind::kFrequency: return step.column + "_frequency";
    case FeatureKind::kOrdinal: return step.column + "_ordinal";
    case FeatureKind::kTarget:
      return step.column + "_target" + (recipe.classes.size() > 2 ? "_" + recipe.classes[output] : "");
    case FeatureKind::kBins: return step.column + "_bin";
    case FeatureKind::kScale: return step.column + "_" + std::string(scale_rule_name(step.rule));
    case FeatureKind::kTerms: return step.column + "_" + step.vocabulary.terms[output];
    case FeatureKind::kHashedTerms: return step.column + "_" + std::to_string(output);
    case FeatureKind::kProduct: return step.column + "_x_" + step.other;
  }
  return step.column;
}

class Checker {
 public:
  Checker(const FeatureRecipe& recipe, std::size_t step) : recipe_(recipe), step_(recipe.steps[step]), number_(step) {}

  void check() const {
    check_source(step_.column);
    if (step_.kind == FeatureKind::kDifference || step_.kind == FeatureKind::kProduct) check_source(step_.other);
    if (step_.is_encoder()) check_levels();
    if (step_.kind == FeatureKind::kTarget && recipe_.target.empty()) fail("needs a target, and the recipe has none");
    if (step_.kind == FeatureKind::kTarget) check_weights();
    if (step_.kind == FeatureKind::kDates) check_parts();
    if (step_.kind == FeatureKind::kBins) check_edges();
    if (step_.kind == FeatureKind::kScale) {
      if (!std::isfinite(step_.center) || !(step_.scale > 0) || !std::isfinite(step_.scale))
        fail("needs a center and a positive scale");
    }
    if (step_.kind == FeatureKind::kTerms) check_terms();
    if (step_.kind == FeatureKind::kHashedTerms &&
        (step_.most < 1 || step_.most > static_cast<std::int64_t>(kMostTerms)))
      fail("needs between 1 and " + std::to_string(kMostTerms) + " features");
    const TokenRules& tokens = step_.terms.tokens;
    if (step_.is_text() && (tokens.shortest < 1 || tokens.longest < tokens.shortest || tokens.longest > 8))
      fail("has n-grams of another length than 1 to 8");
  }

 private:
  [[noreturn]] void fail(const std::string& problem, const std::string& hint = {}) const {
    throw Error(ErrorCode::kData,
                "feature " + std::to_string(number_ + 1) + " of the recipe (" +
                    std::string(feature_kind_name(step_.kind)) + " of \"" + step_.column + "\") " + problem,
                {.file = {}, .column = {}, .hint = hint});
  }

  void check_source(const std::string& name) const {
    const FeatureColumn* column = recipe_.find(name);
    if (column == nullptr) {
      std::vector<std::string> names;
      for (const FeatureColumn& known : recipe_.columns) names.push_back(known.spec.name);
      fail("names a column \"" + name + "\" that the recipe does not have", missing_column_hint(name, names));
    }
    if (name == recipe_.target) fail("is made of the target");
    const ColumnType type = column->spec.type;
    const bool dates = step_.kind == FeatureKind::kDates || step_.kind == FeatureKind::kDifference;
    const bool texts = step_.is_encoder() || step_.is_text();
    const bool fits = dates   ? type == ColumnType::kDatetime
                      : texts ? type != ColumnType::kDatetime && type != ColumnType::kNumeric
                              : type == ColumnType::kNumeric;
    if (fits) return;
    fail("needs " +
             std::string(dates   ? "time stamps"
                         : texts ? "texts"
                                 : "numbers") +
             ", and the column is " + std::string(column_type_name(type)),
         texts ? "declare it with --types " + name + "=category when fitting" : "");
  }

  void check_levels() const {
    for (std::size_t i = 1; i < step_.levels.size(); ++i) {
      if (!(step_.levels[i - 1] < step_.levels[i]))
        fail("has levels that are not distinct and in byte order", "see \"" + step_.levels[i] + "\"");
    }
    if (step_.kind == FeatureKind::kOneHot) {
      if (step_.levels.size() > kMostOneHotLevels)
        fail("has more than " + std::to_string(kMostOneHotLevels) + " levels");
      return;
    }
    const std::size_t width = feature_width(recipe_, step_);
    if (step_.values.size() != (step_.levels.size() + 2) * width) fail("has another number of values than of levels");
  }

  void check_weights() const {
    if (step_.weights.size() != feature_width(recipe_, step_)) fail("has another number of smoothings than of outputs");
    for (const double weight : step_.weights) {
      if (!(weight >= 0)) fail("has a smoothing below 0");
    }
    if (step_.smoothing && !(*step_.smoothing >= 0)) fail("has a smoothing below 0");
  }

  void check_parts() const {
    for (std::size_t i = 1; i < step_.parts.size(); ++i) {
      if (!(step_.parts[i - 1] < step_.parts[i])) fail("has parts that are not distinct and in their order");
    }
  }

  void check_edges() const {
    if (step_.bins < 2 || step_.bins > static_cast<std::int64_t>(kMostBins))
      fail("needs between 2 and " + std::to_string(kMostBins) + " bins");
    for (std::size_t i = 0; i < step_.edges.size(); ++i) {
      if (!std::isfinite(step_.edges[i]) || (i > 0 && !(step_.edges[i - 1] < step_.edges[i])))
        fail("has edges that do not rise");
    }
  }

  void check_terms() const {
    const Vocabulary& vocabulary = step_.vocabulary;
    if (vocabulary.terms.size() != vocabulary.idf.size()) fail("has another number of weights than of terms");
    if (vocabulary.terms.size() > kMostTerms) fail("has more than " + std::to_string(kMostTerms) + " terms");
    for (std::size_t i = 0; i < vocabulary.terms.size(); ++i) {
      if (i > 0 && !(vocabulary.terms[i - 1] < vocabulary.terms[i]))
        fail("has terms that are not distinct and in byte order", "see \"" + vocabulary.terms[i] + "\"");
      if (!std::isfinite(vocabulary.idf[i]) || vocabulary.idf[i] < 0) fail("has a weight below 0");
    }
  }

  const FeatureRecipe& recipe_;
  const FeatureStep& step_;
  std::size_t number_;
};

}  // namespace

std::string_view feature_kind_name(FeatureKind kind) {
  switch (kind) {
    case FeatureKind::kDates: return "dates";
    case FeatureKind::kDifference: return "difference";
    case FeatureKind::kOneHot: return "onehot";
    case FeatureKind::kFrequency: return "frequency";
    case FeatureKind::kOrdinal: return "ordinal";
    case FeatureKind::kTarget: return "target";
    case FeatureKind::kBins: return "bins";
    case FeatureKind::kScale: return "scale";
    case FeatureKind::kTerms: return "terms";
    case FeatureKind::kHashedTerms: return "hashed_terms";
    case FeatureKind::kProduct: break;
  }
  return "product";
}

std::string_view date_part_name(DatePart part) {
  switch (part) {
    case DatePart::kYear: return "year";
    case DatePart::kMonth: return "month";
    case DatePart::kDay: return "day";
    case DatePart::kDayOfWeek: return "day_of_week";
    case DatePart::kHour: return "hour";
    case DatePart::kMinute: return "minute";
    case DatePart::kIsWeekend: return "is_weekend";
    case DatePart::kMonthSin: return "month_sin";
    case DatePart::kMonthCos: return "month_cos";
    case DatePart::kDayOfWeekSin: return "day_of_week_sin";
    case DatePart::kDayOfWeekCos: return "day_of_week_cos";
    case DatePart::kHourSin: return "hour_sin";
    case DatePart::kHourCos: break;
  }
  return "hour_cos";
}

std::string_view scale_rule_name(ScaleRule rule) {
  switch (rule) {
    case ScaleRule::kStandard: return "standard";
    case ScaleRule::kMinMax: return "minmax";
    case ScaleRule::kRobust: break;
  }
  return "robust";
}

const FeatureColumn* FeatureRecipe::find(std::string_view name) const {
  for (const FeatureColumn& column : columns) {
    if (column.spec.name == name) return &column;
  }
  return nullptr;
}

bool FeatureRecipe::uses(std::string_view column) const {
  return std::any_of(steps.begin(), steps.end(),
                     [&](const FeatureStep& step) { return step.column == column || step.other == column; });
}

bool FeatureRecipe::has_target_steps() const {
  return std::any_of(steps.begin(), steps.end(),
                     [](const FeatureStep& step) { return step.kind == FeatureKind::kTarget; });
}

std::size_t feature_width(const FeatureRecipe& recipe, const FeatureStep& step) {
  switch (step.kind) {
    case FeatureKind::kDates: return step.parts.size();
    case FeatureKind::kOneHot: return step.levels.size() + (step.other_level ? 1 : 0);
    case FeatureKind::kTarget: return recipe.classes.size() > 2 ? recipe.classes.size() : 1;
    case FeatureKind::kTerms: return step.vocabulary.terms.size();
    case FeatureKind::kHashedTerms: return static_cast<std::size_t>(step.most);
    default: return 1;
  }
}

std::vector<std::string> feature_names(const FeatureRecipe& recipe) {
  std::set<std::string> taken;
  for (const FeatureColumn& column : recipe.columns) taken.insert(column.spec.name);
  std::vector<std::string> names;
  for (const FeatureStep& step : recipe.steps) {
    for (std::size_t output = 0; output < feature_width(recipe, step); ++output) {
      const std::string base = feature_name(recipe, step, output);
      std::string name = base;
      for (int suffix = 2; !taken.insert(name).second; ++suffix) name = base + "_" + std::to_string(suffix);
      names.push_back(std::move(name));
    }
  }
  return names;
}

void validate_feature_recipe(const FeatureRecipe& recipe) {
  std::set<std::string_view> names;
  for (const FeatureColumn& column : recipe.columns) {
    if (!names.insert(column.spec.name).second)
      throw_data("column \"" + column.spec.name + "\" is in the recipe twice");
  }
  if (recipe.folds < 2 || recipe.folds > 1000) throw_data("the recipe has another number of folds than 2 to 1,000");
  for (std::size_t i = 0; i < recipe.steps.size(); ++i) Checker(recipe, i).check();
}

}  // namespace mlkit
