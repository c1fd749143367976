#include "gate.h"

#include <algorithm>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"

namespace mlkit::app {

Condition parse_condition(const std::string& text, const std::string& option) {
  const std::size_t at = text.find_first_of("<>=");
  if (at == std::string::npos || at == 0) throw_usage(option + ": \"" + text + "\" is not METRIC>=NUMBER");
  const std::size_t end = text.find_first_not_of("<>=", at);
  Condition out;
  out.comparison = text.substr(at, end == std::string::npos ? end : end - at);
  const std::vector<std::string> known = {">=", ">", "<=", "<", "=="};
  if (std::find(known.begin(), known.end(), out.comparison) == known.end()) {
    throw_usage(option + ": \"" + out.comparison + "\" is none of >= > <= < ==");
  }
  out.name = trim_blanks(std::string_view(text).substr(0, at));
  const std::string_view number = end == std::string::npos ? "" : trim_blanks(std::string_view(text).substr(end));
  if (parse_number(number, out.limit) != NumberStatus::kNumber) {
    throw_usage(option + ": \"" + std::string(number) + "\" is not a number");
  }
  return out;
}

std::vector<Gate> parse_gates(const std::string& text) {
  std::vector<Gate> gates;
  for (const std::string& item : split_list(text)) {
    const Condition condition = parse_condition(item, "--gate");
    gates.push_back({find_metric(condition.name).name, condition.comparison, condition.limit});
  }
  return gates;
}

namespace {

// nullptr where the metric is not defined.
const MetricValue* find_value(const Gate& gate, const std::vector<MetricValue>& metrics) {
  const auto found =
      std::find_if(metrics.begin(), metrics.end(), [&](const MetricValue& m) { return m.name == gate.metric; });
  return found == metrics.end() || !found->value ? nullptr : &*found;
}

}  // namespace

bool gate_holds(const Gate& gate, const std::vector<MetricValue>& metrics) {
  const MetricValue* found = find_value(gate, metrics);
  if (found == nullptr) return false;
  const double value = *found->value;
  if (gate.comparison == ">=") return value >= gate.limit;
  if (gate.comparison == ">") return value > gate.limit;
  if (gate.comparison == "<=") return value <= gate.limit;
  if (gate.comparison == "<") return value < gate.limit;
  return value == gate.limit;
}

std::string render_gates(const std::vector<Gate>& gates, const std::vector<MetricValue>& metrics) {
  std::string out;
  for (const Gate& gate : gates) {
    const MetricValue* metric = find_value(gate, metrics);
    // All digits: a value that fails by its last one must not look as if it passed.
    const std::string value = metric == nullptr               ? "not defined"
                              : std::isfinite(*metric->value) ? format_number(*metric->value)
                                                              : "not finite";
    out += (out.empty() ? "" : ", ") + gate.metric + gate.comparison + format_number(gate.limit) + " (" + value +
           (gates.size() > 1 && !gate_holds(gate, metrics) ? ", not met)" : ")");
  }
  return out;
}

Json gates_to_json(const std::vector<Gate>& gates, const std::vector<MetricValue>& metrics) {
  Json out = Json::array();
  for (const Gate& gate : gates) {
    Json one = {{"metric", gate.metric}, {"comparison", gate.comparison}, {"limit", gate.limit}};
    const MetricValue* metric = find_value(gate, metrics);
    if (metric != nullptr && std::isfinite(*metric->value)) one["value"] = *metric->value;
    one["passed"] = gate_holds(gate, metrics);
    out.push_back(std::move(one));
  }
  return out;
}

}  // namespace mlkit::app
