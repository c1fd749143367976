#include "gate.h"

#include <algorithm>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"

namespace mlkit::app {
namespace {

Gate parse_gate(const std::string& text) {
  const std::size_t at = text.find_first_of("<>=");
  if (at == std::string::npos || at == 0) throw_usage("--gate: \"" + text + "\" is not METRIC>=NUMBER");
  const std::size_t end = text.find_first_not_of("<>=", at);
  Gate gate;
  gate.comparison = text.substr(at, end == std::string::npos ? end : end - at);
  const std::vector<std::string> known = {">=", ">", "<=", "<", "=="};
  if (std::find(known.begin(), known.end(), gate.comparison) == known.end()) {
    throw_usage("--gate: \"" + gate.comparison + "\" is none of >= > <= < ==");
  }
  gate.metric = find_metric(trim_blanks(std::string_view(text).substr(0, at))).name;
  const std::string_view number = end == std::string::npos ? "" : trim_blanks(std::string_view(text).substr(end));
  if (parse_number(number, gate.limit) != NumberStatus::kNumber) {
    throw_usage("--gate: \"" + std::string(number) + "\" is not a number");
  }
  return gate;
}

}  // namespace

std::vector<Gate> parse_gates(const std::string& text) {
  std::vector<Gate> gates;
  for (const std::string& item : split_list(text)) gates.push_back(parse_gate(item));
  return gates;
}

bool gate_holds(const Gate& gate, const std::vector<MetricValue>& metrics) {
  const auto found =
      std::find_if(metrics.begin(), metrics.end(), [&](const MetricValue& m) { return m.name == gate.metric; });
  if (found == metrics.end() || !found->value) return false;
  const double value = *found->value;
  if (gate.comparison == ">=") return value >= gate.limit;
  if (gate.comparison == ">") return value > gate.limit;
  if (gate.comparison == "<=") return value <= gate.limit;
  if (gate.comparison == "<") return value < gate.limit;
  return value == gate.limit;
}

}  // namespace mlkit::app
