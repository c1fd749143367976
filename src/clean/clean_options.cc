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

// `given` is the option's whole text: with a comma in it, the comma may be the mistake.
[[noreturn]] void throw_unknown_fill(const std::string& item, const std::string& given) {
  throw_usage(
      "--impute is median, mean, mode, constant=V or none, or COLUMN= one of these, not \"" + item + "\"",
      given.find(',') == std::string::npos ? "" : "a constant that holds a comma is quoted: '\"constant=a,b\"'");
}

// nullopt: not one of the ways to fill.
std::optional<FillRule> parse_fill_rule(const std::string& text) {
  for (const FillKind kind : {FillKind::kNone, FillKind::kMedian, FillKind::kMean, FillKind::kMode}) {
    if (to_lower_ascii(text) == fill_kind_name(kind))
      return FillRule{.kind = kind, .constant = {}, .constant_number = {}};
  }
  std::optional<std::string> argument;
  if (!has_name(text, "constant", '=', argument) || !argument || argument->empty()) return std::nullopt;
  FillRule rule{.kind = FillKind::kConstant, .constant = *argument, .constant_number = {}};
  double number = 0;
  switch (parse_number(*argument, number)) {
    case NumberStatus::kNumber: rule.constant_number = number; break;
    case NumberStatus::kNotFinite: throw_usage("--impute constant=" + *argument + " is not a finite number");
    case NumberStatus::kNotANumber: break;
  }
  return rule;
}

// "COLUMN=HOW": the column's name may hold '=' signs, "constant=V" holds one.
std::pair<std::string, FillRule> parse_fill_of_column(const std::string& item, const std::string& given) {
  for (std::size_t at = item.find('='); at != std::string::npos && at > 0; at = item.find('=', at + 1)) {
    if (const auto rule = parse_fill_rule(item.substr(at + 1))) return {item.substr(0, at), *rule};
  }
  throw_unknown_fill(item, given);
}

// A way for all columns, ways for single ones, or both.
void parse_fills(const std::string& text, CleanRules& rules) {
  if (text.empty()) throw_unknown_fill(text, text);
  bool for_all = false;
  for (const std::string& part : split_list(text)) {
    const std::string item(trim_blanks(part));
    if (const auto rule = parse_fill_rule(item)) {
      if (for_all) throw_usage("--impute names two ways for all columns in \"" + text + "\"", "keep one of them");
      for_all = true;
      rules.fill = *rule;
      continue;
    }
    rules.fill_of.push_back(parse_fill_of_column(item, text));
  }
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
  parse_fills(options.impute, rules);
  parse_outliers(options.outliers, rules);
  return rules;
}

}  // namespace mlkit
