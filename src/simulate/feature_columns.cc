#include "feature_columns.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <memory>
#include <numeric>

#include "mlkit/base/error.h"

namespace mlkit::internal {
namespace {

constexpr std::size_t kCandidates = 16;

// Kinds of levels, taken in turn by category columns; in byte order.
const std::vector<std::vector<std::string>> kLevelNames = {
    {"blue", "green", "red", "yellow"},       {"east", "north", "south", "west"},
    {"bronze", "gold", "platinum", "silver"}, {"autumn", "spring", "summer", "winter"},
    {"app", "phone", "shop", "web"},
};

}  // namespace

Schema feature_schema(std::int64_t features, std::int64_t categories, const std::string& answer) {
  Schema schema;
  for (std::int64_t i = 1; i <= features; ++i) schema.add({"x" + std::to_string(i)});
  for (std::int64_t i = 1; i <= categories; ++i) schema.add({"c" + std::to_string(i), ColumnType::kCategory});
  schema.add({answer, ColumnType::kNumeric, ColumnRole::kTarget});
  return schema;
}

namespace {

std::vector<std::uint64_t> rows_between(std::uint64_t begin, std::uint64_t end) {
  std::vector<std::uint64_t> rows(static_cast<std::size_t>(end - begin));
  std::iota(rows.begin(), rows.end(), begin);
  return rows;
}

}  // namespace

FeatureColumns::FeatureColumns(const Schema& schema, std::uint64_t begin, std::uint64_t end)
    : FeatureColumns(schema, rows_between(begin, end)) {}

FeatureColumns::FeatureColumns(const Schema& schema, std::vector<std::uint64_t> rows)
    : schema_(schema), rows_(std::move(rows)), answer_(rows_.size()) {
  for (const ColumnSpec& column : schema) {
    if (column.role == ColumnRole::kTarget) break;
    if (column.type == ColumnType::kNumeric) {
      x_.emplace_back(rows_.size());
    } else {
      codes_.emplace_back(rows_.size());
    }
  }
}

void FeatureColumns::set_features(std::size_t row, std::span<const double> x) {
  for (std::size_t c = 0; c < x.size(); ++c) x_[c][row] = round_to_micro(x[c]);
}

Table FeatureColumns::finish(std::uint64_t seed, double missing, const std::vector<LevelTruth>& categories) {
  Table table;
  for (std::size_t c = 0; c < x_.size(); ++c) table.add_column(make_numeric_column(schema_[c].name, std::move(x_[c])));
  for (std::size_t c = 0; c < codes_.size(); ++c) {
    Column column;
    column.name = schema_[x_.size() + c].name;
    column.type = ColumnType::kCategory;
    column.storage = Categories{std::move(codes_[c]), std::make_shared<const Levels>(categories[c].levels)};
    column.validity = Validity(rows_.size());
    table.add_column(std::move(column));
  }
  if (missing > 0) {
    for (std::size_t row = 0; row < rows_.size(); ++row) {
      RowDraws draws(seed, DrawStream::kMissing, rows_[row]);
      for (std::size_t c = 0; c < table.column_count(); ++c) {
        if (draws.uniform() >= missing) continue;
        Column& column = table.column(c);
        column.validity.set_missing(row);
        if (column.is_numeric()) {
          column.numbers().values[row] = std::numeric_limits<double>::quiet_NaN();
        } else {
          column.categories().codes[row] = kNoLevel;
        }
      }
    }
  }
  table.add_column(make_numeric_column(schema_[x_.size() + codes_.size()].name, std::move(answer_)));
  return table;
}

void complete_features(std::vector<double>& x, std::size_t informative,
                       const std::vector<std::vector<double>>& redundant, RowDraws& draws) {
  std::size_t next = informative;
  for (const std::vector<double>& coefficients : redundant) {
    double sum = 0;
    for (std::size_t j = 0; j < coefficients.size(); ++j) sum += coefficients[j] * x[j];
    x[next++] = sum;
  }
  for (; next < x.size(); ++next) x[next] = draws.normal();
}

std::vector<std::vector<double>> draw_redundant(std::int64_t redundant, std::int64_t informative, RowDraws& draws) {
  std::vector<std::vector<double>> out(static_cast<std::size_t>(redundant));
  for (std::vector<double>& coefficients : out) {
    double squares = 0;
    for (std::int64_t j = 0; j < informative; ++j) {
      coefficients.push_back(draws.normal());
      squares += coefficients.back() * coefficients.back();
    }
    for (double& coefficient : coefficients) coefficient /= std::sqrt(squares);
  }
  return out;
}

double squared_distance(std::span<const double> a, std::span<const double> b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return sum;
}

std::vector<std::vector<double>> draw_centres(std::size_t count, std::size_t dimensions, double separation,
                                              RowDraws& draws) {
  std::vector<std::vector<double>> centres;
  double nearest = std::numeric_limits<double>::infinity();  // squared distance of the two nearest
  while (centres.size() < count) {
    std::vector<double> best;
    double best_distance = -1;
    for (std::size_t i = 0; i < (centres.empty() ? 1 : kCandidates); ++i) {
      std::vector<double> candidate(dimensions);
      for (double& value : candidate) value = 2 * draws.uniform() - 1;
      double distance = std::numeric_limits<double>::infinity();
      for (const auto& centre : centres) distance = std::min(distance, squared_distance(candidate, centre));
      if (distance <= best_distance) continue;
      best_distance = distance;
      best = std::move(candidate);
    }
    nearest = std::min(nearest, best_distance);
    centres.push_back(std::move(best));
  }
  const double scale = count > 1 ? separation / std::sqrt(nearest) : 1;
  for (std::size_t j = 0; j < dimensions; ++j) {
    double mean = 0;
    for (const auto& centre : centres) mean += centre[j] / static_cast<double>(count);
    for (auto& centre : centres) centre[j] = (centre[j] - mean) * scale;
  }
  return centres;
}

std::vector<double> shares_of(const std::vector<double>& weights, std::size_t count, const std::string& of) {
  if (weights.empty()) return std::vector<double>(count, 1.0 / static_cast<double>(count));
  if (weights.size() != count) {
    throw_usage("--weights has " + std::to_string(weights.size()) + " numbers for " + std::to_string(count) + " " + of,
                "give one for each");
  }
  double sum = 0;
  for (const double weight : weights) {
    if (!(weight > 0) || !std::isfinite(weight)) throw_usage("--weights must be numbers above 0");
    sum += weight;
  }
  std::vector<double> shares = weights;
  for (double& share : shares) share /= sum;
  return shares;
}

std::size_t draw_share(std::span<const double> shares, double uniform) {
  double sum = 0;
  for (std::size_t i = 0; i + 1 < shares.size(); ++i) {
    sum += shares[i];
    if (uniform < sum) return i;
  }
  return shares.size() - 1;
}

std::vector<std::string> level_names(std::size_t column) { return kLevelNames[column % kLevelNames.size()]; }

}  // namespace mlkit::internal
