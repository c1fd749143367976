#include "mlkit/data/datetime.h"

#include <gtest/gtest.h>

#include "support/golden.h"

namespace mlkit {
namespace {

std::int64_t micros_of(std::string_view text) {
  std::int64_t micros = -1;
  bool date_only = false;
  EXPECT_TRUE(parse_datetime(text, micros, date_only)) << text;
  return micros;
}

// Seconds from GNU date: date -u -d TEXT +%s.
TEST(ParseDatetime, KnownInstants) {
  EXPECT_EQ(micros_of("1970-01-01"), 0);
  EXPECT_EQ(micros_of("2000-02-29 12:34"), 951827640LL * 1000000);
  EXPECT_EQ(micros_of("2024-02-29T23:59:59"), 1709251199LL * 1000000);
  EXPECT_EQ(micros_of("2024-02-29T23:59:59.5"), 1709251199LL * 1000000 + 500000);
  EXPECT_EQ(micros_of("1969-12-31T23:59:59.999999"), -1);
  EXPECT_EQ(micros_of("1900-03-01"), -2203891200LL * 1000000);
  EXPECT_EQ(micros_of("0001-01-01"), -62135596800LL * 1000000);
  EXPECT_EQ(micros_of("9999-12-31T23:59:59Z"), 253402300799LL * 1000000);
}

TEST(ParseDatetime, OffsetsAreTurnedToUtc) {
  EXPECT_EQ(micros_of("2024-01-01T00:30+01:00"), micros_of("2023-12-31T23:30"));
  EXPECT_EQ(micros_of("2024-01-01T00:30:00.25-05:30"), micros_of("2024-01-01T06:00:00.25Z"));
}

TEST(ParseDatetime, SaysWhetherATimeWasGiven) {
  std::int64_t micros = 0;
  bool date_only = false;
  ASSERT_TRUE(parse_datetime("2024-05-06", micros, date_only));
  EXPECT_TRUE(date_only);
  ASSERT_TRUE(parse_datetime("2024-05-06 00:00", micros, date_only));
  EXPECT_FALSE(date_only);
}

TEST(ParseDatetime, RefusesWhatIsNotInTheCalendarOrNotIso) {
  for (const char* text : {"",
                           "2023-02-29",
                           "1900-02-29",
                           "2024-13-01",
                           "2024-00-10",
                           "2024-01-32",
                           "2024-04-31",
                           "24-01-01",
                           "2024-1-1",
                           "2024/01/01",
                           "01-02-2024",
                           "2024-01-01T",
                           "2024-01-01 ",
                           "2024-01-01T24:00",
                           "2024-01-01T12",
                           "2024-01-01T12:60",
                           "2024-01-01T12:00:60",
                           "2024-01-01T12:00:00.",
                           "2024-01-01T12:00:00.1234567890",
                           "2024-01-01T12:00+1",
                           "2024-01-01T12:00+0100",
                           "2024-01-01Z",
                           "2024-01-01T12:00Zx",
                           " 2024-01-01",
                           "2024-01-01T12:00:00,5",
                           "20240101",
                           "2024-01"}) {
    std::int64_t micros = 0;
    bool date_only = false;
    EXPECT_FALSE(parse_datetime(text, micros, date_only)) << text;
  }
}

TEST(SplitDatetime, WeekdayStartsOnMondayAndYearDaysAtOne) {
  const DatetimeParts leap = split_datetime(micros_of("2024-12-31T01:02:03.000004"));
  EXPECT_EQ(leap.year, 2024);
  EXPECT_EQ(leap.month, 12);
  EXPECT_EQ(leap.day, 31);
  EXPECT_EQ(leap.hour, 1);
  EXPECT_EQ(leap.minute, 2);
  EXPECT_EQ(leap.second, 3);
  EXPECT_EQ(leap.micro, 4);
  EXPECT_EQ(leap.day_of_week, 1);
  EXPECT_EQ(leap.day_of_year, 366);
  EXPECT_EQ(split_datetime(0).day_of_week, 3);
  EXPECT_EQ(split_datetime(-1).day_of_week, 2);
  EXPECT_EQ(split_datetime(-1).hour, 23);
}

TEST(SplitDatetime, GoldenTimeStamps) {
  int checked = 0;
  for (const Json& item : test::golden_cases("preprocess")) {
    if (item.at("id") != "timestamps") continue;
    const Json& want = item.at("expected");
    for (std::size_t i = 0; i < item.at("input").at("values").size(); ++i) {
      const DatetimeParts parts = split_datetime(micros_of(item.at("input").at("values")[i].get<std::string>()));
      EXPECT_EQ(parts.day_of_week, want.at("iso_weekday_mon1")[i].get<int>() - 1);
      EXPECT_EQ(parts.hour, want.at("hour")[i].get<int>());
      EXPECT_EQ(parts.month, want.at("month")[i].get<int>());
      EXPECT_EQ(parts.day, want.at("day")[i].get<int>());
      EXPECT_EQ(parts.day_of_year, want.at("day_of_year")[i].get<int>());
      ++checked;
    }
    for (const Json& text : item.at("invalid")) {
      std::int64_t micros = 0;
      bool date_only = false;
      EXPECT_FALSE(parse_datetime(text.get<std::string>(), micros, date_only)) << text;
    }
  }
  EXPECT_EQ(checked, 5);
}

TEST(FormatDatetime, ReadsBackEveryDayOfFourCenturies) {
  for (std::int64_t day = -80000; day < 80000; ++day) {
    const std::int64_t micros = day * 86400 * 1000000LL;
    ASSERT_EQ(micros_of(format_datetime(micros, true)), micros);
    const std::int64_t inside = micros + (day * 7919 % 86400000000LL + 86400000000LL) % 86400000000LL;
    ASSERT_EQ(micros_of(format_datetime(inside, false)), inside);
  }
  EXPECT_EQ(format_datetime(0, true), "1970-01-01");
  EXPECT_EQ(format_datetime(0, false), "1970-01-01T00:00:00");
  EXPECT_EQ(format_datetime(-500000, false), "1969-12-31T23:59:59.5");
}

}  // namespace
}  // namespace mlkit
