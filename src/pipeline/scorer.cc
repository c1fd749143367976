// One row at a time, without allocation.
#include <algorithm>
#include <limits>

#include "mlkit/base/error.h"
#include "mlkit/pipeline/pipeline.h"

namespace mlkit {
namespace {

// Where the cell of a column of the preprocessing comes from.
enum class CellSource : std::uint8_t { kInput, kMissingFlag, kOutlierFlag, kDerived };

struct CellRoute {
  std::size_t input = 0;
  CellSource source = CellSource::kInput;
};

CellValue number_cell(double value) {
  CellValue cell;
  cell.kind = CellValue::Kind::kNumber;
  cell.number = value;
  return cell;
}

// What apply_clean does to one cell; `outlier` says whether it was outside the fences.
CellValue clean_cell(const CleanColumn& column, CellValue cell, bool& outlier) {
  outlier = false;
  if (cell.kind == CellValue::Kind::kMissing && column.fill != FillKind::kNone) {
    if (column.source.type == ColumnType::kNumeric) {
      cell = number_cell(column.fill_number);
    } else {
      cell.kind = CellValue::Kind::kText;
      cell.text = column.fill_text;
    }
  }
  if (column.outliers == OutlierAction::kNone || cell.kind != CellValue::Kind::kNumber) return cell;
  outlier = cell.number < column.low || cell.number > column.high;
  if (!outlier) return cell;
  switch (column.outliers) {
    case OutlierAction::kMedian: return number_cell(column.replacement);
    case OutlierAction::kCap: return number_cell(cell.number < column.low ? column.low : column.high);
    case OutlierAction::kNull: return CellValue{};
    default: return cell;
  }
}

// From a column behind the cleaning, or a derived feature.
CellRoute find_route(const PipelineParts& parts, const std::string& name) {
  if (parts.recipe) {
    const std::vector<std::string>& names = parts.recipe->names();
    const auto found = std::find(names.begin(), names.end(), name);
    if (found != names.end()) return {static_cast<std::size_t>(found - names.begin()), CellSource::kDerived};
  }
  if (!parts.clean) {
    if (const auto input = parts.inputs.find(name)) return {*input, CellSource::kInput};
  }
  for (const CleanColumn& column : parts.clean ? parts.clean->columns : std::vector<CleanColumn>()) {
    const auto input = parts.inputs.find(column.source.name);
    if (!input) continue;
    if (column.name == name) return {*input, CellSource::kInput};
    if (column.indicator && column.indicator_name() == name) return {*input, CellSource::kMissingFlag};
    if (column.outliers == OutlierAction::kFlag && column.flag_name() == name)
      return {*input, CellSource::kOutlierFlag};
  }
  throw Error(ErrorCode::kModelFile, "no input for the feature column \"" + name + "\"");
}

}  // namespace

struct Scorer::State {
  const PipelineParts* parts = nullptr;
  std::vector<const CleanColumn*> clean_of_input;  // per input; may be null; empty without cleaning
  std::vector<CellValue> cleaned;                  // per input
  std::vector<std::uint8_t> was_missing;
  std::vector<std::uint8_t> was_outlier;
  std::vector<CellRoute> recipe_routes;  // per input of the recipe
  std::vector<CellValue> recipe_cells;
  FeatureEncoder::Scratch scratch;
  std::vector<double> derived;
  std::size_t unknown = 0;        // levels that the recipe did not know
  std::vector<CellRoute> routes;  // per column of the preprocessing; empty where these are the inputs
  std::vector<CellValue> routed;  // the same
  std::vector<double> dense;
  Preprocess::SparseRow sparse;

  std::span<const CellValue> prepare_row(std::span<const CellValue> cells);
  CellValue routed_cell(const CellRoute& route, std::span<const CellValue> cells) const;
};

CellValue Scorer::State::routed_cell(const CellRoute& route, std::span<const CellValue> cells) const {
  switch (route.source) {
    case CellSource::kInput: return cells[route.input];
    case CellSource::kMissingFlag: return number_cell(was_missing[route.input]);
    case CellSource::kOutlierFlag: return number_cell(was_outlier[route.input]);
    case CellSource::kDerived: break;
  }
  const double value = derived[route.input];
  return value == value ? number_cell(value) : CellValue{};
}

// Cleaning, then the recipe, then the columns of the preprocessing.
std::span<const CellValue> Scorer::State::prepare_row(std::span<const CellValue> cells) {
  if (!clean_of_input.empty()) {
    for (std::size_t i = 0; i < cells.size(); ++i) {
      was_missing[i] = cells[i].kind == CellValue::Kind::kMissing;
      bool outlier = false;
      cleaned[i] = clean_of_input[i] == nullptr ? cells[i] : clean_cell(*clean_of_input[i], cells[i], outlier);
      was_outlier[i] = outlier;
    }
    cells = cleaned;
  }
  if (parts->recipe) {
    for (std::size_t i = 0; i < recipe_routes.size(); ++i) recipe_cells[i] = routed_cell(recipe_routes[i], cells);
    unknown = parts->recipe->row(recipe_cells, scratch, derived);
  }
  for (std::size_t i = 0; i < routes.size(); ++i) routed[i] = routed_cell(routes[i], cells);
  return routed;
}

Scorer::Scorer(const Pipeline& pipeline) : state_(std::make_unique<State>()) {
  const PipelineParts& parts = pipeline.parts();
  state_->parts = &parts;
  if (parts.clean) {
    for (const ColumnSpec& input : parts.inputs) state_->clean_of_input.push_back(parts.clean->find(input.name));
    state_->cleaned.resize(parts.inputs.size());
    state_->was_missing.resize(parts.inputs.size());
    state_->was_outlier.resize(parts.inputs.size());
  }
  if (parts.recipe) {
    for (const ColumnSpec& input : parts.recipe->inputs()) {
      state_->recipe_routes.push_back(find_route(parts, input.name));
    }
    state_->recipe_cells.resize(state_->recipe_routes.size());
    state_->scratch = parts.recipe->make_scratch();
    state_->derived.resize(parts.recipe->outputs());
  }
  if (parts.clean || parts.recipe) {
    for (const ColumnPlan& plan : parts.preprocess.columns()) {
      state_->routes.push_back(find_route(parts, plan.name));
    }
    state_->routed.resize(state_->routes.size());
  }
  if (parts.preprocess.sparse()) {
    state_->sparse.columns.resize(parts.preprocess.most_entries());
    state_->sparse.values.resize(parts.preprocess.most_entries());
  } else {
    state_->dense.resize(parts.preprocess.outputs());
  }
}

Scorer::~Scorer() = default;
Scorer::Scorer(Scorer&&) noexcept = default;

std::size_t Scorer::inputs() const { return state_->parts->inputs.size(); }
std::size_t Scorer::outputs() const { return state_->parts->model->outputs(); }

std::size_t Scorer::score(std::span<const CellValue> cells, std::span<double> out) {
  const PipelineParts& parts = *state_->parts;
  if (parts.clean || parts.recipe) cells = state_->prepare_row(cells);
  if (parts.preprocess.sparse()) {
    const std::size_t unknown = state_->unknown + parts.preprocess.transform_sparse_row(cells, state_->sparse);
    parts.model->predict_sparse_row(
        {{state_->sparse.columns.data(), state_->sparse.size}, {state_->sparse.values.data(), state_->sparse.size}},
        out);
    if (parts.calibration) parts.calibration->apply(out);
    return unknown;
  }
  const std::size_t unknown =
      state_->unknown + parts.preprocess.transform_row(cells, state_->dense, state_->sparse.scratch);
  parts.model->predict_row(state_->dense, out);
  if (parts.calibration) parts.calibration->apply(out);
  return unknown;
}

}  // namespace mlkit
