#include "mlkit/clean/write_clean.h"

#include <filesystem>

#include <unistd.h>

#include <gtest/gtest.h>

#include "mlkit/base/random.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/data/csv_write.h"
#include "support/golden.h"

namespace mlkit {
namespace {

std::string temporary() {
  return (std::filesystem::temp_directory_path() / ("mlkit_write_clean_" + std::to_string(::getpid()) + ".csv"))
      .string();
}

struct Result {
  std::string text;
  CleanFit fit;
};

// What the command does, from bytes to bytes.
Result clean_bytes(const std::string& bytes, const CleanOptions& options = {}, int threads = 1,
                   bool keep_records = true) {
  Context context(threads);
  CsvReadOptions csv;
  csv.keep_records = keep_records;
  const Table table = read_csv_bytes(bytes, csv, context);
  Result result{.text = {}, .fit = fit_clean(table, options, context)};
  const std::string path = temporary();
  OutputFile out(path);
  write_clean_csv(result.fit.recipe, table, result.fit.kept, out, context, result.fit.report);
  out.commit();
  result.text = test::read_text(path);
  std::filesystem::remove(path);
  return result;
}

TEST(WriteClean, UnchangedFieldsKeepTheirText) {
  const Result result = clean_bytes(
      "A b,\"T,u\",C\r\n"
      "1.50,\"x, y\",007\r\n"
      "+2e0,\"say \"\"hi\"\"\",008\r\n"
      ",plain,009\r\n"
      " 3 ,\"\",010\r\n"
      "900.0,NA,011\r\n"
      "2.0,z,012\r\n");
  // Present: 1.5, 2, 3, 900, 2: median 2; with the gap filled, Q1 = 2 and Q3 = 2.75, fences 0.875 and 3.875.
  EXPECT_EQ(result.text,
            "a_b,t_u,c\n"
            "1.50,\"x, y\",007\n"
            "+2e0,\"say \"\"hi\"\"\",008\n"
            "2,plain,009\n"
            " 3 ,\"\",010\n"
            "2,NA,011\n"
            "2.0,z,012\n");
  EXPECT_EQ(result.fit.report.counts[0].filled, 1u);
  EXPECT_EQ(result.fit.report.counts[0].outliers, 1u);
  EXPECT_EQ(result.fit.report.counts[1].left, 2u);
}

TEST(WriteClean, OtherDialectsBecomeCommas) {
  const Result result = clean_bytes("a;b\n1;\"x;y\"\n2;p,q\n3;\"r \"\"s\"\"\"\n4;t\n");
  EXPECT_EQ(result.text, "a,b\n1,x;y\n2,\"p,q\"\n3,\"r \"\"s\"\"\"\n4,t\n");
}

TEST(WriteClean, DuplicatesAreEqualTextsAfterUnquoting) {
  const Result result = clean_bytes("a,b\n1,x\n\"1\",\"x\"\n1.0,x\n1,x\n\"1\",y\n1,y\n\"1,x\",\n");
  EXPECT_EQ(result.fit.report.dropped_duplicates, 3u);
  EXPECT_EQ(result.text, "a,b\n1,x\n1.0,x\n\"1\",y\n\"1,x\",\n");
}

TEST(WriteClean, OneColumnThatBecomesMissingIsNoBlankLine) {
  CleanOptions options;
  options.outlier_action = "null";
  options.keep_duplicates = true;
  EXPECT_EQ(clean_bytes("a\n1\n2\n3\n4\n5\n100\n", options).text, "a\n1\n2\n3\n4\n5\n\"\"\n");
}

std::string random_csv(std::uint64_t seed, std::size_t rows) {
  RandomStream random(seed, RandomPurpose::kSample);
  std::string text = "First Col,b,text,Fourth-col\n";
  for (std::size_t r = 0; r < rows; ++r) {
    for (int c = 0; c < 4; ++c) {
      if (c > 0) text += ',';
      if (random.below(6) == 0) {
        text += random.below(2) == 0 ? "" : "NA";
      } else if (c == 2) {
        text += random.below(3) == 0 ? "\"q,\"\"r\"" : std::string(1, static_cast<char>('a' + random.below(4)));
      } else {
        text += std::to_string(random.below(c == 1 ? 4 : 30)) + (random.below(9) == 0   ? "000"
                                                                 : random.below(3) == 0 ? ".50"
                                                                                        : "");
      }
    }
    text += '\n';
  }
  return text;
}

// The file is the table that apply_clean gives, cell by cell.
TEST(WriteClean, IsWhatApplyCleanGives) {
  for (const std::string action : {"median", "cap", "null", "drop", "flag"}) {
    for (const bool keep_records : {true, false}) {
      CleanOptions options;
      options.outlier_action = action;
      options.indicator = true;
      options.impute = action == "cap" ? "mode" : "median";
      const std::string bytes = random_csv(17, 600);
      const Result result = clean_bytes(bytes, options, 2, keep_records);
      Context context(1);
      CsvReadOptions csv;
      const Table table = read_csv_bytes(bytes, csv, context);
      const Table expected = apply_clean(result.fit.recipe, table.select_rows(result.fit.kept));
      const Table got = read_csv_bytes(result.text, csv, context);
      ASSERT_EQ(got.schema().names(), expected.schema().names()) << action;
      ASSERT_EQ(got.rows(), expected.rows());
      for (std::size_t c = 0; c < got.column_count(); ++c) {
        for (std::size_t row = 0; row < got.rows(); ++row) {
          ASSERT_EQ(got.column(c).cell_text(row), expected.column(c).cell_text(row))
              << action << " " << got.column(c).name << " " << row;
        }
      }
      EXPECT_EQ(result.fit.report.columns_out, got.column_count());
    }
  }
}

TEST(WriteClean, SameBytesForAnyNumberOfThreads) {
  const std::string bytes = random_csv(5, 30000);
  const Result one = clean_bytes(bytes);
  for (const int threads : {2, 3, 8}) {
    const Result more = clean_bytes(bytes, {}, threads);
    EXPECT_EQ(more.text, one.text);
    EXPECT_EQ(more.fit.report.counts[0].filled, one.fit.report.counts[0].filled);
  }
}

}  // namespace
}  // namespace mlkit
