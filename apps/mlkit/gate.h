// Conditions on metrics: "roc_auc>=0.9", several joined by commas (all must hold).
#pragma once

#include <string>
#include <vector>

#include "mlkit/eval/metrics.h"
#include "mlkit/io/json.h"

namespace mlkit::app {

// "NAME>=NUMBER" taken apart; `option` is named in errors (usage).
struct Condition {
  std::string name;
  std::string comparison;  // >= > <= < ==
  double limit = 0;
};
Condition parse_condition(const std::string& text, const std::string& option);

struct Gate {
  std::string metric;
  std::string comparison;  // >= > <= < ==
  double limit = 0;
};

// "" gives none. Throws Error(kUsage) for unknown metrics and what does not read as a condition.
std::vector<Gate> parse_gates(const std::string& text);
// A metric that is not defined on the rows holds nothing.
bool gate_holds(const Gate& gate, const std::vector<MetricValue>& metrics);
// "roc_auc>=0.9 (0.8713), log_loss<1 (0.41)"; of several, those not met say so.
std::string render_gates(const std::vector<Gate>& gates, const std::vector<MetricValue>& metrics);
// One object {metric, comparison, limit, value, passed} each.
Json gates_to_json(const std::vector<Gate>& gates, const std::vector<MetricValue>& metrics);

}  // namespace mlkit::app
