// Derived features: what is made of a table's columns (the specification) and what was learned for it from training
// rows (the fitted values), in one value that is a readable file (io/features_json.h), a part of a model file, and
// what a FeatureEncoder (feature_encoder.h) replays.
//
//   kind            from            gives                                            missing cell    text not learned
//   dates           datetime        COL_year, _month, _day, _day_of_week (0 =        missing
//                                   Monday), _hour, _minute, _is_weekend, _hour_sin..
//   difference      two datetimes   A_minus_B_days (two dates) or A_minus_B_hours    missing
//   onehot          texts           COL=LEVEL, with `rare` also COL=(rare): 0 or 1   all 0           all 0, or rare
//   frequency       texts           COL_frequency: share of the training rows        its own share   0
//   ordinal         texts           COL_ordinal: rank by count (0 = the most         missing         number of levels
//                                   frequent, ties in byte order)
//   target          texts           COL_target: the target's mean for the level;     its own level   the overall mean
//                                   of several classes COL_target_CLASS each
//   bins            numbers         COL_bin: number of edges below the value         missing*
//   scale           numbers         COL_standard, COL_minmax, COL_robust             missing*
//   terms           texts           COL_TERM for every term                          all 0           dropped
//   hashed_terms    texts           COL_0, COL_1, ..                                 all 0
//   product         two numbers     A_x_B                                            missing
//   * or as `impute` says. Names that are taken already get _2, _3, ..
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/data/schema.h"
#include "mlkit/features/term_vectors.h"

namespace mlkit {

// Stored in model files: never renumber.
enum class FeatureKind : std::uint8_t {
  kDates = 0,
  kDifference = 1,
  kOneHot = 2,
  kFrequency = 3,
  kOrdinal = 4,
  kTarget = 5,
  kBins = 6,
  kScale = 7,
  kTerms = 8,
  kHashedTerms = 9,
  kProduct = 10,
};
enum class DatePart : std::uint8_t {
  kYear = 0,
  kMonth = 1,
  kDay = 2,
  kDayOfWeek = 3,
  kHour = 4,
  kMinute = 5,
  kIsWeekend = 6,
  kMonthSin = 7,
  kMonthCos = 8,
  kDayOfWeekSin = 9,
  kDayOfWeekCos = 10,
  kHourSin = 11,
  kHourCos = 12,
};
enum class ScaleRule : std::uint8_t { kStandard = 0, kMinMax = 1, kRobust = 2 };

inline constexpr FeatureKind kFeatureKinds[] = {
    FeatureKind::kDates,   FeatureKind::kDifference,  FeatureKind::kOneHot, FeatureKind::kFrequency,
    FeatureKind::kOrdinal, FeatureKind::kTarget,      FeatureKind::kBins,   FeatureKind::kScale,
    FeatureKind::kTerms,   FeatureKind::kHashedTerms, FeatureKind::kProduct};
inline constexpr DatePart kDateParts[] = {
    DatePart::kYear,         DatePart::kMonth,     DatePart::kDay,      DatePart::kDayOfWeek, DatePart::kHour,
    DatePart::kMinute,       DatePart::kIsWeekend, DatePart::kMonthSin, DatePart::kMonthCos,  DatePart::kDayOfWeekSin,
    DatePart::kDayOfWeekCos, DatePart::kHourSin,   DatePart::kHourCos};
inline constexpr ScaleRule kScaleRules[] = {ScaleRule::kStandard, ScaleRule::kMinMax, ScaleRule::kRobust};

std::string_view feature_kind_name(FeatureKind kind);  // dates, difference, onehot, frequency, ...
std::string_view date_part_name(DatePart part);        // year, .., is_weekend, month_sin, ..
std::string_view scale_rule_name(ScaleRule rule);      // standard, minmax, robust

// Levels with a one-hot feature of their own, terms with a feature of their own: more do not fit a table.
inline constexpr std::size_t kMostOneHotLevels = 1000;
inline constexpr std::size_t kMostTerms = 10000;
inline constexpr std::size_t kMostBins = 1000;

struct FeatureStep {
  FeatureKind kind = FeatureKind::kDates;
  std::string column;
  std::string other;  // kDifference: column - other; kProduct: column * other

  // ---- the specification
  std::vector<DatePart> parts;      // kDates, rising
  std::int64_t rare = 1;            // kOneHot: levels in fewer rows share one feature
  std::optional<double> smoothing;  // kTarget: rows that the overall mean counts for; nullopt = empirical Bayes
  std::int64_t bins = 10;           // kBins: at most
  bool uniform = false;             // kBins: of equal width, not of equally many rows
  ScaleRule rule = ScaleRule::kStandard;
  std::string impute = "none";  // kBins, kScale: median, mean, mode, constant=V
  std::int64_t most = 1000;     // kTerms: terms at most; kHashedTerms: features
  TermOptions terms;            // kTerms, kHashedTerms
  std::string why;              // for people: how this step came to be chosen

  // ---- what was learned
  std::vector<std::string> levels;  // encoders: distinct, rising in byte order (booleans in lower case)
  bool other_level = false;         // kOneHot: one more feature for every text not in `levels`
  // kFrequency, kOrdinal, kTarget: one row of width() numbers per level, then for missing cells, then for texts that
  // are not in `levels`. NaN = missing.
  std::vector<double> values;
  std::vector<double> weights;  // kTarget: the smoothing that was used, per output; infinite = the overall mean alone
  std::vector<double> edges;    // kBins: rising; a value is in the bin above every edge that it exceeds
  double fill = std::numeric_limits<double>::quiet_NaN();  // kBins, kScale
  double center = 0;                                       // kScale: (x - center) / scale
  double scale = 1;
  bool days = false;      // kDifference: in days, else hours
  Vocabulary vocabulary;  // kTerms

  bool is_encoder() const { return kind >= FeatureKind::kOneHot && kind <= FeatureKind::kTarget; }
  bool is_text() const { return kind == FeatureKind::kTerms || kind == FeatureKind::kHashedTerms; }
  // Does what it makes stand for its source, so that a model needs the source no longer?
  bool replaces() const {
    return is_encoder() || is_text() || kind == FeatureKind::kDates || kind == FeatureKind::kScale;
  }
};

// A column of the table that the recipe was learned on.
struct FeatureColumn {
  ColumnSpec spec;
  bool keep = true;      // is in the output of `features apply`
  bool in_model = true;  // beside what was made of it, where a model is trained with the recipe
};

struct FeatureRecipe {
  std::vector<FeatureColumn> columns;  // in the order of the table
  std::vector<FeatureStep> steps;      // in the order of their features
  std::string target;                  // "" = none; then no step is of kind kTarget
  std::vector<std::string> classes;    // of the target, the positive one of two last; empty = numbers
  std::string group;                   // rows of one group are cross-fitted together
  std::int64_t folds = 5;              // of cross-fitting
  std::uint64_t seed = 42;
  std::uint64_t rows = 0;   // that it was learned from
  std::string fingerprint;  // of these rows (feature_fingerprint.h), where a step is of kind kTarget

  const FeatureColumn* find(std::string_view name) const;
  bool uses(std::string_view column) const;  // as the source of a step
  bool has_target_steps() const;
};

// Numbers that a step gives for a row.
std::size_t feature_width(const FeatureRecipe& recipe, const FeatureStep& step);
// Names of all derived features, step by step; distinct, and none of them the name of a column.
std::vector<std::string> feature_names(const FeatureRecipe& recipe);

// Throws Error(kData) where parts of a recipe do not fit together (it may have been edited): a source that is no
// column or has another type than the step needs (with the nearest name), numbers of values that are not those of the
// levels, edges that do not rise, a scale that is not positive, unsorted levels.
void validate_feature_recipe(const FeatureRecipe& recipe);

}  // namespace mlkit
