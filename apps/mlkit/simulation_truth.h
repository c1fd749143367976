// What is true of a made-up table, as JSON.
#pragma once

#include <functional>
#include <memory>

#include "mlkit/io/json.h"
#include "mlkit/simulate/simulate_drift.h"
#include "mlkit/simulate/simulate_products.h"
#include "mlkit/simulate/simulate_tables.h"

namespace mlkit::app {

// A simulation, and its truth without what only its rows tell.
struct MadeTable {
  std::unique_ptr<Simulation> simulation;
  Json parameters;
};

MadeTable made_table(std::unique_ptr<ClassificationSimulation> simulation);
MadeTable made_table(std::unique_ptr<RegressionSimulation> simulation);
MadeTable made_table(std::unique_ptr<BlobsSimulation> simulation);
MadeTable made_table(std::unique_ptr<ProductsSimulation> simulation);
MadeTable made_table(std::unique_ptr<DriftSimulation> simulation);

// The parameters, and what the rows that were written say.
Json truth_to_json(const MadeTable& made, const SimulationTally& tally);

}  // namespace mlkit::app
