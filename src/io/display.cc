#include "mlkit/io/display.h"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <iterator>

#include "mlkit/base/text.h"

namespace mlkit {
namespace {

struct CodeRange {
  std::uint32_t first;
  std::uint32_t last;
};

// Ranges that take two columns (Unicode's East Asian Width W and F, emoji), and that take none.
constexpr CodeRange kWide[] = {{0x1100, 0x115F},   {0x2E80, 0x303E},   {0x3041, 0x33FF},   {0x3400, 0x4DBF},
                               {0x4E00, 0x9FFF},   {0xA000, 0xA4CF},   {0xA960, 0xA97F},   {0xAC00, 0xD7A3},
                               {0xF900, 0xFAFF},   {0xFE30, 0xFE6F},   {0xFF00, 0xFF60},   {0xFFE0, 0xFFE6},
                               {0x1F300, 0x1F64F}, {0x1F680, 0x1F6FF}, {0x1F900, 0x1F9FF}, {0x20000, 0x3FFFD}};
constexpr CodeRange kNone[] = {{0x0300, 0x036F}, {0x0483, 0x0489}, {0x0591, 0x05BD}, {0x0610, 0x061A},
                               {0x064B, 0x065F}, {0x0E34, 0x0E3A}, {0x0E47, 0x0E4E}, {0x1AB0, 0x1AFF},
                               {0x1DC0, 0x1DFF}, {0x200B, 0x200F}, {0x202A, 0x202E}, {0x2060, 0x2064},
                               {0x20D0, 0x20FF}, {0xFE00, 0xFE0F}, {0xFE20, 0xFE2F}, {0xFEFF, 0xFEFF}};

template <std::size_t N>
bool is_in(const CodeRange (&ranges)[N], std::uint32_t code) {
  const auto* const range =
      std::find_if(std::begin(ranges), std::end(ranges), [&](const CodeRange& r) { return code <= r.last; });
  return range != std::end(ranges) && code >= range->first;
}

// The character at `at`, which is moved behind it. The text is well-formed UTF-8 where it matters; elsewhere a byte
// counts as a character.
std::uint32_t next_character(std::string_view text, std::size_t& at) {
  const auto lead = static_cast<unsigned char>(text[at++]);
  const int more = lead >= 0xF0 ? 3 : lead >= 0xE0 ? 2 : lead >= 0xC0 ? 1 : 0;
  std::uint32_t code = more == 0 ? lead : lead & (0x3Fu >> more);
  for (int i = 0; i < more && at < text.size() && (text[at] & 0xC0) == 0x80; ++i) {
    code = code << 6 | (static_cast<unsigned char>(text[at++]) & 0x3Fu);
  }
  return code;
}

std::size_t character_width(std::uint32_t code) {
  if (code < 0x300) return 1;
  if (is_in(kNone, code)) return 0;
  return is_in(kWide, code) ? 2 : 1;
}

void drop_trailing_zeros(std::string& text) {
  if (text.find('.') == std::string::npos) return;
  text.erase(text.find_last_not_of('0') + 1);
  if (text.back() == '.') text.pop_back();
}

}  // namespace

std::string display_number(double value) {
  if (std::isnan(value)) return "-";
  if (std::isinf(value)) return value > 0 ? "inf" : "-inf";
  if (value == 0) return "0";
  constexpr double kAllShown = 1e15;
  const double size = std::fabs(value);
  if (size >= kAllShown || size < 1e-4) return fmt::format("{:.4g}", value);
  int decimals = 0;
  if (value != std::floor(value)) {
    constexpr int kDigits = 5;
    int whole_digits = 1;
    for (double bound = 10; bound <= size; bound *= 10) ++whole_digits;
    for (double bound = 1; bound > size; bound /= 10) --whole_digits;
    decimals = std::max(0, kDigits - whole_digits);
  }
  std::string text = fmt::format("{:.{}f}", size, decimals);
  drop_trailing_zeros(text);
  const std::size_t point = std::min(text.find('.'), text.size());
  for (std::size_t at = point; at > 3; at -= 3) text.insert(at - 3, ",");
  return value < 0 ? "-" + text : text;
}

std::string display_percent(double share) {
  if (std::isnan(share)) return "-";
  const double percent = share * 100;
  if (percent > 0 && percent < 0.1) return "< 0.1 %";
  if (percent < 100 && percent > 99.9) return "> 99.9 %";
  std::string text = fmt::format("{:.1f}", percent);
  drop_trailing_zeros(text);
  return (text == "-0" ? "0" : text) + " %";
}

std::string display_count(std::uint64_t count, std::string_view singular) {
  return with_thousands(count) + " " + std::string(singular) + (count == 1 ? "" : "s");
}

std::size_t display_width(std::string_view text) {
  std::size_t width = 0;
  for (std::size_t at = 0; at < text.size();) width += character_width(next_character(text, at));
  return width;
}

std::string cut_display(std::string_view text, std::size_t width) {
  std::string out = escape_controls(text);
  if (display_width(out) <= width) return out;
  const std::size_t room = width > 2 ? width - 2 : 0;
  std::size_t end = 0;
  for (std::size_t at = 0, shown = 0; at < out.size();) {
    shown += character_width(next_character(out, at));
    if (shown > room) break;
    end = at;
  }
  return out.substr(0, end) + std::string(std::min<std::size_t>(width, 2), '.');
}

std::string pad_display(std::string_view text, std::size_t width, bool right_aligned) {
  std::string out = cut_display(text, width);
  const std::string blanks(width - std::min(width, display_width(out)), ' ');
  return right_aligned ? blanks + out : out + blanks;
}

std::vector<std::string> wrap_display(std::string_view text, std::size_t width) {
  const std::string safe = escape_controls(text);
  std::vector<std::string> lines(1);
  std::size_t used = 0;
  for (std::size_t at = 0; at < safe.size();) {
    const std::size_t end = std::min(safe.find(' ', at), safe.size());
    const std::string_view word = std::string_view(safe).substr(at, end - at);
    at = end + 1;
    const std::size_t needed = display_width(word);
    if (used > 0 && used + 1 + needed > width) {
      lines.emplace_back();
      used = 0;
    }
    if (used > 0) {
      lines.back() += ' ';
      ++used;
    }
    for (std::size_t i = 0; i < word.size();) {
      const std::size_t begin = i;
      const std::size_t step = character_width(next_character(word, i));
      if (used + step > width) {
        lines.emplace_back();
        used = 0;
      }
      lines.back() += word.substr(begin, i - begin);
      used += step;
    }
  }
  return lines;
}

}  // namespace mlkit
