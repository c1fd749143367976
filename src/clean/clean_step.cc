#include "mlkit/clean/clean_step.h"

#include <utility>

#include "column_rules.h"
#include "mlkit/base/error.h"
#include "mlkit/data/column_spec_codec.h"

namespace mlkit {
namespace {

constexpr std::uint8_t kVersion = 1;

void save_options(const CleanOptions& options, BinaryWriter& out) {
  out.boolean(options.keep_names);
  out.boolean(options.keep_duplicates);
  out.f64(options.max_row_missing);
  out.boolean(options.max_col_missing.has_value());
  out.f64(options.max_col_missing.value_or(0));
  out.text(options.impute);
  out.boolean(options.indicator);
  out.text(options.outliers);
  out.text(options.outlier_action);
  out.texts(options.exclude);
  out.text(options.target);
}

CleanOptions load_options(BinaryReader& in) {
  CleanOptions options;
  options.keep_names = in.boolean();
  options.keep_duplicates = in.boolean();
  options.max_row_missing = in.finite_f64();
  const bool has_limit = in.boolean();
  const double limit = in.finite_f64();
  if (has_limit) options.max_col_missing = limit;
  options.impute = in.text();
  options.indicator = in.boolean();
  options.outliers = in.text();
  options.outlier_action = in.text();
  options.exclude = in.texts();
  options.target = in.text();
  try {
    parse_clean_rules(options);
  } catch (const Error& error) {
    in.fail(error.message());
  }
  return options;
}

template <class Enum>
Enum load_enum(BinaryReader& in, Enum last, const char* what) {
  const std::uint8_t value = in.u8();
  if (value > static_cast<std::uint8_t>(last)) in.fail(std::string("unknown ") + what);
  return static_cast<Enum>(value);
}

void save_column(const CleanColumn& column, BinaryWriter& out) {
  save_column_spec(column.source, out);
  out.text(column.name);
  out.boolean(column.dropped);
  out.u8(static_cast<std::uint8_t>(column.fill));
  out.f64(column.fill_number);
  out.text(column.fill_text);
  out.boolean(column.indicator);
  out.u8(static_cast<std::uint8_t>(column.outliers));
  out.f64(column.low);
  out.f64(column.high);
  out.f64(column.replacement);
}

CleanColumn load_column(BinaryReader& in) {
  CleanColumn column;
  column.source = load_column_spec(in);
  column.name = in.text();
  column.dropped = in.boolean();
  column.fill = load_enum(in, FillKind::kConstant, "way to fill");
  column.fill_number = in.finite_f64();
  column.fill_text = in.text();
  column.indicator = in.boolean();
  column.outliers = load_enum(in, OutlierAction::kFlag, "action for outliers");
  column.low = in.finite_f64();
  column.high = in.finite_f64();
  column.replacement = in.finite_f64();
  const bool numeric = column.source.type == ColumnType::kNumeric;
  if (column.outliers != OutlierAction::kNone && !numeric) in.fail("fences for a column that is not numeric");
  if (column.low > column.high) in.fail("fences in the wrong order");
  return column;
}

// Rows of all blocks, in order. Levels of categories may differ from block to block.
Table concatenate(std::vector<Table>& blocks);

}  // namespace

void CleanStep::observe(const Table& block, Context&) { blocks_.push_back(block); }

void CleanStep::merge(Step&& later) {
  for (Table& block : dynamic_cast<CleanStep&>(later).blocks_) blocks_.push_back(std::move(block));
}

void CleanStep::finish(Context& context) {
  if (fitted_) return;
  recipe_ = fit_clean(concatenate(blocks_), recipe_.options, context).recipe;
  blocks_.clear();
  fitted_ = true;
}

Table CleanStep::apply(Table table) const { return apply_clean(recipe_, std::move(table)); }

Table CleanStep::apply_training(Table table, Context& context) const {
  const std::vector<std::uint32_t> kept = select_clean_rows(recipe_, table, context);
  if (kept.size() < table.rows()) table = table.select_rows(kept);
  return apply_clean(recipe_, std::move(table));
}

void CleanStep::save(BinaryWriter& out) const {
  out.u8(kVersion);
  save_options(recipe_.options, out);
  out.u64(recipe_.columns.size());
  for (const CleanColumn& column : recipe_.columns) save_column(column, out);
}

std::unique_ptr<CleanStep> CleanStep::load(BinaryReader& in) {
  if (const std::uint8_t version = in.u8(); version != kVersion) {
    in.fail("cleaning of version " + std::to_string(version) + ", this program reads version " +
            std::to_string(kVersion));
  }
  CleanRecipe recipe;
  recipe.options = load_options(in);
  constexpr std::size_t kColumnBytes = 3 * 8 + 8 + 4 * 8;  // three texts, eight bytes of flags, four numbers
  const std::uint64_t columns = in.count(kColumnBytes);
  recipe.columns.reserve(columns);
  for (std::uint64_t c = 0; c < columns; ++c) recipe.columns.push_back(load_column(in));
  return std::make_unique<CleanStep>(std::move(recipe));
}

namespace {

void append_cells(Column& to, const Column& from) {
  to.validity.append(from.validity);
  if (to.is_numeric()) {
    auto& values = to.numbers().values;
    values.insert(values.end(), from.numbers().values.begin(), from.numbers().values.end());
    to.numbers().integer = to.numbers().integer && from.numbers().integer;
  } else if (to.is_texts()) {
    for (std::size_t row = 0; row < from.size(); ++row) std::get<Texts>(to.storage).append(from.texts().at(row));
  } else if (to.is_times()) {
    Times& times = std::get<Times>(to.storage);
    times.micros.insert(times.micros.end(), from.times().micros.begin(), from.times().micros.end());
    times.date_only = times.date_only && from.times().date_only;
  }
}

// Category columns by way of their texts, so that the levels are those of all blocks.
Column concatenate_categories(const std::vector<Table>& blocks, std::size_t c) {
  const Column& first = blocks.front().column(c);
  std::vector<std::string> cells;
  for (const Table& block : blocks) {
    for (std::size_t row = 0; row < block.rows(); ++row) cells.push_back(block.column(c).cell_text(row));
  }
  Column out = make_category_column(first.name, cells);
  out.type = first.type;
  out.role = first.role;
  return out;
}

Table concatenate(std::vector<Table>& blocks) {
  if (blocks.empty()) return {};
  if (blocks.size() == 1) return std::move(blocks.front());
  Table out;
  for (std::size_t c = 0; c < blocks.front().column_count(); ++c) {
    if (blocks.front().column(c).is_categorical()) {
      out.add_column(concatenate_categories(blocks, c));
      continue;
    }
    Column column = blocks.front().column(c);
    for (std::size_t b = 1; b < blocks.size(); ++b) append_cells(column, blocks[b].column(c));
    out.add_column(std::move(column));
  }
  return out;
}

}  // namespace
}  // namespace mlkit
