// Cleaned rows as CSV, with the text of every field that cleaning did not change.
#pragma once

#include <cstdint>
#include <span>

#include "mlkit/base/context.h"
#include "mlkit/base/output_file.h"
#include "mlkit/clean/clean_recipe.h"
#include "mlkit/data/table.h"

namespace mlkit {

// Writes the header and the given rows of the table as apply_clean would leave them: comma separated,
// lines ended by LF, columns in the same order. An unchanged cell is the file's own field (Table::records;
// quoted anew only where the file's delimiter or quote was another), or where the table has no
// records, as write_csv writes it. Fills in `report`: counts, columns_out, renamed.
void write_clean_csv(const CleanRecipe& recipe, const Table& table, std::span<const std::uint32_t> rows,
                     OutputFile& out, Context& context, CleanReport& report);

}  // namespace mlkit
