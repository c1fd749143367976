#include "pipeline_file.h"

#include <algorithm>
#include <filesystem>
#include <set>

#include "feature_groups.h"
#include "field_names.h"
#include "json_places.h"

#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"

namespace mlkit::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLargestFile = 16 << 20;

const std::vector<std::string> kMembers = {"pipeline", "data",   "target",  "folder",   "seed",
                                           "split",    "test",   "exclude", "clean",    "features",
                                           "train",    "models", "cv",      "evaluate", "then"};
// Options that the pipeline sets itself, or that make no sense in a step.
const std::vector<std::string> kOwnOptions = {"json",    "errors_json", "quiet",  "verbose",        "no_color",
                                              "threads", "seed",        "config", "help",           "version",
                                              "depfile", "if_changed",  "ledger", "depfile_target", "no_ledger"};
// How the table is read, that also holds for the parts that split writes: their lines are those of the table.
const std::vector<std::string> kReading = {"delimiter", "quote", "no_header", "decimal", "thousands", "na", "types"};

const CommandRow* find_command_row(const std::string& name) {
  for (const CommandRow& row : command_table()) {
    if (row.name == name) return &row;
  }
  return nullptr;
}

std::string key_of(std::string name) {
  std::replace(name.begin(), name.end(), '-', '_');
  return name;
}

bool is_one_of(const std::string& name, const std::vector<std::string>& list) {
  return std::find(list.begin(), list.end(), name) != list.end();
}

// The same file, or one that will be (in a folder that is not there yet).
bool is_same(const std::string& a, const std::string& b) {
  return fs::path(a).lexically_normal() == fs::path(b).lexically_normal() || is_same_file(a, b);
}

// As an item of a comma separated list.
std::string list_item(const std::string& text) {
  if (text.find_first_of(",\"\n\r") == std::string::npos && trim_blanks(text) == text && !text.empty()) return text;
  std::string out = "\"";
  for (const char c : text) out += c == '"' ? std::string("\"\"") : std::string(1, c);
  return out + "\"";
}

// The fields of a command, kept with the command that they point into.
struct Declared {
  explicit Declared(const CommandRow& row) : command(row.make()) {
    command->declare(arguments, options);
    for (const Field& field : options.all()) {
      if (!is_one_of(field.name, kOwnOptions)) names.push_back(field.name);
    }
  }
  const Field* find(const std::string& name) const {
    for (const Field& field : options.all()) {
      if (field.name == key_of(name) && !is_one_of(field.name, kOwnOptions)) return &field;
    }
    return nullptr;
  }
  const Field* find_argument(const std::string& name) const {
    for (const Field& field : arguments.all()) {
      if (field.name == key_of(name)) return &field;
    }
    return nullptr;
  }
  std::unique_ptr<Command> command;
  FieldList arguments;
  FieldList options;
  std::vector<std::string> names;
};

class Compiler {
 public:
  Compiler(const std::string& path, const std::optional<std::int64_t>& seed);
  PipelinePlan compile();

 private:
  [[noreturn]] void fail(const std::string& path, std::string message, std::string hint = {}) const {
    places_.fail(path, std::move(message), std::move(hint));
  }
  bool has(const std::string& name) const { return json_.contains(name) && json_[name] != Json(false); }
  std::string text_of(const std::string& path, const Json& value) const;
  std::string input(const std::string& name) const;
  std::string output(const std::string& name) const { return (fs::path(plan_.folder) / name).string(); }
  std::string value_text(const std::string& path, const Field& field, const Json& value) const;
  void add_option(PipelineStep& step, const Declared& command, const std::string& path, const std::string& name,
                  const Json& value);
  void add_section(PipelineStep& step, const std::string& path, const Json& section,
                   const std::vector<std::string>& skipped = {});
  void add_own(PipelineStep& step, const std::string& option, const std::string& value, const Json* section = nullptr);
  void add_reading(PipelineStep& step);
  PipelineStep begin(const std::string& name, std::vector<std::string> words) const;
  Request requested(const PipelineStep& step, const std::string& path) const;
  void finish(PipelineStep step, const std::string& path);

  void read_head();
  void add_split();
  void add_clean();
  void add_features();
  void add_models();
  void add_common(PipelineStep& step);
  std::vector<std::string> models() const;
  std::string model_entry(const std::string& path, const Json& json) const;
  void add_evaluate();
  void add_then();
  void add_one_more(const Json& json, const std::string& path);

  std::string path_;
  std::string base_;  // the folder of the file
  Json json_;
  JsonPlaces places_;
  std::optional<std::int64_t> seed_;
  PipelinePlan plan_;
  std::string target_;
  std::string train_;
  std::string test_;
  std::string clean_recipe_;
  std::string feature_recipe_;
  Json reading_ = Json::object();
};

std::string read_text(const std::string& path) { return read_file(path, kLargestFile); }

Compiler::Compiler(const std::string& path, const std::optional<std::int64_t>& seed)
    : path_(path), base_(fs::path(path).parent_path().string()), places_("null", path), seed_(seed) {
  const std::string text = read_text(path);
  json_ = parse_json(text, path, true);
  places_ = JsonPlaces(text, path);
}

std::string Compiler::text_of(const std::string& path, const Json& value) const {
  if (!value.is_string() || value.get_ref<const std::string&>().empty()) fail(path, "a text is needed here");
  std::string text = value.get<std::string>();
  if (text.find('\0') != std::string::npos) fail(path, "a text must not hold a byte 0");
  return text;
}

std::string Compiler::input(const std::string& name) const {
  return fs::path(name).is_absolute() || base_.empty() ? name : (fs::path(base_) / name).string();
}

// A value as the word that the flag takes.
std::string Compiler::value_text(const std::string& path, const Field& field, const Json& value) const {
  const auto plain = [&](const Json& one, const std::string& at) {
    if (one.is_null() || one.is_structured()) fail(at, "a text, a number, true or false is needed here");
    std::string text = one.is_string() ? one.get<std::string>() : json_text(one, -1);
    if (text.find('\0') != std::string::npos) fail(at, "a text must not hold a byte 0");
    return text;
  };
  if (field.info.file != FileUse::kNone) {
    const std::string name = plain(value, path);
    if (name == "-") fail(path, "a pipeline works on files, not on standard input and output");
    // "folds": 5 is a number of folds, and {"clean": true} asks for the default.
    if (value.is_number()) return name;
    return field.info.file == FileUse::kReads ? input(name) : output(name);
  }
  if (value.is_array()) {
    std::string list;
    for (std::size_t i = 0; i < value.size(); ++i)
      list += (i > 0 ? "," : "") + list_item(plain(value[i], path + "/" + std::to_string(i)));
    return list;
  }
  if (value.is_object()) {  // {"a": "onehot"} for a=onehot
    std::string list;
    for (const auto& [key, one] : value.items())
      list += (list.empty() ? "" : ",") + list_item(key + "=" + plain(one, path + "/" + key));
    return list;
  }
  return plain(value, path);
}

void Compiler::add_option(PipelineStep& step, const Declared& command, const std::string& path, const std::string& name,
                          const Json& value) {
  const Field* const field = command.find(name);
  if (field == nullptr) {
    const std::string near = nearest_name(key_of(name), command.names);
    fail(path, step.words[0] + " has no option \"" + name + "\"", near.empty() ? "" : "did you mean \"" + near + "\"?");
  }
  const std::string flag = flag_of(field->name);
  if (is_flag(*field)) {
    if (!value.is_boolean()) fail(path, "\"" + name + "\" is true or false");
    if (value.get<bool>()) step.words.push_back(flag);
    return;
  }
  if (field->info.if_bare && value.is_boolean()) {
    if (value.get<bool>()) step.words.push_back(flag);
    return;
  }
  const std::string text = value_text(path, *field, value);
  if (text.empty() || text[0] == '-') {
    step.words.push_back(flag + "=" + text);
  } else {
    step.words.insert(step.words.end(), {flag, text});
  }
}

void Compiler::add_section(PipelineStep& step, const std::string& path, const Json& section,
                           const std::vector<std::string>& skipped) {
  if (!section.is_object()) {
    if (section == Json(true)) return;
    fail(path, "this is an object of options of " + step.words[0], "write {} for the defaults");
  }
  const Declared command(*find_command_row(step.words[0]));
  for (const auto& [key, value] : section.items()) {
    if (!is_one_of(key_of(key), skipped)) add_option(step, command, path + "/" + key, key, value);
  }
}

// An option that the pipeline sets, unless the section says something else.
void Compiler::add_own(PipelineStep& step, const std::string& option, const std::string& value, const Json* section) {
  if (section != nullptr && section->is_object()) {
    for (const auto& [key, given] : section->items()) {
      if (key_of(key) == key_of(option)) return;
    }
  }
  if (!value.empty() && value[0] == '-') {
    step.words.push_back("--" + option + "=" + value);
  } else {
    step.words.insert(step.words.end(), {"--" + option, value});
  }
}

void Compiler::add_reading(PipelineStep& step) {
  const Declared command(*find_command_row(step.words[0]));
  for (const auto& [key, value] : reading_.items()) {
    add_option(step, command, "/data/" + key, key, value);
  }
}

PipelineStep Compiler::begin(const std::string& name, std::vector<std::string> words) const {
  PipelineStep step;
  step.name = name;
  step.words = std::move(words);
  return step;
}

// An error that names an option is one at that option, where it stands in the section.
Request Compiler::requested(const PipelineStep& step, const std::string& path) const {
  try {
    return step.request();
  } catch (const Error& error) {
    const std::string& message = error.message();
    if (error.code() != ErrorCode::kUsage || !message.starts_with("--")) throw;
    const std::string name = key_of(message.substr(2, message.find_first_of(" :=", 2) - 2));
    const std::string key = std::string(path).append("/").append(name);
    fail(key, message, error.place().hint);
  }
}

// Everything about the step that follows from its words, checked as on the command line.
void Compiler::finish(PipelineStep step, const std::string& path) {
  if (seed_) step.words.insert(step.words.end(), {"--seed", std::to_string(*seed_)});
  step.words.emplace_back("--json");
  if (step.result.empty()) step.result = output(step.name + ".json");
  const Request request = places_.at(path, [&] { return requested(step, path); });
  step.seed = static_cast<std::uint64_t>(request.options.seed);
  step.inputs = request.files.inputs;
  step.outputs = request.files.outputs;
  // (The one field that is written by one form of a command and read by the other.)
  if (step.words.size() > 1 && step.words[0] == "features" && step.words[1] == "apply") {
    const auto recipe = std::find(step.words.begin(), step.words.end(), "--recipe");
    if (recipe != step.words.end() && std::erase(step.outputs, *(recipe + 1)) > 0) step.inputs.push_back(*(recipe + 1));
  }
  // A number of folds stands where the name of a file may stand.
  std::erase_if(step.inputs, [](const std::string& file) {
    return file.find_first_not_of("0123456789") == std::string::npos && !fs::exists(file);
  });
  step.outputs.push_back(step.result);
  std::vector<std::string> before;
  for (const PipelineStep& other : plan_.steps) before.insert(before.end(), other.outputs.begin(), other.outputs.end());
  for (std::size_t i = 0; i < step.outputs.size(); ++i) {
    for (const std::string& file : before) {
      if (is_same(file, step.outputs[i])) fail(path, "two steps write " + file, "name another file");
    }
    before.push_back(step.outputs[i]);
    if (is_same(step.outputs[i], path_)) fail(path, "this would overwrite the pipeline itself");
    for (const PipelineStep& other : plan_.steps) {
      for (const std::string& file : other.inputs) {
        if (is_same(file, step.outputs[i]))
          fail(path, step.name + " would overwrite " + file + ", which " + other.name + " reads");
      }
    }
  }
  plan_.steps.push_back(std::move(step));
}

void Compiler::read_head() {
  if (!json_.is_object()) fail("", "a pipeline is one JSON object", "docs/pipelines.md shows one");
  for (const auto& [key, value] : json_.items()) {
    if (is_one_of(key, kMembers)) continue;
    const std::string near = nearest_name(key, kMembers);
    fail("/" + key, "a pipeline has no member \"" + key + "\"", near.empty() ? "" : "did you mean \"" + near + "\"?");
  }
  for (const char* name : {"data", "target"}) {
    if (!json_.contains(name)) fail("", std::string("the pipeline has no \"") + name + "\"");
  }
  plan_.file = path_;
  std::string folder = fs::path(path_).stem().string();
  if (json_.contains("folder")) folder = text_of("/folder", json_["folder"]);
  plan_.folder = input(folder);
  if (is_same_file(plan_.folder, path_)) fail("/folder", "the folder is the pipeline's own file", "name another one");
  plan_.model = output("model.mlkit");
  target_ = text_of("/target", json_["target"]);
  if (json_.contains("seed") && !seed_) {
    const Json& seed = json_["seed"];
    if (!seed.is_number_integer() || seed < 0) fail("/seed", "\"seed\" is a whole number from 0 on");
    seed_ = seed.get<std::int64_t>();
  }
  const Json& data = json_["data"];
  if (!data.is_object()) {
    train_ = input(text_of("/data", data));
  } else {
    if (!data.contains("file")) fail("/data", "\"data\" has no \"file\"");
    train_ = input(text_of("/data/file", data["file"]));
    for (const auto& [key, value] : data.items()) {
      if (key != "file") reading_[key] = value;
    }
  }
  if (has("test") && has("split"))
    fail("/test", "\"test\" names the rows for the test, and \"split\" draws them", "keep one of the two");
}

void Compiler::add_split() {
  if (json_.contains("test")) {
    test_ = input(text_of("/test", json_["test"]));
    return;
  }
  if (json_.contains("split") && json_["split"] == Json(false)) return;
  const Json section = json_.contains("split") ? json_["split"] : Json::object();
  PipelineStep step = begin("split", {"split", train_});
  add_own(step, "target", target_, &section);
  add_own(step, "train", output("train.csv"), &section);
  add_own(step, "test", output("test.csv"), &section);
  if (section.is_object() && section.contains("valid_size")) add_own(step, "valid", output("valid.csv"), &section);
  add_section(step, "/split", section);
  add_reading(step);
  finish(std::move(step), json_.contains("split") ? "/split" : "/data");
  // From here on the parts are read, which have neither lines above the header nor broken ones.
  Json parts = Json::object();
  for (const auto& [key, value] : reading_.items()) {
    if (is_one_of(key_of(key), kReading)) parts[key] = value;
  }
  reading_ = std::move(parts);
  const auto written = [&](const std::string& option) {
    const std::vector<std::string>& words = plan_.steps.back().words;
    const auto at = std::find(words.begin(), words.end(), "--" + option);
    return at == words.end() ? std::string() : *(at + 1);
  };
  train_ = written("train");
  test_ = written("test");
}

// The recipe, learned on the training rows to look at; train learns it anew on the rows of every fold.
void Compiler::add_clean() {
  if (!has("clean") || json_["clean"] == Json(true)) return;
  const Json& section = json_["clean"];
  PipelineStep step = begin("clean", {"clean", train_});
  add_own(step, "target", target_, &section);
  add_own(step, "output", output("train_clean.csv"), &section);
  clean_recipe_ = output("clean_recipe.json");
  add_own(step, "save-recipe", clean_recipe_);
  add_section(step, "/clean", section);
  add_reading(step);
  finish(std::move(step), "/clean");
}

void Compiler::add_features() {
  if (!has("features")) return;
  const Json& section = json_["features"];
  PipelineStep step = begin("features", {"features", "fit", train_});
  add_own(step, "target", target_, &section);
  feature_recipe_ = output("feature_recipe.json");
  add_own(step, "recipe", feature_recipe_);
  if (section.is_array()) {
    const FeatureGroups checked(section, "/features", places_);
    add_own(step, "columns", path_);
  } else {
    add_section(step, "/features", section);
  }
  add_reading(step);
  finish(std::move(step), "/features");
}

// What every command that fits takes alike.
void Compiler::add_common(PipelineStep& step) {
  const Json train = json_.contains("train") ? json_["train"] : Json::object();
  add_own(step, "target", target_, &train);
  if (json_.contains("exclude")) {
    const Declared command(*find_command_row(step.words[0]));
    add_option(step, command, "/exclude", "exclude", json_["exclude"]);
  }
  if (!clean_recipe_.empty()) {
    add_own(step, "clean", clean_recipe_);
  } else if (has("clean")) {
    step.words.emplace_back("--clean");
  }
  if (!feature_recipe_.empty()) add_own(step, "recipe", feature_recipe_);
  add_section(step, "/train", train);
  add_reading(step);
}

// {"model": "logistic", "C": 0.1} -> logistic:C=0.1
std::string Compiler::model_entry(const std::string& path, const Json& json) const {
  if (json.is_string()) return text_of(path, json);
  if (!json.is_object() || !json.contains("model"))
    fail(path, "a model is a name, or an object with \"model\" and its options",
         "{\"model\": \"logistic\", \"C\": 0.1}");
  std::string entry = text_of(path + "/model", json["model"]);
  for (const auto& [key, value] : json.items()) {
    if (key == "model") continue;
    if (value.is_structured() || value.is_null()) fail(path + "/" + key, "an option of a model is a plain value");
    const std::string text = value.is_string() ? value.get<std::string>() : json_text(value, -1);
    if (text.find_first_of(":,\"") != std::string::npos)
      fail(path + "/" + key, "an option of a model must not hold : , or \"");
    entry += ":" + key + "=" + text;
  }
  return entry;
}

std::vector<std::string> Compiler::models() const {
  std::vector<std::string> entries;
  if (!json_.contains("models")) return entries;
  const Json& list = json_["models"];
  if (!list.is_array() || list.empty()) fail("/models", "\"models\" is a list of models");
  for (std::size_t i = 0; i < list.size(); ++i) entries.push_back(model_entry("/models/" + std::to_string(i), list[i]));
  return entries;
}

// Cross-validation chooses among models and fits the best one again on all training rows. Where there is nothing to
// choose, training alone does.
void Compiler::add_models() {
  const std::vector<std::string> entries = models();
  const bool choose = entries.size() > 1 || has("cv") ||
                      std::any_of(entries.begin(), entries.end(),
                                  [](const auto& entry) { return entry.find(':') != std::string::npos; });
  if (!choose) {
    PipelineStep step = begin("train", {"train", train_});
    add_common(step);
    if (!entries.empty()) add_own(step, "model", entries[0]);
    add_own(step, "output", plan_.model);
    finish(std::move(step), json_.contains("train") ? "/train" : json_.contains("models") ? "/models" : "/target");
    return;
  }
  if (find_command_row("cv") == nullptr)
    fail(has("cv") ? "/cv" : "/models", "choosing a model takes the command cv, which this mlkit does not have");
  const Json section = has("cv") ? json_["cv"] : Json::object();
  PipelineStep step = begin("cv", {"cv", train_});
  add_common(step);
  if (!entries.empty()) {
    std::string list;
    for (const std::string& entry : entries) list += (list.empty() ? "" : ",") + list_item(entry);
    add_own(step, "models", list);
  }
  add_section(step, "/cv", section);
  add_own(step, "oof", output("oof.csv"), &section);
  add_own(step, "save-best", plan_.model);
  finish(std::move(step), has("cv") ? "/cv" : "/models");
}

void Compiler::add_evaluate() {
  if (json_.contains("evaluate") && json_["evaluate"] == Json(false)) return;
  if (test_.empty()) {
    if (has("evaluate")) fail("/evaluate", "there are no rows to evaluate on", "give \"split\", or a \"test\" file");
    return;
  }
  const Json section = json_.contains("evaluate") ? json_["evaluate"] : Json::object();
  PipelineStep step = begin("evaluate", {"evaluate", plan_.model, test_});
  if (Declared(*find_command_row("evaluate")).find("report") != nullptr)
    add_own(step, "report", output("report.html"), &section);
  add_section(step, "/evaluate", section);
  add_reading(step);
  finish(std::move(step), json_.contains("evaluate") ? "/evaluate" : "/target");
}

void Compiler::add_then() {
  if (!json_.contains("then")) return;
  if (!json_["then"].is_array()) fail("/then", "\"then\" is a list of {\"command\": .., ..}");
  for (std::size_t i = 0; i < json_["then"].size(); ++i) add_one_more(json_["then"][i], "/then/" + std::to_string(i));
}

// Any other command: its arguments and options by their names. MODEL is the pipeline's.
void Compiler::add_one_more(const Json& json, const std::string& path) {
  if (!json.is_object() || !json.contains("command")) fail(path, "a further step is {\"command\": .., OPTION: ..}");
  const std::string name = text_of(path + "/command", json["command"]);
  std::vector<std::string> names;
  for (const CommandRow& row : command_table()) {
    if (row.group != "Other" && row.name != "pipeline" && row.name != "runs") names.push_back(row.name);
  }
  if (!is_one_of(name, names)) {
    const std::string near = nearest_name(name, names);
    fail(path + "/command", "\"" + name + "\" is no command for a pipeline",
         near.empty() ? "" : "did you mean \"" + near + "\"?");
  }
  std::string own = name;
  for (int n = 2; plan_.find(own) != nullptr; ++n) own = name + "_" + std::to_string(n);
  const Declared command(*find_command_row(name));
  PipelineStep step = begin(own, {name});
  std::vector<std::string> taken = {"command"};
  for (const Field& field : command.arguments.all()) {
    std::string word;
    for (const auto& [key, value] : json.items()) {
      if (key_of(key) != field.name) continue;
      word = value_text(path + "/" + key, field, value);
      taken.push_back(field.name);
    }
    if (word.empty() && field.name == "model") word = plan_.model;
    if (!word.empty()) step.words.push_back(word[0] == '-' ? "./" + word : word);
  }
  const Field* const data = command.find("output");
  if (data != nullptr && data->info.file == FileUse::kWrites) {
    const bool named = std::any_of(json.items().begin(), json.items().end(),
                                   [](const auto& item) { return key_of(item.key()) == "output"; });
    if (!named) fail(path, name + " writes data: name its \"output\"");
  }
  add_section(step, path, json, taken);
  finish(std::move(step), path);
}

PipelinePlan Compiler::compile() {
  read_head();
  add_split();
  add_clean();
  add_features();
  add_models();
  add_evaluate();
  add_then();
  return std::move(plan_);
}

}  // namespace

Request PipelineStep::request() const { return read_command_line(words); }

const PipelineStep* PipelinePlan::find(const std::string& name) const {
  for (const PipelineStep& step : steps) {
    if (step.name == name) return &step;
  }
  return nullptr;
}

PipelinePlan read_pipeline(const std::string& path, const std::optional<std::int64_t>& seed) {
  return Compiler(path, seed).compile();
}

}  // namespace mlkit::app
