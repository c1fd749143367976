#include "mlkit/eval/thresholds.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"

namespace mlkit {
namespace {

Ratio quotient(double top, double bottom) { return bottom > 0 ? Ratio{top / bottom, true} : Ratio{0.0, false}; }

OperatingPoint at_point(const ThresholdSweep& sweep, const SweepPoint& point) {
  return {point.threshold, point.true_positives, point.false_positives, sweep.positives, sweep.negatives};
}

// Walks all scores from the highest, then "nothing is positive"; keeps the first of the best.
template <class Value>
std::optional<OperatingPoint> walk(const ThresholdSweep& sweep, std::span<const ThresholdCondition> conditions,
                                   double most, const Value& value) {
  std::optional<OperatingPoint> best;
  double best_value = 0;
  const auto consider = [&](const SweepPoint& candidate) {
    const OperatingPoint point = at_point(sweep, candidate);
    const Confusion confusion = point.confusion();
    const bool meets = std::all_of(conditions.begin(), conditions.end(), [&](const ThresholdCondition& condition) {
      return condition.holds(condition.metric->of(confusion));
    });
    if (!meets) return;
    const double here = value(point, confusion);
    if (best && !(here > best_value)) return;
    best = point;
    best_value = here;
  };
  for (const SweepPoint& point : sweep.points) consider(point);
  if (sweep.points.empty()) return best;
  const double above = std::nextafter(sweep.points.front().threshold, std::numeric_limits<double>::infinity());
  if (above <= most) consider({above, 0, 0});
  return best;
}

}  // namespace

Ratio OperatingPoint::precision() const { return quotient(true_positives, called()); }
Ratio OperatingPoint::recall() const { return quotient(true_positives, positives); }
Ratio OperatingPoint::false_positive_rate() const { return quotient(false_positives, negatives); }
Ratio OperatingPoint::f1() const { return quotient(2 * true_positives, called() + positives); }
Ratio OperatingPoint::lift() const { return quotient(true_positives * total(), called() * positives); }

Confusion OperatingPoint::confusion() const {
  return {2, {negatives - false_positives, false_positives, positives - true_positives, true_positives}};
}

OperatingPoint operating_point(const ThresholdSweep& sweep, double threshold) {
  // Points are sorted by falling thresholds: the last one that is not below.
  const auto below = std::partition_point(sweep.points.begin(), sweep.points.end(),
                                          [&](const SweepPoint& point) { return point.threshold >= threshold; });
  SweepPoint point = below == sweep.points.begin() ? SweepPoint{} : *(below - 1);
  point.threshold = threshold;
  return at_point(sweep, point);
}

std::vector<OperatingPoint> depth_points(const ThresholdSweep& sweep, std::size_t parts) {
  std::vector<OperatingPoint> out;
  const double total = sweep.positives + sweep.negatives;
  auto at = sweep.points.begin();
  for (std::size_t k = 1; k <= parts; ++k) {
    const double wanted = total * static_cast<double>(k) / static_cast<double>(parts) * (1 - 1e-12);
    const auto first = std::partition_point(at, sweep.points.end(), [&](const SweepPoint& point) {
      return point.true_positives + point.false_positives < wanted;
    });
    if (first == sweep.points.end()) break;
    if (out.empty() || first != at) out.push_back(at_point(sweep, *first));
    at = first;
  }
  return out;
}

const std::vector<ThresholdMetric>& threshold_metrics() {
  using C = const Confusion&;
  static const std::vector<ThresholdMetric> table = {
      {"f1", true, "harmonic mean of precision and recall", [](C c) { return fbeta(c, 1, 1.0); }},
      {"fbeta_2", true, "F score that weighs recall over precision", [](C c) { return fbeta(c, 1, 2.0); }},
      {"fbeta_0_5", true, "F score that weighs precision over recall", [](C c) { return fbeta(c, 1, 0.5); }},
      {"mcc", true, "Matthews correlation coefficient", [](C c) { return matthews(c); }},
      {"balanced_accuracy", true, "mean recall over the two classes", [](C c) { return balanced_accuracy(c); }},
      {"accuracy", true, "share of rows predicted right", [](C c) { return accuracy(c); }},
      {"cohen_kappa", true, "agreement beyond chance", [](C c) { return cohen_kappa(c); }},
      {"precision", true, "share of called positives that are", [](C c) { return precision(c, 1); }},
      {"recall", true, "share of positives that are found", [](C c) { return recall(c, 1); }},
      {"specificity", true, "share of negatives that are left alone", [](C c) { return specificity(c, 1); }},
      {"fpr", false, "share of negatives that are called positive",
       [](C c) { return quotient(c.false_positives(1), c.false_positives(1) + c.true_negatives(1)); }},
      {"positive_rate", false, "share of all rows that are called positive",
       [](C c) { return quotient(c.predicted(1), c.total()); }},
  };
  return table;
}

const ThresholdMetric& find_threshold_metric(std::string_view name) {
  std::string wanted(name);
  std::replace(wanted.begin(), wanted.end(), '-', '_');
  std::vector<std::string> names;
  for (const ThresholdMetric& metric : threshold_metrics()) {
    if (metric.name == wanted) return metric;
    names.push_back(metric.name);
  }
  const std::string near = nearest_name(wanted, names);
  std::string all;
  for (const std::string& one : names) all += (all.empty() ? "" : ", ") + one;
  throw_usage("no metric of a threshold is called \"" + std::string(name) + "\"",
              near.empty() ? "there are " + all : "did you mean " + near + "?");
}

bool ThresholdCondition::holds(const Ratio& value) const {
  if (!value.defined) return false;
  if (comparison == ">=") return value.value >= limit;
  if (comparison == ">") return value.value > limit;
  if (comparison == "<=") return value.value <= limit;
  if (comparison == "<") return value.value < limit;
  return value.value == limit;
}

std::optional<OperatingPoint> best_threshold(const ThresholdSweep& sweep, const ThresholdMetric& metric,
                                             std::span<const ThresholdCondition> conditions, double most) {
  return walk(sweep, conditions, most, [&](const OperatingPoint&, const Confusion& confusion) {
    const double value = metric.of(confusion).value;
    return metric.higher_is_better ? value : -value;
  });
}

std::optional<OperatingPoint> cheapest_threshold(const ThresholdSweep& sweep, double false_positive,
                                                 double false_negative, std::span<const ThresholdCondition> conditions,
                                                 double most) {
  return walk(sweep, conditions, most, [&](const OperatingPoint& point, const Confusion&) {
    return -(false_positive * point.false_positives + false_negative * point.false_negatives());
  });
}

}  // namespace mlkit
