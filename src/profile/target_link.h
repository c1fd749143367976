// How columns go with a target while rows go by. Both readings of the target, as a number and as a class, are followed
// until the last cell decides which it is.
#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "mlkit/data/summary.h"
#include "mlkit/profile/profile_csv.h"

namespace mlkit::internal {

inline constexpr std::size_t kMostClasses = 64;
inline constexpr std::size_t kMostLinkLevels = 1024;
inline constexpr std::uint32_t kNoClass = 0xFFFFFFFFu;

// The target's cells of one batch.
struct TargetCells {
  std::vector<double> values;          // NaN where no number
  std::vector<std::uint32_t> classes;  // index into names; kNoClass where missing
  std::vector<std::string> names;      // in the order of their coming
  bool too_many = false;               // more than kMostClasses: classes are not followed
};

// Running mean and squares of y (Welford), and rows by class.
struct LevelSums {
  std::uint64_t count = 0;
  double mean = 0;
  double squares = 0;
  std::vector<std::uint64_t> classes;
  void add(double y);
  void merge_numbers(const LevelSums& right);
};

struct PairMoments {
  std::uint64_t count = 0;
  double mean_x = 0, mean_y = 0, xx = 0, yy = 0, xy = 0;
  void add(double x, double y);
  void merge(const PairMoments& right);
};

struct LinkAccumulator {
  PairMoments pairs;                                      // x and y both numbers
  std::vector<LevelSums> by_class;                        // of x
  std::vector<std::pair<std::string, LevelSums>> levels;  // of a column of texts, by level, rising
  bool too_many_levels = false;

  void add_numbers(const std::vector<double>& x, const std::vector<std::uint32_t>& rows, const TargetCells& target);
  // codes[i] of row rows[i] is a level of `names`.
  void add_levels(const std::vector<std::uint32_t>& codes, const std::vector<std::uint32_t>& rows,
                  const std::vector<std::string>& names, const TargetCells& target);
  // `renumbered`: the classes of `right` as they are numbered here.
  void merge(LinkAccumulator&& right, const std::vector<std::uint32_t>& renumbered);

  // nullopt where it is not defined, or has not been followed.
  std::optional<TargetLink> numeric_with_number() const;
  std::optional<TargetLink> numeric_with_class(const std::vector<std::string>& classes) const;
  std::optional<TargetLink> levels_with_number() const;
  std::optional<TargetLink> levels_with_class() const;
};

}  // namespace mlkit::internal
