// What is in an index of items, as text for people and as JSON.
#pragma once

#include <string>

#include "mlkit/io/item_index_file.h"
#include "mlkit/io/json.h"

namespace mlkit::app {

Json index_to_json(const SealedIndex& sealed);
std::string index_to_text(const SealedIndex& sealed);

}  // namespace mlkit::app
