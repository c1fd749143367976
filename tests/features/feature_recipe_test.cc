#include "mlkit/features/feature_recipe.h"

#include <gtest/gtest.h>

#include <functional>
#include <set>
#include <string>

#include "mlkit/base/error.h"

namespace mlkit {
namespace {

FeatureRecipe good_recipe() {
  FeatureRecipe recipe;
  recipe.columns.push_back({{.name = "when", .type = ColumnType::kDatetime}, true, true});
  recipe.columns.push_back({{.name = "city", .type = ColumnType::kCategory}, true, true});
  recipe.columns.push_back({{.name = "x", .type = ColumnType::kNumeric}, true, true});
  recipe.columns.push_back({{.name = "y", .type = ColumnType::kCategory}, true, true});
  recipe.target = "y";
  recipe.classes = {"no", "yes"};
  const auto add = [&](FeatureKind kind, const std::string& column) -> FeatureStep& {
    FeatureStep& step = recipe.steps.emplace_back();
    step.kind = kind;
    step.column = column;
    return step;
  };
  add(FeatureKind::kDates, "when").parts = {DatePart::kMonth, DatePart::kHour};
  FeatureStep& target = add(FeatureKind::kTarget, "city");
  target.levels = {"a", "b"};
  target.values = {0.1, 0.2, 0.3, 0.4};
  target.weights = {1};
  add(FeatureKind::kOneHot, "city").levels = {"a"};
  add(FeatureKind::kBins, "x").edges = {1, 2};
  add(FeatureKind::kScale, "x");
  return recipe;
}

std::string problem(const std::function<void(FeatureRecipe&)>& change) {
  FeatureRecipe recipe = good_recipe();
  change(recipe);
  try {
    validate_feature_recipe(recipe);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kData);
    return error.what();
  }
  return {};
}

TEST(FeatureRecipe, OneThatFitsTogetherIsAccepted) {
  EXPECT_EQ(problem([](FeatureRecipe&) {}), "");
}

TEST(FeatureRecipe, WhatDoesNotFitTogetherIsNamed) {
  const auto expect = [](const std::string& words, const std::function<void(FeatureRecipe&)>& change) {
    EXPECT_NE(problem(change).find(words), std::string::npos) << problem(change);
  };
  expect("did you mean \"city\"?", [](auto& r) { r.steps[1].column = "citty"; });
  expect("needs time stamps", [](auto& r) { r.steps[0].column = "x"; });
  expect("needs numbers", [](auto& r) { r.steps[3].column = "city"; });
  expect("made of the target", [](auto& r) { r.steps[1].column = "y"; });
  expect("number of values", [](auto& r) { r.steps[1].values.pop_back(); });
  expect("byte order", [](auto& r) { r.steps[1].levels = {"b", "a"}; });
  expect("do not rise", [](auto& r) { r.steps[3].edges = {2, 1}; });
  expect("positive scale", [](auto& r) { r.steps[4].scale = 0; });
  expect("needs a target", [](auto& r) { r.target.clear(); });
  expect("below 0", [](auto& r) { r.steps[1].smoothing = -1; });
  expect("their order", [](auto& r) { r.steps[0].parts = {DatePart::kHour, DatePart::kMonth}; });
  expect("in the recipe twice", [](auto& r) { r.columns[2].spec.name = "city"; });
  expect("folds", [](auto& r) { r.folds = 1; });
}

TEST(FeatureRecipe, NamesAreDistinctAlsoFromThoseOfColumns) {
  FeatureRecipe recipe = good_recipe();
  recipe.columns[2].spec.name = "city_target";
  recipe.steps[3].column = recipe.steps[4].column = "city_target";
  recipe.steps.push_back(recipe.steps[0]);
  const std::vector<std::string> names = feature_names(recipe);
  EXPECT_EQ(names[2], "city_target_2");
  EXPECT_EQ(names[names.size() - 2], "when_month_2");
  EXPECT_EQ(std::set<std::string>(names.begin(), names.end()).size(), names.size());
}

TEST(FeatureRecipe, EveryKindPartAndRuleHasAName) {
  std::set<std::string_view> names;
  for (const FeatureKind kind : kFeatureKinds) EXPECT_TRUE(names.insert(feature_kind_name(kind)).second);
  for (const DatePart part : kDateParts) EXPECT_TRUE(names.insert(date_part_name(part)).second);
  for (const ScaleRule rule : kScaleRules) EXPECT_TRUE(names.insert(scale_rule_name(rule)).second);
}

}  // namespace
}  // namespace mlkit
