// Hash and equality of words: short, many, and looked up again and again. Calls of memcmp and a multiplication per byte
// were a quarter of the time of training on texts.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <string_view>

namespace mlkit::internal {

template <class Word>
Word load_word(const char* at) {
  Word word;
  std::memcpy(&word, at, sizeof word);
  return word;
}

inline std::uint64_t stir(std::uint64_t hash, std::uint64_t word) {
  hash = (hash ^ word) * 0x9E3779B97F4A7C15u;
  return hash ^ hash >> 32;
}

// For tables in memory alone: it depends on the processor's byte order, so nothing may be sealed or ordered by it.
inline std::uint32_t hash_short(std::string_view text) {
  const char* at = text.data();
  std::size_t left = text.size();
  std::uint64_t hash = text.size();
  for (; left > 8; at += 8, left -= 8) hash = stir(hash, load_word<std::uint64_t>(at));
  std::uint64_t last = 0;
  if (left >= 4) {
    last = std::uint64_t{load_word<std::uint32_t>(at)} << 32 | load_word<std::uint32_t>(at + left - 4);
  } else {
    for (std::size_t i = 0; i < left; ++i) last = last << 8 | static_cast<unsigned char>(at[i]);
  }
  return static_cast<std::uint32_t>(stir(stir(hash, last), 0));
}

inline bool same_text(std::string_view a, std::string_view b) {
  if (a.size() != b.size()) return false;
  const std::size_t size = a.size();
  if (size < 4) {
    for (std::size_t i = 0; i < size; ++i) {
      if (a[i] != b[i]) return false;
    }
    return true;
  }
  // Words of four, the last one ending with the text.
  for (std::size_t i = 0; i + 4 < size; i += 4) {
    if (load_word<std::uint32_t>(a.data() + i) != load_word<std::uint32_t>(b.data() + i)) return false;
  }
  return load_word<std::uint32_t>(a.data() + size - 4) == load_word<std::uint32_t>(b.data() + size - 4);
}

}  // namespace mlkit::internal
