#include "mlkit/simulate/simulate_products.h"

#include <gtest/gtest.h>

#include <cmath>
#include <map>
#include <set>
#include <string>

namespace mlkit {
namespace {

TEST(SimulateProducts, TitlesAreDistinctUntilTheWordsAreUsedUp) {
  const ProductsSimulation simulation({});
  EXPECT_GT(simulation.distinct_titles(), 100000u);
  const Table table = make_table(simulation, 10000);
  std::set<std::string> titles;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    EXPECT_TRUE(titles.insert(table.column("title").cell_text(row)).second);
  }
}

TEST(SimulateProducts, ARowBeyondTheWordsCarriesAModelNumber) {
  const ProductsSimulation simulation({});
  const std::uint64_t first = simulation.distinct_titles();
  const Table table = simulation.make_rows(first - 1, first + 1).table;
  EXPECT_EQ(table.column("title").cell_text(0).find(" Mk "), std::string::npos);
  EXPECT_TRUE(table.column("title").cell_text(1).ends_with(" Mk 2"));
}

TEST(SimulateProducts, CategoriesAreOfEvenSizeAndOrderIsMixed) {
  const Table table = make_table(ProductsSimulation({}), 6000);
  std::map<std::string, double> rows;
  std::size_t same_as_before = 0;
  for (std::size_t row = 0; row < table.rows(); ++row) {
    ++rows[table.column("category").cell_text(row)];
    if (row > 0) {
      same_as_before += table.column("category").cell_text(row) == table.column("category").cell_text(row - 1) ? 1 : 0;
    }
  }
  ASSERT_EQ(rows.size(), 12u);
  for (const auto& [name, count] : rows) EXPECT_NEAR(count, 500, 4 * std::sqrt(6000 * 11 / 144.0)) << name;
  EXPECT_NEAR(static_cast<double>(same_as_before), 500, 4 * std::sqrt(6000 * 11 / 144.0));
}

TEST(SimulateProducts, PricesFollowTheSizeInTheTitle) {
  const Table table = make_table(ProductsSimulation({}), 20000);
  const Texts& titles = table.column("title").texts();
  const std::vector<double>& prices = table.column("price").numbers().values;
  std::map<std::string, std::pair<double, double>> tents;  // size -> sum, rows
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::string title(titles.at(row));
    if (title.find("Tent") == std::string::npos) continue;
    for (const char* size : {"1 Person", "4 Persons"}) {
      if (title.find(size) == std::string::npos) continue;
      tents[size].first += prices[row];
      ++tents[size].second;
    }
  }
  const auto mean = [&](const char* size) { return tents[size].first / tents[size].second; };
  // Each size more adds 45 % of the first. About 60 rows each, prices of a size spread by about 20 % (brand, chance): a
  // standard error of 1.9 * 0.2 * sqrt(2 / 60) = 0.07.
  EXPECT_NEAR(mean("4 Persons") / mean("1 Person"), 1.9, 4 * 0.07);
}

TEST(SimulateProducts, PricesArePositiveAndMayBeMissing) {
  const Table table = make_table(ProductsSimulation({.missing = 0.2}), 5000);
  const Column& price = table.column("price");
  EXPECT_NEAR(static_cast<double>(price.validity.missing_count()), 1000, 4 * std::sqrt(5000 * 0.16));
  for (std::size_t row = 0; row < table.rows(); ++row) {
    if (price.is_missing(row)) continue;
    EXPECT_GE(price.numbers().values[row], 0.99);
    EXPECT_LT(price.numbers().values[row], 1000);
  }
  EXPECT_EQ(table.column("id").numbers().values.back(), 5000);
}

}  // namespace
}  // namespace mlkit
