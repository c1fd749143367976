// ISO 8601 dates and time stamps.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace mlkit {

struct DatetimeParts {
  int year = 1970;
  int month = 1;  // 1-12
  int day = 1;    // 1-31
  int hour = 0;   // 0-23
  int minute = 0;
  int second = 0;
  int micro = 0;
  int day_of_week = 0;  // 0 = Monday
  int day_of_year = 1;  // 1-366
};

// YYYY-MM-DD, or that with [T or blank]HH:MM[:SS[.fraction]] and optionally Z or +HH:MM / -HH:MM
// (turned to UTC). Checks the calendar (no 2023-02-29). Blanks at the ends must be trimmed before.
// Returns false where the text is anything else; `date_only` says whether a time was given.
bool parse_datetime(std::string_view text, std::int64_t& micros, bool& date_only);

DatetimeParts split_datetime(std::int64_t micros);

// "2024-02-29" or "2024-02-29T23:59:59" with a fraction only where there is one.
std::string format_datetime(std::int64_t micros, bool date_only);

}  // namespace mlkit
