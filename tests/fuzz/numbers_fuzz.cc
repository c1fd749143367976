// Numbers: the text of a cell against a grammar written down a second time and the standard library's exact
// conversion; and any double written and read back.
#include <bit>
#include <charconv>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>

#include "mlkit/data/numbers.h"

namespace {

std::size_t skip_digits(std::string_view text, std::size_t at) {
  while (at < text.size() && text[at] >= '0' && text[at] <= '9') ++at;
  return at;
}

bool is_sign(std::string_view text, std::size_t at) { return at < text.size() && (text[at] == '+' || text[at] == '-'); }

// [+-] digits [. digits] [(e|E) [+-] digits], at least one digit in the mantissa.
bool is_decimal(std::string_view text) {
  std::size_t at = is_sign(text, 0) ? 1 : 0;
  std::size_t end = skip_digits(text, at);
  std::size_t digits = end - at;
  if (end < text.size() && text[end] == '.') {
    at = end + 1;
    end = skip_digits(text, at);
    digits += end - at;
  }
  if (digits == 0) return false;
  if (end < text.size() && (text[end] == 'e' || text[end] == 'E')) {
    at = end + 1;
    if (is_sign(text, at)) ++at;
    end = skip_digits(text, at);
    if (end == at) return false;
  }
  return end == text.size();
}

void require(bool claim) {
  if (!claim) std::abort();
}

// Written and read back: the same bits.
void check_round_trip(double value) {
  const std::string text = mlkit::format_number(value);
  double back = 0;
  require(text.size() <= mlkit::kMaxNumberText);
  require(mlkit::parse_number(text, back) == mlkit::NumberStatus::kNumber);
  require(std::bit_cast<std::uint64_t>(back) == std::bit_cast<std::uint64_t>(value));
}

void check_text(std::string_view text) {
  double value = 0;
  const mlkit::NumberStatus status = mlkit::parse_number(text, value);
  if (!is_decimal(text)) {
    require(status != mlkit::NumberStatus::kNumber);
    return;
  }
  require(status != mlkit::NumberStatus::kNotANumber);
  double exact = 0;
  const std::string_view plain = text[0] == '+' ? text.substr(1) : text;
  const auto [end, error] = std::from_chars(plain.data(), plain.data() + plain.size(), exact);
  require(end == plain.data() + plain.size());
  if (status == mlkit::NumberStatus::kNumber) {
    require(std::isfinite(value) && std::signbit(value) == (text[0] == '-'));
    // Out of range is what the library says of both ends; what is too small is a zero here.
    require(error == std::errc() ? value == exact : value == 0);
    check_round_trip(value);
  } else {
    require(error == std::errc::result_out_of_range);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  check_text({reinterpret_cast<const char*>(data), size});
  if (size >= sizeof(double)) {
    double value = 0;
    std::memcpy(&value, data, sizeof value);
    if (std::isfinite(value)) check_round_trip(value);
  }
  return 0;
}
