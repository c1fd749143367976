#include "mlkit/base/fields.h"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <type_traits>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"

namespace mlkit {
namespace {

std::string number_text(double value) {
  if (value == std::floor(value) && std::abs(value) < 1e15) return std::to_string(static_cast<long long>(value));
  char buffer[64];
  const auto [end, status] = std::to_chars(buffer, buffer + sizeof buffer, value);
  return std::string(buffer, status == std::errc() ? end : buffer);
}

std::string range_text(const NumberRange& range) {
  std::string out;
  if (std::isfinite(range.min)) out += (range.min_open ? "above " : "at least ") + number_text(range.min);
  if (std::isfinite(range.max)) {
    if (!out.empty()) out += " and ";
    out += (range.max_open ? "below " : "at most ") + number_text(range.max);
  }
  if (range.allow_inf) out += out.empty() ? "a number or inf" : ", or inf";
  return out.empty() ? "a finite number" : out;
}

void check_range(double value, const NumberRange& range, const std::string& text, const std::string& name) {
  const bool below = value < range.min || (range.min_open && value == range.min);
  const bool over = value > range.max || (range.max_open && value == range.max);
  if (below || over) throw_usage(name + " must be " + range_text(range) + ", not " + text);
}

std::string_view without_plus(std::string_view text) {
  return text.size() > 1 && text[0] == '+' && text[1] != '-' && text[1] != '+' ? text.substr(1) : text;
}

double parse_double(const std::string& text, const FieldInfo& info, const std::string& name) {
  if (info.range.allow_inf && (text == "inf" || text == "+inf")) return std::numeric_limits<double>::infinity();
  const std::string_view digits = without_plus(text);
  double value = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (status != std::errc() || end != digits.data() + digits.size() || !std::isfinite(value)) {
    throw_usage(name + " needs a number (" + range_text(info.range) + "), not \"" + text + "\"");
  }
  check_range(value, info.range, text, name);
  return value;
}

std::int64_t parse_integer(const std::string& text, const FieldInfo& info, const std::string& name) {
  const std::string_view digits = without_plus(text);
  std::int64_t value = 0;
  const auto [end, status] = std::from_chars(digits.data(), digits.data() + digits.size(), value);
  if (status != std::errc() || end != digits.data() + digits.size()) {
    throw_usage(name + " needs a whole number (" + range_text(info.range) + "), not \"" + text + "\"");
  }
  check_range(static_cast<double>(value), info.range, text, name);
  return value;
}

bool parse_bool(const std::string& text, const std::string& name) {
  const std::string folded = to_lower_ascii(text);
  if (folded == "true" || folded == "yes" || folded == "1") return true;
  if (folded == "false" || folded == "no" || folded == "0") return false;
  throw_usage(name + " is true or false, not \"" + text + "\"");
}

std::string fold(std::string text) {
  std::replace(text.begin(), text.end(), '-', '_');
  return to_lower_ascii(text);
}

std::string parse_text(const std::string& text, const FieldInfo& info, const std::string& name) {
  if (info.choices.empty()) return text;
  for (const std::string& choice : info.choices) {
    if (fold(choice) == fold(text)) return choice;
  }
  std::string all;
  for (const std::string& choice : info.choices) all += (all.empty() ? "" : ", ") + choice;
  const std::string near = nearest_name(text, info.choices);
  throw_usage(name + " is one of " + all + ", not \"" + text + "\"", near.empty() ? "" : "did you mean " + near + "?");
}

}  // namespace

void set_field(const Field& field, const std::string& text, const std::string& shown_name) {
  std::visit(
      [&](auto* target) {
        using T = std::remove_pointer_t<decltype(target)>;
        if constexpr (std::is_same_v<T, bool>) {
          *target = parse_bool(text, shown_name);
        } else if constexpr (std::is_same_v<T, std::int64_t> || std::is_same_v<T, std::optional<std::int64_t>>) {
          *target = parse_integer(text, field.info, shown_name);
        } else if constexpr (std::is_same_v<T, double> || std::is_same_v<T, std::optional<double>>) {
          *target = parse_double(text, field.info, shown_name);
        } else if constexpr (std::is_same_v<T, std::vector<std::string>>) {
          target->clear();
          for (const std::string& item : split_list(text)) target->push_back(parse_text(item, field.info, shown_name));
        } else {
          *target = parse_text(text, field.info, shown_name);
        }
      },
      field.target);
}

}  // namespace mlkit
