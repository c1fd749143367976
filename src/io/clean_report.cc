#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <vector>

#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"
#include "mlkit/io/clean_json.h"

namespace mlkit {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kColumns = 5;
constexpr std::size_t kLongestName = 26;
constexpr std::size_t kLongestText = 14;
constexpr std::size_t kRenamedShown = 3;

using Line = std::array<std::string, kColumns>;

// Characters, not bytes: continuation bytes of UTF-8 take no place.
std::size_t shown_width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

// At most `width` characters, the last two of them ".." where the text was cut.
std::string shorten(const std::string& raw, std::size_t width) {
  const std::string text = escape_controls(raw);
  if (shown_width(text) <= width) return text;
  std::size_t end = 0;
  for (std::size_t characters = 0; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0u) != 0x80u;
    if (begins && ++characters > width - 2) break;
  }
  return text.substr(0, end) + "..";
}

// Six significant digits are enough for eyes; the JSON has them all.
std::string short_number(double value) {
  const double size = std::abs(value);
  if (size != 0 && (size < 1e-4 || size >= 1e15)) return shorten(format_number(value), kLongestText);
  double scale = 1;
  while (size * scale < 1e5 && scale < 1e9) scale *= 10;
  const double rounded = std::round(value * scale) / scale;
  return shorten(format_number(rounded == 0 ? 0.0 : rounded), kLongestText);
}

Line line_of(const CleanColumn& column, const CleanColumnCounts& counts) {
  Line line;
  line[0] = shorten(column.name, kLongestName);
  if (counts.filled > 0) {
    line[1] = with_thousands(counts.filled);
    line[2] = column.source.type == ColumnType::kNumeric ? short_number(column.fill_number)
                                                         : shorten(column.fill_text, kLongestText);
  }
  if (column.outliers != OutlierAction::kNone && counts.outliers > 0) {
    line[3] = with_thousands(counts.outliers);
    line[4] = short_number(column.low) + " .. " + short_number(column.high);
  }
  return line;
}

std::string pad(const std::string& text, std::size_t width, bool left) {
  const std::string blanks(width - std::min(width, shown_width(text)), ' ');
  return left ? text + blanks : blanks + text;
}

std::string render_lines(const std::vector<Line>& lines) {
  std::array<std::size_t, kColumns> widths{};
  for (const Line& line : lines) {
    for (std::size_t i = 0; i < kColumns; ++i) widths[i] = std::max(widths[i], shown_width(line[i]));
  }
  std::string out;
  for (const Line& line : lines) {
    std::string text = " ";
    for (std::size_t i = 0; i < kColumns; ++i) text += " " + pad(line[i], widths[i], i == 0 || i == 4);
    text.erase(text.find_last_not_of(' ') + 1);
    out += shorten(text, kWidth) + "\n";
  }
  return out;
}

std::string render_renamed(const CleanReport& report) {
  if (report.renamed.empty()) return {};
  std::string examples;
  for (std::size_t i = 0; i < report.renamed.size() && i < kRenamedShown; ++i) {
    examples +=
        (i > 0 ? ", " : "") + shorten(report.renamed[i].first, kLongestName) + " -> " + report.renamed[i].second;
  }
  if (report.renamed.size() > kRenamedShown) examples += ", ..";
  return "  renamed   " +
         shorten(std::to_string(report.renamed.size()) + " of " + std::to_string(report.columns_in) +
                     " columns: " + examples,
                 kWidth - 12) +
         "\n";
}

std::string counted(std::uint64_t count, const std::string& what) {
  return with_thousands(count) + " " + what + (count == 1 ? "" : "s");
}

// Where cells are still missing: texts by default, and the target.
std::string render_left(const CleanRecipe& recipe, const CleanReport& report) {
  std::uint64_t left = 0;
  std::string names;
  for (std::size_t c = 0; c < recipe.columns.size() && c < report.counts.size(); ++c) {
    if (report.counts[c].left == 0) continue;
    left += report.counts[c].left;
    names += (names.empty() ? "" : ", ") + recipe.columns[c].name;
  }
  if (left == 0) return {};
  return "  missing   " + shorten(counted(left, "cell") + " left missing: " + names, kWidth - 12) + "\n";
}

std::string percent(double share) { return short_number(std::round(share * 1000) / 10) + " %"; }

std::string action_text(const CleanRecipe& recipe) {
  const std::string& action = recipe.options.outlier_action;
  if (action == "median") return "replaced with the median";
  if (action == "cap") return "moved to the fence";
  if (action == "null") return "made missing";
  if (action == "drop") return "their rows dropped";
  return "flagged in NAME_outlier";
}

}  // namespace

std::string render_clean_report(const CleanRecipe& recipe, const CleanReport& report) {
  std::string out = "  rows      " + with_thousands(report.rows_in) + " -> " + with_thousands(report.rows_out) + "\n";
  out += "  columns   " + with_thousands(report.columns_in) + " -> " + with_thousands(report.columns_out) + "\n";
  const auto dropped = [&](std::uint64_t rows, const std::string& why) {
    if (rows > 0) out += "  dropped   " + counted(rows, "row") + " " + why + "\n";
  };
  dropped(report.dropped_duplicates, "equal to an earlier one");
  dropped(report.dropped_missing,
          "with more than " + percent(recipe.options.max_row_missing) + " of the cells missing");
  dropped(report.dropped_outliers, "with outliers");
  out += render_renamed(report);

  out += render_left(recipe, report);

  std::vector<Line> lines = {{"column", "filled", "with", "outliers", "outside of"}};
  std::uint64_t filled = 0;
  std::uint64_t outliers = 0;
  for (std::size_t c = 0; c < recipe.columns.size() && c < report.counts.size(); ++c) {
    filled += report.counts[c].filled;
    outliers += report.counts[c].outliers;
    if (report.counts[c].filled + report.counts[c].outliers > 0)
      lines.push_back(line_of(recipe.columns[c], report.counts[c]));
  }
  if (filled > 0) out += "  filled    " + counted(filled, "cell") + " (" + shorten(recipe.options.impute, 40) + ")\n";
  if (outliers > 0) out += "  outliers  " + counted(outliers, "cell") + ", " + action_text(recipe) + "\n";
  if (filled + outliers == 0) return out + "  no cell was changed\n";
  return out + "\n" + render_lines(lines);
}

}  // namespace mlkit
