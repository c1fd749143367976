#include "mlkit/eval/confusion.h"

#include <algorithm>
#include <cmath>
#include <stdexcept>

namespace mlkit {
namespace {

Ratio quotient(double numerator, double denominator) {
  return denominator > 0 ? Ratio{numerator / denominator, true} : Ratio{0.0, false};
}

}  // namespace

double Confusion::total() const {
  double sum = 0;
  for (const double cell : cells) sum += cell;
  return sum;
}

double Confusion::correct() const {
  double sum = 0;
  for (std::size_t c = 0; c < classes; ++c) sum += at(c, c);
  return sum;
}

double Confusion::support(std::size_t c) const {
  double sum = 0;
  for (std::size_t p = 0; p < classes; ++p) sum += at(c, p);
  return sum;
}

double Confusion::predicted(std::size_t c) const {
  double sum = 0;
  for (std::size_t t = 0; t < classes; ++t) sum += at(t, c);
  return sum;
}

double Confusion::false_positives(std::size_t c) const {
  double sum = 0;
  for (std::size_t t = 0; t < classes; ++t) sum += t == c ? 0.0 : at(t, c);
  return sum;
}

double Confusion::false_negatives(std::size_t c) const {
  double sum = 0;
  for (std::size_t p = 0; p < classes; ++p) sum += p == c ? 0.0 : at(c, p);
  return sum;
}

double Confusion::true_negatives(std::size_t c) const {
  double sum = 0;
  for (std::size_t t = 0; t < classes; ++t) {
    for (std::size_t p = 0; p < classes; ++p) sum += t == c || p == c ? 0.0 : at(t, p);
  }
  return sum;
}

Confusion count_confusion(std::span<const std::uint32_t> truth, std::span<const std::int32_t> predicted,
                          std::size_t classes, std::span<const double> weights) {
  if (truth.size() != predicted.size() || (!weights.empty() && weights.size() != truth.size())) {
    throw std::invalid_argument("count_confusion: lengths differ");
  }
  Confusion confusion{classes, std::vector<double>(classes * classes, 0.0)};
  for (std::size_t i = 0; i < truth.size(); ++i) {
    if (truth[i] >= classes || predicted[i] < 0 || static_cast<std::size_t>(predicted[i]) >= classes) {
      throw std::invalid_argument("count_confusion: a label is not a class");
    }
    confusion.cells[truth[i] * classes + static_cast<std::size_t>(predicted[i])] += weights.empty() ? 1.0 : weights[i];
  }
  return confusion;
}

Ratio accuracy(const Confusion& confusion) { return quotient(confusion.correct(), confusion.total()); }

Ratio precision(const Confusion& confusion, std::size_t c) {
  return quotient(confusion.true_positives(c), confusion.predicted(c));
}

Ratio recall(const Confusion& confusion, std::size_t c) {
  return quotient(confusion.true_positives(c), confusion.support(c));
}

Ratio specificity(const Confusion& confusion, std::size_t c) {
  return quotient(confusion.true_negatives(c), confusion.true_negatives(c) + confusion.false_positives(c));
}

Ratio fbeta(const Confusion& confusion, std::size_t c, double beta) {
  const double b2 = beta * beta;
  const double hits = (1.0 + b2) * confusion.true_positives(c);
  return quotient(hits, hits + b2 * confusion.false_negatives(c) + confusion.false_positives(c));
}

ClassScores class_scores(const Confusion& confusion, std::size_t c) {
  return {precision(confusion, c), recall(confusion, c), fbeta(confusion, c, 1.0), confusion.support(c)};
}

namespace {

// Every class against the rest, counted together: each error is one Type I and one Type II error.
ClassScores micro_scores(const Confusion& confusion) {
  const Ratio share = quotient(confusion.correct(), confusion.total());
  return {share, share, share, confusion.total()};
}

void add_scaled(Ratio& sum, const Ratio& term, double weight) {
  sum.value += weight * term.value;
  sum.defined = sum.defined && term.defined;
}

}  // namespace

ClassScores average_scores(const Confusion& confusion, Average average) {
  if (average == Average::kMicro) return micro_scores(confusion);
  ClassScores sum;
  double weight = 0;
  for (std::size_t c = 0; c < confusion.classes; ++c) {
    const double support = confusion.support(c);
    if (support == 0 && confusion.predicted(c) == 0) continue;
    const ClassScores one = class_scores(confusion, c);
    const double share = average == Average::kMacro ? 1.0 : support;
    if (share == 0) continue;
    add_scaled(sum.precision, one.precision, share);
    add_scaled(sum.recall, one.recall, share);
    add_scaled(sum.f1, one.f1, share);
    sum.support += support;
    weight += share;
  }
  for (Ratio* ratio : {&sum.precision, &sum.recall, &sum.f1}) {
    ratio->value = weight > 0 ? ratio->value / weight : 0.0;
    ratio->defined = ratio->defined && weight > 0;
  }
  return sum;
}

Ratio balanced_accuracy(const Confusion& confusion) {
  double sum = 0;
  double classes = 0;
  for (std::size_t c = 0; c < confusion.classes; ++c) {
    const Ratio one = recall(confusion, c);
    if (!one.defined) continue;
    sum += one.value;
    classes += 1;
  }
  return quotient(sum, classes);
}

Ratio matthews(const Confusion& confusion) {
  const double total = confusion.total();
  if (!(total > 0)) return {0.0, false};
  // In shares of the total, so that products of counts neither overflow nor round.
  double agreement = confusion.correct() / total;
  double true_square = 0, predicted_square = 0;
  for (std::size_t c = 0; c < confusion.classes; ++c) {
    const double t = confusion.support(c) / total;
    const double p = confusion.predicted(c) / total;
    agreement -= t * p;
    true_square += t * t;
    predicted_square += p * p;
  }
  const double spread = (1.0 - true_square) * (1.0 - predicted_square);
  if (!(spread > 1e-30)) return {0.0, false};
  return {agreement / std::sqrt(spread), true};
}

Ratio cohen_kappa(const Confusion& confusion) {
  const double total = confusion.total();
  if (!(total > 0)) return {0.0, false};
  double chance = 0;
  for (std::size_t c = 0; c < confusion.classes; ++c) {
    chance += confusion.support(c) / total * (confusion.predicted(c) / total);
  }
  if (!(1.0 - chance > 1e-15)) return {0.0, false};
  return {(confusion.correct() / total - chance) / (1.0 - chance), true};
}

}  // namespace mlkit
