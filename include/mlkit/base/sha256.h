// SHA-256 (FIPS 180-4): identifies data and model files; the same text that `sha256sum` prints. Uses
// the processor's instructions where it has them, with the same result.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace mlkit {

class Sha256 {
 public:
  Sha256();
  void update(std::string_view bytes);
  // Ends the message; the object must not be used afterwards.
  std::array<std::uint8_t, 32> finish();

 private:
  std::array<std::uint32_t, 8> state_;
  std::array<std::uint8_t, 64> buffer_{};
  std::size_t buffered_ = 0;
  std::uint64_t length_ = 0;
};

// 64 lower-case hexadecimal digits.
std::string sha256_hex(std::string_view bytes);
std::string hex_text(std::string_view bytes);

}  // namespace mlkit
