#include "mlkit/io/clean_json.h"

#include <functional>
#include <sstream>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/clean/clean_step.h"

namespace mlkit {
namespace {

CleanRecipe example() {
  CleanRecipe recipe;
  recipe.options.impute = "mode";
  recipe.options.max_col_missing = 0.9;
  recipe.options.exclude = {"z"};
  recipe.columns.push_back({.source = {.name = "A b", .type = ColumnType::kNumeric, .integer = true},
                            .name = "a_b",
                            .fill = FillKind::kMode,
                            .fill_number = 0.1,
                            .fill_text = {},
                            .indicator = true,
                            .outliers = OutlierAction::kMedian,
                            .low = -1e-300,
                            .high = 2.5,
                            .replacement = 1});
  recipe.columns.push_back({.source = {.name = "é\"", .type = ColumnType::kCategory},
                            .name = "e",
                            .fill = FillKind::kMode,
                            .fill_text = "x,y"});
  recipe.columns.push_back(
      {.source = {.name = "y", .type = ColumnType::kText, .role = ColumnRole::kTarget}, .name = "y", .fill_text = {}});
  recipe.columns.push_back(
      {.source = {.name = "gone", .type = ColumnType::kNumeric}, .name = "gone", .dropped = true, .fill_text = {}});
  return recipe;
}

std::string bytes_of(const CleanRecipe& recipe) {
  BinaryWriter out;
  CleanStep(recipe).save(out);
  return out.take();
}

TEST(CleanRecipeJson, ReadsBackToTheSameRecipe) {
  const CleanRecipe recipe = example();
  const std::string text = json_text(clean_recipe_to_json(recipe));
  const CleanRecipe back = clean_recipe_from_json(parse_json(text, "r.json"), "r.json");
  EXPECT_EQ(bytes_of(back), bytes_of(recipe));
  EXPECT_EQ(json_text(clean_recipe_to_json(back)), text);
}

std::string message_of(const std::function<void(Json&)>& damage) {
  Json json = clean_recipe_to_json(example());
  damage(json);
  try {
    clean_recipe_from_json(json, "r.json");
  } catch (const Error& error) {
    EXPECT_TRUE(error.code() == ErrorCode::kData || error.code() == ErrorCode::kUsage);
    return error.what();
  }
  return "no error";
}

TEST(CleanRecipeJson, EveryDefectIsNamed) {
  const auto expect = [](const std::function<void(Json&)>& damage, const std::string& part) {
    const std::string text = message_of(damage);
    EXPECT_NE(text.find(part), std::string::npos) << text;
  };
  expect([](Json& j) { j["recipe"] = "features"; }, "\"features\"");
  expect([](Json& j) { j["version"] = 2; }, "another version");
  expect([](Json& j) { j.erase("columns"); }, "has no \"columns\"");
  expect([](Json& j) { j["columns"] = 3; }, "not a list");
  expect([](Json& j) { j["columns"][0]["fil"] = 1; }, "column 1 has a member \"fil\"");
  expect([](Json& j) { j["columns"][0]["type"] = "number"; }, "\"number\"");
  expect([](Json& j) { j["columns"][0]["fill"]["with"] = "medain"; }, "did you mean \"median\"");
  expect([](Json& j) { j["columns"][0]["fill"]["value"] = "3"; }, "value is not a number");
  expect([](Json& j) { j["columns"][0]["outliers"]["low"] = 7; }, "low above high");
  expect([](Json& j) { j["columns"][1]["outliers"] = j["columns"][0]["outliers"]; }, "numeric columns only");
  expect([](Json& j) { j["columns"][0]["indicator"] = 1; }, "neither true nor false");
  expect([](Json& j) { j["columns"][1]["name"] = "A b"; }, "there twice");
  expect([](Json& j) { j["columns"][1]["name"] = ""; }, "empty name");
  expect([](Json& j) { j["options"]["impute"] = "guess"; }, "--impute");
  expect([](Json& j) { j["extra"] = 1; }, "\"extra\"");
  expect([](Json& j) { j = Json::array(); }, "is not an object");
}

CleanReport example_report() {
  CleanReport report;
  report.rows_in = 1234567;
  report.rows_out = 1200000;
  report.columns_in = 4;
  report.columns_out = 5;
  report.dropped_duplicates = 34560;
  report.dropped_missing = 7;
  report.counts = {{.filled = 10, .outliers = 3}, {.filled = 2, .outliers = 0}, {.left = 4}, {}};
  report.renamed = {{"A b", "a_b"}, {"é\"", "e"}};
  return report;
}

TEST(CleanReportJson, HasTheDocumentedMembers) {
  const Json json = clean_report_to_json(example(), example_report());
  EXPECT_EQ(json.at("rows_in"), 1234567);
  EXPECT_EQ(json.at("rows_out"), 1200000);
  EXPECT_EQ(json.at("columns_in"), 4);
  EXPECT_EQ(json.at("columns_out"), 5);
  EXPECT_EQ(json.at("renamed").at("A b"), "a_b");
  EXPECT_EQ(json.at("dropped").at("duplicates"), 34560);
  EXPECT_EQ(json.at("dropped").at("missing"), 7);
  EXPECT_EQ(json.at("imputed").at("a_b"), (Json{{"strategy", "mode"}, {"value", 0.1}, {"cells", 10}}));
  EXPECT_EQ(json.at("imputed").at("e").at("value"), "x,y");
  EXPECT_EQ(json.at("outliers").at("a_b").at("high"), 2.5);
  EXPECT_EQ(json.at("outliers").at("a_b").at("replacement"), 1);
  EXPECT_EQ(json.at("outliers").at("a_b").at("cells"), 3);
  EXPECT_FALSE(json.at("outliers").contains("e"));
}

TEST(CleanReportText, FitsTheTerminalAndEscapesNames) {
  CleanRecipe recipe = example();
  recipe.columns[0].name = std::string(200, 'n');
  recipe.columns[1].fill_text = "\x1b[31m" + std::string(100, 'x');
  CleanReport report = example_report();
  report.renamed = {{"\x1b[2J\n", std::string(300, 'm')}};
  const std::string text = render_clean_report(recipe, report);
  EXPECT_EQ(text.find('\x1b'), std::string::npos);
  EXPECT_NE(text.find("1,234,567 -> 1,200,000"), std::string::npos);
  EXPECT_NE(text.find("34,560 rows equal to an earlier one"), std::string::npos);
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) EXPECT_LE(line.size(), 80u) << line;
}

}  // namespace
}  // namespace mlkit
