#include "model_report.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include <fmt/format.h>

#include "mlkit/base/text.h"

namespace mlkit::app {
namespace {

// Coefficients as the model has them, or on the raw columns: z = b + sum w (x - c) / s.
ModelDescription describe(const Pipeline& pipeline, bool raw) {
  ModelDescription description = pipeline.parts().model->describe();
  if (!raw) return description;
  const std::vector<double>& centers = pipeline.parts().preprocess.centers();
  const std::vector<double>& scales = pipeline.parts().preprocess.scales();
  if (description.task == Task::kClustering) {
    for (std::vector<double>& point : description.points) {
      for (std::size_t i = 0; i < point.size(); ++i) point[i] = point[i] * scales[i] + centers[i];
    }
  }
  for (std::size_t row = 0; row < description.coefficients.size(); ++row) {
    std::vector<double>& weights = description.coefficients[row];
    for (std::size_t i = 0; i < weights.size(); ++i) {
      weights[i] /= scales[i];
      description.intercepts[row] -= weights[i] * centers[i];
    }
  }
  return description;
}

Json coefficients_object(const std::vector<std::string>& features, const std::vector<double>& weights) {
  Json out = Json::object();
  for (std::size_t i = 0; i < weights.size(); ++i) out[features[i]] = weights[i];
  return out;
}

const char* points_name(Task task) { return task == Task::kReduction ? "components" : "centers"; }

std::string task_text(const Pipeline& pipeline) { return std::string(task_name(pipeline.task())); }

constexpr std::size_t kLineWidth = 80;

// Terminal columns of UTF-8 text, one per character: near enough for tables.
std::size_t display_width(std::string_view text) {
  return static_cast<std::size_t>(std::count_if(text.begin(), text.end(), [](char c) { return (c & 0xC0) != 0x80; }));
}

// The term that a feature stands for, with its column where several are texts; nullopt for other features.
std::optional<std::string> word_of(const Preprocess& preprocess, std::size_t feature) {
  const std::vector<ColumnPlan>& columns = preprocess.columns();
  auto plan = std::upper_bound(columns.begin(), columns.end(), feature,
                               [](std::size_t wanted, const ColumnPlan& p) { return wanted < p.first_output; });
  if (plan == columns.begin()) return std::nullopt;
  // (Columns without a feature of their own stand before the next one.)
  --plan;
  if (plan->encoding != Encoding::kTerms || plan->text->is_hashed()) return std::nullopt;
  const auto texts =
      std::count_if(columns.begin(), columns.end(), [](const ColumnPlan& p) { return p.encoding == Encoding::kTerms; });
  return (texts > 1 ? plan->name + ": " : "") + plan->text->output_name(feature - plan->first_output);
}

bool is_words_alone(const Preprocess& preprocess) {
  const std::vector<ColumnPlan>& columns = preprocess.columns();
  return std::all_of(columns.begin(), columns.end(), [](const ColumnPlan& plan) {
    return plan.encoding == Encoding::kTerms && !plan.text->is_hashed();
  });
}

// A word without end would break the line.
std::string short_word(const std::string& word) {
  constexpr std::size_t kLongest = 40;
  return display_width(word) <= kLongest ? escape_controls(word) : fit_text(word, kLongest);
}

// The words of the largest weights of a sign with their size, within 80 columns.
std::string words_line(const std::string& heading, const Preprocess& preprocess, const std::vector<double>& weights,
                       double sign, std::size_t limit) {
  std::vector<std::size_t> order;
  for (std::size_t i = 0; i < weights.size(); ++i) {
    if (weights[i] * sign > 0 && word_of(preprocess, i)) order.push_back(i);
  }
  const std::size_t shown = std::min(limit, order.size());
  std::partial_sort(order.begin(), order.begin() + static_cast<std::ptrdiff_t>(shown), order.end(),
                    [&](std::size_t a, std::size_t b) {
                      const double x = weights[a] * sign, y = weights[b] * sign;
                      return x != y ? x > y : a < b;
                    });
  if (shown == 0) return {};
  std::string out = heading + "\n";
  std::string line = " ";
  for (std::size_t i = 0; i < shown; ++i) {
    const std::string item = " " + short_word(*word_of(preprocess, order[i])) + " " +
                             short_number(sign * weights[order[i]]) +
                             (i + 1 < shown          ? ","
                              : order.size() > shown ? ", .."
                                                     : "");
    if (display_width(line) + display_width(item) > kLineWidth && display_width(line) > 1) {
      out += line + "\n";
      line = " ";
    }
    line += item;
  }
  return out + line + "\n";
}

// Beyond this share of unknown terms a text is not what the model learned from.
constexpr double kStrangeShare = 0.5;

double unknown_share(const TransformCounts& counts, std::size_t column) {
  if (counts.tokens.size() <= column || counts.tokens[column] == 0) return 0;
  return static_cast<double>(counts.unknown_tokens[column]) / static_cast<double>(counts.tokens[column]);
}

}  // namespace

Json model_to_json(const Pipeline& pipeline, bool raw) {
  const PipelineParts& parts = pipeline.parts();
  const ModelDescription description = describe(pipeline, raw);
  const std::vector<std::string>& features = parts.preprocess.feature_names();
  Json out;
  out["kind"] = description.kind;
  out["task"] = task_text(pipeline);
  if (pipeline.is_classification()) out["classes"] = parts.classes;
  if (parts.task == Task::kBinary) out["positive"] = parts.classes[1];
  if (description.coefficients.size() == 1) {
    out["intercept"] = description.intercepts[0];
    out["coefficients"] = coefficients_object(features, description.coefficients[0]);
  } else if (!description.coefficients.empty()) {
    for (std::size_t c = 0; c < description.coefficients.size(); ++c) {
      out["intercept"][parts.classes[c]] = description.intercepts[c];
      out["coefficients"][parts.classes[c]] = coefficients_object(features, description.coefficients[c]);
    }
  }
  for (const auto& [name, value] : description.numbers) out[name] = value;
  for (const std::vector<double>& point : description.points) {
    out[points_name(parts.task)].push_back(coefficients_object(features, point));
  }
  Json scale = Json::object();
  for (std::size_t i = 0; i < features.size() && !raw; ++i) {
    const double center = parts.preprocess.centers()[i];
    const double spread = parts.preprocess.scales()[i];
    if (center != 0 || spread != 1) scale[features[i]] = {{"center", center}, {"scale", spread}};
  }
  out["scale"] = std::move(scale);
  return out;
}

Json metrics_to_json(const std::vector<MetricValue>& metrics) {
  Json out = Json::object();
  for (const MetricValue& metric : metrics) {
    if (metric.value && std::isfinite(*metric.value)) out[metric.name] = *metric.value;
  }
  return out;
}

Json intervals_to_json(const std::vector<MetricValue>& metrics) {
  Json out = Json::object();
  for (const MetricValue& metric : metrics) {
    if (metric.interval) out[metric.name] = {metric.interval->low, metric.interval->high};
  }
  return out;
}

std::string short_number(double value) {
  const double size = std::abs(value);
  if (value == std::floor(value) && size < 1e6) return fmt::format("{:.0f}", value);
  if (size >= 1e6 || size < 0.1) return fmt::format("{:.4g}", value);
  // Six digits at most, four of them behind the point.
  return fmt::format("{:.{}f}", value, size < 100 ? 4 : size < 1e3 ? 3 : size < 1e4 ? 2 : 1);
}

std::string signed_number(double value, int digits) { return (value > 0 ? "+" : "") + rounded_number(value, digits); }

std::string rounded_number(double value, int digits) { return fmt::format("{:.{}g}", value == 0 ? 0 : value, digits); }

std::string fit_text(const std::string& text, std::size_t width) {
  std::string out = escape_controls(text);
  if (display_width(out) > width) {
    std::size_t end = 0;
    for (std::size_t shown = 0; shown + 2 < width; ++shown) {
      ++end;
      while (end < out.size() && (out[end] & 0xC0) == 0x80) ++end;
    }
    out = out.substr(0, end) + "..";
  }
  return out + std::string(width - std::min(width, display_width(out)), ' ');
}

std::string render_metrics(const std::vector<MetricValue>& metrics, const std::vector<MetricValue>& baseline,
                           double confidence) {
  const bool intervals =
      std::any_of(metrics.begin(), metrics.end(), [](const auto& m) { return m.interval.has_value(); });
  std::string out = fit_text("metric", 20) + "      model" +
                    (intervals ? fmt::format("{:>21}", fmt::format("{:.4g} % interval", 100 * confidence)) : "") +
                    (baseline.empty() ? "" : "     baseline") + "\n";
  for (const MetricValue& metric : metrics) {
    const auto shown = [](const MetricValue& m) { return m.value ? short_number(*m.value) : std::string("-"); };
    out += fmt::format("{} {:>10}", fit_text(metric.name, 20), shown(metric));
    if (intervals) {
      out += fmt::format(
          " {:>20}",
          metric.interval ? short_number(metric.interval->low) + " .. " + short_number(metric.interval->high) : "");
    }
    for (const MetricValue& other : baseline) {
      if (other.name == metric.name) out += fmt::format("   {:>10}", shown(other));
    }
    out += "\n";
  }
  for (const MetricValue& metric : metrics) {
    if (!metric.note.empty()) out += "  (" + metric.name + ": " + metric.note + ")\n";
  }
  return out;
}

std::string render_coefficients(const Pipeline& pipeline, std::size_t limit, bool raw) {
  const PipelineParts& parts = pipeline.parts();
  const ModelDescription description = describe(pipeline, raw);
  const std::vector<std::string>& features = parts.preprocess.feature_names();
  const bool all = limit >= features.size();
  // Where every feature is a word, they say it all (render_words).
  if (!all && is_words_alone(parts.preprocess)) return {};
  std::string out;
  for (std::size_t row = 0; row < description.coefficients.size(); ++row) {
    const std::vector<double>& weights = description.coefficients[row];
    std::vector<std::size_t> order;
    for (std::size_t i = 0; i < weights.size(); ++i) {
      if (all || !word_of(parts.preprocess, i)) order.push_back(i);
    }
    std::stable_sort(order.begin(), order.end(),
                     [&](std::size_t a, std::size_t b) { return std::abs(weights[a]) > std::abs(weights[b]); });
    if (description.coefficients.size() > 1) out += "class " + fit_text(parts.classes[row], 60) + "\n";
    out += fmt::format("  {} {:>12}\n", fit_text("(intercept)", 40), short_number(description.intercepts[row]));
    for (std::size_t i = 0; i < order.size() && i < limit; ++i) {
      out += fmt::format("  {} {:>12}\n", fit_text(features[order[i]], 40), short_number(weights[order[i]]));
    }
    if (order.size() > limit) out += "  .. and " + with_thousands(order.size() - limit) + " smaller ones\n";
  }
  return out;
}

std::string render_words(const Pipeline& pipeline, std::size_t limit) {
  const PipelineParts& parts = pipeline.parts();
  if (!parts.preprocess.has_texts()) return {};
  const ModelDescription description = parts.model->describe();
  std::string out;
  for (std::size_t row = 0; row < description.coefficients.size(); ++row) {
    const std::vector<double>& weights = description.coefficients[row];
    if (!pipeline.is_classification()) {
      out += words_line("words that raise the answer", parts.preprocess, weights, 1, limit);
      out += words_line("words that lower the answer", parts.preprocess, weights, -1, limit);
      continue;
    }
    const bool binary = description.coefficients.size() == 1;
    const auto heading = [&](std::size_t c) {
      return "words that speak for \"" + escape_controls(parts.classes[c]) + "\"";
    };
    out += words_line(heading(binary ? 1 : row), parts.preprocess, weights, 1, limit);
    if (binary) out += words_line(heading(0), parts.preprocess, weights, -1, limit);
  }
  return out;
}

std::string count_of(std::uint64_t count, const std::string& singular) {
  return with_thousands(count) + " " + singular + (count == 1 ? "" : "s");
}

void warn_about_unknown(const Pipeline& pipeline, const TransformCounts& counts, Context& context) {
  const std::vector<ColumnPlan>& columns = pipeline.parts().preprocess.columns();
  for (std::size_t i = 0; i < counts.unknown.size(); ++i) {
    if (counts.unknown[i] == 0) continue;
    context.warn("column \"" + columns[i].name + "\": " + count_of(counts.unknown[i], "cell") +
                 " with a text that training did not see");
  }
  for (std::size_t i = 0; i < counts.tokens.size(); ++i) {
    if (unknown_share(counts, i) <= kStrangeShare) continue;
    context.warn(
        fmt::format("column \"{}\": {:.0f} % of the terms were in no training text: is it another language, "
                    "or another column?",
                    columns[i].name, 100 * unknown_share(counts, i)));
  }
  for (std::size_t i = 0; i < counts.derived.size(); ++i) {
    if (counts.derived[i] == 0) continue;
    context.warn("column \"" + pipeline.parts().recipe->recipe().steps[i].column +
                 "\": " + count_of(counts.derived[i], "cell") + " with a text that training did not see");
  }
}

std::string render_unknown_words(const Pipeline& pipeline, const TransformCounts& counts) {
  const std::vector<ColumnPlan>& columns = pipeline.parts().preprocess.columns();
  std::string out;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].encoding != Encoding::kTerms || columns[i].text->is_hashed()) continue;
    out += (out.empty() ? "" : ", ") + fmt::format("{:.1f} % of the terms of \"{}\" unknown",
                                                   100 * unknown_share(counts, i), escape_controls(columns[i].name));
  }
  return out;
}

Json unknown_words_to_json(const Pipeline& pipeline, const TransformCounts& counts) {
  const std::vector<ColumnPlan>& columns = pipeline.parts().preprocess.columns();
  Json out = Json::object();
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (columns[i].encoding != Encoding::kTerms) continue;
    const bool any = i < counts.tokens.size();
    out[columns[i].name] = {{"tokens", any ? counts.tokens[i] : 0}, {"unknown", any ? counts.unknown_tokens[i] : 0}};
  }
  return out;
}

std::string render_points(const Pipeline& pipeline, std::size_t limit, bool raw) {
  const std::vector<std::vector<double>> points = describe(pipeline, raw).points;
  const std::vector<std::string>& features = pipeline.parts().preprocess.feature_names();
  constexpr std::size_t kFeaturesShown = 8;
  std::string out;
  for (std::size_t p = 0; p < std::min(limit, points.size()); ++p) {
    const bool components = pipeline.task() == Task::kReduction;
    out += "  " + fmt::format("{:<8}", components ? "pc" + std::to_string(p + 1) : "centre " + std::to_string(p));
    const std::size_t shown = raw ? points[p].size() : std::min(kFeaturesShown, points[p].size());
    for (std::size_t j = 0; j < shown; ++j) {
      out += (j == 0 ? " " : ", ") + escape_controls(features[j]) + " " + short_number(points[p][j]);
    }
    out += shown < points[p].size() ? ", ..\n" : "\n";
  }
  if (points.size() > limit) out += "  .. (" + with_thousands(points.size()) + " in all)\n";
  return out;
}

}  // namespace mlkit::app
