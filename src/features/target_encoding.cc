#include "mlkit/features/target_encoding.h"

#include <algorithm>
#include <limits>

namespace mlkit {
namespace {

// The ratio of the variance within levels to that between them; infinite where levels do not differ.
double estimate_weight(const LevelSums& sums, double rows, double mean) {
  double within = 0;
  double between = 0;
  double square_counts = 0;
  std::size_t levels = 0;
  for (std::size_t i = 0; i < sums.count.size(); ++i) {
    if (sums.count[i] == 0) continue;
    const auto n = static_cast<double>(sums.count[i]);
    const double level_mean = sums.sum[i] / n;
    ++levels;
    within += std::max(0.0, sums.squares[i] - sums.sum[i] * level_mean);
    between += n * (level_mean - mean) * (level_mean - mean);
    square_counts += n * n;
  }
  const auto k = static_cast<double>(levels);
  if (levels < 2 || rows <= k) return std::numeric_limits<double>::infinity();
  const double s2 = within / (rows - k);
  const double n0 = (rows - square_counts / rows) / (k - 1);
  const double t2 = (between / (k - 1) - s2) / n0;
  return t2 > 0 ? s2 / t2 : std::numeric_limits<double>::infinity();
}

}  // namespace

void LevelSums::add(const LevelSums& other) {
  for (std::size_t i = 0; i < count.size(); ++i) {
    count[i] += other.count[i];
    sum[i] += other.sum[i];
    squares[i] += other.squares[i];
  }
}

SmoothedMeans smooth_means(const LevelSums& sums, std::optional<double> smoothing) {
  double rows = 0;
  double total = 0;
  for (std::size_t i = 0; i < sums.count.size(); ++i) {
    rows += static_cast<double>(sums.count[i]);
    total += sums.sum[i];
  }
  SmoothedMeans out;
  out.mean = rows > 0 ? total / rows : 0;
  out.weight = smoothing ? *smoothing : estimate_weight(sums, rows, out.mean);
  const bool mean_alone = out.weight == std::numeric_limits<double>::infinity();
  for (std::size_t i = 0; i < sums.count.size(); ++i) {
    const auto n = static_cast<double>(sums.count[i]);
    out.values.push_back(sums.count[i] == 0 || mean_alone ? out.mean
                                                          : (sums.sum[i] + out.weight * out.mean) / (n + out.weight));
  }
  return out;
}

}  // namespace mlkit
