#include "mlkit/data/csv_lenient.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

#include "mlkit/base/random.h"
#include "mlkit/data/csv_scan.h"

namespace mlkit {
namespace {

// "LINE:<field><field>" for each record, "LINE:hopeless" where there is no reading, "more" where the text may go on.
std::vector<std::string> records_of(std::string_view text, std::size_t columns, bool complete = true) {
  LenientScanner scanner(text, complete, ',', '"', columns, 1);
  LenientRecord record;
  std::vector<std::string> out;
  for (;;) {
    const LenientScanner::Step step = scanner.next(record);
    if (step == LenientScanner::Step::kEnd) return out;
    if (step == LenientScanner::Step::kMore) {
      out.emplace_back("more");
      return out;
    }
    std::string line = std::to_string(record.line) + ":";
    if (record.hopeless) line += "hopeless";
    for (const std::string& field : record.fields) line += "<" + field + ">";
    out.push_back(line);
  }
}

using Records = std::vector<std::string>;

TEST(CsvLenientScanner, TextBehindAClosingQuoteBelongsToTheField) {
  EXPECT_EQ(records_of("\"a\"b,2\n3,4\n", 2), (Records{"1:<ab><2>", "2:<3><4>"}));
}

TEST(CsvLenientScanner, QuotesInAQuotedFieldAreTextWhereTheFieldGoesOn) {
  EXPECT_EQ(records_of("\"a 6\" nail, red\",2\n3,4\n", 2), (Records{"1:<a 6\" nail, red><2>", "2:<3><4>"}));
}

TEST(CsvLenientScanner, APairOfQuotesBeforeADelimiterMayBeAQuoteAndTheEnd) {
  EXPECT_EQ(records_of("\"Table, 48\"\",\"b, c\"\n3,4\n", 2), (Records{"1:<Table, 48\"><b, c>", "2:<3><4>"}));
}

TEST(CsvLenientScanner, AFieldWithStrayQuotesMayHaveSeveralLines) {
  EXPECT_EQ(records_of("\"he said \"hi\" and\nleft\",2\n3,4\n", 2),
            (Records{"1:<he said \"hi\" and\nleft><2>", "3:<3><4>"}));
}

TEST(CsvLenientScanner, AnOpeningQuoteThatIsNotClosedIsText) {
  EXPECT_EQ(records_of("\"28/03,4,\"x, y\"\n5,6,7\n", 3), (Records{"1:<\"28/03><4><x, y>", "2:<5><6><7>"}));
  EXPECT_EQ(records_of("1,\"2\n3,4\n", 2), (Records{"1:<1><\"2>", "2:<3><4>"}));
}

TEST(CsvLenientScanner, OneStrayQuoteDoesNotSwallowTheFile) {
  std::string text;
  Records expected;
  for (int i = 0; i < 5000; ++i) {  // from every line on, quotes open and close until the end of the file
    text += "a\"b,\"c\n";
    expected.push_back(std::to_string(i + 1) + ":<a\"b><\"c>");
  }
  EXPECT_TRUE(records_of(text, 2) == expected);
}

TEST(CsvLenientScanner, WithoutAnyReadingTheLineOfTheQuoteIsHopeless) {
  const std::string long_text(2 * kLenientReach, 'x');
  EXPECT_EQ(records_of("1,2,\"3\n" + long_text + "\n4,5\n", 2),
            (Records{"1:hopeless", "2:<" + long_text + ">", "3:<4><5>"}));
}

TEST(CsvLenientScanner, WhatMayGoOnIsNotDecided) {
  EXPECT_EQ(records_of("1,2\n3,\"4", 2, false), (Records{"1:<1><2>", "more"}));
  EXPECT_EQ(records_of("1,2\n3,4\r", 2, false), (Records{"1:<1><2>", "more"}));
  EXPECT_EQ(records_of("1,2\n3,\"4\"", 2, false), (Records{"1:<1><2>", "more"}));
  EXPECT_EQ(records_of("1,2\n3,4", 2, false), (Records{"1:<1><2>", "more"}));
}

// Texts of the characters that matter: what the exact scanner finds right, this one reads the same; every byte belongs
// to one record or to a line end; lines are counted the same.
TEST(CsvLenientScanner, ReadsRightRecordsAsTheExactScanner) {
  RandomStream random(5, RandomPurpose::kSample);
  constexpr std::string_view kBytes = "aab,,\"\"\n\r";
  std::size_t right = 0;
  for (int i = 0; i < 8000; ++i) {
    std::string text;
    for (std::uint64_t n = random.below(24); n > 0; --n) text += kBytes[random.below(kBytes.size())];
    LenientScanner lenient(text, true, ',', '"', 2, 1);
    LenientRecord record;
    std::size_t at = 0;
    while (lenient.next(record) == LenientScanner::Step::kRecord) {
      ASSERT_EQ(text.find_first_not_of("\r\n", at), record.begin) << testing::PrintToString(text);
      ASSERT_GT(record.after, at);
      at = record.after;
      CsvRecordScanner exact(std::string_view(text).substr(record.begin), ',', '"', record.line);
      CsvRecord expected;
      ASSERT_TRUE(exact.next(expected));
      ASSERT_EQ(record.right, expected.fault == CsvFault::kNone) << testing::PrintToString(text);
      if (!record.right) continue;
      ++right;
      ASSERT_EQ(record.fields, expected.fields) << testing::PrintToString(text);
      ASSERT_EQ(record.end - record.begin, expected.end) << testing::PrintToString(text);
      if (record.after < text.size()) {
        ASSERT_EQ(lenient.line(), exact.line()) << testing::PrintToString(text);
      }
    }
    ASSERT_EQ(text.find_first_not_of("\r\n", at), std::string::npos);
  }
  EXPECT_GT(right, 4000u);
}

}  // namespace
}  // namespace mlkit
