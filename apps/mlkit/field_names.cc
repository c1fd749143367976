#include "field_names.h"

#include <algorithm>

namespace mlkit::app {

std::string flag_of(std::string name) {
  std::replace(name.begin(), name.end(), '_', '-');
  return "--" + name;
}

bool is_flag(const Field& field) { return std::holds_alternative<bool*>(field.target); }

std::string argument_name(const Field& field) {
  if (!field.info.value_name.empty()) return field.info.value_name;
  std::string name = field.name;
  for (char& c : name) c = c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
  return name;
}

}  // namespace mlkit::app
