// What a shop knows about its items: ids, titles, categories, prices. No vectors yet (item_index.h).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/data/column.h"
#include "mlkit/recommend/text_set.h"

namespace mlkit {

struct Catalogue {
  TextSet ids;                          // of item i; distinct, not empty
  Texts titles;                         // to be shown
  std::vector<std::string> categories;  // distinct, rising in byte order
  std::vector<std::uint32_t> category;  // per item: index into categories, kNoLevel where it has none
  std::vector<double> prices;           // NaN where there is none

  std::size_t size() const { return ids.size(); }
};

// The place of every item when items are ordered by id: as numbers where every id is a number (equal ones by their
// bytes), else in byte order. Ties of scores are broken by it.
std::vector<std::uint32_t> rank_ids(const TextSet& ids);

// A price as shops write it: a number, with or without a sign or word of a currency before or behind it ("$4.99", "4.99
// EUR", "Rs. 20"). NaN where it is none, negative or not finite.
double parse_price(std::string_view text);

}  // namespace mlkit
