#include "mlkit/recommend/text_set.h"

#include "mlkit/data/hash64.h"

namespace mlkit {
namespace {

constexpr std::size_t kFirstSlots = 1024;

}  // namespace

// Where the text stands, or the free slot where it would.
std::size_t TextSet::slot_of(std::string_view text, std::uint32_t hash) const {
  std::size_t at = hash & (slots_.size() - 1);
  while (slots_[at].number_plus_1 != 0) {
    if (slots_[at].hash == hash && texts_.at(slots_[at].number_plus_1 - 1) == text) break;
    at = (at + 1) & (slots_.size() - 1);
  }
  return at;
}

void TextSet::reserve(std::size_t texts) {
  std::size_t slots = kFirstSlots;
  while (slots < texts * 2) slots *= 2;
  if (slots > slots_.size()) set_slots(slots);
  texts_.ends.reserve(texts);
}

void TextSet::set_slots(std::size_t slots) {
  const std::vector<Slot> old = std::move(slots_);
  slots_.assign(slots, Slot());
  for (const Slot& slot : old) {
    if (slot.number_plus_1 == 0) continue;
    std::size_t at = slot.hash & (slots_.size() - 1);
    while (slots_[at].number_plus_1 != 0) at = (at + 1) & (slots_.size() - 1);
    slots_[at] = slot;
  }
}

std::uint32_t TextSet::insert(std::string_view text) {
  if ((size() + 1) * 2 > slots_.size()) set_slots(slots_.empty() ? kFirstSlots : slots_.size() * 2);
  const auto hash = static_cast<std::uint32_t>(hash_bytes(text));
  Slot& slot = slots_[slot_of(text, hash)];
  if (slot.number_plus_1 == 0) {
    texts_.append(text);
    slot = {hash, static_cast<std::uint32_t>(size())};
  }
  return slot.number_plus_1 - 1;
}

std::uint32_t TextSet::find(std::string_view text) const {
  if (slots_.empty()) return kNoLevel;
  const Slot& slot = slots_[slot_of(text, static_cast<std::uint32_t>(hash_bytes(text)))];
  return slot.number_plus_1 == 0 ? kNoLevel : slot.number_plus_1 - 1;
}

}  // namespace mlkit
