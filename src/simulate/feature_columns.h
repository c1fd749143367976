// Parts that the simulations of feature tables share.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <vector>

#include "mlkit/simulate/row_draws.h"
#include "mlkit/simulate/simulate_tables.h"

namespace mlkit::internal {

// x1 .. , c1 .. and the answer.
Schema feature_schema(std::int64_t features, std::int64_t categories, const std::string& answer);

// Columns of a block while they are filled row by row.
class FeatureColumns {
 public:
  FeatureColumns(const Schema& schema, std::uint64_t begin, std::uint64_t end);
  // The same for chosen rows.
  FeatureColumns(const Schema& schema, std::vector<std::uint64_t> rows);
  void set_features(std::size_t row, std::span<const double> x);  // rounded
  void set_level(std::size_t row, std::size_t category, std::uint32_t level) { codes_[category][row] = level; }
  void set_answer(std::size_t row, double value) { answer_[row] = value; }
  // Leaves feature cells out at random, and makes the table.
  Table finish(std::uint64_t seed, double missing, const std::vector<LevelTruth>& categories);

 private:
  const Schema& schema_;
  std::vector<std::uint64_t> rows_;
  std::vector<std::vector<double>> x_;
  std::vector<std::vector<std::uint32_t>> codes_;
  std::vector<double> answer_;
};

// Informative values stand in x[0 .. informative); adds the redundant and the idle ones.
void complete_features(std::vector<double>& x, std::size_t informative,
                       const std::vector<std::vector<double>>& redundant, RowDraws& draws);

std::vector<std::vector<double>> draw_redundant(std::int64_t redundant, std::int64_t informative, RowDraws& draws);
std::vector<std::vector<double>> draw_centres(std::size_t count, std::size_t dimensions, double separation,
                                              RowDraws& draws);
// Shares of sum 1. Throws Error(kUsage) for another number of weights than `count`, or one that is not positive.
std::vector<double> shares_of(const std::vector<double>& weights, std::size_t count, const std::string& of);
std::size_t draw_share(std::span<const double> shares, double uniform);
std::vector<std::string> level_names(std::size_t column);
double squared_distance(std::span<const double> a, std::span<const double> b);

}  // namespace mlkit::internal
