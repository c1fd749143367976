// Names that say that a column identifies rows.
#pragma once

#include <string_view>

namespace mlkit {

// Whether the first or last word of the name is id, row, index, key, no, number, uuid or the like: "customerID",
// "Customer Id" and "id_customer" are.
bool is_id_name(std::string_view name);

}  // namespace mlkit
