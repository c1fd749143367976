// What is learned about one column while its cells go by: observe cells of a block of rows, merge blocks in order,
// look at the result.
//
// Every present cell is of exactly one kind (number, time stamp, other text; data/csv_columns.h) and goes into the
// accumulator of that kind, so that the column's type, which only the last cell may decide, needs no second look at
// the cells. Different values are counted over all kinds at once; numbers count by value ("1.0" is "1").
//
// Memory: the sketches of ProfileLimits. One thread at a time.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/data/distinct_sketch.h"
#include "mlkit/data/frequent_values.h"
#include "mlkit/data/quantile_sketch.h"
#include "mlkit/data/summary.h"

namespace mlkit {

// How much is kept of each column; a function of the number of columns alone, so that all of them together stay
// within bounds.
struct ProfileLimits {
  // Hashes of different values: one more than categories may have levels, so that their type is exact (less only
  // beyond 192 columns).
  std::size_t distinct = 32769;
  std::size_t quantile_values = 4096;
  std::size_t exact_numbers = 65536;
  std::size_t frequent = 1024;
};
ProfileLimits profile_limits(std::size_t columns);

// Numbers, or the microseconds of time stamps.
struct NumberFigures {
  explicit NumberFigures(const ProfileLimits& limits)
      : quantiles(limits.quantile_values, limits.exact_numbers), frequent(limits.frequent) {}

  Moments moments;
  double cubes = 0;    // sum of (x - mean)^3
  bool whole = true;   // all are whole numbers
  bool rising = true;  // each is larger than the one before
  double first = 0;
  double last = 0;
  std::uint64_t zeros = 0;
  std::uint64_t negative = 0;
  QuantileSketch quantiles;
  FrequentValues<double> frequent;

  // The numbers of a block in their order; sorted in place.
  void add_block(std::vector<double>& values);
  void merge(NumberFigures&& right);
  double skewness() const;  // of the population; NaN where all are equal

 private:
  void note_frequent(const std::vector<double>& sorted);
};

// What texts that are no plain numbers look like.
enum class TextForm : std::uint8_t {
  kWord,
  kCode,        // digits with a leading zero, or more than 15 of them
  kNotFinite,   // inf, 1e400
  kNumberLike,  // 1,234 $5 12% 0x1F
  kDateLike,    // 31/12/2024, 12.31.2024, 2024/12/31, Dec 31 2024: a date, but not ISO 8601
};
inline constexpr std::size_t kTextForms = 5;
// The form of a text that is neither a plain number nor an ISO time stamp. Dates like 03/04/2024, where day and month
// could change places, are `ambiguous`.
TextForm text_form(std::string_view text, bool& ambiguous);

struct TextFigures {
  explicit TextFigures(const ProfileLimits& limits) : frequent(limits.frequent) {}
  std::uint64_t count = 0;
  std::array<std::uint64_t, kTextForms> forms{};
  std::uint64_t ambiguous_dates = 0;
  std::uint64_t day_first_dates = 0;    // the first part is above 12
  std::uint64_t month_first_dates = 0;  // the second part is
  std::uint64_t blank_ends = 0;         // cells with blanks before or behind
  std::uint64_t booleans = 0;           // true, false in any case
  std::uint64_t bytes = 0;
  std::uint64_t shortest = 0;  // bytes
  std::uint64_t longest = 0;
  std::array<std::string, kTextForms> example;  // the first of each form
  FrequentValues<std::string> frequent;

  // A text that came `times` in a block.
  void note(std::string_view text, TextForm form, bool ambiguous, std::uint64_t times);
  void merge(TextFigures&& right);
};

struct ColumnAccumulator {
  explicit ColumnAccumulator(const ProfileLimits& limits)
      : numbers(limits), times(limits), texts(limits), distinct(limits.distinct) {}

  std::uint64_t rows = 0;
  std::uint64_t missing = 0;
  NumberFigures numbers;
  NumberFigures times;
  bool date_only = true;  // of the time stamps
  TextFigures texts;
  DistinctSketch distinct;

  std::uint64_t present() const { return rows - missing; }
  void merge(ColumnAccumulator&& right);
};

}  // namespace mlkit
