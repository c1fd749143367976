#include "feature_groups.h"

#include <algorithm>

#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"
#include "mlkit/base/text.h"
#include "mlkit/features/fit_features.h"
#include "mlkit/features/preprocess.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kLargestFile = 16 << 20;
constexpr std::size_t kNone = static_cast<std::size_t>(-1);

const std::vector<std::string>& option_names() {
  static const std::vector<std::string> names = {"columns", "encode",        "rare",        "smoothing",  "scale",
                                                 "impute",  "bins",          "text",        "dates",      "drop",
                                                 "group",   "text_features", "text_tokens", "differences"};
  return names;
}

const std::vector<std::string>& column_words() {
  static const std::vector<std::string> words = {"numeric", "text", "dates", "rest"};
  return words;
}

bool fits(const std::string& word, ColumnType type) {
  if (word == "rest") return true;
  if (word == "numeric") return type == ColumnType::kNumeric;
  if (word == "dates") return type == ColumnType::kDatetime;
  return type == ColumnType::kCategory || type == ColumnType::kBoolean || type == ColumnType::kText;
}

std::vector<std::string> texts_of(const Json& list) {
  std::vector<std::string> out;
  for (const Json& item : list) {
    if (!item.is_string()) throw_usage("a list of texts is needed");
    out.push_back(item.get<std::string>());
  }
  return out;
}

// The options of features fit that mean the same for these columns alone.
FeatureOptions options_for(const Json& given, const std::vector<std::string>& columns, const std::string& target) {
  FeatureOptions options;
  options.target = target;
  options.dates = {"none"};
  options.differences = {"none"};
  options.encode_default = "none";
  Json plain = Json::object();
  for (const auto& [key, value] : given.items()) {
    const auto each = [&](std::vector<std::string>& list) {
      const std::string text = value.is_string() ? value.get<std::string>() : json_text(value, -1);
      for (const std::string& column : columns) list.push_back(column + "=" + text);
    };
    if (key == "columns" || key == "drop") continue;
    if (key == "encode") {
      each(options.encode);
    } else if (key == "bins") {
      each(options.bins);
    } else if (key == "text") {
      each(options.text);
    } else if (key == "dates") {
      if (value == Json(false)) continue;
      options.dates = columns;
      if (value.is_array()) options.date_parts = texts_of(value);
    } else {
      plain[key] = value;
    }
  }
  FieldList fields;
  fields.add_struct(options);
  fields_from_json(fields, plain, "");
  PreprocessOptions fill;
  fill.impute = options.impute;
  validate_preprocess_options(fill);
  return options;
}

}  // namespace

FeatureGroups FeatureGroups::read(const std::string& path) {
  const std::string text = read_file(path, kLargestFile);
  const Json json = parse_json(text, path, true);
  JsonPlaces places(text, path);
  if (json.is_object()) {
    if (!json.contains("features") || !json["features"].is_array())
      places.fail("", "there is no list \"features\" of groups of columns", "write a list of groups, or a pipeline");
    return {json["features"], "/features", std::move(places)};
  }
  return {json, "", std::move(places)};
}

FeatureGroups::FeatureGroups(const Json& json, const std::string& path, JsonPlaces places)
    : places_(std::move(places)) {
  if (!json.is_array()) places_.fail(path, "groups of columns are a list");
  for (std::size_t i = 0; i < json.size(); ++i) add(json[i], path + "/" + std::to_string(i));
}

void FeatureGroups::add(const Json& json, const std::string& path) {
  if (!json.is_object()) places_.fail(path, "a group of columns is an object {\"columns\": .., OPTION: ..}");
  for (const auto& [key, value] : json.items()) {
    if (std::find(option_names().begin(), option_names().end(), key) != option_names().end()) continue;
    const std::string near = nearest_name(key, option_names());
    places_.fail(path + "/" + key, "unknown option \"" + key + "\" of a group of columns",
                 near.empty() ? "" : "did you mean \"" + near + "\"?");
  }
  if (!json.contains("columns")) places_.fail(path, "a group needs \"columns\"", "a list of names, or \"numeric\"");
  Group group{path, "", {}, json};
  const std::string at = path + "/columns";
  if (json["columns"].is_string()) {
    group.word = json["columns"].get<std::string>();
    if (std::find(column_words().begin(), column_words().end(), group.word) == column_words().end()) {
      places_.fail(at, "\"" + group.word + "\" is none of numeric, text, dates, rest",
                   "columns by name are a list: [\"" + group.word + "\"]");
    }
  } else {
    if (!json["columns"].is_array() || json["columns"].empty())
      places_.fail(at, "\"columns\" is a list of names, or one of numeric, text, dates, rest");
    group.columns = places_.at(at, [&] { return texts_of(json["columns"]); });
  }
  if (json.contains("impute") && !json.contains("scale") && !json.contains("bins")) {
    places_.fail(path + "/impute", "\"impute\" of a group fills what is scaled or binned",
                 "give \"scale\" or \"bins\" beside it; elsewhere train fills (--impute)");
  }
  if (json.contains("drop") && !json["drop"].is_boolean()) places_.fail(path + "/drop", "\"drop\" is true or false");
  // What can be known without the table: types and ranges of the values.
  places_.at(path, [&] { return options_for(json, group.columns, "target"); });
  groups_.push_back(std::move(group));
}

std::vector<std::string> FeatureGroups::text_columns() const {
  std::vector<std::string> out;
  for (const Group& group : groups_) {
    if (group.options.contains("encode") || group.options.contains("text"))
      out.insert(out.end(), group.columns.begin(), group.columns.end());
  }
  return out;
}

// The columns of every group. Names come first, then kinds, then the rest.
std::vector<std::vector<std::size_t>> FeatureGroups::assign(const Schema& schema, std::size_t target) const {
  std::vector<std::vector<std::size_t>> out(groups_.size());
  std::vector<bool> taken(schema.size());
  if (target != kNone) taken[target] = true;
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    for (std::size_t i = 0; i < groups_[g].columns.size(); ++i) {
      try {
        out[g].push_back(schema.index_of(groups_[g].columns[i]));
      } catch (const Error& error) {
        places_.fail(groups_[g].path + "/columns/" + std::to_string(i), error.message(), error.place().hint,
                     error.code());
      }
      if (out[g].back() == target) {
        places_.fail(groups_[g].path + "/columns/" + std::to_string(i),
                     "column \"" + schema[target].name + "\" is the target: nothing can be made of it",
                     "leave it out of the group", ErrorCode::kData);
      }
    }
  }
  for (const auto& columns : out) {
    for (const std::size_t column : columns) taken[column] = true;
  }
  for (const bool rest : {false, true}) {
    std::vector<bool> now = taken;
    for (std::size_t g = 0; g < groups_.size(); ++g) {
      const std::string& word = groups_[g].word;
      if (word.empty() || (word == "rest") != rest) continue;
      for (std::size_t c = 0; c < schema.size(); ++c) {
        if (taken[c] || !fits(word, schema[c].type)) continue;
        out[g].push_back(c);
        now[c] = true;
      }
    }
    taken = std::move(now);
  }
  return out;
}

FeatureRecipe FeatureGroups::plan(const Table& table, const std::string& target,
                                  const std::vector<std::string>& classes, std::uint64_t seed) const {
  const Schema schema = table.schema();
  const std::size_t target_at = target.empty() ? kNone : schema.index_of(target);
  const auto columns = assign(schema, target_at);
  FeatureOptions none;
  none.target = target;
  none.dates = {"none"};
  none.encode_default = "none";
  FeatureRecipe recipe = plan_features(table, none, classes, seed);
  for (std::size_t g = 0; g < groups_.size(); ++g) {
    std::vector<std::string> names;
    std::vector<std::string> others;
    for (std::size_t c = 0; c < schema.size(); ++c) {
      const bool mine = std::find(columns[g].begin(), columns[g].end(), c) != columns[g].end();
      if (mine) names.push_back(schema[c].name);
      if (!mine && c != target_at) others.push_back(schema[c].name);
    }
    if (names.empty()) continue;  // no column of that kind
    const FeatureRecipe part = places_.at(groups_[g].path, [&] {
      return plan_features(table, options_for(groups_[g].options, names, target), classes, seed, others);
    });
    recipe.steps.insert(recipe.steps.end(), part.steps.begin(), part.steps.end());
    if (!part.group.empty()) recipe.group = part.group;
    const bool drop = groups_[g].options.contains("drop") && groups_[g].options["drop"].get<bool>();
    for (std::size_t c = 0; c < schema.size(); ++c) {
      FeatureColumn& column = recipe.columns[c];
      column.in_model = column.in_model && part.columns[c].in_model;
      const bool mine = std::find(columns[g].begin(), columns[g].end(), c) != columns[g].end();
      if (drop && mine) column.in_model = column.keep = false;
    }
  }
  return recipe;
}

}  // namespace mlkit::app
