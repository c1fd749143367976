// Letters with accents and compatibility characters as plain ASCII.
#pragma once

#include <string_view>

namespace mlkit::internal {

// The ASCII part of the compatibility decomposition of a character beyond ASCII ("é" -> "e", "ﬁ" ->
// "fi", "²" -> "2"); empty where there is none.
std::string_view ascii_form(char32_t character);

}  // namespace mlkit::internal
