// What holds for every simulation: bytes, threads, blocks.
#include "mlkit/simulate/simulation.h"

#include <gtest/gtest.h>

#include <functional>
#include <map>
#include <memory>
#include <string>

#include "mlkit/base/sha256.h"
#include "mlkit/data/csv_read.h"
#include "mlkit/simulate/simulate_drift.h"
#include "mlkit/simulate/simulate_products.h"
#include "mlkit/simulate/simulate_tables.h"
#include "support/run_program.h"

namespace mlkit {
namespace {

constexpr std::uint64_t kRows = 5000;  // two blocks

std::unique_ptr<Simulation> make(const std::string& what) {
  if (what == "regression") {
    return std::make_unique<RegressionSimulation>(RegressionOptions{.missing = 0.1, .categories = 2});
  }
  if (what == "blobs") return std::make_unique<BlobsSimulation>(BlobsOptions{.features = 3, .noise = 0.1});
  if (what == "products") return std::make_unique<ProductsSimulation>(ProductsOptions{.missing = 0.05});
  if (what == "drift") {
    return std::make_unique<DriftSimulation>(
        DriftSimulationOptions{.rows = kRows, .kind = "concept", .transition = "gradual", .noise = 0.1});
  }
  return std::make_unique<ClassificationSimulation>(ClassificationOptions{
      .classes = 3, .clusters = 2, .weights = {5, 3, 2}, .noise = 0.05, .missing = 0.1, .categories = 2});
}

std::string written(const Simulation& simulation, std::uint64_t rows, int threads = 1) {
  const test::TemporaryFolder folder;
  Context context(threads);
  OutputFile out(folder / "made.csv");
  write_simulation(simulation, rows, out, context);
  out.commit();
  return test::read_text(folder / "made.csv");
}

class EverySimulation : public testing::TestWithParam<std::string> {};

// The bytes are promised for every machine. They may change between versions: then these lines do.
TEST_P(EverySimulation, WritesTheSameBytesOnEveryMachine) {
  const std::map<std::string, std::string> expected = {
      {"classification", "2dd29382bafcf8f290c3b010783fa12780bfe8597089d5050c98d0c555f01c31"},
      {"regression", "1719648ea857dd9d8477fdc5a725f8d209d17054e43d461ad065e41713c5a137"},
      {"blobs", "3961a7a02e46ddd1ac1288e6fa7970835b84bf5d1e5296000318834a4ada7160"},
      {"products", "90a97f7635a31f6b92e171e36d97a8d8bdd1ffc06d7632e7ac4958716c3b4566"},
      {"drift", "ed626de2c11037bdfb338657f06eb12f39db14577534193ef744f1900530becb"},
  };
  EXPECT_EQ(sha256_hex(written(*make(GetParam()), kRows)), expected.at(GetParam()));
}

TEST_P(EverySimulation, ThreadsChangeNoByte) {
  const auto simulation = make(GetParam());
  const std::string one = written(*simulation, kRows);
  for (const int threads : {2, 3, 8}) EXPECT_TRUE(written(*simulation, kRows, threads) == one) << threads;
}

TEST_P(EverySimulation, ABlockIsThoseRowsOfTheWhole) {
  const auto simulation = make(GetParam());
  const Table whole = make_table(*simulation, 300);
  const Table part = simulation->make_rows(120, 170).table;
  ASSERT_EQ(part.rows(), 50u);
  for (std::size_t c = 0; c < whole.column_count(); ++c) {
    for (std::size_t row = 0; row < part.rows(); ++row) {
      ASSERT_EQ(part.column(c).cell_text(row), whole.column(c).cell_text(row + 120)) << whole.column(c).name;
    }
  }
}

TEST_P(EverySimulation, ReadsBackAsTheSameTypesAndCells) {
  const auto simulation = make(GetParam());
  const test::TemporaryFolder folder;
  test::write_text(folder / "made.csv", written(*simulation, kRows));
  Context context(1);
  const Table table = read_csv(folder / "made.csv", {}, context);
  const Table made = make_table(*simulation, kRows);
  ASSERT_EQ(table.rows(), kRows);
  ASSERT_EQ(table.schema().names(), simulation->schema().names());
  for (std::size_t c = 0; c < table.column_count(); ++c) {
    EXPECT_EQ(table.column(c).type, simulation->schema()[c].type) << table.column(c).name;
    for (std::size_t row = 0; row < kRows; ++row) {
      ASSERT_EQ(table.column(c).is_missing(row), made.column(c).is_missing(row));
      if (table.column(c).is_missing(row)) continue;
      if (table.column(c).is_numeric()) {
        ASSERT_EQ(table.column(c).numbers().values[row], made.column(c).numbers().values[row]);
      } else {
        ASSERT_EQ(table.column(c).cell_text(row), made.column(c).cell_text(row));
      }
    }
  }
}

TEST_P(EverySimulation, NoRowsAreAHeader) {
  const std::string text = written(*make(GetParam()), 0);
  EXPECT_EQ(std::count(text.begin(), text.end(), '\n'), 1);
}

INSTANTIATE_TEST_SUITE_P(Kinds, EverySimulation,
                         testing::Values("classification", "regression", "blobs", "products", "drift"),
                         [](const auto& kind) { return kind.param; });

TEST(Simulation, AskingForGapsLeavesTheOtherCells) {
  const Table full = make_table(ClassificationSimulation({.missing = 0}), 500);
  const Table gaps = make_table(ClassificationSimulation({.missing = 0.3}), 500);
  std::size_t missing = 0;
  for (std::size_t c = 0; c < full.column_count(); ++c) {
    for (std::size_t row = 0; row < full.rows(); ++row) {
      if (gaps.column(c).is_missing(row)) {
        ++missing;
      } else {
        ASSERT_EQ(gaps.column(c).cell_text(row), full.column(c).cell_text(row));
      }
    }
  }
  EXPECT_EQ(gaps.column("target").validity.missing_count(), 0u);
  EXPECT_NEAR(static_cast<double>(missing), 0.3 * 5000, 4 * 32.4);  // 4 sd of the binomial
}

TEST(RoundToMicro, RoundsToSixDecimalsAndHasNoNegativeZero) {
  EXPECT_EQ(round_to_micro(0.1234564), 0.123456);
  EXPECT_EQ(round_to_micro(-0.1234566), -0.123457);
  EXPECT_EQ(round_to_micro(123456789.0000004), 123456789.0);
  EXPECT_FALSE(std::signbit(round_to_micro(-1e-9)));
}

}  // namespace
}  // namespace mlkit
