// Reading CSV, piece by piece, on 64 KiB of cells: where fields end, plain decimals, one number at a time.
#include <benchmark/benchmark.h>

#include <string>
#include <vector>

#include "mlkit/base/random.h"
#include "mlkit/data/csv_index.h"
#include "mlkit/data/csv_kernels.h"
#include "mlkit/data/numbers.h"

namespace mlkit {
namespace {

constexpr std::size_t kRows = 1000;
constexpr std::size_t kColumns = 8;

// Numbers as `digits` allow: six (measurements) or all seventeen (what a program writes so that it reads back).
std::vector<std::string> some_numbers(std::size_t count, bool all_digits) {
  RandomStream random(1, RandomPurpose::kSimulate);
  std::vector<std::string> out;
  for (std::size_t i = 0; i < count; ++i) {
    const double value = random.normal() * 100;
    out.push_back(format_number(all_digits ? value : static_cast<double>(static_cast<int>(value * 1e4)) / 1e4));
  }
  return out;
}

// Padded as the kernels ask for.
struct Text {
  std::string bytes;
  std::string_view view() const { return std::string_view(bytes).substr(kCsvPadding, bytes.size() - 2 * kCsvPadding); }
};

Text some_csv() {
  Text text{std::string(kCsvPadding, ' ')};
  const std::vector<std::string> numbers = some_numbers(kRows * kColumns, false);
  for (std::size_t i = 0; i < numbers.size(); ++i)
    text.bytes += numbers[i] + (i % kColumns + 1 < kColumns ? "," : "\n");
  text.bytes.append(kCsvPadding, ' ');
  return text;
}

void BM_CsvIndex(benchmark::State& state) {
  std::size_t count = 0;
  const CsvKernels* const kernels = all_csv_kernels(count)[state.range(0) != 0 ? count - 1 : 0];
  const Text text = some_csv();
  std::vector<std::uint32_t> ends(text.bytes.size()), begins(text.bytes.size()), breaks(text.bytes.size());
  CsvIndexTask task;
  for ([[maybe_unused]] auto _ : state) {
    task = {};
    task.bytes = text.view().data();
    task.size = text.view().size();
    task.columns = kColumns;
    task.ends = ends.data(), task.begins = begins.data(), task.breaks = breaks.data();
    kernels->index(task);
    benchmark::DoNotOptimize(task.records);
  }
  state.SetLabel(kernels->name);
  state.SetBytesProcessed(static_cast<std::int64_t>(state.iterations() * text.view().size()));
}
BENCHMARK(BM_CsvIndex)->Arg(0)->Arg(1);

void BM_PlainNumbers(benchmark::State& state) {
  std::size_t count = 0;
  const CsvKernels* const kernels = all_csv_kernels(count)[state.range(0) != 0 ? count - 1 : 0];
  const Text text = some_csv();
  CsvIndex index;
  index.build(text.view(), ',', '"', kColumns);
  std::vector<double> values(kRows);
  std::vector<std::uint32_t> odd(kRows + 1);
  for ([[maybe_unused]] auto _ : state) {
    for (std::size_t c = 0; c < kColumns; ++c) {
      benchmark::DoNotOptimize(kernels->plain_numbers(index.cells(c), values.data(), odd.data()));
    }
  }
  state.SetLabel(kernels->name);
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * kRows * kColumns));
}
BENCHMARK(BM_PlainNumbers)->Arg(0)->Arg(1);

void BM_ParseNumber(benchmark::State& state) {
  const std::vector<std::string> numbers = some_numbers(4096, state.range(0) != 0);
  for ([[maybe_unused]] auto _ : state) {
    double sum = 0;
    for (const std::string& text : numbers) {
      double value = 0;
      parse_number(text, value);
      sum += value;
    }
    benchmark::DoNotOptimize(sum);
  }
  state.SetLabel(state.range(0) != 0 ? "all digits" : "few digits");
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * numbers.size()));
}
BENCHMARK(BM_ParseNumber)->Arg(0)->Arg(1);

void BM_FormatNumber(benchmark::State& state) {
  RandomStream random(2, RandomPurpose::kSimulate);
  std::vector<double> values(4096);
  for (double& value : values) value = random.uniform();
  for ([[maybe_unused]] auto _ : state) {
    char text[kMaxNumberText];
    for (const double value : values) benchmark::DoNotOptimize(format_number(value, text));
  }
  state.SetItemsProcessed(static_cast<std::int64_t>(state.iterations() * values.size()));
}
BENCHMARK(BM_FormatNumber);

}  // namespace
}  // namespace mlkit
