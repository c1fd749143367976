// JSON in and out. The only door to nlohmann_json for code outside io/ and serve/: it closes the
// library's traps (NaN written as null, a throw on text that is not UTF-8, the last of duplicate
// keys winning, unbounded depth).
#pragma once

#include <string>
#include <string_view>

#include <nlohmann/json.hpp>

#include "mlkit/base/fields.h"

// Instantiated once, in json.cc: every file that builds an object would compile it again.
extern template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace mlkit {

using Json = nlohmann::ordered_json;

// Text of a value; `indent` < 0 is one line. Numbers as the shortest text that reads back; text that
// is not UTF-8 has the bad bytes replaced by U+FFFD. NaN and inf must not be put in (throws std::logic_error:
// leave a member out, or write the word, where a number is not defined).
std::string json_text(const Json& value, int indent = 2);

// Strict: duplicate keys, more than 64 levels, numbers beyond double, trailing bytes are errors.
// `// comments` are allowed when `comments`. Throws Error(kData) with line and column; `name` is the file.
Json parse_json(std::string_view text, const std::string& name, bool comments = false);

// A struct with fields() as an object, and back (unknown keys refused with the nearest name).
Json fields_to_json(const FieldList& fields);
void fields_from_json(const FieldList& fields, const Json& object, const std::string& name);

template <class Struct>
Json struct_to_json(Struct object) {
  FieldList list;
  list.add_struct(object);
  return fields_to_json(list);
}

}  // namespace mlkit
