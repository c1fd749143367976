#include "dependency_file.h"

#include <algorithm>

#include "field_names.h"
#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "separate_files.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kRuleWidth = 100;

bool is_plain_name(const std::string& path) {
  return !path.empty() && path != "-" && !is_standard_output(path) && !path.starts_with("/dev/") &&
         !path.starts_with("/proc/self/fd/");
}

void add_files(const FieldList& fields, FileUse use, std::vector<std::string>& files) {
  for (const Field& field : fields.all()) {
    if (field.info.file != use || field.name == "depfile") continue;
    for (const std::string& path : file_values(field)) {
      if (is_plain_name(path) && std::find(files.begin(), files.end(), path) == files.end()) files.push_back(path);
    }
  }
}

// Names after each other, lines continued with a backslash.
void append_names(std::string& out, const std::vector<std::string>& files, bool targets) {
  std::size_t line = out.size();
  for (const std::string& file : files) {
    const std::string name = escape_for_make(file, targets);
    if (line > 0 && line + name.size() > kRuleWidth) {
      out += " \\\n ";
      line = 1;
    } else if (!out.empty()) {
      out += ' ';
    }
    out += name;
    line += name.size() + 1;
  }
}

}  // namespace

bool writes_files(const FieldList& arguments, const FieldList& options) {
  const auto any = [](const FieldList& fields) {
    return std::any_of(fields.all().begin(), fields.all().end(),
                       [](const Field& field) { return field.info.file == FileUse::kWrites; });
  };
  return any(arguments) || any(options);
}

std::string escape_for_make(const std::string& path, bool is_target) {
  const std::string_view impossible = is_target ? "\n\r\t=;|%" : "\n\r\t=;|";
  if (path.find_first_of(impossible) != std::string::npos) {
    throw_usage("--depfile: make has no way to name the file \"" + escape_controls(path) + "\" in a rule",
                "rename it, or leave --depfile out");
  }
  std::string out;
  std::size_t backslashes = 0;  // right before: make halves them before a character that it would take otherwise
  for (const char c : path) {
    if (c == '$') {
      out += "$$";
    } else {
      if (std::string_view(" #:*?[]").find(c) != std::string_view::npos) out.append(backslashes + 1, '\\');
      out += c;
    }
    backslashes = c == '\\' ? backslashes + 1 : 0;
  }
  return out;
}

Dependencies find_dependencies(const FieldList& arguments, const FieldList& options, const std::string& target) {
  Dependencies files;
  if (!target.empty()) {
    files.outputs.push_back(target);
  } else {
    add_files(arguments, FileUse::kWrites, files.outputs);
    add_files(options, FileUse::kWrites, files.outputs);
  }
  add_files(arguments, FileUse::kReads, files.inputs);
  add_files(options, FileUse::kReads, files.inputs);
  return files;
}

std::string render_dependencies(const Dependencies& files) {
  if (files.outputs.empty()) {
    throw_usage("--depfile has no output file to name", "name the file that make knows with --depfile-target");
  }
  std::string out;
  append_names(out, files.outputs, true);
  out += ':';
  std::string inputs;
  append_names(inputs, files.inputs, false);
  if (!inputs.empty()) out += " " + inputs;
  return out + "\n";
}

}  // namespace mlkit::app
