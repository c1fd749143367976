#include "mlkit/io/json.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "mlkit/base/error.h"

namespace mlkit {
namespace {

std::string problem_of(std::string_view text, bool comments = false) {
  try {
    parse_json(text, "f.json", comments);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kData);
    return error.what();
  }
  return "accepted";
}

TEST(JsonText, WritesShortestNumbersAndEscapes) {
  Json object;
  object["a"] = 0.1;
  object["b"] = {1, 2.0, -3};
  object["c"] =
      "q\"\\\n\x01\x7f\xff"
      "\xc3\xa9";
  object["d"] = Json::object();
  object["e"] = 1e300;
  EXPECT_EQ(json_text(object, -1),
            "{\"a\": 0.1, \"b\": [1, 2, -3], \"c\": \"q\\\"\\\\\\n\\u0001\\u007f\xEF\xBF\xBD\xc3\xa9\", \"d\": {}, "
            "\"e\": 1e+300}");
}

TEST(JsonText, IndentsObjectsAndKeepsShortListsOnOneLine) {
  EXPECT_EQ(json_text(parse_json(R"({"a":[1,2],"b":{"c":[{"d":1}]}})", "x")),
            "{\n  \"a\": [1, 2],\n  \"b\": {\n    \"c\": [\n      {\n        \"d\": 1\n      }\n    ]\n  }\n}");
}

TEST(JsonText, RefusesNumbersThatJsonDoesNotHave) {
  EXPECT_THROW(json_text(Json(std::nan(""))), std::logic_error);
  EXPECT_THROW(json_text(Json(std::numeric_limits<double>::infinity())), std::logic_error);
}

TEST(ParseJson, ReadsBackWhatWasWritten) {
  for (const double value : {0.1, 1.0 / 3, 5e-324, 1.7976931348623157e308, -0.0, 123456789012345678.0}) {
    const double back = parse_json(json_text(Json(value)), "x").get<double>();
    EXPECT_EQ(back, value);
    EXPECT_EQ(std::signbit(back), std::signbit(value));
  }
  EXPECT_EQ(parse_json("18446744073709551615", "x").get<std::uint64_t>(), 18446744073709551615u);
}

TEST(ParseJson, KeepsTheOrderOfKeys) {
  EXPECT_EQ(json_text(parse_json(R"({"z":1,"a":2,"m":3})", "x"), -1), R"({"z": 1, "a": 2, "m": 3})");
}

TEST(ParseJson, RefusesWithLineAndColumn) {
  EXPECT_EQ(problem_of("{\"a\": 1,\n \"b\": 2,\n  \"a\": 3}"),
            "f.json:3:5: not valid JSON: the key \"a\" appears twice");
  EXPECT_EQ(problem_of("[1,\n 1e400]").substr(0, 32), "f.json:2:7: not valid JSON: numb");
  EXPECT_NE(problem_of("[1] x"), "accepted");
  EXPECT_NE(problem_of(""), "accepted");
  EXPECT_NE(problem_of("{\"a\": nan}"), "accepted");
  EXPECT_NE(problem_of("\"\xff\""), "accepted");
  EXPECT_NE(problem_of("[1,]"), "accepted");
}

TEST(ParseJson, LimitsDepth) {
  const auto nested = [](std::size_t n) { return std::string(n, '[') + std::string(n, ']'); };
  EXPECT_EQ(problem_of(nested(64)), "accepted");
  EXPECT_EQ(problem_of(nested(65)), "f.json:1:65: not valid JSON: more than 64 levels of nesting");
  EXPECT_NE(problem_of(nested(100000)), "accepted");
}

TEST(ParseJson, CommentsOnlyOnRequest) {
  EXPECT_NE(problem_of("{} // what"), "accepted");
  EXPECT_EQ(problem_of("{\"a\": 1 // what\n}", true), "accepted");
}

struct Options {
  double c = 1;
  std::int64_t max_iter = 100;
  bool fast = false;
  std::string solver = "auto";
  std::vector<std::string> columns;
  std::optional<double> limit;

  template <class Visitor>
  void fields(Visitor&& visit) {
    visit("C", c, {.help = "penalty", .range = {.min = 0, .min_open = true, .allow_inf = true}});
    visit("max_iter", max_iter, {.help = "iterations", .range = at_least(1)});
    visit("fast", fast, {.help = "fast"});
    visit("solver", solver, {.help = "solver", .choices = {"auto", "big_one"}});
    visit("columns", columns, {.help = "columns"});
    visit("limit", limit, {.help = "limit"});
  }
};

std::string problem_of_options(const std::string& text) {
  Options options;
  FieldList list;
  list.add_struct(options);
  try {
    fields_from_json(list, parse_json(text, "o.json"), "o.json");
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return error.what();
  }
  return "accepted";
}

TEST(FieldsJson, RoundTrips) {
  Options options{.c = std::numeric_limits<double>::infinity(),
                  .max_iter = 7,
                  .fast = true,
                  .solver = "big_one",
                  .columns = {"a,b", "c\"d"},
                  .limit = 0.5};
  const Json object = struct_to_json(options);
  EXPECT_EQ(
      json_text(object, -1),
      R"({"C": "inf", "max_iter": 7, "fast": true, "solver": "big_one", "columns": ["a,b", "c\"d"], "limit": 0.5})");
  Options back;
  FieldList list;
  list.add_struct(back);
  fields_from_json(list, object, "o.json");
  EXPECT_EQ(struct_to_json(back), object);
}

TEST(FieldsJson, RefusesUnknownKeysAndWrongValues) {
  EXPECT_EQ(problem_of_options(R"({"max-iter": 5, "solver": "big-one", "limit": null})"), "accepted");
  EXPECT_EQ(problem_of_options(R"({"max_itre": 5})"),
            "o.json: unknown option \"max_itre\"; did you mean \"max_iter\"?");
  EXPECT_EQ(problem_of_options(R"({"max_iter": 0})"), "o.json: \"max_iter\" must be at least 1, not 0");
  EXPECT_NE(problem_of_options(R"({"max_iter": 1.5})"), "accepted");
  EXPECT_NE(problem_of_options(R"({"max_iter": [1]})"), "accepted");
  EXPECT_NE(problem_of_options(R"({"max_iter": null})"), "accepted");
  EXPECT_NE(problem_of_options(R"([1])"), "accepted");
}

}  // namespace
}  // namespace mlkit
