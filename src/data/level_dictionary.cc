#include <algorithm>
#include <cstring>

#include "mlkit/data/csv_columns.h"

namespace mlkit {
namespace {

std::uint64_t load(const char* p, std::size_t size) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, size);
  return word;
}

// Where a text is put in the table; nothing that is written out depends on it.
std::uint32_t hash_text(std::string_view text) {
  constexpr std::uint64_t kFactor = 0x9E3779B97F4A7C15u;
  const char* p = text.data();
  std::size_t left = text.size();
  std::uint64_t hash = left * kFactor;
  for (; left > 8; p += 8, left -= 8) {
    hash = (hash ^ load(p, 8)) * kFactor;
    hash ^= hash >> 29;
  }
  std::uint64_t tail = 0;
  if (left == 8) {
    tail = load(p, 8);
  } else if (left >= 4) {
    tail = load(p, 4) | load(p + left - 4, 4) << 32;
  } else if (left > 0) {
    tail = load(p, 1) | load(p + left / 2, 1) << 8 | load(p + left - 1, 1) << 16;
  }
  hash = (hash ^ tail) * kFactor;
  return static_cast<std::uint32_t>((hash ^ (hash >> 32)) * kFactor >> 32);
}

}  // namespace

void LevelDictionary::grow() {
  constexpr std::size_t kFirstSlots = 64;
  std::vector<Slot> bigger(slots_.empty() ? kFirstSlots : slots_.size() * 2);
  const std::size_t mask = bigger.size() - 1;
  for (const Slot& slot : slots_) {
    if (slot.code_plus_1 == 0) continue;
    std::size_t at = slot.hash & mask;
    while (bigger[at].code_plus_1 != 0) at = (at + 1) & mask;
    bigger[at] = slot;
  }
  slots_ = std::move(bigger);
}

std::uint32_t LevelDictionary::code_of(std::string_view text) {
  if (ends_.size() * 2 >= slots_.size()) grow();
  const std::uint32_t hash = hash_text(text);
  const std::size_t mask = slots_.size() - 1;
  for (std::size_t at = hash & mask;; at = (at + 1) & mask) {
    Slot& slot = slots_[at];
    if (slot.code_plus_1 == 0) {
      bytes_ += text;
      ends_.push_back(bytes_.size());
      slot = {hash, static_cast<std::uint32_t>(ends_.size())};
      return slot.code_plus_1 - 1;
    }
    if (slot.hash == hash && this->text(slot.code_plus_1 - 1) == text) return slot.code_plus_1 - 1;
  }
}

void LevelDictionary::clear() {
  std::fill(slots_.begin(), slots_.end(), Slot{});
  bytes_.clear();
  ends_.clear();
}

}  // namespace mlkit
