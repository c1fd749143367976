// Conditions on metrics: "roc_auc>=0.9", several joined by commas (all must hold).
#pragma once

#include <string>
#include <vector>

#include "mlkit/eval/metrics.h"

namespace mlkit::app {

struct Gate {
  std::string metric;
  std::string comparison;  // >= > <= < ==
  double limit = 0;
};

// "" gives none. Throws Error(kUsage) for unknown metrics and what does not read as a condition.
std::vector<Gate> parse_gates(const std::string& text);
// A metric that is not defined on the rows holds nothing.
bool gate_holds(const Gate& gate, const std::vector<MetricValue>& metrics);

}  // namespace mlkit::app
