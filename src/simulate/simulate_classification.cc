#include <algorithm>
#include <cmath>

#include "feature_columns.h"

#include "mlkit/base/error.h"
#include "mlkit/base/math.h"

namespace mlkit {
namespace {

constexpr double kLevelEffectSd = 0.5;

void validate(const ClassificationOptions& options) {
  if (options.informative + options.redundant > options.features) {
    throw_usage("--informative " + std::to_string(options.informative) + " and --redundant " +
                    std::to_string(options.redundant) + " are more than --features " + std::to_string(options.features),
                "give more features or fewer of these");
  }
  if (options.classes * options.clusters > kMostSimulatedCentres) {
    throw_usage("--classes times --clusters is more than " + std::to_string(kMostSimulatedCentres));
  }
}

// log softmax of normal scores: what the levels of a column are worth in each class.
LevelTruth draw_levels(std::size_t column, std::size_t classes, RowDraws& draws) {
  LevelTruth out;
  out.levels = internal::level_names(column);
  for (std::size_t k = 0; k < classes; ++k) {
    std::vector<double> scores;
    double sum = 0;
    for (std::size_t l = 0; l < out.levels.size(); ++l) {
      scores.push_back(kLevelEffectSd * draws.normal());
      sum += mlkit::exp(scores.back());
    }
    for (double& score : scores) score -= mlkit::log(sum);
    out.effects.push_back(std::move(scores));
  }
  return out;
}

void add_closed_form(ClassificationTruth& truth, double separation) {
  double squares[2] = {0, 0};
  for (std::size_t j = 0; j < truth.centres[0].size(); ++j) {
    truth.coefficients.push_back(truth.centres[1][j] - truth.centres[0][j]);
    for (int k = 0; k < 2; ++k) squares[k] += truth.centres[k][j] * truth.centres[k][j];
  }
  const double prior = mlkit::log(truth.weights[1] / truth.weights[0]);
  truth.intercept = prior - (squares[1] - squares[0]) / 2;
  // Log odds are N(prior -+ d^2 / 2, d^2) in the two classes.
  const double half = separation / 2;
  truth.best_accuracy = truth.weights[0] * normal_cdf(half - prior / separation) +
                        truth.weights[1] * normal_cdf(half + prior / separation);
}

}  // namespace

ClassificationSimulation::ClassificationSimulation(const ClassificationOptions& options)
    : options_(options), schema_(internal::feature_schema(options.features, options.categories, "target")) {
  validate(options);
  RowDraws draws(options.seed, DrawStream::kFeatures, kParameterRow);
  const auto classes = static_cast<std::size_t>(options.classes);
  truth_.weights = internal::shares_of(options.weights, classes, "classes");
  for (const double weight : truth_.weights) log_weights_.push_back(mlkit::log(weight));
  truth_.centres = internal::draw_centres(classes * static_cast<std::size_t>(options.clusters),
                                          static_cast<std::size_t>(options.informative), options.separation, draws);
  truth_.redundant = internal::draw_redundant(options.redundant, options.informative, draws);
  RowDraws level_draws(options.seed, DrawStream::kLevels, kParameterRow);
  for (std::int64_t c = 0; c < options.categories; ++c) {
    truth_.categories.push_back(draw_levels(static_cast<std::size_t>(c), classes, level_draws));
  }
  if (classes == 2 && options.clusters == 1) add_closed_form(truth_, options.separation);
}

// log P(class) p(x | class) + what is the same for all classes.
double ClassificationSimulation::class_score(std::size_t label, const std::vector<double>& x,
                                             const std::vector<std::uint32_t>& levels) const {
  const auto clusters = static_cast<std::size_t>(options_.clusters);
  std::vector<double> exponents;
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t g = label * clusters; g < (label + 1) * clusters; ++g) {
    const std::vector<double>& centre = truth_.centres[g];
    exponents.push_back(-0.5 * internal::squared_distance(centre, x));
    largest = std::max(largest, exponents.back());
  }
  double sum = 0;
  for (const double exponent : exponents) sum += mlkit::exp(exponent - largest);
  double score = log_weights_[label] + largest + (clusters > 1 ? mlkit::log(sum) : 0);
  for (std::size_t c = 0; c < levels.size(); ++c) score += truth_.categories[c].effects[label][levels[c]];
  return score;
}

SimulatedBlock ClassificationSimulation::make_rows(std::uint64_t begin, std::uint64_t end) const {
  SimulatedBlock out;
  GroupTally tally;
  internal::FeatureColumns columns(schema_, begin, end);
  const auto classes = static_cast<std::uint32_t>(options_.classes);
  const auto informative = static_cast<std::size_t>(options_.informative);
  std::vector<double> x(static_cast<std::size_t>(options_.features));
  std::vector<std::uint32_t> levels(truth_.categories.size());
  for (std::uint64_t row = begin; row < end; ++row) {
    const auto i = static_cast<std::size_t>(row - begin);
    RowDraws label_draws(options_.seed, DrawStream::kLabels, row);
    auto label = static_cast<std::uint32_t>(internal::draw_share(truth_.weights, label_draws.uniform()));
    const std::uint32_t cluster = label_draws.below(static_cast<std::uint32_t>(options_.clusters));
    const auto& centre = truth_.centres[label * static_cast<std::size_t>(options_.clusters) + cluster];
    RowDraws draws(options_.seed, DrawStream::kFeatures, row);
    for (std::size_t j = 0; j < informative; ++j) x[j] = centre[j] + draws.normal();
    internal::complete_features(x, informative, truth_.redundant, draws);
    columns.set_features(i, x);
    RowDraws level_draws(options_.seed, DrawStream::kLevels, row);
    for (std::size_t c = 0; c < levels.size(); ++c) {
      const std::vector<double>& logs = truth_.categories[c].effects[label];
      double rest = level_draws.uniform();
      levels[c] = 0;
      while (levels[c] + 1 < logs.size() && (rest -= mlkit::exp(logs[levels[c]])) >= 0) ++levels[c];
      columns.set_level(i, c, levels[c]);
    }
    std::uint32_t best = 0;
    double best_score = 0;
    for (std::uint32_t k = 0; k < classes; ++k) {
      const double score = class_score(k, x, levels);
      if (k == 0 || score > best_score) {
        best = k;
        best_score = score;
      }
    }
    ++tally.rows;
    tally.best_right += best == label ? 1 : 0;
    if (options_.noise > 0) {
      RowDraws noise(options_.seed, DrawStream::kNoise, row);
      if (noise.uniform() < options_.noise) {
        label = (label + 1 + noise.below(classes - 1)) % classes;
        ++tally.flipped;
        out.flipped.push_back(row + 1);
      }
    }
    columns.set_answer(i, label);
  }
  out.table = columns.finish(options_.seed, options_.missing, truth_.categories);
  out.groups.push_back(tally);
  return out;
}

}  // namespace mlkit
