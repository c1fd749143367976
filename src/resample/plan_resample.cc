#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"
#include "mlkit/base/text.h"
#include "mlkit/resample/nearest_rows.h"
#include "mlkit/resample/resample.h"

namespace mlkit {
namespace {

// Draws of class c have the sub-streams 3 c (which rows), 3 c + 1 (which neighbour) and 3 c + 2 (how far).
std::uint32_t stream_of(std::size_t label, std::uint32_t use) { return static_cast<std::uint32_t>(label) * 3 + use; }

// A column as coordinates: standardised numbers (0 = the mean where missing), or codes of levels.
struct Coordinates {
  bool category = false;
  std::vector<double> values;
};

std::vector<double> raw_numbers(const Column& column) {
  if (column.is_numeric()) return column.numbers().values;
  std::vector<double> out;
  out.reserve(column.size());
  for (const std::int64_t micros : column.times().micros) out.push_back(static_cast<double>(micros));
  return out;
}

Coordinates standardised(const Column& column) {
  Coordinates out{false, raw_numbers(column)};
  const auto rows = static_cast<double>(column.size() - column.validity.missing_count());
  double mean = 0;
  for (std::size_t row = 0; row < out.values.size(); ++row) mean += column.is_missing(row) ? 0 : out.values[row] / rows;
  double squares = 0;
  for (std::size_t row = 0; row < out.values.size(); ++row) {
    out.values[row] = column.is_missing(row) ? 0 : out.values[row] - mean;
    squares += out.values[row] * out.values[row] / rows;
  }
  const double sd = std::sqrt(squares);
  for (double& value : out.values) value = sd > 0 ? value / sd : 0;
  return out;
}

Coordinates coordinates_of(const Column& column) {
  if (column.is_numeric() || column.is_times()) return standardised(column);
  Coordinates out{true, {}};
  const Column categories = to_category_column(column);
  out.values.assign(categories.categories().codes.begin(), categories.categories().codes.end());
  return out;
}

double deviation(const std::vector<double>& values, const std::vector<std::uint32_t>& rows) {
  const auto n = static_cast<double>(rows.size());
  double mean = 0;
  for (const std::uint32_t row : rows) mean += values[row] / n;
  double squares = 0;
  for (const std::uint32_t row : rows) squares += (values[row] - mean) * (values[row] - mean) / n;
  return std::sqrt(squares);
}

double median(std::vector<double> values) {
  if (values.empty()) return 1;
  std::sort(values.begin(), values.end());
  const std::size_t half = values.size() / 2;
  return values.size() % 2 == 1 ? values[half] : (values[half - 1] + values[half]) / 2;
}

RowSpace space_of(const std::vector<Coordinates>& coordinates, const std::vector<std::uint32_t>& rows) {
  RowSpace space;
  space.rows = rows.size();
  std::vector<double> deviations;
  for (const Coordinates& column : coordinates) {
    ++(column.category ? space.categories : space.numbers);
    if (!column.category) deviations.push_back(deviation(column.values, rows));
  }
  space.penalty = median(std::move(deviations));
  space.values.reserve(rows.size() * coordinates.size());
  for (const std::uint32_t row : rows) {
    for (const bool category : {false, true}) {
      for (const Coordinates& column : coordinates) {
        if (column.category == category) space.values.push_back(column.values[row]);
      }
    }
  }
  return space;
}

// How often each of `rows` rows is used for `wanted` new ones.
std::vector<std::uint64_t> uses_of_rows(std::size_t rows, std::uint64_t wanted, std::size_t label, std::uint64_t seed) {
  std::vector<std::uint64_t> uses(rows, wanted / rows);
  const std::vector<std::uint32_t> order =
      random_permutation(rows, seed, RandomPurpose::kResample, stream_of(label, 0));
  for (std::size_t i = 0; i < wanted % rows; ++i) ++uses[order[i]];
  return uses;
}

class Planner {
 public:
  Planner(const Table& table, std::span<const std::size_t> columns, const std::vector<std::string>& classes,
          const ResampleOptions& options, Context& context)
      : classes_(classes), options_(options), context_(context) {
    if (options.method != "smote") return;
    if (columns.empty()) throw_data("there is no column that says how alike two rows are");
    for (const std::size_t column : columns) coordinates_.push_back(coordinates_of(table.column(column)));
  }

  // `wanted` new rows for a class.
  void add(std::size_t label, const std::vector<std::uint32_t>& rows, std::uint64_t wanted, ResamplePlan& plan) const {
    std::size_t k = 0;
    const std::size_t first = plan.neighbours.size();
    if (options_.method == "smote") {
      k = neighbours_of(label, rows.size());
      for (const std::uint32_t neighbour : nearest_rows(space_of(coordinates_, rows), k, context_)) {
        plan.neighbours.push_back(rows[neighbour]);
      }
    }
    const std::vector<std::uint64_t> uses = uses_of_rows(rows.size(), wanted, label, options_.seed);
    std::uint64_t index = 0;
    for (std::size_t i = 0; i < rows.size(); ++i) {
      for (std::uint64_t use = 0; use < uses[i]; ++use, ++index) {
        MadeRow made{rows[i], rows[i], 0, first + i * k, static_cast<std::uint32_t>(k)};
        if (k > 0) {
          const double pick = random_uniform(options_.seed, RandomPurpose::kResample, index, stream_of(label, 1));
          made.neighbour = plan.neighbours[made.neighbours + static_cast<std::size_t>(pick * static_cast<double>(k))];
          made.step = random_uniform(options_.seed, RandomPurpose::kResample, index, stream_of(label, 2));
        }
        plan.made.push_back(made);
      }
    }
  }

 private:
  std::size_t neighbours_of(std::size_t label, std::size_t rows) const {
    const auto k = static_cast<std::size_t>(options_.k_neighbors);
    if (rows < 2) {
      throw_data("class \"" + classes_[label] + "\" has a single row: there is no neighbour to make rows with",
                 "use over instead of smote, or leave this class out");
    }
    if (rows > k) return k;
    context_.warn("resampling: class \"" + classes_[label] + "\" has only " + std::to_string(rows) +
                  " rows, so their nearest " + std::to_string(rows - 1) + " are used instead of " + std::to_string(k));
    return rows - 1;
  }

  const std::vector<std::string>& classes_;
  const ResampleOptions& options_;
  Context& context_;
  std::vector<Coordinates> coordinates_;
};

std::vector<std::vector<std::uint32_t>> rows_of_classes(std::span<const std::uint32_t> labels, std::size_t classes) {
  std::vector<std::vector<std::uint32_t>> out(classes);
  for (std::size_t row = 0; row < labels.size(); ++row) out[labels[row]].push_back(static_cast<std::uint32_t>(row));
  return out;
}

// Rows that each class is to have.
std::vector<std::uint64_t> wanted_rows(const std::vector<std::vector<std::uint32_t>>& rows,
                                       const ResampleOptions& options) {
  std::uint64_t largest = 0;
  std::uint64_t smallest = ~std::uint64_t{0};
  for (const auto& of_class : rows) {
    if (of_class.empty()) continue;
    largest = std::max<std::uint64_t>(largest, of_class.size());
    smallest = std::min<std::uint64_t>(smallest, of_class.size());
  }
  std::vector<std::uint64_t> out;
  for (const auto& of_class : rows) {
    const std::uint64_t now = of_class.size();
    if (now == 0) {
      out.push_back(0);
    } else if (options.method == "under") {
      out.push_back(std::min(now, static_cast<std::uint64_t>(static_cast<double>(smallest) / options.ratio)));
    } else {
      out.push_back(std::max(now, static_cast<std::uint64_t>(static_cast<double>(largest) * options.ratio + 0.5)));
    }
  }
  return out;
}

void keep_rows(const std::vector<std::vector<std::uint32_t>>& rows, const std::vector<std::uint64_t>& wanted,
               std::uint64_t seed, ResamplePlan& plan) {
  for (std::size_t label = 0; label < rows.size(); ++label) {
    const std::size_t kept = std::min<std::size_t>(rows[label].size(), wanted[label]);
    if (kept == rows[label].size()) {
      plan.kept.insert(plan.kept.end(), rows[label].begin(), rows[label].end());
      continue;
    }
    const std::vector<std::uint32_t> order =
        random_permutation(rows[label].size(), seed, RandomPurpose::kResample, stream_of(label, 0));
    for (std::size_t i = 0; i < kept; ++i) plan.kept.push_back(rows[label][order[i]]);
  }
  std::sort(plan.kept.begin(), plan.kept.end());
}

}  // namespace

ResamplePlan plan_resample(const Table& table, std::span<const std::size_t> columns,
                           std::span<const std::uint32_t> labels, const std::vector<std::string>& classes,
                           const ResampleOptions& options, Context& context) {
  if (options.method != "smote" && options.method != "over" && options.method != "under") {
    throw_usage("there is no way to resample called " + options.method, "smote, over or under");
  }
  const Planner planner(table, columns, classes, options, context);
  const std::vector<std::vector<std::uint32_t>> rows = rows_of_classes(labels, classes.size());
  const std::vector<std::uint64_t> wanted = wanted_rows(rows, options);
  ResamplePlan plan;
  keep_rows(rows, wanted, options.seed, plan);
  for (const std::uint32_t row : plan.kept) plan.labels.push_back(labels[row]);
  for (std::size_t label = 0; label < rows.size(); ++label) {
    context.check_stop();
    plan.rows_before.push_back(rows[label].size());
    plan.rows_after.push_back(wanted[label]);
    if (wanted[label] <= rows[label].size()) continue;
    const std::uint64_t more = wanted[label] - rows[label].size();
    planner.add(label, rows[label], more, plan);
    plan.labels.insert(plan.labels.end(), more, static_cast<std::uint32_t>(label));
  }
  if (plan.rows_before == plan.rows_after) {
    context.warn("resampling changed nothing: no class is further from the others than the ratio allows");
  }
  return plan;
}

std::vector<double> resample_weights(const ResamplePlan& plan) {
  std::vector<double> out;
  for (std::size_t c = 0; c < plan.rows_before.size(); ++c) {
    out.push_back(plan.rows_before[c] == 0
                      ? 1.0
                      : static_cast<double>(plan.rows_after[c]) / static_cast<double>(plan.rows_before[c]));
  }
  return out;
}

}  // namespace mlkit
