// split: rows into training, validation and test files, or into folds. Rows keep their order and their text.
#include <algorithm>
#include <unordered_set>

#include "command.h"

#include "mlkit/base/error.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/data/csv_records.h"
#include "mlkit/data/csv_write.h"
#include "mlkit/data/folds_file.h"
#include "mlkit/data/split.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kMaxIntegerClasses = 20;  // as --task auto of train

// A column as small whole numbers with names: classes or groups.
struct Coded {
  std::vector<std::uint32_t> codes;
  std::vector<std::string> names;
};

// Missing cells become a class of their own, "".
Coded code_column(const Column& column) {
  const Column categories = to_category_column(column);
  Coded out{.codes = categories.categories().codes, .names = *categories.categories().levels};
  if (categories.validity.any_missing()) {
    for (std::uint32_t& code : out.codes) code = code == kNoLevel ? static_cast<std::uint32_t>(out.names.size()) : code;
    out.names.emplace_back();
  }
  return out;
}

bool has_classes(const Column& column) {
  if (!column.is_numeric()) return !column.is_times();
  if (!column.numbers().integer) return false;
  std::unordered_set<double> distinct;
  for (std::size_t row = 0; row < column.size() && distinct.size() <= kMaxIntegerClasses; ++row) {
    if (!column.is_missing(row)) distinct.insert(column.numbers().values[row]);
  }
  return distinct.size() <= kMaxIntegerClasses;
}

class SplitCommand : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override;
  void name_outputs() override;
  int run(Session& session) override;

 private:
  struct Part {
    std::string name;
    std::string path;
    const RowList* rows;
  };

  void check_options() const;
  CsvReadOptions reading() const;
  Split split(const Table& table, std::uint64_t seed, Context& context);
  std::vector<std::uint32_t> folds(const Table& table, std::uint64_t seed);
  void warn_about_rows_left_out(Context& context, std::size_t rows, const std::vector<Part>& parts) const;
  void finish(Session& session, const Table& table, const std::vector<Part>& parts) const;
  std::string header_line(const Table& table) const;

  std::string input_;
  double test_size_ = 0.25;
  std::optional<double> valid_size_;
  std::string target_;
  bool no_stratify_ = false;
  std::string group_;
  std::string time_;
  std::string by_hash_;
  std::string train_;
  std::string valid_;
  std::string test_;
  std::string folds_;
  std::int64_t fold_count_ = 5;
  TableInOptions table_in_;
  std::string how_ = "at random";
};

void SplitCommand::declare(FieldList& arguments, FieldList& options) {
  arguments.add("in", input_,
                {.help = "table to split; - is standard input", .value_name = "IN", .file = FileUse::kReads});
  const auto file = [](std::string help) {
    return FieldInfo{.help = std::move(help), .value_name = "FILE", .file = FileUse::kWrites};
  };
  options.add("train", train_, file("training rows; with no output named at all, NAME_train.csv, NAME_test.csv here"));
  options.add("valid", valid_, file("validation rows (needs --valid-size)"));
  options.add("test", test_, file("test rows"));
  options.add("test_size", test_size_,
              {.help = "share of the rows for the test",
               .value_name = "SHARE",
               .range = {.min = 0, .max = 1, .max_open = true}});
  options.add("valid_size", valid_size_,
              {.help = "share of the rows for validation",
               .value_name = "SHARE",
               .range = {.min = 0, .max = 1, .max_open = true}});
  options.add("target", target_,
              {.help = "column to be predicted: where it holds classes, each part gets them in equal shares",
               .value_name = "COL"});
  options.add("no_stratify", no_stratify_, {.help = "draw without regard to classes"});
  options.add("group", group_, {.help = "rows with the same value here stay on one side", .value_name = "COL"});
  options.add(
      "time", time_,
      {.help = "the last rows by this column are the test, those before them the validation", .value_name = "COL"});
  options.add("by_hash", by_hash_,
              {.help = "side by a hash of this column: a row keeps its side when rows are added", .value_name = "COL"});
  options.add("folds", folds_,
              file("row,fold for cross-validation (from 1): of the training rows where --train is given, else of all"));
  options.add("k", fold_count_, {.help = "number of folds", .value_name = "K", .range = between(2, 1000000)});
  table_in_.declare(options);
}

// The name of a file without folder and the endings of tables.
std::string stem_of(std::string path) {
  path.erase(0, path.rfind('/') + 1);
  for (const std::string ending : {".gz", ".zst", ".csv", ".tsv", ".txt"}) {
    if (path.size() > ending.size() && path.ends_with(ending)) path.resize(path.size() - ending.size());
  }
  return path;
}

void SplitCommand::name_outputs() {
  if (!train_.empty() || !valid_.empty() || !test_.empty() || !folds_.empty()) return;
  if (input_ == "-") throw_usage("name the outputs of standard input", "give --train FILE and --test FILE");
  const std::string stem = stem_of(input_);
  train_ = stem + "_train.csv";
  test_ = stem + "_test.csv";
  if (valid_size_) valid_ = stem + "_valid.csv";
}

void SplitCommand::check_options() const {
  int ways = 0;
  for (const std::string* way : {&group_, &time_, &by_hash_}) ways += way->empty() ? 0 : 1;
  if (ways > 1) throw_usage("--group, --time and --by-hash are three ways to split: give one");
  if (!valid_.empty() && !valid_size_)
    throw_usage("--valid needs the size of that part", "for example --valid-size 0.15");
  if (test_size_ + valid_size_.value_or(0) >= 1)
    throw_usage("--test-size and --valid-size must leave rows for training");
  if (!folds_.empty() && (!time_.empty() || !by_hash_.empty())) {
    throw_usage("--folds are drawn at random or by --group, not by --time or --by-hash");
  }
  if (!test_.empty() && test_size_ == 0) throw_usage("--test with a --test-size of 0 would be empty");
  if (!valid_.empty() && valid_size_ == 0.0) throw_usage("--valid with a --valid-size of 0 would be empty");
}

// Only the columns that decide are converted; the text of all of them is kept.
CsvReadOptions SplitCommand::reading() const {
  CsvReadOptions csv = table_in_.to_csv_options();
  csv.keep_records = true;
  return csv;
}

Split SplitCommand::split(const Table& table, std::uint64_t seed, Context& context) {
  const SplitSizes sizes{.test = test_size_, .valid = valid_size_.value_or(0)};
  if (!group_.empty()) {
    const Column& column = table.column(group_);
    require_no_gaps(column, "--group");
    how_ = "by " + column.name + ", no group on two sides";
    const Coded groups = code_column(column);
    if (!target_.empty() && !no_stratify_)
      context.warn("rows are split by group: the classes of \"" + target_ + "\" are not in equal shares");
    return split_groups(groups.codes, groups.names.size(), sizes, seed);
  }
  if (!time_.empty()) {
    how_ = "the last rows by " + table.column(time_).name;
    return split_by_time(times_of(table.column(time_), "--time"), sizes);
  }
  if (!by_hash_.empty()) {
    const Column& column = table.column(by_hash_);
    how_ = "by the hash of " + column.name;
    std::vector<std::string> keys(table.rows());
    for (std::size_t row = 0; row < keys.size(); ++row) keys[row] = column.cell_text(row);
    return split_by_hash(keys, sizes, seed);
  }
  if (!target_.empty() && !no_stratify_ && has_classes(table.column(target_))) {
    how_ = "stratified by " + table.column(target_).name;
    const Coded classes = code_column(table.column(target_));
    return split_stratified(classes.codes, classes.names, sizes, seed);
  }
  return split_random(table.rows(), sizes, seed);
}

std::vector<std::uint32_t> SplitCommand::folds(const Table& table, std::uint64_t seed) {
  const auto k = static_cast<std::size_t>(fold_count_);
  if (!group_.empty()) {
    require_no_gaps(table.column(group_), "--group");
    const Coded groups = code_column(table.column(group_));
    how_ = "by " + table.column(group_).name + ", no group in two folds";
    return folds_groups(groups.codes, groups.names.size(), k, seed);
  }
  if (!target_.empty() && !no_stratify_ && has_classes(table.column(target_))) {
    const Coded classes = code_column(table.column(target_));
    how_ = "stratified by " + table.column(target_).name;
    return folds_stratified(classes.codes, classes.names, k, seed);
  }
  return folds_random(table.rows(), k, seed);
}

std::string SplitCommand::header_line(const Table& table) const {
  if (table_in_.no_header) return {};
  std::string out;
  for (std::size_t c = 0; c < table.column_count(); ++c) {
    if (c > 0) out += table.records->delimiter();
    append_csv_field(out, table.column(c).name, table.records->delimiter());
  }
  return out;
}

void write_rows(const Table& table, const RowList& rows, const std::string& header, OutputFile& out) {
  const CsvRecords& records = *table.records;
  std::string end = "\n";  // where the file's last line has none: that of its first
  if (records.size() > 0 && !records.line_end(0).empty()) end = records.line_end(0);
  if (!header.empty()) out.write(header + end);
  for (const std::uint32_t row : rows) {
    out.write(records.record(row));
    const std::string_view own_end = records.line_end(row);
    out.write(own_end.empty() ? std::string_view(end) : own_end);
  }
}

int SplitCommand::run(Session& session) {
  check_options();
  for (const std::string* output : {&train_, &valid_, &test_, &folds_}) {
    if (!output->empty()) session.require_output_beside_json(*output);
  }
  const Table table = read_csv(input_, reading(), session.context());
  std::vector<Part> parts;
  Split split;
  std::vector<std::uint32_t> folds;
  try {
    if (!train_.empty() || !valid_.empty() || !test_.empty())
      split = this->split(table, session.seed(), session.context());
    if (!folds_.empty()) folds = this->folds(train_.empty() ? table : table.select_rows(split.train), session.seed());
  } catch (const Error& error) {
    throw error.with_file(input_ == "-" ? "standard input" : input_);
  }
  for (const Part& part :
       {Part{"train", train_, &split.train}, Part{"valid", valid_, &split.valid}, Part{"test", test_, &split.test}}) {
    if (!part.path.empty()) parts.push_back(part);
  }
  warn_about_rows_left_out(session.context(), table.rows(), parts);
  std::vector<OutputFile> files;
  const std::string header = header_line(table);
  for (const Part& part : parts) {
    files.emplace_back(part.path);
    write_rows(table, *part.rows, header, files.back());
  }
  if (!folds_.empty()) {
    files.emplace_back(folds_);
    write_folds(folds, files.back());
  }
  for (OutputFile& file : files) file.commit();
  finish(session, table, parts);
  return 0;
}

// A part that no file was named for is in none: easily meant so, easily forgotten.
void SplitCommand::warn_about_rows_left_out(Context& context, std::size_t rows, const std::vector<Part>& parts) const {
  std::size_t written = 0;
  for (const Part& part : parts) written += part.rows->size();
  if (parts.empty() || written == rows) return;
  std::string names;
  const auto missing = [&](const std::string& path, bool has_rows, const char* option) {
    if (path.empty() && has_rows) names += (names.empty() ? "" : " and ") + std::string(option);
  };
  missing(train_, true, "--train");
  missing(valid_, valid_size_.value_or(0) > 0, "--valid");
  missing(test_, test_size_ > 0, "--test");
  context.warn(with_thousands(rows - written) + " of " + with_thousands(rows) + " rows are in no file; " + names +
               " FILE writes them");
}

void SplitCommand::finish(Session& session, const Table& table, const std::vector<Part>& parts) const {
  if (session.json()) {
    Json result;
    result["rows"] = table.rows();
    result["how"] = how_;
    for (const Part& part : parts) result[part.name] = {{"file", part.path}, {"rows", part.rows->size()}};
    if (!folds_.empty()) result["folds"] = {{"file", folds_}, {"k", fold_count_}};
    session.result("split", std::move(result));
    return;
  }
  std::string line = "split " + how_ + ":";
  for (const Part& part : parts) line += " " + with_thousands(part.rows->size()) + " rows in " + part.path + ",";
  if (!folds_.empty()) line += " " + std::to_string(fold_count_) + " folds in " + folds_ + ",";
  line.pop_back();
  const std::string target = target_.empty() ? "COL" : target_;
  if (!train_.empty()) line += "; next: mlkit train " + train_ + " --target " + target + " -o MODEL";
  session.summary(line);
}

}  // namespace

std::unique_ptr<Command> make_split() { return std::make_unique<SplitCommand>(); }

}  // namespace mlkit::app
