#include "mlkit/data/hash64.h"

#include <bit>
#include <cstring>

namespace mlkit {
namespace {

std::uint64_t load(const char* p, std::size_t bytes) {
  std::uint64_t word = 0;
  if constexpr (std::endian::native == std::endian::little) {
    std::memcpy(&word, p, bytes);
  } else {
    for (std::size_t i = 0; i < bytes; ++i) word |= std::uint64_t{static_cast<unsigned char>(p[i])} << (8 * i);
  }
  return word;
}

}  // namespace

std::uint64_t hash_number(double value) {
  return mix64(std::bit_cast<std::uint64_t>(value + 0.0) + 0x9e3779b97f4a7c15u);
}

std::uint64_t hash_bytes(std::string_view bytes) {
  constexpr std::uint64_t kFactor = 0x9fb21c651e98df25u;
  std::uint64_t hash = 0xa0761d6478bd642fu ^ (bytes.size() * kFactor);
  const char* p = bytes.data();
  std::size_t left = bytes.size();
  for (; left >= 8; left -= 8, p += 8) {
    hash = (hash ^ load(p, 8)) * kFactor;
    hash ^= hash >> 29;
  }
  if (left > 0) hash = (hash ^ load(p, left)) * kFactor;
  return mix64(hash);
}

}  // namespace mlkit
