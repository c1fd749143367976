#include <algorithm>
#include <cmath>

#include "scored_rows.h"

#include "mlkit/base/error.h"
#include "mlkit/base/pages.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"

namespace mlkit::app {
namespace {

const std::string kProbability = "probability_";

// Columns as they are needed: labels verbatim, everything else as numbers.
void declare_columns(const ScoresOptions& options, CsvReadOptions& csv) {
  csv.types_for = [&options](const std::vector<std::string>& header) {
    std::map<std::string, DeclaredType> types;
    const auto declare = [&](const std::string& column, ColumnType type) {
      if (!column.empty()) types[header[column_index(header, column)]] = {type, false};
    };
    const ColumnType answers = options.task == "regression" ? ColumnType::kNumeric : ColumnType::kCategory;
    declare(options.label, answers);
    declare(options.prediction, answers);
    declare(options.score, ColumnType::kNumeric);
    declare(options.weight, ColumnType::kNumeric);
    return types;
  };
}

const std::vector<double>& numbers_of(const Table& table, const std::string& name) {
  const Column& column = table.column(name);
  if (!column.is_numeric())
    throw Error(ErrorCode::kData, "the column does not hold numbers", {.file = {}, .column = name, .hint = {}});
  if (column.validity.any_missing())
    throw Error(ErrorCode::kData, "a number is missing", {.file = {}, .column = name, .hint = {}});
  return column.numbers().values;
}

void add_scores(const Table& table, const ScoresOptions& options, ScoredTable& out) {
  if (out.truth.classes.size() != 2)
    throw_usage("--score is for two classes, the label has " + std::to_string(out.truth.classes.size()),
                "give probability_CLASS columns or --prediction");
  out.predictions.classes = 2;
  out.threshold = options.threshold.value_or(0.5);
  const std::vector<double>& scores = numbers_of(table, options.score);
  const std::size_t n = scores.size();
  std::vector<double>& pairs = out.predictions.probabilities;
  std::vector<std::int32_t>& labels = out.predictions.labels;
  pairs.reserve(2 * n);
  labels.reserve(n);
  advise_large_pages(pairs.data(), 2 * n * sizeof(double));
  advise_large_pages(labels.data(), n * sizeof(std::int32_t));
  pairs.resize(2 * n);
  labels.resize(n);
  for (std::size_t row = 0; row < n; ++row) {
    const double score = scores[row];
    out.are_probabilities = out.are_probabilities && score >= 0 && score <= 1;
    pairs[2 * row] = 1 - score;
    pairs[2 * row + 1] = score;
    labels[row] = score >= *out.threshold ? 1 : 0;
  }
}

// Digits after the point that write every probability exactly, but not more than those of single precision.
int decimals_of(std::span<const double> shares) {
  constexpr int kSinglePrecision = 6;
  double scale = 10;
  for (int digits = 1; digits < kSinglePrecision; ++digits, scale *= 10) {
    const bool exact = std::all_of(shares.begin(), shares.end(), [scale](double share) {
      return std::abs(share * scale - std::round(share * scale)) < 1e-9 * scale;
    });
    if (exact) return digits;
  }
  return kSinglePrecision;
}

// The shares of a row sum to 1, but for the half unit of the last digit that each may have lost by rounding.
void check_sums(const Table& table, std::span<const double> shares, std::size_t classes) {
  double unit = 1;
  for (int digits = decimals_of(shares); digits > 0; --digits) unit /= 10;
  const double most = 0.5 * static_cast<double>(classes) * unit + 1e-9;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    double sum = 0;
    for (std::size_t c = 0; c < classes; ++c) sum += shares[row * classes + c];
    if (std::abs(sum - 1) <= most) continue;
    throw Error(
        ErrorCode::kData,
        "the probabilities of data row " + std::to_string(row + 1) + " sum to " + format_number(sum) + ", not to 1",
        {.file = {},
         .line = table.lines.empty() ? 0 : table.lines[row],
         .column = {},
         .hint = "one column probability_CLASS for every class is needed"});
  }
}

void add_probabilities(const Table& table, const ScoresOptions& options, ScoredTable& out) {
  const std::size_t classes = out.truth.classes.size();
  std::vector<const std::vector<double>*> columns;
  for (const std::string& label : out.truth.classes) columns.push_back(&numbers_of(table, kProbability + label));
  out.predictions.classes = classes;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    for (const auto* column : columns) {
      const double share = (*column)[row];
      if (!(share >= 0 && share <= 1)) throw_data("a probability is not between 0 and 1");
      out.predictions.probabilities.push_back(share);
    }
  }
  check_sums(table, out.predictions.probabilities, classes);
  if (!out.predictions.labels.empty()) return;  // given by --prediction
  if (classes == 2) out.threshold = options.threshold.value_or(0.5);
  decide_labels(out.predictions, out.threshold.value_or(0.5));
}

void add_labels(const Table& table, const ScoresOptions& options, ScoredTable& out) {
  const Column cells = to_category_column(table.column(options.prediction));
  std::vector<std::int32_t> class_of_level;
  for (const std::string& level : *cells.categories().levels) {
    const auto found = std::find(out.truth.classes.begin(), out.truth.classes.end(), level);
    class_of_level.push_back(static_cast<std::int32_t>(found - out.truth.classes.begin()));
  }
  out.predictions.classes = out.truth.classes.size();
  out.predictions.labels.clear();
  for (const std::uint32_t code : cells.categories().codes) {
    if (code == kNoLevel) {
      throw Error(ErrorCode::kData, "a prediction is missing", {.file = {}, .column = options.prediction, .hint = {}});
    }
    out.predictions.labels.push_back(class_of_level[code]);
  }
}

void add_class_answers(const Table& table, const ScoresOptions& options, ScoredTable& out) {
  if (!options.score.empty()) return add_scores(table, options, out);
  const bool shares = std::any_of(out.truth.classes.begin(), out.truth.classes.end(), [&](const std::string& label) {
    return table.find(kProbability + label).has_value();
  });
  if (!shares && options.prediction.empty()) {
    throw_usage("--scores needs the answers: --score COL, --prediction COL, or columns probability_CLASS");
  }
  if (!options.prediction.empty()) add_labels(table, options, out);
  if (shares && out.predictions.probabilities.empty()) add_probabilities(table, options, out);
}

// Classes that the answers name: they count though the truth may not hold them.
std::vector<std::string> answered_classes(const Table& table, const ScoresOptions& options) {
  std::vector<std::string> out;
  if (!options.score.empty() || options.task == "regression") return out;
  for (const Column& column : table.columns()) {
    if (column.name.starts_with(kProbability)) out.push_back(column.name.substr(kProbability.size()));
  }
  if (options.prediction.empty()) return out;
  const Column cells = to_category_column(table.column(options.prediction));
  std::vector<std::uint8_t> used(cells.categories().levels->size());
  for (const std::uint32_t code : cells.categories().codes) {
    if (code != kNoLevel) used[code] = 1;
  }
  for (std::size_t i = 0; i < used.size(); ++i) {
    if (used[i] != 0) out.push_back((*cells.categories().levels)[i]);
  }
  return out;
}

}  // namespace

void ScoresOptions::declare(FieldList& options) {
  const std::string group = "Without a model";
  options.add("scores", scores,
              {.help = "truth and answers from any source (CSV)",
               .value_name = "FILE",
               .group = group,
               .file = FileUse::kReads});
  options.add("label", label, {.help = "column with the truth", .value_name = "COL", .group = group});
  options.add(
      "score", score,
      {.help = "column with the score of the positive one of two classes", .value_name = "COL", .group = group});
  options.add("prediction", prediction,
              {.help = "column with the predicted class, or number", .value_name = "COL", .group = group});
  options.add(
      "task", task,
      {.help = "regression: the label is a number", .choices = {"classification", "regression"}, .group = group});
  options.add("positive", positive,
              {.help = "the positive one of two classes (the last in order)", .value_name = "CLASS", .group = group});
}

ScoredTable read_scores(const ScoresOptions& options, CsvReadOptions csv, Context& context) {
  if (options.label.empty()) throw_usage("--scores needs --label COL, the column with the truth");
  declare_columns(options, csv);
  Table table = read_csv(options.scores, csv, context);
  TrainOptions as_target;
  as_target.target = options.label;
  as_target.task = options.task;
  as_target.positive = options.positive;
  ScoredTable out;
  Target target = read_target_to_score(table, as_target, answered_classes(table, options), context);
  const std::uint64_t missing = target.missing;
  if (missing > 0) {
    context.warn(with_thousands(missing) + " rows without a label are left out");
    const std::vector<std::uint32_t> rows = rows_with_target(target);
    table = table.select_rows(rows);
    target = select_target(target, rows);
  }
  out.truth = std::move(target);
  out.truth.missing = missing;
  out.weights = read_weights(table, options.weight);
  for (const std::string& name : options.by) out.segments.push_back(table.column(name));
  out.predictions.task = out.truth.task;
  out.predictions.rows = table.rows();
  if (out.truth.task == Task::kRegression) {
    const std::string& column = options.prediction.empty() ? options.score : options.prediction;
    if (column.empty()) throw_usage("--task regression needs --prediction COL");
    out.predictions.values = numbers_of(table, column);
  } else {
    add_class_answers(table, options, out);
  }
  return out;
}

}  // namespace mlkit::app
