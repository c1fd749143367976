// 64-bit hashes for sketches: the same on every processor, well mixed in all bits. Not for secrets.
#pragma once

#include <cstdint>
#include <string_view>

namespace mlkit {

// A bijection of the 64-bit numbers that spreads them evenly (the finaliser of SplitMix64; Steele, Lea, Flood,
// OOPSLA 2014).
inline std::uint64_t mix64(std::uint64_t x) {
  x = (x ^ (x >> 30)) * 0xbf58476d1ce4e5b9u;
  x = (x ^ (x >> 27)) * 0x94d049bb133111ebu;
  return x ^ (x >> 31);
}

// Equal numbers hash alike: -0 as 0.
std::uint64_t hash_number(double value);
std::uint64_t hash_bytes(std::string_view bytes);

}  // namespace mlkit
