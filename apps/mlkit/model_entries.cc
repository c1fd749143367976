#include "model_entries.h"

#include <algorithm>
#include <set>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"

namespace mlkit::app {
namespace {

std::string fold_name(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

// Fields that models on the same rows may differ in: not what the rows and their target are, nor how files are read.
std::vector<Field> fields_of_models(TrainingOptions& options) {
  FieldList all;
  options.declare(all);
  TableInOptions table_in;
  FieldList reading;
  table_in.declare(reading);
  std::set<std::string> shared = {"target", "task", "weight", "positive", "clean", "recipe"};
  for (const Field& field : reading.all()) shared.insert(field.name);
  std::vector<Field> out;
  for (const Field& field : all.all()) {
    if (!shared.contains(field.name)) out.push_back(field);
  }
  return out;
}

ModelEntry parse_entry(const std::string& text, const TrainingOptions& base) {
  ModelEntry entry{text, base};
  std::size_t end = text.find(':');
  set_model_option(entry.options, "model", text.substr(0, end), "--models");
  while (end != std::string::npos) {
    const std::size_t begin = end + 1;
    end = text.find(':', begin);
    const std::string part = text.substr(begin, end == std::string::npos ? end : end - begin);
    const std::size_t equals = part.find('=');
    if (equals == std::string::npos || equals == 0) {
      throw_usage("--models: \"" + part + "\" is no OPTION=VALUE", "for example logistic:C=0.1");
    }
    set_model_option(entry.options, part.substr(0, equals), part.substr(equals + 1),
                     "--models " + text.substr(0, text.find(':')) + ": " + part.substr(0, equals));
  }
  return entry;
}

}  // namespace

void set_model_option(TrainingOptions& options, const std::string& name, const std::string& text,
                      const std::string& shown) {
  const std::vector<Field> fields = fields_of_models(options);
  std::vector<std::string> names;
  for (const Field& field : fields) {
    if (field.name == fold_name(name)) {
      set_field(field, text, shown);
      validate_preprocess_options(options.train.preprocess);
      return;
    }
    names.push_back(field.name);
  }
  const std::string near = nearest_name(name, names);
  throw_usage(shown + ": a model has no option \"" + name + "\"", near.empty() ? "" : "is it \"" + near + "\"?");
}

bool is_whole_number_option(const std::string& name) {
  TrainingOptions options;
  for (const Field& field : fields_of_models(options)) {
    if (field.name != fold_name(name)) continue;
    return std::holds_alternative<std::int64_t*>(field.target) ||
           std::holds_alternative<std::optional<std::int64_t>*>(field.target);
  }
  return false;
}

std::vector<ModelEntry> parse_models(const std::vector<std::string>& entries, const TrainingOptions& base) {
  if (entries.empty()) return {{base.train.model, base}};
  if (base.train.model != "auto") throw_usage("--model and --models both name models", "keep one of the two");
  std::vector<ModelEntry> out;
  for (const std::string& text : entries) {
    for (const ModelEntry& other : out) {
      if (other.name == text) throw_usage("--models names \"" + text + "\" twice");
    }
    out.push_back(parse_entry(text, base));
  }
  return out;
}

}  // namespace mlkit::app
