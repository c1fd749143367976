#include "mlkit/train/lbfgs.h"

#include <algorithm>
#include <cmath>
#include <deque>
#include <limits>

#include "mlkit/train/row_kernels.h"

namespace mlkit {
namespace {

constexpr int kMaxTrials = 40;

double dot(const std::vector<double>& a, const std::vector<double>& b) {
  return dot_product(a.data(), b.data(), a.size());
}

struct Point {
  std::vector<double> x;
  std::vector<double> gradient;
  double value = 0;
  double norm = 0;
};

struct Pair {
  std::vector<double> s, y;
  double rho = 0;  // 1 / (s . y)
};

class Lbfgs {
 public:
  Lbfgs(const LbfgsFunction& function, std::vector<double> start, const LbfgsOptions& options)
      : function_(function), options_(options) {
    now_ = at(std::move(start));
  }

  LbfgsResult run(Context& context) {
    LbfgsResult result;
    std::int64_t limit = options_.max_iter;
    result.trace.push_back({0, now_.value, now_.norm, {}});
    if (options_.hook) options_.hook(0, now_.x);
    bool enough = now_.norm <= options_.enough;
    while (now_.norm > options_.target && result.iterations < limit) {
      context.check_stop();
      if (!step()) {
        if (pairs_.empty()) {
          result.stalled = true;
          break;
        }
        pairs_.clear();  // once more from the gradient alone
        continue;
      }
      ++result.iterations;
      result.trace.push_back({result.iterations, now_.value, now_.norm, {}});
      if (options_.hook && !options_.hook(result.iterations, now_.x)) break;
      if (!enough && now_.norm <= options_.enough) {
        enough = true;
        limit = std::min(limit, result.iterations + result.iterations / 2 + 1);
      }
    }
    result.converged = now_.norm <= options_.enough;
    result.x = std::move(now_.x);
    result.value = now_.value;
    result.norm = now_.norm;
    return result;
  }

 private:
  Point at(std::vector<double> x) const {
    Point point;
    point.x = std::move(x);
    point.gradient.resize(point.x.size());
    point.value = function_(point.x, point.gradient, point.norm);
    return point;
  }

  std::vector<double> direction() const {
    std::vector<double> d = now_.gradient;
    std::vector<double> alpha(pairs_.size());
    for (std::size_t k = pairs_.size(); k-- > 0;) {
      alpha[k] = pairs_[k].rho * dot(pairs_[k].s, d);
      for (std::size_t i = 0; i < d.size(); ++i) d[i] -= alpha[k] * pairs_[k].y[i];
    }
    if (!pairs_.empty()) {
      const Pair& last = pairs_.back();
      const double scale = 1.0 / (last.rho * dot(last.y, last.y));
      for (double& v : d) v *= scale;
    }
    for (std::size_t k = 0; k < pairs_.size(); ++k) {
      const double beta = pairs_[k].rho * dot(pairs_[k].y, d);
      for (std::size_t i = 0; i < d.size(); ++i) d[i] += (alpha[k] - beta) * pairs_[k].s[i];
    }
    for (double& v : d) v = -v;
    return d;
  }

  // One line search; false where it finds nothing better.
  bool step() {
    const std::vector<double> d = direction();
    const double slope = dot(now_.gradient, d);
    if (!(slope < 0)) return false;
    const double noise = 1e-13 * std::abs(now_.value);
    double low = 0, high = std::numeric_limits<double>::infinity();
    double low_slope = slope, high_slope = 0;
    double length = 1.0;
    for (int trial = 0; trial < kMaxTrials; ++trial) {
      std::vector<double> x = now_.x;
      for (std::size_t i = 0; i < x.size(); ++i) x[i] += length * d[i];
      Point next = at(std::move(x));
      const double next_slope = dot(next.gradient, d);
      const bool finite = std::isfinite(next.value) && std::isfinite(next_slope);
      if (finite && std::abs(next_slope) <= 0.9 * -slope && next.value <= now_.value + noise) {
        accept(std::move(next));
        return true;
      }
      if (finite && next_slope < 0 && next.value <= now_.value + noise) {
        low = length, low_slope = next_slope;
      } else {
        high = length, high_slope = finite ? next_slope : 0;
      }
      length = next_length(low, high, low_slope, high_slope);
      if (length <= low || length >= high) return false;
    }
    return false;
  }

  static double next_length(double low, double high, double low_slope, double high_slope) {
    if (std::isinf(high)) return low == 0 ? 1.0 : 4.0 * low;
    const double width = high - low;
    // Secant through the two slopes, kept off the ends.
    if (high_slope > 0) {
      const double share = low_slope / (low_slope - high_slope);
      return low + width * std::min(0.9, std::max(0.1, share));
    }
    return low + 0.1 * width;  // the function was not finite there
  }

  void accept(Point next) {
    Pair pair;
    pair.s.resize(next.x.size());
    pair.y.resize(next.x.size());
    for (std::size_t i = 0; i < next.x.size(); ++i) {
      pair.s[i] = next.x[i] - now_.x[i];
      pair.y[i] = next.gradient[i] - now_.gradient[i];
    }
    const double curvature = dot(pair.s, pair.y);
    if (curvature > 0 && std::isfinite(1.0 / curvature)) {
      pair.rho = 1.0 / curvature;
      pairs_.push_back(std::move(pair));
      if (pairs_.size() > options_.memory) pairs_.pop_front();
    }
    now_ = std::move(next);
  }

  const LbfgsFunction& function_;
  LbfgsOptions options_;
  Point now_;
  std::deque<Pair> pairs_;
};

}  // namespace

LbfgsResult minimise_lbfgs(const LbfgsFunction& function, std::vector<double> start, const LbfgsOptions& options,
                           Context& context) {
  return Lbfgs(function, std::move(start), options).run(context);
}

}  // namespace mlkit
