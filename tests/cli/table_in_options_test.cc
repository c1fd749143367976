#include <gtest/gtest.h>

#include "command.h"
#include "mlkit/base/error.h"
#include "support/run_program.h"

namespace mlkit::app {
namespace {

std::string problem_of(const TableInOptions& options) {
  try {
    options.to_csv_options();
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    return error.what();
  }
  return "accepted";
}

TEST(TableInOptions, DefaultsAreThoseOfTheReader) {
  const CsvReadOptions given = TableInOptions{}.to_csv_options();
  const CsvReadOptions standard;
  EXPECT_EQ(given.delimiter, standard.delimiter);
  EXPECT_EQ(given.quote, standard.quote);
  EXPECT_EQ(given.header, standard.header);
  EXPECT_EQ(given.na, standard.na);
  EXPECT_EQ(given.on_bad_row, standard.on_bad_row);
  EXPECT_TRUE(given.types.empty());
}

TEST(TableInOptions, DelimitersHaveNames) {
  for (const auto& [text, byte] : std::vector<std::pair<std::string, char>>{
           {"tab", '\t'}, {"\\t", '\t'}, {"\t", '\t'}, {";", ';'}, {"semicolon", ';'}, {"|", '|'}, {"pipe", '|'}}) {
    TableInOptions options;
    options.delimiter = text;
    EXPECT_EQ(options.to_csv_options().delimiter, byte) << text;
  }
  TableInOptions options;
  options.delimiter = "::";
  EXPECT_EQ(problem_of(options), "--delimiter is one character, not \"::\"");
  options.delimiter = "\"";
  EXPECT_EQ(problem_of(options), "--delimiter and --quote are the same character");
}

TEST(TableInOptions, WordsForMissingReplaceTheDefaultOnes) {
  TableInOptions options;
  options.na = "?,\"a,b\"";
  EXPECT_EQ(options.to_csv_options().na, (std::vector<std::string>{"?", "a,b"}));
  TableInOptions none;
  none.na = "";
  EXPECT_TRUE(none.to_csv_options().na.empty());
}

TEST(TableInOptions, TypesWinOverTheSchemaFile) {
  const test::TemporaryFolder folder;
  TableInOptions options;
  options.schema_file = folder / "schema.json";
  test::write_text(options.schema_file, R"({"zip": "numeric", "when": "datetime", "key": "id"})");
  options.types = "zip=text,\"a=b\"=category";
  const auto types = options.to_csv_options().types;
  EXPECT_EQ(types.at("zip").type, ColumnType::kText);
  EXPECT_EQ(types.at("when").type, ColumnType::kDatetime);
  EXPECT_TRUE(types.at("key").id);
  EXPECT_EQ(types.at("a=b").type, ColumnType::kCategory);
}

TEST(TableInOptions, AColumnHasOneTypeOnly) {
  TableInOptions options;
  options.types = "a=text,a=numeric";
  EXPECT_EQ(problem_of(options), "--types gives the type of \"a\" twice; give it once");
}

TEST(TableInOptions, UnknownTypesAreNamed) {
  TableInOptions options;
  options.types = "zip=numerc";
  EXPECT_EQ(problem_of(options),
            "--types: unknown type \"numerc\" (numeric, category, boolean, text, datetime, id); did you mean numeric?");
  options.types = "zip";
  EXPECT_EQ(problem_of(options), "--types: \"zip\" is not COLUMN=TYPE");
}

}  // namespace
}  // namespace mlkit::app
