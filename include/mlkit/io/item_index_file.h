// An index of items (recommend/sealed_index.h) as a model file: the same container, other sections. What reads models
// that predict refuses it with a word about `recommend`, and the other way round.
#pragma once

#include <string>
#include <string_view>

#include "mlkit/base/context.h"
#include "mlkit/io/model_file.h"
#include "mlkit/recommend/sealed_index.h"

namespace mlkit {

std::string item_index_to_bytes(const SealedIndex& sealed);
// Trusts nothing, as pipeline_from_bytes. Throws Error(kModelFile).
SealedIndex item_index_from_bytes(std::string_view bytes, const std::string& name, const Context& context,
                                  ModelFileInfo* info = nullptr);

}  // namespace mlkit
