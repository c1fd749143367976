// Column names as identifiers.
#pragma once

#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlkit {

// Accents and compatibility forms to ASCII (Unicode NFKD, then ASCII only), camelCase and acronyms
// split ("HTTPCode" -> "http_code"), runs of everything but letters and digits to one '_', lower
// case. A leading digit gets an "x" before it. May be empty (a name with no letter or digit at all).
std::string snake_case(std::string_view name);

// snake_case of every name; empty ones become column_N (N from 1), and a name that an earlier
// column has already gets _2, _3, ... The result of an already clean list is the list itself.
std::vector<std::string> clean_names(std::span<const std::string> names);

}  // namespace mlkit
