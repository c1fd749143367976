#include "mlkit/model/naive_bayes_model.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <stdexcept>

#include "mlkit/base/math.h"

namespace mlkit {
namespace {

constexpr std::uint32_t kVersion = 1;
constexpr double kTwoPi = 6.283185307179586;

bool all_finite(const std::vector<double>& values) {
  return std::all_of(values.begin(), values.end(), [](double v) { return std::isfinite(v); });
}

// What is wrong, or "".
std::string_view problem_of(const NaiveBayesParameters& p) {
  const std::size_t classes = p.log_prior.size();
  if (classes < 2 || p.absent.size() != classes) return "has a wrong number of classes";
  if (std::find(p.absent.begin(), p.absent.end(), 0) == p.absent.end()) return "has no class";
  if (p.weights.size() % classes != 0 || p.weights.size() / classes != p.inputs) return "has a wrong number of weights";
  if (p.mean.size() != p.numbers.size() * classes || p.variance.size() != p.mean.size())
    return "has a wrong number of means";
  for (std::size_t i = 0; i < p.numbers.size(); ++i) {
    if (p.numbers[i] >= p.inputs || (i > 0 && p.numbers[i] <= p.numbers[i - 1])) return "names numbers out of order";
  }
  for (const std::vector<double>* values : {&p.log_prior, &p.weights, &p.mean, &p.variance}) {
    if (!all_finite(*values)) return "holds a number that is not finite";
  }
  const bool spreads = std::all_of(p.variance.begin(), p.variance.end(),
                                   [](double v) { return v >= std::numeric_limits<double>::min(); });
  return spreads ? "" : "has a variance that is not positive";
}

}  // namespace

NaiveBayesModel::NaiveBayesModel(NaiveBayesParameters parameters) : parameters_(std::move(parameters)) {
  const std::string_view problem = problem_of(parameters_);
  if (!problem.empty()) throw std::invalid_argument("NaiveBayesModel " + std::string(problem));
  for (const double variance : parameters_.variance) {
    half_precision_.push_back(0.5 / variance);
    offset_.push_back(-0.5 * mlkit::log(kTwoPi * variance));
  }
}

void NaiveBayesModel::add_number(std::size_t number, double x, std::span<double> out) const {
  const std::size_t at = number * classes();
  for (std::size_t c = 0; c < classes(); ++c) {
    const double d = x - parameters_.mean[at + c];
    out[c] += offset_[at + c] - half_precision_[at + c] * d * d;
  }
}

void NaiveBayesModel::scores_to_probabilities(std::span<double> out) const {
  double largest = -std::numeric_limits<double>::infinity();
  for (std::size_t c = 0; c < classes(); ++c) {
    if (!is_absent(c)) largest = std::max(largest, out[c]);
  }
  // A number so far from every mean that all scores are -inf tells nothing: the priors answer.
  if (!(largest > -std::numeric_limits<double>::infinity())) {
    std::copy(parameters_.log_prior.begin(), parameters_.log_prior.end(), out.begin());
    largest = *std::max_element(parameters_.log_prior.begin(), parameters_.log_prior.end());
  }
  double sum = 0;
  for (std::size_t c = 0; c < classes(); ++c) {
    out[c] = is_absent(c) ? 0.0 : mlkit::exp(out[c] - largest);
    sum += out[c];
  }
  for (double& value : out) value /= sum;
}

void NaiveBayesModel::predict_row(std::span<const double> features, std::span<double> out) const {
  std::copy(parameters_.log_prior.begin(), parameters_.log_prior.end(), out.begin());
  for (std::size_t i = 0; i < parameters_.numbers.size(); ++i) add_number(i, features[parameters_.numbers[i]], out);
  for (std::size_t j = 0; j < features.size(); ++j) {
    if (features[j] == 0) continue;
    for (std::size_t c = 0; c < classes(); ++c) out[c] += features[j] * parameters_.weights[j * classes() + c];
  }
  scores_to_probabilities(out);
}

void NaiveBayesModel::predict_sparse_row(CsrMatrix::Row features, std::span<double> out) const {
  std::copy(parameters_.log_prior.begin(), parameters_.log_prior.end(), out.begin());
  std::size_t entry = 0;
  for (std::size_t i = 0; i < parameters_.numbers.size(); ++i) {
    while (entry < features.columns.size() && features.columns[entry] < parameters_.numbers[i]) ++entry;
    const bool there = entry < features.columns.size() && features.columns[entry] == parameters_.numbers[i];
    add_number(i, there ? features.values[entry] : 0.0, out);
  }
  for (std::size_t k = 0; k < features.columns.size(); ++k) {
    const double* weights = parameters_.weights.data() + features.columns[k] * classes();
    for (std::size_t c = 0; c < classes(); ++c) out[c] += features.values[k] * weights[c];
  }
  scores_to_probabilities(out);
}

ModelDescription NaiveBayesModel::describe() const {
  const NaiveBayesParameters& p = parameters_;
  const std::size_t n = classes();
  std::vector<double> slopes = p.weights;  // feature-major, then against a reference
  for (std::size_t i = 0; i < p.numbers.size(); ++i) {
    double middle = 0;
    for (std::size_t c = 0; c < n; ++c) middle += p.mean[i * n + c] / static_cast<double>(n);
    for (std::size_t c = 0; c < n; ++c) {
      slopes[p.numbers[i] * n + c] = (p.mean[i * n + c] - middle) / p.variance[i * n + c];
    }
  }
  ModelDescription out;
  out.kind = kind();
  out.task = task();
  const auto reference = [&](const double* values) {
    if (n == 2) return values[0];
    double sum = 0, present = 0;
    for (std::size_t c = 0; c < n; ++c) sum += is_absent(c) ? 0 : values[c], present += is_absent(c) ? 0 : 1;
    return sum / present;
  };
  for (std::size_t c = n == 2 ? 1 : 0; c < n; ++c) {
    const bool none = is_absent(c);
    out.intercepts.push_back(none ? 0 : p.log_prior[c] - reference(p.log_prior.data()));
    std::vector<double>& row = out.coefficients.emplace_back(p.inputs);
    for (std::size_t j = 0; j < p.inputs && !none; ++j) row[j] = slopes[j * n + c] - reference(slopes.data() + j * n);
  }
  return out;
}

void NaiveBayesModel::save(BinaryWriter& out) const {
  out.u32(kVersion);
  out.u64(parameters_.inputs);
  out.f64s(parameters_.log_prior);
  for (const std::uint8_t flag : parameters_.absent) out.boolean(flag != 0);
  out.f64s(parameters_.weights);
  out.u32s(parameters_.numbers);
  out.f64s(parameters_.mean);
  out.f64s(parameters_.variance);
}

std::unique_ptr<Model> NaiveBayesModel::load(BinaryReader& in) {
  if (in.u32() != kVersion) in.fail("naive Bayes model of an unknown version");
  NaiveBayesParameters p;
  p.inputs = in.u64();
  p.log_prior = in.finite_f64s();
  for (std::size_t c = 0; c < p.log_prior.size(); ++c) p.absent.push_back(in.boolean() ? 1 : 0);
  p.weights = in.finite_f64s();
  p.numbers = in.u32s();
  p.mean = in.finite_f64s();
  p.variance = in.finite_f64s();
  const std::string_view problem = problem_of(p);
  if (!problem.empty()) in.fail("naive Bayes model " + std::string(problem));
  return std::make_unique<NaiveBayesModel>(std::move(p));
}

}  // namespace mlkit
