// Table to CSV: header, comma, LF; fields quoted only where RFC 4180 asks for it; doubles as the
// shortest text that reads back; time stamps as ISO 8601; missing cells empty. Rows are formatted in
// parallel blocks and written in order. A missing cell in a one-column table is written `""`, so
// that the line is not blank.
#pragma once

#include <string>
#include <string_view>

#include "mlkit/base/context.h"
#include "mlkit/base/output_file.h"
#include "mlkit/data/table.h"

namespace mlkit {

struct CsvWriteOptions {
  char delimiter = ',';
  bool header = true;
};

void write_csv(const Table& table, OutputFile& out, const CsvWriteOptions& options, Context& context);

// One field, quoted if need be, appended to `out`.
void append_csv_field(std::string& out, std::string_view text, char delimiter = ',');
// The cell of a column, as write_csv writes it.
void append_csv_cell(std::string& out, const Column& column, std::size_t row, char delimiter = ',');

}  // namespace mlkit
