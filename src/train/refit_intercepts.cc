#include <algorithm>
#include <cmath>

#include "mlkit/base/math.h"
#include "mlkit/train/fit_logistic.h"

namespace mlkit {
namespace {

constexpr int kMostSweeps = 100;
constexpr double kTolerance = 1e-12;  // of a class's weight

// Probabilities of the rows, and by what the odds of each class are multiplied on top.
struct Shifted {
  Predictions answers;
  std::vector<double> factor;
};

struct ClassSums {
  double expected = 0;   // weight times probability
  double curvature = 0;  // its derivative by the intercept
};

ClassSums sums_of(const Shifted& shifted, std::size_t label, const DatasetView& data) {
  ClassSums sums;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    const auto p = shifted.answers.probabilities_of(i);
    double total = 0;
    for (std::size_t c = 0; c < p.size(); ++c) total += p[c] * shifted.factor[c];
    const double now = p[label] * shifted.factor[label] / total;
    sums.expected += data.weight(i) * now;
    sums.curvature += data.weight(i) * now * (1 - now);
  }
  return sums;
}

std::vector<double> weight_of_classes(const DatasetView& data, std::size_t classes) {
  std::vector<double> out(classes);
  for (std::size_t i = 0; i < data.rows(); ++i) out[data.label(i)] += data.weight(i);
  return out;
}

// What is to be added to each intercept; 0 for the first class that has rows.
std::vector<double> shifts_of(const LogisticModel& model, const DatasetView& data, const Context& context) {
  const std::size_t classes = model.outputs();
  const std::vector<double> weights = weight_of_classes(data, classes);
  Shifted shifted{predict_rows(model, data.features(), context), std::vector<double>(classes, 1.0)};
  std::vector<double> shifts(classes);
  std::size_t first = 0;
  while (first < classes && !(weights[first] > 0)) ++first;
  for (int sweep = 0; sweep < kMostSweeps; ++sweep) {
    context.check_stop();
    bool done = true;
    for (std::size_t c = first + 1; c < classes; ++c) {
      if (!(weights[c] > 0)) continue;
      const ClassSums sums = sums_of(shifted, c, data);
      const double missing = weights[c] - sums.expected;
      if (std::abs(missing) <= kTolerance * weights[c] || !(sums.curvature > kTolerance * weights[c])) continue;
      shifts[c] += std::clamp(missing / sums.curvature, -1.0, 1.0);
      shifted.factor[c] = mlkit::exp(shifts[c]);
      done = false;
    }
    if (done) break;
  }
  return shifts;
}

}  // namespace

std::unique_ptr<LogisticModel> refit_intercepts(const LogisticModel& model, const DatasetView& data,
                                                const Context& context) {
  const std::vector<double> shifts = shifts_of(model, data, context);
  std::vector<double> intercepts(model.intercepts().begin(), model.intercepts().end());
  if (model.outputs() == 2) {
    intercepts[0] += shifts[1] - shifts[0];
  } else {
    double mean = 0;
    double count = 0;
    const auto is_absent = [&](std::size_t c) { return !model.absent().empty() && model.absent()[c] != 0; };
    for (std::size_t c = 0; c < intercepts.size(); ++c) {
      if (is_absent(c)) continue;
      intercepts[c] += shifts[c];
      mean += intercepts[c];
      ++count;
    }
    for (std::size_t c = 0; c < intercepts.size(); ++c) intercepts[c] -= is_absent(c) ? 0 : mean / count;
  }
  return std::make_unique<LogisticModel>(model.inputs(), model.outputs(), std::move(intercepts),
                                         std::vector<double>(model.coefficients().begin(), model.coefficients().end()),
                                         std::vector<std::uint8_t>(model.absent().begin(), model.absent().end()));
}

}  // namespace mlkit
