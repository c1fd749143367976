// Sums of rows by cluster, as integers: exact, so that adding, taking away and merging have no order.
//
// A value v of column j is two words of fixed point, high + low 2^-bits = v * unit_j, where unit_j is a power of two
// that brings the column's largest absolute value to 2^bits at most. `bits` leaves room for the sum of all rows.
#pragma once

#include <bit>
#include <cstdint>
#include <vector>

#include "mlkit/data/dataset.h"

namespace mlkit::internal {

// How the columns of a matrix become integers.
struct FixedPoint {
  int bits = 0;
  std::vector<double> units;  // per column
  double low_unit = 1;        // 2^bits

  // `largest` is the largest absolute value of each column, rows >= 1.
  FixedPoint(const std::vector<double>& largest, std::size_t rows);
};

class FixedSums {
 public:
  FixedSums() = default;
  FixedSums(std::size_t clusters, std::size_t cols)
      : cols_(cols), counts_(clusters), high_(clusters * cols), low_(clusters * cols) {}

  // Adds a row to a cluster, or with sign -1 takes it away.
  void add(const FixedPoint& fixed, std::size_t cluster, const double* row, std::int64_t sign) {
    counts_[cluster] += sign;
    std::int64_t* high = high_.data() + cluster * cols_;
    std::int64_t* low = low_.data() + cluster * cols_;
    for (std::size_t j = 0; j < cols_; ++j) {
      const double value = row[j] * fixed.units[j];
      const double whole = nearest_whole(value);
      high[j] += sign * to_integer(whole);
      low[j] += sign * to_integer(nearest_whole((value - whole) * fixed.low_unit));
    }
  }

  void merge(FixedSums&& other) {
    for (std::size_t i = 0; i < counts_.size(); ++i) counts_[i] += other.counts_[i];
    for (std::size_t i = 0; i < high_.size(); ++i) {
      high_[i] += other.high_[i];
      low_[i] += other.low_[i];
    }
  }

  std::int64_t count(std::size_t cluster) const { return counts_[cluster]; }
  double mean(const FixedPoint& fixed, std::size_t cluster, std::size_t col) const {
    const std::size_t at = cluster * cols_ + col;
    const double sum = static_cast<double>(high_[at]) + static_cast<double>(low_[at]) / fixed.low_unit;
    return sum / static_cast<double>(counts_[cluster]) / fixed.units[col];
  }

 private:
  // Of |value| <= 2^51: the sum has no bits left for a fraction.
  static double nearest_whole(double value) { return (value + kShift) - kShift; }
  static std::int64_t to_integer(double whole) {
    return std::bit_cast<std::int64_t>(whole + kShift) - std::bit_cast<std::int64_t>(kShift);
  }
  static constexpr double kShift = 6755399441055744.0;  // 1.5 * 2^52

  std::size_t cols_ = 0;
  std::vector<std::int64_t> counts_;
  std::vector<std::int64_t> high_;
  std::vector<std::int64_t> low_;
};

}  // namespace mlkit::internal
