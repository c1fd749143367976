#include "mlkit/train/fit_dummy.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "mlkit/base/error.h"
#include "mlkit/base/math.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

struct Sum {
  double value = 0;
  void merge(Sum&& right) { value += right.value; }
};

template <class Term>
double sum_rows(const DatasetView& data, const Context& context, const Term& term) {
  return reduce_blocks(context, data.rows(), kRowBlock, Sum{},
                       [&](std::size_t, std::size_t begin, std::size_t end) {
                         Sum sum;
                         for (std::size_t i = begin; i < end; ++i) sum.value += term(i);
                         return sum;
                       })
      .value;
}

std::vector<double> class_shares(const DatasetView& data, double total, double& loss) {
  std::vector<double> weight(std::max<std::size_t>(2, data.classes().size()), 0.0);
  for (std::size_t i = 0; i < data.rows(); ++i) weight[data.label(i)] += data.weight(i);
  loss = 0;
  std::vector<double> shares;
  for (const double w : weight) {
    shares.push_back(w / total);
    if (w > 0) loss -= w * mlkit::log(w / total);
  }
  return shares;
}

double mean_target(const DatasetView& data, double total, const Context& context) {
  const double rough = sum_rows(data, context, [&](std::size_t i) { return data.weight(i) * data.target(i); }) / total;
  // A second pass takes out what the first lost by rounding.
  return rough +
         sum_rows(data, context, [&](std::size_t i) { return data.weight(i) * (data.target(i) - rough); }) / total;
}

// The middle target by weight; between the two middle ones where the halves are even.
double median_target(const DatasetView& data, double total) {
  std::vector<std::size_t> order(data.rows());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(),
                   [&](std::size_t a, std::size_t b) { return data.target(a) < data.target(b); });
  double below = 0;
  for (std::size_t k = 0; k < order.size(); ++k) {
    below += data.weight(order[k]);
    if (2 * below < total || data.weight(order[k]) == 0) continue;
    if (2 * below > total) return data.target(order[k]);
    std::size_t next = k + 1;
    while (next + 1 < order.size() && data.weight(order[next]) == 0) ++next;
    return next < order.size() ? 0.5 * data.target(order[k]) + 0.5 * data.target(order[next]) : data.target(order[k]);
  }
  return data.target(order.back());
}

}  // namespace

Fitted<DummyModel> fit_dummy(const DatasetView& data, const DummyOptions& options, Context& context) {
  double total = 0;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    const double weight = data.weight(i);
    if (!std::isfinite(weight) || weight < 0) throw_data("a row weight is negative or not a finite number");
    total += weight;
  }
  if (!(total > 0)) throw_data("there are no rows to learn from");
  Fitted<DummyModel> fit;
  fit.report.solver = "none";
  if (data.is_classification()) {
    std::vector<double> shares = class_shares(data, total, fit.report.objective);
    const Task task = shares.size() == 2 ? Task::kBinary : Task::kMulticlass;
    fit.model = std::make_unique<DummyModel>(task, data.cols(), std::move(shares));
    return fit;
  }
  const bool median = options.strategy == "median";
  const double value = median ? median_target(data, total) : mean_target(data, total, context);
  if (!std::isfinite(value)) throw_data("the target holds a number that is not finite");
  fit.report.objective = sum_rows(data, context, [&](std::size_t i) {
    const double error = data.target(i) - value;
    return data.weight(i) * (median ? std::abs(error) : 0.5 * error * error);
  });
  fit.model = std::make_unique<DummyModel>(Task::kRegression, data.cols(), std::vector<double>{value});
  return fit;
}

}  // namespace mlkit
