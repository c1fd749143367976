// Small text functions shared by messages, names and options. All of them are locale-free.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlkit {

// Offset of the first byte that is not well-formed UTF-8 (RFC 3629: no overlong forms, no
// surrogates, at most U+10FFFF), or npos where all of it is.
std::size_t find_invalid_utf8(std::string_view bytes);

// Control characters and bytes that are not UTF-8 as \n, \t, \x1b ...: safe for a terminal.
std::string escape_controls(std::string_view text);

// Blanks (space, tab, CR, LF, VT, FF) removed at both ends.
std::string_view trim_blanks(std::string_view text);

std::string to_lower_ascii(std::string_view text);

// Levenshtein distance over bytes, transpositions counted as one (restricted Damerau).
std::size_t edit_distance(std::string_view a, std::string_view b);

// The candidate that a person who typed `word` most likely meant, or "" where none is near
// (distance at most max(1, length / 3), ignoring case and the difference of '-' and '_').
std::string nearest_name(std::string_view word, std::span<const std::string> candidates);

// Comma-separated list, items quoted as in CSV where they hold commas. "" gives an empty list.
std::vector<std::string> split_list(std::string_view text);

// "1,234,567" for people.
std::string with_thousands(unsigned long long value);

}  // namespace mlkit
