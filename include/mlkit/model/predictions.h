// What a model says about rows: classes, numbers or clusters.
#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string_view>
#include <vector>

namespace mlkit {

// Stored in model files: never renumber.
enum class Task : std::uint8_t { kBinary = 0, kMulticlass = 1, kRegression = 2, kClustering = 3, kReduction = 4 };

std::string_view task_name(Task task);  // binary, multiclass, regression, clustering, reduction

struct Predictions {
  Task task = Task::kBinary;
  std::size_t rows = 0;
  // Classification: probabilities, row-major, `classes` a row (two for binary, the last is the
  // positive class). Empty otherwise.
  std::size_t classes = 0;
  std::vector<double> probabilities;
  // Regression: the number. Clustering: the distance to the row's cluster. Reduction: row-major, `components` a row.
  std::vector<double> values;
  std::size_t components = 0;
  // Classification: class index (by threshold for binary); clustering: the cluster (-1 = noise).
  std::vector<std::int32_t> labels;

  std::span<const double> probabilities_of(std::size_t row) const {
    return {probabilities.data() + row * classes, classes};
  }
};

// The class that a row of probabilities stands for: of two the positive one where its probability is at least
// `threshold`, of more the most probable (the first of equals).
std::int32_t decide(std::span<const double> probabilities, double threshold);
// Fills the labels of all rows by that rule; leaves them where there are no classes.
void decide_labels(Predictions& predictions, double threshold);

}  // namespace mlkit
