#include "runs_report.h"

#include <algorithm>
#include <map>

#include <fmt/format.h>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"
#include "mlkit/eval/metrics.h"
#include "model_report.h"

namespace mlkit::app {
namespace {

// The most honest first; figures of the training rows are found by their full name only.
const char* const kParts[] = {"evaluate", "cv", "valid"};
const char* const kHeadlines[] = {"roc_auc", "balanced_accuracy", "accuracy", "r2", "rmse", "log_loss"};
constexpr std::size_t kHashShown = 12;
constexpr std::size_t kWidth = 80;

std::string full_name(const RunMetric& metric) { return metric.part + "." + metric.name; }

std::string lines_of(const std::vector<std::string>& words) {
  std::string out;
  for (const std::string& word : words) {
    const bool plain = !word.empty() && word.find_first_of(" \t\n'\"\\$`*?[]{}()<>|&;#~!") == std::string::npos;
    std::string quoted = word;
    if (!plain) {
      quoted = "'";
      for (const char c : word) quoted += c == '\'' ? std::string("'\\''") : std::string(1, c);
      quoted += "'";
    }
    out += (out.empty() ? "" : " ") + quoted;
  }
  return escape_controls(out);
}

// Everything about a run by which it can be chosen and compared, as text.
std::vector<std::pair<std::string, std::string>> properties(const Run& run) {
  std::vector<std::pair<std::string, std::string>> out = {{"command", run.command}, {"mlkit", run.version}};
  for (const RunFile& file : run.files) {
    if (file.role == "input") out.emplace_back("input " + file.path, file.sha256.substr(0, kHashShown));
  }
  if (!run.data_sha256.empty()) out.emplace_back("data", run.data_sha256.substr(0, kHashShown));
  out.emplace_back("seed", std::to_string(run.seed));
  for (const auto& [name, value] : run.options) out.emplace_back(name, value);
  return out;
}

struct Condition {
  std::string key;
  std::string comparison;
  std::string value;
};

Condition parse_condition(const std::string& text) {
  const std::size_t at = text.find_first_of("=!<>");
  if (at != std::string::npos && at > 0) {
    std::size_t end = at + 1;
    if (text[at] != '=' && end < text.size() && text[end] == '=') ++end;
    Condition condition{std::string(trim_blanks(text.substr(0, at))), text.substr(at, end - at),
                        std::string(trim_blanks(text.substr(end)))};
    if (condition.comparison != "!") return condition;
  }
  throw_usage("--where: \"" + text + "\" is not of the form KEY=VALUE (=, !=, <, <=, >, >=)",
              "for example --where 'model=logistic,roc_auc>=0.9'");
}

std::optional<std::string> value_of(const Run& run, const std::string& key) {
  if (key == "id") return std::to_string(run.id);
  if (key == "command") return run.command;
  if (key == "mlkit") return run.version;
  if (key == "seed") return std::to_string(run.seed);
  if (key == "exit") return std::to_string(run.exit_code);
  if (key == "parent") return std::to_string(run.parent);
  if (key == "data") return run.data_sha256;
  if (const auto metric = find_run_metric(run, key)) return format_number(metric->value);
  for (const auto& [name, value] : run.options) {
    std::string flag = name;
    std::replace(flag.begin(), flag.end(), '_', '-');
    if (name == key || flag == key) return value;
  }
  if (key == "file") return run.model;
  return std::nullopt;
}

bool holds(const Condition& condition, const std::string& value) {
  double left = 0;
  double right = 0;
  int order = 0;
  if (parse_number(value, left) == NumberStatus::kNumber &&
      parse_number(condition.value, right) == NumberStatus::kNumber) {
    order = left < right ? -1 : left > right ? 1 : 0;
  } else {
    order = value.compare(condition.value);
    // A hash is known by its beginning.
    if (condition.key == "data" && condition.value.size() >= 4 && value.starts_with(condition.value)) order = 0;
  }
  if (condition.comparison == "=") return order == 0;
  if (condition.comparison == "!=") return order != 0;
  if (condition.comparison == "<") return order < 0;
  if (condition.comparison == "<=") return order <= 0;
  if (condition.comparison == ">") return order > 0;
  return order >= 0;
}

std::string metric_text(const std::optional<RunMetric>& metric) {
  return metric ? full_name(*metric) + " " + short_number(metric->value) : "";
}

}  // namespace

std::string when_text(std::int64_t started_ms, bool seconds) {
  constexpr std::int64_t kDay = 86400;
  const std::int64_t time = started_ms / 1000;
  const std::int64_t days = time / kDay;
  const std::int64_t of_day = time % kDay;
  // Days to a date of the Gregorian calendar (Howard Hinnant, "chrono-compatible low-level date algorithms").
  const std::int64_t shifted = days + 719468;
  const std::int64_t era = shifted / 146097;
  const std::int64_t doe = shifted - era * 146097;
  const std::int64_t yoe = (doe - doe / 1460 + doe / 36524 - doe / 146096) / 365;
  const std::int64_t doy = doe - (365 * yoe + yoe / 4 - yoe / 100);
  const std::int64_t mp = (5 * doy + 2) / 153;
  const std::int64_t month = mp < 10 ? mp + 3 : mp - 9;
  const std::int64_t year = yoe + era * 400 + (month <= 2 ? 1 : 0);
  std::string out = fmt::format("{:04}-{:02}-{:02} {:02}:{:02}", year, month, doy - (153 * mp + 2) / 5 + 1,
                                of_day / 3600, of_day / 60 % 60);
  if (seconds) out += fmt::format(":{:02}Z", of_day % 60);
  return out;
}

bool higher_is_better(const std::string& metric) {
  for (const MetricInfo& info : metric_table()) {
    if (info.name == metric) return info.higher_is_better;
  }
  return true;
}

std::optional<RunMetric> find_run_metric(const Run& run, const std::string& name) {
  for (const RunMetric& metric : run.metrics) {
    if (full_name(metric) == name) return metric;
  }
  for (const char* part : kParts) {
    for (const RunMetric& metric : run.metrics) {
      if (metric.part == part && metric.name == name) return metric;
    }
  }
  return std::nullopt;
}

std::optional<RunMetric> headline(const Run& run) {
  for (const char* part : {"evaluate", "cv", "valid", "train"}) {
    for (const char* name : kHeadlines) {
      if (const auto metric = find_run_metric(run, std::string(part) + "." + name)) return metric;
    }
  }
  return std::nullopt;
}

Json run_to_json(const Run& run) {
  Json out;
  out["id"] = run.id;
  out["command"] = run.command;
  out["mlkit"] = run.version;
  std::string started = when_text(run.started_ms, true);
  started[10] = 'T';
  out["started"] = started;
  out["seconds"] = run.seconds;
  out["cpu_seconds"] = run.cpu_seconds;
  out["exit"] = run.exit_code;
  if (run.parent != 0) out["parent"] = run.parent;
  out["seed"] = run.seed;
  out["threads"] = run.threads;
  out["words"] = run.words;
  if (!run.data_sha256.empty()) out["data_sha256"] = run.data_sha256;
  if (!run.model.empty()) out["model"] = {{"file", run.model}, {"sha256", run.model_sha256}};
  out["options"] = Json::object();
  for (const auto& [name, value] : run.options) out["options"][name] = value;
  for (const char* role : {"input", "output"}) {
    Json& files = out[std::string(role) + "s"] = Json::array();
    for (const RunFile& file : run.files) {
      if (file.role == role) files.push_back({{"file", file.path}, {"sha256", file.sha256}});
    }
  }
  out["metrics"] = Json::object();
  for (const RunMetric& metric : run.metrics) out["metrics"][full_name(metric)] = metric.value;
  return out;
}

std::vector<Run> select_runs(const std::vector<Run>& runs, const std::vector<std::string>& conditions) {
  std::vector<Condition> parsed;
  for (const std::string& text : conditions) {
    const Condition& one = parsed.emplace_back(parse_condition(text));
    const auto known = [&](const Run& run) { return value_of(run, one.key).has_value(); };
    if (runs.empty() || std::any_of(runs.begin(), runs.end(), known)) continue;
    std::vector<std::string> names = {"id", "command", "mlkit", "seed", "exit", "parent", "data", "file"};
    for (const Run& run : runs) {
      for (const auto& [name, value] : run.options) names.push_back(name);
      for (const RunMetric& metric : run.metrics) names.push_back(metric.name);
    }
    const std::string near = nearest_name(one.key, names);
    throw_usage("--where: no run has \"" + one.key + "\"", near.empty() ? "" : "did you mean " + near + "?");
  }
  std::vector<Run> out;
  for (const Run& run : runs) {
    const bool all = std::all_of(parsed.begin(), parsed.end(), [&](const Condition& condition) {
      const auto value = value_of(run, condition.key);
      return value ? holds(condition, *value) : condition.comparison == "!=";
    });
    if (all) out.push_back(run);
  }
  return out;
}

std::vector<Run> rank_runs(const std::vector<Run>& runs, const std::string& metric, std::string& part) {
  std::vector<std::string> full = {metric};
  for (const char* one : kParts) full.push_back(std::string(one) + "." + metric);
  std::vector<std::pair<double, const Run*>> found;
  std::string name;
  for (const std::string& wanted : full) {
    for (const Run& run : runs) {
      const auto value = find_run_metric(run, wanted);
      if (!value || full_name(*value) != wanted) continue;
      found.emplace_back(value->value, &run);
      part = value->part;
      name = value->name;
    }
    if (!found.empty()) break;
  }
  const bool higher = higher_is_better(name);
  std::stable_sort(found.begin(), found.end(),
                   [&](const auto& a, const auto& b) { return higher ? a.first > b.first : a.first < b.first; });
  std::vector<Run> out;
  for (const auto& [value, run] : found) out.push_back(*run);
  return out;
}

std::string render_run_list(const std::vector<Run>& runs, const std::string& metric) {
  std::string out = fmt::format("{:>4}  {:<16}  {:<9}{:>9}  {}\n", "run", "when (UTC)", "command", "seconds",
                                fit_text("model", 18) + "  figure");
  for (const Run& run : runs) {
    const auto shown = metric.empty() ? headline(run) : find_run_metric(run, metric);
    std::string line = fmt::format("{:>4}  {:<16}  {}{:>9}  {}  {}", run.id, when_text(run.started_ms),
                                   fit_text(run.command, 9), short_number(run.seconds), fit_text(run.model, 18),
                                   run.exit_code < 0 ? "did not end" : metric_text(shown));
    line.erase(line.find_last_not_of(' ') + 1);
    out += line + "\n";
  }
  return out;
}

std::string render_run(const Run& run, const std::vector<Run>& all) {
  const auto line = [](const std::string& name, const std::string& value) {
    return fit_text(name, 16) + " " + escape_controls(value) + "\n";
  };
  std::string out = line("run", std::to_string(run.id));
  out += line("command", "mlkit " + lines_of(run.words));
  out += line("when", when_text(run.started_ms) + " UTC, " + short_number(run.seconds) + " s (" +
                          short_number(run.cpu_seconds) + " s of processor), exit code " +
                          (run.exit_code < 0 ? "none: it did not end" : std::to_string(run.exit_code)));
  out += line("mlkit", run.version);
  out += line("seed", std::to_string(run.seed));
  if (run.parent != 0) out += line("step of", "run " + std::to_string(run.parent));
  if (!run.data_sha256.empty()) out += line("training data", run.data_sha256);
  for (const RunFile& file : run.files) {
    out += line(file.role, file.path);
    if (!file.sha256.empty()) out += line("", file.sha256);
  }
  std::string related;
  for (const Run& other : all) {
    const bool same = !run.model_sha256.empty() && other.model_sha256 == run.model_sha256;
    if (other.id != run.id && same)
      related += (related.empty() ? "" : ", ") + std::to_string(other.id) + " (" + other.command + ")";
  }
  if (!related.empty()) out += line("same model", "runs " + related);
  if (!run.options.empty()) out += "\noptions\n";
  for (const auto& [name, value] : run.options) out += "  " + fit_text(name, 22) + " " + escape_controls(value) + "\n";
  if (!run.metrics.empty()) out += "\nfigures\n";
  for (const RunMetric& metric : run.metrics)
    out += "  " + fit_text(full_name(metric), 30) + " " + short_number(metric.value) + "\n";
  return out;
}

namespace {

struct Compared {
  std::string name;
  std::vector<std::string> values;  // one per run, "" = has none
};

// Rows of the comparison: properties that differ, then every figure that two of them have.
std::vector<Compared> differing(const std::vector<Run>& runs) {
  std::vector<std::string> names;
  std::vector<std::map<std::string, std::string>> tables;
  for (const Run& run : runs) {
    auto& table = tables.emplace_back();
    for (const auto& [name, value] : properties(run)) {
      if (std::find(names.begin(), names.end(), name) == names.end()) names.push_back(name);
      table[name] = value;
    }
  }
  std::vector<Compared> out;
  for (const std::string& name : names) {
    Compared row{name, {}};
    for (auto& table : tables) row.values.push_back(table[name]);
    if (std::adjacent_find(row.values.begin(), row.values.end(), std::not_equal_to<>()) != row.values.end())
      out.push_back(std::move(row));
  }
  return out;
}

std::vector<std::string> figure_names(const std::vector<Run>& runs) {
  std::vector<std::string> names;
  for (const Run& run : runs) {
    for (const RunMetric& metric : run.metrics) {
      if (std::find(names.begin(), names.end(), full_name(metric)) == names.end()) names.push_back(full_name(metric));
    }
  }
  return names;
}

}  // namespace

std::string render_comparison(const std::vector<Run>& runs) {
  const std::size_t first = 24;
  const std::size_t width = std::max<std::size_t>(10, (kWidth - first) / runs.size() - 1);
  const auto line = [&](const std::string& name, const std::vector<std::string>& values) {
    std::string text = fit_text(name, first);
    for (const std::string& value : values) text += " " + fit_text(value.empty() ? "-" : value, width);
    text.erase(text.find_last_not_of(' ') + 1);
    return text + "\n";
  };
  std::vector<std::string> heads;
  for (const Run& run : runs) heads.push_back("run " + std::to_string(run.id));
  std::string out = line("", heads);
  const std::vector<Compared> rows = differing(runs);
  for (const Compared& row : rows) out += line(row.name, row.values);
  if (rows.empty()) out += "same command, options, seed and data\n";
  for (const std::string& name : figure_names(runs)) {
    std::vector<std::string> values;
    for (const Run& run : runs) {
      const auto metric = find_run_metric(run, name);
      values.push_back(metric ? short_number(metric->value) : "");
    }
    out += line(name, values);
  }
  return out;
}

Json comparison_to_json(const std::vector<Run>& runs) {
  Json out;
  out["runs"] = Json::array();
  for (const Run& run : runs) out["runs"].push_back(run_to_json(run));
  out["different"] = Json::object();
  for (const Compared& row : differing(runs)) out["different"][row.name] = row.values;
  return out;
}

}  // namespace mlkit::app
