#include "mlkit/workflow/domain_classifier.h"

#include <algorithm>
#include <cmath>
#include <map>
#include <utility>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/data/split.h"
#include "mlkit/drift/binned.h"
#include "mlkit/eval/ranking.h"
#include "mlkit/workflow/train_pipeline.h"

namespace mlkit {
namespace {

constexpr std::size_t kFolds = 5;
constexpr std::size_t kBins = 10;
constexpr std::size_t kLevels = 50;
constexpr std::size_t kLeastRows = 2 * kFolds;

// Rows of one side, spread evenly over it.
Table thin_out(const Table& table, std::uint64_t seed) {
  if (table.rows() <= kDomainRows) return table;
  std::vector<std::uint32_t> rows = random_permutation(table.rows(), seed, RandomPurpose::kSample);
  rows.resize(kDomainRows);
  std::sort(rows.begin(), rows.end());
  return table.select_rows(rows);
}

// Cells as words: deciles of numbers, frequent levels of texts.
std::vector<std::string> decile_cells(const Column& a, const Column& b) {
  std::vector<double> sorted;
  for (const Column* column : {&a, &b}) {
    for (const double value : column->numbers().values) {
      if (value == value) sorted.push_back(value);
    }
  }
  std::sort(sorted.begin(), sorted.end());
  const std::vector<double> edges = quantile_edges(sorted, kBins);
  std::vector<std::string> cells;
  for (const Column* column : {&a, &b}) {
    for (const double value : column->numbers().values) {
      const auto bin = std::lower_bound(edges.begin(), edges.end(), value) - edges.begin();
      cells.push_back(value == value ? std::to_string(bin) : "(missing)");
    }
  }
  return cells;
}

std::vector<std::string> level_cells(const Column& a, const Column& b) {
  std::vector<std::string> cells;
  std::map<std::string, std::size_t> counts;
  for (const Column* column : {&a, &b}) {
    for (std::size_t row = 0; row < column->size(); ++row) {
      cells.push_back(column->is_missing(row) ? "(missing)" : column->cell_text(row));
      ++counts[cells.back()];
    }
  }
  std::vector<std::pair<std::size_t, std::string>> order;
  for (const auto& [level, count] : counts) order.emplace_back(count, level);
  std::stable_sort(order.begin(), order.end(), [](const auto& x, const auto& y) { return x.first > y.first; });
  for (std::size_t i = kLevels; i < order.size(); ++i) counts.erase(order[i].second);
  for (std::string& cell : cells) {
    if (!counts.contains(cell)) cell = "(others)";
  }
  return cells;
}

// A column of words without variety says nothing; free text says only that it is other text.
bool is_usable(const Column& a, const Column& b) {
  if (a.is_times() || b.is_times() || a.is_texts()) return false;
  return a.is_numeric() == b.is_numeric();
}

std::string free_name(const Table& table) {
  std::string name = "is_current";
  while (table.find(name)) name += "_";
  return name;
}

// How far each column moves the logit over these rows.
std::vector<std::pair<std::string, double>> contributions(const Pipeline& pipeline, std::size_t rows) {
  const ModelDescription description = pipeline.parts().model->describe();
  std::vector<std::pair<std::string, double>> out;
  for (const ColumnPlan& plan : pipeline.parts().preprocess.columns()) {
    double mean = 0, square = 0;
    for (std::uint32_t level = 0; level < plan.levels.size(); ++level) {
      const std::uint32_t output = plan.output_of_level(level);
      if (output == kNoLevel) continue;
      const double weight = description.coefficients[0][output];
      const double share = static_cast<double>(plan.counts[level]) / static_cast<double>(rows);
      mean += share * weight;
      square += share * weight * weight;
    }
    out.emplace_back(plan.name, std::sqrt(std::max(0.0, square - mean * mean)));
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return out;
}

}  // namespace

DomainClassifier fit_domain_classifier(const Table& reference, const Table& current, std::uint64_t seed,
                                       Context& context) {
  const Table a = thin_out(reference, seed);
  const Table b = thin_out(current, seed + 1);
  if (std::min(a.rows(), b.rows()) < kLeastRows) {
    throw_data("too few rows to tell the two apart", "each side needs " + std::to_string(kLeastRows));
  }
  Table both;
  for (std::size_t i = 0; i < a.column_count(); ++i) {
    const auto place = b.find(a.column(i).name);
    if (!place || !is_usable(a.column(i), b.column(*place))) continue;
    const bool numbers = a.column(i).is_numeric();
    both.add_column(make_category_column(a.column(i).name, numbers ? decile_cells(a.column(i), b.column(*place))
                                                                   : level_cells(a.column(i), b.column(*place))));
  }
  if (both.column_count() == 0) throw_data("no column can tell the two apart", "times and free text are not used");
  std::vector<std::string> side(a.rows(), "0");
  side.resize(a.rows() + b.rows(), "1");
  TrainOptions options;
  options.target = free_name(both);
  options.model = "logistic";
  options.features = both.schema().names();
  options.seed = seed;
  both.add_column(make_category_column(options.target, side));

  Context quiet(context.threads());
  quiet.stop = context.stop;
  const Target target = read_target(both, options, quiet);
  const std::vector<std::uint32_t> folds = folds_stratified(target.labels, target.classes, kFolds, seed);
  std::vector<double> scores(both.rows());
  std::vector<std::uint8_t> positive(both.rows());
  for (std::uint32_t fold = 0; fold < kFolds; ++fold) {
    const Split split = fold_split(folds, fold);
    const TrainedPipeline trained =
        train_pipeline(both.select_rows(split.train), select_target(target, split.train), options, quiet);
    const Predictions predictions = trained.pipeline.predict(both.select_rows(split.test), quiet);
    for (std::size_t i = 0; i < split.test.size(); ++i) {
      scores[split.test[i]] = predictions.probabilities_of(i)[1];
      positive[split.test[i]] = target.labels[split.test[i]] == 1 ? 1 : 0;
    }
  }
  DomainClassifier out;
  out.reference_rows = a.rows();
  out.current_rows = b.rows();
  if (const auto auc = delong_auc(sweep_thresholds({scores, positive}))) {
    out.auc = auc->auc;
    out.interval = auc->interval;
  }
  out.columns = contributions(train_pipeline(both, target, options, quiet).pipeline, both.rows());
  return out;
}

DomainClassifier classify_files(const CompareFilesOptions& options, std::uint64_t seed, Context& context) {
  Context quiet(context.threads());
  quiet.stop = context.stop;
  const auto read = [&](const std::string& path, const Table* other) {
    CsvReadOptions csv = options.csv;
    csv.rejects_path.clear();
    csv.types_for = [&](const std::vector<std::string>& header) {
      std::map<std::string, DeclaredType> types;
      for (const auto& [name, type] : options.csv.types) {
        if (std::find(header.begin(), header.end(), name) != header.end()) types.emplace(name, type);
      }
      if (other == nullptr) return types;
      for (const Column& column : other->columns()) {  // as the reference has it
        if (std::find(header.begin(), header.end(), column.name) == header.end() || column.is_numeric()) continue;
        types.emplace(column.name, DeclaredType{column.type, false});
      }
      return types;
    };
    csv.types.clear();
    return thin_out(read_csv(path, csv, quiet), seed + (other == nullptr ? 0 : 1));
  };
  Table reference = read(options.reference, nullptr);
  for (std::size_t i = reference.column_count(); i-- > 0 && !options.columns.empty();) {
    const std::string& name = reference.column(i).name;
    const bool asked = std::any_of(options.columns.begin(), options.columns.end(), [&](const std::string& column) {
      return column == name || column == "#" + std::to_string(i + 1);
    });
    if (!asked) reference.take_column(i);
  }
  return fit_domain_classifier(reference, read(options.current, &reference), seed, context);
}

}  // namespace mlkit
