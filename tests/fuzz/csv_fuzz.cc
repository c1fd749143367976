// Any bytes as CSV. Run by libFuzzer (option MLKIT_FUZZ, Clang) and, over the seed corpus, by csv_fuzz_test.cc.
// The first byte chooses options; what follows is the file.
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "mlkit/base/error.h"
#include "mlkit/data/csv_read.h"

namespace mlkit {
namespace {

// The whole result as text; errors are results, too.
std::string outcome(std::string_view bytes, const CsvReadOptions& options, int threads) {
  Context context(threads);
  std::string out;
  try {
    const Table table = read_csv_bytes(bytes, options, context, "fuzz.csv");
    for (const Column& column : table.columns()) {
      out += column.name + ":" + std::string(column_type_name(column.type)) + "\n";
      for (std::size_t row = 0; row < table.rows(); ++row) {
        out += column.is_missing(row) ? "-" : column.cell_text(row);
        out += "@" + std::to_string(table.lines[row]) + "\n";
      }
    }
  } catch (const Error& error) {
    if (error.code() != ErrorCode::kData && error.code() != ErrorCode::kUsage) std::abort();
    out = error.what();
  }
  for (const std::string& warning : context.take_warnings()) out += warning;
  return out;
}

}  // namespace
}  // namespace mlkit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const unsigned choice = data[0];
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  mlkit::CsvReadOptions options;
  options.header = (choice & 1) == 0;
  options.on_bad_row = (choice & 2) == 0   ? mlkit::BadRowAction::kError
                       : (choice & 4) == 0 ? mlkit::BadRowAction::kSkip
                                           : mlkit::BadRowAction::kPad;
  options.keep_records = (choice & 8) != 0;
  if ((choice & 16) != 0) options.delimiter = ',';
  if ((choice & 32) != 0) options.types["a"] = {mlkit::ColumnType::kNumeric, false};
  if (mlkit::outcome(bytes, options, 1) != mlkit::outcome(bytes, options, 3)) std::abort();
  return 0;
}
