#include "mlkit/data/schema.h"

#include <algorithm>
#include <charconv>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"

namespace mlkit {
namespace {

constexpr std::size_t kNamesShown = 12;

std::string list_names(const std::vector<std::string>& names) {
  std::string out;
  for (std::size_t i = 0; i < names.size() && i < kNamesShown; ++i) {
    if (i > 0) out += ", ";
    out += names[i];
  }
  if (names.size() > kNamesShown) out += ", ... (" + std::to_string(names.size()) + " in all)";
  return out;
}

}  // namespace

std::string missing_column_hint(std::string_view name, const std::vector<std::string>& names) {
  if (names.size() == 1) {
    return "the table has one column, \"" + names[0] + "\": if it should have more, say --delimiter";
  }
  const std::string near = nearest_name(name, names);
  return near.empty() ? "the columns are: " + list_names(names) : "did you mean \"" + near + "\"?";
}

std::string_view column_type_name(ColumnType type) {
  switch (type) {
    case ColumnType::kNumeric: return "numeric";
    case ColumnType::kCategory: return "category";
    case ColumnType::kBoolean: return "boolean";
    case ColumnType::kText: return "text";
    case ColumnType::kDatetime: return "datetime";
  }
  return "text";
}

std::string_view column_role_name(ColumnRole role) {
  switch (role) {
    case ColumnRole::kFeature: return "feature";
    case ColumnRole::kTarget: return "target";
    case ColumnRole::kWeight: return "weight";
    case ColumnRole::kId: return "id";
  }
  return "feature";
}

std::optional<ColumnType> parse_column_type(std::string_view name) {
  for (const ColumnType type :
       {ColumnType::kNumeric, ColumnType::kCategory, ColumnType::kBoolean, ColumnType::kText, ColumnType::kDatetime}) {
    if (name == column_type_name(type)) return type;
  }
  return std::nullopt;
}

std::vector<std::string> Schema::names() const {
  std::vector<std::string> out;
  out.reserve(columns_.size());
  for (const ColumnSpec& column : columns_) out.push_back(column.name);
  return out;
}

std::optional<std::size_t> Schema::find(std::string_view name) const {
  for (std::size_t i = 0; i < columns_.size(); ++i) {
    if (columns_[i].name == name) return i;
  }
  return std::nullopt;
}

std::size_t column_index(const std::vector<std::string>& names, std::string_view name) {
  const auto found = std::find(names.begin(), names.end(), name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  if (name.size() > 1 && name[0] == '#') {
    std::size_t position = 0;
    const auto [end, status] = std::from_chars(name.data() + 1, name.data() + name.size(), position);
    if (status == std::errc() && end == name.data() + name.size() && position >= 1 && position <= names.size()) {
      return position - 1;
    }
    throw_data("there is no column " + std::string(name),
               "the table has " + std::to_string(names.size()) + " columns, #1 to #" + std::to_string(names.size()));
  }
  // "a, b" as people write lists; a name that really begins with a blank was found above.
  if (const std::string_view trimmed = trim_blanks(name); trimmed != name && !trimmed.empty()) {
    return column_index(names, trimmed);
  }
  throw_data("there is no column \"" + std::string(name) + "\"", missing_column_hint(name, names));
}

std::size_t Schema::index_of(std::string_view name) const {
  if (const auto found = find(name)) return *found;
  return column_index(names(), name);
}

}  // namespace mlkit
