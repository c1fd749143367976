// Dates and time stamps: what is read is written and read back to the same moment; its parts are in their ranges and
// make up the moment again, by the calendar arithmetic of days since 0000-03-01 (H. Hinnant, "chrono-compatible
// low-level date algorithms", days_from_civil) instead of the standard library's.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "mlkit/data/datetime.h"

namespace {

void require(bool claim) {
  if (!claim) std::abort();
}

std::int64_t days_from_civil(std::int64_t year, int month, int day) {
  if (month <= 2) --year;
  const std::int64_t era = (year >= 0 ? year : year - 399) / 400;
  const std::int64_t of_era = year - era * 400;
  const std::int64_t of_year = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1;
  return era * 146097 + of_era * 365 + of_era / 4 - of_era / 100 + of_year - 719468;
}

void check_parts(std::int64_t micros) {
  const mlkit::DatetimeParts parts = mlkit::split_datetime(micros);
  require(parts.month >= 1 && parts.month <= 12 && parts.day >= 1 && parts.day <= 31);
  require(parts.hour >= 0 && parts.hour < 24 && parts.minute >= 0 && parts.minute < 60);
  require(parts.second >= 0 && parts.second < 60 && parts.micro >= 0 && parts.micro < 1'000'000);
  const std::int64_t days = days_from_civil(parts.year, parts.month, parts.day);
  const std::int64_t seconds = days * 86400 + parts.hour * 3600 + parts.minute * 60 + parts.second;
  require(seconds * 1'000'000 + parts.micro == micros);
  require(parts.day_of_week == ((days + 3) % 7 + 7) % 7);  // 1970-01-01 was a Thursday
  require(parts.day_of_year == days - days_from_civil(parts.year, 1, 1) + 1);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  std::int64_t micros = 0;
  bool date_only = false;
  if (mlkit::parse_datetime(text, micros, date_only)) {
    check_parts(micros);
    const std::string written = mlkit::format_datetime(micros, date_only);
    std::int64_t again = 0;
    bool again_date_only = false;
    // An offset can lead out of the years that are read (0 to 9999).
    if (written[0] != '-' && written[0] != '+') {
      require(mlkit::parse_datetime(written, again, again_date_only));
      require(again == micros && again_date_only == date_only);
      require(mlkit::format_datetime(again, again_date_only) == written);
    } else {
      require(!date_only);
    }
  }
  if (size >= sizeof micros) {
    std::memcpy(&micros, data, sizeof micros);
    constexpr std::int64_t kYears9999 = 253'402'300'800'000'000;  // what a model file may hold, and more
    check_parts(micros % kYears9999);
    mlkit::format_datetime(micros % kYears9999, false);
  }
  return 0;
}
