#include "mlkit/profile/column_accumulator.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <utility>

#include "mlkit/base/context.h"
#include "mlkit/base/text.h"
#include "mlkit/data/number_like.h"
#include "mlkit/data/numbers.h"
#include "mlkit/data/sort_doubles.h"

namespace mlkit {
namespace {

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }

bool is_whole(double value) { return std::fabs(value) >= 4503599627370496.0 || std::trunc(value) == value; }

// Up to three numbers with the same separator between them: 31/12/2024, 2024.12.31, 1-2-24; a time of day may follow.
struct DateParts {
  int parts[3] = {0, 0, 0};
  std::size_t digits[3] = {0, 0, 0};
};

bool split_date(std::string_view text, DateParts& date) {
  std::size_t at = 0;
  char separator = 0;
  for (int part = 0; part < 3; ++part) {
    if (part > 0) {
      if (at >= text.size()) return false;
      const char c = text[at++];
      if (c != '/' && c != '.' && c != '-') return false;
      if (part == 2 && c != separator) return false;
      separator = c;
    }
    while (at < text.size() && is_digit(text[at]) && date.digits[part] < 4) {
      date.parts[part] = date.parts[part] * 10 + (text[at++] - '0');
      ++date.digits[part];
    }
    if (date.digits[part] == 0) return false;
  }
  return at == text.size() || text[at] == ' ' || text[at] == 'T' || text[at] == ',';
}

bool is_month_name(std::string_view word) {
  static constexpr std::string_view kMonths[] = {"january", "february", "march",     "april",   "may",      "june",
                                                 "july",    "august",   "september", "october", "november", "december"};
  const std::string lower = to_lower_ascii(word);
  if (lower == "sept") return true;
  return std::any_of(std::begin(kMonths), std::end(kMonths),
                     [&](std::string_view month) { return lower == month || lower == month.substr(0, 3); });
}

// "31 Dec 2024", "December 31, 2024", "31-Dec-24": a month's name and one or two numbers, nothing else.
bool is_named_date(std::string_view text) {
  std::size_t numbers = 0;
  std::size_t months = 0;
  for (std::size_t at = 0; at < text.size();) {
    const char c = text[at];
    if (is_digit(c)) {
      std::size_t digits = 0;
      while (at < text.size() && is_digit(text[at])) ++at, ++digits;
      if (digits > 4) return false;
      ++numbers;
    } else if ((c | 0x20) >= 'a' && (c | 0x20) <= 'z') {
      const std::size_t begin = at;
      while (at < text.size() && (text[at] | 0x20) >= 'a' && (text[at] | 0x20) <= 'z') ++at;
      const std::string_view word = text.substr(begin, at - begin);
      constexpr std::size_t kLongestMonth = 9;
      if (word.size() > kLongestMonth || !is_month_name(word)) return false;
      ++months;
    } else if (c == ' ' || c == '-' || c == ',' || c == '/' || c == '.') {
      ++at;
    } else {
      return false;
    }
  }
  return months == 1 && numbers >= 1 && numbers <= 2;
}

// 1 a date of year, month, day in this order or with a four-digit year in front; 2 ends with the year.
int date_order(const DateParts& d) {
  const auto is_day = [&](int i) { return d.parts[i] >= 1 && d.parts[i] <= 31 && d.digits[i] <= 2; };
  const auto is_month = [&](int i) { return d.parts[i] >= 1 && d.parts[i] <= 12 && d.digits[i] <= 2; };
  if (d.digits[0] == 4 && is_month(1) && is_day(2)) return 1;
  if ((d.digits[2] == 4 || d.digits[2] == 2) && is_day(0) && is_day(1) && (is_month(0) || is_month(1))) return 2;
  return 0;
}

}  // namespace

ProfileLimits profile_limits(std::size_t columns) {
  ProfileLimits limits;
  columns = std::max<std::size_t>(columns, 1);
  constexpr std::size_t kExactBytes = std::size_t{16} << 20;
  limits.exact_numbers = std::clamp<std::size_t>(kExactBytes / sizeof(double) / columns, 2048, std::size_t{1} << 18);
  if (columns > 64) limits.quantile_values = 2048;
  if (columns > 256) limits.quantile_values = 512;
  constexpr std::size_t kAllExact = 192;
  if (columns > kAllExact) limits.distinct = std::max<std::size_t>(limits.distinct * kAllExact / columns, 1025);
  if (columns > 256) limits.frequent = 256;
  if (columns > 4096) limits.frequent = 64;
  return limits;
}

TextForm text_form(std::string_view text, bool& ambiguous) {
  ambiguous = false;
  text = trim_blanks(text);
  if (text.empty()) return TextForm::kWord;
  constexpr std::size_t kLongestForm = 40;
  if (text.size() > kLongestForm || std::none_of(text.begin(), text.end(), is_digit)) return TextForm::kWord;
  DateParts date;
  if (split_date(text, date) && date_order(date) != 0) {
    ambiguous = date_order(date) == 2 && date.parts[0] <= 12 && date.parts[1] <= 12 && date.parts[0] != date.parts[1];
    return TextForm::kDateLike;
  }
  double plain = 0;
  if (is_number_like(text) && parse_number(text, plain) != NumberStatus::kNumber) return TextForm::kNumberLike;
  return is_named_date(text) ? TextForm::kDateLike : TextForm::kWord;
}

void NumberFigures::add_block(std::vector<double>& values) {
  if (values.empty()) return;
  NumberFigures block{ProfileLimits{}};
  const Context alone(1);
  block.moments = compute_moments(values, alone);
  block.first = values.front();
  block.last = values.back();
  for (std::size_t i = 0; i < values.size(); ++i) {
    const double x = values[i];
    const double d = x - block.moments.mean;
    block.cubes += d * d * d;
    block.whole = block.whole && is_whole(x);
    block.rising = block.rising && (i == 0 || values[i - 1] < x);
    block.zeros += x == 0 ? 1 : 0;
    block.negative += x < 0 ? 1 : 0;
  }
  if (!block.rising) {
    std::vector<double> scratch;
    sort_doubles(values, scratch);
  }
  quantiles.add_sorted_block(values);
  note_frequent(values);
  merge(std::move(block));
}

// Of many different values those that came once cannot stay among the frequent ones.
void NumberFigures::note_frequent(const std::vector<double>& sorted) {
  std::size_t different = 0;
  std::size_t repeated = 0;
  const auto runs = [&](const auto& take) {
    for (std::size_t begin = 0; begin < sorted.size();) {
      std::size_t end = begin + 1;
      while (end < sorted.size() && sorted[end] == sorted[begin]) ++end;
      take(sorted[begin] + 0.0, end - begin);
      begin = end;
    }
  };
  runs([&](double, std::size_t count) {
    ++different;
    repeated += count > 1 ? 1 : 0;
  });
  const bool all = different <= frequent.kept() || repeated > frequent.kept();
  std::vector<FrequentValues<double>::Entry> counts;
  counts.reserve(all ? different : repeated);
  runs([&](double value, std::size_t count) {
    if (all || count > 1) counts.emplace_back(value, count);
  });
  frequent.add_counts(std::move(counts), all ? 0 : 1);
}

// Moments of two parts together: Chan, Golub, LeVeque (1983), the third after Pebay (2008).
void NumberFigures::merge(NumberFigures&& right) {
  quantiles.merge(std::move(right.quantiles));
  frequent.merge(std::move(right.frequent));
  const Moments& b = right.moments;
  if (b.count == 0) return;
  if (moments.count == 0) {
    moments = b;
    cubes = right.cubes;
    whole = right.whole;
    rising = right.rising;
    first = right.first;
    last = right.last;
    zeros = right.zeros;
    negative = right.negative;
    return;
  }
  const auto na = static_cast<double>(moments.count);
  const auto nb = static_cast<double>(b.count);
  const double n = na + nb;
  const double delta = b.mean - moments.mean;
  cubes += right.cubes + delta * delta * delta * na * nb * (na - nb) / (n * n) +
           3 * delta * (na * b.squares - nb * moments.squares) / n;
  moments.squares += b.squares + delta * delta * (na * nb / n);
  moments.mean += delta * (nb / n);
  moments.count += b.count;
  moments.min = std::min(moments.min, b.min);
  moments.max = std::max(moments.max, b.max);
  whole = whole && right.whole;
  rising = rising && right.rising && last < right.first;
  last = right.last;
  zeros += right.zeros;
  negative += right.negative;
}

double NumberFigures::skewness() const {
  const double variance = moments.squares / static_cast<double>(moments.count);
  if (!(variance > 0)) return std::numeric_limits<double>::quiet_NaN();
  return cubes / static_cast<double>(moments.count) / (variance * std::sqrt(variance));
}

void TextFigures::note(std::string_view text, TextForm form, bool ambiguous, std::uint64_t times) {
  const auto at = static_cast<std::size_t>(form);
  const std::string_view trimmed = trim_blanks(text);
  shortest = count == 0 ? text.size() : std::min<std::uint64_t>(shortest, text.size());
  longest = std::max<std::uint64_t>(longest, text.size());
  count += times;
  bytes += times * text.size();
  if (forms[at] == 0) example[at] = text.substr(0, 60);
  forms[at] += times;
  ambiguous_dates += ambiguous ? times : 0;
  if (form == TextForm::kDateLike) {
    DateParts date;
    if (split_date(trimmed, date) && date_order(date) == 2) {
      day_first_dates += date.parts[0] > 12 ? times : 0;
      month_first_dates += date.parts[1] > 12 ? times : 0;
    }
  }
  blank_ends += trimmed.size() != text.size() ? times : 0;
  constexpr std::size_t kLongestBoolean = 5;
  if (text.size() <= kLongestBoolean) {
    const std::string lower = to_lower_ascii(text);
    booleans += lower == "true" || lower == "false" ? times : 0;
  }
}

void TextFigures::merge(TextFigures&& right) {
  if (right.count == 0) return;
  shortest = count == 0 ? right.shortest : std::min(shortest, right.shortest);
  longest = std::max(longest, right.longest);
  for (std::size_t i = 0; i < kTextForms; ++i) {
    if (forms[i] == 0) example[i] = std::move(right.example[i]);
    forms[i] += right.forms[i];
  }
  count += right.count;
  bytes += right.bytes;
  ambiguous_dates += right.ambiguous_dates;
  day_first_dates += right.day_first_dates;
  month_first_dates += right.month_first_dates;
  blank_ends += right.blank_ends;
  booleans += right.booleans;
  frequent.merge(std::move(right.frequent));
}

void ColumnAccumulator::merge(ColumnAccumulator&& right) {
  rows += right.rows;
  missing += right.missing;
  numbers.merge(std::move(right.numbers));
  times.merge(std::move(right.times));
  date_only = date_only && right.date_only;
  texts.merge(std::move(right.texts));
  distinct.merge(std::move(right.distinct));
}

}  // namespace mlkit
