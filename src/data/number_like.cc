#include "mlkit/data/number_like.h"

#include <algorithm>
#include <iterator>
#include <string>

#include "mlkit/base/text.h"
#include "mlkit/data/csv_columns.h"
#include "mlkit/data/numbers.h"

namespace mlkit {
namespace {

bool has_foreign_digits(std::string_view text) {
  for (std::size_t i = 0; i + 1 < text.size(); ++i) {
    const auto a = static_cast<unsigned char>(text[i]);
    const auto b = static_cast<unsigned char>(text[i + 1]);
    if (a == 0xD9 && b >= 0xA0 && b <= 0xA9) return true;  // Arabic-Indic
    if (a == 0xDB && b >= 0xB0 && b <= 0xB9) return true;  // Persian
    if (a == 0xEF && b == 0xBC && i + 2 < text.size()) {   // full width
      const auto c = static_cast<unsigned char>(text[i + 2]);
      if (c >= 0x90 && c <= 0x99) return true;
    }
  }
  return false;
}

}  // namespace

bool is_number_like(std::string_view text) {
  constexpr std::size_t kLongest = 40;
  text = trim_blanks(text);
  if (text.size() > kLongest) return false;
  if (text.size() > 2 && text[0] == '0' && (text[1] == 'x' || text[1] == 'X')) {
    return text.find_first_not_of("0123456789abcdefABCDEF", 2) == std::string_view::npos;
  }
  if (has_foreign_digits(text)) return true;
  std::string plain;
  std::size_t commas = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::string_view rest = text.substr(i);
    constexpr std::string_view kSigns[] = {"\xE2\x82\xAC", "\xC2\xA3", "\xC2\xA5", "\xC2\xA0", "\xE2\x80\xAF"};
    const auto* const sign =
        std::find_if(std::begin(kSigns), std::end(kSigns), [&](std::string_view s) { return rest.starts_with(s); });
    if (sign != std::end(kSigns)) {
      i += sign->size() - 1;
    } else if (text[i] == ',') {
      ++commas;
    } else if (std::string_view("$%_ '").find(text[i]) == std::string_view::npos) {
      plain += text[i];
    }
  }
  double value = 0;
  if (plain.size() + commas == 0) return false;
  return parse_number(plain, value) == NumberStatus::kNumber || !number_form_options(text).empty();
}

}  // namespace mlkit
