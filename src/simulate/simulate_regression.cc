#include "feature_columns.h"

#include "mlkit/base/error.h"

namespace mlkit {
namespace {

// Coefficients are between these in size, with two decimals, so that they are read at a glance.
constexpr double kSmallestCoefficient = 1;
constexpr double kLargestCoefficient = 10;

double two_decimals(double value) { return static_cast<double>(static_cast<std::int64_t>(value * 100)) / 100; }

double draw_coefficient(RowDraws& draws) {
  const double sign = draws.uniform() < 0.5 ? -1 : 1;
  return sign * two_decimals(kSmallestCoefficient + (kLargestCoefficient - kSmallestCoefficient) * draws.uniform());
}

}  // namespace

RegressionSimulation::RegressionSimulation(const RegressionOptions& options)
    : options_(options), schema_(internal::feature_schema(options.features, options.categories, "target")) {
  if (options.informative + options.redundant > options.features) {
    throw_usage("--informative " + std::to_string(options.informative) + " and --redundant " +
                    std::to_string(options.redundant) + " are more than --features " + std::to_string(options.features),
                "give more features or fewer of these");
  }
  RowDraws draws(options.seed, DrawStream::kFeatures, kParameterRow);
  truth_.intercept = draw_coefficient(draws);
  for (std::int64_t j = 0; j < options.informative; ++j) truth_.coefficients.push_back(draw_coefficient(draws));
  truth_.redundant = internal::draw_redundant(options.redundant, options.informative, draws);
  RowDraws level_draws(options.seed, DrawStream::kLevels, kParameterRow);
  for (std::int64_t c = 0; c < options.categories; ++c) {
    LevelTruth levels{internal::level_names(static_cast<std::size_t>(c)), {{}}};
    for (std::size_t l = 0; l < levels.levels.size(); ++l) levels.effects[0].push_back(draw_coefficient(level_draws));
    truth_.categories.push_back(std::move(levels));
  }
}

SimulatedBlock RegressionSimulation::make_rows(std::uint64_t begin, std::uint64_t end) const {
  internal::FeatureColumns columns(schema_, begin, end);
  const std::size_t informative = truth_.coefficients.size();
  std::vector<double> x(static_cast<std::size_t>(options_.features));
  for (std::uint64_t row = begin; row < end; ++row) {
    const auto i = static_cast<std::size_t>(row - begin);
    RowDraws draws(options_.seed, DrawStream::kFeatures, row);
    double target = truth_.intercept;
    for (std::size_t j = 0; j < informative; ++j) {
      x[j] = draws.normal();
      target += truth_.coefficients[j] * x[j];
    }
    internal::complete_features(x, informative, truth_.redundant, draws);
    columns.set_features(i, x);
    RowDraws level_draws(options_.seed, DrawStream::kLevels, row);
    for (std::size_t c = 0; c < truth_.categories.size(); ++c) {
      const std::vector<double>& effects = truth_.categories[c].effects[0];
      const std::uint32_t level = level_draws.below(static_cast<std::uint32_t>(effects.size()));
      columns.set_level(i, c, level);
      target += effects[level];
    }
    target += options_.noise * RowDraws(options_.seed, DrawStream::kNoise, row).normal();
    columns.set_answer(i, round_to_micro(target));
  }
  SimulatedBlock out;
  out.table = columns.finish(options_.seed, options_.missing, truth_.categories);
  out.groups.push_back({.rows = end - begin});
  return out;
}

}  // namespace mlkit
