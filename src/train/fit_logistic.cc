#include "mlkit/train/fit_logistic.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/math.h"
#include "mlkit/train/lbfgs.h"
#include "mlkit/train/logistic_objective.h"
#include "mlkit/train/newton.h"

namespace mlkit {
namespace {

// Above these Hessians cost more than the L-BFGS iterations they save: a Newton step takes rows * dimension^2
// products and there are about six, an iteration of L-BFGS takes rows * dimension and there are one or two hundred.
constexpr std::size_t kNewtonDimension = 1500;
constexpr std::size_t kNewtonSparseDimension = 300;
constexpr double kNewtonCost = 2e10;  // rows * dimension^2
// A fit starts from one on every kSampleStride-th row where that sample has enough rows to be near.
constexpr std::size_t kSampleStride = 16;
constexpr std::size_t kSampleRowsPerParameter = 50;
constexpr std::size_t kSampleRows = 4096;
constexpr std::size_t kStdErrorDimension = 300;

// What both solvers end with.
struct Solution {
  std::vector<double> parameters;
  LogisticEvaluation last;
  std::vector<double> inverse_diagonal;
  std::vector<std::size_t> dropped;
  bool diverges = false;  // the last Newton step still moves scores: no finite optimum
};

bool takes_newton(const DatasetView& data, const LogisticObjective& objective, const std::string& solver) {
  if (solver == "newton") return true;
  if (solver == "lbfgs") return false;
  const std::size_t n = objective.dimension();
  const double cost = static_cast<double>(data.rows()) * static_cast<double>(n) * static_cast<double>(n);
  return n <= (data.features().is_dense() ? kNewtonDimension : kNewtonSparseDimension) && cost <= kNewtonCost;
}

Solution solve_newton(const LogisticObjective& objective, std::vector<double> start, const LogisticOptions& options,
                      FitReport& report, Context& context) {
  const bool unpenalised = objective.lambda() == 0;
  const bool want_inverse = unpenalised && objective.binary() && objective.dimension() <= kStdErrorDimension;
  const double target = options.tol * objective.total_weight();
  NewtonResult result = minimise_newton(objective, std::move(start), target, options.max_iter, want_inverse, context);
  report.solver = "newton";
  report.iterations = result.iterations;
  report.converged = result.converged;
  report.trace = std::move(result.trace);
  Solution solution;
  // At an optimum the step is as small as the gradient; towards one at infinity it keeps its length.
  solution.diverges = unpenalised && !result.step.empty() && objective.largest_score(result.step) > 0.1;
  solution.parameters = std::move(result.parameters);
  solution.last = std::move(result.last);
  solution.inverse_diagonal = std::move(result.hessian_diagonal_inverse);
  solution.dropped = std::move(result.dropped);
  return solution;
}

// L-BFGS works on parameters u for which the Hessian is near the identity: the features centred, and
// everything divided by the root of a bound of its second derivative. z is linear in u, so only
// the parameters and the gradient are mapped, never the data.
class ScaledParameters {
 public:
  explicit ScaledParameters(const LogisticObjective& objective)
      : features_(objective.features()), outputs_(objective.outputs()) {
    const LogisticObjective::Moments moments = objective.moments();
    mean_ = moments.mean;
    for (std::size_t j = 0; j < features_; ++j) {
      const double scale = std::sqrt(0.25 * moments.spread[j] + objective.lambda());
      scale_.push_back(scale > 0 && std::isfinite(scale) ? scale : 1.0);
    }
    intercept_scale_ = std::sqrt(0.25 * objective.total_weight());
  }

  std::vector<double> to_plain(std::span<const double> u) const {
    std::vector<double> plain(u.size());
    for (std::size_t o = 0; o < outputs_; ++o) {
      const std::size_t at = o * (features_ + 1);
      double intercept = u[at] / intercept_scale_;
      for (std::size_t j = 0; j < features_; ++j) {
        plain[at + 1 + j] = u[at + 1 + j] / scale_[j];
        intercept -= mean_[j] * plain[at + 1 + j];
      }
      plain[at] = intercept;
    }
    return plain;
  }

  std::vector<double> from_plain(std::span<const double> plain) const {
    std::vector<double> u(plain.size());
    for (std::size_t o = 0; o < outputs_; ++o) {
      const std::size_t at = o * (features_ + 1);
      double intercept = plain[at];
      for (std::size_t j = 0; j < features_; ++j) {
        u[at + 1 + j] = plain[at + 1 + j] * scale_[j];
        intercept += mean_[j] * plain[at + 1 + j];
      }
      u[at] = intercept * intercept_scale_;
    }
    return u;
  }

  void map_gradient(std::span<const double> plain, std::span<double> u) const {
    for (std::size_t o = 0; o < outputs_; ++o) {
      const std::size_t at = o * (features_ + 1);
      u[at] = plain[at] / intercept_scale_;
      for (std::size_t j = 0; j < features_; ++j) {
        u[at + 1 + j] = (plain[at + 1 + j] - mean_[j] * plain[at]) / scale_[j];
      }
    }
  }

 private:
  std::size_t features_;
  std::size_t outputs_;
  std::vector<double> mean_;
  std::vector<double> scale_;
  double intercept_scale_ = 1;
};

Solution solve_lbfgs(const LogisticObjective& objective, std::vector<double> start, const LogisticOptions& options,
                     FitReport& report, Context& context) {
  const ScaledParameters scaled(objective);
  LogisticEvaluation last;
  const LbfgsFunction function = [&](std::span<const double> u, std::span<double> gradient, double& norm) {
    last = objective.evaluate(scaled.to_plain(u), false);
    scaled.map_gradient(last.gradient, gradient);
    norm = last.gradient_norm();
    return last.objective;
  };
  LbfgsOptions steps;
  steps.enough = options.tol * objective.total_weight();
  steps.target = 1e-3 * steps.enough;  // at tol alone an ill-conditioned coefficient is right to 6 digits only
  steps.max_iter = options.max_iter;
  LbfgsResult result = minimise_lbfgs(function, scaled.from_plain(start), steps, context);
  report.solver = "lbfgs";
  report.iterations = result.iterations;
  report.converged = result.converged;
  report.trace = std::move(result.trace);
  Solution solution;
  solution.parameters = scaled.to_plain(result.x);
  solution.last = objective.evaluate(solution.parameters, false);
  return solution;
}

Solution solve(const DatasetView& data, const LogisticObjective& objective, std::vector<double> start,
               const LogisticOptions& options, FitReport& report, Context& context) {
  return takes_newton(data, objective, options.solver)
             ? solve_newton(objective, std::move(start), options, report, context)
             : solve_lbfgs(objective, std::move(start), options, report, context);
}

// A start near the optimum: the fit on every 16th row, its penalty scaled alike. Zeros where there are too
// few rows for that to help, or the sample lacks a class.
std::vector<double> starting_point(const DatasetView& data, const LogisticObjective& objective,
                                   const LogisticOptions& options, Context& context) {
  std::vector<double> zeros(objective.dimension(), 0.0);
  const std::size_t rows = data.rows() / kSampleStride;
  if (rows < std::max(kSampleRows, kSampleRowsPerParameter * objective.dimension())) return zeros;
  std::vector<std::uint32_t> subset;
  subset.reserve(rows);
  for (std::size_t i = 0; i < rows; ++i) {
    subset.push_back(static_cast<std::uint32_t>(data.features().row_index(i * kSampleStride)));
  }
  std::vector<double> weight_of_class(data.classes().size(), 0.0);
  const DatasetView sample(data.data(), subset);
  for (std::size_t i = 0; i < sample.rows(); ++i) weight_of_class[sample.label(i)] += sample.weight(i);
  for (const std::uint32_t c : objective.active_classes()) {
    if (!(weight_of_class[c] > 0)) return zeros;
  }
  const LogisticObjective small(sample, options.class_weights, objective.lambda() / kSampleStride, context);
  if (small.dimension() != objective.dimension()) return zeros;
  LogisticOptions rough = options;
  rough.tol = 1e-5;
  FitReport report;
  Solution solution = solve(sample, small, zeros, rough, report, context);
  const bool usable = report.converged && !solution.diverges && solution.last.worst_margin > 0;
  return usable ? solution.parameters : zeros;
}

// Multinomial scores can be shifted alike for all classes: sums over the classes are made 0 (for the
// features that is also where the penalty is least).
void centre_classes(const LogisticObjective& objective, std::vector<double>& parameters) {
  if (objective.binary()) return;
  const std::size_t d = objective.features() + 1;
  for (std::size_t j = 0; j < d; ++j) {
    double sum = 0;
    for (std::size_t o = 0; o < objective.outputs(); ++o) sum += parameters[o * d + j];
    const double mean = sum / static_cast<double>(objective.outputs());
    for (std::size_t o = 0; o < objective.outputs(); ++o) parameters[o * d + j] -= mean;
  }
}

std::unique_ptr<LogisticModel> make_model(const DatasetView& data, const LogisticObjective& objective,
                                          const std::vector<double>& parameters) {
  const std::size_t p = objective.features();
  const std::size_t classes = data.classes().size();
  const std::size_t rows = objective.binary() ? 1 : classes;
  std::vector<double> intercepts(rows, 0.0);
  std::vector<double> coefficients(rows * p, 0.0);
  for (std::size_t o = 0; o < objective.outputs(); ++o) {
    const std::size_t row = objective.binary() ? 0 : objective.active_classes()[o];
    intercepts[row] = parameters[o * (p + 1)];
    std::copy_n(parameters.begin() + static_cast<std::ptrdiff_t>(o * (p + 1) + 1), p,
                coefficients.begin() + static_cast<std::ptrdiff_t>(row * p));
  }
  std::vector<std::uint8_t> absent;
  const bool some_absent = objective.active_classes().size() < classes;
  if (!objective.binary() && some_absent) absent = objective.absent();
  return std::make_unique<LogisticModel>(p, classes, std::move(intercepts), std::move(coefficients), std::move(absent));
}

std::string column_name(const DatasetView& data, std::size_t j) {
  return j < data.data().feature_names.size() ? data.data().feature_names[j] : "feature " + std::to_string(j + 1);
}

void warn_dropped(const DatasetView& data, const LogisticObjective& objective, const std::vector<std::size_t>& dropped,
                  FitReport& report) {
  std::string names;
  std::size_t count = 0;
  const std::size_t d = objective.features() + 1;
  for (const std::size_t k : dropped) {
    if (k >= d || k == 0) continue;  // the first output speaks for the others
    if (++count <= 5) names += (count > 1 ? ", " : "") + column_name(data, k - 1);
  }
  if (count == 0) return;
  if (count > 5) names += " and " + std::to_string(count - 5) + " more";
  report.warnings.push_back("constant, or a combination of other features, given the coefficient 0: " + names +
                            "; a penalty (C below inf) would share the weight out");
}

void judge(const LogisticObjective& objective, const Solution& solution, const LogisticOptions& options,
           FitReport& report) {
  const bool unpenalised = objective.lambda() == 0;
  if (unpenalised && (solution.last.worst_margin < 0 || solution.diverges)) {
    report.converged = false;
    const std::string kind = solution.last.worst_margin < 0 ? "perfect separation" : "separation";
    report.warnings.push_back(kind +
                              ": some features tell the classes apart without error, so that without a penalty "
                              "the best coefficients are infinite; those given are only where the fit was stopped");
    report.message = "no finite optimum (" + kind + "); give a penalty, e.g. --C 1";
    return;
  }
  if (report.converged) return;
  if (report.iterations >= options.max_iter) {
    report.message = "stopped after " + std::to_string(report.iterations) + " iterations; try a higher --max-iter" +
                     (report.solver == "lbfgs" ? ", --solver newton, or scaled features" : "");
  } else {
    report.message = "no step in double precision lowers the objective any more; scale the features, or " +
                     std::string(unpenalised ? "give a penalty (--C 1)" : "lower --C");
  }
}

void fill_std_errors(const LogisticObjective& objective, const Solution& solution, LogisticFit& fit) {
  if (solution.inverse_diagonal.empty() || !fit.report.converged) return;
  fit.intercept_std_errors = {std::sqrt(solution.inverse_diagonal[0])};
  for (std::size_t j = 1; j <= objective.features(); ++j) {
    fit.coefficient_std_errors.push_back(std::sqrt(solution.inverse_diagonal[j]));
  }
}

}  // namespace

LogisticFit fit_logistic(const DatasetView& data, const LogisticOptions& options, Context& context) {
  const LogisticObjective objective(data, options.class_weights, 1.0 / options.C, context);
  LogisticFit fit;
  std::vector<double> start = starting_point(data, objective, options, context);
  Solution solution = solve(data, objective, std::move(start), options, fit.report, context);
  if (!objective.binary()) {
    centre_classes(objective, solution.parameters);
    solution.last = objective.evaluate(solution.parameters, false);
    fit.report.converged = solution.last.gradient_norm() <= options.tol * objective.total_weight();
  }
  fit.report.objective = solution.last.objective;
  fit.report.gradient_norm = solution.last.gradient_norm();
  judge(objective, solution, options, fit.report);
  warn_dropped(data, objective, solution.dropped, fit.report);
  fill_std_errors(objective, solution, fit);
  fit.model = make_model(data, objective, solution.parameters);
  return fit;
}

std::vector<double> balanced_class_weights(const DatasetView& data) {
  std::vector<double> total(data.classes().size(), 0.0);
  double sum = 0;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    total[data.label(i)] += data.weight(i);
    sum += data.weight(i);
  }
  const auto present = std::count_if(total.begin(), total.end(), [](double t) { return t > 0; });
  std::vector<double> weights;
  for (const double t : total) weights.push_back(t > 0 ? sum / (static_cast<double>(present) * t) : 1.0);
  return weights;
}

std::unique_ptr<LogisticModel> undo_class_weights(const LogisticModel& model, std::span<const double> class_weights) {
  std::vector<double> intercepts(model.intercepts().begin(), model.intercepts().end());
  if (model.outputs() == 2) {
    intercepts[0] -= mlkit::log(class_weights[1] / class_weights[0]);
  } else {
    const auto is_absent = [&](std::size_t c) { return !model.absent().empty() && model.absent()[c] != 0; };
    double sum = 0, count = 0;
    for (std::size_t c = 0; c < intercepts.size(); ++c) {
      if (is_absent(c)) continue;
      intercepts[c] -= mlkit::log(class_weights[c]);
      sum += intercepts[c], count += 1;
    }
    for (std::size_t c = 0; c < intercepts.size(); ++c) intercepts[c] -= is_absent(c) ? 0 : sum / count;
  }
  return std::make_unique<LogisticModel>(model.inputs(), model.outputs(), std::move(intercepts),
                                         std::vector<double>(model.coefficients().begin(), model.coefficients().end()),
                                         std::vector<std::uint8_t>(model.absent().begin(), model.absent().end()));
}

}  // namespace mlkit
