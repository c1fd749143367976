// How much of the target a single column knows.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "mlkit/data/table.h"

namespace mlkit::internal {

// The target of the rows that have one: classes, or numbers.
struct LeakTarget {
  bool is_class = false;
  std::vector<std::uint32_t> rows;     // that have a target
  std::vector<std::uint32_t> classes;  // by position in `rows`
  std::vector<std::string> names;
  std::vector<double> values;
};
LeakTarget read_leak_target(const Column& column);

// How well a score tells the classes apart: the area under ROC of each pair of classes, the larger of AUC and 1 - AUC,
// on average; for a numeric target the larger of the squared correlations of values and of ranks. NaN scores are left
// out; 0 where fewer than 20 rows, or fewer than two classes of five rows, are left.
double ranking_power(const std::vector<double>& scores, const LeakTarget& target);
// The same for a column of levels: each level's share of a class (mean of the target) in one half of the rows is the
// score of the other half, so that levels of one row know nothing.
double levels_power(const Column& column, const LeakTarget& target);
// Whether values of the column and of the target go one to one (numbers: on a line). `detail` says how.
bool is_copy(const Column& column, const Column& target_column, const LeakTarget& target, std::string& detail);

}  // namespace mlkit::internal
