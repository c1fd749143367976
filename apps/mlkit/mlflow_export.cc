#include "mlflow_export.h"

#include <filesystem>

#include "mlkit/base/error.h"
#include "mlkit/base/input_file.h"
#include "mlkit/base/output_file.h"
#include "mlkit/base/sha256.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"
#include "run_request.h"

namespace mlkit::app {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kLongestParameter = 6000;  // MLflow's limit
constexpr std::size_t kLargestModel = std::size_t{1} << 31;
constexpr std::size_t kRunNameBytes = 32;  // hexadecimal digits
constexpr int kFinished = 3;               // MLflow's numbers of a run's status
constexpr int kFailed = 4;

void write_text(const fs::path& path, const std::string& text) {
  OutputFile out(path.string());
  out.write(text);
  out.commit();
}

void make_folder(const fs::path& path) {
  std::error_code error;
  fs::create_directories(path, error);
  if (error)
    throw Error(ErrorCode::kIo, "cannot make the folder: " + error.message(),
                {.file = path.string(), .column = {}, .hint = {}});
}

// In single quotes nothing but the quote itself means anything to YAML; control characters are escaped before.
std::string quoted(const std::string& text) {
  std::string out = "'";
  for (const char c : escape_controls(text)) out += c == '\'' ? std::string("''") : std::string(1, c);
  return out + "'";
}

// MLflow takes letters, digits, "_", "-", ".", blanks and "/" in names; ours may hold more (paths are not among them).
std::string mlflow_name(const std::string& name) {
  std::string out = name;
  for (char& c : out) {
    const bool plain =
        (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' || c == '-' || c == '.';
    if (!plain) c = '_';
  }
  return out;
}

std::string file_uri(const fs::path& path) {
  std::string out = "file://";
  constexpr char kHex[] = "0123456789ABCDEF";
  for (const char c : path.string()) {
    const auto byte = static_cast<unsigned char>(c);
    if (byte <= ' ' || byte >= 0x7F || c == '%' || c == '#' || c == '?' || c == '"') {
      out += {'%', kHex[byte >> 4], kHex[byte & 15]};
    } else {
      out += c;
    }
  }
  return out;
}

// Digits only, as MLflow's own ones; 18 of them fit what it stores them in.
std::string experiment_id(const std::string& name) {
  std::uint64_t number = 0;
  for (const char c : sha256_hex(name).substr(0, 14))
    number = number * 16 + static_cast<std::uint64_t>(c <= '9' ? c - '0' : c - 'a' + 10);
  const std::string digits = std::to_string(number);
  return std::string(17 - std::min<std::size_t>(17, digits.size()), '0').insert(0, "1") + digits;
}

std::string run_name(const Run& run) {
  std::string key = std::to_string(run.id) + "\n" + std::to_string(run.started_ms) + "\n" + run.command;
  for (const std::string& word : run.words) key += "\n" + word;
  return sha256_hex(key).substr(0, kRunNameBytes);
}

void write_run(const Run& run, const fs::path& experiment, const std::string& id) {
  const std::string name = run_name(run);
  const fs::path folder = experiment / name;
  for (const char* part : {"params", "metrics", "tags", "artifacts"}) make_folder(folder / part);
  const std::int64_t end = run.started_ms + static_cast<std::int64_t>(run.seconds * 1000);
  const auto parameter = [&](const std::string& key, const std::string& value) {
    write_text(folder / "params" / mlflow_name(key), escape_controls(value).substr(0, kLongestParameter));
  };
  parameter("command", run.command);
  parameter("seed", std::to_string(run.seed));
  for (const auto& [key, value] : run.options) parameter(key, value);
  for (const RunMetric& metric : run.metrics) {
    write_text(folder / "metrics" / mlflow_name(metric.part + "." + metric.name),
               std::to_string(end) + " " + format_number(metric.value) + " 0\n");
  }
  const auto tag = [&](const std::string& key, const std::string& value) {
    if (!value.empty()) write_text(folder / "tags" / key, escape_controls(value));
  };
  const std::string title = run.command + " " + std::to_string(run.id);
  tag("mlflow.runName", title);
  tag("mlkit.version", run.version);
  tag("mlkit.data_sha256", run.data_sha256);
  tag("mlkit.model_sha256", run.model_sha256);
  tag("mlkit.seconds", format_number(run.seconds));
  if (run.parent != 0) tag("mlkit.pipeline_run", std::to_string(run.parent));
  if (!run.model.empty() && !run.model_sha256.empty() && file_sha256(run.model) == run.model_sha256)
    write_text(folder / "artifacts" / fs::path(run.model).filename(), read_file(run.model, kLargestModel));
  // Last: with it the run is there.
  write_text(
      folder / "meta.yaml",
      "artifact_uri: " + quoted(file_uri(folder / "artifacts")) + "\nend_time: " + std::to_string(end) +
          "\nentry_point_name: ''\nexperiment_id: '" + id + "'\nlifecycle_stage: active\nrun_id: " + name +
          "\nrun_name: " + quoted(title) + "\nrun_uuid: " + name +
          "\nsource_name: ''\nsource_type: 4\nsource_version: ''\nstart_time: " + std::to_string(run.started_ms) +
          "\nstatus: " + std::to_string(run.exit_code == 0 ? kFinished : kFailed) + "\ntags: []\nuser_id: ''\n");
}

}  // namespace

void export_to_mlflow(const std::vector<Run>& runs, const std::string& folder, const std::string& experiment) {
  std::error_code error;
  fs::path root = fs::absolute(folder, error).lexically_normal();
  if (root.filename().empty()) root = root.parent_path();
  const std::string id = experiment_id(experiment);
  const fs::path place = root / id;
  make_folder(place);
  make_folder(root / ".trash");  // MLflow looks into it
  const std::int64_t first = runs.empty() ? 0 : runs.front().started_ms;
  const std::int64_t last = runs.empty() ? 0 : runs.back().started_ms;
  for (const Run& run : runs) write_run(run, place, id);
  write_text(place / "meta.yaml", "artifact_location: " + quoted(file_uri(place)) +
                                      "\ncreation_time: " + std::to_string(first) + "\nexperiment_id: '" + id +
                                      "'\nlast_update_time: " + std::to_string(last) +
                                      "\nlifecycle_stage: active\nname: " + quoted(experiment) + "\n");
}

}  // namespace mlkit::app
