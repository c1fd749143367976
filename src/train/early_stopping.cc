#include "mlkit/train/early_stopping.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"

namespace mlkit {

CarvedRows carve_validation(const DatasetView& data, double fraction, std::uint64_t seed) {
  std::vector<std::size_t> count(data.classes().size(), 0), wanted(data.classes().size(), 0);
  for (std::size_t i = 0; i < data.rows(); ++i) ++count[data.label(i)];
  for (std::size_t c = 0; c < count.size(); ++c) {
    const auto share = static_cast<std::size_t>(fraction * static_cast<double>(count[c]) + 0.5);
    wanted[c] = count[c] == 0 ? 0 : std::min(share, count[c] - 1);
  }
  std::vector<std::uint8_t> apart(data.rows(), 0);
  constexpr std::uint32_t kStream = 0xea51u;
  for (const std::uint32_t i : random_permutation(data.rows(), seed, RandomPurpose::kSplit, kStream)) {
    std::size_t& still = wanted[data.label(i)];
    if (still > 0) apart[i] = 1, --still;
  }
  CarvedRows rows;
  for (std::size_t i = 0; i < data.rows(); ++i) {
    (apart[i] != 0 ? rows.apart : rows.fitted).push_back(static_cast<std::uint32_t>(data.features().row_index(i)));
  }
  if (rows.apart.empty()) {
    throw_data("there are too few rows to set some apart for early stopping",
               "leave out --early-stopping, or raise --validation-fraction");
  }
  return rows;
}

bool EarlyStopping::observe(std::int64_t iteration, std::span<const double> parameters) {
  const double loss = loss_.evaluate(parameters, false).objective / loss_.total_weight();
  losses_.emplace_back(iteration, loss);
  if (loss < best_loss_) {
    best_loss_ = loss;
    best_iteration_ = iteration;
    best_.assign(parameters.begin(), parameters.end());
  }
  return iteration - best_iteration_ < patience_;
}

EarlyStopReport EarlyStopping::report() const {
  const bool earlier = !losses_.empty() && best_iteration_ < losses_.back().first;
  return {loss_.data().rows(), best_iteration_, best_loss_, earlier};
}

void EarlyStopping::fill(std::vector<FitTraceLine>& trace) const {
  for (FitTraceLine& line : trace) {
    const auto at = std::lower_bound(losses_.begin(), losses_.end(), line.iteration,
                                     [](const auto& loss, std::int64_t iteration) { return loss.first < iteration; });
    if (at != losses_.end() && at->first == line.iteration) line.validation = at->second;
  }
}

}  // namespace mlkit
