// A column's description as bytes: the same in every section of a model file that holds one.
#pragma once

#include "mlkit/base/binary.h"
#include "mlkit/data/schema.h"

namespace mlkit {

// Name (text), type (u8), role (u8), whole-numbers flag (docs/model-format.md).
void save_column_spec(const ColumnSpec& spec, BinaryWriter& out);
// Throws Error(kModelFile) for a type or role that is not known.
ColumnSpec load_column_spec(BinaryReader& in);

}  // namespace mlkit
