// Text to double and back, exact and without the locale.
#pragma once

#include <cstddef>
#include <optional>
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

// How numbers are written where they are not plain: "1.234,5" has the decimal ',' and the thousands separator '.'.
struct NumberForm {
  char decimal = '.';
  char thousands = 0;  // 0: none; ' ' stands for the no-break space (U+00A0) and its narrow form (U+202F), too

  bool is_plain() const { return decimal == '.' && thousands == 0; }
  friend bool operator==(const NumberForm&, const NumberForm&) = default;
};

// The same number in the plain grammar ("1234.5"), for parse_number; nullopt where the text is no number of this form:
// another sign than the form's, or groups between thousands separators that are not of three digits (the first: one to
// three). A number without separators is one of the form, too. `scratch` holds the answer.
std::optional<std::string_view> to_plain_number(std::string_view text, const NumberForm& form, std::string& scratch);

// The shortest text that reads back to the same double, "5" for 5.0, "-0" for -0.0. Never used for
// NaN or inf (asserted). Writes at most kMaxNumberText bytes, returns one past the last.
inline constexpr std::size_t kMaxNumberText = 32;
char* format_number(double value, char* out);
std::string format_number(double value);

}  // namespace mlkit
