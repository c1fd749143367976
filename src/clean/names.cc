#include "mlkit/clean/names.h"

#include <unordered_set>

#include "ascii_forms.h"

namespace mlkit {
namespace {

bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

// One character of well-formed UTF-8 (names were checked when they were read); moves `i` past it.
// A byte that does not fit is passed over as a character without an ASCII form.
char32_t next_character(std::string_view text, std::size_t& i) {
  const auto byte = [&](std::size_t k) { return static_cast<unsigned char>(text[k]); };
  const unsigned first = byte(i);
  const std::size_t length = first < 0x80 ? 1 : first < 0xE0 ? 2 : first < 0xF0 ? 3 : 4;
  char32_t out = length == 1 ? first : first & (0x7Fu >> length);
  for (std::size_t k = i + 1; k < i + length && k < text.size(); ++k) out = (out << 6) | (byte(k) & 0x3Fu);
  i += length;
  return out;
}

std::string to_ascii(std::string_view name) {
  std::string out;
  for (std::size_t i = 0; i < name.size();) {
    const char32_t c = next_character(name, i);
    if (c < 0x80) {
      out += static_cast<char>(c);
    } else {
      out += internal::ascii_form(c);
    }
  }
  return out;
}

// Does a word begin at position i of ASCII text? "aB" and "1B" do at B, "ABc" at B.
bool word_begins(std::string_view text, std::size_t i) {
  if (i == 0 || !is_upper(text[i])) return false;
  const char before = text[i - 1];
  if (is_lower(before) || is_digit(before)) return true;
  return is_upper(before) && i + 1 < text.size() && is_lower(text[i + 1]);
}

}  // namespace

std::string snake_case(std::string_view name) {
  const std::string text = to_ascii(name);
  std::string out;
  bool gap = false;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (!is_upper(c) && !is_lower(c) && !is_digit(c)) {
      gap = true;
      continue;
    }
    if ((gap || word_begins(text, i)) && !out.empty()) out += '_';
    gap = false;
    out += is_upper(c) ? static_cast<char>(c - 'A' + 'a') : c;
  }
  if (!out.empty() && is_digit(out[0])) out.insert(0, 1, 'x');
  return out;
}

std::vector<std::string> clean_names(std::span<const std::string> names) {
  std::unordered_set<std::string> taken;
  std::vector<std::string> out;
  out.reserve(names.size());
  for (std::size_t i = 0; i < names.size(); ++i) {
    std::string base = snake_case(names[i]);
    if (base.empty()) base = "column_" + std::to_string(i + 1);
    std::string name = base;
    for (std::size_t k = 2; !taken.insert(name).second; ++k) name = base + "_" + std::to_string(k);
    out.push_back(std::move(name));
  }
  return out;
}

}  // namespace mlkit
