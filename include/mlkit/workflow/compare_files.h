// Two CSV files, column by column, without holding more of them than a few columns at a time: files that can be read
// again are read in groups of columns, as many passes as the memory for kGroupBytes of cells asks for.
#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "mlkit/base/context.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/drift/compare.h"

namespace mlkit {

struct FileComparison {
  std::vector<ColumnDrift> columns;  // judged, in the reference's order
  std::uint64_t reference_rows = 0;
  std::uint64_t current_rows = 0;
  std::vector<std::string> only_in_reference;  // not compared
  std::vector<std::string> only_in_current;
  bool drift = false;
};

struct CompareFilesOptions {
  std::string reference;  // CSV, "-" = standard input
  std::string current;
  std::vector<std::string> columns;  // of the reference, by name or "#position"; empty = all that both have
  CsvReadOptions csv;
  DriftOptions drift;
  std::size_t group_bytes = std::size_t{160} << 20;
};

// Throws Error(kData) with the place for a table that cannot be read, for no rows on one side, for a column that is
// asked for and not there, and where the two have no column in common. Warnings: columns on one side only.
FileComparison compare_files(const CompareFilesOptions& options, Context& context);

}  // namespace mlkit
