#include "mlkit/simulate/simulate_drift.h"

#include <gtest/gtest.h>

#include <cmath>
#include <set>
#include <string>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/simulate/row_draws.h"

namespace mlkit {
namespace {

constexpr std::uint64_t kRows = 20000;

// Means of a column in each phase (and class), with their standard errors for variance `variance`.
struct PhaseMeans {
  std::vector<double> mean;
  std::vector<double> rows;
};

PhaseMeans means(const Table& table, const std::string& column, int only_class = -1) {
  const auto& values = table.column(column).numbers().values;
  const auto& phases = table.column("phase").numbers().values;
  const auto& target = table.column("target").numbers().values;
  PhaseMeans out;
  for (std::size_t row = 0; row < values.size(); ++row) {
    if (only_class >= 0 && target[row] != only_class) continue;
    const auto phase = static_cast<std::size_t>(phases[row]) - 1;
    out.mean.resize(std::max(out.mean.size(), phase + 1));
    out.rows.resize(out.mean.size());
    out.mean[phase] += values[row];
    ++out.rows[phase];
  }
  for (std::size_t p = 0; p < out.mean.size(); ++p) out.mean[p] /= out.rows[p];
  return out;
}

double norm(const std::vector<double>& v) {
  double sum = 0;
  for (const double x : v) sum += x * x;
  return std::sqrt(sum);
}

TEST(SimulateDrift, GaussianPhasesMoveTheShiftedColumnsOnly) {
  const DriftSimulation simulation({.rows = kRows, .shifted = 2, .phases = 3, .shift = 0.7});
  EXPECT_EQ(simulation.truth().shifted, (std::vector<std::string>{"x1", "x2"}));
  const Table table = make_table(simulation, kRows);
  for (std::size_t j = 0; j < 5; ++j) {
    for (int k = 0; k < 2; ++k) {
      const PhaseMeans found = means(table, "x" + std::to_string(j + 1), k);
      for (std::size_t p = 0; p < 3; ++p) {
        const PhaseTruth& truth = simulation.truth().phases[p];
        const double centre = (k == 1 ? truth.centre_1 : truth.centre_0)[j];
        EXPECT_NEAR(found.mean[p], centre, 4 / std::sqrt(found.rows[p])) << j << " " << p;
        const double moved = std::abs(
            centre - (k == 1 ? simulation.truth().phases[0].centre_1 : simulation.truth().phases[0].centre_0)[j]);
        EXPECT_NEAR(moved, j < 2 ? 0.7 * static_cast<double>(p) : 0, 1e-12);
      }
    }
  }
}

TEST(SimulateDrift, ClassesStandAsFarApartAsAskedInEveryPhase) {
  const DriftSimulation simulation({.rows = 10, .separation = 3});
  for (const PhaseTruth& phase : simulation.truth().phases) {
    std::vector<double> between;
    for (std::size_t j = 0; j < 5; ++j) between.push_back(phase.centre_1[j] - phase.centre_0[j]);
    EXPECT_NEAR(norm(between), 3, 1e-12);
    EXPECT_NEAR(norm(phase.coefficients), 3, 1e-12);
  }
}

// Phase 1 is two Gaussians at distance d: the best rule is right with probability Phi(d / 2). In phase 2 all moved by
// `shift` in each informative column towards class 1: the old rule sees them moved by shift * |u|_1 along u.
TEST(SimulateDrift, AccuraciesOfTheGaussianKindAreThoseOfTheClosedForm) {
  const DriftSimulation simulation({.rows = kRows});
  const SimulatedBlock made = simulation.make_rows(0, kRows);
  double along = 0;
  for (const double w : simulation.truth().phases[0].coefficients) along += std::abs(w) / 2;
  const double first = normal_cdf(1);
  const double second = 0.5 * normal_cdf(1 + along) + 0.5 * normal_cdf(1 - along);
  const double n = kRows / 2.0;
  EXPECT_NEAR(static_cast<double>(made.groups[0].first_right) / n, first, 4 * std::sqrt(first * (1 - first) / n));
  EXPECT_NEAR(static_cast<double>(made.groups[1].first_right) / n, second, 4 * std::sqrt(second * (1 - second) / n));
  EXPECT_NEAR(static_cast<double>(made.groups[1].best_right) / n, first, 4 * std::sqrt(first * (1 - first) / n));
}

// The odds of the truth against how often the class is 1 in ten bins of them, phase by phase: every kind says truly
// what an input means.
TEST(SimulateDrift, LogOddsAreCalibratedInEveryPhaseOfEveryKind) {
  for (const char* kind : {"gaussian", "covariate", "prior", "concept"}) {
    const DriftSimulation simulation({.rows = kRows, .kind = kind, .weights = {0.6, 0.4}});
    const Table table = make_table(simulation, kRows);
    for (std::size_t p = 0; p < 2; ++p) {
      const PhaseTruth& phase = simulation.truth().phases[p];
      std::vector<double> expected(10);
      std::vector<double> variance(10);
      std::vector<double> found(10);
      for (std::size_t row = p * kRows / 2; row < (p + 1) * kRows / 2; ++row) {
        double odds = phase.intercept;
        for (std::size_t j = 0; j < 3; ++j) {
          odds += phase.coefficients[j] * table.column(j).numbers().values[row];
        }
        const double probability = 1 / (1 + std::exp(-odds));
        const auto bin = std::min<std::size_t>(static_cast<std::size_t>(probability * 10), 9);
        expected[bin] += probability;
        variance[bin] += probability * (1 - probability);
        found[bin] += table.column("target").numbers().values[row];
      }
      for (std::size_t bin = 0; bin < 10; ++bin) {
        // 80 comparisons: 4.5 sd is exceeded by chance in one of 1,800 seeds.
        EXPECT_NEAR(found[bin], expected[bin], 4.5 * std::sqrt(variance[bin]) + 1) << kind << " " << p << " " << bin;
      }
    }
  }
}

TEST(SimulateDrift, CovariateKeepsTheMeaningAndConceptTheInputs) {
  const DriftSimulation covariate({.rows = kRows, .kind = "covariate"});
  EXPECT_EQ(covariate.truth().phases[0].coefficients, covariate.truth().phases[1].coefficients);
  EXPECT_EQ(covariate.truth().phases[0].intercept, covariate.truth().phases[1].intercept);
  EXPECT_NE(covariate.truth().phases[0].centre_0, covariate.truth().phases[1].centre_0);
  const DriftSimulation concept_drift({.rows = kRows, .kind = "concept"});
  EXPECT_EQ(concept_drift.truth().phases[0].centre_0, concept_drift.truth().phases[1].centre_0);
  EXPECT_TRUE(concept_drift.truth().shifted.empty());
  const Table table = make_table(concept_drift, kRows);
  for (int j = 1; j <= 5; ++j) {
    const PhaseMeans found = means(table, "x" + std::to_string(j));
    // The variance of an informative column is at most 1 + (separation / 2)^2 = 2; two halves: twice that over n.
    EXPECT_NEAR(found.mean[0], found.mean[1], 4 * std::sqrt(2 * 2 / found.rows[0])) << j;
  }
}

TEST(SimulateDrift, ConceptTurnsByQuarters) {
  const DriftSimulation simulation({.phases = 5, .kind = "concept"});
  const auto& phases = simulation.truth().phases;
  for (std::size_t p = 0; p + 2 < 5; ++p) {
    double dot = 0;
    for (std::size_t j = 0; j < 3; ++j) dot += phases[p].coefficients[j] * phases[p + 1].coefficients[j];
    EXPECT_NEAR(dot, 0, 1e-12);
    for (std::size_t j = 0; j < 3; ++j) EXPECT_NEAR(phases[p].coefficients[j], -phases[p + 2].coefficients[j], 1e-12);
  }
}

TEST(SimulateDrift, PriorMovesTheSharesOnTheScaleOfLogOdds) {
  const DriftSimulation simulation({.rows = kRows, .shift = 1.5, .kind = "prior", .weights = {0.7, 0.3}});
  const double odds = std::log(0.3 / 0.7) + 1.5;
  const double share = 1 / (1 + std::exp(-odds));
  EXPECT_NEAR(simulation.truth().phases[1].positive_share, share, 1e-12);
  const PhaseMeans found = means(make_table(simulation, kRows), "target");
  EXPECT_NEAR(found.mean[0], 0.3, 4 * std::sqrt(0.21 / found.rows[0]));
  EXPECT_NEAR(found.mean[1], share, 4 * std::sqrt(share * (1 - share) / found.rows[1]));
}

std::vector<int> phase_column(const DriftSimulationOptions& options) {
  const Table table = make_table(DriftSimulation(options), options.rows);
  std::vector<int> out;
  for (const double phase : table.column("phase").numbers().values) out.push_back(static_cast<int>(phase));
  return out;
}

TEST(SimulateDrift, SuddenPhasesChangeAtTheSaidRows) {
  const DriftSimulationOptions options{.rows = 1001, .phases = 3};
  const std::vector<int> phases = phase_column(options);
  const DriftSimulation simulation(options);
  ASSERT_EQ(simulation.truth().changes.size(), 2u);
  for (const ChangePoint& change : simulation.truth().changes) {
    EXPECT_EQ(phases[change.row - 2], static_cast<int>(change.old_phase));
    EXPECT_EQ(phases[change.row - 1], static_cast<int>(change.new_phase));
  }
  EXPECT_EQ(simulation.truth().changes[0].row, 334u);
  EXPECT_EQ(simulation.truth().changes[1].row, 668u);
  for (std::size_t row = 1; row < phases.size(); ++row) EXPECT_LE(phases[row - 1], phases[row]);
}

TEST(SimulateDrift, RecurringPhasesComeInTurn) {
  const std::vector<int> phases = phase_column({.rows = 600, .phases = 2, .transition = "recurring", .cycles = 3});
  for (std::size_t row = 0; row < 600; ++row) EXPECT_EQ(phases[row], row / 100 % 2 == 0 ? 1 : 2) << row;
}

// The chance of the new phase is 0 where the transition begins, 1/2 at the change point, 1 where it ends.
TEST(SimulateDrift, GradualPhasesMixMoreAndMore) {
  const DriftSimulationOptions options{.rows = kRows, .transition = "gradual", .width = 0.8};
  const std::vector<int> phases = phase_column(options);
  const ChangePoint change = DriftSimulation(options).truth().changes[0];
  EXPECT_EQ(change.row, 10001u);
  EXPECT_EQ(change.from, 6001u);
  EXPECT_EQ(change.to, 14001u);
  for (std::size_t row = 0; row < kRows; ++row) {
    if (row + 1 < change.from) {
      ASSERT_EQ(phases[row], 1);
    }
    if (row + 1 >= change.to) {
      ASSERT_EQ(phases[row], 2);
    }
  }
  for (std::size_t part = 0; part < 8; ++part) {
    double new_rows = 0;
    for (std::size_t row = 6000 + part * 1000; row < 7000 + part * 1000; ++row) new_rows += phases[row] == 2 ? 1 : 0;
    const double p = (static_cast<double>(part) + 0.5) / 8;
    EXPECT_NEAR(new_rows / 1000, p, 4 * std::sqrt(0.25 / 1000)) << part;
  }
}

TEST(SimulateDrift, OnePhaseAloneIsItsRowsOfTheWhole) {
  DriftSimulationOptions options{.rows = 3000, .transition = "gradual"};
  const Table all = make_table(DriftSimulation(options), 3000);
  options.only_phase = 2;
  const DriftSimulation second(options);
  const Table part = make_table(second, 3000);
  EXPECT_FALSE(part.find("phase").has_value());
  EXPECT_FALSE(second.schema().find("phase").has_value());
  std::size_t next = 0;
  for (std::size_t row = 0; row < 3000; ++row) {
    if (all.column("phase").numbers().values[row] != 2) continue;
    ASSERT_EQ(part.column("x1").cell_text(next), all.column("x1").cell_text(row));
    ++next;
  }
  EXPECT_EQ(next, part.rows());
}

TEST(SimulateDrift, FewerRowsThanPhasesAndNoRowsAreFine) {
  EXPECT_EQ(phase_column({.rows = 2, .phases = 5}).size(), 2u);
  EXPECT_EQ(phase_column({.rows = 0}).size(), 0u);
}

TEST(SimulateDrift, RefusesWhatDoesNotFit) {
  EXPECT_THROW(DriftSimulation({.features = 1, .informative = 1, .shifted = 1, .kind = "concept"}), Error);
  EXPECT_THROW(DriftSimulation({.features = 2}), Error);
  EXPECT_THROW(DriftSimulation({.only_phase = 3}), Error);
  EXPECT_THROW(DriftSimulation({.weights = {1, 1, 1}}), Error);
}

}  // namespace
}  // namespace mlkit
