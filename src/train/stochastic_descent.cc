#include "mlkit/train/stochastic_descent.h"

#include <algorithm>
#include <cmath>
#include <memory>
#include <numeric>

#include "mlkit/base/random.h"
#include "mlkit/train/row_kernels.h"
#include "mlkit/train/scaled_parameters.h"

namespace mlkit {
namespace {

constexpr double kRunaway = 2.0;  // of the objective at the start
// The descent has settled where so many passes, each at half the rate where the one before gained nothing, lowered the
// objective by no more than this share.
constexpr std::size_t kWindow = 10;
constexpr double kGain = 1e-4;

// The rows of an objective's data in an order that changes.
class ShuffledRows {
 public:
  ShuffledRows(const DatasetView& data, std::uint64_t seed)
      : data_(data), seed_(seed), order_(data.rows()), view_(data.data(), order_) {
    shuffle(0);
  }
  ShuffledRows(const ShuffledRows&) = delete;
  ShuffledRows& operator=(const ShuffledRows&) = delete;

  void shuffle(std::uint32_t pass) {
    const std::vector<std::uint32_t> positions =
        random_permutation(data_.rows(), seed_, RandomPurpose::kShuffle, 0x5d000000u + pass);
    for (std::size_t i = 0; i < positions.size(); ++i) {
      order_[i] = static_cast<std::uint32_t>(data_.features().row_index(positions[i]));
    }
  }
  const DatasetView& view() const { return view_; }

 private:
  const DatasetView& data_;
  std::uint64_t seed_;
  std::vector<std::uint32_t> order_;
  DatasetView view_;
};

class StochasticDescent {
 public:
  StochasticDescent(const LogisticObjective& objective, const StochasticOptions& options, Context& context)
      : objective_(objective),
        options_(options),
        context_(context),
        rows_(objective.data(), options.seed),
        shuffled_(objective.on_rows(rows_.view(), 0.0)),
        batch_(shuffled_),
        size_(objective.dimension()),
        now_(size_, 0.0),
        velocity_(size_, 0.0) {
    if (!options.rate) scaled_ = std::make_unique<ScaledParameters>(objective);
    rate_ = options.rate ? *options.rate / objective.total_weight() : own_rate();
  }

  StochasticResult run() {
    best_ = now_;
    result_.last = objective_.evaluate(plain(best_), false);
    const double start = result_.last.objective;
    record(result_.last);
    if (options_.hook) options_.hook(0, plain(best_));
    std::vector<double> best_values{start};
    while (result_.last.gradient_norm() > options_.target && result_.iterations < options_.max_iter) {
      const std::vector<double> reached = pass();
      ++result_.iterations;
      LogisticEvaluation next;
      next.objective = INFINITY;
      if (std::all_of(reached.begin(), reached.end(), [](double v) { return std::isfinite(v); })) {
        next = objective_.evaluate(plain(reached), false);
      }
      if (!(next.objective <= kRunaway * start)) {
        if (options_.rate) {
          result_.diverged = true;
          break;
        }
        restart(0.25);
        continue;
      }
      record(next);
      if (next.objective < result_.last.objective) {
        best_ = reached;
        result_.last = std::move(next);
      } else {
        restart(0.5);
      }
      best_values.push_back(result_.last.objective);
      if (options_.hook && !options_.hook(result_.iterations, plain(reached))) break;
      const std::size_t passes = best_values.size();
      if (passes > kWindow && best_values[passes - 1 - kWindow] <= (1 + kGain) * best_values.back()) {
        result_.settled = true;
        break;
      }
    }
    result_.parameters = plain(best_);
    result_.converged = result_.last.gradient_norm() <= options_.target;
    return std::move(result_);
  }

 private:
  std::vector<double> plain(const std::vector<double>& u) const { return scaled_ ? scaled_->to_plain(u) : u; }

  void record(const LogisticEvaluation& at) {
    result_.trace.push_back({result_.iterations, at.objective, at.gradient_norm(), {}});
  }

  // In scaled parameters a row's curvature is about dimension / rows of the whole, so the estimate from a batch is at
  // most about (dimension / batch + 1) times as curved as the objective, whose curvature is 1 along each parameter.
  double own_rate() const {
    const double width = static_cast<double>(objective_.features() + 1);
    const double batch = static_cast<double>(std::min<std::size_t>(batch_rows(), objective_.data().rows()));
    return (1.0 - options_.momentum) / (1.0 + width / batch);
  }

  std::size_t batch_rows() const { return static_cast<std::size_t>(options_.batch_size); }

  void restart(double factor) {
    now_ = best_;
    std::fill(velocity_.begin(), velocity_.end(), 0.0);
    rate_ *= factor;
  }

  // One pass over the rows; what it comes to.
  std::vector<double> pass() {
    rows_.shuffle(static_cast<std::uint32_t>(result_.iterations));
    const std::size_t n = objective_.data().rows(), batch = std::min(batch_rows(), n), d = objective_.features() + 1;
    std::vector<double> gradient(size_), mapped(size_), sum(options_.average ? size_ : 0, 0.0);
    std::size_t batches = 0;
    for (std::size_t begin = 0; begin < n; begin += batch, ++batches) {
      if (batches % 64 == 0) context_.check_stop();
      const std::size_t end = std::min(n, begin + batch);
      const std::vector<double> w = plain(now_);
      batch_.evaluate(w, begin, end, gradient);
      const double share = static_cast<double>(n) / static_cast<double>(end - begin);
      for (std::size_t k = 0; k < size_; ++k) {
        gradient[k] = share * gradient[k] + (k % d == 0 ? 0.0 : objective_.lambda() * w[k]);
      }
      if (scaled_) scaled_->map_gradient(gradient, mapped);
      const std::vector<double>& g = scaled_ ? mapped : gradient;
      // The last batch of a pass may be short: its estimate is worth as much less.
      const double rate = rate_ * static_cast<double>(end - begin) / static_cast<double>(batch);
      for (std::size_t k = 0; k < size_; ++k) {
        velocity_[k] = options_.momentum * velocity_[k] - rate * g[k];
        now_[k] += velocity_[k];
        if (options_.average) sum[k] += now_[k];
      }
    }
    if (!options_.average) return now_;
    for (double& s : sum) s /= static_cast<double>(batches);
    return sum;
  }

  const LogisticObjective& objective_;
  const StochasticOptions& options_;
  Context& context_;
  ShuffledRows rows_;
  LogisticObjective shuffled_;
  LogisticBatch batch_;
  std::size_t size_;
  std::unique_ptr<ScaledParameters> scaled_;
  double rate_ = 0;
  std::vector<double> now_, velocity_, best_;
  StochasticResult result_;
};

}  // namespace

StochasticResult minimise_stochastic(const LogisticObjective& objective, const StochasticOptions& options,
                                     Context& context) {
  return StochasticDescent(objective, options, context).run();
}

}  // namespace mlkit
