#include "mlkit/data/csv_write.h"

#include <cmath>
#include <filesystem>
#include <limits>

#include <unistd.h>

#include <gtest/gtest.h>

#include "mlkit/base/random.h"
#include "mlkit/data/csv_read.h"
#include "support/golden.h"

namespace mlkit {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();

std::string written(const Table& table, const CsvWriteOptions& options = {}, int threads = 1) {
  const std::string path =
      (std::filesystem::temp_directory_path() / ("mlkit_csv_write_" + std::to_string(::getpid()) + ".csv")).string();
  Context context(threads);
  OutputFile out(path);
  write_csv(table, out, options, context);
  out.commit();
  std::string text = test::read_text(path);
  std::filesystem::remove(path);
  return text;
}

TEST(WriteCsv, QuotesOnlyWhereNeeded) {
  const Table table({make_numeric_column("n", {1, 0.1, kMissing}),
                     make_text_column("a,b", {"x", "p \"q\"", "line\nbreak"}),
                     make_category_column("c", {"", "r,s", " t "})});
  EXPECT_EQ(written(table), "n,\"a,b\",c\n1,x,\n0.1,\"p \"\"q\"\"\",\"r,s\"\n,\"line\nbreak\", t \n");
  EXPECT_EQ(written(table, {.delimiter = ';', .header = false}),
            "1;x;\n0.1;\"p \"\"q\"\"\";r,s\n;\"line\nbreak\"; t \n");
}

TEST(WriteCsv, MissingCellAloneIsNoBlankLine) {
  EXPECT_EQ(written(Table({make_numeric_column("n", {1, kMissing})})), "n\n1\n\"\"\n");
}

TEST(WriteCsv, EmptyTable) {
  EXPECT_EQ(written(Table({make_numeric_column("n", {})})), "n\n");
  EXPECT_EQ(written(Table()), "");
}

Table random_table(std::size_t rows) {
  RandomStream random(4, RandomPurpose::kSample);
  std::vector<double> numbers(rows);
  std::vector<std::string> texts(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    numbers[i] =
        random.below(7) == 0 ? kMissing : random.normal() * std::pow(10.0, static_cast<double>(random.below(40)) - 20);
    for (std::uint64_t k = random.below(6); k > 0; --k) texts[i] += ",\"\r\n ab"[random.below(7)];
  }
  return Table({make_numeric_column("n", numbers), make_text_column("t", texts)});
}

TEST(WriteCsv, ReadsBackToTheSameTable) {
  const Table table = random_table(5000);
  CsvReadOptions options;
  options.types["n"] = {.type = ColumnType::kNumeric};  // whole numbers of more than 15 digits would be codes
  options.types["t"] = {.type = ColumnType::kText};
  Context context(2);
  const Table back = read_csv_bytes(written(table), options, context);
  ASSERT_EQ(back.rows(), table.rows());
  for (std::size_t row = 0; row < table.rows(); ++row) {
    ASSERT_EQ(back.column(0).is_missing(row), table.column(0).is_missing(row));
    if (!table.column(0).is_missing(row)) {
      ASSERT_EQ(back.column(0).numbers().values[row], table.column(0).numbers().values[row]);
    }
    // A cell of blanks alone is missing when it is read; every other text is kept to the byte.
    if (!back.column(1).is_missing(row)) {
      ASSERT_EQ(back.column(1).cell_text(row), table.column(1).cell_text(row));
    }
  }
}

TEST(WriteCsv, ANumberThatIsNotFiniteIsRefusedByItsColumn) {
  const Table table(
      {make_numeric_column("fine", {1, 2}), make_numeric_column("huge", {1, std::numeric_limits<double>::infinity()})});
  try {
    written(table);
    FAIL() << "an infinity was written";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kData);
    EXPECT_EQ(error.place().column, "huge");
  }
}

TEST(WriteCsv, SameBytesForAnyNumberOfThreads) {
  const Table table = random_table(20000);
  const std::string one = written(table);
  for (const int threads : {2, 3, 8}) EXPECT_EQ(written(table, {}, threads), one);
}

}  // namespace
}  // namespace mlkit
