// Compressed output, by the suffix of its name. The bytes depend on what is written alone: nothing of the time, the
// name or the machine stands in the header, and encoders are fed blocks of one fixed size (OutputFile).
#pragma once

#include <memory>
#include <string>
#include <string_view>

namespace mlkit::internal {

// How hard compressing tries: the levels that gzip and zstd take by themselves.
inline constexpr int kGzipLevel = 6;
inline constexpr int kZstdLevel = 3;

class Encoder {
 public:
  virtual ~Encoder() = default;
  // Appends to `out` what has become ready.
  virtual void write(std::string_view bytes, std::string& out) = 0;
  // The end of the compressed data; once.
  virtual void finish(std::string& out) = 0;
};

// For names that end in .gz or .zst; null for others. Throws Error(kUsage) where this build cannot compress so,
// Error(kIo) without memory.
std::unique_ptr<Encoder> make_encoder(const std::string& path);

}  // namespace mlkit::internal
