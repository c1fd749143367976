// Command lines: words are separated by line breaks. A usage error or a command that is ready to run, never
// anything else. Files that a command line names (--config) are not read: such words are passed over.
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>
#include <vector>

#include "command_line.h"
#include "mlkit/base/error.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  std::string_view text(reinterpret_cast<const char*>(data), size);
  std::vector<std::string> words;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    words.emplace_back(text.substr(0, end));
    if (words.back().find('\0') != std::string::npos || words.back().rfind("--config", 0) == 0) words.pop_back();
    text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
  }
  try {
    const mlkit::app::Request request = mlkit::app::read_command_line(words);
    if ((request.command == nullptr) == request.text.empty()) std::abort();
  } catch (const mlkit::Error& error) {
    if (error.code() != mlkit::ErrorCode::kUsage) std::abort();
  }
  return 0;
}
