// Latency and throughput of a model on this machine: `bench MODEL IN`.
#pragma once

#include <cstdint>
#include <string>

#include "command.h"
#include "mlkit/base/context.h"
#include "mlkit/io/json.h"

namespace mlkit::app {

// Rows of IN one at a time (the path of a server; microseconds, without reading the file), and all at once with
// context.threads(). Every row is scored `runs` times.
Json bench_model(const std::string& model, const std::string& input, const TableInOptions& table_in, std::int64_t runs,
                 Context& context);

}  // namespace mlkit::app
