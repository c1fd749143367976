#include "mlkit/io/features_json.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "json_members.h"
#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"

namespace mlkit {
namespace {

using internal::Members;

constexpr int kVersion = 1;
constexpr std::size_t kLargestRecipe = std::size_t{512} << 20;
constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr ColumnRole kRoles[] = {ColumnRole::kFeature, ColumnRole::kTarget, ColumnRole::kWeight, ColumnRole::kId};

// ---- writing

Json number_or_null(double value) { return value == value ? Json(value) : Json(nullptr); }

// One number of a code as a number, several as a list.
Json values_to_json(const double* values, std::size_t width) {
  if (width == 1) return number_or_null(values[0]);
  Json list = Json::array();
  for (std::size_t i = 0; i < width; ++i) list.push_back(number_or_null(values[i]));
  return list;
}

Json texts_with_numbers(const std::vector<std::string>& texts, const double* values, std::size_t width) {
  Json list = Json::array();
  for (std::size_t i = 0; i < texts.size(); ++i) {
    Json entry = Json::array({texts[i]});
    for (std::size_t k = 0; k < width; ++k) entry.push_back(number_or_null(values[i * width + k]));
    list.push_back(std::move(entry));
  }
  return list;
}

void encoder_to_json(const FeatureRecipe& recipe, const FeatureStep& step, Json& out) {
  if (step.kind == FeatureKind::kOneHot) {
    if (step.rare > 1) out["rare"] = step.rare;
    if (step.other_level) out["rare_level"] = true;
    out["levels"] = step.levels;
    return;
  }
  const std::size_t width = feature_width(recipe, step);
  if (step.kind == FeatureKind::kTarget) {
    if (step.smoothing) {
      out["smoothing"] = *step.smoothing;
    } else {
      out["smoothing"] = "auto";
    }
    Json used = Json::array();
    for (const double weight : step.weights) used.push_back(std::isinf(weight) ? Json("inf") : Json(weight));
    out["smoothing_used"] = std::move(used);
  }
  const double* values = step.values.data();
  out["missing"] = values_to_json(values + step.levels.size() * width, width);
  out["unknown"] = values_to_json(values + (step.levels.size() + 1) * width, width);
  out["levels"] = texts_with_numbers(step.levels, values, width);
}

void fill_to_json(const FeatureStep& step, Json& out) {
  if (step.impute == "none") return;
  out["impute"] = step.impute;
  out["fill"] = number_or_null(step.fill);
}

void terms_to_json(const FeatureStep& step, Json& out) {
  const TermOptions& terms = step.terms;
  out[step.kind == FeatureKind::kTerms ? "most" : "features"] = step.most;
  out["tokens"] = terms.tokens.unit == TokenUnit::kWords ? "words" : "chars";
  out["ngrams"] = {terms.tokens.shortest, terms.tokens.longest};
  if (step.kind == FeatureKind::kTerms) out["idf"] = terms.idf;
  out["normalise"] = terms.normalise;
  if (terms.sublinear) out["sublinear"] = true;
  if (step.kind != FeatureKind::kTerms) return;
  out["texts"] = step.vocabulary.documents;
  out["terms"] = texts_with_numbers(step.vocabulary.terms, step.vocabulary.idf.data(), 1);
}

Json step_to_json(const FeatureRecipe& recipe, const FeatureStep& step) {
  Json out;
  out["step"] = feature_kind_name(step.kind);
  out["column"] = step.column;
  if (step.kind == FeatureKind::kDifference) out["minus"] = step.other;
  if (step.kind == FeatureKind::kProduct) out["times"] = step.other;
  if (!step.why.empty()) out["why"] = step.why;
  if (step.is_encoder()) encoder_to_json(recipe, step, out);
  if (step.is_text()) terms_to_json(step, out);
  switch (step.kind) {
    case FeatureKind::kDates:
      out["parts"] = Json::array();
      for (const DatePart part : step.parts) out["parts"].push_back(date_part_name(part));
      break;
    case FeatureKind::kDifference: out["unit"] = step.days ? "days" : "hours"; break;
    case FeatureKind::kBins:
      out["bins"] = step.bins;
      out["rule"] = step.uniform ? "uniform" : "quantile";
      fill_to_json(step, out);
      out["edges"] = step.edges;
      break;
    case FeatureKind::kScale:
      out["rule"] = scale_rule_name(step.rule);
      fill_to_json(step, out);
      out["center"] = step.center;
      out["scale"] = step.scale;
      break;
    default: break;
  }
  return out;
}

// ---- reading

std::int64_t whole(Members& members, const char* name) {
  const double value = members.number(name);
  if (value != std::floor(value) || std::abs(value) > 1e15) members.fail(std::string(name) + " is not a whole number");
  return static_cast<std::int64_t>(value);
}

double number_or_missing(const Members& members, const Json& value, const char* name) {
  if (value.is_null()) return kMissing;
  if (!value.is_number()) members.fail(std::string(name) + " is not a number");
  return value.get<double>();
}

void append_values(Members& members, const char* name, std::size_t width, std::vector<double>& values) {
  const Json value = members.take(name);
  if (width == 1) {
    values.push_back(number_or_missing(members, value, name));
    return;
  }
  if (!value.is_array() || value.size() != width)
    members.fail(std::string(name) + " is not a list of " + std::to_string(width) + " numbers");
  for (const Json& one : value) values.push_back(number_or_missing(members, one, name));
}

// [[text, number, ..], ..] in any order, to rising texts with `width` numbers each.
std::vector<std::string> texts_with_numbers_from_json(Members& members, const char* name, std::size_t width,
                                                      std::vector<double>& values) {
  const Json list = members.take(name);
  if (!list.is_array()) members.fail(std::string(name) + " is not a list");
  std::vector<std::pair<std::string, std::vector<double>>> entries;
  for (const Json& entry : list) {
    if (!entry.is_array() || entry.size() != width + 1 || !entry[0].is_string()) {
      members.fail(std::string(name) + " holds something else than [text" +
                   (width == 1 ? ", number]" : ", " + std::to_string(width) + " numbers]"));
    }
    std::vector<double> numbers;
    for (std::size_t i = 1; i <= width; ++i) numbers.push_back(number_or_missing(members, entry[i], name));
    entries.emplace_back(entry[0].get<std::string>(), std::move(numbers));
  }
  std::sort(entries.begin(), entries.end(), [](const auto& a, const auto& b) { return a.first < b.first; });
  std::vector<std::string> texts;
  for (auto& [text, numbers] : entries) {
    if (!texts.empty() && texts.back() == text) members.fail(std::string(name) + " has \"" + text + "\" twice");
    texts.push_back(std::move(text));
    values.insert(values.end(), numbers.begin(), numbers.end());
  }
  return texts;
}

void smoothing_from_json(Members& members, std::size_t width, FeatureStep& step) {
  const Json asked = members.take("smoothing");
  if (asked.is_number()) {
    step.smoothing = asked.get<double>();
  } else if (asked != "auto") {
    members.fail("smoothing is neither \"auto\" nor a number");
  }
  const Json used = members.take("smoothing_used");
  if (!used.is_array() || used.size() != width)
    members.fail("smoothing_used is not a list of " + std::to_string(width) + " numbers");
  for (const Json& one : used) {
    step.weights.push_back(one == "inf" ? std::numeric_limits<double>::infinity()
                                        : number_or_missing(members, one, "smoothing_used"));
  }
}

void encoder_from_json(Members& members, const FeatureRecipe& recipe, FeatureStep& step) {
  if (step.kind == FeatureKind::kOneHot) {
    if (members.has("rare")) step.rare = whole(members, "rare");
    step.other_level = members.flag("rare_level");
    step.levels = members.texts("levels");
    std::sort(step.levels.begin(), step.levels.end());
    return;
  }
  const std::size_t width = feature_width(recipe, step);
  if (step.kind == FeatureKind::kTarget) smoothing_from_json(members, width, step);
  std::vector<double> others;
  append_values(members, "missing", width, others);
  append_values(members, "unknown", width, others);
  step.levels = texts_with_numbers_from_json(members, "levels", width, step.values);
  step.values.insert(step.values.end(), others.begin(), others.end());
}

void fill_from_json(Members& members, FeatureStep& step) {
  if (!members.has("impute")) return;
  step.impute = members.text("impute");
  step.fill = number_or_missing(members, members.take("fill"), "fill");
}

void terms_from_json(Members& members, FeatureStep& step) {
  TermOptions& terms = step.terms;
  step.most = whole(members, step.kind == FeatureKind::kTerms ? "most" : "features");
  const std::string unit = members.text("tokens");
  if (unit != "words" && unit != "chars") members.fail("tokens are neither \"words\" nor \"chars\"");
  terms.tokens.unit = unit == "words" ? TokenUnit::kWords : TokenUnit::kCharacters;
  const Json lengths = members.take("ngrams");
  if (!lengths.is_array() || lengths.size() != 2 || !lengths[0].is_number_unsigned() ||
      !lengths[1].is_number_unsigned())
    members.fail("ngrams is not a list of two whole numbers");
  terms.tokens.shortest = lengths[0].get<std::uint32_t>();
  terms.tokens.longest = lengths[1].get<std::uint32_t>();
  terms.idf = step.kind == FeatureKind::kTerms && members.flag("idf");
  terms.normalise = members.flag("normalise");
  terms.sublinear = members.flag("sublinear");
  step.vocabulary.options = terms;
  if (step.kind != FeatureKind::kTerms) return;
  step.vocabulary.documents = static_cast<std::uint64_t>(whole(members, "texts"));
  step.vocabulary.terms = texts_with_numbers_from_json(members, "terms", 1, step.vocabulary.idf);
}

void parts_from_json(Members& members, FeatureStep& step) {
  std::vector<std::string> names;
  for (const DatePart part : kDateParts) names.emplace_back(date_part_name(part));
  for (const std::string& name : members.texts("parts")) {
    const auto found = std::find(names.begin(), names.end(), name);
    if (found == names.end()) {
      const std::string near = nearest_name(name, names);
      members.fail("has a part \"" + name + "\", which is not known",
                   near.empty() ? "" : "did you mean \"" + near + "\"?");
    }
    step.parts.push_back(kDateParts[found - names.begin()]);
  }
  std::sort(step.parts.begin(), step.parts.end());
}

std::vector<double> numbers_from_json(Members& members, const char* name) {
  const Json value = members.take(name);
  std::vector<double> out;
  if (!value.is_array()) members.fail(std::string(name) + " is not a list of numbers");
  for (const Json& one : value) {
    if (!one.is_number()) members.fail(std::string(name) + " is not a list of numbers");
    out.push_back(one.get<double>());
  }
  return out;
}

bool is_second_word(Members& members, const char* name, const std::string& first, const std::string& second) {
  const std::string word = members.text(name);
  if (word != first && word != second)
    members.fail(std::string(name) + " \"" + word + "\" is neither \"" + first + "\" nor \"" + second + "\"");
  return word == second;
}

FeatureStep step_from_json(const Json& json, std::size_t position, const FeatureRecipe& recipe,
                           const std::string& file) {
  Members members(json, "feature " + std::to_string(position), file);
  FeatureStep step;
  step.kind = members.word("step", kFeatureKinds, feature_kind_name);
  step.column = members.text("column");
  if (members.has("why")) step.why = members.text("why");
  if (step.kind == FeatureKind::kDifference) step.other = members.text("minus");
  if (step.kind == FeatureKind::kProduct) step.other = members.text("times");
  if (step.is_encoder()) encoder_from_json(members, recipe, step);
  if (step.is_text()) terms_from_json(members, step);
  switch (step.kind) {
    case FeatureKind::kDates: parts_from_json(members, step); break;
    case FeatureKind::kDifference: step.days = !is_second_word(members, "unit", "days", "hours"); break;
    case FeatureKind::kBins:
      step.bins = whole(members, "bins");
      step.uniform = is_second_word(members, "rule", "quantile", "uniform");
      fill_from_json(members, step);
      step.edges = numbers_from_json(members, "edges");
      break;
    case FeatureKind::kScale:
      step.rule = members.word("rule", kScaleRules, scale_rule_name);
      fill_from_json(members, step);
      step.center = members.number("center");
      step.scale = members.number("scale");
      break;
    default: break;
  }
  members.expect_none_left();
  return step;
}

FeatureColumn column_from_json(const Json& json, std::size_t position, const std::string& file) {
  Members members(json, "column " + std::to_string(position), file);
  FeatureColumn column;
  column.spec.name = members.text("name");
  if (column.spec.name.empty()) members.fail("has an empty name");
  const std::string type = members.text("type");
  const auto known = parse_column_type(type);
  if (!known) {
    const std::vector<std::string> types = {"numeric", "category", "boolean", "text", "datetime"};
    const std::string near = nearest_name(type, types);
    members.fail("has a type \"" + type + "\", which is not known",
                 near.empty() ? "" : "did you mean \"" + near + "\"?");
  }
  column.spec.type = *known;
  column.spec.integer = members.flag("integer");
  if (members.has("role")) column.spec.role = members.word("role", kRoles, column_role_name);
  column.keep = !members.has("keep") || members.flag("keep");
  column.in_model = !members.has("model") || members.flag("model");
  members.expect_none_left();
  return column;
}

void crossfit_from_json(Members members, FeatureRecipe& recipe) {
  recipe.folds = whole(members, "folds");
  recipe.seed = static_cast<std::uint64_t>(whole(members, "seed"));
  if (members.has("group")) recipe.group = members.text("group");
  members.expect_none_left();
}

void target_from_json(Members members, FeatureRecipe& recipe) {
  recipe.target = members.text("column");
  recipe.classes = members.texts("classes");
  members.expect_none_left();
}

void training_from_json(Members members, FeatureRecipe& recipe) {
  recipe.rows = static_cast<std::uint64_t>(whole(members, "rows"));
  if (members.has("fingerprint")) recipe.fingerprint = members.text("fingerprint");
  members.expect_none_left();
}

}  // namespace

Json feature_recipe_to_json(const FeatureRecipe& recipe) {
  Json out;
  out["recipe"] = "features";
  out["version"] = kVersion;
  if (!recipe.target.empty()) out["target"] = {{"column", recipe.target}, {"classes", recipe.classes}};
  out["crossfit"] = {{"folds", recipe.folds}, {"seed", recipe.seed}};
  if (!recipe.group.empty()) out["crossfit"]["group"] = recipe.group;
  out["training"] = {{"rows", recipe.rows}};
  if (!recipe.fingerprint.empty()) out["training"]["fingerprint"] = recipe.fingerprint;
  out["columns"] = Json::array();
  for (const FeatureColumn& column : recipe.columns) {
    Json entry;
    entry["name"] = column.spec.name;
    entry["type"] = column_type_name(column.spec.type);
    if (column.spec.integer) entry["integer"] = true;
    if (column.spec.role != ColumnRole::kFeature) entry["role"] = column_role_name(column.spec.role);
    entry["keep"] = column.keep;
    entry["model"] = column.in_model;
    out["columns"].push_back(std::move(entry));
  }
  out["features"] = Json::array();
  for (const FeatureStep& step : recipe.steps) out["features"].push_back(step_to_json(recipe, step));
  return out;
}

FeatureRecipe feature_recipe_from_json(const Json& json, const std::string& name) {
  Members members(json, "the recipe", name);
  if (const std::string kind = members.text("recipe"); kind != "features") {
    members.fail("is one for \"" + kind + "\", not for features");
  }
  if (const double version = members.number("version"); version != kVersion) {
    members.fail("is of another version than " + std::to_string(kVersion),
                 "it was written by another mlkit: fit it again");
  }
  FeatureRecipe recipe;
  if (members.has("target")) target_from_json(Members(members.take("target"), "\"target\"", name), recipe);
  crossfit_from_json(Members(members.take("crossfit"), "\"crossfit\"", name), recipe);
  training_from_json(Members(members.take("training"), "\"training\"", name), recipe);
  const Json columns = members.take("columns");
  const Json steps = members.take("features");
  members.expect_none_left();
  if (!columns.is_array()) members.fail("has columns that are not a list");
  if (!steps.is_array()) members.fail("has features that are not a list");
  for (std::size_t i = 0; i < columns.size(); ++i) recipe.columns.push_back(column_from_json(columns[i], i + 1, name));
  for (std::size_t i = 0; i < steps.size(); ++i) recipe.steps.push_back(step_from_json(steps[i], i + 1, recipe, name));
  try {
    validate_feature_recipe(recipe);
  } catch (const Error& error) {
    throw error.with_file(name);
  }
  return recipe;
}

FeatureRecipe read_feature_recipe(const std::string& path) {
  return feature_recipe_from_json(parse_json(read_file(path, kLargestRecipe), path, true), path);
}

}  // namespace mlkit
