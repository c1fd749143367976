// Rows as mlkit splits them, for csv_against_python.py: reads inputs, each after its length in decimal
// and a line end, from standard input; writes one JSON line for each, {"rows": [..]} with the header
// first, or {"error": ".."}.
#include <iostream>
#include <iterator>
#include <nlohmann/json.hpp>
#include <string>
#include <string_view>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/data/csv_chunks.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/data/csv_records.h"

namespace {

nlohmann::json rows_of(const std::string& bytes) {
  using namespace mlkit;
  Context context(1);
  CsvReadOptions options;
  options.delimiter = ',';
  options.keep_records = true;  // cells of blanks alone are missing in the table, but here as they stand
  try {
    const CsvChunkReader reader(bytes, "in.csv", options);
    const Table table = read_csv_bytes(bytes, options, context, "in.csv");
    nlohmann::json rows = nlohmann::json::array({reader.header()});
    std::vector<std::string_view> fields;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      table.records->split(row, fields);
      nlohmann::json cells = nlohmann::json::array();
      for (const std::string_view field : fields) cells.push_back(unquote_csv_field(field));
      rows.push_back(cells);
    }
    return {{"rows", rows}};
  } catch (const Error& error) {
    return {{"error", error.message()}};
  }
}

}  // namespace

int main() {
  std::string size;
  while (std::getline(std::cin, size)) {
    std::string bytes(std::stoull(size), '\0');
    std::cin.read(bytes.data(), static_cast<std::streamsize>(bytes.size()));
    std::cout << rows_of(bytes).dump() << "\n";
  }
}
