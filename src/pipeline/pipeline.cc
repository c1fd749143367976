#include "mlkit/pipeline/pipeline.h"

#include <algorithm>
#include <set>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

[[noreturn]] void throw_unfit(const std::string& what) {
  throw Error(ErrorCode::kModelFile, "the parts of the model do not fit together: " + what,
              {.file = {}, .column = {}, .hint = "the file is damaged or was not written by mlkit"});
}

void check_distinct(const std::vector<std::string>& names, const std::string& what) {
  std::set<std::string_view> seen;
  for (const std::string& name : names) {
    if (!seen.insert(name).second) throw_unfit(what + " \"" + name + "\" comes twice");
  }
}

bool has_control_character(std::string_view text) {
  return std::any_of(text.begin(), text.end(), [](char c) { return static_cast<unsigned char>(c) < 32 || c == 127; });
}

void check_classes(const PipelineParts& parts) {
  const bool classes = parts.task == Task::kBinary || parts.task == Task::kMulticlass;
  if (!classes && !parts.classes.empty()) throw_unfit("classes in a model without classes");
  if (classes && parts.classes.size() != parts.model->outputs()) throw_unfit("number of classes");
  if (parts.task == Task::kBinary && parts.classes.size() != 2) throw_unfit("a binary model needs two classes");
  check_distinct(parts.classes, "class");
  if (std::any_of(parts.classes.begin(), parts.classes.end(), has_control_character)) {
    throw_unfit("a class label holds control characters");
  }
  if (parts.calibration && !(classes && parts.calibration->fits(parts.classes.size()))) {
    throw_unfit("the calibration is not that of the classes");
  }
  if (!(parts.threshold >= 0 && parts.threshold <= 1)) throw_unfit("the threshold is not a probability");
}

// Of what the recipe is made, and with what it makes.
Schema preprocess_input_schema(const PipelineParts& parts) {
  Schema schema = parts.clean ? clean_output_schema(*parts.clean, parts.inputs) : parts.inputs;
  if (!parts.recipe) return schema;
  for (const ColumnSpec& input : parts.recipe->inputs()) {
    const auto found = schema.find(input.name);
    if (!found) throw_unfit("no input for the column \"" + input.name + "\" of the recipe");
    if (schema[*found].type != input.type) throw_unfit("type of column \"" + input.name + "\" of the recipe");
  }
  for (const std::string& name : parts.recipe->names()) {
    if (schema.find(name)) throw_unfit("feature \"" + name + "\" has the name of a column");
    schema.add({.name = name, .type = ColumnType::kNumeric});
  }
  return schema;
}

// Every column of the preprocessing must come out of the inputs, with the type it was learned on.
void check_preprocess(const PipelineParts& parts) {
  const Schema schema = preprocess_input_schema(parts);
  for (const ColumnPlan& plan : parts.preprocess.columns()) {
    const auto found = schema.find(plan.name);
    if (!found) throw_unfit("no input for the feature column \"" + plan.name + "\"");
    if (schema[*found].type != plan.type) throw_unfit("type of column \"" + plan.name + "\"");
  }
  if (parts.preprocess.outputs() != parts.model->inputs()) throw_unfit("number of features");
}

}  // namespace

Pipeline::Pipeline(PipelineParts parts) : parts_(std::move(parts)) {
  if (!parts_.model) throw_unfit("there is no model");
  if (parts_.model->task() != parts_.task) throw_unfit("the task");
  if (parts_.aliases.size() != parts_.inputs.size()) throw_unfit("number of column names");
  check_distinct(parts_.inputs.names(), "column");
  check_classes(parts_);
  try {
    check_preprocess(parts_);
  } catch (const Error& error) {
    if (error.code() == ErrorCode::kModelFile) throw;
    throw_unfit(error.message());
  }
  const SelfTest& test = parts_.self_test;
  if (test.cells.size() != test.rows * parts_.inputs.size() ||
      test.expected.size() != test.rows * parts_.model->outputs()) {
    throw_unfit("size of the self-test");
  }
}

Pipeline Pipeline::with_na(std::optional<std::vector<std::string>> na) const {
  PipelineParts parts = parts_;
  parts.na = std::move(na);
  return Pipeline(std::move(parts));
}

Pipeline Pipeline::with_threshold(double threshold) const {
  PipelineParts parts = parts_;
  parts.threshold = threshold;
  return Pipeline(std::move(parts));
}

Pipeline Pipeline::with_record(TrainingRecord record) const {
  PipelineParts parts = parts_;
  parts.record = std::move(record);
  return Pipeline(std::move(parts));
}

Pipeline Pipeline::with_self_test(SelfTest test) const {
  PipelineParts parts = parts_;
  parts.self_test = std::move(test);
  return Pipeline(std::move(parts));
}

Pipeline Pipeline::with_drift(DriftReference reference) const {
  PipelineParts parts = parts_;
  parts.drift = std::move(reference);
  return Pipeline(std::move(parts));
}

std::vector<std::size_t> Pipeline::bind(const std::vector<std::string>& names) const {
  std::map<std::string_view, std::size_t> at;
  for (std::size_t i = 0; i < names.size(); ++i) at.emplace(names[i], i);
  std::vector<std::size_t> positions;
  std::vector<std::string> missing;
  for (std::size_t i = 0; i < parts_.inputs.size(); ++i) {
    auto found = at.find(parts_.inputs[i].name);
    if (found == at.end() && !parts_.aliases[i].empty()) found = at.find(parts_.aliases[i]);
    if (found == at.end()) {
      missing.push_back(parts_.inputs[i].name);
    } else {
      positions.push_back(found->second);
    }
  }
  if (missing.empty()) return positions;
  std::string message = "the model needs a column \"" + missing[0] + "\" that is not there";
  if (missing.size() > 1)
    message += " (and " + std::to_string(missing.size() - 1) + " more: \"" + missing[1] + "\"" +
               (missing.size() > 2 ? ", ..)" : ")");
  const std::string near = nearest_name(missing[0], names);
  throw_data(message, near.empty() ? "`mlkit inspect MODEL` lists the columns it needs" : "is it \"" + near + "\"?");
}

std::optional<std::size_t> Pipeline::find_target(const std::vector<std::string>& names) const {
  for (const std::string& wanted : {parts_.target.name, parts_.target_alias}) {
    const auto found = std::find(names.begin(), names.end(), wanted);
    if (!wanted.empty() && found != names.end()) return static_cast<std::size_t>(found - names.begin());
  }
  return std::nullopt;
}

std::map<std::string, DeclaredType> Pipeline::input_types(const std::vector<std::string>& header) const {
  std::map<std::string, DeclaredType> types;
  const std::vector<std::size_t> positions = bind(header);
  for (std::size_t i = 0; i < positions.size(); ++i) types[header[positions[i]]] = {parts_.inputs[i].type, false};
  return types;
}

std::map<std::string, DeclaredType> Pipeline::declared_types(const std::vector<std::string>& header) const {
  std::map<std::string, DeclaredType> types = input_types(header);
  if (const auto target = find_target(header)) {
    types[header[*target]] = {is_classification() ? ColumnType::kCategory : ColumnType::kNumeric, false};
  }
  if (!parts_.weight.empty() && std::find(header.begin(), header.end(), parts_.weight) != header.end()) {
    types[parts_.weight] = {ColumnType::kNumeric, false};
  }
  return types;
}

Matrix Pipeline::features(const Table& table, const Context& context, TransformCounts* counts) const {
  std::vector<std::string> names;
  for (const Column& column : table.columns()) names.push_back(column.name);
  const std::vector<std::size_t> positions = bind(names);
  if (!parts_.clean && !parts_.recipe) return parts_.preprocess.transform(table, positions, context, counts);
  Table prepared = table.select_columns(positions);
  if (parts_.clean) prepared = apply_clean(*parts_.clean, std::move(prepared));
  if (parts_.recipe) {
    FeatureCounts seen;
    prepared = parts_.recipe->apply(std::move(prepared), context, counts == nullptr ? nullptr : &seen);
    if (counts != nullptr) {
      TransformCounts derived;
      derived.derived = std::move(seen.unknown);
      counts->add(derived);
    }
  }
  const Schema schema = prepared.schema();
  std::vector<std::size_t> prepared_positions;
  for (const ColumnPlan& plan : parts_.preprocess.columns()) prepared_positions.push_back(schema.index_of(plan.name));
  return parts_.preprocess.transform(prepared, prepared_positions, context, counts);
}

Predictions Pipeline::predict_matrix(const MatrixView& features, const Context& context) const {
  Predictions out = predict_rows(*parts_.model, features, context);
  if (parts_.calibration) {
    for_blocks(context, out.rows, kRowBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
      for (std::size_t row = begin; row < end; ++row) {
        parts_.calibration->apply({out.probabilities.data() + row * out.classes, out.classes});
      }
    });
  }
  decide_labels(out, parts_.threshold);
  return out;
}

Predictions Pipeline::predict(const Table& table, const Context& context, TransformCounts* counts) const {
  const Matrix matrix = features(table, context, counts);
  return predict_matrix(MatrixView(matrix), context);
}

}  // namespace mlkit
