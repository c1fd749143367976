// --depfile: which files an output was made from, as a rule that make (and ninja) can include.
#pragma once

#include <string>
#include <vector>

#include "mlkit/base/fields.h"

namespace mlkit::app {

// Whether a command that declares these fields writes files that its user names.
bool writes_files(const FieldList& arguments, const FieldList& options);

// The files of one command line, each once and in the order of the help, from the fields that say what is done with a
// file (FileUse). Standard streams, devices and `depfile` itself are left out. `target`, where it is not empty, takes
// the place of the outputs. Call once the values are set.
struct Dependencies {
  std::vector<std::string> outputs;
  std::vector<std::string> inputs;
};
Dependencies find_dependencies(const FieldList& arguments, const FieldList& options, const std::string& target);

// "OUTPUT ..: INPUT ..". Throws Error(kUsage) where there is no output to name, or where make cannot name a file.
std::string render_dependencies(const Dependencies& files);

// A file name as make reads it in a rule. Throws Error(kUsage) for names that a rule cannot hold (line breaks,
// = ; | and in targets %).
std::string escape_for_make(const std::string& path, bool is_target);

}  // namespace mlkit::app
