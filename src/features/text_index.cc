#include "mlkit/features/text_index.h"

#include "mlkit/data/column.h"
#include "short_texts.h"

namespace mlkit {

std::uint64_t hash_term(std::string_view bytes) {
  std::uint64_t hash = 0xCBF29CE484222325u;
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3u;
  hash = (hash ^ hash >> 33) * 0xFF51AFD7ED558CCDu;
  hash = (hash ^ hash >> 33) * 0xC4CEB9FE1A85EC53u;
  return hash ^ hash >> 33;
}

TextIndex::TextIndex(const std::vector<std::string>& texts) {
  std::size_t slots = 16;
  while (slots < texts.size() * 2) slots *= 2;
  slots_.resize(slots);
  ends_.reserve(texts.size());
  for (const std::string& text : texts) {
    bytes_ += text;
    ends_.push_back(bytes_.size());
    const std::uint32_t hash = internal::hash_short(text);
    std::size_t at = hash & (slots - 1);
    while (slots_[at].position_plus_1 != 0) at = (at + 1) & (slots - 1);
    slots_[at] = {hash, static_cast<std::uint32_t>(ends_.size())};
  }
}

std::uint32_t TextIndex::find(std::string_view wanted) const {
  if (slots_.empty()) return kNoLevel;
  const std::uint32_t hash = internal::hash_short(wanted);
  for (std::size_t at = hash & (slots_.size() - 1);; at = (at + 1) & (slots_.size() - 1)) {
    const Slot& slot = slots_[at];
    if (slot.position_plus_1 == 0) return kNoLevel;
    if (slot.hash == hash && internal::same_text(text(slot.position_plus_1 - 1), wanted))
      return slot.position_plus_1 - 1;
  }
}

}  // namespace mlkit
