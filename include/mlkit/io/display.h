// Numbers and texts as people read them: in a terminal's columns, in a report's cells. Nothing here reads back
// exactly (that is format_number, data/numbers.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlkit {

// Five significant digits, thousands separated, trailing zeros dropped: 1234567 -> "1,234,567", 0.123456 ->
// "0.12346", 1e-7 -> "1e-07". Whole numbers below 1e15 in full. NaN -> "-", infinities "inf", "-inf".
std::string display_number(double value);
// A share in percent: 0.1234 -> "12.3 %", 0 -> "0 %", never "0 %" or "100 %" for what is not exactly that
// ("< 0.1 %", "> 99.9 %").
std::string display_percent(double share);
// "1 row", "2 rows", "12,345 rows".
std::string display_count(std::uint64_t count, std::string_view singular);

// Terminal columns of a UTF-8 text: 0 for combining marks, 2 for East Asian wide characters and emoji.
std::size_t display_width(std::string_view text);
// At most `width` columns, cut with ".." where it is longer; control characters escaped. Never cuts a character.
std::string cut_display(std::string_view text, std::size_t width);
// cut_display, then padded with blanks to exactly `width` columns.
std::string pad_display(std::string_view text, std::size_t width, bool right_aligned = false);
// Lines of at most `width` columns, broken at blanks (inside a word only where it is longer than a line).
std::vector<std::string> wrap_display(std::string_view text, std::size_t width);

}  // namespace mlkit
