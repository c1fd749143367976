#include "mlkit/base/error.h"

#include <utility>

#include "mlkit/base/text.h"

namespace mlkit {
namespace {

std::string full_text(const std::string& message, const ErrorPlace& place) {
  std::string out;
  if (!place.file.empty()) {
    out += escape_controls(place.file);
    if (place.line != 0) out += ':' + std::to_string(place.line);
    if (place.line != 0 && place.field != 0) out += ':' + std::to_string(place.field);
    if (!place.column.empty()) out += " (" + escape_controls(place.column) + ")";
    out += ": ";
  } else if (place.line != 0) {
    out += "line " + std::to_string(place.line);
    if (place.field != 0) out += ", field " + std::to_string(place.field);
    if (!place.column.empty()) out += " (" + escape_controls(place.column) + ")";
    out += ": ";
  }
  out += escape_controls(message);
  if (!place.hint.empty()) out += "; " + escape_controls(place.hint);
  return out;
}

}  // namespace

std::string_view error_code_name(ErrorCode code) {
  switch (code) {
    case ErrorCode::kFinding: return "finding";
    case ErrorCode::kUsage: return "usage";
    case ErrorCode::kData: return "data";
    case ErrorCode::kModelFile: return "model_file";
    case ErrorCode::kIo: return "io";
    case ErrorCode::kInterrupted: return "interrupted";
  }
  return "io";
}

Error::Error(ErrorCode code, std::string message, ErrorPlace place)
    : code_(code), message_(std::move(message)), place_(std::move(place)), text_(full_text(message_, place_)) {}

Error Error::with_file(const std::string& file) const {
  if (!place_.file.empty()) return *this;
  ErrorPlace place = place_;
  place.file = file;
  return Error(code_, message_, std::move(place));
}

void throw_usage(std::string message, std::string hint) {
  throw Error(ErrorCode::kUsage, std::move(message), {.file = {}, .column = {}, .hint = std::move(hint)});
}

void throw_data(std::string message, std::string hint) {
  throw Error(ErrorCode::kData, std::move(message), {.file = {}, .column = {}, .hint = std::move(hint)});
}

}  // namespace mlkit
