// The texts of a catalogue as counts of terms.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/column.h"
#include "mlkit/features/tokens.h"

namespace mlkit {

// How often each term stands in each item, by rows (CSR): item i has the entries [begins[i], begins[i + 1]).
struct ItemTerms {
  std::vector<std::string> terms;     // distinct, rising in byte order; each is in an item
  std::vector<std::uint64_t> begins;  // items + 1 of them
  std::vector<std::uint32_t> term;    // rising within an item
  std::vector<std::uint32_t> count;   // at least 1

  std::size_t items() const { return begins.size() - 1; }
};

// One text of an item: columns of the catalogue (categories or texts), joined by blanks; missing cells are empty.
using TextColumns = std::vector<const Column*>;

// Counts the tokens of every row. The result does not depend on the number of threads.
ItemTerms count_item_terms(const TextColumns& columns, std::size_t rows, const TokenRules& rules,
                           const Context& context);

}  // namespace mlkit
