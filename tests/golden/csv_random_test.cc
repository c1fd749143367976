// tests/golden/csv_random.json: random files over `a , " LF CR` and what Python's strict csv module reads from them
// (how it was made stands in it; tests/fuzz/csv_against_python.py compares as many as one likes where there is a
// Python).
#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/data/csv_chunks.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/data/csv_records.h"
#include "support/golden.h"

namespace mlkit {
namespace {

Json rows_of(const std::string& text) {
  Context context(1);
  CsvReadOptions options;
  options.delimiter = ',';
  options.keep_records = true;
  const CsvChunkReader reader(text, "in.csv", options);
  const Table table = read_csv_bytes(text, options, context, "in.csv");
  Json rows = Json::array({reader.header()});
  std::vector<std::string_view> fields;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    table.records->split(row, fields);
    Json cells = Json::array();
    for (const std::string_view field : fields) cells.push_back(unquote_csv_field(field));
    rows.push_back(cells);
  }
  return rows;
}

// What Python lets pass and mlkit does not.
bool may_refuse(const std::string& message) {
  for (const char* allowed : {"a quote inside a field", "the row has", "column name", "the input is empty"}) {
    if (message.find(allowed) != std::string::npos) return true;
  }
  return false;
}

TEST(CsvRandom, TheSameRowsAsPythonWhereBothAccept) {
  const Json cases = test::golden_cases("csv_random");
  ASSERT_EQ(cases.size(), 600u);
  std::size_t same = 0;
  std::size_t refused_by_both = 0;
  for (const auto& one : cases) {
    const auto text = one.at("text").get<std::string>();
    SCOPED_TRACE(testing::PrintToString(text));
    try {
      const Json rows = rows_of(text);
      EXPECT_EQ(rows, one.at("rows"));
      ++same;
    } catch (const Error& error) {
      EXPECT_TRUE(one.at("rows").is_null() || may_refuse(error.message())) << error.message();
      refused_by_both += one.at("rows").is_null() ? 1 : 0;
    }
  }
  EXPECT_GT(same, 150u);
  EXPECT_GT(refused_by_both, 50u);
}

}  // namespace
}  // namespace mlkit
