// The inputs of tests/golden/csv.json, which are given as base64 parts with repeat counts.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "mlkit/io/json.h"

namespace mlkit::test {

inline std::string decode_base64(std::string_view text) {
  std::string out;
  std::uint32_t bits = 0;
  int count = 0;
  for (const char c : text) {
    if (c == '=') break;
    const std::string_view alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    bits = bits << 6 | static_cast<std::uint32_t>(alphabet.find(c));
    count += 6;
    if (count >= 8) {
      count -= 8;
      out += static_cast<char>(bits >> count & 0xFF);
    }
  }
  return out;
}

inline std::string golden_csv_bytes(const Json& one) {
  std::string bytes;
  for (const auto& part : one.at("bytes_parts")) {
    const std::string piece = decode_base64(part.at(0).get<std::string>());
    for (int i = 0; i < part.at(1).get<int>(); ++i) bytes += piece;
  }
  return bytes;
}

}  // namespace mlkit::test
