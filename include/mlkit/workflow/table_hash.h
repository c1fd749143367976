// What identifies the data that a model was trained on.
#pragma once

#include <string>

#include "mlkit/base/context.h"
#include "mlkit/data/table.h"

namespace mlkit {

// SHA-256 (hexadecimal) of a table's content: for every column, in the byte order of the names, its name, its type and
// its cells. The same for the same cells however the file was written (line ends, quoting, order of the columns),
// whatever the number of threads.
std::string table_sha256(const Table& table, const Context& context);

}  // namespace mlkit
