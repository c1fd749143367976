// One command line never reads and writes the same file, nor writes one twice.
#pragma once

#include "mlkit/base/fields.h"

namespace mlkit::app {

// The file names that a field holds now (some may be empty).
std::vector<std::string> file_values(const Field& field);

// Throws Error(kUsage) naming two fields where a file that one writes (FileUse::kWrites) is read or written by the
// other, however it is spelled: by its inode, or by folder and name where it is not there yet. Devices and pipes are
// no files to lose; two outputs on "-" would mix on standard output and are refused as well.
void require_separate_files(const FieldList& arguments, const FieldList& options);

}  // namespace mlkit::app
