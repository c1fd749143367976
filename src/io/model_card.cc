#include "mlkit/io/model_card.h"

#include <algorithm>
#include <cmath>
#include <numeric>

#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"
#include "mlkit/io/display.h"
#include "mlkit/pipeline/explain.h"

namespace mlkit {
namespace {

constexpr std::size_t kLevelsShown = 5;
constexpr std::size_t kColumnsShown = 10;
constexpr std::size_t kNameWidth = 60;
constexpr double kRowsPerFeature = 10;  // fewer are few

// As code: nothing in it is markup. Bars are escaped, for tables.
std::string code(std::string_view name) {
  const std::string text = cut_display(name, kNameWidth);
  std::size_t longest = 0, run = 0;
  std::string out;
  for (const char c : text) {
    run = c == '`' ? run + 1 : 0;
    longest = std::max(longest, run);
    if (c == '|') out += '\\';
    out += c;
  }
  const std::string fence(longest + 1, '`');
  const std::string space = longest > 0 || out.empty() ? " " : "";
  return fence + space + out + space + fence;
}

std::string join_codes(const std::vector<std::string>& names, std::size_t most) {
  std::string out;
  for (std::size_t i = 0; i < std::min(most, names.size()); ++i) out += (i > 0 ? ", " : "") + code(names[i]);
  if (names.size() > most) out += " and " + with_thousands(names.size() - most) + " more";
  return out;
}

// Without thousands separators: years and codes are numbers, too.
std::string plain_number(double value) {
  std::string out = display_number(value);
  std::erase(out, ',');
  return out;
}

bool has_target(const Pipeline& pipeline) { return !pipeline.parts().target.name.empty(); }

std::string what_it_predicts(const Pipeline& pipeline) {
  const PipelineParts& parts = pipeline.parts();
  switch (parts.task) {
    case Task::kBinary:
      return "whether " + code(parts.target.name) + " is " + code(parts.classes[1]) + " (else " +
             code(parts.classes[0]) + "), with its probability";
    case Task::kMulticlass:
      return "which of " + std::to_string(parts.classes.size()) + " classes " + code(parts.target.name) +
             " is, with probabilities: " + join_codes(parts.classes, kColumnsShown);
    case Task::kRegression: return "the number " + code(parts.target.name);
    case Task::kClustering: return "which cluster a row belongs to; there is no target";
    case Task::kReduction: return "a row's principal components; there is no target";
  }
  return "";
}

const ReferenceColumn* reference_of(const PipelineParts& parts, std::size_t input) {
  return parts.drift && input < parts.drift->columns.size() ? &parts.drift->columns[input] : nullptr;
}

// What the column looked like in training.
std::string usual_values(const ReferenceColumn* column) {
  if (column == nullptr) return "not known";
  if (column->kind == DriftKind::kNumeric) {
    if (column->quantiles.empty()) return "all missing";
    return plain_number(column->quantiles.front()) + " .. " + plain_number(column->quantiles.back());
  }
  if (column->levels.empty()) return column->kind == DriftKind::kTime ? "time stamps" : "many texts";
  const std::size_t rest = column->levels.size() + column->other_levels;
  return join_codes({column->levels.begin(), column->levels.begin() + static_cast<std::ptrdiff_t>(std::min(
                                                                          kLevelsShown, column->levels.size()))},
                    kLevelsShown) +
         (rest > kLevelsShown ? ", .. (" + with_thousands(rest) + ")" : "");
}

std::string missing_share(const ReferenceColumn* column) {
  if (column == nullptr || column->rows == 0) return "";
  return display_percent(static_cast<double>(column->missing) / static_cast<double>(column->rows));
}

std::optional<double> find_value(const std::vector<std::pair<std::string, double>>& values, const std::string& name) {
  for (const auto& [other, value] : values) {
    if (other == name) return value;
  }
  return std::nullopt;
}

std::string option_of(const TrainingRecord& record, const std::string& name) {
  for (const auto& [other, value] : record.options) {
    if (other == name) return value;
  }
  return "";
}

std::vector<std::pair<std::string, double>> importance_of(const Pipeline& pipeline) {
  std::vector<std::pair<std::string, double>> out;
  if (!Explainer::can_explain(pipeline)) return out;
  const Explainer explainer(pipeline);
  std::vector<double> sums(explainer.columns().size());
  for (std::size_t s = 0; s < explainer.scores(); ++s) {
    const std::vector<SealedImportance> sealed = explainer.sealed_importance(s);
    for (std::size_t c = 0; c < sealed.size(); ++c) {
      sums[c] += sealed[c].sd.value_or(std::nan("")) / static_cast<double>(explainer.scores());
    }
  }
  for (std::size_t c = 0; c < sums.size(); ++c) {
    if (std::isfinite(sums[c])) out.emplace_back(explainer.columns()[c].name, sums[c]);
  }
  std::stable_sort(out.begin(), out.end(), [](const auto& a, const auto& b) { return a.second > b.second; });
  return out;
}

// Where the model ends, as far as the file knows.
std::vector<std::string> limits_of(const Pipeline& pipeline) {
  const PipelineParts& parts = pipeline.parts();
  const TrainingRecord& record = parts.record;
  std::vector<std::string> out;
  const double features = static_cast<double>(parts.preprocess.outputs());
  if (has_target(pipeline) && record.valid_metrics.empty()) {
    out.emplace_back(
        "No score on rows that the model did not learn from is on record; those on training rows flatter.");
  }
  if (record.rows > 0 && static_cast<double>(record.rows) < kRowsPerFeature * features) {
    out.push_back("It learned " + display_count(parts.preprocess.outputs(), "feature") + " from only " +
                  display_count(record.rows, "row") + ": expect scores on new rows to vary, and to be lower.");
  }
  if (!record.converged) out.emplace_back("The fit did not converge: its numbers are not those of the optimum.");
  out.emplace_back(std::string("It knows the world of its training rows. Rows ") +
                   (parts.drift ? "outside the usual values below" : "unlike those") +
                   " are extrapolated, levels that training did not see count as none of the known ones.");
  if (parts.task == Task::kBinary || parts.task == Task::kMulticlass) {
    out.emplace_back("Its probabilities hold where classes come as often as they did in training.");
  }
  if (!parts.drift) out.emplace_back("It carries no drift reference: `mlkit drift` needs the training rows.");
  out.emplace_back(
      "What it uses is what goes with the target, not what causes it. Whether it treats groups of people "
      "alike was not examined: score it group by group before it decides about people.");
  for (const std::string& warning : record.warnings) out.push_back("Warned in training: " + escape_controls(warning));
  return out;
}

std::string shell_word(const std::string& text) {
  const auto plain = [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
           std::string_view("_-.,=+/:@%").find(c) != std::string_view::npos;
  };
  if (!text.empty() && std::all_of(text.begin(), text.end(), plain)) return text;
  std::string out = "'";
  for (const char c : text) {
    if (c == '\'') {
      out += "'\\''";
    } else {
      out += c;
    }
  }
  return out + "'";
}

void add_inputs(const Pipeline& pipeline, std::string& out) {
  const PipelineParts& parts = pipeline.parts();
  out += "## Inputs\n\n| column | type | usual values in training | missing |\n| --- | --- | --- | ---: |\n";
  for (std::size_t i = 0; i < parts.inputs.size(); ++i) {
    const ReferenceColumn* reference = reference_of(parts, i);
    out += "| " + code(parts.inputs[i].name) + " | " + std::string(column_type_name(parts.inputs[i].type)) + " | " +
           usual_values(reference) + " | " + missing_share(reference) + " |\n";
  }
  out +=
      "\nUsual values of numbers are the 1 % and 99 % quantiles. Columns are found by name; other columns are "
      "ignored.\n";
  std::string steps;
  if (parts.clean) steps += "cleaning, ";
  if (parts.recipe) steps += display_count(parts.recipe->outputs(), "derived feature") + ", ";
  out += "Sealed in the file: " + steps + "filling of gaps, " + (parts.preprocess.scaled() ? "scaling, " : "") +
         "encoding; the model sees " + display_count(parts.preprocess.outputs(), "feature") + ".\n\n";
}

void add_scores(const Pipeline& pipeline, std::string& out) {
  const TrainingRecord& record = pipeline.parts().record;
  out += "## Scores\n\n";
  if (record.metrics.empty()) {
    out += "None on record.\n\n";
    return;
  }
  const bool valid = !record.valid_metrics.empty();
  out += "| metric | training rows | " + std::string(valid ? "validation rows | " : "") +
         "baseline |\n| --- | ---: | " + (valid ? "---: | " : "") + "---: |\n";
  for (const auto& [name, value] : record.metrics) {
    const auto cell = [&](const std::vector<std::pair<std::string, double>>& values) {
      const auto found = find_value(values, name);
      return found ? display_number(*found) : std::string("-");
    };
    out += "| " + name + " | " + display_number(value) + " | " + (valid ? cell(record.valid_metrics) + " | " : "") +
           cell(record.baseline) + " |\n";
  }
  out +=
      "\nThe baseline answers the same to every row, on the training rows. Scores on training rows flatter: the model "
      "has "
      "seen the answers.";
  out += valid ? " Validation rows (`train --valid`) were not learned from.\n\n"
               : " `mlkit evaluate MODEL TEST.csv` gives honest ones, with intervals.\n\n";
}

void add_decision(const Pipeline& pipeline, std::string& out) {
  if (!pipeline.is_classification()) return;
  const PipelineParts& parts = pipeline.parts();
  out += "## Decision\n\n";
  if (parts.task == Task::kBinary) {
    out += code(parts.classes[1]) + " where its probability is at least " + display_number(parts.threshold) + ".\n";
  } else {
    out += "The class with the largest probability.\n";
  }
  const std::string weights = option_of(parts.record, "class_weight"), resample = option_of(parts.record, "resample");
  if (weights == "balanced" || !resample.empty()) {
    out += "Classes were evened out for the fit (" + (resample.empty() ? "class weights" : "resampling: " + resample) +
           "); probabilities are corrected back to the true shares.\n";
  }
  if (parts.calibration) {
    out += "Probabilities are calibrated (" + std::string(calibration_name(parts.calibration->kind())) +
           ", learned from answers to rows that the model did not learn from).\n";
  }
  if (parts.record.dummy.size() == parts.classes.size()) {
    out += "Shares of the classes in training: ";
    for (std::size_t c = 0; c < std::min(kColumnsShown, parts.classes.size()); ++c) {
      out += (c > 0 ? ", " : "") + code(parts.classes[c]) + " " + display_percent(parts.record.dummy[c]);
    }
    out += parts.classes.size() > kColumnsShown ? ", ..\n" : ".\n";
  }
  out += "\n";
}

void add_importance(const Pipeline& pipeline, std::string& out) {
  const auto importance = importance_of(pipeline);
  if (importance.empty()) return;
  out += "## What moves the answers\n\n| column | moves the score by |\n| --- | ---: |\n";
  for (std::size_t i = 0; i < std::min(kColumnsShown, importance.size()); ++i) {
    out += "| " + code(importance[i].first) + " | " + display_number(importance[i].second) + " |\n";
  }
  out += "\nStandard deviation over the training rows of what the column adds to the ";
  out += pipeline.is_classification() ? "logit" : "answer";
  out += "; `mlkit explain MODEL` says more.\n\n";
}

}  // namespace

std::string training_command(const TrainingRecord& record) {
  std::string out = "mlkit train DATA.csv";
  for (const auto& [name, value] : record.options) {
    if (value.empty() || value == "false" || (name == "class_weight" && value == "none")) continue;
    std::string flag = name;
    std::replace(flag.begin(), flag.end(), '_', '-');
    out += " --" + flag;
    if (name == "recipe") {
      out += " RECIPE.json";
    } else if (value != "true") {
      out += " " + shell_word(value);
    }
  }
  return out + " --seed " + std::to_string(record.seed) + " -o MODEL";
}

std::string render_model_card(const Pipeline& pipeline, const ModelFileInfo& info) {
  const PipelineParts& parts = pipeline.parts();
  const TrainingRecord& record = parts.record;
  std::string out = "# Model card" + (has_target(pipeline) ? ": " + code(parts.target.name) : std::string()) + "\n\n";
  out += "Predicts " + what_it_predicts(pipeline) + ".\n\n";
  out += "| | |\n| --- | --- |\n";
  out += "| kind | " + std::string(parts.model->kind()) + ", " + std::string(task_name(parts.task)) + " |\n";
  out += "| made by | mlkit " + code(record.mlkit_version) + " |\n";
  out += "| file | format " + std::to_string(info.format) + ", " + with_thousands(info.bytes) + " bytes, SHA-256 `" +
         info.sha256 + "` |\n";
  out += "| trained on | " + display_count(record.rows, "row");
  if (record.rows_without_target > 0)
    out += " (" + with_thousands(record.rows_without_target) + " without a target left out)";
  out += " |\n";
  if (!record.data_sha256.empty())
    out += "| content of the table | SHA-256 `" + escape_controls(record.data_sha256) + "` |\n";
  if (!record.solver.empty()) {
    out += "| fit | " + escape_controls(record.solver) + ", " +
           display_count(static_cast<std::uint64_t>(std::max<std::int64_t>(0, record.iterations)), "iteration") +
           (record.converged ? ", converged" : ", **not converged**") + " |\n";
  }
  out += std::string("| drift reference | ") + (parts.drift ? "in the file: `mlkit drift MODEL TODAY.csv`" : "none") +
         " |\n\n";
  add_scores(pipeline, out);
  add_decision(pipeline, out);
  add_importance(pipeline, out);
  out += "## Limits\n\n";
  for (const std::string& limit : limits_of(pipeline)) out += "- " + limit + "\n";
  out += "\n";
  add_inputs(pipeline, out);
  out += "## Again\n\n";
  if (has_target(pipeline)) {
    out += "With the table above (by its SHA-256, which `mlkit inspect` shows for every model):\n\n```sh\n" +
           escape_controls(training_command(record)) + "\n```\n\n";
    if (parts.clean) out += "Cleaning by a recipe: give it to `--clean`. ";
  }
  out += "`mlkit verify MODEL` checks the file and replays " + display_count(parts.self_test.rows, "self-test row") +
         ".\n";
  return out;
}

Json model_card_to_json(const Pipeline& pipeline, const ModelFileInfo& info) {
  const PipelineParts& parts = pipeline.parts();
  const TrainingRecord& record = parts.record;
  const auto numbers = [](const std::vector<std::pair<std::string, double>>& values) {
    Json out = Json::object();
    for (const auto& [name, value] : values) out[name] = value;
    return out;
  };
  Json out;
  out["model"] = {{"kind", parts.model->kind()},
                  {"task", task_name(parts.task)},
                  {"sha256", info.sha256},
                  {"bytes", info.bytes},
                  {"made_by", record.mlkit_version}};
  if (has_target(pipeline)) out["target"] = parts.target.name;
  if (pipeline.is_classification()) out["classes"] = parts.classes;
  out["trained_on"] = {{"rows", record.rows},
                       {"rows_without_target", record.rows_without_target},
                       {"data_sha256", record.data_sha256},
                       {"converged", record.converged}};
  out["scores"] = {{"training_rows", numbers(record.metrics)}, {"baseline_on_training_rows", numbers(record.baseline)}};
  if (!record.valid_metrics.empty()) out["scores"]["validation_rows"] = numbers(record.valid_metrics);
  if (parts.task == Task::kBinary) out["decision"] = {{"positive", parts.classes[1]}, {"threshold", parts.threshold}};
  out["importance"] = numbers(importance_of(pipeline));
  out["drift_reference"] = parts.drift.has_value();
  Json& inputs = out["inputs"] = Json::array();
  for (std::size_t i = 0; i < parts.inputs.size(); ++i) {
    Json column = {{"name", parts.inputs[i].name}, {"type", column_type_name(parts.inputs[i].type)}};
    const ReferenceColumn* reference = reference_of(parts, i);
    if (reference != nullptr && reference->kind == DriftKind::kNumeric && !reference->quantiles.empty()) {
      column["usual"] = {reference->quantiles.front(), reference->quantiles.back()};
    }
    if (reference != nullptr && reference->rows > 0) {
      column["missing"] = static_cast<double>(reference->missing) / static_cast<double>(reference->rows);
    }
    inputs.push_back(std::move(column));
  }
  out["limits"] = limits_of(pipeline);
  if (has_target(pipeline)) out["reproduce"] = training_command(record);
  return out;
}

}  // namespace mlkit
