// tests/golden/csv.json: 47 inputs to the table of their raw cells, or an error with its place.
#include <gtest/gtest.h>

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/data/csv_read.h"
#include "support/golden.h"
#include "support/golden_csv.h"

namespace mlkit {
namespace {

CsvReadOptions options_of(const Json& one) {
  CsvReadOptions options;
  const auto& given = one.at("options");
  if (given.contains("delimiter")) options.delimiter = given.at("delimiter").get<std::string>()[0];
  if (given.contains("quote")) options.quote = given.at("quote").get<std::string>()[0];
  if (given.contains("numeric")) {
    for (const auto& name : given.at("numeric")) options.types[name.get<std::string>()] = {ColumnType::kNumeric, false};
  }
  return options;
}

// The cells as text: the types are declared, once the names are known, so that nothing is converted.
void expect_table(const std::string& bytes, CsvReadOptions options, const Json& expected) {
  Context context(2);
  options.na.clear();
  for (const auto& name : expected.at("header")) options.types[name.get<std::string>()] = {ColumnType::kText, false};
  const Table table = read_csv_bytes(bytes, options, context);
  EXPECT_EQ(table.schema().names(), expected.at("header").get<std::vector<std::string>>());
  ASSERT_EQ(table.rows(), expected.at("rows").size());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (std::size_t c = 0; c < table.column_count(); ++c) {
      const auto& cell = expected.at("rows")[row][c];
      const std::string got = table.column(c).cell_text(row);
      if (cell.is_string()) {
        EXPECT_EQ(got, cell.get<std::string>());
      } else {  // a long cell, given by its length; it is one letter over and over
        EXPECT_EQ(got, std::string(cell.at("length").get<std::size_t>(), 'x'));
      }
    }
  }
}

void expect_error(const std::string& bytes, const CsvReadOptions& options, const Json& expected) {
  Context context(2);
  try {
    read_csv_bytes(bytes, options, context, "in.csv");
    ADD_FAILURE() << "was accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kData);
    const std::string text = error.what();
    EXPECT_TRUE(text.starts_with("in.csv:")) << text;
    EXPECT_FALSE(error.place().hint.empty()) << text;
    if (expected.contains("line") && !expected.at("line").is_null()) {
      EXPECT_EQ(error.place().line, expected.at("line").get<std::uint64_t>()) << text;
    }
    if (expected.contains("column") && !expected.at("column").is_null()) {
      EXPECT_EQ(error.place().field, expected.at("column").get<std::uint64_t>()) << text;
    }
    if (expected.contains("message_must_mention")) {
      for (const auto& word : expected.at("message_must_mention")) {
        EXPECT_NE(text.find(word.get<std::string>()), std::string::npos) << text << " has no " << word;
      }
    }
  }
}

TEST(CsvGolden, AllCasesAsExpected) {
  const Json cases = test::golden_cases("csv");
  ASSERT_EQ(cases.size(), 47u);
  for (const auto& one : cases) {
    SCOPED_TRACE(one.at("id").get<std::string>());
    const auto& expected = one.at("expected");
    if (expected.contains("error")) {
      expect_error(test::golden_csv_bytes(one), options_of(one), expected);
    } else {
      expect_table(test::golden_csv_bytes(one), options_of(one), expected);
    }
  }
}

}  // namespace
}  // namespace mlkit
