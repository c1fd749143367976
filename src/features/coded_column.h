// A column of texts as codes into its levels, for what learns encoders. Private to features/.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "mlkit/data/column.h"

namespace mlkit::internal {

struct CodedColumn {
  std::vector<std::string> levels;    // that occur, rising in byte order; booleans in lower case
  std::vector<std::uint64_t> counts;  // per level
  std::vector<std::uint32_t> codes;   // per row; levels.size() where missing
  std::uint64_t missing = 0;
};

CodedColumn code_column(const Column& column);

}  // namespace mlkit::internal
