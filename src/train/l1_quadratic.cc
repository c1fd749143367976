#include "mlkit/train/l1_quadratic.h"

#include <cmath>

#include "mlkit/train/cholesky.h"
#include "mlkit/train/l1_penalty.h"
#include "mlkit/train/row_kernels.h"

namespace mlkit {
namespace {

constexpr int kMaxRounds = 200;
constexpr int kMaxPasses = 2000;  // between two exact steps
constexpr double kRounding = 1e-14;

class Descent {
 public:
  explicit Descent(const L1Quadratic& problem)
      : problem_(problem), n_(problem.x.size()), d_(n_, 0.0), hd_(n_, 0.0), active_(n_, 0) {
    for (std::size_t k = 0; k < n_; ++k) {
      active_[k] = x(k) != 0 || std::abs(problem_.gradient[k]) > threshold(k) || threshold(k) == 0;
    }
  }

  std::vector<double> run(double accuracy) {
    for (int round = 0; round < kMaxRounds; ++round) {
      settle_signs(accuracy);
      // Only where all signs survive is the exact step a minimum on these parameters; else another round begins.
      const bool exact = exact_step();
      if (exact && !wake_up()) break;
      if (largest_violation() <= accuracy && !wake_up()) break;
    }
    return std::move(d_);
  }

 private:
  double x(std::size_t k) const { return problem_.x[k]; }
  double threshold(std::size_t k) const { return problem_.thresholds.empty() ? 0.0 : problem_.thresholds[k]; }
  const double* row(std::size_t k) const { return problem_.hessian.data() + k * n_; }
  double gradient(std::size_t k) const { return problem_.gradient[k] + hd_[k]; }

  void move(std::size_t k, double delta) {
    d_[k] += delta;
    add_scaled(hd_.data(), row(k), delta, n_);
  }

  // x + d, exactly 0 where d = -x.
  double value(std::size_t k) const { return x(k) + d_[k]; }

  // One pass; true where some sign changed.
  bool pass(double accuracy, double& worst) {
    bool changed = false;
    worst = 0;
    for (std::size_t k = 0; k < n_; ++k) {
      if (active_[k] == 0) continue;
      const double h = row(k)[k];
      const double before = value(k);
      worst = std::max(worst, std::abs(subgradient(gradient(k), before, threshold(k))));
      const double after = h > 0              ? soft_threshold(before - gradient(k) / h, threshold(k) / h)
                           : threshold(k) > 0 ? 0.0
                                              : before;
      if (after == before) continue;
      changed |= threshold(k) > 0 && (after > 0) - (after < 0) != (before > 0) - (before < 0);
      const double delta = after == 0 ? -x(k) - d_[k] : after - before;
      move(k, delta);
      if (after == 0) d_[k] = -x(k);
    }
    return changed || worst <= accuracy;
  }

  void settle_signs(double accuracy) {
    int still = 0;
    double worst = 0;
    for (int passes = 0; passes < kMaxPasses && still < 2; ++passes) {
      const bool changed = pass(accuracy, worst);
      if (worst <= accuracy) return;
      still = changed ? 0 : still + 1;
    }
  }

  // Towards the minimum with the signs that the non-zeros have now, up to the first that would change; true where none
  // does.
  bool exact_step() {
    std::vector<std::size_t> support;
    for (std::size_t k = 0; k < n_; ++k) {
      if (active_[k] != 0 && (threshold(k) == 0 || value(k) != 0)) support.push_back(k);
    }
    const std::size_t m = support.size();
    if (m == 0) return true;
    std::vector<double> lower(m * m, 0.0), step(m);
    for (std::size_t a = 0; a < m; ++a) {
      for (std::size_t b = 0; b <= a; ++b) lower[a * m + b] = row(support[a])[support[b]];
      step[a] = -subgradient(gradient(support[a]), value(support[a]), threshold(support[a]));
    }
    Cholesky(std::move(lower), m).solve(step);
    double length = 1;
    std::size_t first = m;
    for (std::size_t a = 0; a < m; ++a) {
      const std::size_t k = support[a];
      if (threshold(k) == 0 || (value(k) > 0) == (value(k) + step[a] > 0)) continue;
      const double until = -value(k) / step[a];
      if (until < length) length = until, first = a;
    }
    for (std::size_t a = 0; a < m; ++a) d_[support[a]] += length * step[a];
    if (first < m) d_[support[first]] = -x(support[first]);
    refresh();
    return first == m;
  }

  void refresh() {
    std::fill(hd_.begin(), hd_.end(), 0.0);
    for (std::size_t k = 0; k < n_; ++k) {
      if (d_[k] != 0) add_scaled(hd_.data(), row(k), d_[k], n_);
    }
  }

  double largest_violation() const {
    double worst = 0;
    for (std::size_t k = 0; k < n_; ++k) {
      if (active_[k] != 0) worst = std::max(worst, std::abs(subgradient(gradient(k), value(k), threshold(k))));
    }
    return worst;
  }

  // Parameters at 0 that want to leave it take part from now on; true where there are any (beyond rounding).
  bool wake_up() {
    bool any = false;
    for (std::size_t k = 0; k < n_; ++k) {
      if (threshold(k) == 0 || value(k) != 0) continue;
      const bool wants = std::abs(gradient(k)) > threshold(k) * (1 + kRounding) + kRounding * std::abs(hd_[k]);
      active_[k] = wants;
      any |= wants;
    }
    return any;
  }

  const L1Quadratic& problem_;
  std::size_t n_;
  std::vector<double> d_;
  std::vector<double> hd_;  // H d
  std::vector<std::uint8_t> active_;
};

}  // namespace

std::vector<double> minimise_l1_quadratic(const L1Quadratic& problem, double accuracy) {
  return Descent(problem).run(accuracy);
}

}  // namespace mlkit
