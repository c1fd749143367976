#include "mlkit/eval/cluster_profiles.h"

#include <algorithm>
#include <cmath>

#include "mlkit/data/summary.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

// Sums by cluster in the order of the rows; noise is the last cluster.
struct Labels {
  std::span<const std::int32_t> labels;
  std::size_t clusters = 0;
  std::size_t of(std::size_t row) const { return labels[row] < 0 ? clusters : static_cast<std::size_t>(labels[row]); }
};

using Contrasts = std::vector<ColumnContrast>;  // one per cluster and noise

Contrasts compare_numbers(const Column& column, const Labels& labels) {
  const std::vector<double>& values = column.numbers().values;
  std::vector<double> present;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (!column.is_missing(i)) present.push_back(values[i]);
  }
  Context alone(1);
  const Moments moments = compute_moments(present, alone);
  const double sd = moments.sd_n();
  if (present.empty() || !(sd > 0)) return {};
  std::vector<double> sums(labels.clusters + 1);
  std::vector<double> counts(labels.clusters + 1);
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (column.is_missing(i)) continue;
    sums[labels.of(i)] += values[i] - moments.mean;
    counts[labels.of(i)] += 1;
  }
  Contrasts out(labels.clusters + 1);
  for (std::size_t c = 0; c < out.size(); ++c) {
    const double difference = counts[c] > 0 ? sums[c] / counts[c] : 0;
    out[c] = {column.name, "", true, moments.mean + difference, moments.mean, difference / sd};
  }
  return out;
}

Contrasts compare_levels(const Column& column, const Labels& labels) {
  const Categories& categories = column.categories();
  const std::size_t levels = categories.levels->size();
  if (levels > kProfileLevels) return {};
  std::vector<double> counts((labels.clusters + 1) * levels);
  std::vector<double> rows(labels.clusters + 1);
  std::vector<double> overall(levels);
  for (std::size_t i = 0; i < column.size(); ++i) {
    rows[labels.of(i)] += 1;
    if (column.is_missing(i)) continue;
    counts[labels.of(i) * levels + categories.codes[i]] += 1;
    overall[categories.codes[i]] += 1;
  }
  Contrasts out(labels.clusters + 1);
  const auto all = static_cast<double>(column.size());
  for (std::size_t c = 0; c < out.size(); ++c) {
    out[c].column = column.name;
    out[c].numeric = false;
    for (std::size_t level = 0; level < levels; ++level) {
      const double share = overall[level] / all;
      const double here = rows[c] > 0 ? counts[c * levels + level] / rows[c] : share;
      const double spread = std::sqrt(share * (1 - share));
      const double contrast = spread > 0 ? (here - share) / spread : 0;
      if (contrast > out[c].contrast) {
        out[c].level = (*categories.levels)[level];
        out[c].here = here;
        out[c].overall = share;
        out[c].contrast = contrast;
      }
    }
  }
  return out;
}

}  // namespace

std::vector<ClusterProfile> cluster_profiles(const Table& table, std::span<const std::int32_t> labels,
                                             std::span<const std::size_t> columns, const Context& context) {
  Labels of_rows{labels, 0};
  for (const std::int32_t label : labels) {
    of_rows.clusters = std::max(of_rows.clusters, static_cast<std::size_t>(label + 1));
  }
  std::vector<Contrasts> found(columns.size());
  for_blocks(context, columns.size(), 1, [&](std::size_t i, std::size_t, std::size_t) {
    context.check_stop();
    const Column& column = table.column(columns[i]);
    if (column.is_numeric()) found[i] = compare_numbers(column, of_rows);
    if (column.is_categorical()) found[i] = compare_levels(column, of_rows);
  });
  std::vector<ClusterProfile> out(of_rows.clusters + 1);
  for (std::size_t i = 0; i < labels.size(); ++i) ++out[of_rows.of(i)].rows;
  for (std::size_t c = 0; c < out.size(); ++c) {
    out[c].cluster = c < of_rows.clusters ? static_cast<std::int32_t>(c) : -1;
    for (const Contrasts& contrasts : found) {
      if (!contrasts.empty() && contrasts[c].contrast != 0) out[c].columns.push_back(contrasts[c]);
    }
    std::stable_sort(out[c].columns.begin(), out[c].columns.end(),
                     [](const auto& a, const auto& b) { return std::abs(a.contrast) > std::abs(b.contrast); });
  }
  if (out.back().rows == 0) out.pop_back();
  return out;
}

}  // namespace mlkit
