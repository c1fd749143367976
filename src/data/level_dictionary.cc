#include <algorithm>
#include <cstring>
#include <utility>

#include "mlkit/data/csv_columns.h"

namespace mlkit {
namespace {

std::uint64_t load(const char* p, std::size_t size) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, size);
  return word;
}

// The first eight bytes (all of a shorter text), as a number.
std::uint64_t prefix_of(std::string_view text) {
  const char* const p = text.data();
  const std::size_t size = text.size();
  if (size >= 8) return load(p, 8);
  if (size >= 4) return load(p, 4) | load(p + size - 4, 4) << 32;
  if (size > 0) return load(p, 1) | load(p + size / 2, 1) << 8 | load(p + size - 1, 1) << 16;
  return 0;
}

// Where a text is put in the table; nothing that is written out depends on it.
std::size_t hash_text(std::string_view text, std::uint64_t prefix) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15u;
  std::uint64_t hash = (prefix ^ text.size()) * kFactor;
  const char* p = text.data() + 8;
  for (std::size_t left = text.size(); left > 8; left = left > 16 ? left - 8 : 8) {
    // The last step takes the last eight bytes, some of them for the second time.
    hash = ((hash ^ hash >> 32) ^ load(left > 16 ? p : text.data() + text.size() - 8, 8)) * kFactor;
    p += 8;
  }
  return static_cast<std::size_t>((hash ^ (hash >> 32)) * kFactor >> 32);
}

}  // namespace

void LevelDictionary::grow() {
  constexpr std::size_t kFirstSlots = 64;
  const std::vector<Slot> old = std::exchange(slots_, {});
  slots_.resize(old.empty() ? kFirstSlots : old.size() * 2);
  const std::size_t mask = slots_.size() - 1;
  for (const Slot& slot : old) {
    if (slot.code_plus_1 == 0) continue;
    std::size_t at = hash_text(text(slot.code_plus_1 - 1), slot.prefix) & mask;
    while (slots_[at].code_plus_1 != 0) at = (at + 1) & mask;
    slots_[at] = slot;
  }
}

std::uint32_t LevelDictionary::code_of(std::string_view wanted) {
  if (ends_.size() * 2 >= slots_.size()) grow();
  const std::uint64_t prefix = prefix_of(wanted);
  const auto size = static_cast<std::uint32_t>(wanted.size());
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash_text(wanted, prefix) & mask;; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (slot.code_plus_1 == 0) {
      bytes_ += wanted;
      ends_.push_back(bytes_.size());
      slot = {prefix, size, static_cast<std::uint32_t>(ends_.size())};
      return slot.code_plus_1 - 1;
    }
    if (slot.prefix != prefix || slot.size != size) continue;
    if (size <= 8 || text(slot.code_plus_1 - 1).substr(8) == wanted.substr(8)) return slot.code_plus_1 - 1;
  }
}

void LevelDictionary::clear() {
  std::fill(slots_.begin(), slots_.end(), Slot{});
  bytes_.clear();
  ends_.clear();
}

}  // namespace mlkit
