// Files that configure: options (--config), cleaning recipes, folds. The first byte says which. Refused with an error
// of usage or data, or read; what a recipe says survives writing and reading, and the recipe can be applied.
#include <sys/mman.h>
#include <unistd.h>

#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <string_view>

#include "command_line.h"
#include "mlkit/base/error.h"
#include "mlkit/clean/clean_recipe.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/data/folds_file.h"
#include "mlkit/io/clean_json.h"

namespace mlkit {
namespace {

void require(bool claim) {
  if (!claim) std::abort();
}

// The bytes as a file in memory, under a path.
class MemoryFile {
 public:
  explicit MemoryFile(std::string_view bytes) : descriptor_(memfd_create("fuzz", MFD_CLOEXEC)) {
    require(descriptor_ >= 0 && write(descriptor_, bytes.data(), bytes.size()) == static_cast<ssize_t>(bytes.size()));
  }
  ~MemoryFile() { close(descriptor_); }
  MemoryFile(const MemoryFile&) = delete;
  MemoryFile& operator=(const MemoryFile&) = delete;
  std::string path() const { return "/proc/self/fd/" + std::to_string(descriptor_); }

 private:
  int descriptor_;
};

void check_options(std::string_view bytes, const std::string& command) {
  const MemoryFile file(bytes);
  try {
    const app::Request request = app::read_command_line({command, "in.csv", "--config", file.path()});
    require(request.command != nullptr);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kUsage || error.code() == ErrorCode::kData);
  }
}

void check_recipe(std::string_view bytes) {
  static const Table table = [] {
    Context context(1);
    return read_csv_bytes(
        "Total Spend,city,Is Active,Day,id\n1.5,Graz,true,2024-02-29,a\n,,,,\n1e6,Linz,false,2020-01-01,b\n", {},
        context, "table.csv");
  }();
  CleanRecipe recipe;
  try {
    recipe = clean_recipe_from_json(parse_json(bytes, "recipe.json"), "recipe.json");
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kData);
    return;
  }
  const std::string written = json_text(clean_recipe_to_json(recipe));
  const CleanRecipe again = clean_recipe_from_json(parse_json(written, "again"), "again");
  require(json_text(clean_recipe_to_json(again)) == written);
  try {
    const Table cleaned = apply_clean(recipe, table);
    require(cleaned.rows() == table.rows());
    require(cleaned.column_count() == clean_output_schema(recipe, table.schema()).size());
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kData);
  }
}

void check_folds(std::string_view bytes) {
  const MemoryFile file(bytes);
  try {
    require(read_folds(file.path(), 4).size() == 4);
  } catch (const Error& error) {
    require(error.code() == ErrorCode::kData);
  }
}

}  // namespace
}  // namespace mlkit

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view bytes(reinterpret_cast<const char*>(data) + 1, size - 1);
  switch (data[0]) {
    case 'c': mlkit::check_options(bytes, "clean"); break;
    case 't': mlkit::check_options(bytes, "train"); break;
    case 's': mlkit::check_options(bytes, "split"); break;
    case 'r': mlkit::check_recipe(bytes); break;
    case 'f': mlkit::check_folds(bytes); break;
    default: break;
  }
  return 0;
}
