// Guessing how to read a column, and telling people what they should know about its type.
#include <algorithm>
#include <cmath>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/text.h"
#include "mlkit/data/csv_columns.h"
#include "mlkit/data/number_like.h"
#include "mlkit/data/numbers.h"

namespace mlkit {
namespace {

constexpr std::size_t kFewWords = 8;

struct Word {
  std::string text;
  std::size_t count = 0;
  std::size_t first_row = 0;
};

// What the cells of a text column are, as long as there are few different words in it.
struct Tally {
  std::size_t numbers = 0;
  std::size_t number_like = 0;  // 5%, $5, 1,000, 0x1F, 1,5 ..
  std::size_t others = 0;       // cells that are no numbers at all
  std::size_t codes = 0;
  bool long_code = false;  // a code for its length
  Word first_like;
  Word first_code;
  std::vector<Word> words;  // the others, in the order of their first row
  bool many = false;        // more than kFewWords
};

void count_cell(Tally& tally, CsvCellKind kind, std::string_view text, std::size_t row, std::size_t count) {
  const auto first = [&](Word& word) {
    if (word.count == 0 || row < word.first_row) {
      word.text = text;
      word.first_row = row;
    }
    word.count += count;
  };
  if (kind == CsvCellKind::kNumber) {
    tally.numbers += count;
  } else if (kind == CsvCellKind::kCode) {
    tally.codes += count;
    const std::string_view digits = trim_blanks(text);
    if (tally.first_code.count == 0 || row < tally.first_code.first_row) {
      tally.long_code = digits.find_first_not_of("+-0") == digits.find_first_not_of("+-");
    }
    first(tally.first_code);
  } else if (kind == CsvCellKind::kWord && is_number_like(text)) {
    tally.number_like += count;
    first(tally.first_like);
  } else {
    tally.others += count;
    auto word = std::find_if(tally.words.begin(), tally.words.end(), [&](const Word& w) { return w.text == text; });
    if (word == tally.words.end()) {
      tally.many = tally.words.size() >= kFewWords;
      if (tally.many) return;
      word = tally.words.insert(word, Word{std::string(text), 0, row});
    }
    word->count += count;
    word->first_row = std::min(word->first_row, row);
  }
}

// More words than count_cell would take, or words alone: nothing to warn of, and no need to count.
bool looks_wordy(const Levels& levels, const CsvCellRules& rules) {
  std::size_t words = 0;
  std::size_t numeric = 0;
  for (const std::string& text : levels) {
    const CsvCellKind kind = rules.kind(text);
    const bool word = kind != CsvCellKind::kNumber && kind != CsvCellKind::kCode && !is_number_like(text);
    ++(word ? words : numeric);
    if (words > kFewWords) return true;
  }
  return numeric == 0;
}

Tally tally_levels(const Categories& cells, const CsvCellRules& rules) {
  const std::size_t levels = cells.levels->size();
  if (looks_wordy(*cells.levels, rules)) {
    Tally tally;
    tally.many = true;
    return tally;
  }
  std::vector<std::size_t> counts(levels, 0);
  std::vector<std::size_t> first_rows(levels, 0);
  for (std::size_t row = 0; row < cells.codes.size(); ++row) {
    if (cells.codes[row] == kNoLevel) continue;
    if (counts[cells.codes[row]]++ == 0) first_rows[cells.codes[row]] = row;
  }
  Tally tally;
  for (std::size_t level = 0; level < levels && !tally.many; ++level) {
    if (counts[level] == 0) continue;
    const std::string& text = (*cells.levels)[level];
    count_cell(tally, rules.kind(text), text, first_rows[level], counts[level]);
  }
  return tally;
}

Tally tally_texts(const Column& column, const CsvCellRules& rules) {
  Tally tally;
  for (std::size_t row = 0; row < column.size() && !tally.many; ++row) {
    if (column.is_missing(row)) continue;
    const std::string_view text = column.texts().at(row);
    count_cell(tally, rules.kind(text), text, row, 1);
  }
  return tally;
}

std::string shown(std::string_view text) {
  constexpr std::size_t kShown = 40;
  std::size_t end = std::min(text.size(), kShown);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return "\"" + escape_controls(text.substr(0, end)) + (end < text.size() ? "..." : "") + "\"";
}

std::string place(const Word& word, const RowLines& lines) {
  return lines.empty() ? "row " + with_thousands(word.first_row + 1) : "line " + with_thousands(lines[word.first_row]);
}

std::string times(std::size_t count) { return count == 1 ? "once" : with_thousands(count) + " times"; }

std::string word_list(const Tally& tally, const RowLines& lines) {
  std::vector<Word> words = tally.words;
  std::sort(words.begin(), words.end(), [](const Word& a, const Word& b) { return a.first_row < b.first_row; });
  std::string out;
  for (const Word& word : words) {
    if (!out.empty()) out += ", ";
    out += shown(word.text) + " (" + times(word.count) + ", first on " + place(word, lines) + ")";
  }
  return out;
}

std::string na_list(const Tally& tally) {
  std::string out = "NA,N/A,NaN,nan,null,NULL";
  for (const Word& word : tally.words) {
    out += ',';
    const std::string_view text = trim_blanks(word.text);
    out += text.find_first_of(",\"") == std::string_view::npos ? std::string(text) : "\"" + std::string(text) + "\"";
  }
  return out;
}

std::string mixed_warning(const Column& column, const Tally& tally, const RowLines& lines) {
  const std::size_t cells = tally.numbers + tally.codes + tally.number_like + tally.others;
  std::string text = "column \"" + escape_controls(column.name) + "\" is read as " +
                     std::string(column_type_name(column.type)) + ", because of " + with_thousands(cells) + " cells " +
                     with_thousands(tally.number_like + tally.others) +
                     (tally.number_like + tally.others == 1 ? " is no number: " : " are no numbers: ");
  if (tally.others > 0) text += word_list(tally, lines);
  if (tally.number_like > 0) {
    if (tally.others > 0) text += ", ";
    text += "numbers written otherwise, like " + shown(tally.first_like.text) + " (" + times(tally.number_like) +
            ", first on " + place(tally.first_like, lines) + ")";
  }
  if (tally.others > 0) text += "; --na '" + escape_controls(na_list(tally)) + "' reads the words as missing";
  if (tally.number_like > 0) {
    const std::string options = number_form_options(trim_blanks(tally.first_like.text));
    text += options.empty()
                ? "; numbers have to be plain, such as -1234.5: no currency or percent signs, no hexadecimal"
                : "; " + options + " reads numbers that are written so";
  }
  return text;
}

std::string codes_warning(const Column& column, const Tally& tally, const RowLines& lines) {
  const std::string name = escape_controls(column.name);
  return "column \"" + name + "\" holds " +
         (tally.long_code ? "whole numbers of more than 15 digits (above 2^53 a number is not exact)"
                          : "numbers with leading zeros") +
         ", first " + shown(tally.first_code.text) + " on " + place(tally.first_code, lines) +
         ": kept as text, as codes or identifiers are; --types '" + name + "=numeric' reads numbers";
}

}  // namespace

std::string number_form_options(std::string_view text) {
  struct Known {
    NumberForm form;
    const char* options;
  };
  constexpr Known kKnown[] = {
      {{.decimal = ',', .thousands = 0}, "--decimal ,"},
      {{.decimal = ',', .thousands = '.'}, "--decimal , --thousands ."},
      {{.decimal = '.', .thousands = ','}, "--thousands ,"},
      {{.decimal = ',', .thousands = ' '}, "--decimal , --thousands ' '"},
      {{.decimal = '.', .thousands = ' '}, "--thousands ' '"},
      {{.decimal = '.', .thousands = '\''}, "--thousands \"'\""},
  };
  const auto reads = [&](const NumberForm& form) {
    std::string scratch;
    double value = 0;
    const auto plain = to_plain_number(text, form, scratch);
    return plain && parse_number(*plain, value) == NumberStatus::kNumber;
  };
  const bool comma = text.find(',') != std::string_view::npos;
  if (comma && reads({.decimal = ',', .thousands = 0}) && reads({.decimal = '.', .thousands = ','})) {
    return "--thousands , (a thousand and more) or --decimal , (a fraction)";
  }
  for (const Known& known : kKnown) {
    if (reads(known.form)) return known.options;
  }
  return {};
}

CsvReading guess_csv_reading(const CsvCells& cells, const CsvCellRules& rules) {
  constexpr std::size_t kLooked = 1000;
  std::string scratch;
  LevelDictionary distinct;
  std::size_t present = 0;
  std::size_t numbers = 0;
  std::size_t times_seen = 0;
  for (std::size_t i = 0; i < std::min(cells.size, kLooked); ++i) {
    const std::string_view raw(cells.begin(i), static_cast<std::size_t>(cells.end(i) - cells.begin(i)));
    const std::string_view text = rules.unquoted(raw, scratch);
    const CsvCellKind kind = rules.kind(text);
    if (kind == CsvCellKind::kMissing) continue;
    ++present;
    if (kind == CsvCellKind::kNumber) ++numbers;
    if (kind == CsvCellKind::kTime) ++times_seen;
    distinct.code_of(text);
  }
  if (numbers == present) return CsvReading::kNumber;
  if (times_seen == present) return CsvReading::kTime;
  constexpr std::size_t kEnoughToTell = 64;
  return present >= kEnoughToTell && distinct.size() * 2 > present ? CsvReading::kText : CsvReading::kLevels;
}

std::string column_warning(const Column& column, const RowLines& lines, const CsvCellRules& rules) {
  if (!column.is_categorical() && !column.is_texts()) return {};
  const Tally tally = column.is_categorical() ? tally_levels(column.categories(), rules) : tally_texts(column, rules);
  if (tally.many) return {};
  const std::size_t numeric = tally.numbers + tally.codes + tally.number_like;
  if (tally.number_like + tally.others > 0) {
    return numeric >= tally.others ? mixed_warning(column, tally, lines) : std::string();
  }
  return tally.codes > 0 ? codes_warning(column, tally, lines) : std::string();
}

}  // namespace mlkit
