#include "mlkit/data/csv_read.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmath>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <thread>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/csv_columns.h"
#include "mlkit/data/csv_records.h"
#include "mlkit/data/datetime.h"

namespace mlkit {
namespace {

Table read(const std::string& bytes, const CsvReadOptions& options = {}, std::vector<std::string>* warnings = nullptr,
           CsvReadReport* report = nullptr) {
  Context context(2);
  Table table = read_csv_bytes(bytes, options, context, "in.csv", report);
  if (warnings != nullptr) *warnings = context.take_warnings();
  return table;
}

std::string error_of(const std::string& bytes, const CsvReadOptions& options = {}) {
  try {
    read(bytes, options);
  } catch (const Error& error) {
    return error.what();
  }
  return "";
}

std::string types_of(const Table& table) {
  std::string out;
  for (const Column& column : table.columns()) {
    out += std::string(column_type_name(column.type)) + " ";
  }
  return out;
}

std::string cells_of(const Table& table) {
  std::string out;
  for (const Column& column : table.columns()) out += "[" + column.name + "]";
  for (std::size_t row = 0; row < table.rows(); ++row) {
    out += "\n" + std::to_string(table.lines[row]) + ":";
    for (const Column& column : table.columns()) {
      out += column.is_missing(row) ? "<missing>" : "<" + column.cell_text(row) + ">";
    }
  }
  return out;
}

std::string temporary_path(const std::string& name) {
  return (std::filesystem::temp_directory_path() / ("mlkit_csv_" + std::to_string(getpid()) + "_" + name)).string();
}

std::string write_temporary(const std::string& name, const std::string& bytes) {
  const std::string path = temporary_path(name);
  std::ofstream(path, std::ios::binary) << bytes;
  return path;
}

std::string contents(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  std::ostringstream out;
  out << file.rdbuf();
  return out.str();
}

TEST(CsvTypes, FollowFromTheCells) {
  const Table table = read(
      "number,integer,code,long_id,flag,day,moment,level,free,gone\n"
      "1.5, 3 ,007,1234567890123456,TRUE,2024-02-29,2024-02-29 10:00:00,a,x,\n"
      "-2e3,4,010,1234567890123457,false,,2024-03-01T11:30:00,b,y,NA\n"
      "NA,,1,5,True,2023-01-01,,a,z,null\n");
  EXPECT_EQ(types_of(table), "numeric numeric text text boolean datetime datetime category text numeric ");
  EXPECT_TRUE(table.column("integer").numbers().integer);
  EXPECT_FALSE(table.column("number").numbers().integer);
  EXPECT_EQ(table.column("number").numbers().values[1], -2000);
  EXPECT_TRUE(std::isnan(table.column("number").numbers().values[2]));
  EXPECT_EQ(table.column("level").cell_text(2), "a");
  EXPECT_TRUE(table.column("day").times().date_only);
  EXPECT_FALSE(table.column("moment").times().date_only);
  EXPECT_EQ(table.column("gone").validity.missing_count(), 3u);
}

TEST(CsvTypes, WholeColumnIsReadAgainWhereItsBeginningMisled) {
  std::string text = "a,b,c,d\n";
  for (int i = 0; i < 200000; ++i) text += std::to_string(i) + ",2020-01-01,,\n";
  text += "oops,then,2021-05-05,7\n";
  std::vector<std::string> warnings;
  const Table table = read(text, {}, &warnings);
  EXPECT_EQ(types_of(table), "text category datetime numeric ");
  EXPECT_EQ(table.column("a").cell_text(199999), "199999");
  EXPECT_EQ(table.column("a").cell_text(200000), "oops");
  EXPECT_EQ(table.column("b").cell_text(0), "2020-01-01");
  EXPECT_EQ(table.column("c").cell_text(200000), "2021-05-05");
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_NE(warnings[0].find("\"a\""), std::string::npos) << warnings[0];
  EXPECT_NE(warnings[0].find("\"oops\" (once, first on line 200,002)"), std::string::npos) << warnings[0];
}

std::string levels_column(std::size_t levels, std::size_t repeats) {
  std::string text = "k\n";
  for (std::size_t r = 0; r < repeats; ++r) {
    for (std::size_t i = 0; i < levels; ++i) text += "v" + std::to_string(i) + "\n";
  }
  return text;
}

TEST(CsvTypes, MostLevelsOfACategoryAreExact) {
  EXPECT_EQ(types_of(read(levels_column(kMaxLevels, 2))), "category ");
  EXPECT_EQ(types_of(read(levels_column(kMaxLevels + 1, 2))), "text ");
  EXPECT_EQ(types_of(read(levels_column(kMaxLevels, 1) + "v7\n")), "category ");
  EXPECT_EQ(types_of(read(levels_column(kMaxLevels, 1))), "text ");  // all distinct
  const Table text = read(levels_column(kMaxLevels + 1, 2));
  EXPECT_EQ(text.column("k").cell_text(kMaxLevels), "v" + std::to_string(kMaxLevels));
  EXPECT_EQ(text.column("k").cell_text(2 * kMaxLevels + 1), "v" + std::to_string(kMaxLevels));
}

TEST(CsvTypes, TimesOfTheCommonFormsAreThoseOfTheCalendar) {
  const std::string head = "t\n";
  const auto micros = [&](const std::string& cell) {
    const Table table = read(head + cell + "\n");
    return table.column(0).is_times() ? table.column(0).times().micros[0] : -1;
  };
  for (const char* text : {"1970-01-02", "2024-02-29", "0001-01-01", "2024-12-31T23:59:59", "1969-12-31 00:00:01"}) {
    std::int64_t expected = 0;
    bool date_only = false;
    ASSERT_TRUE(parse_datetime(text, expected, date_only));
    EXPECT_EQ(micros(text), expected) << text;
  }
  for (const char* text : {"2023-02-29", "2023-13-01", "2023-00-10", "2023-01-00", "2023-01-01 24:00:00",
                           "2023-01-01 10:60:00", "2023-01-01x10:00:00", "20230-1-01", "2023/01/01"}) {
    EXPECT_EQ(micros(text), -1) << text;
  }
}

TEST(CsvTypes, LevelsAreSortedByBytes) {
  const Table table = read("k\nb\n\xC3\xA9\na\nB\nb\n");
  EXPECT_EQ(*table.column("k").categories().levels, (Levels{"B", "a", "b", "\xC3\xA9"}));
}

TEST(CsvWarnings, NameTheWordsHowManyWhereAndTheOption) {
  std::vector<std::string> warnings;
  read("age,ok\n1,a\n?,b\n3,a\n\"x\ny\",b\n?,a\n5,b\n7,b\n", {}, &warnings);
  ASSERT_EQ(warnings.size(), 1u);
  EXPECT_EQ(
      warnings[0],
      "column \"age\" is read as category, because of 7 cells 3 are no numbers: \"?\" (2 times, first on line 3), "
      "\"x\\ny\" (once, first on line 5); --na 'NA,N/A,NaN,nan,null,NULL,?,x\\ny' reads the words as missing");
  CsvReadOptions options;
  options.na = {"?"};
  EXPECT_EQ(types_of(read("age\n1\n?\n3\n", options)), "numeric ");
}

TEST(CsvWarnings, NumbersWrittenOtherwiseAreNamed) {
  for (const char* cell :
       {"$4.99", "5%", "1_000", "0x1F", "\"1,234\"", "\"1,5\"", "\xEF\xBC\x91\xEF\xBC\x92", "12 \xE2\x82\xAC"}) {
    std::vector<std::string> warnings;
    const Table table = read("a,b\n1,2\n" + std::string(cell) + ",3\n", {}, &warnings);
    EXPECT_EQ(types_of(table), "text numeric ") << cell;
    ASSERT_EQ(warnings.size(), 1u) << cell;
    EXPECT_NE(warnings[0].find("first on line 3"), std::string::npos) << warnings[0];
    const bool separated = std::string(cell).find(',') != std::string::npos;
    EXPECT_NE(warnings[0].find(separated ? " reads numbers that are written so" : "numbers have to be plain"),
              std::string::npos)
        << warnings[0];
  }
}

TEST(CsvWarnings, OptionsThatReadANumberAreNamedAndBothWhereItMayBeEither) {
  EXPECT_EQ(number_form_options("1,5"), "--decimal ,");
  EXPECT_EQ(number_form_options("-1.234,5"), "--decimal , --thousands .");
  EXPECT_EQ(number_form_options("12.345.678"), "--decimal , --thousands .");
  EXPECT_EQ(number_form_options("1,234.5"), "--thousands ,");
  EXPECT_EQ(number_form_options("1,234"), "--thousands , (a thousand and more) or --decimal , (a fraction)");
  EXPECT_EQ(number_form_options("12,345,678"), "--thousands ,");
  EXPECT_EQ(number_form_options("1 234,5"), "--decimal , --thousands ' '");
  EXPECT_EQ(number_form_options("1'234.5"), "--thousands \"'\"");
  for (const char* none : {"$5", "5%", "0x1F", "1,2,3", "a", "", "10.1.2.3"}) EXPECT_EQ(number_form_options(none), "");
}

TEST(CsvWarnings, CodesAndLongIntegersStayTextWithAHint) {
  std::vector<std::string> warnings;
  read("zip,id\n00501,9007199254740993\n10001,1\n10001,2\n", {}, &warnings);
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_NE(warnings[0].find("leading zeros, first \"00501\" on line 2"), std::string::npos) << warnings[0];
  EXPECT_NE(warnings[0].find("--types 'zip=numeric'"), std::string::npos) << warnings[0];
  EXPECT_NE(warnings[1].find("2^53"), std::string::npos) << warnings[1];
}

TEST(CsvWarnings, OrdinaryTextIsSilent) {
  std::vector<std::string> warnings;
  read("a,b,c\nx,yes,TRUE\ny,no,FALSE\nz,no,TRUE\n", {}, &warnings);
  EXPECT_TRUE(warnings.empty()) << warnings[0];
}

TEST(CsvWarnings, AWrongDelimiterIsGuessedAt) {
  CsvReadOptions options;
  options.delimiter = ',';
  std::vector<std::string> warnings;
  read("a;b\n1;2\n", options, &warnings);
  ASSERT_FALSE(warnings.empty());
  EXPECT_NE(warnings[0].find("--delimiter ';'"), std::string::npos) << warnings[0];
}

TEST(CsvDelimiter, IsTheUnanimousOneElseComma) {
  CsvReadReport report;
  for (const char delimiter : {',', ';', '\t', '|'}) {
    const std::string d(1, delimiter);
    read("a" + d + "b\n1" + d + "2\n\"x,;|\t\"" + d + "3\n", {}, nullptr, &report);
    EXPECT_EQ(report.delimiter, delimiter);
  }
  read("a;b\n1;2\n3\n", {}, nullptr, &report);
  EXPECT_EQ(report.delimiter, ',');
  read("a;b\n1,5;2\n", {}, nullptr, &report);
  EXPECT_EQ(report.delimiter, ';');
  std::string wide = "c0";
  for (int i = 1; i < 60000; ++i) wide += "\tc" + std::to_string(i);
  read(wide + "\n", {}, nullptr, &report);
  EXPECT_EQ(report.delimiter, '\t');
}

TEST(CsvErrors, SayWhereWhatAndWhatToDo) {
  EXPECT_EQ(error_of("a,b\n1,2\n3\n").substr(0, 60), "in.csv:3:2 (b): the row has 1 field, the header has 2; compl");
  EXPECT_EQ(error_of("a,b\n1,2,\n3,4,\n").substr(0, 76),
            "in.csv:2:3: the row has 3 fields, the header has 2: there is a trailing deli");
  EXPECT_NE(error_of("a,b,\n1,2,\n").find("in.csv:1:3: the header has an empty column name: there is a trailing"),
            std::string::npos);
  EXPECT_EQ(error_of("a,b\n1,\"2\n3,4\n").substr(0, 47), "in.csv:2:2 (b): this quote is never closed; clo");
  EXPECT_EQ(error_of("a,b\n\"1\n\"x,2\n").substr(0, 44), "in.csv:3:1 (a): text after a closing quote; ");
  EXPECT_EQ(error_of("a,b\n\"1\n\xE9\",2\n").substr(0, 41), "in.csv:3:1 (a): byte 0xE9 is not UTF-8; c");
  EXPECT_EQ(error_of("a,b\n1,\xE6\xB0\n").substr(0, 16), "in.csv:2:2 (b): ");
  EXPECT_EQ(error_of("a,b\r\n1,2\r\n\r\n3\r\n").substr(0, 11), "in.csv:4:2 ");
  EXPECT_EQ(error_of("a,b\r1,2\r\r3\r").substr(0, 11), "in.csv:4:2 ");
}

TEST(CsvErrors, KindsOfFileAreNamed) {
  const std::vector<std::pair<std::string, std::string>> cases = {{"PK\x03\x04zzzz", "zip"},
                                                                  {"%PDF-1.4\n", "PDF"},
                                                                  {std::string("a\0,\0b\0\n\0"
                                                                               "1\0,\0"
                                                                               "2\0\n\0",
                                                                               16),
                                                                   "UTF-16"},
                                                                  {"\x1F\x8B\x08", "gzip"},
                                                                  {"BZh91AY", "bzip2"},
                                                                  {std::string("\xFF\xFE\0\0", 4), "UTF-32"}};
  for (const auto& [bytes, word] : cases) EXPECT_NE(error_of(bytes).find(word), std::string::npos) << word;
}

TEST(CsvErrors, DeclaredNumbersCountWhatDoesNotFit) {
  CsvReadOptions options;
  options.types["b"] = {ColumnType::kNumeric, false};
  EXPECT_EQ(error_of("a,b\n1,2\n1,x\n1,3\n1,y\n1,1e400\n", options).substr(0, 63),
            "in.csv:3:2 (b): \"x\" is not a number (2 further in this column);");
  EXPECT_EQ(error_of("a,b\n1,010\n", options), "");
  EXPECT_EQ(read("a,b\n1,010\n", options).column("b").numbers().values[0], 10);
  options.types["nope"] = {};
  EXPECT_NE(error_of("a,b\n1,2\n", options).find("there is no column \"nope\""), std::string::npos);
}

TEST(CsvErrors, TheFirstWrongByteCountsWhateverTheChunks) {
  // Far apart, so that they are in different chunks; whichever thread is faster, the first is told.
  std::string text = "a,b\n";
  for (int i = 0; i < 100000; ++i) text += "12345,67890\n";
  const std::size_t at = text.size();
  text += "1,2,3\n";
  for (int i = 0; i < 100000; ++i) text += "12345,67890\n";
  text += "x\"y,1\n";
  for (int i = 0; i < 5; ++i) {
    EXPECT_EQ(error_of(text).substr(0, 13), "in.csv:100002");
    std::string other = text;
    other[at - 20] = '"';  // a bare quote shifts the parity of all that follows
    EXPECT_EQ(error_of(other).substr(0, 13), "in.csv:100000");
  }
}

TEST(CsvLimits, FieldsOf64MiBAndAMillionColumnsAreRefused) {
  const std::string field(std::size_t{64} << 20, 'x');
  EXPECT_NE(error_of("a,b\n1,2\n" + field + ",1\n").find("in.csv:3:1 (a): a field of 64 MiB or more"),
            std::string::npos);
  EXPECT_NE(error_of("a,b\n1,2\n\"" + field + ",1\n").find("in.csv:3:1 (a): a field of 64 MiB"), std::string::npos);
  EXPECT_EQ(read("a,b\n1,2\n" + field.substr(1) + ",1\n").rows(), 2u);
  std::string header = "c";
  for (int i = 1; i < 1000000; ++i) header += ",c" + std::to_string(i);
  EXPECT_NE(error_of(header + "\n").find("1,000,000 columns"), std::string::npos);
}

TEST(CsvLenient, SkipLeavesOutPadRepairsAndRejectsKeepsTheRawBytes) {
  const std::string text = "a,b\n1,2\n3\n4,5,6\n5\" rod,7\n\"x\"y,8\nbad\xFF,9\n\"multi\nline\",10\n" +
                           std::string("n\0,11\n", 6) + "12,13\n";
  CsvReadOptions options;
  options.rejects_path = temporary_path("rejects.csv");
  options.on_bad_row = BadRowAction::kSkip;
  CsvReadReport report;
  EXPECT_EQ(cells_of(read(text, options, nullptr, &report)), "[a][b]\n2:<1><2>\n8:<multi\nline><10>\n11:<12><13>");
  EXPECT_EQ(report.rows_skipped, 6u);
  EXPECT_EQ(report.rows_padded, 0u);
  EXPECT_EQ(contents(options.rejects_path), "3\n4,5,6\n5\" rod,7\n\"x\"y,8\nbad\xFF,9\n" + std::string("n\0,11\n", 6));
  options.on_bad_row = BadRowAction::kPad;
  EXPECT_EQ(cells_of(read(text, options, nullptr, &report)),
            "[a][b]\n2:<1><2>\n3:<3><missing>\n4:<4><5>\n5:<5\" rod><7>\n6:<xy><8>\n8:<multi\nline><10>\n11:<12><13>");
  EXPECT_EQ(report.rows_skipped, 2u);
  EXPECT_EQ(report.rows_padded, 4u);
  EXPECT_EQ(contents(options.rejects_path), "4,5,6\nbad\xFF,9\n" + std::string("n\0,11\n", 6)) << "6 is dropped";
  std::filesystem::remove(options.rejects_path);
}

TEST(CsvLenient, RowsOfAnotherLengthAndStrayQuotesAreCountedApart) {
  CsvReadOptions options;
  options.on_bad_row = BadRowAction::kPad;
  Context context(1);
  read_csv_bytes("a,b\nx\ny,3,4\n5\" rod,7\n", options, context, "x.csv");
  const std::vector<std::string> warnings = context.take_warnings();
  ASSERT_EQ(warnings.size(), 2u);
  EXPECT_NE(warnings[0].find("2 rows of another length"), std::string::npos) << warnings[0];
  EXPECT_NE(warnings[1].find("1 row with stray quotes"), std::string::npos) << warnings[1];
}

TEST(CsvLenient, AQuoteThatIsTheDelimiterThatWasFoundIsRefused) {
  CsvReadOptions options;
  options.quote = ',';
  Context context(1);
  try {
    read_csv_bytes("a,b\n1,2\n", options, context);
    FAIL() << "accepted";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kUsage);
    EXPECT_NE(std::string(error.what()).find("--delimiter"), std::string::npos) << error.what();
  }
  EXPECT_EQ(read_csv_bytes("a;b\n,x;y,;2\n", options, context).column(0).cell_text(0), "x;y");
}

TEST(CsvLenient, AfterAQuoteThatIsNeverClosedGoesOnWithTheNextLine) {
  CsvReadOptions options;
  options.on_bad_row = BadRowAction::kSkip;
  CsvReadReport report;
  EXPECT_EQ(cells_of(read("a,b\n1,\"2\n3,4\n5,6\n", options, nullptr, &report)), "[a][b]\n3:<3><4>\n4:<5><6>");
  EXPECT_EQ(report.rows_skipped, 1u);
}

TEST(CsvLenient, OnlyBadRowsGiveAnEmptyTable) {
  CsvReadOptions options;
  options.on_bad_row = BadRowAction::kSkip;
  EXPECT_EQ(read("a,b\n1\n2\n3", options).rows(), 0u);
}

TEST(CsvOptions, WithoutHeaderColumnsAreNumberedAndTheFirstRowCounts) {
  CsvReadOptions options;
  options.header = false;
  EXPECT_EQ(cells_of(read("\n1,x\n2,y\n", options)), "[column_1][column_2]\n2:<1><x>\n3:<2><y>");
}

TEST(CsvOptions, ColumnsThatAreNotWantedAreStillChecked) {
  CsvReadOptions options;
  options.columns = std::vector<std::string>{"b"};
  EXPECT_EQ(cells_of(read("a,b\n1,2\n", options)), "[b]\n2:<2>");
  EXPECT_NE(error_of("a,b\nx\"y,2\n", options), "");
}

TEST(CsvRecords, GiveBackTheBytesOfEveryField) {
  CsvReadOptions options;
  options.keep_records = true;
  const Table table = read("a,b\r\n\"x, \"\"y\"\"\n\", 2 \r\n\r\n,\"\"\n3.50,4", options);
  ASSERT_NE(table.records, nullptr);
  ASSERT_EQ(table.records->size(), 3u);
  std::vector<std::string_view> fields;
  table.records->split(0, fields);
  EXPECT_EQ(fields, (std::vector<std::string_view>{"\"x, \"\"y\"\"\n\"", " 2 "}));
  EXPECT_EQ(unquote_csv_field(fields[0]), "x, \"y\"\n");
  table.records->split(1, fields);
  EXPECT_EQ(fields, (std::vector<std::string_view>{"", "\"\""}));
  EXPECT_EQ(table.records->record(2), "3.50,4");
}

// Random tables with every kind of cell, as text.
std::string random_csv(std::uint64_t seed, std::size_t rows) {
  RandomStream random(seed, RandomPurpose::kSimulate);
  std::string text = "num,mixed,level,free,day,notes\n";
  for (std::size_t i = 0; i < rows; ++i) {
    text +=
        random.below(9) == 0 ? "NA" : std::to_string(random.below(100000)) + "." + std::to_string(random.below(1000));
    text += random.below(3000) == 0 ? ",oops" : "," + std::to_string(random.below(1000));
    text += ",level" + std::to_string(random.below(50));
    text += ",id" + std::to_string(random.bits());
    text += random.below(7) == 0 ? "," : ",2024-01-" + std::to_string(10 + random.below(20));
    text += random.below(4) == 0 ? ",\"a \"\"quoted\"\", text\nwith a break\"\n" : ",plain\n";
  }
  return text;
}

TEST(CsvContract, ThreadsPipesAndFilesGiveTheSameTable) {
  const std::string text = random_csv(7, 20000);
  Context one(1);
  const std::string expected = cells_of(read_csv_bytes(text, {}, one));
  const std::vector<std::string> warnings = one.take_warnings();
  ASSERT_GT(text.size(), std::size_t{3} * (256 << 10));
  for (const int threads : {2, 3, 8}) {
    Context many(threads);
    EXPECT_EQ(cells_of(read_csv_bytes(text, {}, many)), expected);
    EXPECT_EQ(many.take_warnings(), warnings);
  }
  const std::string path = write_temporary("contract.csv", text);
  EXPECT_EQ(cells_of(read_csv(path, {}, one)), expected);
  std::filesystem::remove(path);
}

TEST(CsvContract, BytesOneAtATimeThroughAPipeGiveTheSameTable) {
  const std::string text = random_csv(8, 300);
  const std::string path = temporary_path("fifo");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] {
    std::ofstream out(path, std::ios::binary);
    for (const char c : text) out.put(c).flush();
  });
  Context context(2);
  const std::string got = cells_of(read_csv(path, {}, context));
  writer.join();
  std::filesystem::remove(path);
  EXPECT_EQ(got, cells_of(read(text)));
}

TEST(CsvContract, APipeIsReadAgainFromMemoryWhereAColumnMisled) {
  std::string text = "a\n";
  for (int i = 0; i < 100000; ++i) text += std::to_string(i % 100) + "\n";
  text += "word\n";
  const std::string path = temporary_path("fifo2");
  ASSERT_EQ(mkfifo(path.c_str(), 0600), 0);
  std::thread writer([&] { std::ofstream(path, std::ios::binary) << text; });
  Context context(2);
  const std::string got = cells_of(read_csv(path, {}, context));
  writer.join();
  std::filesystem::remove(path);
  EXPECT_EQ(got, cells_of(read(text)));
}

TEST(CsvContract, LinesOfRowsArePhysical) {
  const Table table = read("a,b\r\n\r\n1,\"x\r\ny\nz\"\r\n\n2,\"\r\"\r3,w\n\r\n4,v");
  std::vector<std::uint64_t> lines;
  for (std::size_t row = 0; row < table.rows(); ++row) lines.push_back(table.lines[row]);
  EXPECT_EQ(lines, (std::vector<std::uint64_t>{3, 7, 9, 11}));
}

TEST(CsvContract, LineEndsAndBomAndQuotesDoNotMatter) {
  const std::string lf = "a,b\n1,x\n2,y\n3,x\n";
  const std::string expected = cells_of(read(lf));
  std::string crlf;
  std::string cr;
  for (const char c : lf) {
    crlf += c == '\n' ? std::string("\r\n") : std::string(1, c);
    cr += c == '\n' ? '\r' : c;
  }
  EXPECT_EQ(cells_of(read(crlf)), expected);
  EXPECT_EQ(cells_of(read(cr)), expected);
  EXPECT_EQ(cells_of(read("\xEF\xBB\xBF" + lf)), expected);
  EXPECT_EQ(cells_of(read("\"a\",\"b\"\n\"1\",\"x\"\n\"2\",\"y\"\n\"3\",\"x\"")), expected);
}

TEST(CsvStreamTest, GivesTheSameCellsAsTheWholeTable) {
  const std::string text = random_csv(9, 20000);
  const std::string path = write_temporary("stream.csv", text);
  CsvReadOptions options;
  for (const char* name : {"num"}) options.types[name] = {ColumnType::kNumeric, false};
  for (const char* name : {"mixed", "free", "notes"}) options.types[name] = {ColumnType::kText, false};
  options.types["level"] = {ColumnType::kCategory, false};
  options.types["day"] = {ColumnType::kDatetime, false};
  Context context(2);
  const std::string expected = cells_of(read_csv(path, options, context));
  CsvReadOptions later;
  later.types_for = [&](const std::vector<std::string>& header) {
    EXPECT_EQ(header.size(), 6u);
    return options.types;
  };
  CsvStream stream(path, later, context);
  EXPECT_EQ(stream.header(), (std::vector<std::string>{"num", "mixed", "level", "free", "day", "notes"}));
  std::string got = "[num][mixed][level][free][day][notes]";
  while (auto chunk = stream.next_chunk()) {
    const std::string cells = cells_of(stream.parse(*chunk));
    got += cells.substr(cells.find('\n'));
  }
  EXPECT_EQ(got, expected);
  EXPECT_EQ(stream.report().rows, 20000u);
  std::filesystem::remove(path);
}

TEST(CsvStreamTest, CountsTheCellsThatDoNotFitInTheRestOfTheFile) {
  std::string text = "a\n";
  for (int i = 0; i < 200000; ++i) text += i % 50000 == 49999 ? "x\n" : "1.25\n";
  const std::string path = write_temporary("misfits.csv", text);
  CsvReadOptions options;
  options.types["a"] = {ColumnType::kNumeric, false};
  Context context(1);
  CsvStream stream(path, options, context);
  const auto chunk = stream.next_chunk();
  try {
    stream.parse(*chunk);
    ADD_FAILURE();
  } catch (const Error& error) {
    EXPECT_NE(std::string(error.what()).find(":50001:1 (a): \"x\" is not a number (3 further in this column)"),
              std::string::npos)
        << error.what();
  }
  std::filesystem::remove(path);
}

TEST(CsvInput, PlacesThatCannotBeReadAreInputErrors) {
  Context context(1);
  for (const char* path : {"/nonexistent/x.csv", "/"}) {
    try {
      read_csv(path, {}, context);
      ADD_FAILURE();
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kIo) << error.what();
    }
  }
}

}  // namespace
}  // namespace mlkit
