// Measures what docs/drift.md promises about the detectors, over many simulated runs, and prints its tables in
// Markdown:
//   ninja -C build/release certify_drift && build/release/tests/certify_drift
// Everything is drawn from fixed seeds: the same tables on every machine, for any number of threads.
#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <string>
#include <vector>

#include "mlkit/base/math.h"
#include "mlkit/base/random.h"
#include "mlkit/drift/compare.h"
#include "mlkit/drift/stream_detectors.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

constexpr std::uint32_t kColumns = 20;

// Four kinds of columns in turn: normal, log-normal, whole numbers with many ties, categories of six levels. `shift`
// moves the numbers by so many standard deviations and gives the first level that much more weight.
double draw(RandomStream& random, std::uint32_t kind, double shift) {
  const double z = random.normal();
  switch (kind % 4) {
    case 0: return z + shift;
    case 1: return mlkit::exp(0.6 * (z + shift));
    default: return std::floor(7 + 2.6 * (z + shift));
  }
}

NumberSample numbers(std::uint64_t seed, std::uint32_t column, std::uint32_t side, std::size_t rows, double shift) {
  RandomStream random(seed, RandomPurpose::kSimulate, 2 * column + side);
  NumberSample out;
  out.rows = rows;
  for (std::size_t i = 0; i < rows; ++i) out.sorted.push_back(draw(random, column, shift));
  std::sort(out.sorted.begin(), out.sorted.end());
  return out;
}

LevelSample levels(std::uint64_t seed, std::uint32_t column, std::uint32_t side, std::size_t rows, double shift) {
  RandomStream random(seed, RandomPurpose::kSimulate, 2 * column + side);
  LevelSample out;
  out.levels = {"a", "b", "c", "d", "e", "f"};
  out.counts.resize(out.levels.size());
  out.rows = rows;
  for (std::size_t i = 0; i < rows; ++i) {
    const double u = random.uniform();
    const double first = 0.4 + 0.3 * shift;
    const auto level = u < first ? 0 : 1 + static_cast<std::size_t>((u - first) / (1 - first) * 5);
    ++out.counts[std::min<std::size_t>(level, 5)];
  }
  return out;
}

struct Alarms {
  int test = 0, psi = 0, any = 0;  // pairs with an alarm of some column

  void merge(Alarms&& right) {
    test += right.test;
    psi += right.psi;
    any += right.any;
  }
};

// Of `pairs` pairs of tables with `rows` rows each; the first column of the current one is shifted.
Alarms count_alarms(std::size_t pairs, std::size_t rows, double shift, const Context& context) {
  return reduce_blocks(context, pairs, 1, Alarms{}, [&](std::size_t pair, std::size_t, std::size_t) {
    std::vector<ColumnDrift> columns;
    for (std::uint32_t c = 0; c < kColumns; ++c) {
      const double by = c == 0 ? shift : 0;
      columns.push_back(c % 4 == 3 ? compare_levels(levels(pair, c, 0, rows, 0), levels(pair, c, 1, rows, by), {})
                                   : compare_numbers(numbers(pair, c, 0, rows, 0), numbers(pair, c, 1, rows, by), {}));
    }
    Alarms out;
    out.any = judge_columns(columns, {}) ? 1 : 0;
    for (const ColumnDrift& column : columns) {
      out.test |= column.test_alarm ? 1 : 0;
      out.psi |= column.psi_alarm ? 1 : 0;
    }
    return out;
  });
}

void certify_tables(const Context& context) {
  std::printf(
      "| rows a side | pairs | p-value test | PSI | verdict | limit |\n| --- | --- | --- | --- | --- | --- |\n");
  for (const auto& [rows, pairs] :
       {std::pair<std::size_t, std::size_t>{30, 1000}, {100, 1000}, {1000, 1000}, {5000, 100}, {20000, 50}}) {
    const Alarms alarms = count_alarms(pairs, rows, 0, context);
    const auto share = [&](int count) { return static_cast<double>(count) / static_cast<double>(pairs); };
    std::printf("| %zu | %zu | %.3f | %.3f | %.3f | %.3f |\n", rows, pairs, share(alarms.test), share(alarms.psi),
                share(alarms.any), 0.05 + 2 * std::sqrt(0.05 * 0.95 / static_cast<double>(pairs)));
  }
  std::printf("\n| rows a side | shift 0.1 sd | 0.25 sd | 0.5 sd |\n| --- | --- | --- | --- |\n");
  for (const std::size_t rows : {100u, 300u, 1000u, 5000u}) {
    std::printf("| %zu ", rows);
    for (const double shift : {0.1, 0.25, 0.5}) {
      constexpr std::size_t kPairs = 100;
      std::printf("| %.2f ", static_cast<double>(count_alarms(kPairs, rows, shift, context).any) / kPairs);
    }
    std::printf("|\n");
  }
}

struct Run {
  bool early = false;     // an alarm before the change
  std::size_t delay = 0;  // rows after it; 0 = none
};

Run watch(const std::string& name, std::uint64_t seed, double before, double after) {
  constexpr std::size_t kChange = 2000, kEnd = 5000;
  RandomStream random(seed, RandomPurpose::kSimulate, 77);
  const auto detector = make_stream_detector(name);
  Run run;
  for (std::size_t i = 0; i < kEnd; ++i) {
    const bool alarm = detector->add(random.uniform() < (i < kChange ? before : after) ? 1.0 : 0.0);
    if (alarm && i < kChange) run.early = true;
    if (alarm && i >= kChange) {
      run.delay = i - kChange + 1;
      break;
    }
  }
  return run;
}

void certify_streams(const Context& context) {
  constexpr std::size_t kRuns = 1000;
  std::printf(
      "\n| detector | error rate | alarm in 2,000 rows before | found in 3,000 rows after | median delay | 95 %% |\n");
  std::printf("| --- | --- | --- | --- | --- | --- |\n");
  for (const char* name : {"adwin", "ddm", "page_hinkley"}) {
    for (const auto& [before, after] :
         {std::pair{0.1, 0.2}, {0.1, 0.3}, {0.1, 0.6}, {0.3, 0.4}, {0.3, 0.6}, {0.02, 0.98}}) {
      std::vector<Run> runs(kRuns);
      for_blocks(context, kRuns, 16, [&, from = before, to = after](std::size_t, std::size_t begin, std::size_t end) {
        for (std::size_t r = begin; r < end; ++r) runs[r] = watch(name, r, from, to);
      });
      std::size_t early = 0;
      std::vector<std::size_t> delays;
      for (const Run& run : runs) {
        early += run.early ? 1 : 0;
        if (run.delay > 0) delays.push_back(run.delay);
      }
      std::sort(delays.begin(), delays.end());
      const auto at = [&](double share) {
        const auto place = static_cast<std::size_t>(share * kRuns);
        return place < delays.size() ? std::to_string(delays[place]) : std::string("-");
      };
      std::printf("| %s | %g -> %g | %.3f | %.3f | %s | %s |\n", name, before, after,
                  static_cast<double>(early) / kRuns, static_cast<double>(delays.size()) / kRuns, at(0.5).c_str(),
                  at(0.95).c_str());
    }
  }
}

}  // namespace
}  // namespace mlkit

int main() {
  const mlkit::Context context(0);
  mlkit::certify_tables(context);
  mlkit::certify_streams(context);
  return 0;
}
