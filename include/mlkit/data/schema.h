// Names, types and roles of a table's columns. Saved in the pipeline; every later input is checked
// against it by name.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace mlkit {

// What the cells of a column are. A function of the column's cells alone, never of how the file
// was cut into chunks. Values are stored in model files: never renumber.
enum class ColumnType : std::uint8_t {
  kNumeric = 0,   // every non-missing cell is a finite number (Numbers)
  kCategory = 1,  // text with few levels (Categories)
  kBoolean = 2,   // two levels out of true/false (any case); stored as Categories, texts verbatim
  kText = 3,      // free text, codes with leading zeros, identifiers (Texts, or Categories while few)
  kDatetime = 4,  // ISO 8601 dates and time stamps (Times)
};

enum class ColumnRole : std::uint8_t { kFeature = 0, kTarget = 1, kWeight = 2, kId = 3 };

std::string_view column_type_name(ColumnType type);  // numeric, category, boolean, text, datetime
std::string_view column_role_name(ColumnRole role);  // feature, target, weight, id
std::optional<ColumnType> parse_column_type(std::string_view name);

struct ColumnSpec {
  std::string name;
  ColumnType type = ColumnType::kNumeric;
  ColumnRole role = ColumnRole::kFeature;
  bool integer = false;  // numeric: every value is a whole number

  bool operator==(const ColumnSpec&) const = default;
};

// What to do about a name that is not among `names`: the nearest of them, or all, or (where there is one
// only) a word about the delimiter.
std::string missing_column_hint(std::string_view name, const std::vector<std::string>& names);

// The position in `names` of a column given by its name, or by its place as "#1". Throws Error(kData) naming the
// nearest column.
std::size_t column_index(const std::vector<std::string>& names, std::string_view name_or_position);

class Schema {
 public:
  Schema() = default;
  explicit Schema(std::vector<ColumnSpec> columns) : columns_(std::move(columns)) {}

  std::size_t size() const { return columns_.size(); }
  const ColumnSpec& operator[](std::size_t i) const { return columns_[i]; }
  ColumnSpec& operator[](std::size_t i) { return columns_[i]; }
  const std::vector<ColumnSpec>& columns() const { return columns_; }
  auto begin() const { return columns_.begin(); }
  auto end() const { return columns_.end(); }
  void add(ColumnSpec column) { columns_.push_back(std::move(column)); }

  std::vector<std::string> names() const;
  std::optional<std::size_t> find(std::string_view name) const;
  // As column_index.
  std::size_t index_of(std::string_view name_or_position) const;

  bool operator==(const Schema&) const = default;

 private:
  std::vector<ColumnSpec> columns_;
};

}  // namespace mlkit
