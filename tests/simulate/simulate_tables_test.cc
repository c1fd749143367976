#include "mlkit/simulate/simulate_tables.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numeric>
#include <string>
#include <vector>

#include "mlkit/base/error.h"
#include "mlkit/simulate/row_draws.h"

namespace mlkit {
namespace {

const std::vector<double>& numbers(const Table& table, const std::string& name) {
  return table.column(name).numbers().values;
}

double mean(const std::vector<double>& values) {
  return std::accumulate(values.begin(), values.end(), 0.0) / static_cast<double>(values.size());
}

double distance(const std::vector<double>& a, const std::vector<double>& b) {
  double sum = 0;
  for (std::size_t i = 0; i < a.size(); ++i) sum += (a[i] - b[i]) * (a[i] - b[i]);
  return std::sqrt(sum);
}

double nearest_pair(const std::vector<std::vector<double>>& centres) {
  double nearest = 1e300;
  for (std::size_t a = 0; a < centres.size(); ++a) {
    for (std::size_t b = 0; b < a; ++b) nearest = std::min(nearest, distance(centres[a], centres[b]));
  }
  return nearest;
}

// Solves A x = b (A symmetric positive definite, small) by elimination.
std::vector<double> solve(std::vector<std::vector<double>> a, std::vector<double> b) {
  const std::size_t n = b.size();
  for (std::size_t i = 0; i < n; ++i) {
    for (std::size_t r = i + 1; r < n; ++r) {
      const double factor = a[r][i] / a[i][i];
      for (std::size_t c = i; c < n; ++c) a[r][c] -= factor * a[i][c];
      b[r] -= factor * b[i];
    }
  }
  for (std::size_t i = n; i-- > 0;) {
    for (std::size_t c = i + 1; c < n; ++c) b[i] -= a[i][c] * b[c];
    b[i] /= a[i][i];
  }
  return b;
}

// Least squares with an intercept in front.
std::vector<double> regress(const std::vector<std::vector<double>>& columns, const std::vector<double>& y) {
  const std::size_t p = columns.size() + 1;
  std::vector<std::vector<double>> xx(p, std::vector<double>(p));
  std::vector<double> xy(p);
  for (std::size_t row = 0; row < y.size(); ++row) {
    const auto x = [&](std::size_t j) { return j == 0 ? 1.0 : columns[j - 1][row]; };
    for (std::size_t a = 0; a < p; ++a) {
      xy[a] += x(a) * y[row];
      for (std::size_t b = 0; b < p; ++b) xx[a][b] += x(a) * x(b);
    }
  }
  return solve(xx, xy);
}

std::vector<std::vector<double>> features(const Table& table, std::size_t count) {
  std::vector<std::vector<double>> out;
  for (std::size_t j = 1; j <= count; ++j) out.push_back(numbers(table, "x" + std::to_string(j)));
  return out;
}

TEST(SimulateClassification, ClassSharesAreTheWeights) {
  constexpr std::uint64_t kRows = 20000;
  const ClassificationSimulation simulation({.classes = 3, .weights = {6, 3, 1}});
  const Table table = make_table(simulation, kRows);
  const std::vector<double> shares = {0.6, 0.3, 0.1};
  for (int k = 0; k < 3; ++k) {
    EXPECT_DOUBLE_EQ(simulation.truth().weights[k], shares[k]);
    double rows = 0;
    for (const double label : numbers(table, "target")) rows += label == k ? 1 : 0;
    EXPECT_NEAR(rows / kRows, shares[k], 4 * std::sqrt(shares[k] * (1 - shares[k]) / kRows)) << k;
  }
}

TEST(SimulateClassification, CentresStandAsFarApartAsAsked) {
  for (const double separation : {0.5, 2.0, 8.0}) {
    const ClassificationSimulation simulation({.classes = 4, .clusters = 3, .separation = separation});
    ASSERT_EQ(simulation.truth().centres.size(), 12u);
    EXPECT_NEAR(nearest_pair(simulation.truth().centres), separation, 1e-12 * separation);
  }
}

TEST(SimulateClassification, RowsOfAClassStandAroundItsCentreWithUnitVariance) {
  constexpr std::uint64_t kRows = 20000;
  const ClassificationSimulation simulation({});
  const Table table = make_table(simulation, kRows);
  const std::vector<double>& target = numbers(table, "target");
  for (std::size_t j = 0; j < 5; ++j) {
    const std::vector<double>& x = table.column(j).numbers().values;
    double sum = 0;
    double squares = 0;
    double rows = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
      if (target[row] != 1) continue;
      const double d = x[row] - simulation.truth().centres[1][j];
      sum += d;
      squares += d * d;
      ++rows;
    }
    EXPECT_NEAR(sum / rows, 0, 4 / std::sqrt(rows));
    EXPECT_NEAR(squares / rows, 1, 4 * std::sqrt(2 / rows));  // variance of a squared normal: 2
  }
}

TEST(SimulateClassification, RedundantFeaturesAreTheSaidCombinations) {
  const ClassificationSimulation simulation({.features = 9, .informative = 4, .redundant = 3});
  const Table table = make_table(simulation, 200);
  for (std::size_t r = 0; r < 3; ++r) {
    for (std::size_t row = 0; row < table.rows(); ++row) {
      double sum = 0;
      double rounding = 5e-7;  // of the sum; each term adds its coefficient times 5e-7
      for (std::size_t j = 0; j < 4; ++j) {
        sum += simulation.truth().redundant[r][j] * numbers(table, "x" + std::to_string(j + 1))[row];
        rounding += std::abs(simulation.truth().redundant[r][j]) * 5e-7;
      }
      EXPECT_NEAR(numbers(table, "x" + std::to_string(5 + r))[row], sum, rounding + 1e-12);
    }
  }
}

// Bayes' rule by hand, from the centres alone, against the closed form of two Gaussians: with even classes
// Phi(separation / 2).
TEST(SimulateClassification, BestAccuracyFollowsFromTheSeparation) {
  constexpr std::uint64_t kRows = 20000;
  for (const double separation : {1.0, 2.0, 3.0}) {
    const ClassificationSimulation even({.separation = separation});
    EXPECT_NEAR(even.truth().best_accuracy, normal_cdf(separation / 2), 1e-12);
    const ClassificationSimulation simulation({.weights = {0.8, 0.2}, .separation = separation});
    const ClassificationTruth& truth = simulation.truth();
    const SimulatedBlock made = simulation.make_rows(0, kRows);
    const std::vector<double>& target = numbers(made.table, "target");
    double right = 0;
    for (std::size_t row = 0; row < kRows; ++row) {
      std::vector<double> x;
      for (std::size_t j = 0; j < 5; ++j) x.push_back(made.table.column(j).numbers().values[row]);
      const double d0 = distance(x, truth.centres[0]);
      const double d1 = distance(x, truth.centres[1]);
      const bool says_1 = std::log(0.2) - d1 * d1 / 2 > std::log(0.8) - d0 * d0 / 2;
      right += says_1 == (target[row] == 1) ? 1 : 0;
    }
    const double p = truth.best_accuracy;
    EXPECT_NEAR(right / kRows, p, 4 * std::sqrt(p * (1 - p) / kRows)) << separation;
    // Rounding the features to six decimals can change the side of a row or two.
    EXPECT_NEAR(static_cast<double>(made.groups[0].best_right), right, 2);
  }
}

TEST(SimulateClassification, NoiseFlipsTheSaidRowsToOtherClasses) {
  constexpr std::uint64_t kRows = 10000;
  const ClassificationOptions clean{.classes = 4};
  ClassificationOptions noisy = clean;
  noisy.noise = 0.2;
  const Table before = make_table(ClassificationSimulation(clean), kRows);
  const SimulatedBlock after = ClassificationSimulation(noisy).make_rows(0, kRows);
  std::vector<std::uint64_t> changed;
  std::vector<double> steps(4);
  const std::vector<double>& old_target = numbers(before, "target");
  const std::vector<double>& new_target = numbers(after.table, "target");
  for (std::size_t row = 0; row < kRows; ++row) {
    const double step = new_target[row] - old_target[row];
    if (step != 0) changed.push_back(row + 1);
    ++steps[static_cast<std::size_t>(step + 4) % 4];
  }
  EXPECT_EQ(changed, after.flipped);
  EXPECT_EQ(after.groups[0].flipped, changed.size());
  EXPECT_NEAR(static_cast<double>(changed.size()), 2000, 4 * std::sqrt(10000 * 0.2 * 0.8));
  for (int step = 1; step < 4; ++step) EXPECT_NEAR(steps[step], 2000.0 / 3, 4 * std::sqrt(2000 * 2 / 9.0)) << step;
}

TEST(SimulateClassification, LevelsHaveTheSaidProbabilitiesInEachClass) {
  constexpr std::uint64_t kRows = 20000;
  const ClassificationSimulation simulation({.categories = 2});
  const Table table = make_table(simulation, kRows);
  for (std::size_t c = 0; c < 2; ++c) {
    const LevelTruth& truth = simulation.truth().categories[c];
    const Categories& column = table.column("c" + std::to_string(c + 1)).categories();
    const std::vector<double>& target = numbers(table, "target");
    EXPECT_EQ(*column.levels, truth.levels);
    for (std::size_t k = 0; k < 2; ++k) {
      std::vector<double> counts(truth.levels.size());
      double rows = 0;
      for (std::size_t row = 0; row < kRows; ++row) {
        if (target[row] != static_cast<double>(k)) continue;
        ++counts[column.codes[row]];
        ++rows;
      }
      for (std::size_t l = 0; l < counts.size(); ++l) {
        const double p = std::exp(truth.effects[k][l]);
        EXPECT_NEAR(counts[l] / rows, p, 4 * std::sqrt(p * (1 - p) / rows));
      }
    }
  }
}

TEST(SimulateClassification, AOneDimensionalTableOfManyClassesIsPossible) {
  const ClassificationSimulation simulation({.features = 1, .informative = 1, .redundant = 0, .classes = 12});
  EXPECT_NEAR(nearest_pair(simulation.truth().centres), 2, 1e-12);
}

TEST(SimulateClassification, RefusesMorePartsThanFeatures) {
  EXPECT_THROW(ClassificationSimulation({.features = 4, .informative = 3, .redundant = 2}), Error);
  EXPECT_THROW(ClassificationSimulation({.weights = {1, 2, 3}}), Error);
  EXPECT_THROW(ClassificationSimulation({.classes = 500, .clusters = 3}), Error);
}

// The standard error of a coefficient is noise / sqrt(n) (features are independent and of variance 1).
TEST(SimulateRegression, LeastSquaresFindsTheCoefficients) {
  constexpr std::uint64_t kRows = 10000;
  const RegressionSimulation simulation({.noise = 2});
  const Table table = make_table(simulation, kRows);
  const std::vector<double> found = regress(features(table, 5), numbers(table, "target"));
  const double error = 2 / std::sqrt(static_cast<double>(kRows));
  EXPECT_NEAR(found[0], simulation.truth().intercept, 4 * error);
  for (std::size_t j = 0; j < 5; ++j) EXPECT_NEAR(found[j + 1], simulation.truth().coefficients[j], 4 * error) << j;
}

TEST(SimulateRegression, WithoutNoiseTheTargetIsTheFormula) {
  const RegressionSimulation simulation({.noise = 0, .categories = 1});
  const RegressionTruth& truth = simulation.truth();
  const Table table = make_table(simulation, 300);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    double target = truth.intercept + truth.categories[0].effects[0][table.column("c1").categories().codes[row]];
    double rounding = 5e-7;
    for (std::size_t j = 0; j < 5; ++j) {
      target += truth.coefficients[j] * numbers(table, "x" + std::to_string(j + 1))[row];
      rounding += std::abs(truth.coefficients[j]) * 5e-7;
    }
    EXPECT_NEAR(numbers(table, "target")[row], target, rounding + 1e-12);
  }
}

TEST(SimulateBlobs, EveryRowIsNearestToItsOwnCentreWhenTheyAreFarApart) {
  const BlobsSimulation simulation({.features = 3, .clusters = 5, .separation = 20});
  EXPECT_NEAR(nearest_pair(simulation.truth().centres), 20, 1e-11);
  const Table table = make_table(simulation, 2000);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    std::vector<double> x;
    for (std::size_t j = 1; j <= 3; ++j) x.push_back(numbers(table, "x" + std::to_string(j))[row]);
    const auto cluster = static_cast<std::size_t>(numbers(table, "cluster")[row]);
    // Beyond 10 sd: a chance below 1e-20.
    EXPECT_LT(distance(x, simulation.truth().centres[cluster]), 10);
  }
}

TEST(SimulateBlobs, NoiseRowsFillTheBoxAndAreMinusOne) {
  const BlobsSimulation simulation({.noise = 0.25});
  const SimulatedBlock made = simulation.make_rows(0, 4000);
  std::uint64_t noise = 0;
  for (const double cluster : numbers(made.table, "cluster")) noise += cluster == -1 ? 1 : 0;
  EXPECT_EQ(noise, made.flipped.size());
  EXPECT_NEAR(static_cast<double>(noise), 1000, 4 * std::sqrt(4000 * 0.25 * 0.75));
}

TEST(SimulateBlobs, OneClusterIsAllowed) {
  const Table table = make_table(BlobsSimulation({.clusters = 1}), 1000);
  EXPECT_NEAR(mean(numbers(table, "x1")), 0, 4 / std::sqrt(1000.0));
}

}  // namespace
}  // namespace mlkit
