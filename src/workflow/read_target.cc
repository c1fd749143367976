// The target column: what it is (classes or numbers), and its value in every row.
#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit {
namespace {

constexpr std::size_t kMostClassesOfNumbers = 20;
constexpr std::size_t kMostClasses = 1000;

[[noreturn]] void throw_target(const ColumnSpec& column, const std::string& problem, const std::string& hint,
                               std::uint64_t line = 0) {
  throw Error(ErrorCode::kData, problem, {.file = {}, .line = line, .column = column.name, .hint = hint});
}

// "007" is a code, not seven.
bool is_code(std::string_view text) { return text.size() > 1 && text[0] == '0' && text[1] >= '0' && text[1] <= '9'; }

bool parse_label_number(std::string_view text, double& value) {
  const std::string_view trimmed = trim_blanks(text);
  return !is_code(trimmed) && parse_number(trimmed, value) == NumberStatus::kNumber;
}

// The column as distinct texts that occur, with their numbers where all of them are numbers.
struct Cells {
  Column made;                     // categories, where the column is none
  const Column* given = nullptr;   // else the column itself
  std::vector<std::uint8_t> used;  // per level
  std::size_t distinct = 0;
  bool numeric = true;
  bool integer = true;
  std::vector<double> numbers;  // per level
  std::string first_word;       // a level that is not a number

  const Column& column() const { return given != nullptr ? *given : made; }
};

Cells read_cells(const Column& column) {
  Cells cells;
  if (column.is_categorical()) {
    cells.given = &column;
  } else {
    cells.made = to_category_column(column);
  }
  const Levels& levels = *cells.column().categories().levels;
  cells.used.resize(levels.size());
  for (const std::uint32_t code : cells.column().categories().codes) {
    if (code != kNoLevel) cells.used[code] = 1;
  }
  cells.numbers.resize(levels.size());
  for (std::size_t i = 0; i < levels.size(); ++i) {
    if (cells.used[i] == 0) continue;
    ++cells.distinct;
    if (!parse_label_number(levels[i], cells.numbers[i])) {
      if (cells.first_word.empty()) cells.first_word = levels[i];
      cells.numeric = false;
    }
    cells.integer = cells.integer && cells.numbers[i] == std::floor(cells.numbers[i]);
  }
  return cells;
}

bool wants_classes(const TrainOptions& options, bool numeric, bool integer, std::size_t distinct, std::string& reason) {
  const std::string& model = options.model;
  if (options.task == "classification") {
    if (model == "linear") throw_usage("--model linear predicts numbers, --task classification asks for classes");
    reason = "asked for by --task";
    return true;
  }
  if (options.task == "regression") {
    if (model == "logistic" || model == "nb")
      throw_usage("--model " + model + " predicts classes, --task regression asks for numbers");
    reason = "asked for by --task";
    return false;
  }
  if (model == "logistic" || model == "linear" || model == "nb") {
    reason = "the model (" + model + ") is for " + (model == "linear" ? "numbers" : "classes");
    return model != "linear";
  }
  if (!numeric) {
    reason = "the target holds words";
    return true;
  }
  const bool classes = integer && distinct <= kMostClassesOfNumbers;
  reason = std::string("the target holds ") + (integer ? "whole numbers" : "numbers") + ", " +
           with_thousands(distinct) + " different";
  return classes;
}

// Classes of numbers in the order of the numbers. Labels are kept verbatim, so two spellings of one number
// ("1", "1.0") can neither be made one class nor quietly be two.
std::vector<std::string> numeric_classes(const Cells& cells, std::vector<std::uint32_t>& class_of_level) {
  std::map<double, std::vector<std::size_t>> by_value;
  for (std::size_t i = 0; i < cells.used.size(); ++i) {
    if (cells.used[i] != 0) by_value[cells.numbers[i] + 0.0].push_back(i);
  }
  std::vector<std::string> classes;
  for (const auto& [value, levels] : by_value) {
    const Levels& texts = *cells.column().categories().levels;
    if (levels.size() > 1) {
      throw_target(cells.column().spec(),
                   "the classes \"" + texts[levels[0]] + "\" and \"" + texts[levels[1]] + "\" are the same number",
                   "write them alike, or read the column as numbers (--types COLUMN=numeric): then they are one class");
    }
    class_of_level[levels[0]] = static_cast<std::uint32_t>(classes.size());
    classes.push_back(texts[levels[0]]);
  }
  return classes;
}

std::vector<std::string> word_classes(const Cells& cells, std::vector<std::uint32_t>& class_of_level) {
  std::vector<std::string> classes;
  for (std::size_t i = 0; i < cells.used.size(); ++i) {
    if (cells.used[i] == 0) continue;
    class_of_level[i] = static_cast<std::uint32_t>(classes.size());
    classes.push_back((*cells.column().categories().levels)[i]);
  }
  return classes;
}

void check_classes(const Target& target, const TrainOptions& options) {
  const ColumnSpec& column = target.column;
  if (target.classes.size() == 1) {
    throw_target(column, "every row has the same class \"" + target.classes[0] + "\"",
                 "a classifier needs rows of two classes at least");
  }
  for (const std::string& label : target.classes) {
    if (escape_controls(label) != label) {
      throw_target(column, "the class label \"" + label + "\" holds control characters",
                   "replace them before training");
    }
  }
  if (target.classes.size() > kMostClasses) {
    throw_target(
        column,
        with_thousands(target.classes.size()) + " classes are too many (at most " + with_thousands(kMostClasses) + ")",
        "is this the right column? --task regression predicts numbers");
  }
  if (options.positive.empty()) return;
  if (target.classes.size() != 2)
    throw_usage("--positive is for targets of two classes, this one has " + std::to_string(target.classes.size()));
  if (std::find(target.classes.begin(), target.classes.end(), options.positive) == target.classes.end()) {
    throw_target(column, "there is no class \"" + options.positive + "\"",
                 "the classes are \"" + target.classes[0] + "\" and \"" + target.classes[1] + "\"");
  }
}

// "Yes" and "yes " are two classes here; people seldom mean them so.
void warn_about_alike_classes(const Target& target, Context& context) {
  std::map<std::string, std::vector<std::string>> alike;
  for (const std::string& label : target.classes) alike[to_lower_ascii(trim_blanks(label))].push_back(label);
  for (const auto& [folded, labels] : alike) {
    if (labels.size() < 2) continue;
    std::string names;
    for (const std::string& label : labels) names += (names.empty() ? "\"" : ", \"") + label + "\"";
    context.warn("classes of \"" + target.column.name + "\" differ only in case or blanks: " + names +
                 "; they are kept apart, write them alike where they mean the same");
  }
}

bool comes_before(const std::string& a, const std::string& b, bool as_numbers) {
  if (!as_numbers) return a < b;
  double x = 0, y = 0;
  parse_label_number(a, x);
  parse_label_number(b, y);
  return x < y;
}

// The other class where only one is known; "(other)" comes before letters and digits.
std::string other_class(const std::string& only, const std::string& positive) {
  if (!positive.empty() && positive != only) return positive;
  static const std::pair<const char*, const char*> kPairs[] = {
      {"0", "1"}, {"no", "yes"}, {"false", "true"}, {"No", "Yes"}, {"False", "True"}};
  for (const auto& [low, high] : kPairs) {
    if (only == low) return high;
    if (only == high) return low;
  }
  return "(other)";
}

void add_classes(const std::vector<std::string>& further, const TrainOptions& options,
                 std::vector<std::uint32_t>& class_of_level, Target& target) {
  const std::vector<std::string> seen = target.classes;
  std::vector<std::string>& all = target.classes;
  const auto add = [&](const std::string& label) {
    if (std::find(all.begin(), all.end(), label) == all.end()) all.push_back(label);
  };
  for (const std::string& label : further) add(label);
  if (all.size() == 1) add(other_class(all[0], options.positive));
  double ignored = 0;
  const bool numbers =
      std::all_of(all.begin(), all.end(), [&](const std::string& label) { return parse_label_number(label, ignored); });
  std::stable_sort(all.begin(), all.end(),
                   [&](const std::string& a, const std::string& b) { return comes_before(a, b, numbers); });
  for (std::uint32_t& label : class_of_level) {
    if (label == kNoLevel) continue;
    label = static_cast<std::uint32_t>(std::find(all.begin(), all.end(), seen[label]) - all.begin());
  }
}

void fill_labels(const Cells& cells, const TrainOptions& options, const std::vector<std::string>* further,
                 Target& target) {
  std::vector<std::uint32_t> class_of_level(cells.used.size(), kNoLevel);
  target.classes = cells.numeric ? numeric_classes(cells, class_of_level) : word_classes(cells, class_of_level);
  if (further != nullptr) add_classes(*further, options, class_of_level, target);
  check_classes(target, options);
  target.task = target.classes.size() == 2 ? Task::kBinary : Task::kMulticlass;
  const bool swap = !options.positive.empty() && target.classes[0] == options.positive;
  if (swap) std::swap(target.classes[0], target.classes[1]);
  for (std::uint32_t& label : class_of_level) {
    if (swap && label != kNoLevel) label = 1 - label;
  }
  const std::vector<std::uint32_t>& codes = cells.column().categories().codes;
  target.labels.resize(codes.size());
  for (std::size_t row = 0; row < codes.size(); ++row) {
    target.labels[row] = codes[row] == kNoLevel ? kNoLevel : class_of_level[codes[row]];
  }
}

// Numbers straight from a numeric column, or from the texts of a column that was kept verbatim.
void fill_numbers(const Column& column, Target& target) {
  target.task = Task::kRegression;
  if (column.is_numeric()) {
    target.numbers = column.numbers().values;
    return;
  }
  target.numbers.assign(column.size(), std::numeric_limits<double>::quiet_NaN());
  for (std::size_t row = 0; row < column.size(); ++row) {
    if (!column.is_missing(row)) parse_label_number(column.cell_text(row), target.numbers[row]);
  }
}

// A numeric column with so many values that classes are out of the question needs no texts.
bool plainly_numbers(const Column& column, const TrainOptions& options) {
  if (!column.is_numeric()) return false;
  return options.task == "regression" || options.model == "linear" ||
         (options.task == "auto" && (options.model == "auto" || options.model == "dummy") && !column.numbers().integer);
}

std::uint64_t line_of(const Table& table, std::size_t row) { return table.lines.empty() ? 0 : table.lines[row]; }

Target read_cells_of_target(const Table& table, const TrainOptions& options, const std::vector<std::string>* further,
                            Context& context) {
  const std::size_t position = table.schema().index_of(options.target);
  const Column& column = table.column(position);
  Target target;
  target.column = column.spec();
  target.missing = column.validity.missing_count();
  if (table.rows() == 0) throw_data("there are no data rows");
  if (target.missing == column.size()) throw_target(target.column, "no row has a value in the target", "");
  if (column.is_times()) {
    throw_target(target.column, "the target is a time stamp", "turn it into a number or a class first");
  }
  if (plainly_numbers(column, options)) {
    wants_classes(options, true, false, 0, target.reason);  // for the reason, and options that contradict each other
    if (options.task == "auto" && options.model != "linear") target.reason = "the target holds numbers";
    fill_numbers(column, target);
    return target;
  }
  const Cells cells = read_cells(column);
  target.column.type = cells.numeric ? ColumnType::kNumeric : ColumnType::kCategory;
  target.column.integer = cells.numeric && cells.integer;
  if (!wants_classes(options, cells.numeric, cells.integer, cells.distinct, target.reason)) {
    if (!cells.numeric) {
      throw_target(target.column, "the target holds words (\"" + cells.first_word + "\"), a linear model needs numbers",
                   "use --model logistic for classes");
    }
    fill_numbers(column, target);
    return target;
  }
  if (cells.numeric && cells.distinct > kMostClassesOfNumbers) {
    context.warn("target \"" + column.name + "\": " + with_thousands(cells.distinct) +
                 " different numbers are taken as classes; --model linear predicts numbers");
  }
  fill_labels(cells, options, further, target);
  return target;
}

}  // namespace

Target read_target(const Table& table, const TrainOptions& options, Context& context) {
  Target target = read_cells_of_target(table, options, nullptr, context);
  warn_about_alike_classes(target, context);
  return target;
}

Target read_target_to_score(const Table& table, const TrainOptions& options, const std::vector<std::string>& further,
                            Context& context) {
  Target target = read_cells_of_target(table, options, &further, context);
  const bool one = options.positive.empty() && !target.labels.empty() && target.classes.size() == 2 &&
                   std::count(target.labels.begin(), target.labels.end(), 0u) *
                           std::count(target.labels.begin(), target.labels.end(), 1u) ==
                       0;
  if (one) {
    context.warn("every row has the same class; \"" + target.classes[1] +
                 "\" is taken for the positive one (--positive CLASS says another)");
  }
  return target;
}

Target read_truth(const Table& table, const Pipeline& pipeline) {
  std::vector<std::string> names;
  for (const Column& column : table.columns()) names.push_back(column.name);
  const PipelineParts& parts = pipeline.parts();
  const auto position = pipeline.find_target(names);
  if (!position) {
    const std::string near = nearest_name(parts.target.name, names);
    throw_data("there is no column \"" + parts.target.name + "\" with the true answers",
               near.empty() ? "" : "is it \"" + near + "\"?");
  }
  const Column& column = table.column(*position);
  Target truth;
  truth.task = parts.task;
  truth.column = parts.target;
  truth.classes = parts.classes;
  truth.missing = column.validity.missing_count();
  if (!pipeline.is_classification()) {
    fill_numbers(column, truth);
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (!column.is_missing(row) && std::isnan(truth.numbers[row])) {
        throw_target(column.spec(), "\"" + column.cell_text(row) + "\" is not a number", "", line_of(table, row));
      }
    }
    return truth;
  }
  const Column cells = to_category_column(column);
  const Levels& levels = *cells.categories().levels;
  std::vector<std::uint32_t> class_of_level(levels.size(), kNoLevel);
  for (std::size_t i = 0; i < levels.size(); ++i) {
    double value = 0;
    const bool number = parts.target.type == ColumnType::kNumeric && parse_label_number(levels[i], value);
    for (std::size_t c = 0; c < parts.classes.size(); ++c) {
      double other = 0;
      if (levels[i] == parts.classes[c] || (number && parse_label_number(parts.classes[c], other) && other == value)) {
        class_of_level[i] = static_cast<std::uint32_t>(c);
      }
    }
  }
  for (std::size_t row = 0; row < cells.size(); ++row) {
    const std::uint32_t code = cells.categories().codes[row];
    truth.labels.push_back(code == kNoLevel ? kNoLevel : class_of_level[code]);
    if (code == kNoLevel || class_of_level[code] != kNoLevel) continue;
    throw_target(column.spec(), "the class \"" + levels[code] + "\" is none that training saw",
                 "the classes are in `mlkit inspect MODEL`", line_of(table, row));
  }
  return truth;
}

std::vector<double> read_weights(const Table& table, const std::string& name) {
  if (name.empty()) return {};
  const Column& column = table.column(name);
  if (!column.is_numeric()) throw_target(column.spec(), "the weights are not numbers", "");
  for (std::size_t row = 0; row < column.size(); ++row) {
    const double weight = column.numbers().values[row];
    if (column.is_missing(row) || !(weight >= 0) || !std::isfinite(weight)) {
      throw_target(column.spec(), column.is_missing(row) ? "a weight is missing" : "a weight is negative",
                   "weights are numbers from 0", line_of(table, row));
    }
  }
  return column.numbers().values;
}

std::vector<std::uint32_t> rows_with_target(const Target& target) {
  const std::size_t rows = std::max(target.labels.size(), target.numbers.size());
  std::vector<std::uint32_t> out;
  for (std::size_t row = 0; row < rows; ++row) {
    const bool present = target.labels.empty() ? !std::isnan(target.numbers[row]) : target.labels[row] != kNoLevel;
    if (present) out.push_back(static_cast<std::uint32_t>(row));
  }
  return out;
}

Target select_target(const Target& target, std::span<const std::uint32_t> rows) {
  Target out = target;
  out.labels.clear();
  out.numbers.clear();
  out.missing = 0;
  for (const std::uint32_t row : rows) {
    if (!target.labels.empty()) out.labels.push_back(target.labels[row]);
    if (!target.numbers.empty()) out.numbers.push_back(target.numbers[row]);
  }
  return out;
}

}  // namespace mlkit
