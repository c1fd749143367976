// Which columns of a table become features: those asked for, or all but those that only number the
// rows. Looks at training rows alone.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/table.h"

namespace mlkit {

struct ColumnChoice {
  std::vector<std::string> features;  // names or "#position"; empty = all
  std::vector<std::string> exclude;
  std::string target;                   // "" = none (clusters, components)
  std::string weight;                   // "" = none
  std::vector<std::string> texts = {};  // columns whose words become features: chosen beside `features`
};

// Positions, rising. Left out with a warning unless named in `features`:
//  - text or category columns whose present cells are all distinct (at least two of them);
//  - text columns with more than 1,000 levels that are more than half of the rows;
//  - integer columns whose cells are all distinct and whose name is id-like (id, row, index, key, no,
//    number, uuid, or with one of these as its first or last word).
// Without a target, an integer column that counts up by 1 in every row (of more than 20) is kept, with a warning.
// Throws Error(kData): unknown names, the target among the features or texts, no column left; Error(kUsage) for a text
// that is excluded.
std::vector<std::size_t> choose_columns(const Table& table, const ColumnChoice& choice, Context& context);

}  // namespace mlkit
