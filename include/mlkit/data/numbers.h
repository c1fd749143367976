// Text to double and back, exact and without the locale.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>

namespace mlkit {

enum class NumberStatus {
  kNumber,  // a finite decimal number, correctly rounded (round half to even)
  kNotANumber,
  kNotFinite  // inf, infinity (any case, signed), or beyond the range of a double (1e400)
};

// The grammar: [+-] digits [. digits] [(e|E) [+-] digits], at least one digit in the mantissa; no
// blanks (trim first), no hex, no separators. Underflow gives 0 or a subnormal.
NumberStatus parse_number(std::string_view text, double& value);

// The shortest text that reads back to the same double, "5" for 5.0, "-0" for -0.0. Never used for
// NaN or inf (asserted). Writes at most kMaxNumberText bytes, returns one past the last.
inline constexpr std::size_t kMaxNumberText = 32;
char* format_number(double value, char* out);
std::string format_number(double value);

}  // namespace mlkit
