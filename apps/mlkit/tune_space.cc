#include "tune_space.h"

#include <algorithm>
#include <cmath>
#include <set>

#include <fmt/format.h>

#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"
#include "mlkit/base/math.h"
#include "mlkit/base/random.h"
#include "mlkit/data/numbers.h"
#include "mlkit/io/json.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kMostCandidates = 10000;

struct ModelSpace {
  const char* model;
  const char* space;
};

// Around the defaults, as wide as the option is known to matter.
constexpr ModelSpace kDefaults[] = {
    {"logistic", R"({"C": {"low": 1e-4, "high": 1e4, "scale": "log"}})"},
    {"nb", R"({"nb_alpha": {"low": 1e-3, "high": 10, "scale": "log"}})"},
    {"linear", R"({"alpha": {"low": 1e-4, "high": 1e4, "scale": "log"}})"},
};

std::string text_of(const Json& value, const std::string& option) {
  if (value.is_string()) return value.get<std::string>();
  if (value.is_boolean()) return value.get<bool>() ? "true" : "false";
  if (value.is_number_integer()) return value.dump();
  if (value.is_number()) return format_number(value.get<double>());
  throw_data("\"" + option + "\" has a value that is neither text, number, true nor false");
}

double number_of(const Json& range, const char* member, const std::string& option) {
  if (!range.contains(member) || !range[member].is_number())
    throw_data("\"" + option + "\" is a range without a number \"" + member + "\"",
               R"(for example {"low": 0.001, "high": 1000, "scale": "log"})");
  return range[member].get<double>();
}

void read_range(const Json& range, Dimension& dimension) {
  const std::string& option = dimension.option;
  for (const auto& [key, value] : range.items()) {
    if (key != "low" && key != "high" && key != "scale" && key != "points")
      throw_data("\"" + option + "\" has an unknown member \"" + key + "\"", "a range has low, high, scale, points");
  }
  dimension.low = number_of(range, "low", option);
  dimension.high = number_of(range, "high", option);
  if (!(dimension.low < dimension.high)) throw_data("\"" + option + "\": low is not below high");
  if (range.contains("scale")) {
    const std::string scale = text_of(range["scale"], option);
    if (scale != "log" && scale != "linear") throw_data("\"" + option + "\": scale is log or linear, not " + scale);
    dimension.log = scale == "log";
  }
  if (dimension.log && !(dimension.low > 0)) throw_data("\"" + option + "\": a log scale needs a low above 0");
  if (!range.contains("points")) return;
  const double points = number_of(range, "points", option);
  if (points < 2 || points > 1000 || points != std::floor(points))
    throw_data("\"" + option + "\": points is a whole number from 2 to 1000");
  dimension.points = static_cast<std::int64_t>(points);
}

std::string range_text(const Dimension& dimension, double value) {
  value = std::clamp(value, dimension.low, dimension.high);
  if (dimension.whole) return fmt::format("{:.0f}", value);
  const std::string text = fmt::format("{:.4g}", value);
  double rounded = 0;
  parse_number(text, rounded);
  return rounded < dimension.low || rounded > dimension.high ? format_number(value) : text;
}

// A place along the range: 0 = low, 1 = high.
std::string at_share(const Dimension& dimension, double share) {
  const double low = dimension.low;
  const double high = dimension.high;
  if (dimension.log) {
    const double value = low * mlkit::exp(share * (mlkit::log(high) - mlkit::log(low)));
    return range_text(dimension, dimension.whole ? std::round(value) : value);
  }
  return range_text(dimension, dimension.whole ? std::round(low + share * (high - low)) : low + share * (high - low));
}

std::vector<Dimension> read_alternative(const Json& object, const TrainingOptions& base) {
  if (!object.is_object()) throw_data("a space is an object {option: values}, or a list of such objects");
  std::vector<Dimension> out;
  for (const auto& [option, values] : object.items()) {
    Dimension dimension;
    dimension.option = option;
    dimension.whole = is_whole_number_option(option);
    std::vector<std::string> tried;
    if (values.is_object()) {
      read_range(values, dimension);
      tried = {at_share(dimension, 0), at_share(dimension, 1)};
    } else {
      const Json list = values.is_array() ? values : Json::array({values});
      for (const Json& value : list) dimension.choices.push_back(text_of(value, option));
      if (dimension.choices.empty()) throw_data("\"" + option + "\" has an empty list of values");
      tried = dimension.choices;
    }
    TrainingOptions scratch = base;
    for (const std::string& text : tried) set_model_option(scratch, option, text, "\"" + option + "\"");
    out.push_back(std::move(dimension));
  }
  // The model comes first in a candidate's name.
  std::stable_partition(out.begin(), out.end(), [](const Dimension& d) { return d.option == "model"; });
  return out;
}

Space parse_space(const std::string& text, const std::string& name, const TrainingOptions& base) {
  const Json json = parse_json(text, name, true);
  try {
    Space space;
    if (json.is_array()) {
      for (const Json& object : json) space.push_back(read_alternative(object, base));
    } else {
      space.push_back(read_alternative(json, base));
    }
    if (space.empty()) throw_data("the space is empty");
    return space;
  } catch (const Error& error) {  // a value that the option does not take is wrong in this file
    throw Error(ErrorCode::kData, error.message(), error.place()).with_file(name);
  }
}

ModelEntry make_entry(const std::vector<Dimension>& dimensions, const std::vector<std::string>& values,
                      const TrainingOptions& base) {
  ModelEntry entry{"", base};
  std::string options;
  for (std::size_t d = 0; d < dimensions.size(); ++d) {
    const std::string& option = dimensions[d].option;
    set_model_option(entry.options, option, values[d], "\"" + option + "\"");
    if (option != "model") options += ":" + option + "=" + values[d];
  }
  entry.name = entry.options.train.model + options;
  return entry;
}

void add_new(ModelEntry entry, std::set<std::string>& names, std::vector<ModelEntry>& out) {
  if (names.insert(entry.name).second) out.push_back(std::move(entry));
}

}  // namespace

Space read_space(const std::string& path, const TrainingOptions& base) {
  constexpr std::size_t kMostBytes = std::size_t{1} << 20;
  return parse_space(read_file(path, kMostBytes), path, base);
}

Space default_space(const std::string& model, const TrainingOptions& base) {
  for (const ModelSpace& known : kDefaults) {
    if (model == known.model) return parse_space(known.space, model, base);
  }
  throw_usage("there is no built-in space for --model " + model, "name what to try in --space FILE");
}

std::vector<ModelEntry> grid_candidates(const Space& space, const TrainingOptions& base) {
  std::vector<ModelEntry> out = {{"as given", base}};
  std::set<std::string> names;
  for (const std::vector<Dimension>& dimensions : space) {
    std::vector<std::vector<std::string>> values;
    std::size_t count = 1;
    for (const Dimension& dimension : dimensions) {
      std::vector<std::string> texts = dimension.choices;
      for (std::int64_t i = 0; texts.size() < static_cast<std::size_t>(dimension.points) && dimension.choices.empty();
           ++i) {
        texts.push_back(at_share(dimension, static_cast<double>(i) / static_cast<double>(dimension.points - 1)));
      }
      count *= texts.size();
      if (count > kMostCandidates) throw_usage("the grid has more than 10,000 points", "try --search random");
      values.push_back(std::move(texts));
    }
    for (std::size_t i = 0; i < count; ++i) {
      std::vector<std::string> point;
      std::size_t rest = i;
      for (std::size_t d = values.size(); d-- > 0;) {
        point.insert(point.begin(), values[d][rest % values[d].size()]);
        rest /= values[d].size();
      }
      add_new(make_entry(dimensions, point, base), names, out);
    }
  }
  if (out.size() > kMostCandidates) throw_usage("the grid has more than 10,000 points", "try --search random");
  return out;
}

std::vector<ModelEntry> random_candidates(const Space& space, const TrainingOptions& base, std::size_t trials,
                                          std::uint64_t seed) {
  constexpr std::size_t kDrawsEach = 20;  // where a space is nearly used up
  std::vector<ModelEntry> out = {{"as given", base}};
  std::set<std::string> names;
  for (std::size_t draw = 0; out.size() < trials && draw < kDrawsEach * trials; ++draw) {
    const std::vector<Dimension>& dimensions = space[draw % space.size()];
    std::vector<std::string> point;
    for (std::size_t d = 0; d < dimensions.size(); ++d) {
      const double u = random_uniform(seed, RandomPurpose::kSample, draw, static_cast<std::uint32_t>(d + 1));
      const std::vector<std::string>& choices = dimensions[d].choices;
      point.push_back(choices.empty() ? at_share(dimensions[d], u)
                                      : choices[static_cast<std::size_t>(u * static_cast<double>(choices.size()))]);
    }
    add_new(make_entry(dimensions, point, base), names, out);
  }
  return out;
}

}  // namespace mlkit::app
