// One row at a time through a sealed pipeline: a number, a category, a boolean, a date.
#include <benchmark/benchmark.h>

#include "support/small_pipeline.h"

namespace mlkit {
namespace {

void BM_Scorer(benchmark::State& state) {
  const Pipeline pipeline = test::small_pipeline(static_cast<std::size_t>(state.range(0)));
  Scorer scorer(pipeline);
  using Kind = CellValue::Kind;
  const std::vector<CellValue> cells = {{.kind = Kind::kNumber, .number = 2.5, .text = {}},
                                        {.kind = Kind::kText, .text = "Linz"},
                                        {.kind = Kind::kText, .text = "true"},
                                        {.kind = Kind::kTime, .text = {}, .micros = 1'700'000'000'000'000}};
  std::vector<double> out(scorer.outputs());
  for ([[maybe_unused]] auto _ : state) benchmark::DoNotOptimize(scorer.score(cells, out));
}
BENCHMARK(BM_Scorer)->Arg(2)->Arg(5);

}  // namespace
}  // namespace mlkit
