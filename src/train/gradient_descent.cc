#include "mlkit/train/gradient_descent.h"

#include <algorithm>
#include <cmath>

#include "mlkit/train/l1_penalty.h"
#include "mlkit/train/row_kernels.h"

namespace mlkit {
namespace {

constexpr int kMaxShortenings = 60;
constexpr double kLengthen = 1.1;
// Of the value at the start: a fall from there to above this is no fall, the descent has run away.
constexpr double kRunaway = 2.0;

struct Point {
  std::vector<double> x;
  std::vector<double> gradient;
  double value = 0;  // with the penalty
  double norm = 0;
};

class GradientDescent {
 public:
  GradientDescent(const LbfgsFunction& function, std::vector<double> start, const GradientDescentOptions& options,
                  Context& context)
      : function_(function), options_(options), context_(context) {
    now_ = at(std::move(start));
    limit_ = options.max_iter;
  }

  GradientDescentResult run() {
    record();
    if (options_.hook) options_.hook(0, now_.x);
    options_.rate ? run_given_rate() : run_accelerated();
    result_.converged = !result_.diverged && now_.norm <= options_.enough;
    result_.x = std::move(now_.x);
    result_.value = now_.value;
    result_.norm = now_.norm;
    return std::move(result_);
  }

 private:
  Point at(std::vector<double> x) const {
    Point point;
    point.x = std::move(x);
    point.gradient.resize(point.x.size());
    point.value = function_(point.x, point.gradient, point.norm) + l1_value(point.x, options_.thresholds);
    return point;
  }

  void record() { result_.trace.push_back({result_.iterations, now_.value, now_.norm, {}}); }

  // False where the descent is to end.
  bool next_iteration() {
    ++result_.iterations;
    record();
    if (options_.hook && !options_.hook(result_.iterations, now_.x)) return false;
    if (!enough_ && now_.norm <= options_.enough) {
      enough_ = true;
      limit_ = std::min(limit_, result_.iterations + result_.iterations / 2 + 1);
    }
    return true;
  }

  std::vector<double> prox_step(const Point& from, double length) const {
    std::vector<double> x = from.x;
    for (std::size_t k = 0; k < x.size(); ++k) {
      x[k] -= length * from.gradient[k];
      if (!options_.thresholds.empty()) x[k] = soft_threshold(x[k], length * options_.thresholds[k]);
    }
    return x;
  }

  void run_accelerated() {
    double length = 1.0;
    double t = 1.0;
    Point from = now_;  // the point beyond, from which the step is taken
    bool from_now = true;
    while (now_.norm > options_.target && result_.iterations < limit_) {
      context_.check_stop();
      Point next;
      if (!step(from, length, next)) {
        if (from_now) return;  // no step in double precision helps any more
        from = now_, from_now = true, t = 1.0;
        continue;
      }
      double uphill = 0;
      for (std::size_t k = 0; k < next.x.size(); ++k) uphill += (from.x[k] - next.x[k]) * (next.x[k] - now_.x[k]);
      if (uphill > 0 && !from_now) {
        from = now_, from_now = true, t = 1.0;
        continue;
      }
      const double t_next = 0.5 * (1.0 + std::sqrt(1.0 + 4.0 * t * t));
      const double beta = (t - 1.0) / t_next;
      std::vector<double> beyond = next.x;
      for (std::size_t k = 0; k < beyond.size(); ++k) beyond[k] += beta * (next.x[k] - now_.x[k]);
      now_ = std::move(next);
      t = t_next;
      from_now = beta == 0;
      from = from_now ? now_ : at(std::move(beyond));
      length *= kLengthen;
      if (!next_iteration()) return;
    }
  }

  // A proximal step that the curvature along it allows: by gradients, which can be compared where values no longer can.
  bool step(const Point& from, double& length, Point& next) const {
    for (int shortenings = 0; shortenings < kMaxShortenings; ++shortenings) {
      next = at(prox_step(from, length));
      double square = 0, bend = 0;
      for (std::size_t k = 0; k < next.x.size(); ++k) {
        const double moved = next.x[k] - from.x[k];
        square += moved * moved;
        bend += moved * (next.gradient[k] - from.gradient[k]);
      }
      if (square == 0) return false;
      if (std::isfinite(next.value) && std::isfinite(bend) && bend * length <= square) return true;
      length *= std::isfinite(bend) && bend > 0 ? std::max(0.1, std::min(0.9, 0.9 * square / (bend * length))) : 0.1;
    }
    return false;
  }

  void run_given_rate() {
    std::vector<double> velocity(now_.x.size(), 0.0);
    const double start = now_.value;
    Point best = now_;
    while (now_.norm > options_.target && result_.iterations < limit_) {
      context_.check_stop();
      std::vector<double> x = now_.x;
      for (std::size_t k = 0; k < x.size(); ++k) {
        x[k] += options_.momentum * velocity[k] - *options_.rate * now_.gradient[k];
        if (!options_.thresholds.empty()) x[k] = soft_threshold(x[k], *options_.rate * options_.thresholds[k]);
        velocity[k] = x[k] - now_.x[k];
      }
      Point next = at(std::move(x));
      const bool finite = std::isfinite(next.value) && std::isfinite(next.norm);
      if (finite) now_ = std::move(next);
      if (!finite || now_.value > kRunaway * start) {
        result_.diverged = true;
        now_ = std::move(best);
        return;
      }
      if (now_.value < best.value) best = now_;
      if (!next_iteration()) return;
    }
    // A rate that swings about the optimum for ever is too large as well; what it swung closest to is the result.
    if (now_.norm > options_.enough && best.value < now_.value) {
      result_.diverged = now_.value > start;
      now_ = std::move(best);
    }
  }

  const LbfgsFunction& function_;
  const GradientDescentOptions& options_;
  Context& context_;
  Point now_;
  bool enough_ = false;
  std::int64_t limit_ = 0;
  GradientDescentResult result_;
};

}  // namespace

GradientDescentResult minimise_by_gradient(const LbfgsFunction& function, std::vector<double> start,
                                           const GradientDescentOptions& options, Context& context) {
  return GradientDescent(function, std::move(start), options, context).run();
}

}  // namespace mlkit
