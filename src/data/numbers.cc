#include "mlkit/data/numbers.h"

#include <array>
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

// Texts that neither two doubles nor 64-bit integers give exactly: the standard library's exact conversion.
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

// 64 bits times 64 bits. (No 128-bit type: 32-bit targets have none.)
struct Wide {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
};

constexpr Wide multiply(std::uint64_t a, std::uint64_t b) {
  const std::uint64_t a0 = a & 0xFFFFFFFFu, a1 = a >> 32;
  const std::uint64_t b0 = b & 0xFFFFFFFFu, b1 = b >> 32;
  const std::uint64_t middle = a1 * b0 + (a0 * b0 >> 32);
  const std::uint64_t other = a0 * b1 + (middle & 0xFFFFFFFFu);
  return {a1 * b1 + (middle >> 32) + (other >> 32), a * b};
}

// A divisor with its top bit set, and floor((2^128 - 1) / value) - 2^64.
struct Divisor {
  std::uint64_t value = 0;
  std::uint64_t reciprocal = 0;
  int shift = 0;  // the number divided by, times 2^shift, is `value`
};

constexpr int kMostPower = 27;  // 5^27 is the largest below 2^64

constexpr std::array<std::uint64_t, kMostPower + 1> powers_of_five() {
  std::array<std::uint64_t, kMostPower + 1> out{};
  out[0] = 1;
  for (std::size_t k = 1; k < out.size(); ++k) out[k] = out[k - 1] * 5;
  return out;
}
constexpr std::array<std::uint64_t, kMostPower + 1> kPowersOfFive = powers_of_five();

constexpr std::array<Divisor, kMostPower + 1> divisors() {
  std::array<Divisor, kMostPower + 1> out{};
  for (std::size_t k = 0; k < out.size(); ++k) {
    const int shift = std::countl_zero(kPowersOfFive[k]);
    const std::uint64_t d = kPowersOfFive[k] << shift;
    std::uint64_t rest = ~d;  // (2^128 - 1) - 2^64 d, divided bit by bit
    std::uint64_t quotient = 0;
    for (int bit = 0; bit < 64; ++bit) {
      const bool carry = rest >> 63 != 0;
      rest = rest << 1 | 1;
      quotient <<= 1;
      if (carry || rest >= d) rest -= d, quotient |= 1;
    }
    out[k] = {d, quotient, shift};
  }
  return out;
}
constexpr std::array<Divisor, kMostPower + 1> kDivisors = divisors();

// floor(n / d) for n.high < d, and whether something is left (Moeller and Granlund, "Improved division by invariant
// integers", IEEE Trans. Computers 60, 2011, algorithm 4).
std::uint64_t divide(Wide n, const Divisor& d, bool& rest) {
  Wide q = multiply(d.reciprocal, n.high);
  q.low += n.low;
  q.high += n.high + (q.low < n.low ? 1 : 0) + 1;
  std::uint64_t r = n.low - q.high * d.value;
  if (r > q.low) {
    --q.high;
    r += d.value;
  }
  if (r >= d.value) {
    ++q.high;
    r -= d.value;
  }
  rest = r != 0;
  return q.high;
}

// The double nearest to bits * 2^exponent (a little more where `more`), ties to even. `bits` has 55 bits at least;
// the result is normal.
double round_to_double(std::uint64_t bits, bool more, int exponent) {
  const int shift = 64 - std::countl_zero(bits) - 53;
  std::uint64_t kept = bits >> shift;
  const std::uint64_t half = std::uint64_t{1} << (shift - 1);
  const std::uint64_t rest = bits & (2 * half - 1);
  kept += rest > half || (rest == half && (more || (kept & 1) != 0)) ? 1 : 0;
  const double scale = std::bit_cast<double>(static_cast<std::uint64_t>(1023 + exponent + shift) << 52);
  return static_cast<double>(static_cast<std::int64_t>(kept)) * scale;  // exact: at most 2^53 times a power of two
}

// digits * 10^power, |power| <= kMostPower, digits > 0, by integers alone: all bits of digits * 5^power, or those of
// digits / 5^-power and whether there are more, rounded once.
double exact_by_integers(std::uint64_t digits, int power) {
  const int lead = std::countl_zero(digits);
  const std::uint64_t top = digits << lead;
  if (power >= 0) {
    const Wide product = multiply(top, kPowersOfFive[static_cast<std::size_t>(power)]);
    if (product.high == 0) return round_to_double(product.low, false, power - lead);
    const int room = std::countl_zero(product.high);
    const Wide shifted =
        room == 0 ? product : Wide{product.high << room | product.low >> (64 - room), product.low << room};
    return round_to_double(shifted.high, shifted.low != 0, power - lead + 64 - room);
  }
  const Divisor& divisor = kDivisors[static_cast<std::size_t>(-power)];
  const bool halve = top >= divisor.value;
  const Wide numerator = halve ? Wide{top >> 1, top << 63} : Wide{top, 0};
  bool more = false;
  const std::uint64_t quotient = divide(numerator, divisor, more);
  return round_to_double(quotient, more, power - lead + divisor.shift - (halve ? 63 : 64));
}

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
  if (decimal.exact && decimal.exponent >= -kMostPower && decimal.exponent <= kMostPower) {
    const double magnitude = exact_by_integers(decimal.digits, static_cast<int>(decimal.exponent));
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

std::optional<std::string_view> to_plain_number(std::string_view text, const NumberForm& form, std::string& scratch) {
  scratch.clear();
  std::size_t at = 0;
  if (at < text.size() && (text[at] == '-' || text[at] == '+')) scratch += text[at++];
  const auto separator = [&]() -> std::size_t {  // bytes of a thousands separator here
    if (form.thousands == 0 || at >= text.size()) return 0;
    if (text[at] == form.thousands) return 1;
    if (form.thousands != ' ') return 0;
    const std::string_view rest = text.substr(at);
    return rest.starts_with("\xC2\xA0") ? 2 : rest.starts_with("\xE2\x80\xAF") ? 3 : 0;
  };
  constexpr std::size_t kGroup = 3;
  std::size_t digits = 0;  // in this group
  std::size_t groups = 1;
  while (at < text.size()) {
    if (is_digit(text[at])) {
      scratch += text[at++];
      ++digits;
      continue;
    }
    const std::size_t size = separator();
    if (size == 0) break;
    if (digits == 0 || digits > kGroup || (groups > 1 && digits != kGroup)) return std::nullopt;
    at += size;
    digits = 0;
    ++groups;
  }
  if (groups > 1 && digits != kGroup) return std::nullopt;
  const std::string_view rest = text.substr(at);
  if (rest.starts_with(form.decimal)) {
    scratch += '.';
    at += 1;
  } else if (rest.starts_with('.')) {
    return std::nullopt;  // a plain number's point is not one of this form
  }
  // What follows is digits and an exponent, or no number: a second sign of either kind cannot be one.
  const std::string_view tail = text.substr(at);
  if (tail.find('.') != std::string_view::npos) return std::nullopt;
  scratch += tail;
  return scratch;
}

}  // namespace mlkit
