// From a text to its position in a fixed list of texts: levels of an encoder, terms of a vocabulary.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace mlkit {

// Immutable, so any number of threads may look. Holds its own copy of the texts.
class TextIndex {
 public:
  TextIndex() = default;
  // The texts must be distinct, and fewer than 2^32 - 1.
  explicit TextIndex(const std::vector<std::string>& texts);

  // The position of `text`, or kNoLevel (data/column.h).
  std::uint32_t find(std::string_view text) const;
  std::size_t size() const { return ends_.size(); }

 private:
  std::string_view text(std::uint32_t position) const {
    const std::size_t begin = position == 0 ? 0 : ends_[position - 1];
    return std::string_view(bytes_).substr(begin, ends_[position] - begin);
  }
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t position_plus_1 = 0;  // 0 = free
  };
  std::vector<Slot> slots_;  // a power of two, at most half full
  std::string bytes_;
  std::vector<std::size_t> ends_;
};

// A hash of bytes that is the same everywhere and for ever: hashed text features are sealed by it. (64-bit FNV-1a,
// then the finaliser of MurmurHash3 so that the low bits are good.)
std::uint64_t hash_term(std::string_view bytes);

}  // namespace mlkit
