#include "mlkit/data/datetime.h"

#include <chrono>
#include <cstddef>

namespace mlkit {
namespace {

constexpr std::int64_t kMicrosPerSecond = 1'000'000;
constexpr std::int64_t kMicrosPerDay = 86'400 * kMicrosPerSecond;
constexpr std::size_t kMaxFractionDigits = 9;  // nanoseconds are read, and cut to microseconds

// Reads the text from the left; every function returns false where it is not as expected.
class Cursor {
 public:
  explicit Cursor(std::string_view text) : text_(text) {}

  bool at_end() const { return position_ == text_.size(); }
  bool skip(char c) {
    if (at_end() || text_[position_] != c) return false;
    ++position_;
    return true;
  }
  // Exactly `digits` decimal digits, a number of min..max.
  bool number(std::size_t digits, int min, int max, int& value) {
    if (text_.size() - position_ < digits) return false;
    value = 0;
    for (const std::size_t end = position_ + digits; position_ < end; ++position_) {
      const char c = text_[position_];
      if (c < '0' || c > '9') return false;
      value = value * 10 + (c - '0');
    }
    return value >= min && value <= max;
  }
  // One to nine digits after the point, as microseconds.
  bool fraction(int& micros) {
    micros = 0;
    std::size_t digits = 0;
    for (; !at_end() && text_[position_] >= '0' && text_[position_] <= '9'; ++position_, ++digits) {
      if (digits < 6) micros = micros * 10 + (text_[position_] - '0');
    }
    for (std::size_t i = digits; i < 6; ++i) micros *= 10;
    return digits >= 1 && digits <= kMaxFractionDigits;
  }

 private:
  std::string_view text_;
  std::size_t position_ = 0;
};

bool parse_date(Cursor& cursor, std::int64_t& micros) {
  int year = 0;
  int month = 0;
  int day = 0;
  if (!cursor.number(4, 0, 9999, year) || !cursor.skip('-') || !cursor.number(2, 1, 12, month) || !cursor.skip('-') ||
      !cursor.number(2, 1, 31, day)) {
    return false;
  }
  const std::chrono::year_month_day date{std::chrono::year(year), std::chrono::month(static_cast<unsigned>(month)),
                                         std::chrono::day(static_cast<unsigned>(day))};
  if (!date.ok()) return false;
  micros = std::chrono::sys_days(date).time_since_epoch().count() * kMicrosPerDay;
  return true;
}

bool parse_time(Cursor& cursor, std::int64_t& micros) {
  int hour = 0;
  int minute = 0;
  int second = 0;
  int micro = 0;
  if (!cursor.number(2, 0, 23, hour) || !cursor.skip(':') || !cursor.number(2, 0, 59, minute)) return false;
  if (cursor.skip(':')) {
    if (!cursor.number(2, 0, 59, second)) return false;
    if (cursor.skip('.') && !cursor.fraction(micro)) return false;
  }
  micros += (hour * std::int64_t{3600} + minute * 60 + second) * kMicrosPerSecond + micro;
  return true;
}

bool parse_offset(Cursor& cursor, std::int64_t& micros) {
  if (cursor.at_end() || cursor.skip('Z')) return true;
  const bool east = cursor.skip('+');
  int hours = 0;
  int minutes = 0;
  if ((!east && !cursor.skip('-')) || !cursor.number(2, 0, 23, hours) || !cursor.skip(':') ||
      !cursor.number(2, 0, 59, minutes)) {
    return false;
  }
  const std::int64_t offset = (hours * std::int64_t{60} + minutes) * 60 * kMicrosPerSecond;
  micros -= east ? offset : -offset;
  return true;
}

void append_padded(std::string& out, int value, int digits) {
  char buffer[8];
  for (int i = digits - 1; i >= 0; --i, value /= 10) buffer[i] = static_cast<char>('0' + value % 10);
  out.append(buffer, static_cast<std::size_t>(digits));
}

}  // namespace

bool parse_datetime(std::string_view text, std::int64_t& micros, bool& date_only) {
  Cursor cursor(text);
  std::int64_t value = 0;
  if (!parse_date(cursor, value)) return false;
  date_only = cursor.at_end();
  if (!date_only) {
    if (!cursor.skip('T') && !cursor.skip(' ')) return false;
    if (!parse_time(cursor, value) || !parse_offset(cursor, value) || !cursor.at_end()) return false;
  }
  micros = value;
  return true;
}

DatetimeParts split_datetime(std::int64_t micros) {
  std::int64_t days = micros / kMicrosPerDay;
  if (days * kMicrosPerDay > micros) --days;
  const std::int64_t of_day = micros - days * kMicrosPerDay;
  const std::chrono::sys_days day_point{std::chrono::days(days)};
  const std::chrono::year_month_day date(day_point);
  const std::chrono::sys_days new_year(date.year() / std::chrono::January / 1);
  DatetimeParts parts;
  parts.year = static_cast<int>(date.year());
  parts.month = static_cast<int>(static_cast<unsigned>(date.month()));
  parts.day = static_cast<int>(static_cast<unsigned>(date.day()));
  parts.micro = static_cast<int>(of_day % kMicrosPerSecond);
  const std::int64_t seconds = of_day / kMicrosPerSecond;
  parts.hour = static_cast<int>(seconds / 3600);
  parts.minute = static_cast<int>(seconds / 60 % 60);
  parts.second = static_cast<int>(seconds % 60);
  parts.day_of_week = static_cast<int>(std::chrono::weekday(day_point).iso_encoding()) - 1;
  parts.day_of_year = static_cast<int>((day_point - new_year).count()) + 1;
  return parts;
}

std::string format_datetime(std::int64_t micros, bool date_only) {
  const DatetimeParts parts = split_datetime(micros);
  std::string out;
  // Only an offset can lead out of the years 0 to 9999 that are read; ISO 8601 then asks for a sign.
  if (parts.year < 0) {
    out += '-';
    append_padded(out, -parts.year, 4);
  } else if (parts.year > 9999) {
    out += '+';
    append_padded(out, parts.year, 5);
  } else {
    append_padded(out, parts.year, 4);
  }
  out += '-';
  append_padded(out, parts.month, 2);
  out += '-';
  append_padded(out, parts.day, 2);
  if (date_only) return out;
  out += 'T';
  append_padded(out, parts.hour, 2);
  out += ':';
  append_padded(out, parts.minute, 2);
  out += ':';
  append_padded(out, parts.second, 2);
  if (parts.micro != 0) {
    out += '.';
    append_padded(out, parts.micro, 6);
    while (out.back() == '0') out.pop_back();
  }
  return out;
}

}  // namespace mlkit
