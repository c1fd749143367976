// Models with options of their own, as they are named on the command line and in the space of a search.
#pragma once

#include <string>
#include <vector>

#include "training_options.h"

namespace mlkit::app {

// A model and how it is fitted, by the name it was given.
struct ModelEntry {
  std::string name;
  TrainingOptions options;
};

// Entries "NAME[:OPTION=VALUE]..": "logistic", "logistic:C=0.1:class-weight=balanced". Everything else is as `base` has
// it. Empty: the model of `base`. Throws Error(kUsage) for an unknown model or option, a value out of range (nan and
// inf included), an entry that stands twice, and for more than one entry beside a --model.
std::vector<ModelEntry> parse_models(const std::vector<std::string>& entries, const TrainingOptions& base);

// One option of a model by its name (the flag without dashes, '-' and '_' alike) and its text. `shown` is what the
// message calls it.
void set_model_option(TrainingOptions& options, const std::string& name, const std::string& text,
                      const std::string& shown);

// What a whole number may be for that option: so that draws of a search know what to round.
bool is_whole_number_option(const std::string& name);

}  // namespace mlkit::app
