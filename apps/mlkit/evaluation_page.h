// The report of evaluate: one page that says in words, pictures and tables how good the answers are.
#pragma once

#include <cstdint>

#include "evaluation.h"

#include "mlkit/io/report.h"

namespace mlkit::app {

Report evaluation_page(const Evaluation& evaluation, std::uint64_t seed);

}  // namespace mlkit::app
