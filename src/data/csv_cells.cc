// Cells to values.
#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstring>
#include <limits>
#include <numeric>

#include "mlkit/base/text.h"
#include "mlkit/data/csv_columns.h"
#include "mlkit/data/csv_kernels.h"
#include "mlkit/data/datetime.h"
#include "mlkit/data/numbers.h"

namespace mlkit {
namespace {

constexpr double kNaN = std::numeric_limits<double>::quiet_NaN();
constexpr std::size_t kShownCell = 60;

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }

// Of a text that parse_number takes: whether its digits say that it is a name rather than a number.
bool is_code(std::string_view text) {
  constexpr std::size_t kMostDigits = 15;
  if (text[0] == '-' || text[0] == '+') text.remove_prefix(1);
  if (text.size() > 1 && text[0] == '0' && is_digit(text[1])) return true;
  return text.size() > kMostDigits && std::all_of(text.begin(), text.end(), is_digit);
}

bool is_whole(double value) {
  constexpr double kAllWholeFrom = 4503599627370496.0;  // 2^52
  if (std::fabs(value) >= kAllWholeFrom) return true;
  return static_cast<double>(static_cast<std::int64_t>(value)) == value;
}

bool all_whole(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return v != v || is_whole(v); });
}

// The two common forms, YYYY-MM-DD and with a blank or T and HH:MM:SS; false for all others, and for
// what the calendar or the clock does not have.
bool parse_plain_time(std::string_view text, std::int64_t& micros, bool& date_only) {
  date_only = text.size() == 10;
  if (!date_only && (text.size() != 19 || (text[10] != ' ' && text[10] != 'T'))) return false;
  unsigned wrong = 0;
  const auto two = [&](std::size_t at) {
    const unsigned tens = static_cast<unsigned char>(text[at] - '0');
    const unsigned ones = static_cast<unsigned char>(text[at + 1] - '0');
    wrong |= static_cast<unsigned>(tens > 9) | static_cast<unsigned>(ones > 9);
    return tens * 10 + ones;
  };
  const auto is = [&](std::size_t at, char c) { wrong |= static_cast<unsigned>(text[at] != c); };
  const unsigned year = two(0) * 100 + two(2);
  const unsigned month = two(5);
  const unsigned day = two(8);
  is(4, '-');
  is(7, '-');
  std::int64_t seconds = 0;
  if (!date_only) {
    const unsigned hour = two(11);
    const unsigned minute = two(14);
    const unsigned second = two(17);
    is(13, ':');
    is(16, ':');
    wrong |= static_cast<unsigned>(hour > 23) | static_cast<unsigned>(minute > 59) | static_cast<unsigned>(second > 59);
    seconds = hour * 3600 + minute * 60 + second;
  }
  if (wrong != 0 || month - 1 > 11) return false;
  const std::chrono::year_month_day date{std::chrono::year(static_cast<int>(year)), std::chrono::month(month),
                                         std::chrono::day(day)};
  if (!date.ok()) return false;
  constexpr std::int64_t kMicros = 1'000'000;
  micros = (std::chrono::sys_days(date).time_since_epoch().count() * std::int64_t{86'400} + seconds) * kMicros;
  return true;
}

}  // namespace

CsvCellRules::CsvCellRules(const std::vector<std::string>& na, char quote, NumberForm numbers)
    : quote_(quote), numbers_(numbers) {
  for (const char blank : {' ', '\t', '\r', '\n', '\v', '\f'}) first_byte_[static_cast<unsigned char>(blank)] = true;
  for (const std::string& word : na) {
    const std::string_view trimmed = trim_blanks(word);
    if (trimmed.empty()) continue;
    na_.emplace_back(trimmed);
    first_byte_[static_cast<unsigned char>(trimmed[0])] = true;
  }
}

bool CsvCellRules::is_missing_slowly(std::string_view text) const {
  const std::string_view trimmed = trim_blanks(text);
  return trimmed.empty() || std::find(na_.begin(), na_.end(), trimmed) != na_.end();
}

std::string_view CsvCellRules::unquoted_slowly(std::string_view raw, std::string& scratch) const {
  const std::string_view inner = raw.substr(1, raw.size() - 2);
  if (std::memchr(inner.data(), quote_, inner.size()) == nullptr) return inner;
  scratch.clear();
  for (std::size_t i = 0; i < inner.size(); ++i) {
    scratch += inner[i];
    if (inner[i] == quote_) ++i;  // the second of a pair
  }
  return scratch;
}

CsvCellKind CsvCellRules::kind(std::string_view text) const {
  if (is_missing(text)) return CsvCellKind::kMissing;
  const std::string_view trimmed = trim_blanks(text);
  double value = 0;
  std::string scratch;
  const std::string_view number = plain(trimmed, scratch);
  switch (parse_number(number, value)) {
    case NumberStatus::kNumber: return is_code(number) ? CsvCellKind::kCode : CsvCellKind::kNumber;
    case NumberStatus::kNotFinite: return CsvCellKind::kNotFinite;
    case NumberStatus::kNotANumber: break;
  }
  std::int64_t micros = 0;
  bool date_only = false;
  return parse_datetime(trimmed, micros, date_only) ? CsvCellKind::kTime : CsvCellKind::kWord;
}

void CsvPiece::clear() {
  // values, micros, codes, texts.ends are overwritten: filling them with zeros first would be waste
  rows = 0;
  texts.bytes.clear();
  missing.clear();
  integer = date_only = true;
  any_present = false;
  failed.reset();
  misfits = {};
}

void CsvCellReader::read(const CsvCells& cells, const CsvColumnPlan& plan, LevelDictionary& dictionary,
                         CsvPiece& piece) {
  piece.clear();
  piece.reading = plan.reading;
  piece.rows = cells.size;
  switch (plan.reading) {
    case CsvReading::kSkip: return;
    case CsvReading::kNumber: read_numbers(cells, plan.declared, piece); break;
    case CsvReading::kTime: read_times(cells, plan.declared, piece); break;
    case CsvReading::kLevels: read_levels(cells, dictionary, piece); break;
    case CsvReading::kText: read_texts(cells, piece); break;
  }
  if (!piece.failed) piece.any_present = piece.missing.size() < cells.size;
}

// A cell that is not as expected: counted where the type is declared, else the end of the guess.
// False where reading should stop.
bool CsvCellReader::misfit(std::size_t row, std::string_view text, CsvCellKind kind, bool declared, CsvPiece& piece) {
  if (!declared) {
    piece.any_present = row > piece.missing.size();  // some cell before this one
    piece.failed = kind;
    return false;
  }
  if (piece.misfits.count++ == 0) {
    piece.misfits.row = row;
    piece.misfits.text = text.substr(0, kShownCell);
    piece.misfits.kind = kind;
  }
  return true;
}

void CsvCellReader::read_numbers(const CsvCells& cells, bool declared, CsvPiece& piece) {
  piece.values.resize(cells.size);
  odd_.resize(cells.size + 1);
  std::size_t odd = cells.size;
  if (rules_->plain_numbers()) {
    odd = csv_kernels().plain_numbers(cells, piece.values.data(), odd_.data());
  } else {
    std::iota(odd_.begin(), odd_.end(), 0u);
  }
  for (std::size_t k = 0; k < odd; ++k) {
    const std::size_t i = odd_[k];
    double& value = piece.values[i];
    const std::string_view text = cell(cells, i);
    if (rules_->is_missing(text)) {
      value = kNaN;
      piece.missing.push_back(static_cast<std::uint32_t>(i));
      continue;
    }
    const std::string_view number = rules_->plain(trim_blanks(text), plain_);
    const NumberStatus status = parse_number(number, value);
    if (status == NumberStatus::kNumber && (declared || !is_code(number))) continue;
    value = kNaN;
    const CsvCellKind kind = status == NumberStatus::kNotFinite ? CsvCellKind::kNotFinite : rules_->kind(text);
    if (!misfit(i, text, kind, declared, piece)) return;
  }
  piece.integer = all_whole(piece.values);
}

void CsvCellReader::read_times(const CsvCells& cells, bool declared, CsvPiece& piece) {
  piece.micros.resize(cells.size);
  for (std::size_t i = 0; i < cells.size; ++i) {
    const std::string_view text = cell(cells, i);
    piece.micros[i] = 0;
    if (rules_->is_missing(text)) {
      piece.missing.push_back(static_cast<std::uint32_t>(i));
      continue;
    }
    bool date_only = false;
    if (parse_plain_time(text, piece.micros[i], date_only) ||
        parse_datetime(trim_blanks(text), piece.micros[i], date_only)) {
      piece.date_only = piece.date_only && date_only;
      continue;
    }
    piece.micros[i] = 0;
    if (!misfit(i, text, rules_->kind(text), declared, piece)) return;
  }
}

void CsvCellReader::read_levels(const CsvCells& cells, LevelDictionary& dictionary, CsvPiece& piece) {
  piece.codes.resize(cells.size);
  for (std::size_t i = 0; i < cells.size; ++i) {
    const std::string_view text = cell(cells, i);
    if (rules_->is_missing(text)) {
      piece.codes[i] = kNoLevel;
      piece.missing.push_back(static_cast<std::uint32_t>(i));
    } else {
      piece.codes[i] = dictionary.code_of(text);
    }
  }
}

void CsvCellReader::read_texts(const CsvCells& cells, CsvPiece& piece) {
  piece.texts.ends.resize(cells.size);
  for (std::size_t i = 0; i < cells.size; ++i) {
    const std::string_view text = cell(cells, i);
    if (rules_->is_missing(text)) {
      piece.missing.push_back(static_cast<std::uint32_t>(i));
    } else {
      piece.texts.bytes.append(text);
    }
    piece.texts.ends[i] = piece.texts.bytes.size();
  }
}

}  // namespace mlkit
