#include "mlkit/features/choose_columns.h"

#include <gtest/gtest.h>

#include "mlkit/base/error.h"

namespace mlkit {
namespace {

Table customers() {
  Table table;
  table.add_column(make_text_column("customerID", {"a1", "b2", "c3", "d4"}));
  Column id = make_numeric_column("row_id", {1, 2, 3, 4});
  id.numbers().integer = true;
  table.add_column(id);
  Column age = make_numeric_column("age", {31, 32, 33, 34});
  age.numbers().integer = true;
  table.add_column(age);
  table.add_column(make_category_column("city", {"x", "y", "x", "y"}));
  table.add_column(make_category_column("target", {"no", "yes", "no", "yes"}));
  return table;
}

ColumnChoice choice_of(std::vector<std::string> features, std::vector<std::string> exclude = {}) {
  return {std::move(features), std::move(exclude), "target", ""};
}

TEST(ChooseColumns, IdentifiersAreLeftOutWithAWarning) {
  Context context;
  EXPECT_EQ(choose_columns(customers(), choice_of({}), context), (std::vector<std::size_t>{2, 3}));
  const std::vector<std::string> warnings = context.take_warnings();
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_NE(warnings[0].find("customerID"), std::string::npos);
  EXPECT_NE(warnings[1].find("row_id"), std::string::npos);
}

TEST(ChooseColumns, AColumnThatCountsUpIsUsedAndNamed) {
  std::vector<double> steps, jumps;
  for (int i = 0; i < 30; ++i) {
    steps.push_back(1000 + i);
    jumps.push_back(1000 + i + (i > 20 ? 1 : 0));
  }
  Table table({make_numeric_column("step", steps), make_numeric_column("jump", jumps)});
  for (const std::size_t c : {0u, 1u}) table.column(c).numbers().integer = true;
  for (const std::vector<std::string>& features : {std::vector<std::string>(), {"step", "jump"}}) {
    Context context;
    EXPECT_EQ(choose_columns(table, {features, {}, "", ""}, context), (std::vector<std::size_t>{0, 1}));
    const std::vector<std::string> warnings = context.take_warnings();
    ASSERT_EQ(warnings.size(), features.empty() ? 1u : 0u);
    if (features.empty()) {
      EXPECT_NE(warnings[0].find("--exclude step"), std::string::npos);
    }
  }
}

TEST(ChooseColumns, NamingAnIdentifierKeepsIt) {
  Context context;
  EXPECT_EQ(choose_columns(customers(), choice_of({"row_id", "#4"}), context), (std::vector<std::size_t>{1, 3}));
  EXPECT_TRUE(context.take_warnings().empty());
}

TEST(ChooseColumns, ExcludingIsSilent) {
  Context context;
  EXPECT_EQ(choose_columns(customers(), choice_of({}, {"customerID", "row_id"}), context),
            (std::vector<std::size_t>{2, 3}));
  EXPECT_TRUE(context.take_warnings().empty());
}

TEST(ChooseColumns, TheTargetCannotBeAFeature) {
  Context context;
  try {
    choose_columns(customers(), choice_of({"target"}), context);
    FAIL();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kData);
  }
}

TEST(ChooseColumns, UnknownNamesAndNothingLeftAreErrors) {
  Context context;
  EXPECT_THROW(choose_columns(customers(), choice_of({"agee"}), context), Error);
  EXPECT_THROW(choose_columns(customers(), choice_of({}, {"nope"}), context), Error);
  EXPECT_THROW(choose_columns(customers(), choice_of({"age"}, {"age"}), context), Error);
}

}  // namespace
}  // namespace mlkit
