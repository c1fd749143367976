#include "pipeline_state.h"

#include <filesystem>
#include <set>

#include "dependency_file.h"
#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/text.h"
#include "run_request.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kLargestState = 64 << 20;
constexpr int kVersion = 1;

Json hashes_of(const std::vector<std::string>& files, FileHashes& hashes) {
  Json out = Json::object();
  for (const std::string& file : files) out[file] = hashes.of(file);
  return out;
}

bool holds_texts(const Json& object) {
  for (const auto& [key, value] : object.items()) {
    if (!value.is_string()) return false;
  }
  return object.is_object();
}

bool is_step(const Json& json) {
  return json.is_object() && json.contains("mlkit") && json.contains("words") && json.contains("seed") &&
         json.contains("inputs") && json.contains("outputs") && holds_texts(json["inputs"]) &&
         holds_texts(json["outputs"]);
}

}  // namespace

const std::string& FileHashes::of(const std::string& path) {
  const auto found = known_.find(path);
  return found != known_.end() ? found->second : known_[path] = file_sha256(path);
}

PipelineState::PipelineState(const PipelinePlan& plan)
    : path_((std::filesystem::path(plan.folder) / "pipeline_state.json").string()) {
  try {
    const Json json = parse_json(read_file(path_, kLargestState), path_);
    if (!json.is_object() || !json.contains("version") || json["version"] != kVersion || !json.contains("steps"))
      return;
    if (!json["steps"].is_object()) return;
    for (const auto& [name, step] : json["steps"].items()) {
      if (is_step(step)) steps_[name] = step;
    }
  } catch (const Error&) {
    steps_ = Json::object();
  }
}

std::string PipelineState::why(const PipelineStep& step, FileHashes& hashes) const {
  if (!steps_.contains(step.name)) return "never ran";
  const Json& before = steps_[step.name];
  if (before["mlkit"] != MLKIT_VERSION) return "another version of mlkit";
  if (before["words"] != Json(step.words)) return "its options changed";
  if (before["seed"] != Json(step.seed)) return "the seed changed";
  if (before["inputs"].size() != step.inputs.size()) return "its files changed";
  for (const std::string& file : step.inputs) {
    if (!before["inputs"].contains(file)) return "its files changed";
    if (hashes.of(file).empty()) return file + " is missing";
    if (before["inputs"][file] != Json(hashes.of(file))) return file + " changed";
  }
  for (const std::string& file : step.outputs) {
    if (hashes.of(file).empty()) return file + " is missing";
    if (!before["outputs"].contains(file) || before["outputs"][file] != Json(hashes.of(file)))
      return file + " is not what the step wrote";
  }
  return "";
}

void PipelineState::done(const PipelineStep& step, FileHashes& hashes) {
  steps_[step.name] = {{"mlkit", MLKIT_VERSION},
                       {"words", step.words},
                       {"seed", step.seed},
                       {"inputs", hashes_of(step.inputs, hashes)},
                       {"outputs", hashes_of(step.outputs, hashes)}};
  save();
}

void PipelineState::undone(const PipelineStep& step) {
  if (!steps_.contains(step.name)) return;
  steps_.erase(step.name);
  save();
}

void PipelineState::save() const {
  OutputFile out(path_);
  out.write(json_text({{"version", kVersion}, {"steps", steps_}}) + "\n");
  out.commit();
}

namespace {

std::string shell_word(const std::string& word) {
  const std::string_view plain = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-+=./,:@%";
  if (!word.empty() && word.find_first_not_of(plain) == std::string::npos) return word;
  std::string out = "'";
  for (const char c : word) out += c == '\'' ? std::string("'\\''") : std::string(1, c);
  return out + "'";
}

// In a recipe line.
std::string for_make(const std::string& shell) {
  std::string out;
  for (const char c : shell) out += c == '$' ? std::string("$$") : std::string(1, c);
  return out;
}

std::string make_name(const std::string& path, bool target) {
  try {
    return escape_for_make(path, target);
  } catch (const Error&) {
    throw_usage("make has no way to name the file \"" + escape_controls(path) + "\" in a rule",
                "rename it, or use mlkit pipeline run");
  }
}

std::string make_names(const std::vector<std::string>& files, bool targets) {
  std::string out;
  for (const std::string& file : files) out += (out.empty() ? "" : " \\\n  ") + make_name(file, targets);
  return out;
}

// A folder of an output, as a target of its own: "out/." cannot be taken for a target of another kind (all, clean).
std::string folder_of(const std::string& file) {
  const std::string folder = std::filesystem::path(file).parent_path().string();
  return folder.empty() ? "" : folder + "/.";
}

}  // namespace

std::string shell_line(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) out += (out.empty() ? "" : " ") + shell_word(word);
  return out;
}

std::string render_makefile(const PipelinePlan& plan) {
  std::vector<std::string> made;
  std::set<std::string> folders;
  std::string rules;
  for (const PipelineStep& step : plan.steps) {
    made.insert(made.end(), step.outputs.begin(), step.outputs.end());
    std::string needed;
    for (const std::string& file : step.outputs) {
      if (!folder_of(file).empty()) folders.insert(folder_of(file));
    }
    const std::string words = shell_line(step.words);
    if (words.find('\n') != std::string::npos)
      throw_usage("make has no way to write a line break in an option (step " + step.name + ")",
                  "use mlkit pipeline run");
    const std::string result = for_make(shell_word(step.result));
    const std::string fresh = for_make(shell_word(step.result + ".new"));
    rules += "\n# " + step.name + "\n" + make_names(step.outputs, true) + (step.outputs.size() > 1 ? " &:" : ":");
    if (!step.inputs.empty()) rules += " " + make_names(step.inputs, false);
    rules += " | $(FOLDERS)\n\t$(MLKIT) " + for_make(words) + " >" + fresh + "\n\tmv " + fresh + " " + result + "\n";
  }
  std::string out = "# Made by `mlkit pipeline make`: the steps of " + escape_controls(plan.file) +
                    ", for GNU make 4.3 or newer.\nMLKIT ?= mlkit\nFOLDERS :=";
  for (const std::string& folder : folders) out += " " + make_name(folder, true);
  out += "\n\nall: " + make_names(made, false) + "\n" + rules + "\n";
  if (!folders.empty()) out += "$(FOLDERS):\n\tmkdir -p $@\n\n";
  out += "clean:\n\trm -f";
  for (const std::string& file : made) out += " " + for_make(shell_word(file));
  return out + "\n\n.PHONY: all clean\n";
}

}  // namespace mlkit::app
