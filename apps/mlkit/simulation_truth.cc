#include "simulation_truth.h"

#include <cmath>

namespace mlkit::app {
namespace {

// {"x1": .., "x2": ..}
Json by_feature(const std::vector<double>& values) {
  Json out = Json::object();
  for (std::size_t j = 0; j < values.size(); ++j) out["x" + std::to_string(j + 1)] = values[j];
  return out;
}

Json redundant_to_json(const std::vector<std::vector<double>>& redundant, std::size_t informative) {
  Json out = Json::object();
  for (std::size_t r = 0; r < redundant.size(); ++r) {
    out["x" + std::to_string(informative + r + 1)] = by_feature(redundant[r]);
  }
  return out;
}

// Per column: per level what it adds, or per class and level the logarithm of its probability.
Json categories_to_json(const std::vector<LevelTruth>& categories, bool per_class) {
  Json out = Json::object();
  for (std::size_t c = 0; c < categories.size(); ++c) {
    const LevelTruth& column = categories[c];
    Json& entry = out["c" + std::to_string(c + 1)];
    for (std::size_t k = 0; k < column.effects.size(); ++k) {
      Json levels = Json::object();
      for (std::size_t l = 0; l < column.levels.size(); ++l) levels[column.levels[l]] = column.effects[k][l];
      if (per_class) {
        entry[std::to_string(k)] = std::move(levels);
      } else {
        entry = std::move(levels);
      }
    }
  }
  return out;
}

double share(std::uint64_t part, std::uint64_t all) { return static_cast<double>(part) / static_cast<double>(all); }

}  // namespace

MadeTable made_table(std::unique_ptr<ClassificationSimulation> simulation) {
  const ClassificationTruth& truth = simulation->truth();
  const std::size_t informative = truth.centres[0].size();
  Json out;
  for (std::size_t j = 0; j < informative; ++j) out["informative"].push_back("x" + std::to_string(j + 1));
  out["class_shares"] = truth.weights;
  const std::size_t clusters = truth.centres.size() / truth.weights.size();
  for (std::size_t g = 0; g < truth.centres.size(); ++g) {
    out["centres"].push_back({{"class", g / clusters}, {"centre", by_feature(truth.centres[g])}});
  }
  if (!truth.coefficients.empty()) {
    out["log_odds"] = {{"intercept", truth.intercept}, {"coefficients", by_feature(truth.coefficients)}};
    // Of the features alone; categories add to it.
    if (truth.categories.empty()) out["best_accuracy"] = truth.best_accuracy;
  }
  if (!truth.redundant.empty()) out["redundant"] = redundant_to_json(truth.redundant, informative);
  if (!truth.categories.empty()) out["level_log_probabilities"] = categories_to_json(truth.categories, true);
  return {std::move(simulation), std::move(out)};
}

MadeTable made_table(std::unique_ptr<RegressionSimulation> simulation) {
  const RegressionTruth& truth = simulation->truth();
  Json out;
  out["intercept"] = truth.intercept;
  out["coefficients"] = by_feature(truth.coefficients);
  if (!truth.redundant.empty()) out["redundant"] = redundant_to_json(truth.redundant, truth.coefficients.size());
  if (!truth.categories.empty()) out["level_effects"] = categories_to_json(truth.categories, false);
  return {std::move(simulation), std::move(out)};
}

MadeTable made_table(std::unique_ptr<BlobsSimulation> simulation) {
  const BlobsTruth& truth = simulation->truth();
  Json out;
  out["cluster_shares"] = truth.weights;
  for (std::size_t g = 0; g < truth.centres.size(); ++g) {
    out["centres"].push_back({{"cluster", g}, {"centre", by_feature(truth.centres[g])}});
  }
  return {std::move(simulation), std::move(out)};
}

MadeTable made_table(std::unique_ptr<ProductsSimulation> simulation) {
  Json out;
  out["distinct_titles"] = simulation->distinct_titles();
  return {std::move(simulation), std::move(out)};
}

MadeTable made_table(std::unique_ptr<DriftSimulation> simulation) {
  const DriftTruth& truth = simulation->truth();
  Json out;
  out["change_points"] = Json::array();
  for (const ChangePoint& change : truth.changes) {
    out["change_points"].push_back({{"row", change.row},
                                    {"first_row", change.from},
                                    {"last_row", change.to},
                                    {"from_phase", change.old_phase},
                                    {"to_phase", change.new_phase}});
  }
  out["shifted_columns"] = truth.shifted;
  for (std::size_t p = 0; p < truth.phases.size(); ++p) {
    const PhaseTruth& phase = truth.phases[p];
    Json entry;
    entry["phase"] = p + 1;
    if (std::isfinite(phase.positive_share)) entry["positive_share"] = phase.positive_share;
    entry["centre_0"] = by_feature(phase.centre_0);
    entry["centre_1"] = by_feature(phase.centre_1);
    entry["log_odds"] = {{"intercept", phase.intercept}, {"coefficients", by_feature(phase.coefficients)}};
    out["phases"].push_back(std::move(entry));
  }
  return {std::move(simulation), std::move(out)};
}

Json truth_to_json(const MadeTable& made, const SimulationTally& tally) {
  Json out = made.parameters;
  out["rows"] = tally.rows;
  std::uint64_t flipped = 0;
  for (std::size_t g = 0; g < tally.groups.size(); ++g) {
    const GroupTally& group = tally.groups[g];
    flipped += group.flipped;
    if (group.rows == 0) continue;
    if (out.contains("phases")) {
      Json& phase = out["phases"][g];
      phase["rows"] = group.rows;
      phase["best_accuracy"] = share(group.best_right, group.rows);
      phase["phase_1_rule_accuracy"] = share(group.first_right, group.rows);
    } else if (out.contains("class_shares")) {
      out["best_accuracy_here"] = share(group.best_right, group.rows);
    }
  }
  out["flipped"] = flipped;
  return out;
}

}  // namespace mlkit::app
