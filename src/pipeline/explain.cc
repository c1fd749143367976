#include "mlkit/pipeline/explain.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <map>

#include "mlkit/base/error.h"
#include "mlkit/model/linear_models.h"

namespace mlkit {
namespace {

constexpr double kUnknown = std::numeric_limits<double>::quiet_NaN();

// The input that a column of the cleaned table comes from.
std::size_t input_of(const PipelineParts& parts, const std::string& name) {
  if (parts.clean) {
    for (const CleanColumn& column : parts.clean->columns) {
      if (column.name != name && column.indicator_name() != name && column.flag_name() != name) continue;
      if (const auto found = parts.inputs.find(column.source.name)) return *found;
    }
  }
  return parts.inputs.index_of(name);
}

// Inputs that a column of the preprocessing is made of: one, or two for what a recipe makes of two.
std::vector<std::size_t> sources_of(const PipelineParts& parts, const std::string& name) {
  if (parts.recipe) {
    const std::vector<std::string>& names = parts.recipe->names();
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) {
      const auto output = static_cast<std::size_t>(found - names.begin());
      const std::vector<FeatureStep>& steps = parts.recipe->recipe().steps;
      std::size_t step = steps.size() - 1;
      while (parts.recipe->first_output(step) > output) --step;
      std::vector<std::size_t> out = {input_of(parts, steps[step].column)};
      if (!steps[step].other.empty()) out.push_back(input_of(parts, steps[step].other));
      return out;
    }
  }
  return {input_of(parts, name)};
}

const ReferenceColumn* reference_of(const PipelineParts& parts, const ColumnPlan& plan) {
  if (!parts.drift || parts.recipe || plan.encoding != Encoding::kNumber) return nullptr;
  const std::size_t input = input_of(parts, plan.name);
  const bool is_itself = parts.inputs[input].type == ColumnType::kNumeric &&
                         (parts.inputs[input].name == plan.name || parts.aliases[input] == plan.name);
  if (!is_itself || input >= parts.drift->columns.size()) return nullptr;
  const ReferenceColumn& column = parts.drift->columns[input];
  return column.kind == DriftKind::kNumeric && column.rows > column.missing ? &column : nullptr;
}

struct FeatureStatistic {
  double mean = 0;
  double sd = kUnknown;
};

// Numbers with their gaps filled.
FeatureStatistic with_fill(double mean, double sd, double missing, double fill) {
  const double filled_mean = mean + missing * (fill - mean);
  const double gap = fill - mean;
  return {filled_mean, std::sqrt((1 - missing) * (sd * sd + missing * gap * gap))};
}

FeatureStatistic statistic_of_number(const PipelineParts& parts, const ColumnPlan& plan, bool scaled) {
  if (scaled) return {0, 1};  // by construction; a constant one has 0 in every row, and its weight stays 0
  const bool filled = std::isfinite(plan.fill);
  if (const ReferenceColumn* reference = reference_of(parts, plan)) {
    const double missing = static_cast<double>(reference->missing) / static_cast<double>(reference->rows);
    return with_fill(reference->mean, reference->sd, filled ? missing : 0, filled ? plan.fill : 0);
  }
  return {filled ? plan.fill : 0, kUnknown};
}

double share_of_level(const ColumnPlan& plan, std::size_t level, double rows) {
  double count = static_cast<double>(plan.counts[level]);
  if (plan.fill_level == level) count += static_cast<double>(plan.missing);
  return rows > 0 ? std::min(1.0, count / rows) : 0;
}

}  // namespace

bool Explainer::can_explain(const Pipeline& pipeline) {
  const Model* model = pipeline.parts().model.get();
  return dynamic_cast<const LogisticModel*>(model) != nullptr || dynamic_cast<const LinearModel*>(model) != nullptr;
}

Explainer::Explainer(const Pipeline& pipeline) {
  const PipelineParts& parts = pipeline.parts();
  if (!can_explain(pipeline)) {
    throw_usage(
        "contributions add up for logistic and linear models; this one is of kind " + std::string(parts.model->kind()),
        "`mlkit explain MODEL IN --method permutation` works for every model with a target");
  }
  const ModelDescription description = parts.model->describe();
  intercepts_ = description.intercepts;
  for (const std::vector<double>& row : description.coefficients)
    weights_.insert(weights_.end(), row.begin(), row.end());
  if (const auto* logistic = dynamic_cast<const LogisticModel*>(parts.model.get())) {
    const std::span<const std::uint8_t> absent = logistic->absent();
    for (std::size_t c = 0; c < absent.size(); ++c) {
      if (absent[c] != 0) intercepts_[c] = kUnknown;  // no score of its own: left out of the mean
    }
  }
  feature_names_ = parts.preprocess.feature_names();
  group_features(pipeline);
  learn_statistics(pipeline);
  center_scores();
}

void Explainer::group_features(const Pipeline& pipeline) {
  const PipelineParts& parts = pipeline.parts();
  std::map<std::pair<std::size_t, std::string>, ExplainedColumn> groups;  // by input; features of two come last
  for (const ColumnPlan& plan : parts.preprocess.columns()) {
    std::vector<std::size_t> sources = sources_of(parts, plan.name);
    const bool single = sources.size() == 1;
    const std::string name = single ? parts.inputs[sources[0]].name : plan.name;
    const std::size_t place = single ? sources[0] : parts.inputs.size() + plan.first_output;
    ExplainedColumn& column = groups[{place, name}];
    column.name = name;
    column.inputs = std::move(sources);
    for (std::size_t k = 0; k < plan.outputs(); ++k) {
      column.features.push_back(static_cast<std::uint32_t>(plan.first_output + k));
    }
  }
  column_of_.resize(feature_names_.size());
  for (auto& [key, column] : groups) {
    for (const std::uint32_t feature : column.features)
      column_of_[feature] = static_cast<std::uint32_t>(columns_.size());
    columns_.push_back(std::move(column));
  }
}

void Explainer::learn_statistics(const Pipeline& pipeline) {
  const PipelineParts& parts = pipeline.parts();
  const bool scaled = parts.preprocess.scaled();
  means_.assign(feature_names_.size(), 0);
  sds_.assign(feature_names_.size(), kUnknown);
  level_set_.assign(feature_names_.size(), kNoLevel);
  const double rows = static_cast<double>(parts.record.rows);
  std::uint32_t sets = 0;
  for (const ColumnPlan& plan : parts.preprocess.columns()) {
    if (plan.encoding == Encoding::kNumber) {
      const FeatureStatistic number = statistic_of_number(parts, plan, scaled);
      means_[plan.first_output] = number.mean;
      sds_[plan.first_output] = number.sd;
      continue;
    }
    if (plan.encoding == Encoding::kTimeParts) {
      for (std::size_t k = 0; scaled && k < plan.outputs(); ++k) sds_[plan.first_output + k] = 1;
      if (scaled) continue;
      std::vector<CellValue> missing(parts.preprocess.columns().size());
      std::vector<double> filled(parts.preprocess.outputs());
      parts.preprocess.transform_row(missing, filled);
      for (std::size_t k = 0; k < plan.outputs(); ++k) means_[plan.first_output + k] = filled[plan.first_output + k];
      continue;
    }
    if (plan.encoding == Encoding::kTerms)
      continue;  // against a text without words; how far terms spread is not sealed
    double rest = 1 - (rows > 0 ? static_cast<double>(plan.missing) / rows : 0);
    for (std::uint32_t level = 0; level < plan.levels.size(); ++level) {
      const double share = share_of_level(plan, level, rows);
      rest -= rows > 0 ? static_cast<double>(plan.counts[level]) / rows : 0;
      const std::uint32_t output = plan.output_of_level(level);
      if (output != kNoLevel) means_[output] = share;
    }
    if (plan.other) means_[plan.first_output + plan.outputs() - 1] = std::max(0.0, rest);
    for (std::size_t k = 0; k < plan.outputs(); ++k) level_set_[plan.first_output + k] = sets;
    ++sets;
  }
}

void Explainer::center_scores() {
  const std::size_t features = feature_names_.size(), scores = intercepts_.size();
  if (scores > 1) {
    std::vector<std::size_t> present;
    for (std::size_t s = 0; s < scores; ++s) {
      if (std::isfinite(intercepts_[s])) present.push_back(s);
    }
    const double count = static_cast<double>(present.size());
    const auto center = [&](std::size_t stride, std::vector<double>& values, std::size_t at) {
      double sum = 0;
      for (const std::size_t s : present) sum += values[s * stride + at];
      for (std::size_t s = 0; s < scores; ++s) values[s * stride + at] -= sum / count;
    };
    for (std::size_t f = 0; f < features; ++f) center(features, weights_, f);
    center(1, intercepts_, 0);
    for (std::size_t s = 0; s < scores; ++s) {
      if (std::isfinite(intercepts_[s])) continue;  // a class without rows has no score: it is never the answer
      intercepts_[s] = 0;
      std::fill_n(weights_.begin() + static_cast<std::ptrdiff_t>(s * features), features, 0.0);
    }
  }
  offsets_.assign(scores * columns_.size(), 0);
  bases_ = intercepts_;
  for (std::size_t s = 0; s < scores; ++s) {
    for (std::size_t f = 0; f < features; ++f) {
      offsets_[s * columns_.size() + column_of_[f]] += weights_[s * features + f] * means_[f];
    }
    for (std::size_t c = 0; c < columns_.size(); ++c) bases_[s] += offsets_[s * columns_.size() + c];
  }
}

std::vector<SealedImportance> Explainer::sealed_importance(std::size_t score) const {
  const double* const weights = weights_.data() + score * feature_names_.size();
  std::vector<SealedImportance> out(columns_.size());
  for (std::size_t c = 0; c < columns_.size(); ++c) {
    double variance = 0;
    std::map<std::uint32_t, std::pair<double, double>> sets;  // of levels: mean and mean square of the weight
    std::size_t independent = 0;
    for (const std::uint32_t f : columns_[c].features) {
      if (level_set_[f] == kNoLevel) {
        const double effect = weights[f] == 0 ? 0 : weights[f] * sds_[f];
        variance += effect * effect;
        ++independent;
        out[c].effects.emplace_back(feature_names_[f], std::isfinite(effect) ? effect : weights[f]);
        continue;
      }
      auto& [mean, square] = sets[level_set_[f]];
      mean += means_[f] * weights[f];
      square += means_[f] * weights[f] * weights[f];
    }
    for (const std::uint32_t f : columns_[c].features) {
      if (level_set_[f] != kNoLevel) {
        out[c].effects.emplace_back(feature_names_[f], weights[f] - sets[level_set_[f]].first);
      }
    }
    for (const auto& [set, moments] : sets) variance += std::max(0.0, moments.second - moments.first * moments.first);
    out[c].exact = independent + sets.size() <= 1;
    if (std::isfinite(variance)) out[c].sd = std::sqrt(variance);
  }
  return out;
}

}  // namespace mlkit
