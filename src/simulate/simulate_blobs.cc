#include <algorithm>

#include "feature_columns.h"

#include "mlkit/base/error.h"

namespace mlkit {
namespace {

constexpr double kBoxMargin = 3;  // sd of a cluster

}  // namespace

BlobsSimulation::BlobsSimulation(const BlobsOptions& options)
    : options_(options), schema_(internal::feature_schema(options.features, 0, "cluster")) {
  const auto clusters = static_cast<std::size_t>(options.clusters);
  truth_.weights = internal::shares_of(options.weights, clusters, "clusters");
  RowDraws draws(options.seed, DrawStream::kFeatures, kParameterRow);
  truth_.centres =
      internal::draw_centres(clusters, static_cast<std::size_t>(options.features), options.separation, draws);
  low_ = high_ = truth_.centres[0];
  for (const std::vector<double>& centre : truth_.centres) {
    for (std::size_t j = 0; j < centre.size(); ++j) {
      low_[j] = std::min(low_[j], centre[j]);
      high_[j] = std::max(high_[j], centre[j]);
    }
  }
}

SimulatedBlock BlobsSimulation::make_rows(std::uint64_t begin, std::uint64_t end) const {
  internal::FeatureColumns columns(schema_, begin, end);
  std::vector<double> x(static_cast<std::size_t>(options_.features));
  SimulatedBlock out;
  GroupTally tally{.rows = end - begin};
  for (std::uint64_t row = begin; row < end; ++row) {
    const auto i = static_cast<std::size_t>(row - begin);
    RowDraws draws(options_.seed, DrawStream::kFeatures, row);
    if (options_.noise > 0 && RowDraws(options_.seed, DrawStream::kNoise, row).uniform() < options_.noise) {
      for (std::size_t j = 0; j < x.size(); ++j) {
        x[j] = low_[j] - kBoxMargin + (high_[j] - low_[j] + 2 * kBoxMargin) * draws.uniform();
      }
      columns.set_answer(i, -1);
      ++tally.flipped;
      out.flipped.push_back(row + 1);
    } else {
      const std::size_t cluster =
          internal::draw_share(truth_.weights, RowDraws(options_.seed, DrawStream::kLabels, row).uniform());
      for (std::size_t j = 0; j < x.size(); ++j) x[j] = truth_.centres[cluster][j] + draws.normal();
      columns.set_answer(i, static_cast<double>(cluster));
    }
    columns.set_features(i, x);
  }
  out.table = columns.finish(options_.seed, options_.missing, {});
  out.groups.push_back(tally);
  return out;
}

}  // namespace mlkit
