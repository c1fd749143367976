#include "mlkit/features/preprocess.h"

#include <algorithm>
#include <unordered_set>

#include "hashed_names.h"
#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"

namespace mlkit {
namespace {

// Dense rows are faster to learn from until they get this wide.
constexpr std::size_t kAlwaysDenseOutputs = 256;
// That a text has, more or less.
constexpr std::size_t kTermsOfAText = 32;

std::string feature_name(const ColumnPlan& plan, std::size_t output) {
  switch (plan.encoding) {
    case Encoding::kNumber: return plan.name;
    case Encoding::kTimeParts: return plan.name + "_" + std::string(time_part_name(plan.parts[output]));
    case Encoding::kTerms: return plan.name + "_" + plan.text->output_name(output);
    case Encoding::kOneHot: break;
  }
  const std::size_t level = output + (plan.drop_first ? 1 : 0);
  return plan.name + "=" + (level < plan.levels.size() ? plan.levels[level] : "(rare)");
}

// Features of a text begin with its column's name and '_': others can have such a name only where one of the two
// column names begins with the other.
bool shares_prefix(const ColumnPlan& plan, const std::vector<ColumnPlan>& columns) {
  return std::any_of(columns.begin(), columns.end(), [&](const ColumnPlan& other) {
    return &other != &plan && (plan.name.starts_with(other.name) || other.name.starts_with(plan.name));
  });
}

// Wide and mostly zero. A function of the learned columns alone.
bool choose_sparse(const std::vector<ColumnPlan>& columns, std::size_t outputs) {
  std::size_t filled = 0;  // entries of a row that can be other than 0
  for (const ColumnPlan& plan : columns) {
    filled += plan.encoding == Encoding::kOneHot  ? 1
              : plan.encoding == Encoding::kTerms ? std::min(kTermsOfAText, plan.outputs())
                                                  : plan.outputs();
  }
  return outputs > kAlwaysDenseOutputs && filled * 4 < outputs;
}

}  // namespace

bool internal::hashed_features_fit(const std::vector<ColumnPlan>& columns) {
  constexpr std::size_t kMostBytes = std::size_t{48} << 20;
  constexpr std::size_t kBytesOfAFeature = 40;  // beside its column's name
  std::size_t bytes = 0;
  for (const ColumnPlan& plan : columns) {
    if (plan.encoding != Encoding::kTerms || !plan.text->is_hashed()) continue;
    const std::size_t each = plan.name.size() + kBytesOfAFeature;
    if (plan.outputs() > (kMostBytes - bytes) / each) return false;
    bytes += plan.outputs() * each;
  }
  return true;
}

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
    case Encoding::kTerms: return text->outputs();
    case Encoding::kOneHot: break;
  }
  const std::size_t dropped = drop_first && !levels.empty() ? 1 : 0;
  return levels.size() - dropped + (other ? 1 : 0);
}

std::uint32_t ColumnPlan::output_of_level(std::uint32_t level) const {
  if (level == kNoLevel || (drop_first && level == 0)) return kNoLevel;
  return static_cast<std::uint32_t>(first_output) + level - (drop_first ? 1 : 0);
}

std::uint32_t ColumnPlan::find_level(std::string_view wanted) const {
  const auto found = std::lower_bound(levels.begin(), levels.end(), wanted);
  if (found != levels.end() && *found == wanted) return static_cast<std::uint32_t>(found - levels.begin());
  if (type != ColumnType::kBoolean) return kNoLevel;
  const auto same_letters = [&](const std::string& level) {
    return std::equal(level.begin(), level.end(), wanted.begin(), wanted.end(), [](char a, char b) {
      const auto lower = [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; };
      return lower(a) == lower(b);
    });
  };
  const auto boolean = std::find_if(levels.begin(), levels.end(), same_letters);
  return boolean == levels.end() ? kNoLevel : static_cast<std::uint32_t>(boolean - levels.begin());
}

void TransformCounts::add(const TransformCounts& other) {
  const auto sum = [](std::vector<std::uint64_t>& into, const std::vector<std::uint64_t>& from) {
    into.resize(std::max(into.size(), from.size()));
    for (std::size_t i = 0; i < from.size(); ++i) into[i] += from[i];
  };
  sum(unknown, other.unknown);
  sum(filled, other.filled);
  sum(derived, other.derived);
  sum(tokens, other.tokens);
  sum(unknown_tokens, other.unknown_tokens);
}

void validate_preprocess_options(const PreprocessOptions& options) {
  validate_text_options(options.text);
  const std::string& how = options.impute;
  if (how == "median" || how == "mean" || how == "mode" || how == "none") return;
  if (how.starts_with("constant=")) {
    double value = 0;
    if (parse_number(std::string_view(how).substr(9), value) == NumberStatus::kNumber) return;
    throw_usage("--impute: \"" + how + "\" does not end in a number", "write constant=0, say");
  }
  const std::vector<std::string> names = {"median", "mean", "mode", "constant=V", "none"};
  const std::string near = nearest_name(how, names);
  throw_usage("--impute: \"" + how + "\" is none of median, mean, mode, constant=V, none",
              near.empty() ? "" : "did you mean " + near + "?");
}

bool Preprocess::has_texts() const {
  return std::any_of(columns_.begin(), columns_.end(),
                     [](const auto& plan) { return plan.encoding == Encoding::kTerms; });
}

Preprocess::Preprocess(std::vector<ColumnPlan> columns, bool scaled) : columns_(std::move(columns)), scaled_(scaled) {
  std::unordered_set<std::string> taken;
  for (ColumnPlan& plan : columns_) {
    plan.first_output = feature_names_.size();
    const bool may_clash = plan.encoding != Encoding::kTerms || shares_prefix(plan, columns_);
    for (std::size_t output = 0; output < plan.outputs(); ++output) {
      std::string name = feature_name(plan, output);
      for (int suffix = 2; may_clash && !taken.insert(name).second; ++suffix) {
        name = feature_name(plan, output) + "_" + std::to_string(suffix);
      }
      feature_names_.push_back(std::move(name));
      const bool number = plan.encoding == Encoding::kNumber || plan.encoding == Encoding::kTimeParts;
      centers_.push_back(number ? plan.center[output] : 0.0);
      scales_.push_back(number ? plan.scale[output] : 1.0);
    }
  }
  sparse_ = choose_sparse(columns_, feature_names_.size());
}

}  // namespace mlkit
