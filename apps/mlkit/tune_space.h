// What a search tries: options of models and the values they may have.
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "model_entries.h"

namespace mlkit::app {

// One option: choices, or a range of numbers.
struct Dimension {
  std::string option;
  std::vector<std::string> choices;
  double low = 0;
  double high = 0;
  bool log = false;
  bool whole = false;
  std::int64_t points = 7;  // of a range on a grid
};

// Alternatives, each with dimensions of its own (in the order of the file).
using Space = std::vector<std::vector<Dimension>>;

// A JSON object {"C": {"low": 1e-3, "high": 1e3, "scale": "log"}, "scale": ["standard", "none"]}, or a list of such
// objects: alternatives, for example one per "model". `base` is what every candidate has beside that. Throws
// Error(kData) naming the file for anything that is none, and for values that the option does not take.
Space read_space(const std::string& path, const TrainingOptions& base);
// The one that comes with a model. Throws Error(kUsage) for a model that has none.
Space default_space(const std::string& model, const TrainingOptions& base);

// The options as they are, then all combinations. Throws Error(kUsage) for more than 10,000.
std::vector<ModelEntry> grid_candidates(const Space& space, const TrainingOptions& base);
// The options as they are, then `trials` - 1 draws, the alternatives in turn; a draw that was made before is not
// repeated, so a small space gives fewer. Numbers of a range have four significant digits.
std::vector<ModelEntry> random_candidates(const Space& space, const TrainingOptions& base, std::size_t trials,
                                          std::uint64_t seed);

}  // namespace mlkit::app
