#include "mlkit/eval/regression.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>
#include <stdexcept>
#include <vector>

#include "mlkit/data/sort_doubles.h"
#include "mlkit/eval/ranking.h"

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

ResidualSummary summarise_residuals(std::span<const double> truth, std::span<const double> predicted,
                                    std::size_t groups) {
  const std::size_t n = truth.size();
  if (n == 0 || predicted.size() != n) throw std::invalid_argument("summarise_residuals: lengths differ");
  ResidualSummary out;
  std::vector<double> residuals(n);
  for (std::size_t i = 0; i < n; ++i) residuals[i] = truth[i] - predicted[i];
  for (const double r : residuals) out.mean += r / static_cast<double>(n);
  double square = 0;
  for (const double r : residuals) square += (r - out.mean) * (r - out.mean);
  out.sd = std::sqrt(square / static_cast<double>(n));
  std::vector<double> scratch;
  sort_doubles(residuals, scratch);
  for (const double share : {0.0, 0.01, 0.05, 0.1, 0.25, 0.5, 0.75, 0.9, 0.95, 0.99, 1.0}) {
    const double place = share * static_cast<double>(n - 1);
    const auto below = static_cast<std::size_t>(place);
    const double low = residuals[below];
    const double high = residuals[std::min(below + 1, n - 1)];
    out.quantiles.emplace_back(share, low + (place - static_cast<double>(below)) * (high - low));
  }
  std::vector<std::uint32_t> order = falling_order(predicted);
  std::reverse(order.begin(), order.end());
  std::size_t begin = 0;
  for (std::size_t k = 1; k <= groups; ++k) {
    std::size_t end = n * k / groups;
    if (end <= begin) continue;
    while (end < n && predicted[order[end]] == predicted[order[end - 1]]) ++end;
    ResidualGroup group{predicted[order[begin]], predicted[order[end - 1]], 0, 0, 0, end - begin};
    const auto rows = static_cast<double>(group.rows);
    for (std::size_t i = begin; i < end; ++i) {
      const double residual = truth[order[i]] - predicted[order[i]];
      group.mean_predicted += predicted[order[i]] / rows;
      group.mean_truth += truth[order[i]] / rows;
      group.rmse += residual * residual / rows;
    }
    group.rmse = std::sqrt(group.rmse);
    out.groups.push_back(group);
    begin = end;
  }
  return out;
}

}  // namespace mlkit
