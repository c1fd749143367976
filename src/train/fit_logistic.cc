#include "mlkit/train/fit_logistic.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/math.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"
#include "mlkit/train/early_stopping.h"
#include "mlkit/train/gradient_descent.h"
#include "mlkit/train/l1_penalty.h"
#include "mlkit/train/lbfgs.h"
#include "mlkit/train/logistic_objective.h"
#include "mlkit/train/newton.h"
#include "mlkit/train/proximal_newton.h"
#include "mlkit/train/scaled_parameters.h"
#include "mlkit/train/stochastic_descent.h"

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

// What every solver ends with.
struct Solution {
  std::vector<double> parameters;
  LogisticEvaluation last;
  std::vector<double> inverse_diagonal;
  std::vector<std::size_t> dropped;
  bool separated = false;  // the last step of a Newton method still moves scores: no finite optimum
  bool diverged = false;   // a learning rate that is too large
  bool settled = false;    // sgd: no smaller rate gains anything
};

struct Problem {
  const LogisticObjective& objective;
  const LogisticOptions& options;
  std::vector<double> thresholds;  // of the L1 penalty; empty = none
  IterationHook hook;

  double target() const { return options.tol * objective.total_weight(); }
  bool unpenalised() const { return objective.lambda() == 0 && thresholds.empty(); }
};

bool fits_hessian(const LogisticObjective& objective) {
  const std::size_t n = objective.dimension();
  const double rows = static_cast<double>(objective.data().rows());
  const double cost = rows * static_cast<double>(n) * static_cast<double>(n);
  const bool dense = objective.data().features().is_dense();
  return n <= (dense ? kNewtonDimension : kNewtonSparseDimension) && cost <= kNewtonCost;
}

std::string choose_solver(const Problem& problem) {
  if (problem.options.solver != "auto") return problem.options.solver;
  if (!problem.thresholds.empty()) return "coordinate";
  return fits_hessian(problem.objective) ? "newton" : "lbfgs";
}

std::vector<double> l1_thresholds(const LogisticObjective& objective, const LogisticOptions& options) {
  const double lambda = options.l1_ratio / options.C;
  if (lambda == 0) return {};
  std::vector<double> thresholds(objective.dimension(), lambda);
  for (std::size_t k = 0; k < thresholds.size(); k += objective.features() + 1) thresholds[k] = 0;
  return thresholds;
}

template <class Result>
void take_report(Result& result, FitReport& report) {
  report.iterations = result.iterations;
  report.converged = result.converged;
  report.trace = std::move(result.trace);
}

// At an optimum the step is as small as the gradient; towards one at infinity it keeps its length.
bool still_moves(const Problem& problem, const std::vector<double>& step) {
  return problem.unpenalised() && !step.empty() && problem.objective.largest_score(step) > 0.1;
}

Solution solve_newton(const Problem& problem, std::vector<double> start, FitReport& report, Context& context) {
  const LogisticObjective& objective = problem.objective;
  const bool want_inverse = problem.unpenalised() && objective.binary() && objective.dimension() <= kStdErrorDimension;
  NewtonResult result = minimise_newton(objective, std::move(start), problem.target(),
                                        problem.options.iterations_at_most(), want_inverse, problem.hook, context);
  take_report(result, report);
  Solution solution;
  solution.separated = still_moves(problem, result.step);
  solution.parameters = std::move(result.parameters);
  solution.last = std::move(result.last);
  solution.inverse_diagonal = std::move(result.hessian_diagonal_inverse);
  solution.dropped = std::move(result.dropped);
  return solution;
}

Solution solve_coordinate(const Problem& problem, std::vector<double> start, FitReport& report, Context& context) {
  ProximalNewtonOptions steps;
  steps.thresholds = problem.thresholds;
  steps.target = problem.target();
  steps.max_iter = problem.options.iterations_at_most();
  steps.by_columns = !fits_hessian(problem.objective);
  steps.hook = problem.hook;
  ProximalNewtonResult result = minimise_proximal_newton(problem.objective, std::move(start), steps, context);
  take_report(result, report);
  Solution solution;
  solution.separated = still_moves(problem, result.step);
  solution.parameters = std::move(result.parameters);
  solution.last = std::move(result.last);
  return solution;
}

// The objective as a function of scaled parameters, judged by its gradient in plain ones.
LbfgsFunction scaled_function(const Problem& problem, const ScaledParameters& scaled) {
  return [&](std::span<const double> u, std::span<double> gradient, double& norm) {
    const std::vector<double> plain = scaled.to_plain(u);
    const LogisticEvaluation at = problem.objective.evaluate(plain, false);
    scaled.map_gradient(at.gradient, gradient);
    norm = subgradient_norm(at.gradient, plain, problem.thresholds);
    return at.objective;
  };
}

IterationHook scaled_hook(const Problem& problem, const ScaledParameters& scaled) {
  if (!problem.hook) return {};
  return [&](std::int64_t iteration, std::span<const double> u) { return problem.hook(iteration, scaled.to_plain(u)); };
}

// At tol alone an ill-conditioned coefficient is right to 6 digits only: first-order methods go on for a while.
constexpr double kFirstOrderTarget = 1e-3;

Solution solve_lbfgs(const Problem& problem, const std::vector<double>& start, FitReport& report, Context& context) {
  const ScaledParameters scaled(problem.objective);
  LbfgsOptions steps;
  steps.enough = problem.target();
  steps.target = kFirstOrderTarget * steps.enough;
  steps.max_iter = problem.options.iterations_at_most();
  steps.hook = scaled_hook(problem, scaled);
  LbfgsResult result = minimise_lbfgs(scaled_function(problem, scaled), scaled.from_plain(start), steps, context);
  take_report(result, report);
  Solution solution;
  solution.parameters = scaled.to_plain(result.x);
  solution.last = problem.objective.evaluate(solution.parameters, false);
  return solution;
}

Solution solve_gradient(const Problem& problem, const std::vector<double>& start, FitReport& report, Context& context) {
  const LogisticOptions& options = problem.options;
  GradientDescentOptions steps;
  steps.enough = problem.target();
  steps.target = kFirstOrderTarget * steps.enough;
  steps.max_iter = options.iterations_at_most();
  GradientDescentResult result;
  Solution solution;
  if (options.learning_rate) {
    steps.rate = *options.learning_rate / problem.objective.total_weight();
    steps.momentum = options.momentum.value_or(0.0);
    steps.thresholds = problem.thresholds;
    steps.hook = problem.hook;
    const LbfgsFunction plain = [&](std::span<const double> x, std::span<double> gradient, double& norm) {
      LogisticEvaluation at = problem.objective.evaluate(x, false);
      std::copy(at.gradient.begin(), at.gradient.end(), gradient.begin());
      norm = subgradient_norm(at.gradient, x, problem.thresholds);
      return at.objective;
    };
    result = minimise_by_gradient(plain, start, steps, context);
    solution.parameters = std::move(result.x);
  } else {
    const ScaledParameters scaled(problem.objective);
    steps.thresholds = scaled.map_thresholds(problem.thresholds);
    steps.hook = scaled_hook(problem, scaled);
    result = minimise_by_gradient(scaled_function(problem, scaled), scaled.from_plain(start), steps, context);
    solution.parameters = scaled.to_plain(result.x);
  }
  take_report(result, report);
  solution.diverged = result.diverged;
  solution.last = problem.objective.evaluate(solution.parameters, false);
  return solution;
}

Solution solve_stochastic(const Problem& problem, FitReport& report, Context& context) {
  StochasticOptions steps;
  steps.batch_size = problem.options.batch_size.value_or(steps.batch_size);
  steps.momentum = problem.options.momentum.value_or(steps.momentum);
  steps.average = problem.options.average;
  steps.rate = problem.options.learning_rate;
  steps.target = problem.target();
  steps.max_iter = problem.options.iterations_at_most();
  steps.seed = problem.options.seed;
  steps.hook = problem.hook;
  StochasticResult result = minimise_stochastic(problem.objective, steps, context);
  take_report(result, report);
  Solution solution;
  solution.parameters = std::move(result.parameters);
  solution.last = std::move(result.last);
  solution.diverged = result.diverged;
  solution.settled = result.settled;
  return solution;
}

Solution solve(const Problem& problem, std::vector<double> start, FitReport& report, Context& context) {
  report.solver = choose_solver(problem);
  if (report.solver == "newton") return solve_newton(problem, std::move(start), report, context);
  if (report.solver == "coordinate") return solve_coordinate(problem, std::move(start), report, context);
  if (report.solver == "gd") return solve_gradient(problem, start, report, context);
  if (report.solver == "sgd") return solve_stochastic(problem, report, context);
  return solve_lbfgs(problem, start, report, context);
}

// A start near the optimum: the fit on every 16th row, its penalty scaled alike. Zeros where there are too
// few rows for that to help, or the sample lacks a class.
std::vector<double> starting_point(const DatasetView& data, const LogisticObjective& objective,
                                   const LogisticOptions& options, Context& context) {
  std::vector<double> zeros(objective.dimension(), 0.0);
  // Gradient descent shows the whole way, and early stopping looks along it.
  if (options.early_stopping || options.solver == "gd" || options.solver == "sgd") return zeros;
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
  rough.C *= kSampleStride;
  FitReport report;
  const Solution solution = solve({small, rough, l1_thresholds(small, rough), {}}, zeros, report, context);
  const bool usable = report.converged && !solution.separated && solution.last.worst_margin > 0;
  return usable ? solution.parameters : zeros;
}

// Multinomial scores can be shifted alike for all classes: sums over the classes are made 0 (for the
// features that is also where the penalty is least).
void centre_classes(const Problem& problem, std::vector<double>& parameters) {
  const LogisticObjective& objective = problem.objective;
  if (objective.binary()) return;
  const std::size_t d = objective.features() + 1;
  const std::size_t shifted = problem.thresholds.empty() ? d : 1;  // exact zeros stay
  for (std::size_t j = 0; j < shifted; ++j) {
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

void judge_separation(const Solution& solution, FitReport& report) {
  report.converged = false;
  const std::string kind = solution.last.worst_margin < 0 ? "perfect separation" : "separation";
  report.warnings.push_back(kind +
                            ": some features tell the classes apart without error, so that without a penalty "
                            "the best coefficients are infinite; those given are only where the fit was stopped");
  report.message = "no finite optimum (" + kind + "); give a penalty, e.g. --C 1";
}

std::string diverged_message(const Problem& problem) {
  const double rate = *problem.options.learning_rate;
  return "diverged: the objective grew under --learning-rate " + format_number(rate) + "; try " +
         format_number(rate / 10) + ", leave it out (a rate is found then), or scale the features (--scale standard)";
}

std::string too_few_iterations(const Problem& problem, const FitReport& report) {
  std::string text = "stopped after " + std::to_string(report.iterations) + " iterations; try a higher --max-iter";
  if (report.solver == "newton") return text;
  if (problem.options.learning_rate) text += ", another --learning-rate or none";
  if (report.solver == "coordinate") return text + ", a lower --C, or scaled features";
  return text + (problem.thresholds.empty() ? ", --solver newton" : ", --solver coordinate") + ", or scaled features";
}

void judge(const Problem& problem, const Solution& solution, FitReport& report) {
  if (solution.diverged) {
    report.converged = false;
    report.message = diverged_message(problem);
    return;
  }
  if (problem.unpenalised() && (solution.last.worst_margin < 0 || solution.separated)) {
    judge_separation(solution, report);
    return;
  }
  if (report.converged) return;
  if (solution.settled) {
    const double times = report.gradient_norm / problem.target();
    report.message = "sgd ended near the optimum, not at it (its gradient is " +
                     (times < 1e6 ? with_thousands(static_cast<std::uint64_t>(times)) : "over a million") +
                     " times the one that counts as converged); --solver auto gets there";
  } else if (report.iterations >= problem.options.iterations_at_most()) {
    report.message = too_few_iterations(problem, report);
  } else {
    report.message = "no step in double precision lowers the objective any more; scale the features, or " +
                     std::string(problem.unpenalised() ? "give a penalty (--C 1)" : "lower --C");
  }
}

// The iterate with the least loss on the rows set apart takes the place of the last one.
void keep_best(const Problem& problem, const EarlyStopping& stopping, Solution& solution, FitReport& report) {
  stopping.fill(report.trace);
  report.early_stop = stopping.report();
  if (!report.early_stop->stopped) return;
  if (report.early_stop->best_iteration == 0) {
    report.warnings.push_back(
        "early stopping: no iteration lowered the log loss of the rows set apart; the coefficients are those of the "
        "start, 0; a stronger penalty (--C 0.1) or more rows set apart (--validation-fraction) may help");
  }
  solution.parameters = stopping.best();
  solution.last = problem.objective.evaluate(solution.parameters, false);
  solution.inverse_diagonal.clear();
  solution.diverged = solution.settled = false;
  report.converged =
      subgradient_norm(solution.last.gradient, solution.parameters, problem.thresholds) <= problem.target();
}

void fill_std_errors(const LogisticObjective& objective, const Solution& solution, LogisticFit& fit) {
  if (solution.inverse_diagonal.empty() || !fit.report.converged) return;
  fit.intercept_std_errors = {std::sqrt(solution.inverse_diagonal[0])};
  for (std::size_t j = 1; j <= objective.features(); ++j) {
    fit.coefficient_std_errors.push_back(std::sqrt(solution.inverse_diagonal[j]));
  }
}

}  // namespace

void validate_logistic_options(const LogisticOptions& options) {
  const std::string& solver = options.solver;
  const bool descends = solver == "gd" || solver == "sgd";
  const auto refuse = [](const std::string& what, const std::string& hint) { throw_usage(what, hint); };
  if (options.l1_ratio > 0 && (solver == "newton" || solver == "lbfgs" || solver == "sgd")) {
    refuse("--l1-ratio needs a solver that gives exact zeros, not " + solver, "--solver coordinate, gd or auto");
  }
  if (options.learning_rate && !descends) refuse("--learning-rate is for --solver gd and sgd", "leave it out");
  if (options.batch_size && solver != "sgd") refuse("--batch-size is for --solver sgd", "leave it out");
  if (options.average && solver != "sgd") refuse("--average is for --solver sgd", "leave it out");
  if (options.momentum && !(solver == "sgd" || (solver == "gd" && options.learning_rate))) {
    refuse("--momentum is for --solver sgd, and gd with --learning-rate", "leave it out");
  }
  if (options.validation_fraction && !options.early_stopping) {
    refuse("--validation-fraction is for --early-stopping", "give both or none");
  }
  if (options.patience && !options.early_stopping) refuse("--patience is for --early-stopping", "give both or none");
}

namespace {

LogisticFit fit_rows(const DatasetView& data, const Problem& problem, const EarlyStopping* stopping, Context& context) {
  const LogisticObjective& objective = problem.objective;
  LogisticFit fit;
  FitReport& report = fit.report;
  std::vector<double> start = starting_point(data, objective, problem.options, context);
  Solution solution = solve(problem, std::move(start), report, context);
  if (stopping != nullptr) keep_best(problem, *stopping, solution, report);
  if (!objective.binary()) {
    centre_classes(problem, solution.parameters);
    solution.last = objective.evaluate(solution.parameters, false);
    report.converged =
        subgradient_norm(solution.last.gradient, solution.parameters, problem.thresholds) <= problem.target();
  }
  report.objective = solution.last.objective + l1_value(solution.parameters, problem.thresholds);
  report.gradient_norm = subgradient_norm(solution.last.gradient, solution.parameters, problem.thresholds);
  if (report.early_stop && report.early_stop->stopped) {
    report.message = report.converged ? "" : "stopped early";
  } else {
    judge(problem, solution, report);
  }
  warn_dropped(data, objective, solution.dropped, report);
  fill_std_errors(objective, solution, fit);
  fit.model = make_model(data, objective, solution.parameters);
  return fit;
}

}  // namespace

LogisticFit fit_logistic(const DatasetView& data, const LogisticOptions& options, Context& context) {
  validate_logistic_options(options);
  const double lambda = (1.0 - options.l1_ratio) / options.C;
  if (!options.early_stopping) {
    const LogisticObjective objective(data, options.class_weights, lambda, context);
    return fit_rows(data, {objective, options, l1_thresholds(objective, options), {}}, nullptr, context);
  }
  const CarvedRows rows = carve_validation(data, options.validation_fraction.value_or(0.1), options.seed);
  const DatasetView fitted(data.data(), rows.fitted), apart(data.data(), rows.apart);
  const LogisticObjective objective(fitted, options.class_weights, lambda, context);
  const LogisticObjective on_apart = objective.on_rows(apart, 0.0);
  if (!(on_apart.total_weight() > 0)) throw_data("the rows set apart for early stopping weigh nothing");
  EarlyStopping stopping(on_apart, options.patience.value_or(5));
  const IterationHook hook = [&](std::int64_t iteration, std::span<const double> parameters) {
    return stopping.observe(iteration, parameters);
  };
  return fit_rows(fitted, {objective, options, l1_thresholds(objective, options), hook}, &stopping, context);
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
