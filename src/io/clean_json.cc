#include "mlkit/io/clean_json.h"

#include <algorithm>
#include <cmath>
#include <unordered_set>

#include "json_members.h"
#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"
#include "mlkit/base/text.h"

namespace mlkit {
namespace {

using internal::Members;

constexpr int kVersion = 1;
constexpr std::size_t kLargestRecipe = std::size_t{64} << 20;

constexpr FillKind kFills[] = {FillKind::kNone, FillKind::kMedian, FillKind::kMean, FillKind::kMode,
                               FillKind::kConstant};
constexpr OutlierAction kActions[] = {OutlierAction::kNone, OutlierAction::kMedian, OutlierAction::kCap,
                                      OutlierAction::kNull, OutlierAction::kDrop,   OutlierAction::kFlag};
constexpr ColumnRole kRoles[] = {ColumnRole::kFeature, ColumnRole::kTarget, ColumnRole::kWeight, ColumnRole::kId};

Json column_to_json(const CleanColumn& column) {
  Json out;
  out["name"] = column.source.name;
  out["as"] = column.name;
  out["type"] = column_type_name(column.source.type);
  if (column.source.integer) out["integer"] = true;
  if (column.source.role != ColumnRole::kFeature) out["role"] = column_role_name(column.source.role);
  if (column.dropped) out["dropped"] = true;
  if (column.fill != FillKind::kNone) {
    out["fill"] = {{"with", fill_kind_name(column.fill)}};
    if (column.source.type == ColumnType::kNumeric) {
      out["fill"]["value"] = column.fill_number;
    } else {
      out["fill"]["value"] = column.fill_text;
    }
  }
  if (column.indicator) out["indicator"] = true;
  if (column.outliers != OutlierAction::kNone) {
    out["outliers"] = {{"action", outlier_action_name(column.outliers)}, {"low", column.low}, {"high", column.high}};
    if (column.outliers == OutlierAction::kMedian) out["outliers"]["replacement"] = column.replacement;
  }
  return out;
}

void fill_from_json(Members members, CleanColumn& column) {
  column.fill = members.word("with", kFills, fill_kind_name);
  if (column.source.type == ColumnType::kNumeric) {
    column.fill_number = members.number("value");
  } else {
    column.fill_text = members.text("value");
  }
  members.expect_none_left();
}

void outliers_from_json(Members members, CleanColumn& column) {
  if (column.source.type != ColumnType::kNumeric) members.fail("are for numeric columns only");
  column.outliers = members.word("action", kActions, outlier_action_name);
  column.low = members.number("low");
  column.high = members.number("high");
  if (column.low > column.high) members.fail("have low above high");
  if (column.outliers == OutlierAction::kMedian) column.replacement = members.number("replacement");
  members.expect_none_left();
}

CleanColumn column_from_json(const Json& json, std::size_t position, const std::string& file) {
  const std::string place = "column " + std::to_string(position);
  Members members(json, place, file);
  CleanColumn column;
  column.source.name = members.text("name");
  column.name = members.text("as");
  if (column.source.name.empty() || column.name.empty()) members.fail("has an empty name");
  const std::string type = members.text("type");
  const auto known = parse_column_type(type);
  if (!known) members.fail("has a type \"" + type + "\", which is not known");
  column.source.type = *known;
  column.source.integer = members.flag("integer");
  if (members.has("role")) column.source.role = members.word("role", kRoles, column_role_name);
  column.dropped = members.flag("dropped");
  if (members.has("fill")) fill_from_json(Members(members.take("fill"), "\"fill\" of " + place, file), column);
  column.indicator = members.flag("indicator");
  if (members.has("outliers"))
    outliers_from_json(Members(members.take("outliers"), "\"outliers\" of " + place, file), column);
  members.expect_none_left();
  return column;
}

void check_names(const CleanRecipe& recipe, const std::string& file) {
  std::unordered_set<std::string> sources;
  std::unordered_set<std::string> names;
  for (const CleanColumn& column : recipe.columns) {
    if (sources.insert(column.source.name).second && names.insert(column.name).second) continue;
    throw Error(ErrorCode::kData, "column \"" + column.source.name + "\" is there twice",
                {.file = file, .column = {}, .hint = {}});
  }
}

}  // namespace

Json clean_recipe_to_json(const CleanRecipe& recipe) {
  Json out;
  out["recipe"] = "clean";
  out["version"] = kVersion;
  out["options"] = struct_to_json(recipe.options);
  if (recipe.na) out["na"] = *recipe.na;
  out["columns"] = Json::array();
  for (const CleanColumn& column : recipe.columns) out["columns"].push_back(column_to_json(column));
  return out;
}

CleanRecipe clean_recipe_from_json(const Json& json, const std::string& name) {
  Members members(json, "the recipe", name);
  if (const std::string kind = members.text("recipe"); kind != "clean") {
    members.fail("is one for \"" + kind + "\", not for clean");
  }
  if (const double version = members.number("version"); version != kVersion) {
    members.fail("is of another version than " + std::to_string(kVersion),
                 "it was written by another mlkit: save it again");
  }
  CleanRecipe recipe;
  FieldList options;
  options.add_struct(recipe.options);
  const Json given = members.take("options");
  try {
    fields_from_json(options, given, name);
    parse_clean_rules(recipe.options);
  } catch (const Error& error) {  // wrong options in a file are wrong data
    throw Error(ErrorCode::kData, error.message(), error.place()).with_file(name);
  }
  if (members.has("na")) recipe.na = members.texts("na");
  const Json columns = members.take("columns");
  if (!columns.is_array()) members.fail("has columns that are not a list");
  for (std::size_t i = 0; i < columns.size(); ++i) recipe.columns.push_back(column_from_json(columns[i], i + 1, name));
  members.expect_none_left();
  check_names(recipe, name);
  return recipe;
}

CleanRecipe read_clean_recipe(const std::string& path) {
  return clean_recipe_from_json(parse_json(read_file(path, kLargestRecipe), path, true), path);
}

Json clean_report_to_json(const CleanRecipe& recipe, const CleanReport& report) {
  Json out;
  out["rows_in"] = report.rows_in;
  out["rows_out"] = report.rows_out;
  out["columns_in"] = report.columns_in;
  out["columns_out"] = report.columns_out;
  Json renamed = Json::object();
  for (const auto& [before, after] : report.renamed) renamed[before] = after;
  Json columns = Json::array();
  Json imputed = Json::object();
  Json outliers = Json::object();
  for (std::size_t c = 0; c < recipe.columns.size(); ++c) {
    const CleanColumn& column = recipe.columns[c];
    const CleanColumnCounts counts = c < report.counts.size() ? report.counts[c] : CleanColumnCounts{};
    if (column.dropped) columns.push_back(column.name);
    if (counts.filled > 0) {
      Json& entry = imputed[column.name];
      entry["strategy"] = fill_kind_name(column.fill);
      if (column.source.type == ColumnType::kNumeric) {
        entry["value"] = column.fill_number;
      } else {
        entry["value"] = column.fill_text;
      }
      entry["cells"] = counts.filled;
    }
    if (column.outliers == OutlierAction::kNone) continue;
    Json& entry = outliers[column.name];
    entry["low"] = column.low;
    entry["high"] = column.high;
    entry["action"] = outlier_action_name(column.outliers);
    if (column.outliers == OutlierAction::kMedian) entry["replacement"] = column.replacement;
    entry["cells"] = counts.outliers;
  }
  out["renamed"] = std::move(renamed);
  out["dropped"] = {{"duplicates", report.dropped_duplicates}, {"missing", report.dropped_missing}};
  if (report.dropped_outliers > 0) out["dropped"]["outliers"] = report.dropped_outliers;
  if (!columns.empty()) out["dropped"]["columns"] = std::move(columns);
  if (report.conflicting_duplicates > 0) out["conflicting_duplicates"] = report.conflicting_duplicates;
  out["imputed"] = std::move(imputed);
  out["outliers"] = std::move(outliers);
  return out;
}

}  // namespace mlkit
