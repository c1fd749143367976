// From typed columns to the numbers that models see: the automatic preprocessing, learned once from
// training rows and sealed in the model file.
//
//   column            becomes                                           missing cells
//   numeric           itself, filled, then (x - center) / scale         median of the training rows
//   category, text    one 0/1 feature COL=LEVEL per level, in byte      all zero; with --impute mode or
//   and boolean       order (booleans: the case of letters ignored)     --drop-first the most frequent level
//   datetime          COL_year, COL_month, COL_day, COL_day_of_week     lower median of the training rows
//                     (0 = Monday), and unless every cell was a date
//                     COL_hour, COL_minute; parts that are constant
//                     over the training rows are dropped; scaled
//   text that is named    COL_TERM per term of its words, TF-IDF, counts   no terms
//   (TextOptions)         or hashed (features/text_encoder.h), never scaled
//
// `--scale standard`: center = mean, scale = standard deviation with denominator n (constant -> 1), as
// scikit-learn's StandardScaler; 0/1 features are never scaled. A level that training did not see
// gives all zeros and is counted. Levels beyond kMaxEncodedLevels (most frequent first, ties in byte order)
// and, with `rare`, levels seen in fewer than that many rows, are not encoded one by one.
//
// The output is sparse (CSR) where it is wide and mostly zero; the rule looks at the learned columns
// alone, never at the number of rows, threads or chunks.
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/binary.h"
#include "mlkit/base/context.h"
#include "mlkit/base/fields.h"
#include "mlkit/data/dataset.h"
#include "mlkit/data/table.h"
#include "mlkit/features/text_encoder.h"

namespace mlkit {

inline constexpr std::size_t kMaxEncodedLevels = 32768;

struct PreprocessOptions {
  std::string impute = "median";
  std::string scale = "standard";
  std::string encode_default = "onehot";
  bool drop_first = false;
  std::int64_t rare = 1;
  TextOptions text;  // fields of its own: not every command that preprocesses takes texts

  template <class Visitor>
  void fields(Visitor&& visit) {
    visit("impute", impute,
          {.help = "fill missing numbers with median, mean, mode or constant=V; none refuses them",
           .value_name = "HOW",
           .group = "Preprocessing"});
    visit("scale", scale,
          {.help = "scale numeric features", .choices = {"standard", "none"}, .group = "Preprocessing"});
    visit("encode_default", encode_default,
          {.help = "how categories become numbers", .choices = {"onehot"}, .group = "Preprocessing"});
    visit("drop_first", drop_first,
          {.help = "leave out the first level of each category (dummy coding)", .group = "Preprocessing"});
    visit("rare", rare,
          {.help = "levels in fewer rows than this share one feature",
           .value_name = "N",
           .range = at_least(1),
           .group = "Preprocessing"});
  }
};

// Throws Error(kUsage) for an --impute that is none of the forms.
void validate_preprocess_options(const PreprocessOptions& options);

// Stored in model files: never renumber.
enum class Encoding : std::uint8_t { kNumber = 0, kOneHot = 1, kTimeParts = 2, kTerms = 3 };
enum class TimePart : std::uint8_t { kYear = 0, kMonth = 1, kDay = 2, kDayOfWeek = 3, kHour = 4, kMinute = 5 };

std::string_view time_part_name(TimePart part);  // year, month, day, day_of_week, hour, minute

// What was learned about one raw column.
struct ColumnPlan {
  std::string name;
  ColumnType type = ColumnType::kNumeric;
  Encoding encoding = Encoding::kNumber;
  bool integer = false;       // numeric: whole numbers in training
  bool date_only = false;     // datetime
  std::uint64_t missing = 0;  // missing cells among the training rows

  // kNumber, kTimeParts: what a missing cell becomes (NaN: refused); center and scale per output.
  double fill = 0;
  std::int64_t fill_micros = 0;
  std::vector<TimePart> parts;
  std::vector<double> center;
  std::vector<double> scale;

  // kOneHot: levels in byte order, how often training saw each, the first output that a level has.
  std::vector<std::string> levels;
  std::vector<std::uint64_t> counts;
  bool drop_first = false;              // levels[0] has no output
  bool other = false;                   // one more output, COL=(rare), for every text not in `levels`
  std::uint32_t fill_level = kNoLevel;  // what a missing cell becomes; kNoLevel = all zero

  // kTerms; never null there.
  std::shared_ptr<const TextEncoder> text;

  std::size_t first_output = 0;  // position of the column's first feature
  std::size_t outputs() const;
  // Output of a level of `levels`, or of a text; kNoLevel where it has none.
  std::uint32_t output_of_level(std::uint32_t level) const;
  std::uint32_t find_level(std::string_view text) const;
};

// Times beyond about 10,000 years from 1970 have no calendar here; model files that hold such are refused.
inline constexpr std::int64_t kMostMicros = 400000000000000000;

// One raw cell, for the one-row path. Text is not owned.
struct CellValue {
  enum class Kind : std::uint8_t { kMissing, kNumber, kText, kTime } kind = Kind::kMissing;
  double number = 0;
  std::string_view text;
  std::int64_t micros = 0;
};

// What happened to the cells of a table on the way through; sums, so the order of rows is nothing.
struct TransformCounts {
  std::vector<std::uint64_t> unknown;  // per raw column: cells with a level that training did not see
  std::vector<std::uint64_t> filled;   // per raw column: missing cells
  std::vector<std::uint64_t> derived;  // per step of a feature recipe: cells with a text that training did not see
  std::vector<std::uint64_t> tokens;   // per raw column: terms of its texts (kTerms)
  std::vector<std::uint64_t> unknown_tokens;  // of these, terms that have no feature
  void add(const TransformCounts& other);
};

class Preprocess {
 public:
  Preprocess() = default;
  Preprocess(std::vector<ColumnPlan> columns, bool scaled);

  const std::vector<ColumnPlan>& columns() const { return columns_; }
  const std::vector<std::string>& feature_names() const { return feature_names_; }
  std::size_t outputs() const { return feature_names_.size(); }
  bool sparse() const { return sparse_; }
  bool has_texts() const;  // a column of terms
  bool scaled() const { return scaled_; }
  // Per feature: x_model = (x_raw - center) / scale; 0 and 1 for 0/1 features.
  const std::vector<double>& centers() const { return centers_; }
  const std::vector<double>& scales() const { return scales_; }

  // Rows of `table` as features; `positions[i]` is where raw column i stands in the table. Throws
  // Error(kData) where a column has another type, or where --impute none meets a missing number.
  Matrix transform(const Table& table, std::span<const std::size_t> positions, const Context& context,
                   TransformCounts* counts = nullptr) const;
  // The same, and takes the cells of the columns at `positions` from the table on the way, so that table and matrix
  // are never held both: names and types stay, the cells are gone (empty storage).
  Matrix transform_and_release(Table& table, std::span<const std::size_t> positions, const Context& context) const;

  // Memory that one thread needs for texts; used again from row to row.
  struct Scratch {
    std::vector<Tokenizer> tokenizers;  // per raw column
    TermVector vector;
  };

  // One row, in the order of columns(), to outputs() numbers; equal to transform() bit for bit. No
  // allocation, but for texts longer than those before. Returns the number of unknown levels.
  std::size_t transform_row(std::span<const CellValue> cells, std::span<double> out, Scratch& scratch) const;
  std::size_t transform_row(std::span<const CellValue> cells, std::span<double> out) const;
  // The same as a sparse row, which grows where texts have more terms than those before.
  struct SparseRow {
    std::vector<std::uint32_t> columns;
    std::vector<double> values;
    std::size_t size = 0;
    Scratch scratch;
  };
  std::size_t transform_sparse_row(std::span<const CellValue> cells, SparseRow& out) const;
  std::size_t most_entries() const;  // that a sparse row can have beside those of texts

  void save(BinaryWriter& out) const;
  static Preprocess load(BinaryReader& in);

 private:
  Matrix transform_cells(const Table& table, Table* release, std::span<const std::size_t> positions,
                         const Context& context, TransformCounts* counts) const;

  std::vector<ColumnPlan> columns_;
  std::vector<std::string> feature_names_;
  std::vector<double> centers_;
  std::vector<double> scales_;
  bool sparse_ = false;
  bool scaled_ = false;
};

// Positions of the columns that options.text names, in its order. Throws Error(kData) for a column that is not there,
// has no cell, or holds no texts, Error(kUsage) for one named twice or an unknown way.
std::vector<std::size_t> text_columns(const Table& table, const TextOptions& options);

// Learns from all rows of `table`, of the columns at `positions`. Medians are exact. Warnings:
// constant columns, levels that were left out. Throws Error(kData) for a column without any value.
Preprocess fit_preprocess(const Table& table, std::span<const std::size_t> positions, const PreprocessOptions& options,
                          Context& context);

}  // namespace mlkit
