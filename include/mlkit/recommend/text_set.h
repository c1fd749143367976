// Distinct texts, numbered as they come: ids of items, terms of a catalogue.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

#include "mlkit/data/column.h"

namespace mlkit {

// Any number of threads may look while nobody inserts. Fewer than 2^32 - 1 texts.
class TextSet {
 public:
  void reserve(std::size_t texts);
  // The number of `text`, which is size() - 1 where it was not there.
  std::uint32_t insert(std::string_view text);
  // Its number, or kNoLevel.
  std::uint32_t find(std::string_view text) const;
  std::size_t size() const { return texts_.ends.size(); }
  std::string_view at(std::size_t number) const { return texts_.at(number); }

 private:
  struct Slot {
    std::uint32_t hash = 0;
    std::uint32_t number_plus_1 = 0;  // 0 = free
  };
  std::size_t slot_of(std::string_view text, std::uint32_t hash) const;
  void set_slots(std::size_t slots);

  std::vector<Slot> slots_;  // a power of two, at most half full
  Texts texts_;
};

}  // namespace mlkit
