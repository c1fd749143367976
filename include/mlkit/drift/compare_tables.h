// Two tables, column by column, in parallel; the result does not depend on the number of threads.
#pragma once

#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/table.h"
#include "mlkit/drift/compare.h"

namespace mlkit {

// The columns that both tables have, in the reference's order; the tables' cells are used up. A column is of the kind
// that it has in the reference: words in a column of numbers are counted as unseen, numbers in one of categories are
// levels by their shortest text. Columns of the reference that tell rows apart instead of describing them (another text
// in every row, more distinct texts than kMaxLevels) and time stamps are not tested, unless `asked` names them: then
// texts are levels, time stamps numbers (microseconds).
std::vector<ColumnDrift> compare_tables(Table reference, Table current, const std::vector<std::string>& asked,
                                        const DriftOptions& options, const Context& context);

}  // namespace mlkit
