// Latency and throughput of a model on this machine: `bench MODEL IN`.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "command.h"
#include "mlkit/base/context.h"
#include "mlkit/io/json.h"
#include "mlkit/pipeline/pipeline.h"

namespace mlkit::app {

// Rows of IN one at a time (the path of a server; microseconds, without reading the file), and all at once with
// context.threads(). Every row is scored `runs` times.
Json bench_model(const std::string& model, const std::string& input, const TableInOptions& table_in, std::int64_t runs,
                 Context& context);

// Microseconds of each call, rising: rows one at a time, 10,000 at most, `runs` times.
std::vector<double> time_rows(const Pipeline& pipeline, const Table& table, std::int64_t runs, const Context& context);

}  // namespace mlkit::app
