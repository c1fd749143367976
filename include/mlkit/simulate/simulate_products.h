// A shop's catalogue: id (from 1), title, category, price. Titles are made of a brand, an adjective, a noun with its
// size, and a finish, by the words of their category, in several forms; the first kDistinctTitles rows have distinct
// titles, later ones carry a model number. Prices follow the noun, its size and the brand, times a log-normal factor,
// and end in .99, .95, .49 or .00; so they depend on the words of the title as in a shop.
#pragma once

#include <cstdint>

#include "mlkit/simulate/simulation.h"

namespace mlkit {

struct ProductsOptions {
  std::uint64_t seed = 42;
  double missing = 0;  // share of rows without a price
};

class ProductsSimulation : public Simulation {
 public:
  explicit ProductsSimulation(const ProductsOptions& options);
  const Schema& schema() const override { return schema_; }
  SimulatedBlock make_rows(std::uint64_t begin, std::uint64_t end) const override;
  std::uint64_t distinct_titles() const { return distinct_; }

 private:
  std::uint64_t shuffle(std::uint64_t index) const;

  ProductsOptions options_;
  std::uint64_t distinct_ = 0;
  Schema schema_;
};

}  // namespace mlkit
