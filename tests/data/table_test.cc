#include "mlkit/data/table.h"

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/data/csv_records.h"

namespace mlkit {
namespace {

Table three_rows() {
  Table table;
  table.add_column(make_numeric_column("n", {1, 2, 3}));
  table.add_column(make_category_column("c", {"x", "", "y"}));
  table.add_column(make_text_column("t", {"p", "q", "r"}));
  return table;
}

TEST(Table, ColumnsHaveOneLength) {
  Table table = three_rows();
  EXPECT_THROW(table.add_column(make_numeric_column("short", {1, 2})), Error);
  EXPECT_EQ(table.column_count(), 3u);
  Table empty;
  empty.add_column(make_numeric_column("none", {}));
  EXPECT_EQ(empty.rows(), 0u);
  EXPECT_TRUE(empty.empty());
}

TEST(Table, ColumnsAreFoundByNameAndByPosition) {
  const Table table = three_rows();
  EXPECT_EQ(&table.column("c"), &table.column(1));
  EXPECT_EQ(&table.column("#3"), &table.column(2));
  EXPECT_EQ(table.find("t"), 2u);
  EXPECT_EQ(table.find("#1"), std::nullopt);  // names only
  EXPECT_THROW(table.column("d"), Error);
}

TEST(Table, SelectedRowsKeepOrderRepeatsGapsAndLines) {
  Table table = three_rows();
  for (const std::uint64_t line : {2, 3, 7}) table.lines.push_back(line);
  const std::vector<std::uint32_t> rows = {2, 0, 0, 1};
  const Table some = table.select_rows(rows);
  ASSERT_EQ(some.rows(), 4u);
  const std::vector<std::string> cells = {"3yr", "1xp", "1xp", "2q"};
  const std::vector<std::uint64_t> lines = {7, 2, 2, 3};
  for (std::size_t i = 0; i < 4; ++i) {
    EXPECT_EQ(some.column(0).cell_text(i) + some.column(1).cell_text(i) + some.column(2).cell_text(i), cells[i]);
    EXPECT_EQ(some.lines[i], lines[i]);
  }
  EXPECT_TRUE(some.column(1).is_missing(3));
  const Table none = table.select_rows({});
  EXPECT_EQ(none.rows(), 0u);
  EXPECT_EQ(none.schema(), table.schema());
}

TEST(Table, SelectingTwiceStillFindsTheRecordsOfTheFile) {
  CsvReadOptions options;
  options.keep_records = true;
  Context context(1);
  const Table table = read_csv_bytes("a,b\n1,u\n2,v\n3,w\n4,x\n", options, context);
  const std::vector<std::uint32_t> first = {3, 1, 0}, second = {2, 0};
  const Table some = table.select_rows(first).select_rows(second);
  ASSERT_EQ(some.rows(), 2u);
  ASSERT_EQ(some.record_of_row, (std::vector<std::uint32_t>{0, 3}));
  EXPECT_EQ(some.records->record(some.record_of_row[0]), "1,u");
  EXPECT_EQ(some.records->record(some.record_of_row[1]), "4,x");
  EXPECT_EQ(some.lines[0], 2u);
  EXPECT_EQ(some.lines[1], 5u);
}

TEST(Table, SelectAndTakeColumns) {
  Table table = three_rows();
  const std::vector<std::size_t> columns = {2, 0};
  EXPECT_EQ(table.select_columns(columns).schema().names(), (std::vector<std::string>{"t", "n"}));
  EXPECT_EQ(table.select_columns({}).rows(), 3u);
  EXPECT_EQ(table.take_column(1).name, "c");
  EXPECT_EQ(table.schema().names(), (std::vector<std::string>{"n", "t"}));
  EXPECT_EQ(table.rows(), 3u);
}

TEST(RowLines, AgreeWithAPlainList) {
  RandomStream random(6, RandomPurpose::kSample);
  RowLines lines, tail;
  std::vector<std::uint64_t> plain;
  std::uint64_t line = 1;
  for (int i = 0; i < 500; ++i) {
    line += random.below(4) == 0 ? 1 + random.below(3) : 0;
    const auto rows = static_cast<std::size_t>(random.below(4));
    (i < 250 ? lines : tail).append_run(line, rows);
    for (std::size_t r = 0; r < rows; ++r) plain.push_back(line++);
  }
  lines.append(tail);
  ASSERT_EQ(lines.size(), plain.size());
  for (std::size_t i = 0; i < plain.size(); ++i) EXPECT_EQ(lines[i], plain[i]) << i;
}

}  // namespace
}  // namespace mlkit
