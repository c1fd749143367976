#include "mlkit/features/feature_encoder.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <mutex>
#include <set>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/datetime.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

constexpr double kMissing = std::numeric_limits<double>::quiet_NaN();
constexpr double kMicrosPerHour = 3.6e9;
constexpr int kSaturday = 5;

// sin(2 pi k / 24), and sin and cos(2 pi k / 7): correctly rounded, computed with 60 digits. (The C library's differ
// between processors.)
constexpr double kSin24[24] = {0.0,
                               0.25881904510252074,
                               0.5,
                               0.7071067811865476,
                               0.8660254037844386,
                               0.9659258262890683,
                               1.0,
                               0.9659258262890683,
                               0.8660254037844386,
                               0.7071067811865476,
                               0.5,
                               0.25881904510252074,
                               0.0,
                               -0.25881904510252074,
                               -0.5,
                               -0.7071067811865476,
                               -0.8660254037844386,
                               -0.9659258262890683,
                               -1.0,
                               -0.9659258262890683,
                               -0.8660254037844386,
                               -0.7071067811865476,
                               -0.5,
                               -0.25881904510252074};
constexpr double kSin7[7] = {0.0,
                             0.7818314824680298,
                             0.9749279121818236,
                             0.4338837391175581,
                             -0.4338837391175581,
                             -0.9749279121818236,
                             -0.7818314824680298};
constexpr double kCos7[7] = {1.0,
                             0.6234898018587335,
                             -0.2225209339563144,
                             -0.9009688679024191,
                             -0.9009688679024191,
                             -0.2225209339563144,
                             0.6234898018587335};

double part_value(const DatetimeParts& parts, DatePart part) {
  const auto hour = static_cast<std::size_t>(parts.hour);
  const auto month = static_cast<std::size_t>(parts.month - 1);
  const auto day = static_cast<std::size_t>(parts.day_of_week);
  switch (part) {
    case DatePart::kYear: return parts.year;
    case DatePart::kMonth: return parts.month;
    case DatePart::kDay: return parts.day;
    case DatePart::kDayOfWeek: return parts.day_of_week;
    case DatePart::kHour: return parts.hour;
    case DatePart::kMinute: return parts.minute;
    case DatePart::kIsWeekend: return parts.day_of_week >= kSaturday ? 1 : 0;
    case DatePart::kMonthSin: return kSin24[2 * month];
    case DatePart::kMonthCos: return kSin24[(2 * month + 6) % 24];
    case DatePart::kDayOfWeekSin: return kSin7[day];
    case DatePart::kDayOfWeekCos: return kCos7[day];
    case DatePart::kHourSin: return kSin24[hour];
    case DatePart::kHourCos: break;
  }
  return kSin24[(hour + 6) % 24];
}

CellValue::Kind kind_of(ColumnType type) {
  switch (type) {
    case ColumnType::kNumeric: return CellValue::Kind::kNumber;
    case ColumnType::kDatetime: return CellValue::Kind::kTime;
    default: return CellValue::Kind::kText;
  }
}

[[noreturn]] void throw_wrong_type(const std::string& column, std::string_view is, std::string_view wanted) {
  throw Error(ErrorCode::kData, "the column is " + std::string(is) + ", the recipe expects " + std::string(wanted),
              {.file = {}, .column = column, .hint = {}});
}

std::string_view kind_text(CellValue::Kind kind) {
  return kind == CellValue::Kind::kNumber ? "a number" : kind == CellValue::Kind::kTime ? "a time" : "text";
}

// A result beyond the range of a double is no number.
double finite_or_missing(double x) { return std::isfinite(x) ? x : kMissing; }

double bin_of(const FeatureStep& step, double x) {
  if (!(x == x)) x = step.fill;
  if (!(x == x)) return kMissing;
  return static_cast<double>(std::lower_bound(step.edges.begin(), step.edges.end(), x) - step.edges.begin());
}

double scaled(const FeatureStep& step, double x) {
  if (!(x == x)) x = step.fill;
  return finite_or_missing((x - step.center) / step.scale);
}

TextEncoder text_encoder_of(const FeatureStep& step) {
  return step.kind == FeatureKind::kTerms ? TextEncoder(step.vocabulary)
                                          : TextEncoder::hashed(step.terms, static_cast<std::uint32_t>(step.most));
}

double number_of(const CellValue& cell) { return cell.kind == CellValue::Kind::kNumber ? cell.number : kMissing; }

}  // namespace

void FeatureCounts::add(const FeatureCounts& other) {
  const auto sum = [](std::vector<std::uint64_t>& into, const std::vector<std::uint64_t>& from) {
    into.resize(std::max(into.size(), from.size()));
    for (std::size_t i = 0; i < from.size(); ++i) into[i] += from[i];
  };
  sum(unknown, other.unknown);
  sum(tokens, other.tokens);
  sum(unknown_tokens, other.unknown_tokens);
}

FeatureEncoder::FeatureEncoder(FeatureRecipe recipe) : recipe_(std::move(recipe)) {
  validate_feature_recipe(recipe_);
  names_ = feature_names(recipe_);
  for (const FeatureColumn& column : recipe_.columns) {
    if (!recipe_.uses(column.spec.name)) continue;
    inputs_.add(column.spec);
  }
  std::size_t first = 0;
  for (const FeatureStep& step : recipe_.steps) {
    first_output_.push_back(first);
    widths_.push_back(feature_width(recipe_, step));
    first += widths_.back();
    levels_.push_back(step.is_encoder() ? TextIndex(step.levels) : TextIndex());
    texts_.push_back(step.is_text() ? std::make_shared<const TextEncoder>(text_encoder_of(step)) : nullptr);
    boolean_.push_back(recipe_.find(step.column)->spec.type == ColumnType::kBoolean);
    first_input_.push_back(*inputs_.find(step.column));
    second_input_.push_back(step.other.empty() ? first_input_.back() : *inputs_.find(step.other));
  }
}

std::uint32_t FeatureEncoder::code_of(std::size_t step, const CellValue& cell) const {
  if (cell.kind == CellValue::Kind::kMissing) return missing_code(step);
  // (Texts of booleans are short enough to need no memory of their own.)
  const std::uint32_t level =
      boolean_[step] ? levels_[step].find(to_lower_ascii(cell.text)) : levels_[step].find(cell.text);
  return level == kNoLevel ? unknown_code(step) : level;
}

void FeatureEncoder::decode(std::size_t step, std::uint32_t code, double* out) const {
  const FeatureStep& s = recipe_.steps[step];
  const std::size_t width = widths_[step];
  if (s.kind != FeatureKind::kOneHot) {
    std::copy_n(s.values.begin() + static_cast<std::ptrdiff_t>(code * width), width, out);
    return;
  }
  std::fill_n(out, width, 0.0);
  if (code < s.levels.size()) out[code] = 1;
  if (code == unknown_code(step) && s.other_level) out[width - 1] = 1;
}

FeatureEncoder::Scratch FeatureEncoder::make_scratch() const {
  Scratch scratch;
  for (const FeatureStep& step : recipe_.steps) scratch.tokenizers.emplace_back(step.terms.tokens);
  return scratch;
}

void FeatureEncoder::evaluate(std::size_t step, const CellValue& a, const CellValue& b, Scratch& scratch, double* out,
                              FeatureCounts* counts) const {
  const FeatureStep& s = recipe_.steps[step];
  switch (s.kind) {
    case FeatureKind::kDates: {
      if (a.kind == CellValue::Kind::kMissing) {
        std::fill_n(out, widths_[step], kMissing);
        return;
      }
      const DatetimeParts parts = split_datetime(a.micros);
      for (std::size_t i = 0; i < s.parts.size(); ++i) out[i] = part_value(parts, s.parts[i]);
      return;
    }
    case FeatureKind::kDifference: {
      const bool missing = a.kind == CellValue::Kind::kMissing || b.kind == CellValue::Kind::kMissing;
      const double hours = static_cast<double>(a.micros - b.micros) / kMicrosPerHour;
      out[0] = missing ? kMissing : s.days ? hours / 24 : hours;
      return;
    }
    case FeatureKind::kOneHot:
    case FeatureKind::kFrequency:
    case FeatureKind::kOrdinal:
    case FeatureKind::kTarget: {
      const std::uint32_t code = code_of(step, a);
      if (counts != nullptr && code == unknown_code(step)) ++counts->unknown[step];
      decode(step, code, out);
      return;
    }
    case FeatureKind::kBins: out[0] = bin_of(s, number_of(a)); return;
    case FeatureKind::kScale: out[0] = scaled(s, number_of(a)); return;
    case FeatureKind::kTerms:
    case FeatureKind::kHashedTerms: {
      std::fill_n(out, widths_[step], 0.0);
      if (a.kind == CellValue::Kind::kMissing) return;
      TermVector& vector = scratch.vector;
      texts_[step]->encode(a.text, scratch.tokenizers[step], vector);
      for (std::size_t i = 0; i < vector.terms.size(); ++i) out[vector.terms[i]] = vector.weights[i];
      if (counts != nullptr) {
        counts->tokens[step] += vector.tokens;
        counts->unknown_tokens[step] += vector.unknown;
      }
      return;
    }
    case FeatureKind::kProduct: out[0] = finite_or_missing(number_of(a) * number_of(b)); return;
  }
}

std::size_t FeatureEncoder::row(std::span<const CellValue> cells, Scratch& scratch, std::span<double> out) const {
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i].kind == CellValue::Kind::kMissing || cells[i].kind == kind_of(inputs_[i].type)) continue;
    throw_wrong_type(inputs_[i].name, kind_text(cells[i].kind), column_type_name(inputs_[i].type));
  }
  std::size_t unknown = 0;
  for (std::size_t step = 0; step < recipe_.steps.size(); ++step) {
    const CellValue& a = cells[first_input_[step]];
    if (recipe_.steps[step].is_encoder()) {
      const std::uint32_t code = code_of(step, a);
      unknown += code == unknown_code(step) ? 1 : 0;
      decode(step, code, out.data() + first_output_[step]);
    } else {
      evaluate(step, a, cells[second_input_[step]], scratch, out.data() + first_output_[step], nullptr);
    }
  }
  return unknown;
}

BoundFeature::BoundFeature(const FeatureEncoder& encoder, std::size_t step, const Table& table)
    : encoder_(&encoder), step_(step) {
  const FeatureRecipe& recipe = encoder.recipe();
  const auto bind = [&](const std::string& name, bool& all_missing) {
    const Column& column = table.column(table.schema().index_of(name));
    all_missing = column.validity.missing_count() == column.size();
    const ColumnType wanted = recipe.find(name)->spec.type;
    if (!all_missing && kind_of(column.type) != kind_of(wanted))
      throw_wrong_type(name, column_type_name(column.type), column_type_name(wanted));
    return &column;
  };
  a_ = bind(recipe.steps[step].column, a_missing_);
  if (!recipe.steps[step].other.empty()) b_ = bind(recipe.steps[step].other, b_missing_);
  if (a_missing_ || !recipe.steps[step].is_encoder() || !a_->is_categorical()) return;
  for (const std::string& level : *a_->categories().levels) {
    code_of_level_.push_back(encoder.code_of(step, {.kind = CellValue::Kind::kText, .text = level}));
  }
}

CellValue BoundFeature::cell(const Column* column, bool missing, std::size_t row) {
  CellValue out;
  if (column == nullptr || missing || column->is_missing(row)) return out;
  if (column->is_numeric()) {
    out.kind = CellValue::Kind::kNumber;
    out.number = column->numbers().values[row];
  } else if (column->is_times()) {
    out.kind = CellValue::Kind::kTime;
    out.micros = column->times().micros[row];
  } else {
    out.kind = CellValue::Kind::kText;
    out.text = column->is_texts() ? column->texts().at(row)
                                  : std::string_view((*column->categories().levels)[column->categories().codes[row]]);
  }
  return out;
}

std::uint32_t BoundFeature::code(std::size_t row) const {
  if (a_missing_ || a_->is_missing(row)) return encoder_->missing_code(step_);
  if (a_->is_categorical()) return code_of_level_[a_->categories().codes[row]];
  return encoder_->code_of(step_, first(row));
}

void BoundFeature::evaluate(std::size_t row, FeatureEncoder::Scratch& scratch, double* out,
                            FeatureCounts* counts) const {
  if (!encoder_->recipe().steps[step_].is_encoder()) {
    encoder_->evaluate(step_, first(row), second(row), scratch, out, counts);
    return;
  }
  const std::uint32_t found = code(row);
  if (counts != nullptr && found == encoder_->unknown_code(step_)) ++counts->unknown[step_];
  encoder_->decode(step_, found, out);
}

Table FeatureEncoder::apply(Table table, const Context& context, FeatureCounts* counts) const {
  std::vector<BoundFeature> bound;
  for (std::size_t step = 0; step < recipe_.steps.size(); ++step) bound.emplace_back(*this, step, table);
  const std::size_t rows = table.rows();
  std::vector<Numbers> numbers(outputs());
  for (Numbers& column : numbers) column.values.resize(rows);
  std::mutex mutex;
  for_blocks(context, rows, kRowBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
    context.check_stop();
    Scratch scratch = make_scratch();
    std::vector<double> row_values(outputs());
    const std::vector<std::uint64_t> none(recipe_.steps.size());
    FeatureCounts seen{none, none, none};
    for (std::size_t row = begin; row < end; ++row) {
      for (std::size_t step = 0; step < bound.size(); ++step) {
        bound[step].evaluate(row, scratch, row_values.data() + first_output_[step], &seen);
      }
      for (std::size_t i = 0; i < row_values.size(); ++i) numbers[i].values[row] = row_values[i];
    }
    if (counts == nullptr) return;
    const std::lock_guard lock(mutex);
    counts->add(seen);
  });
  for (std::size_t i = 0; i < outputs(); ++i) {
    if (table.find(names_[i])) {
      throw_data("the table has a column \"" + names_[i] + "\", which is the name of a feature of the recipe",
                 "rename it in the table");
    }
    table.add_column(make_numeric_column(names_[i], std::move(numbers[i].values)));
  }
  return table;
}

}  // namespace mlkit
