// inspect: everything in a model file, as text or JSON.
#include <algorithm>
#include <cmath>

#include <fmt/format.h>

#include "command.h"
#include "index_report.h"
#include "model_report.h"

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/datetime.h"
#include "mlkit/io/features_json.h"
#include "mlkit/io/model_file.h"

namespace mlkit::app {
namespace {

const std::vector<std::string> kSectionNames = {"file",     "inputs",   "features", "model",
                                                "decision", "training", "self_test"};
constexpr std::size_t kLevelsShown = 20;
constexpr std::size_t kCoefficientsShown = 30;
constexpr std::size_t kWordsShown = 40;
constexpr std::size_t kPointsShown = 10;
constexpr std::size_t kEveryPoint = 1000000;

Json file_json(const ModelFileInfo& info) {
  Json sections = Json::array();
  for (const SectionInfo& section : info.sections) {
    sections.push_back({{"name", section.name},
                        {"version", section.version},
                        {"required", section.required},
                        {"known", section.known},
                        {"bytes", section.bytes},
                        {"crc32c", fmt::format("{:08x}", section.crc32c)}});
  }
  return {{"format", info.format}, {"bytes", info.bytes}, {"sha256", info.sha256}, {"sections", sections}};
}

Json inputs_json(const Pipeline& pipeline) {
  const PipelineParts& parts = pipeline.parts();
  Json columns = Json::array();
  for (std::size_t i = 0; i < parts.inputs.size(); ++i) {
    Json column = {{"name", parts.inputs[i].name}, {"type", column_type_name(parts.inputs[i].type)}};
    if (!parts.aliases[i].empty()) column["also"] = parts.aliases[i];
    columns.push_back(std::move(column));
  }
  Json out = {{"columns", columns}};
  if (!parts.target.name.empty()) {
    out["target"] = {{"name", parts.target.name}, {"type", column_type_name(parts.target.type)}};
  }
  if (!parts.weight.empty()) out["weight"] = parts.weight;
  out["cleaned"] = parts.clean.has_value();
  if (parts.na) out["na"] = *parts.na;
  return out;
}

Json plan_json(const ColumnPlan& plan) {
  Json out = {{"column", plan.name}, {"type", column_type_name(plan.type)}, {"missing_in_training", plan.missing}};
  if (plan.encoding == Encoding::kOneHot) {
    out["encoding"] = "onehot";
    out["levels"] = plan.levels;
    out["counts"] = plan.counts;
    out["drop_first"] = plan.drop_first;
    out["rare"] = plan.other;
    if (plan.fill_level != kNoLevel) out["fill"] = plan.levels[plan.fill_level];
    return out;
  }
  if (plan.encoding == Encoding::kTerms) {
    const TokenRules& tokens = plan.text->options().tokens;
    out["encoding"] = plan.text->how();
    out["tokens"] = tokens.unit == TokenUnit::kWords ? "words" : "chars";
    out["ngrams"] = {tokens.shortest, tokens.longest};
    out["outputs"] = plan.outputs();
    if (!plan.text->is_hashed()) out["documents"] = plan.text->vocabulary().documents;
    return out;
  }
  out["encoding"] = plan.encoding == Encoding::kNumber ? "number" : "time_parts";
  if (plan.encoding == Encoding::kNumber && std::isfinite(plan.fill)) out["fill"] = plan.fill;
  if (plan.encoding == Encoding::kTimeParts) {
    out["fill"] = format_datetime(plan.fill_micros, plan.date_only);
    for (const TimePart part : plan.parts) out["parts"].push_back(time_part_name(part));
  }
  out["center"] = plan.center;
  out["scale"] = plan.scale;
  return out;
}

Json features_json(const Pipeline& pipeline) {
  const Preprocess& preprocess = pipeline.parts().preprocess;
  Json columns = Json::array();
  for (const ColumnPlan& plan : preprocess.columns()) columns.push_back(plan_json(plan));
  Json out = {{"columns", columns},
              {"names", preprocess.feature_names()},
              {"scaled", preprocess.scaled()},
              {"sparse", preprocess.sparse()}};
  if (pipeline.parts().recipe) out["recipe"] = feature_recipe_to_json(pipeline.parts().recipe->recipe());
  return out;
}

Json numbers_json(const std::vector<std::pair<std::string, double>>& numbers) {
  Json out = Json::object();
  for (const auto& [name, value] : numbers) out[name] = value;
  return out;
}

Json training_json(const TrainingRecord& record) {
  Json options = Json::object();
  for (const auto& [name, value] : record.options) options[name] = value;
  Json cv = Json::object();
  if (!record.cv.scores.empty()) cv["how"] = record.cv.how;
  for (const CvRecord::Score& score : record.cv.scores) {
    cv["metrics"][score.metric]["mean"] = score.mean;
    if (score.sd) cv["metrics"][score.metric]["sd"] = *score.sd;
  }
  return {{"mlkit", record.mlkit_version},
          {"seed", record.seed},
          {"data_sha256", record.data_sha256},
          {"rows", record.rows},
          {"rows_without_target", record.rows_without_target},
          {"options", options},
          {"solver", record.solver},
          {"objective", record.objective},
          {"iterations", record.iterations},
          {"converged", record.converged},
          {"metrics", numbers_json(record.metrics)},
          {"baseline", numbers_json(record.baseline)},
          {"valid", numbers_json(record.valid_metrics)},
          {"cv", cv},
          {"warnings", record.warnings}};
}

Json self_test_json(const Pipeline& pipeline) {
  const SelfTest& test = pipeline.parts().self_test;
  const std::size_t inputs = pipeline.inputs().size();
  const std::size_t outputs = test.rows == 0 ? 0 : test.expected.size() / test.rows;
  Json rows = Json::array();
  for (std::size_t row = 0; row < test.rows; ++row) {
    Json cells = Json::object();
    for (std::size_t i = 0; i < inputs; ++i) {
      const SelfTest::Cell& cell = test.cells[row * inputs + i];
      Json& shown = cells[pipeline.inputs()[i].name];
      if (cell.kind == CellValue::Kind::kNumber) shown = cell.number;
      if (cell.kind == CellValue::Kind::kText) shown = cell.text;
      if (cell.kind == CellValue::Kind::kTime) shown = format_datetime(cell.micros, false);
    }
    Json expected = Json::array();
    for (std::size_t i = 0; i < outputs; ++i) expected.push_back(test.expected[row * outputs + i]);
    rows.push_back({{"row", cells}, {"expected", expected}});
  }
  return rows;
}

std::string join(const std::vector<std::string>& items, std::size_t limit) {
  std::string out;
  for (std::size_t i = 0; i < items.size() && i < limit; ++i) out += (i == 0 ? "" : ", ") + escape_controls(items[i]);
  if (items.size() > limit) out += ", .. (" + with_thousands(items.size()) + " in all)";
  return out;
}

std::string plan_text(const ColumnPlan& plan) {
  if (plan.encoding == Encoding::kOneHot) {
    return fmt::format("one-hot, {}{}: {}", count_of(plan.levels.size(), "level"),
                       plan.drop_first ? ", first dropped" : "", join(plan.levels, kLevelsShown));
  }
  if (plan.encoding == Encoding::kTerms) {
    const TokenRules& tokens = plan.text->options().tokens;
    const std::string unit = tokens.unit == TokenUnit::kWords ? "word" : "character";
    const std::string length =
        tokens.longest == 1 ? "" : fmt::format(", {} to {} long", tokens.shortest, tokens.longest);
    return fmt::format("text ({}), {}{}", plan.text->how(),
                       plan.text->is_hashed() ? unit + "s in " + count_of(plan.outputs(), "place")
                                              : count_of(plan.outputs(), unit == "word" ? "word" : "piece of a word"),
                       length);
  }
  if (plan.encoding == Encoding::kTimeParts) {
    std::string parts;
    for (const TimePart part : plan.parts) parts += (parts.empty() ? "" : ", ") + std::string(time_part_name(part));
    return "time stamp: " + parts;
  }
  return fmt::format("number, gaps {}, ({} - {}) / {}", std::isfinite(plan.fill) ? short_number(plan.fill) : "refused",
                     "x", short_number(plan.center[0]), short_number(plan.scale[0]));
}

class Inspect : public Command {
 public:
  void declare(FieldList& arguments, FieldList& options) override {
    arguments.add("model", model_,
                  {.help = "a model file made by train, cluster, reduce or recommend",
                   .value_name = "MODEL",
                   .file = FileUse::kReads});
    options.add("section", section_, {.help = "only this part", .choices = kSectionNames});
    options.add("weights", weights_,
                {.help = "all coefficients, in the units of the columns instead of the scaled ones"});
  }

  int run(Session& session) override {
    ModelFileInfo info;
    const std::string bytes = read_model_bytes(model_);
    if (holds_item_index(bytes)) return inspect_index(bytes, session);
    const Pipeline pipeline = pipeline_from_bytes(bytes, model_, &info);
    if (session.json()) {
      session.result("inspect", to_json(pipeline, info));
    } else {
      session.print(to_text(pipeline, info));
    }
    return 0;
  }

 private:
  bool wants(const std::string& name) const { return section_.empty() || section_ == name; }

  int inspect_index(const std::string& bytes, Session& session) const {
    if (!section_.empty() || weights_) {
      throw_usage("--section and --weights are for models that predict; " + model_ + " is an index of items",
                  "leave them out");
    }
    ModelFileInfo info;
    const SealedIndex sealed = item_index_from_bytes(bytes, model_, session.context(), &info);
    if (session.json()) {
      session.result("inspect", {{"file", file_json(info)}, {"index", index_to_json(sealed)}});
    } else {
      session.print(fmt::format("model file, format {}, {} bytes\nSHA-256 {}\n\n", info.format,
                                with_thousands(info.bytes), info.sha256) +
                    index_to_text(sealed));
    }
    return 0;
  }

  static Json decision_json(const Pipeline& pipeline) {
    Json out = {{"classes", pipeline.classes()}, {"threshold", pipeline.threshold()}};
    const auto& calibration = pipeline.parts().calibration;
    if (!calibration) return out;
    Json curves = Json::array();
    for (const CalibrationCurve& curve : calibration->curves()) {
      curves.push_back(calibration->kind() == CalibrationKind::kSigmoid
                           ? Json{{"slope", curve.slope}, {"offset", curve.offset}}
                           : Json{{"from", curve.from}, {"to", curve.to}});
    }
    out["calibration"] = {{"kind", calibration_name(calibration->kind())}, {"curves", std::move(curves)}};
    return out;
  }

  Json to_json(const Pipeline& pipeline, const ModelFileInfo& info) const {
    Json out;
    if (wants("file")) out["file"] = file_json(info);
    if (wants("inputs")) out["inputs"] = inputs_json(pipeline);
    if (wants("features")) out["features"] = features_json(pipeline);
    if (wants("model")) out["model"] = model_to_json(pipeline, weights_);
    if (wants("decision")) out["decision"] = decision_json(pipeline);
    if (wants("training")) out["training"] = training_json(pipeline.parts().record);
    if (wants("self_test")) out["self_test"] = self_test_json(pipeline);
    return out;
  }

  std::string to_text(const Pipeline& pipeline, const ModelFileInfo& info) const {
    const PipelineParts& parts = pipeline.parts();
    std::string out;
    if (wants("file")) {
      out += fmt::format("model file, format {}, {} bytes\nSHA-256 {}\n\n", info.format, with_thousands(info.bytes),
                         info.sha256);
    }
    if (wants("inputs")) {
      if (!parts.target.name.empty()) out += "target  " + escape_controls(parts.target.name) + "\n";
      out += "inputs\n";
      for (const ColumnSpec& column : parts.inputs) {
        out += "  " + fit_text(column.name, 40) + " " + std::string(column_type_name(column.type)) + "\n";
      }
      if (parts.na) out += "missing where a cell is empty or one of: " + join(*parts.na, kLevelsShown) + "\n";
      out += "\n";
    }
    if (wants("features")) {
      if (parts.recipe) out += "recipe\n" + render_features(*parts.recipe) + "\n";
      out += "features (" + with_thousands(parts.preprocess.outputs()) + ")\n";
      for (const ColumnPlan& plan : parts.preprocess.columns()) {
        out += "  " + fit_text(plan.name, 24) + " " + plan_text(plan) + "\n";
      }
      out += "\n";
    }
    if (wants("model")) out += model_text(pipeline);
    if (wants("decision") && pipeline.is_classification()) {
      out += "classes  " + join(parts.classes, kLevelsShown) + "\n";
      if (parts.calibration) {
        out += "probabilities calibrated: " + std::string(calibration_name(parts.calibration->kind())) + "\n";
      }
      if (parts.task == Task::kBinary) {
        out += "\"" + escape_controls(parts.classes[1]) + "\" where its probability is at least " +
               short_number(parts.threshold) + "\n";
      }
      out += "\n";
    }
    if (wants("training")) out += training_text(parts.record);
    if (wants("self_test"))
      out += "self-test rows: " + std::to_string(parts.self_test.rows) + " (mlkit verify replays them)\n";
    return out;
  }

  std::string model_text(const Pipeline& pipeline) const {
    const std::size_t limit = weights_ ? pipeline.parts().preprocess.outputs() : kCoefficientsShown;
    std::string out =
        std::string(pipeline.parts().model->kind()) + " model, " + std::string(task_name(pipeline.task())) + "\n";
    const std::string coefficients = render_coefficients(pipeline, limit, weights_);
    if (!coefficients.empty()) {
      out += weights_ ? "coefficients in the units of the columns\n"
                      : "coefficients of the scaled features (--weights: of the columns)\n";
    }
    return out + coefficients + (weights_ ? "" : render_words(pipeline, kWordsShown)) +
           render_points(pipeline, weights_ ? kEveryPoint : kPointsShown, weights_) + "\n";
  }

  static std::string training_text(const TrainingRecord& record) {
    std::string out = "trained by mlkit " + escape_controls(record.mlkit_version) + " on " +
                      count_of(record.rows, "row") + ", seed " + std::to_string(record.seed) + "\n";
    if (!record.data_sha256.empty()) out += "data SHA-256 " + escape_controls(record.data_sha256) + "\n";
    out +=
        escape_controls(record.solver) + ", " + count_of(static_cast<std::uint64_t>(record.iterations), "iteration") +
        (record.converged ? ", converged" : ", not converged") + ", objective " + short_number(record.objective) + "\n";
    for (const auto& [name, value] : record.metrics) {
      out += "  " + fit_text(name, 24) + fmt::format("{:>12}", short_number(value));
      for (const auto& [other, base] : record.baseline) {
        if (other == name) out += fmt::format("   baseline {:>12}", short_number(base));
      }
      out += "\n";
    }
    if (!record.cv.scores.empty()) out += "  cross-validated before: " + escape_controls(record.cv.how) + "\n";
    for (const CvRecord::Score& score : record.cv.scores) {
      out += "  " + fit_text(score.metric, 24) + fmt::format("{:>12}", short_number(score.mean)) +
             (score.sd ? fmt::format("   sd {:>18}", short_number(*score.sd)) : std::string()) + "\n";
    }
    for (const std::string& warning : record.warnings) out += "  warning: " + escape_controls(warning) + "\n";
    return out + "\n";
  }

  std::string model_;
  std::string section_;
  bool weights_ = false;
};

}  // namespace

std::unique_ptr<Command> make_inspect() { return std::make_unique<Inspect>(); }

}  // namespace mlkit::app
