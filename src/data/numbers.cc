#include "mlkit/data/numbers.h"

#include <bit>
#include <cassert>
#include <charconv>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <system_error>

#include "mlkit/base/text.h"

namespace mlkit {
namespace {

// What the text says, before any rounding: digits * 10^exponent.
struct Decimal {
  std::uint64_t digits = 0;  // the first kMaxDigits significant ones
  std::int64_t exponent = 0;
  bool negative = false;
  bool exact = true;  // no significant digit was left out of `digits`
};

constexpr int kMaxDigits = 19;  // always fit 64 bits
constexpr std::int64_t kMaxExponentRead = 1'000'000'000;

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }

// Eight digits at once (Lemire: "Number parsing at a gigabyte per second", 2021, section 4).
std::uint64_t load8(const char* p) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}
bool all_digits(std::uint64_t word) {
  return ((word & 0xF0F0F0F0F0F0F0F0u) | (((word + 0x0606060606060606u) & 0xF0F0F0F0F0F0F0F0u) >> 4)) ==
         0x3333333333333333u;
}
std::uint64_t eight_digits(std::uint64_t word) {
  word -= 0x3030303030303030u;
  word = word * 10 + (word >> 8);
  constexpr std::uint64_t kMask = 0x000000FF000000FFu;
  constexpr std::uint64_t kFirst = 0x000F424000000064u;   // 100 + (1000000 << 32)
  constexpr std::uint64_t kSecond = 0x0000271000000001u;  // 1 + (10000 << 32)
  return (((word & kMask) * kFirst) + (((word >> 16) & kMask) * kSecond)) >> 32;
}

// Digits from `p` on, appended to `decimal`; returns where they end. `kept` counts the significant
// ones in decimal.digits; `dropped` those that did not fit.
const char* read_digits(const char* p, const char* end, Decimal& decimal, int& kept, std::int64_t& dropped) {
  while (end - p >= 8 && kept <= kMaxDigits - 8) {
    const std::uint64_t word = load8(p);
    if (!all_digits(word)) break;
    decimal.digits = decimal.digits * 100'000'000u + eight_digits(word);
    if (decimal.digits != 0) kept += 8;
    p += 8;
  }
  for (; p < end && is_digit(*p); ++p) {
    const auto digit = static_cast<std::uint64_t>(*p - '0');
    if (kept < kMaxDigits) {
      decimal.digits = decimal.digits * 10 + digit;
      if (decimal.digits != 0) ++kept;
    } else {
      ++dropped;
      decimal.exact = decimal.exact && digit == 0;
    }
  }
  return p;
}

// "e-12": adds to decimal.exponent. False where the exponent has no digit.
bool read_exponent(const char*& p, const char* end, Decimal& decimal) {
  ++p;
  const bool negative = p < end && *p == '-';
  if (p < end && (*p == '-' || *p == '+')) ++p;
  if (p == end || !is_digit(*p)) return false;
  std::int64_t exponent = 0;
  for (; p < end && is_digit(*p); ++p) {
    if (exponent < kMaxExponentRead) exponent = exponent * 10 + (*p - '0');
  }
  decimal.exponent += negative ? -exponent : exponent;
  return true;
}

// The grammar of parse_number; false where the text is not of it.
bool read_decimal(std::string_view text, Decimal& decimal) {
  const char* p = text.data();
  const char* const end = p + text.size();
  if (p < end && (*p == '-' || *p == '+')) decimal.negative = *p++ == '-';
  int kept = 0;
  std::int64_t dropped = 0;
  const char* const whole = p;
  p = read_digits(p, end, decimal, kept, dropped);
  std::int64_t digits_seen = p - whole;
  decimal.exponent = dropped;
  if (p < end && *p == '.') {
    const char* const fraction = ++p;
    std::int64_t dropped_fraction = 0;
    p = read_digits(p, end, decimal, kept, dropped_fraction);
    digits_seen += p - fraction;
    decimal.exponent -= (p - fraction) - dropped_fraction;
  }
  if (digits_seen == 0) return false;
  if (p < end && (*p == 'e' || *p == 'E') && !read_exponent(p, end, decimal)) return false;
  return p == end;
}

bool is_infinity_word(std::string_view text) {
  if (!text.empty() && (text[0] == '-' || text[0] == '+')) text.remove_prefix(1);
  if (text.size() != 3 && text.size() != 8) return false;
  const std::string lower = to_lower_ascii(text);
  return lower == "inf" || lower == "infinity";
}

// Texts that the exact product of two doubles cannot give: the standard library's exact conversion.
NumberStatus parse_slowly(std::string_view text, const Decimal& decimal, double& value) {
  if (text[0] == '+') text.remove_prefix(1);
  double parsed = 0;
  const auto [end, status] = std::from_chars(text.data(), text.data() + text.size(), parsed);
  if (status == std::errc::result_out_of_range) {
    // Too large, or so small that it rounds to 0; `digits` is at least 1 here.
    if (decimal.exponent > 0) return NumberStatus::kNotFinite;
    value = decimal.negative ? -0.0 : 0.0;
    return NumberStatus::kNumber;
  }
  if (!std::isfinite(parsed)) return NumberStatus::kNotFinite;
  value = parsed;
  return NumberStatus::kNumber;
}

constexpr double kPowersOfTen[] = {1e0,  1e1,  1e2,  1e3,  1e4,  1e5,  1e6,  1e7,  1e8,  1e9,  1e10, 1e11,
                                   1e12, 1e13, 1e14, 1e15, 1e16, 1e17, 1e18, 1e19, 1e20, 1e21, 1e22};
constexpr std::int64_t kLargestExactPower = 22;
constexpr std::uint64_t kLargestExactInteger = std::uint64_t{1} << 53;

}  // namespace

NumberStatus parse_number(std::string_view text, double& value) {
  Decimal decimal;
  if (!read_decimal(text, decimal)) {
    return is_infinity_word(text) ? NumberStatus::kNotFinite : NumberStatus::kNotANumber;
  }
  if (decimal.digits == 0 && decimal.exact) {
    value = decimal.negative ? -0.0 : 0.0;
    return NumberStatus::kNumber;
  }
  // Both factors are doubles without rounding, so the one rounding of the product or quotient is the
  // right one (Clinger 1990, the fast case).
  if (decimal.exact && decimal.digits <= kLargestExactInteger && decimal.exponent >= -kLargestExactPower &&
      decimal.exponent <= kLargestExactPower) {
    const auto digits = static_cast<double>(decimal.digits);
    const double magnitude =
        decimal.exponent < 0 ? digits / kPowersOfTen[-decimal.exponent] : digits * kPowersOfTen[decimal.exponent];
    value = decimal.negative ? -magnitude : magnitude;
    return NumberStatus::kNumber;
  }
  return parse_slowly(text, decimal, value);
}

char* format_number(double value, char* out) {
  assert(std::isfinite(value));
  // The layout of JavaScript and Python: digits in full where that is readable, else an exponent.
  constexpr double kSmallestFixed = 1e-4;
  constexpr double kFirstScientific = 1e16;
  constexpr double kInt64Safe = 1e15;
  const double magnitude = std::fabs(value);
  if (magnitude < kInt64Safe) {
    const auto whole = static_cast<std::int64_t>(value);
    if (static_cast<double>(whole) == value) {
      if (whole == 0 && std::signbit(value)) *out++ = '-';
      return std::to_chars(out, out + kMaxNumberText, whole).ptr;
    }
  }
  const bool fixed = magnitude >= kSmallestFixed && magnitude < kFirstScientific;
  return std::to_chars(out, out + kMaxNumberText, value,
                       fixed ? std::chars_format::fixed : std::chars_format::scientific)
      .ptr;
}

std::string format_number(double value) {
  char buffer[kMaxNumberText];
  return std::string(buffer, format_number(value, buffer));
}

}  // namespace mlkit
