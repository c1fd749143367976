#include "mlkit/features/preprocess.h"

#include <algorithm>
#include <set>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"

namespace mlkit {
namespace {

// Dense rows are faster to learn from until they get this wide.
constexpr std::size_t kAlwaysDenseOutputs = 256;

std::string feature_name(const ColumnPlan& plan, std::size_t output) {
  switch (plan.encoding) {
    case Encoding::kNumber: return plan.name;
    case Encoding::kTimeParts: return plan.name + "_" + std::string(time_part_name(plan.parts[output]));
    case Encoding::kOneHot: break;
  }
  const std::size_t level = output + (plan.drop_first ? 1 : 0);
  return plan.name + "=" + (level < plan.levels.size() ? plan.levels[level] : "(rare)");
}

// Wide and mostly zero. A function of the learned columns alone.
bool choose_sparse(const std::vector<ColumnPlan>& columns, std::size_t outputs) {
  std::size_t filled = 0;  // entries of a row that can be other than 0
  for (const ColumnPlan& plan : columns) filled += plan.encoding == Encoding::kOneHot ? 1 : plan.outputs();
  return outputs > kAlwaysDenseOutputs && filled * 4 < outputs;
}

}  // namespace

std::string_view time_part_name(TimePart part) {
  switch (part) {
    case TimePart::kYear: return "year";
    case TimePart::kMonth: return "month";
    case TimePart::kDay: return "day";
    case TimePart::kDayOfWeek: return "day_of_week";
    case TimePart::kHour: return "hour";
    case TimePart::kMinute: return "minute";
  }
  return "year";
}

std::size_t ColumnPlan::outputs() const {
  switch (encoding) {
    case Encoding::kNumber: return 1;
    case Encoding::kTimeParts: return parts.size();
    case Encoding::kOneHot: break;
  }
  const std::size_t dropped = drop_first && !levels.empty() ? 1 : 0;
  return levels.size() - dropped + (other ? 1 : 0);
}

std::uint32_t ColumnPlan::output_of_level(std::uint32_t level) const {
  if (level == kNoLevel || (drop_first && level == 0)) return kNoLevel;
  return static_cast<std::uint32_t>(first_output) + level - (drop_first ? 1 : 0);
}

std::uint32_t ColumnPlan::find_level(std::string_view text) const {
  const auto found = std::lower_bound(levels.begin(), levels.end(), text);
  if (found != levels.end() && *found == text) return static_cast<std::uint32_t>(found - levels.begin());
  if (type != ColumnType::kBoolean) return kNoLevel;
  const auto same_letters = [&](const std::string& level) {
    return std::equal(level.begin(), level.end(), text.begin(), text.end(), [](char a, char b) {
      const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
      return lower(a) == lower(b);
    });
  };
  const auto boolean = std::find_if(levels.begin(), levels.end(), same_letters);
  return boolean == levels.end() ? kNoLevel : static_cast<std::uint32_t>(boolean - levels.begin());
}

void TransformCounts::add(const TransformCounts& other) {
  unknown.resize(std::max(unknown.size(), other.unknown.size()));
  filled.resize(std::max(filled.size(), other.filled.size()));
  derived.resize(std::max(derived.size(), other.derived.size()));
  for (std::size_t i = 0; i < other.unknown.size(); ++i) unknown[i] += other.unknown[i];
  for (std::size_t i = 0; i < other.filled.size(); ++i) filled[i] += other.filled[i];
  for (std::size_t i = 0; i < other.derived.size(); ++i) derived[i] += other.derived[i];
}

void validate_preprocess_options(const PreprocessOptions& options) {
  const std::string& how = options.impute;
  if (how == "median" || how == "mean" || how == "mode" || how == "none" || how.starts_with("constant=")) return;
  const std::vector<std::string> names = {"median", "mean", "mode", "constant=V", "none"};
  const std::string near = nearest_name(how, names);
  throw_usage("--impute: \"" + how + "\" is none of median, mean, mode, constant=V, none",
              near.empty() ? "" : "did you mean " + near + "?");
}

Preprocess::Preprocess(std::vector<ColumnPlan> columns, bool scaled) : columns_(std::move(columns)), scaled_(scaled) {
  std::set<std::string> taken;
  for (ColumnPlan& plan : columns_) {
    plan.first_output = feature_names_.size();
    for (std::size_t output = 0; output < plan.outputs(); ++output) {
      std::string name = feature_name(plan, output);
      for (int suffix = 2; !taken.insert(name).second; ++suffix) {
        name = feature_name(plan, output) + "_" + std::to_string(suffix);
      }
      feature_names_.push_back(std::move(name));
      const bool number = plan.encoding != Encoding::kOneHot;
      centers_.push_back(number ? plan.center[output] : 0.0);
      scales_.push_back(number ? plan.scale[output] : 1.0);
    }
  }
  sparse_ = choose_sparse(columns_, feature_names_.size());
}

}  // namespace mlkit
