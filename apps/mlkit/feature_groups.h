// Groups of columns with options of their own (features fit --columns; the member "features" of a pipeline): what is
// called a ColumnTransformer elsewhere.
//
//   [{"columns": ["age", "fare"], "impute": "median", "scale": "robust"},
//    {"columns": "text", "encode": "onehot", "rare": 10}, ..]
//
// "columns" is a list of names (or "#1"), or one of the words numeric, text (classes and booleans, too), dates, rest
// (whatever no other group names). The target is in none of these words. Options: those of features fit without the
// columns in front ("encode": "target", "bins": 5 or "5:uniform", "text": "tfidf", "dates": true or a list of parts),
// and "drop": true, which keeps the columns from the model. Columns in no group are for train to prepare.
#pragma once

#include <string>
#include <vector>

#include "mlkit/data/table.h"
#include "mlkit/features/feature_recipe.h"
#include "mlkit/io/json.h"

#include "json_places.h"

namespace mlkit::app {

class FeatureGroups {
 public:
  // Reads a list of groups, or the member "features" of an object. Throws Error(kUsage) with line and column for what
  // is not known, with the nearest name.
  static FeatureGroups read(const std::string& path);
  // `json` is the list, at `path` of the file of `places`.
  FeatureGroups(const Json& json, const std::string& path, JsonPlaces places);

  // Columns that are to be read as texts whatever they hold.
  std::vector<std::string> text_columns() const;
  // As plan_features; the options of each group, one after the other.
  FeatureRecipe plan(const Table& table, const std::string& target, const std::vector<std::string>& classes,
                     std::uint64_t seed) const;

 private:
  struct Group {
    std::string path;
    std::string word;  // numeric, text, dates, rest; "" = `columns`
    std::vector<std::string> columns;
    Json options;
  };
  void add(const Json& json, const std::string& path);
  std::vector<std::vector<std::size_t>> assign(const Schema& schema, std::size_t target) const;

  std::vector<Group> groups_;
  JsonPlaces places_;
};

}  // namespace mlkit::app
