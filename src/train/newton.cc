#include "mlkit/train/newton.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "mlkit/train/cholesky.h"
#include "mlkit/train/row_kernels.h"

namespace mlkit {
namespace {

constexpr int kMaxHalvings = 40;
// Of the target: a gradient this small needs no further step.
constexpr double kFarBelow = 1e-4;

// Adds curvature along the directions that shift all classes alike and so change nothing.
void fix_shifts(const LogisticObjective& objective, std::vector<double>& hessian) {
  if (objective.binary()) return;
  const std::size_t d = objective.features() + 1;
  const std::size_t n = objective.dimension();
  const std::size_t shifted = objective.lambda() > 0 ? 1 : d;  // a penalty settles the features
  for (std::size_t j = 0; j < shifted; ++j) {
    double scale = 0;
    for (std::size_t o = 0; o < objective.outputs(); ++o) scale = std::max(scale, hessian[(o * d + j) * n + o * d + j]);
    for (std::size_t a = 0; a < objective.outputs(); ++a) {
      for (std::size_t b = 0; b <= a; ++b) hessian[(a * d + j) * n + b * d + j] += scale;
    }
  }
}

class Newton {
 public:
  Newton(const LogisticObjective& objective, std::vector<double> start, double target, Context& context)
      : objective_(objective), target_(target), context_(context) {
    result_.parameters = std::move(start);
    now_ = objective_.evaluate(result_.parameters, true);
  }

  NewtonResult run(std::int64_t max_iter, bool want_inverse, const IterationHook& hook) {
    record();
    if (hook) hook(0, result_.parameters);
    bool last_step = false;
    while (!last_step && result_.iterations < max_iter) {
      context_.check_stop();
      const double norm = now_.gradient_norm();
      last_step = norm <= target_;
      if (last_step && norm <= kFarBelow * target_ && !want_inverse) break;
      find_step();
      if (last_step && want_inverse) result_.hessian_diagonal_inverse = factor_->inverse_diagonal();
      // Quadratic convergence: where it promises that the next gradient is far below the target, no other
      // Hessian will be needed.
      const double shrunk = previous_norm_ > 0 ? norm / previous_norm_ : 1.0;
      const bool nearly = !want_inverse && norm * shrunk * shrunk <= kFarBelow * target_;
      if (last_step ? !polish() : !advance(!nearly)) break;
      previous_norm_ = norm;
      ++result_.iterations;
      record();
      if (hook && !hook(result_.iterations, result_.parameters)) break;
    }
    result_.converged = now_.gradient_norm() <= target_;
    now_.hessian.clear();
    result_.last = std::move(now_);
    return std::move(result_);
  }

 private:
  void record() { result_.trace.push_back({result_.iterations, now_.objective, now_.gradient_norm(), {}}); }

  // Without a new Hessian the one before serves.
  void find_step() {
    if (!now_.hessian.empty()) {
      fix_shifts(objective_, now_.hessian);
      factor_.emplace(std::move(now_.hessian), objective_.dimension());
      now_.hessian.clear();
      result_.dropped = factor_->dropped();
    }
    result_.step = now_.gradient;
    for (double& s : result_.step) s = -s;
    factor_->solve(result_.step);
  }

  std::vector<double> moved(double step) const {
    std::vector<double> x = result_.parameters;
    for (std::size_t i = 0; i < x.size(); ++i) x[i] += step * result_.step[i];
    return x;
  }

  // The last step, kept where it does not make the gradient larger.
  bool polish() {
    std::vector<double> x = moved(1.0);
    LogisticEvaluation next = objective_.evaluate(x, false);
    if (!(next.gradient_norm() < now_.gradient_norm())) return false;
    result_.parameters = std::move(x);
    now_ = std::move(next);
    return true;
  }

  bool advance(bool with_hessian) {
    double slope = 0;
    for (std::size_t i = 0; i < result_.step.size(); ++i) slope += now_.gradient[i] * result_.step[i];
    if (!(slope < 0)) return false;
    // Below this a fall of the objective drowns in its rounding.
    const double noise = 1e-13 * std::abs(now_.objective);
    double step = 1.0;
    for (int halvings = 0; halvings < kMaxHalvings; ++halvings, step *= 0.5) {
      std::vector<double> x = moved(step);
      LogisticEvaluation next = objective_.evaluate(x, with_hessian);
      const bool falls = next.objective <= now_.objective + 1e-4 * step * slope;
      const bool invisible = -slope * step <= noise && next.objective <= now_.objective + noise &&
                             next.gradient_norm() < now_.gradient_norm();
      if (!falls && !invisible) continue;
      result_.parameters = std::move(x);
      now_ = std::move(next);
      return true;
    }
    return false;
  }

  const LogisticObjective& objective_;
  double target_;
  Context& context_;
  LogisticEvaluation now_;
  double previous_norm_ = 0;
  std::optional<Cholesky> factor_;
  NewtonResult result_;
};

}  // namespace

NewtonResult minimise_newton(const LogisticObjective& objective, std::vector<double> start, double gradient_target,
                             std::int64_t max_iter, bool want_inverse, const IterationHook& hook, Context& context) {
  return Newton(objective, std::move(start), gradient_target, context).run(max_iter, want_inverse, hook);
}

}  // namespace mlkit
