#include "mlkit/io/json.h"

#include <charconv>
#include <cmath>
#include <cstdint>
#include <iterator>
#include <optional>
#include <stdexcept>
#include <unordered_set>
#include <utility>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"

template class nlohmann::basic_json<nlohmann::ordered_map>;

namespace mlkit {
namespace {

constexpr std::size_t kMaxDepth = 64;
// An array of plain values stays on one line up to this many bytes.
constexpr std::size_t kInlineArray = 100;

// ---- writing -------------------------------------------------------------------------------------

void append_escaped(std::string& out, unsigned char c) {
  static constexpr char kHex[] = "0123456789abcdef";
  switch (c) {
    case '"': out += "\\\""; break;
    case '\\': out += "\\\\"; break;
    case '\b': out += "\\b"; break;
    case '\f': out += "\\f"; break;
    case '\n': out += "\\n"; break;
    case '\r': out += "\\r"; break;
    case '\t': out += "\\t"; break;
    default:
      out += "\\u00";
      out += kHex[c >> 4];
      out += kHex[c & 15];
  }
}

void append_string(std::string& out, std::string_view text) {
  out += '"';
  while (!text.empty()) {
    const std::size_t bad = find_invalid_utf8(text);
    for (const char c : text.substr(0, bad)) {
      const auto byte = static_cast<unsigned char>(c);
      if (byte < 0x20 || c == '"' || c == '\\' || byte == 0x7F) {
        append_escaped(out, byte);
      } else {
        out += c;
      }
    }
    if (bad == std::string_view::npos) break;
    out += "\xEF\xBF\xBD";
    text.remove_prefix(bad + 1);
  }
  out += '"';
}

template <class Number>
void append_number(std::string& out, Number value) {
  char buffer[40];
  out.append(buffer, std::to_chars(buffer, buffer + sizeof buffer, value).ptr);
}

void append_double(std::string& out, double value) {
  if (!std::isfinite(value)) throw std::logic_error("a number that is not finite was put into JSON");
  append_number(out, value);
  if (value == 0 && std::signbit(value)) out += ".0";  // "-0" would be read back as the integer 0
}

void append_value(std::string& out, const Json& value, int indent, std::size_t depth);

void append_break(std::string& out, int indent, std::size_t depth) {
  if (indent < 0) return;
  out += '\n';
  out.append(depth * static_cast<std::size_t>(indent), ' ');
}

void append_object(std::string& out, const Json& object, int indent, std::size_t depth) {
  out += '{';
  bool first = true;
  for (const auto& [key, member] : object.items()) {
    if (!first) out += indent < 0 ? ", " : ",";
    first = false;
    append_break(out, indent, depth + 1);
    append_string(out, key);
    out += ": ";
    append_value(out, member, indent, depth + 1);
  }
  if (!first) append_break(out, indent, depth);
  out += '}';
}

bool is_flat(const Json& array) {
  for (const Json& item : array) {
    if (item.is_structured()) return false;
  }
  return true;
}

void append_array(std::string& out, const Json& array, int indent, std::size_t depth) {
  const std::size_t begin = out.size();
  if (indent < 0 || is_flat(array)) {
    out += '[';
    for (std::size_t i = 0; i < array.size(); ++i) {
      if (i > 0) out += ", ";
      append_value(out, array[i], -1, depth + 1);
    }
    out += ']';
    if (indent < 0 || out.size() - begin <= kInlineArray) return;
    out.resize(begin);
  }
  out += '[';
  for (std::size_t i = 0; i < array.size(); ++i) {
    if (i > 0) out += ',';
    append_break(out, indent, depth + 1);
    append_value(out, array[i], indent, depth + 1);
  }
  append_break(out, indent, depth);
  out += ']';
}

void append_value(std::string& out, const Json& value, int indent, std::size_t depth) {
  switch (value.type()) {
    case Json::value_t::object: append_object(out, value, indent, depth); break;
    case Json::value_t::array: append_array(out, value, indent, depth); break;
    case Json::value_t::string: append_string(out, value.get_ref<const std::string&>()); break;
    case Json::value_t::boolean: out += value.get<bool>() ? "true" : "false"; break;
    case Json::value_t::number_integer: append_number(out, value.get<std::int64_t>()); break;
    case Json::value_t::number_unsigned: append_number(out, value.get<std::uint64_t>()); break;
    case Json::value_t::number_float: append_double(out, value.get<double>()); break;
    case Json::value_t::null: out += "null"; break;
    case Json::value_t::binary:
    case Json::value_t::discarded: throw std::logic_error("a value that JSON does not have");
  }
}

// ---- reading -------------------------------------------------------------------------------------

// Counts the bytes that the parser has taken, so that an error found by us has a place too.
class CountingIterator {
 public:
  using iterator_category = std::input_iterator_tag;
  using value_type = char;
  using difference_type = std::ptrdiff_t;
  using pointer = const char*;
  using reference = const char&;

  CountingIterator(const char* at, const char** furthest) : at_(at), furthest_(furthest) {}
  reference operator*() const { return *at_; }
  CountingIterator& operator++() {
    *furthest_ = ++at_;
    return *this;
  }
  CountingIterator operator++(int) {
    CountingIterator old = *this;
    ++*this;
    return old;
  }
  bool operator==(const CountingIterator& other) const { return at_ == other.at_; }
  bool operator!=(const CountingIterator& other) const { return at_ != other.at_; }

 private:
  const char* at_;
  const char** furthest_;
};

class JsonBuilder : public nlohmann::json_sax<Json> {
 public:
  bool null() override { return put(nullptr); }
  bool boolean(bool value) override { return put(value); }
  bool number_integer(number_integer_t value) override { return put(value); }
  bool number_unsigned(number_unsigned_t value) override { return put(value); }
  bool number_float(number_float_t value, const string_t& text) override {
    if (!std::isfinite(value)) return fail("the number " + text + " is beyond the range of a double");
    return put(value);
  }
  bool string(string_t& value) override { return put(std::move(value)); }
  bool binary(binary_t&) override { return fail("binary values are not JSON"); }

  bool start_object(std::size_t) override { return open(Json::object()); }
  bool start_array(std::size_t) override { return open(Json::array()); }
  bool end_object() override { return close(); }
  bool end_array() override { return close(); }
  bool key(string_t& name) override {
    Level& level = levels_.back();
    if (!level.keys.insert(name).second) return fail("the key \"" + name + "\" appears twice");
    level.key = std::move(name);
    return true;
  }
  bool parse_error(std::size_t, const std::string&, const nlohmann::detail::exception& error) override {
    const std::string_view text = error.what();
    // "[json.exception.parse_error.101] parse error at line 1, column 5: what" -> "what"
    std::size_t begin = text.find("column ");
    begin = begin == std::string_view::npos ? text.find("] ") : text.find(": ", begin);
    return fail(std::string(begin == std::string_view::npos ? text : text.substr(begin + 2)));
  }

  Json take() { return std::move(root_); }
  const std::string& problem() const { return problem_; }

 private:
  struct Level {
    Json value;
    std::string key;
    std::unordered_set<std::string> keys;
  };

  bool fail(std::string what) {
    if (problem_.empty()) problem_ = std::move(what);
    return false;
  }
  template <class Value>
  bool put(Value&& value) {
    if (levels_.empty()) {
      root_ = Json(std::forward<Value>(value));
      return true;
    }
    Level& level = levels_.back();
    if (level.value.is_array()) {
      level.value.push_back(Json(std::forward<Value>(value)));
    } else {
      // Straight to the end: the key is known to be new, and operator[] would search for it.
      level.value.get_ref<Json::object_t&>().push_back({std::move(level.key), Json(std::forward<Value>(value))});
    }
    return true;
  }
  bool open(Json empty) {
    if (levels_.size() >= kMaxDepth) return fail("more than " + std::to_string(kMaxDepth) + " levels of nesting");
    levels_.push_back({std::move(empty), {}, {}});
    return true;
  }
  bool close() {
    Json value = std::move(levels_.back().value);
    levels_.pop_back();
    return put(std::move(value));
  }

  Json root_;
  std::vector<Level> levels_;
  std::string problem_;
};

[[noreturn]] void throw_at(std::string_view text, std::size_t offset, const std::string& name, std::string what) {
  offset = offset > 0 ? offset - 1 : 0;  // the last byte taken
  std::uint64_t line = 1;
  std::size_t line_start = 0;
  for (std::size_t i = 0; i < offset && i < text.size(); ++i) {
    if (text[i] != '\n') continue;
    ++line;
    line_start = i + 1;
  }
  throw Error(ErrorCode::kData, "not valid JSON: " + std::move(what),
              {.file = name, .line = line, .field = offset - line_start + 1, .column = {}, .hint = {}});
}

// ---- fields --------------------------------------------------------------------------------------

std::string key_of(std::string name) {
  for (char& c : name) {
    if (c == '-') c = '_';
  }
  return name;
}

Json field_value(const Field& field) {
  return std::visit(
      [](const auto* target) -> Json {
        using T = std::remove_cvref_t<decltype(*target)>;
        if constexpr (std::is_same_v<T, double>) {
          return std::isfinite(*target) ? Json(*target) : Json(*target > 0 ? "inf" : "-inf");
        } else if constexpr (std::is_same_v<T, bool> || std::is_same_v<T, std::int64_t> ||
                             std::is_same_v<T, std::string> || std::is_same_v<T, std::vector<std::string>>) {
          return Json(*target);
        } else {
          return *target ? Json(**target) : Json(nullptr);
        }
      },
      field.target);
}

// A plain JSON value as the text that a flag would have.
std::string flag_text(const Json& value) { return value.is_string() ? value.get<std::string>() : json_text(value, -1); }

void set_list(const Field& field, const Json& array, const std::string& shown) {
  std::vector<std::string>& target = *std::get<std::vector<std::string>*>(field.target);
  std::vector<std::string> items;
  for (const Json& item : array) {
    if (item.is_structured() || item.is_null()) throw_usage(shown + ": the items of the list are plain values");
    // One item at a time, quoted, so that choices are checked and a comma inside stays inside.
    std::string quoted = "\"";
    for (const char c : flag_text(item)) quoted += c == '"' ? std::string("\"\"") : std::string(1, c);
    set_field(field, quoted + "\"", shown);
    items.insert(items.end(), target.begin(), target.end());
  }
  target = std::move(items);
}

void reset_optional(const Field& field, const std::string& shown) {
  std::visit(
      [&](auto* target) {
        if constexpr (requires { target->reset(); }) {
          target->reset();
        } else {
          throw_usage(shown + " needs a value, not null");
        }
      },
      field.target);
}

void set_from_json(const Field& field, const Json& value, const std::string& shown) {
  const bool list = std::holds_alternative<std::vector<std::string>*>(field.target);
  if (value.is_null()) {
    reset_optional(field, shown);
  } else if (value.is_array()) {
    if (!list) throw_usage(shown + ": one value is needed, not a list");
    set_list(field, value, shown);
  } else {
    set_field(field, flag_text(value), shown);
  }
}

}  // namespace

std::string json_text(const Json& value, int indent) {
  std::string out;
  append_value(out, value, indent, 0);
  return out;
}

Json parse_json(std::string_view text, const std::string& name, bool comments) {
  JsonBuilder builder;
  const char* furthest = text.data();
  const CountingIterator begin(text.data(), &furthest);
  const CountingIterator end(text.data() + text.size(), &furthest);
  if (!Json::sax_parse(begin, end, &builder, nlohmann::detail::input_format_t::json, true, comments)) {
    throw_at(text, static_cast<std::size_t>(furthest - text.data()), name, builder.problem());
  }
  return builder.take();
}

Json fields_to_json(const FieldList& fields) {
  Json object = Json::object();
  for (const Field& field : fields.all()) object[key_of(field.name)] = field_value(field);
  return object;
}

void fields_from_json(const FieldList& fields, const Json& object, const std::string& name) {
  const auto complain = [&](const std::string& what, std::string hint) {
    throw Error(ErrorCode::kUsage, what, {.file = name, .column = {}, .hint = std::move(hint)});
  };
  if (!object.is_object()) complain("options are one JSON object", "");
  std::vector<std::string> names;
  for (const Field& field : fields.all()) names.push_back(key_of(field.name));
  for (const auto& [key, value] : object.items()) {
    const auto& all = fields.all();
    std::size_t i = 0;
    while (i < all.size() && names[i] != key_of(key)) ++i;
    if (i == all.size()) {
      const std::string near = nearest_name(key, names);
      complain("unknown option \"" + key + "\"", near.empty() ? "" : "did you mean \"" + near + "\"?");
    }
    try {
      set_from_json(all[i], value, "\"" + key + "\"");
    } catch (const Error& error) {
      throw error.with_file(name);
    }
  }
}

}  // namespace mlkit
