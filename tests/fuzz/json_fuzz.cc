// JSON text: refused with a place, or read; what was read is written and read back to the same.
#include <cstdint>
#include <cstdlib>
#include <string_view>

#include "mlkit/base/error.h"
#include "mlkit/io/json.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  mlkit::Json value;
  try {
    value = mlkit::parse_json(text, "fuzz");
  } catch (const mlkit::Error& error) {
    if (error.code() != mlkit::ErrorCode::kData || error.place().line == 0) std::abort();
    return 0;
  }
  for (const int indent : {-1, 2}) {
    const std::string written = mlkit::json_text(value, indent);
    if (mlkit::json_text(mlkit::parse_json(written, "again"), indent) != written) std::abort();
  }
  return 0;
}
