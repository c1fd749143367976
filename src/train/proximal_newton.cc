#include "mlkit/train/proximal_newton.h"

#include <algorithm>
#include <cmath>
#include <memory>

#include "mlkit/train/column_descent.h"
#include "mlkit/train/l1_penalty.h"
#include "mlkit/train/l1_quadratic.h"

namespace mlkit {
namespace {

constexpr int kMaxHalvings = 40;
// Of the target: how exactly the quadratic model is minimised at most.
constexpr double kFarBelow = 1e-4;
constexpr double kFarBelowByColumns = 1e-2;  // where every digit costs passes over the data

class ProximalNewton {
 public:
  ProximalNewton(const LogisticObjective& objective, std::vector<double> start, const ProximalNewtonOptions& options,
                 Context& context)
      : objective_(objective), options_(options), context_(context) {
    result_.parameters = std::move(start);
    if (options.by_columns) columns_ = std::make_unique<ColumnDescent>(objective, context);
    now_ = objective_.evaluate(result_.parameters, !options.by_columns);
    first_norm_ = norm(now_, result_.parameters);
  }

  ProximalNewtonResult run() {
    record();
    if (options_.hook) options_.hook(0, result_.parameters);
    bool last_step = false;
    while (!last_step && result_.iterations < options_.max_iter) {
      context_.check_stop();
      const double size = norm(now_, result_.parameters);
      last_step = size <= options_.target;  // one more squares what error is left
      if (last_step && size <= far_below() * options_.target) break;
      find_step(size);
      if (last_step ? !polish() : !advance()) break;
      ++result_.iterations;
      record();
      if (options_.hook && !options_.hook(result_.iterations, result_.parameters)) break;
    }
    result_.converged = norm(now_, result_.parameters) <= options_.target;
    now_.hessian.clear();
    result_.last = std::move(now_);
    return std::move(result_);
  }

 private:
  double far_below() const { return options_.by_columns ? kFarBelowByColumns : kFarBelow; }
  double norm(const LogisticEvaluation& at, const std::vector<double>& x) const {
    return subgradient_norm(at.gradient, x, options_.thresholds);
  }
  double value(const LogisticEvaluation& at, const std::vector<double>& x) const {
    return at.objective + l1_value(x, options_.thresholds);
  }
  void record() {
    result_.trace.push_back({result_.iterations, value(now_, result_.parameters), norm(now_, result_.parameters), {}});
  }

  void find_step(double size) {
    const double floor = 0.1 * far_below() * options_.target;
    if (options_.by_columns) {
      // The nearer the optimum, the more exactly: steps then shrink faster than linearly.
      const double share = std::min(0.1, std::sqrt(size / first_norm_));
      result_.step = columns_->minimise_model(
          {now_.gradient, result_.parameters, options_.thresholds, std::max(floor, share * size)});
      return;
    }
    const std::size_t n = objective_.dimension();
    for (std::size_t i = 0; i < n; ++i) {
      for (std::size_t j = i + 1; j < n; ++j) now_.hessian[i * n + j] = now_.hessian[j * n + i];
    }
    result_.step = minimise_l1_quadratic({now_.hessian, now_.gradient, result_.parameters, options_.thresholds}, floor);
  }

  // Exactly 0 where the step leads there.
  std::vector<double> moved(double length) const {
    std::vector<double> x = result_.parameters;
    for (std::size_t k = 0; k < x.size(); ++k) x[k] += length * result_.step[k];
    return x;
  }

  void accept(std::vector<double> x, LogisticEvaluation next) {
    result_.parameters = std::move(x);
    now_ = std::move(next);
  }

  bool polish() {
    std::vector<double> x = moved(1.0);
    LogisticEvaluation next = objective_.evaluate(x, false);
    if (!(norm(next, x) < norm(now_, result_.parameters))) return false;
    accept(std::move(x), std::move(next));
    return true;
  }

  bool advance() {
    const double l1_now = l1_value(result_.parameters, options_.thresholds);
    double slope = l1_value(moved(1.0), options_.thresholds) - l1_now;
    for (std::size_t k = 0; k < result_.step.size(); ++k) slope += now_.gradient[k] * result_.step[k];
    if (!(slope < 0)) return false;
    const double before = value(now_, result_.parameters);
    // Below this a fall of the objective drowns in its rounding.
    const double noise = 1e-13 * std::abs(before);
    double length = 1.0;
    for (int halvings = 0; halvings < kMaxHalvings; ++halvings, length *= 0.5) {
      std::vector<double> x = moved(length);
      LogisticEvaluation next = objective_.evaluate(x, !options_.by_columns);
      const double after = value(next, x);
      const bool falls = after <= before + 1e-4 * length * slope;
      const bool invisible =
          -slope * length <= noise && after <= before + noise && norm(next, x) < norm(now_, result_.parameters);
      if (!falls && !invisible) continue;
      accept(std::move(x), std::move(next));
      return true;
    }
    return false;
  }

  const LogisticObjective& objective_;
  const ProximalNewtonOptions& options_;
  Context& context_;
  std::unique_ptr<ColumnDescent> columns_;
  LogisticEvaluation now_;
  double first_norm_ = 0;
  ProximalNewtonResult result_;
};

}  // namespace

ProximalNewtonResult minimise_proximal_newton(const LogisticObjective& objective, std::vector<double> start,
                                              const ProximalNewtonOptions& options, Context& context) {
  return ProximalNewton(objective, std::move(start), options, context).run();
}

}  // namespace mlkit
