#include "mlkit/eval/regression.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

namespace mlkit {
namespace {

// Neumaier's compensated sum.
class Sum {
 public:
  void add(double x) {
    const double next = sum_ + x;
    lost_ += std::abs(sum_) >= std::abs(x) ? (sum_ - next) + x : (x - next) + sum_;
    sum_ = next;
  }
  double value() const { return sum_ + lost_; }

 private:
  double sum_ = 0, lost_ = 0;
};

// Middle value by weight; the mean of the two middle ones where the halves are even.
double weighted_median(std::vector<double> values, std::span<const double> weights) {
  if (weights.empty()) {
    const std::size_t middle = values.size() / 2;
    std::nth_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(middle), values.end());
    const double high = values[middle];
    if (values.size() % 2 == 1) return high;
    const double low = *std::max_element(values.begin(), values.begin() + static_cast<std::ptrdiff_t>(middle));
    return low + 0.5 * (high - low);
  }
  std::vector<std::size_t> order;
  double total = 0;
  for (std::size_t i = 0; i < values.size(); ++i) {
    total += weights[i];
    if (weights[i] > 0) order.push_back(i);
  }
  std::stable_sort(order.begin(), order.end(), [&](std::size_t a, std::size_t b) { return values[a] < values[b]; });
  double below = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    below += weights[order[k]];
    if (2 * below < total) continue;
    const double here = values[order[k]];
    return 2 * below == total && k + 1 < order.size() ? here + 0.5 * (values[order[k + 1]] - here) : here;
  }
  return 0;
}

}  // namespace

RegressionScores regression_scores(std::span<const double> truth, std::span<const double> predicted,
                                   std::span<const double> weights) {
  const std::size_t n = truth.size();
  if (n == 0 || predicted.size() != n || (!weights.empty() && weights.size() != n)) {
    throw std::invalid_argument("regression_scores: no rows, or lengths differ");
  }
  const auto weight = [&](std::size_t i) { return weights.empty() ? 1.0 : weights[i]; };
  Sum total, squares, sizes, shares, errors, targets;
  std::vector<double> absolute(n);
  RegressionScores scores;
  for (std::size_t i = 0; i < n; ++i) {
    const double error = truth[i] - predicted[i];
    absolute[i] = std::abs(error);
    total.add(weight(i));
    squares.add(weight(i) * error * error);
    sizes.add(weight(i) * absolute[i]);
    errors.add(weight(i) * error);
    targets.add(weight(i) * truth[i]);
    shares.add(weight(i) * (absolute[i] / std::max(std::abs(truth[i]), std::numeric_limits<double>::epsilon())));
    if (weight(i) > 0) scores.max_error = std::max(scores.max_error, absolute[i]);
  }
  const double sum = total.value();
  scores.mse = squares.value() / sum;
  scores.rmse = std::sqrt(scores.mse);
  scores.mae = sizes.value() / sum;
  scores.mape = shares.value() / sum;
  scores.median_ae = weighted_median(std::move(absolute), weights);
  const double mean = targets.value() / sum;
  const double mean_error = errors.value() / sum;
  Sum spread, unexplained;
  for (std::size_t i = 0; i < n; ++i) {
    const double deviation = truth[i] - mean;
    const double error = truth[i] - predicted[i] - mean_error;
    spread.add(weight(i) * deviation * deviation);
    unexplained.add(weight(i) * error * error);
  }
  if (spread.value() > 0) {
    scores.r2 = {1.0 - squares.value() / spread.value(), true};
    scores.explained_variance = {1.0 - unexplained.value() / spread.value(), true};
  } else {
    scores.r2 = scores.explained_variance = {0.0, false};
  }
  return scores;
}

}  // namespace mlkit
