#include "mlkit/data/schema.h"

#include <gtest/gtest.h>

#include "mlkit/base/error.h"

namespace mlkit {
namespace {

Schema schema_of(const std::vector<std::string>& names) {
  Schema schema;
  for (const std::string& name : names) schema.add({name, ColumnType::kNumeric, ColumnRole::kFeature, false});
  return schema;
}

std::string error_of(const Schema& schema, const std::string& name) {
  try {
    schema.index_of(name);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kData);
    return error.what();
  }
  return "";
}

TEST(Schema, PositionsCountFromOne) {
  const Schema schema = schema_of({"a", "b", "c"});
  EXPECT_EQ(schema.index_of("#1"), 0u);
  EXPECT_EQ(schema.index_of("#3"), 2u);
  for (const char* name : {"#0", "#4", "#-1", "#1x", "#1.0", "#99999999999999999999", "#+1", "# 1"}) {
    const std::string message = error_of(schema, name);
    EXPECT_NE(message.find("#1 to #3"), std::string::npos) << name << ": " << message;
  }
  EXPECT_NE(error_of(schema, "#"), "");
}

TEST(Schema, ANameThatLooksLikeAPositionComesFirst) {
  const Schema schema = schema_of({"a", "#1"});
  EXPECT_EQ(schema.index_of("#1"), 1u);
  EXPECT_EQ(schema.index_of("#2"), 1u);
}

TEST(Schema, NamesAreExactAndNearOnesAreHinted) {
  const Schema schema = schema_of({"petal_length", "petal_width", "species"});
  EXPECT_EQ(schema.find("Species"), std::nullopt);
  EXPECT_NE(error_of(schema, "Species").find("did you mean \"species\"?"), std::string::npos);
  EXPECT_NE(error_of(schema, "petal-length").find("\"petal_length\""), std::string::npos);
  EXPECT_NE(error_of(schema, "zzz").find("the columns are: petal_length, petal_width, species"), std::string::npos);
  EXPECT_NE(error_of(schema_of({"a;b;c"}), "b").find("--delimiter"), std::string::npos);
}

TEST(Schema, LongListsOfNamesAreCutAndCounted) {
  std::vector<std::string> names;
  for (int i = 0; i < 40; ++i) names.push_back("column" + std::to_string(i));
  const std::string message = error_of(schema_of(names), "zzz");
  EXPECT_NE(message.find("column11, ... (40 in all)"), std::string::npos) << message;
  EXPECT_EQ(message.find("column12"), std::string::npos) << message;
}

TEST(Schema, EveryTypeIsReadBackFromItsName) {
  for (const ColumnType type :
       {ColumnType::kNumeric, ColumnType::kCategory, ColumnType::kBoolean, ColumnType::kText, ColumnType::kDatetime}) {
    EXPECT_EQ(parse_column_type(column_type_name(type)), type);
  }
  EXPECT_EQ(parse_column_type("number"), std::nullopt);
  EXPECT_EQ(parse_column_type(""), std::nullopt);
  EXPECT_EQ(column_role_name(ColumnRole::kTarget), "target");
}

}  // namespace
}  // namespace mlkit
