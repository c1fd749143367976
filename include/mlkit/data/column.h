// One column of a table: a name, typed storage, and which cells are missing.
//
// The storage is a closed variant of four plain structs; there is no class tree and no sentinel:
// whether a cell is missing is said by `validity` alone. (So that arithmetic goes wrong loudly, a
// missing number holds NaN, a missing category code kNoLevel, a missing text is empty.)
#pragma once

#include <cstddef>
#include <cstdint>
#include <limits>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "mlkit/data/schema.h"

namespace mlkit {

// One bit per row, 1 = present; no storage at all while nothing is missing.
class Validity {
 public:
  Validity() = default;
  explicit Validity(std::size_t size) : size_(size) {}

  std::size_t size() const { return size_; }
  bool is_valid(std::size_t row) const { return words_.empty() || ((words_[row >> 6] >> (row & 63)) & 1u) != 0; }
  bool is_missing(std::size_t row) const { return !is_valid(row); }
  bool any_missing() const { return missing_ != 0; }
  std::size_t missing_count() const { return missing_; }

  void set_missing(std::size_t row);
  void set_valid(std::size_t row);
  void append(bool valid);
  void append(const Validity& other);
  void append_valid(std::size_t count);
  Validity select(std::span<const std::uint32_t> rows) const;

  bool operator==(const Validity& other) const;

 private:
  void materialise();
  std::vector<std::uint64_t> words_;
  std::size_t size_ = 0;
  std::size_t missing_ = 0;
};

inline constexpr std::uint32_t kNoLevel = std::numeric_limits<std::uint32_t>::max();

// Immutable once shared: several columns (a table and its subsets) may hold the same levels.
using Levels = std::vector<std::string>;

struct Numbers {
  std::vector<double> values;
  bool integer = false;  // every present value is a whole number
};

struct Categories {
  std::vector<std::uint32_t> codes;      // index into levels, kNoLevel where missing
  std::shared_ptr<const Levels> levels;  // distinct, rising in byte order
};

struct Texts {
  std::vector<std::uint64_t> ends;  // cell i is bytes [ends[i-1], ends[i])
  std::string bytes;

  std::string_view at(std::size_t row) const {
    const std::uint64_t begin = row == 0 ? 0 : ends[row - 1];
    return std::string_view(bytes).substr(begin, ends[row] - begin);
  }
  void append(std::string_view text) {
    bytes += text;
    ends.push_back(bytes.size());
  }
};

// Microseconds since 1970-01-01T00:00:00 (UTC where an offset was given, else as written).
struct Times {
  std::vector<std::int64_t> micros;
  bool date_only = false;  // every present cell was a date without a time
};

using ColumnStorage = std::variant<Numbers, Categories, Texts, Times>;

struct Column {
  std::string name;
  ColumnType type = ColumnType::kNumeric;
  ColumnRole role = ColumnRole::kFeature;
  ColumnStorage storage;
  Validity validity;

  std::size_t size() const { return validity.size(); }
  bool is_missing(std::size_t row) const { return validity.is_missing(row); }
  ColumnSpec spec() const;

  // Typed access; the caller knows the storage from `type` (std::bad_variant_access otherwise).
  const Numbers& numbers() const { return std::get<Numbers>(storage); }
  Numbers& numbers() { return std::get<Numbers>(storage); }
  const Categories& categories() const { return std::get<Categories>(storage); }
  Categories& categories() { return std::get<Categories>(storage); }
  const Texts& texts() const { return std::get<Texts>(storage); }
  const Times& times() const { return std::get<Times>(storage); }
  bool is_numeric() const { return std::holds_alternative<Numbers>(storage); }
  bool is_categorical() const { return std::holds_alternative<Categories>(storage); }
  bool is_texts() const { return std::holds_alternative<Texts>(storage); }
  bool is_times() const { return std::holds_alternative<Times>(storage); }

  // The cell as text: categories and texts verbatim, numbers as the shortest text that reads back,
  // time stamps as ISO 8601; "" where missing. For messages, labels and small outputs.
  std::string cell_text(std::size_t row) const;

  Column select(std::span<const std::uint32_t> rows) const;
};

// Factories for tests and for code that makes columns.
Column make_numeric_column(std::string name, std::vector<double> values);  // NaN = missing
Column make_text_column(std::string name, const std::vector<std::string>& cells, const std::string& missing = "");
Column make_category_column(std::string name, const std::vector<std::string>& cells, const std::string& missing = "");

// The same cells as Categories with sorted levels (numbers by their shortest text). Used for class
// labels, which are kept verbatim.
Column to_category_column(const Column& column);

}  // namespace mlkit
