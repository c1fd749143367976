#include "separate_files.h"

#include <type_traits>

#include "field_names.h"
#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"

namespace mlkit::app {
namespace {

struct NamedFile {
  std::string field;  // as the user calls it
  std::string path;
  FileUse use;
};

void add_files(const Field& field, const std::string& shown_name, std::vector<NamedFile>& files) {
  if (field.info.file == FileUse::kNone) return;
  for (const std::string& path : file_values(field)) {
    if (!path.empty()) files.push_back({shown_name, path, field.info.file});
  }
}

void require_separate(const NamedFile& output, const NamedFile& other) {
  if (other.use == FileUse::kWrites && output.path == "-" && other.path == "-") {
    throw_usage(output.field + " and " + other.field + " both go to standard output", "name a file for one of them");
  }
  if (!is_same_file(output.path, other.path)) return;
  throw_usage(output.field + " and " + other.field + " are the same file, " + output.path,
              "give another file name for " + output.field);
}

}  // namespace

std::vector<std::string> file_values(const Field& field) {
  return std::visit(
      [](const auto* target) -> std::vector<std::string> {
        using T = std::remove_cvref_t<decltype(*target)>;
        if constexpr (std::is_same_v<T, std::string>) return {*target};
        if constexpr (std::is_same_v<T, std::vector<std::string>>) return *target;
        if constexpr (std::is_same_v<T, std::optional<std::string>>) return {target->value_or("")};
        return {};
      },
      field.target);
}

void require_separate_files(const FieldList& arguments, const FieldList& options) {
  std::vector<NamedFile> files;
  for (const Field& field : arguments.all()) add_files(field, argument_name(field), files);
  for (const Field& field : options.all()) add_files(field, flag_of(field.name), files);
  for (std::size_t i = 0; i < files.size(); ++i) {
    for (std::size_t j = 0; j < i; ++j) {
      const bool later_writes = files[i].use == FileUse::kWrites;
      if (later_writes || files[j].use == FileUse::kWrites) {
        require_separate(later_writes ? files[i] : files[j], later_writes ? files[j] : files[i]);
      }
    }
  }
}

}  // namespace mlkit::app
