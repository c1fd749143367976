#include "mlkit/workflow/compare_files.h"

#include <algorithm>
#include <filesystem>
#include <map>
#include <optional>
#include <set>
#include <utility>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/csv_chunks.h"
#include "mlkit/drift/compare_tables.h"

namespace mlkit {
namespace {

// One of the two inputs: its names, and its table where it can be read only once.
struct Side {
  std::string path;
  std::vector<std::string> header;
  std::optional<Table> whole;
  double expected_rows = 0;
  std::uint64_t rows = 0;
};

bool is_regular(const std::string& path) {
  std::error_code error;
  return path != "-" && std::filesystem::is_regular_file(path, error);
}

// Rows that a file of this size may have, by its first records: for sharing out memory only.
double expect_rows(const std::string& path, CsvChunkReader& chunks) {
  const std::optional<CsvChunk> first = chunks.next();
  if (!first || first->size == 0) return 0;
  const auto lines = static_cast<double>(std::count(first->begin, first->begin + first->size, '\n') + 1);
  std::error_code error;
  const std::uintmax_t bytes = std::filesystem::file_size(path, error);
  if (error) return lines;
  const bool compressed = path.ends_with(".gz") || path.ends_with(".zst");
  constexpr double kCompression = 6;
  return static_cast<double>(bytes) * (compressed ? kCompression : 1) / static_cast<double>(first->size) * lines;
}

// Types that the person declared, as far as a table has the columns.
std::map<std::string, DeclaredType> types_of(const CsvReadOptions& csv, const std::vector<std::string>& columns) {
  std::map<std::string, DeclaredType> out;
  for (const auto& [name, type] : csv.types) {
    if (std::find(columns.begin(), columns.end(), name) != columns.end()) out.emplace(name, type);
  }
  return out;
}

class FilePair {
 public:
  FilePair(const CompareFilesOptions& options, Context& context) : options_(options), context_(context) {
    open(reference_, options.reference);
    open(current_, options.current);
    for (const auto& [name, type] : options.csv.types) {
      if (!has(reference_, name) && !has(current_, name)) {
        throw Error(ErrorCode::kData, "there is no column \"" + name + "\"",
                    {.file = reference_.path, .column = {}, .hint = missing_column_hint(name, reference_.header)});
      }
    }
    choose();
  }

  FileComparison compare() {
    FileComparison out;
    find_unshared(out);
    for (const std::vector<std::string>& group : groups()) {
      Table a = read(reference_, group);
      Table b = read(current_, group);
      for (ColumnDrift& column : compare_tables(std::move(a), std::move(b), asked_, options_.drift, context_)) {
        out.columns.push_back(std::move(column));
      }
    }
    out.reference_rows = reference_.rows;
    out.current_rows = current_.rows;
    out.drift = judge_columns(out.columns, options_.drift);
    return out;
  }

 private:
  static bool has(const Side& side, const std::string& name) {
    return std::find(side.header.begin(), side.header.end(), name) != side.header.end();
  }

  // Runs body with warnings of its own, and passes each on once however often the file is read.
  template <class Body>
  void with_warnings(const Body& body) {
    Context inner(context_.threads());
    inner.progress = context_.progress;
    inner.stop = context_.stop;
    body(inner);
    for (std::string& warning : inner.take_warnings()) {
      if (warned_.insert(warning).second) context_.warn(std::move(warning));
    }
  }

  void open(Side& side, const std::string& path) {
    side.path = path;
    if (is_regular(path)) {
      CsvReadOptions csv = options_.csv;
      csv.rejects_path.clear();
      CsvChunkReader chunks(path, csv);
      side.header = chunks.header();
      side.expected_rows = expect_rows(path, chunks);
      return;
    }
    with_warnings([&](Context& inner) { side.whole = read_csv(path, options_.csv, inner); });
    side.header = side.whole->schema().names();
  }

  void choose() {
    for (const std::string& name : options_.columns) {
      try {
        asked_.push_back(reference_.header[column_index(reference_.header, name)]);
      } catch (const Error& error) {
        throw error.with_file(reference_.path);
      }
      if (has(current_, asked_.back())) continue;
      throw Error(ErrorCode::kData, "there is no column \"" + asked_.back() + "\"",
                  {.file = current_.path, .column = {}, .hint = missing_column_hint(asked_.back(), current_.header)});
    }
    for (const std::string& name : reference_.header) {
      const bool wanted = asked_.empty() || std::find(asked_.begin(), asked_.end(), name) != asked_.end();
      if (wanted && has(current_, name)) chosen_.push_back(name);
    }
    if (chosen_.empty()) {
      throw Error(ErrorCode::kData, "has no column in common with " + escape_controls(reference_.path),
                  {.file = current_.path, .column = {}, .hint = "both need the same names in their first line"});
    }
  }

  void find_unshared(FileComparison& out) {
    if (!asked_.empty()) return;
    const auto list = [](const std::vector<std::string>& names) {
      constexpr std::size_t kShown = 5;
      std::string text;
      for (std::size_t i = 0; i < std::min(names.size(), kShown); ++i)
        text += (i == 0 ? "\"" : ", \"") + names[i] + "\"";
      return text + (names.size() > kShown ? " and " + std::to_string(names.size() - kShown) + " more" : "");
    };
    for (const std::string& name : reference_.header) {
      if (!has(current_, name)) out.only_in_reference.push_back(name);
    }
    for (const std::string& name : current_.header) {
      if (!has(reference_, name)) out.only_in_current.push_back(name);
    }
    if (!out.only_in_reference.empty()) {
      context_.warn("not compared, because only the reference has it: " + list(out.only_in_reference));
    }
    if (!out.only_in_current.empty()) {
      context_.warn("not compared, because only the current table has it: " + list(out.only_in_current));
    }
  }

  std::vector<std::vector<std::string>> groups() const {
    const bool once = reference_.whole || current_.whole || !options_.csv.rejects_path.empty();
    if (once) return {chosen_};
    const double column_bytes = 8 * (reference_.expected_rows + current_.expected_rows);
    const double fitting = static_cast<double>(options_.group_bytes) / std::max(column_bytes, 1.0);
    const auto most = static_cast<std::size_t>(std::clamp(fitting, 1.0, static_cast<double>(chosen_.size())));
    // Even groups: five and five rather than nine and one.
    const std::size_t count = (chosen_.size() + most - 1) / most;
    std::vector<std::vector<std::string>> out(count);
    for (std::size_t i = 0; i < chosen_.size(); ++i) out[i * count / chosen_.size()].push_back(chosen_[i]);
    return out;
  }

  Table read(Side& side, const std::vector<std::string>& columns) {
    Table table;
    if (side.whole) {
      table = std::move(*side.whole);
      side.whole.reset();
    } else {
      CsvReadOptions csv = options_.csv;
      csv.columns = columns;
      csv.types = types_of(options_.csv, columns);
      with_warnings([&](Context& inner) { table = read_csv(side.path, csv, inner); });
    }
    side.rows = table.rows();
    if (table.rows() == 0) {
      throw Error(ErrorCode::kData, "there are no data rows",
                  {.file = side.path, .column = {}, .hint = "a comparison needs rows on both sides"});
    }
    for (std::size_t i = table.column_count(); i-- > 0;) {
      if (std::find(columns.begin(), columns.end(), table.column(i).name) == columns.end()) table.take_column(i);
    }
    return table;
  }

  const CompareFilesOptions& options_;
  Context& context_;
  Side reference_;
  Side current_;
  std::vector<std::string> asked_;
  std::vector<std::string> chosen_;
  std::set<std::string> warned_;
};

}  // namespace

FileComparison compare_files(const CompareFilesOptions& options, Context& context) {
  return FilePair(options, context).compare();
}

}  // namespace mlkit
