// What a feature recipe makes of what, for people and for results.
#include <algorithm>

#include "mlkit/base/text.h"
#include "mlkit/io/features_json.h"

namespace mlkit {
namespace {

constexpr std::size_t kWidth = 80;
constexpr std::size_t kLongestSource = 24;
constexpr std::size_t kKindWidth = 13;

std::size_t shown_width(const std::string& text) {
  return static_cast<std::size_t>(
      std::count_if(text.begin(), text.end(), [](char c) { return (static_cast<unsigned char>(c) & 0xC0u) != 0x80u; }));
}

// At most `width` characters, the last two of them ".." where the text was cut.
std::string shorten(const std::string& raw, std::size_t width) {
  const std::string text = escape_controls(raw);
  if (shown_width(text) <= width) return text;
  std::size_t end = 0;
  for (std::size_t characters = 0; end < text.size(); ++end) {
    const bool begins = (static_cast<unsigned char>(text[end]) & 0xC0u) != 0x80u;
    if (begins && ++characters > width - 2) break;
  }
  return text.substr(0, end) + "..";
}

std::string padded(const std::string& text, std::size_t width) {
  const std::size_t shown = shown_width(text);
  return text + std::string(shown < width ? width - shown : 1, ' ');
}

std::string source_of(const FeatureStep& step) {
  if (step.kind == FeatureKind::kDifference) return step.column + " - " + step.other;
  if (step.kind == FeatureKind::kProduct) return step.column + " x " + step.other;
  return step.column;
}

std::string kind_of(const FeatureStep& step) {
  if (step.kind == FeatureKind::kScale) return std::string(scale_rule_name(step.rule));
  if (step.kind == FeatureKind::kTerms) return step.terms.idf ? "tfidf" : "bow";
  if (step.kind == FeatureKind::kHashedTerms) return "hash";
  return std::string(feature_kind_name(step.kind));
}

}  // namespace

Json features_to_json(const FeatureEncoder& encoder) {
  Json out = Json::array();
  for (std::size_t i = 0; i < encoder.recipe().steps.size(); ++i) {
    const FeatureStep& step = encoder.recipe().steps[i];
    Json entry;
    entry["step"] = feature_kind_name(step.kind);
    entry["column"] = step.column;
    if (!step.other.empty()) entry["other"] = step.other;
    entry["features"] = Json::array();
    for (std::size_t k = 0; k < encoder.width(i); ++k)
      entry["features"].push_back(encoder.names()[encoder.first_output(i) + k]);
    if (step.kind == FeatureKind::kBins) entry["edges"] = step.edges;
    if (!step.why.empty()) entry["why"] = step.why;
    out.push_back(std::move(entry));
  }
  return out;
}

std::string render_features(const FeatureEncoder& encoder) {
  const FeatureRecipe& recipe = encoder.recipe();
  if (recipe.steps.empty()) return "no features are made\n";
  std::size_t source_width = 6;
  for (const FeatureStep& step : recipe.steps)
    source_width = std::max(source_width, shown_width(shorten(source_of(step), kLongestSource)));
  std::string out = padded("column", source_width + 2) + padded("becomes", kKindWidth) + "features\n";
  for (std::size_t i = 0; i < recipe.steps.size(); ++i) {
    const FeatureStep& step = recipe.steps[i];
    std::string line =
        padded(shorten(source_of(step), kLongestSource), source_width + 2) + padded(kind_of(step), kKindWidth);
    const std::size_t width = encoder.width(i);
    std::string what = width == 0 ? "none" : encoder.names()[encoder.first_output(i)];
    if (step.kind == FeatureKind::kDates) {
      what.clear();
      for (const DatePart part : step.parts) what += (what.empty() ? "" : ", ") + std::string(date_part_name(part));
    } else if (width > 1) {
      what = with_thousands(width) + ": " + what + ", ..";
    }
    if (step.kind == FeatureKind::kBins) what += ", " + std::to_string(step.edges.size() + 1) + " bins";
    if (!step.why.empty() && step.kind != FeatureKind::kDates) what += " (" + step.why + ")";
    const std::size_t room = kWidth - shown_width(line);
    out += line + shorten(what, room) + "\n";
    if (step.kind == FeatureKind::kDates && !step.why.empty())
      out += std::string(shown_width(line), ' ') + shorten("(" + step.why + ")", room) + "\n";
  }
  return out;
}

}  // namespace mlkit
