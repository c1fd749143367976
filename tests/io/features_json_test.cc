#include "mlkit/io/features_json.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

#include "mlkit/base/error.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/features/fit_features.h"

namespace mlkit {
namespace {

FeatureRecipe learned_recipe(const std::vector<std::string>& classes = {}) {
  Context context(1);
  CsvReadOptions reading;
  reading.types["y"] = {ColumnType::kCategory, false};
  const Table table = read_csv_bytes(
      "start,end,city,note,x,z,y\n"
      "2024-01-02 03:04:05,2024-01-03 03:04:05,a,red apple,1,4,0\n"
      "2024-05-02 23:04:05,2024-06-03 03:04:05,b,green apple,2,5,1\n"
      "2024-07-02 23:09:05,,c,,,6,2\n"
      "2024-07-03 23:09:05,2024-07-03 23:09:05,c,red car,7.25,6,0\n",
      reading, context);
  FeatureOptions options;
  options.target = "y";
  options.encode = {"city=target", "city=onehot", "city=ordinal"};
  options.rare = 2;
  options.text = {"note=tfidf", "note=hash"};
  options.text_features = 4;
  options.bins = {"x=2", "z=2:uniform"};
  options.scale = "standard";
  options.impute = "median";
  options.interactions = {"x:z"};
  options.keep = {"city"};
  options.drop_original = true;
  const std::vector<std::uint32_t> labels = {0, 1, classes.size() > 2 ? 2u : 1u, 0};
  const std::vector<double> numbers = {0, 1, 2, 0};
  FeatureTarget target;
  if (classes.empty()) {
    target.numbers = numbers;
  } else {
    target.labels = labels;
  }
  return fit_features(plan_features(table, options, classes, 42), table, target, context).encoder().recipe();
}

TEST(FeaturesJson, ARecipeComesBackAsItWas) {
  for (const std::vector<std::string>& classes : {std::vector<std::string>{}, {"no", "yes"}, {"a", "b", "c"}}) {
    const FeatureRecipe recipe = learned_recipe(classes);
    const std::string text = json_text(feature_recipe_to_json(recipe));
    const FeatureRecipe back = feature_recipe_from_json(parse_json(text, "r.json"), "r.json");
    EXPECT_EQ(json_text(feature_recipe_to_json(back)), text);
    BinaryWriter a;
    BinaryWriter b;
    FeatureEncoder(recipe).save(a);
    FeatureEncoder(back).save(b);
    EXPECT_EQ(a.data(), b.data());
  }
}

std::string problem(const std::function<void(Json&)>& change) {
  Json json = feature_recipe_to_json(learned_recipe());
  change(json);
  try {
    feature_recipe_from_json(json, "r.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kData);
    return error.what();
  }
  return {};
}

Json& step(Json& json, const std::string& kind) {
  for (Json& one : json["features"]) {
    if (one["step"] == kind) return one;
  }
  throw std::runtime_error("no step " + kind);
}

TEST(FeaturesJson, EditsAreCheckedWithTheNearestName) {
  const auto expect = [](const std::string& words, const std::function<void(Json&)>& change) {
    const std::string found = problem(change);
    EXPECT_NE(found.find(words), std::string::npos) << found;
    EXPECT_EQ(found.rfind("r.json", 0), 0u) << found;
  };
  expect("did you mean \"target\"?", [](Json& j) { step(j, "target")["step"] = "tarrget"; });
  expect("did you mean \"edges\"?", [](Json& j) { step(j, "bins")["edge"] = 1; });
  expect("did you mean \"city\"?", [](Json& j) { step(j, "target")["column"] = "ciity"; });
  expect("did you mean \"month\"?", [](Json& j) { step(j, "dates")["parts"] = {"monht"}; });
  expect("did you mean \"numeric\"?", [](Json& j) { j["columns"][4]["type"] = "numerc"; });
  expect("twice", [](Json& j) { step(j, "target")["levels"].push_back({"a", 1.5}); });
  expect("do not rise", [](Json& j) { step(j, "bins")["edges"] = {3, 2}; });
  expect("not a number", [](Json& j) { step(j, "scale")["center"] = "middle"; });
  expect("neither \"auto\" nor a number", [](Json& j) { step(j, "target")["smoothing"] = "automatic"; });
  expect("one for \"clean\"", [](Json& j) { j["recipe"] = "clean"; });
  expect("another version", [](Json& j) { j["version"] = 2; });
  expect("not known", [](Json& j) { j["colums"] = 1; });
  expect("[text, number]", [](Json& j) { step(j, "target")["levels"][0] = {"a"}; });
}

TEST(FeaturesJson, LevelsCanBeAddedInAnyPlace) {
  Json json = feature_recipe_to_json(learned_recipe());
  step(json, "target")["levels"].push_back({"aa", 1.5});
  const FeatureRecipe recipe = feature_recipe_from_json(json, "r.json");
  for (const FeatureStep& one : recipe.steps) {
    if (one.kind != FeatureKind::kTarget) continue;
    EXPECT_EQ(one.levels, (std::vector<std::string>{"a", "aa", "b", "c"}));
    EXPECT_EQ(one.values[1], 1.5);
  }
}

TEST(FeaturesJson, TheReportFitsATerminal) {
  const std::string text = render_features(FeatureEncoder(learned_recipe()));
  std::size_t begin = 0;
  for (std::size_t end = text.find('\n'); end != std::string::npos; end = text.find('\n', begin)) {
    EXPECT_LE(end - begin, 80u) << text.substr(begin, end - begin);
    begin = end + 1;
  }
  EXPECT_NE(text.find("city"), std::string::npos);
}

}  // namespace
}  // namespace mlkit
