#include "mlkit/clean/clean_options.h"

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"

namespace mlkit {
namespace {

// "NAME", or "NAME" + sign + rest; the rest goes to `argument`.
bool has_name(const std::string& text, const std::string& name, char sign, std::optional<std::string>& argument) {
  if (to_lower_ascii(text.substr(0, name.size())) != name) return false;
  argument.reset();
  if (text.size() == name.size()) return true;
  if (text[name.size()] != sign) return false;
  argument = text.substr(name.size() + 1);
  return true;
}

void parse_fill(const std::string& text, CleanRules& rules) {
  std::optional<std::string> argument;
  for (const FillKind kind : {FillKind::kNone, FillKind::kMedian, FillKind::kMean, FillKind::kMode}) {
    if (to_lower_ascii(text) == fill_kind_name(kind)) {
      rules.fill = kind;
      return;
    }
  }
  if (has_name(text, "constant", '=', argument) && argument && !argument->empty()) {
    rules.fill = FillKind::kConstant;
    rules.constant = *argument;
    double number = 0;
    switch (parse_number(*argument, number)) {
      case NumberStatus::kNumber: rules.constant_number = number; return;
      case NumberStatus::kNotFinite: throw_usage("--impute constant=" + *argument + " is not a finite number");
      case NumberStatus::kNotANumber: return;
    }
  }
  throw_usage("--impute is median, mean, mode, constant=V or none, not \"" + text + "\"");
}

void parse_outliers(const std::string& text, CleanRules& rules) {
  std::optional<std::string> argument;
  if (to_lower_ascii(text) == "none") {
    rules.outlier_action = OutlierAction::kNone;
    return;
  }
  if (!has_name(text, "iqr", ':', argument)) {
    throw_usage("--outliers is iqr, iqr:K or none, not \"" + text + "\"");
  }
  if (!argument) return;
  double factor = 0;
  if (parse_number(*argument, factor) != NumberStatus::kNumber || factor < 0) {
    throw_usage("--outliers iqr:K needs a number of at least 0, not \"" + *argument + "\"");
  }
  rules.fence_factor = factor;
}

}  // namespace

std::string_view fill_kind_name(FillKind kind) {
  switch (kind) {
    case FillKind::kNone: return "none";
    case FillKind::kMedian: return "median";
    case FillKind::kMean: return "mean";
    case FillKind::kMode: return "mode";
    case FillKind::kConstant: return "constant";
  }
  return "none";
}

std::string_view outlier_action_name(OutlierAction action) {
  switch (action) {
    case OutlierAction::kNone: return "none";
    case OutlierAction::kMedian: return "median";
    case OutlierAction::kCap: return "cap";
    case OutlierAction::kNull: return "null";
    case OutlierAction::kDrop: return "drop";
    case OutlierAction::kFlag: return "flag";
  }
  return "none";
}

CleanRules parse_clean_rules(const CleanOptions& options) {
  CleanRules rules;
  for (const OutlierAction action : {OutlierAction::kMedian, OutlierAction::kCap, OutlierAction::kNull,
                                     OutlierAction::kDrop, OutlierAction::kFlag}) {
    if (options.outlier_action == outlier_action_name(action)) rules.outlier_action = action;
  }
  parse_fill(options.impute, rules);
  parse_outliers(options.outliers, rules);
  return rules;
}

}  // namespace mlkit
