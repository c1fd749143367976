// One pass over the rows of a logistic regression: with the Hessian (a Newton step) and without (L-BFGS).
#include <benchmark/benchmark.h>

#include "mlkit/train/logistic_objective.h"
#include "train/fit_data.h"

namespace mlkit {
namespace {

void sweep(benchmark::State& state, bool hessian) {
  constexpr std::size_t kRows = 32768;
  const auto features = static_cast<std::size_t>(state.range(0));
  const auto classes = static_cast<std::size_t>(state.range(1));
  const Dataset data = test::random_data(kRows, features, classes, 1);
  const DatasetView view(data);
  const Context context(1);
  const LogisticObjective objective(view, {}, 1.0, context);
  const std::vector<double> parameters(objective.dimension(), 0.01);
  for ([[maybe_unused]] auto _ : state) {
    benchmark::DoNotOptimize(objective.evaluate(parameters, hessian).objective);
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kRows));
}

void BM_NewtonSweep(benchmark::State& state) { sweep(state, true); }
BENCHMARK(BM_NewtonSweep)->Args({28, 2})->Args({100, 2})->Args({28, 4})->Unit(benchmark::kMillisecond);

void BM_GradientSweep(benchmark::State& state) { sweep(state, false); }
BENCHMARK(BM_GradientSweep)->Args({28, 2})->Args({100, 2})->Args({28, 4})->Unit(benchmark::kMillisecond);

}  // namespace
}  // namespace mlkit
