// Words that people write for numbers: 5%, $5, 1,000, 0x1F, 1,5, digits of other scripts.
#pragma once

#include <string_view>

namespace mlkit {

// Is the text a number in another form than the plain one, perhaps one that --decimal or --thousands reads? For texts
// of at most 40 bytes; plain numbers give true as well.
bool is_number_like(std::string_view text);

}  // namespace mlkit
