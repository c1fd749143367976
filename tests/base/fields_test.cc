#include "mlkit/base/fields.h"

#include <gtest/gtest.h>

#include <cmath>

#include "mlkit/base/error.h"

namespace mlkit {
namespace {

// The value of a field of type T after `text` was set; throws as set_field.
template <class T>
T value_of(const std::string& text, FieldInfo info = {}) {
  T value{};
  info.help = "a value";
  set_field({"value", FieldTarget(&value), std::move(info)}, text, "--value");
  return value;
}

// What is said about a text that is refused; "" where it was taken, or changed the value it was refused for.
template <class T>
std::string refusal_of(const std::string& text, FieldInfo info = {}) {
  T value{};
  const T before = value;
  try {
    set_field({"value", FieldTarget(&value), std::move(info)}, text, "--value");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_TRUE(value == before) << text << " was refused, but stored";
    return error.what();
  }
  return "";
}

TEST(SetField, NumbersAreWholeTextsInDecimal) {
  EXPECT_EQ(value_of<double>("0.25"), 0.25);
  EXPECT_EQ(value_of<double>("-1e-3"), -1e-3);
  EXPECT_EQ(value_of<double>("+2.5"), 2.5);
  EXPECT_EQ(value_of<double>("010"), 10.0);
  EXPECT_EQ(value_of<double>("1e308"), 1e308);
  EXPECT_EQ(value_of<std::int64_t>("010"), 10);
  EXPECT_EQ(value_of<std::int64_t>("+7"), 7);
  EXPECT_EQ(value_of<std::int64_t>("-9223372036854775808"), std::numeric_limits<std::int64_t>::min());
  EXPECT_EQ(value_of<std::optional<double>>("3"), 3.0);
  EXPECT_EQ(value_of<std::optional<std::int64_t>>("3"), 3);
}

TEST(SetField, WhatIsNoDecimalNumberIsRefusedByNameAndText) {
  for (const char* text :
       {"",    " ",   "nan",   "NaN", "-nan", "inf", "-inf", "infinity", "1e400", "-1e400", "0x1F", "0x1p3", "12abc",
        "abc", "1,5", "1.5.2", "1 ",  " 1",   "+-1", "++1",  "+",        "-",     ".",      "1e",   "--1"}) {
    const std::string message = refusal_of<double>(text);
    EXPECT_NE(message.find("--value needs a number"), std::string::npos) << text << ": " << message;
    EXPECT_NE(message.find("\"" + std::string(text) + "\""), std::string::npos) << message;
    EXPECT_NE(refusal_of<std::optional<double>>(text), "") << text;
  }
  for (const char* text : {"", " ", "nan", "inf", "1e3", "1.0", "0x1F", "12abc", "1 ", " 1", "+-1", "+",
                           "9223372036854775808", "-9223372036854775809"}) {
    const std::string message = refusal_of<std::int64_t>(text);
    EXPECT_NE(message.find("--value needs a whole number"), std::string::npos) << text << ": " << message;
    EXPECT_NE(refusal_of<std::optional<std::int64_t>>(text), "") << text;
  }
}

TEST(SetField, InfinityOnlyWhereItIsAllowed) {
  const FieldInfo allowed = {.help = "", .range = {.min = 0, .min_open = true, .allow_inf = true}};
  EXPECT_EQ(value_of<double>("inf", allowed), std::numeric_limits<double>::infinity());
  EXPECT_EQ(value_of<double>("+inf", allowed), std::numeric_limits<double>::infinity());
  for (const char* text : {"-inf", "nan", "1e400", "INF", "infinity"})
    EXPECT_NE(refusal_of<double>(text, allowed), "") << text;
}

TEST(SetField, RangesAreClosedOrOpenAsDeclared) {
  const FieldInfo closed = {.help = "", .range = between(0, 1)};
  const FieldInfo open = {.help = "", .range = strictly_between(0, 1)};
  EXPECT_EQ(value_of<double>("0", closed), 0.0);
  EXPECT_EQ(value_of<double>("1", closed), 1.0);
  EXPECT_EQ(value_of<double>("0.5", open), 0.5);
  EXPECT_NE(refusal_of<double>("0", open), "");
  EXPECT_NE(refusal_of<double>("1", open), "");
  EXPECT_NE(refusal_of<double>("-1e-300", closed), "");
  EXPECT_NE(refusal_of<double>("1.0000000000000002", closed), "");
  EXPECT_EQ(refusal_of<double>("1.5", closed), "--value must be at least 0 and at most 1, not 1.5");
  EXPECT_EQ(refusal_of<std::int64_t>("0", {.help = "", .range = above(0)}), "--value must be above 0, not 0");
  EXPECT_EQ(value_of<std::int64_t>("1", {.help = "", .range = at_least(1)}), 1);
}

TEST(SetField, BooleansAreTwoWords) {
  EXPECT_TRUE(value_of<bool>("true"));
  EXPECT_TRUE(value_of<bool>("TRUE"));
  bool value = true;
  set_field({"value", FieldTarget(&value), {}}, "false", "--value");
  EXPECT_FALSE(value);
  for (const char* text : {"", "maybe", "2", "truee", " true"}) EXPECT_NE(refusal_of<bool>(text), "") << text;
}

TEST(SetField, ChoicesAreStoredAsDeclaredAndMisspellingsGetAHint) {
  const FieldInfo info = {.help = "", .choices = {"error", "skip_row", "pad"}};
  EXPECT_EQ(value_of<std::string>("skip-row", info), "skip_row");
  EXPECT_EQ(value_of<std::string>("skip_row", info), "skip_row");
  EXPECT_EQ(value_of<std::string>("PAD", info), "pad");
  const std::string message = refusal_of<std::string>("skip_rw", info);
  EXPECT_NE(message.find("error, skip_row, pad"), std::string::npos) << message;
  EXPECT_NE(message.find("did you mean skip_row?"), std::string::npos) << message;
  EXPECT_NE(refusal_of<std::string>("", info), "");
  EXPECT_NE(refusal_of<std::optional<std::string>>("none", info), "");
  EXPECT_EQ(value_of<std::string>("any text, kept as it is "), "any text, kept as it is ");
}

TEST(SetField, ListsAreSplitAsCsvAndReplaceWhatWasThere) {
  using List = std::vector<std::string>;
  EXPECT_EQ(value_of<List>("a,b"), (List{"a", "b"}));
  EXPECT_EQ(value_of<List>(""), List{});
  EXPECT_EQ(value_of<List>("a,"), (List{"a", ""}));
  EXPECT_EQ(value_of<List>("\"a,b\",\"c \"\"d\"\"\""), (List{"a,b", "c \"d\""}));
  List value = {"old"};
  set_field({"value", FieldTarget(&value), {}}, "new", "--value");
  EXPECT_EQ(value, List{"new"});
  EXPECT_EQ(value_of<List>("x-y,Z", {.help = "", .choices = {"x_y", "z"}}), (List{"x_y", "z"}));
}

struct Some {
  double share = 0.5;
  std::int64_t rounds = 3;
  template <class Visitor>
  void fields(Visitor&& visit) {
    visit("share", share, {.help = "a share", .range = between(0, 1)});
    visit("rounds", rounds, {.help = "how often"});
  }
};

TEST(FieldList, BindsTheMembersOfAStructInTheirOrder) {
  Some some;
  FieldList list;
  list.add_struct(some);
  ASSERT_EQ(list.all().size(), 2u);
  EXPECT_EQ(list.all()[0].name, "share");
  set_field(list.all()[0], "0.75", "--share");
  set_field(list.all()[1], "9", "--rounds");
  EXPECT_EQ(some.share, 0.75);
  EXPECT_EQ(some.rounds, 9);
}

}  // namespace
}  // namespace mlkit
