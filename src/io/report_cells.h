// Cells and tables of reports as text, alike in all renderings.
#pragma once

#include <set>
#include <string>

#include "mlkit/io/display.h"
#include "mlkit/io/report.h"

namespace mlkit::internal {

// For people; "" for an empty cell.
std::string shown_cell(const ReportCell& cell, CellFormat format);
// For programs: numbers as the shortest text that reads back.
std::string exact_cell(const ReportCell& cell);
DataRows table_data(const ReportTable& table);

// Names of CSV files within one report: plain characters, each once.
class CsvNames {
 public:
  std::string unique(const std::string& wanted);

 private:
  std::set<std::string> used_;
};

}  // namespace mlkit::internal
