// Sums of a target by level, and the smoothed means that they give (fit_features.h has the formulas).
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <vector>

namespace mlkit {

struct LevelSums {
  explicit LevelSums(std::size_t codes) : count(codes), sum(codes), squares(codes) {}
  void add(std::uint32_t code, double y) {
    ++count[code];
    sum[code] += y;
    squares[code] += y * y;
  }
  void add(const LevelSums& other);
  std::vector<std::uint64_t> count;
  std::vector<double> sum;
  std::vector<double> squares;
};

struct SmoothedMeans {
  double mean = 0;             // of all rows; also the value of a level without rows
  double weight = 0;           // the smoothing m; may be infinite
  std::vector<double> values;  // per code
};

// `smoothing` nullopt = empirical Bayes. Codes without rows have the overall mean; without any row all is 0.
SmoothedMeans smooth_means(const LevelSums& sums, std::optional<double> smoothing);

}  // namespace mlkit
