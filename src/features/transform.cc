// Preprocess::transform and transform_row: applying what was learned.
#include <algorithm>
#include <array>
#include <cmath>
#include <mutex>

#include "mlkit/base/error.h"
#include "mlkit/base/pages.h"
#include "mlkit/data/datetime.h"
#include "mlkit/features/preprocess.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

// A text that training did not see; kNoLevel is a known cell without an output of its own.
constexpr std::uint32_t kUnknown = kNoLevel - 1;

// Rows that are filled column by column while their part of the matrix is in the cache.
constexpr std::size_t kStripe = 128;
// Rows after which a table that is used up is let go; their numbers fill large pages.
constexpr std::size_t kBandRows = std::size_t{1} << 18;

double scaled(double x, double center, double scale) { return (x - center) / scale; }

double part_value(const DatetimeParts& parts, TimePart part) {
  switch (part) {
    case TimePart::kYear: return parts.year;
    case TimePart::kMonth: return parts.month;
    case TimePart::kDay: return parts.day;
    case TimePart::kDayOfWeek: return parts.day_of_week;
    case TimePart::kHour: return parts.hour;
    case TimePart::kMinute: return parts.minute;
  }
  return 0;
}

std::uint32_t output_of_text(const ColumnPlan& plan, std::string_view text) {
  const std::uint32_t level = plan.find_level(text);
  if (level != kNoLevel) return plan.output_of_level(level);
  if (plan.other) return static_cast<std::uint32_t>(plan.first_output + plan.outputs() - 1);
  return kUnknown;
}

std::uint32_t output_of_missing(const ColumnPlan& plan) { return plan.output_of_level(plan.fill_level); }

[[noreturn]] void throw_refused_missing(const ColumnPlan& plan, std::uint64_t line) {
  throw Error(ErrorCode::kData, "a missing number, which this model refuses",
              {.file = {}, .line = line, .column = plan.name, .hint = "train without --impute none, or fill the cell"});
}

[[noreturn]] void throw_wrong_type(const ColumnPlan& plan, std::string_view is) {
  throw Error(ErrorCode::kData,
              "the column is " + std::string(is) + ", the model expects " + std::string(column_type_name(plan.type)),
              {.file = {}, .column = plan.name, .hint = {}});
}

// A raw column of one table, ready for its rows: what each category code becomes is looked up once.
struct BoundColumn {
  const ColumnPlan* plan = nullptr;
  const Column* column = nullptr;
  bool all_missing = false;
  std::vector<std::uint32_t> output_of_code;
};

BoundColumn bind_column(const ColumnPlan& plan, const Column& column) {
  BoundColumn bound{&plan, &column, column.validity.missing_count() == column.size(), {}};
  if (bound.all_missing) return bound;  // its type says nothing
  const bool fits = plan.encoding == Encoding::kNumber      ? column.is_numeric()
                    : plan.encoding == Encoding::kTimeParts ? column.is_times()
                                                            : column.is_categorical() || column.is_texts();
  if (!fits) throw_wrong_type(plan, column_type_name(column.type));
  if (column.is_categorical() && plan.encoding == Encoding::kOneHot) {
    for (const std::string& level : *column.categories().levels) {
      bound.output_of_code.push_back(output_of_text(plan, level));
    }
  }
  return bound;
}

std::uint32_t one_hot_output(const BoundColumn& bound, std::size_t row) {
  if (bound.all_missing || bound.column->is_missing(row)) return output_of_missing(*bound.plan);
  if (bound.column->is_categorical()) return bound.output_of_code[bound.column->categories().codes[row]];
  return output_of_text(*bound.plan, bound.column->texts().at(row));
}

std::int64_t micros_at(const BoundColumn& bound, std::size_t row) {
  if (bound.all_missing || bound.column->is_missing(row)) return bound.plan->fill_micros;
  return bound.column->times().micros[row];
}

// Numbers and time stamps of rows [begin, end): `out` is the first row's first output of the column.
void fill_numbers(const BoundColumn& bound, std::size_t begin, std::size_t end, double* out, std::size_t cols) {
  const ColumnPlan& plan = *bound.plan;
  if (plan.encoding == Encoding::kNumber) {
    const double center = plan.center[0];
    const double scale = plan.scale[0];
    const double fill = plan.fill;
    const double* values = bound.all_missing ? nullptr : bound.column->numbers().values.data();
    for (std::size_t row = begin; row < end; ++row, out += cols) {
      const double x = values == nullptr ? fill : values[row];
      *out = scaled(x == x ? x : fill, center, scale);
    }
    return;
  }
  for (std::size_t row = begin; row < end; ++row, out += cols) {
    const DatetimeParts parts = split_datetime(micros_at(bound, row));
    for (std::size_t i = 0; i < plan.parts.size(); ++i) {
      out[i] = scaled(part_value(parts, plan.parts[i]), plan.center[i], plan.scale[i]);
    }
  }
}

// One-hot cells of rows [begin, end): `out` is the first row's first entry in the matrix.
void fill_one_hot(const BoundColumn& bound, std::size_t begin, std::size_t end, double* out, std::size_t cols,
                  std::uint64_t& unknown) {
  for (std::size_t row = begin; row < end; ++row, out += cols) {
    const std::uint32_t output = one_hot_output(bound, row);
    if (output == kUnknown) ++unknown;
    if (output < kUnknown) out[output] = 1.0;
  }
}

// What a thread brings along for its rows: memory for texts, and what it counts, per column.
struct RowWork {
  explicit RowWork(const std::vector<BoundColumn>& bound) : counts(no_counts(bound.size())) {
    for (const BoundColumn& column : bound) scratch.tokenizers.push_back(make_tokenizer(*column.plan));
  }
  static Tokenizer make_tokenizer(const ColumnPlan& plan) {
    return plan.text ? Tokenizer(plan.text->options().tokens) : Tokenizer();
  }
  static TransformCounts no_counts(std::size_t columns) {
    const std::vector<std::uint64_t> none(columns);
    return {none, none, {}, none, none};
  }

  // The terms of a text, until the next call.
  const TermVector& encode(const BoundColumn& bound, std::size_t column, std::size_t row) {
    TermVector& out = scratch.vector;
    const std::string_view text = bound.all_missing ? std::string_view() : text_of_cell(*bound.column, row);
    bound.plan->text->encode(text, scratch.tokenizers[column], out);
    counts.tokens[column] += out.tokens;
    counts.unknown_tokens[column] += out.unknown;
    return out;
  }

  Preprocess::Scratch scratch;
  TransformCounts counts;
};

void append_sparse(const std::vector<BoundColumn>& all, std::size_t number, std::size_t row,
                   std::vector<std::uint32_t>& columns, std::vector<double>& values, RowWork& work) {
  const BoundColumn& bound = all[number];
  const ColumnPlan& plan = *bound.plan;
  if (plan.encoding == Encoding::kOneHot) {
    const std::uint32_t output = one_hot_output(bound, row);
    if (output == kUnknown) ++work.counts.unknown[number];
    if (output >= kUnknown) return;
    columns.push_back(output);
    values.push_back(1.0);
    return;
  }
  if (plan.encoding == Encoding::kTerms) {
    const TermVector& terms = work.encode(bound, number, row);
    for (const std::uint32_t term : terms.terms) {
      columns.push_back(static_cast<std::uint32_t>(plan.first_output + term));
    }
    values.insert(values.end(), terms.weights.begin(), terms.weights.end());
    return;
  }
  std::array<double, 8> cells{};
  fill_numbers(bound, row, row + 1, cells.data(), 0);
  for (std::size_t i = 0; i < plan.outputs(); ++i) {
    if (cells[i] == 0) continue;
    columns.push_back(static_cast<std::uint32_t>(plan.first_output + i));
    values.push_back(cells[i]);
  }
}

// Missing numbers where they are refused: the first one, whatever the blocks.
void check_refused(const Table& table, const std::vector<BoundColumn>& bound) {
  for (const BoundColumn& b : bound) {
    if (b.plan->encoding != Encoding::kNumber || std::isfinite(b.plan->fill) || !b.column->validity.any_missing())
      continue;
    for (std::size_t row = 0; row < table.rows(); ++row) {
      if (b.column->is_missing(row)) throw_refused_missing(*b.plan, table.lines.empty() ? 0 : table.lines[row]);
    }
  }
}

// Terms of rows [begin, end): `out` is the first row's first entry in the matrix.
void fill_terms(const std::vector<BoundColumn>& bound, std::size_t column, std::size_t begin, std::size_t end,
                double* out, std::size_t cols, RowWork& work) {
  out += bound[column].plan->first_output;
  for (std::size_t row = begin; row < end; ++row, out += cols) {
    const TermVector& terms = work.encode(bound[column], column, row);
    for (std::size_t i = 0; i < terms.terms.size(); ++i) out[terms.terms[i]] = terms.weights[i];
  }
}

// Cells of rows [begin, end) to rows of the matrix, stripe by stripe.
void fill_dense(const std::vector<BoundColumn>& bound, std::size_t begin, std::size_t end, DenseMatrix& out,
                RowWork& work) {
  for (std::size_t first = begin; first < end; first += kStripe) {
    const std::size_t last = std::min(end, first + kStripe);
    double* stripe = out.values.data() + first * out.cols;
    for (std::size_t i = 0; i < bound.size(); ++i) {
      if (bound[i].plan->encoding == Encoding::kOneHot) {
        fill_one_hot(bound[i], first, last, stripe, out.cols, work.counts.unknown[i]);
      } else if (bound[i].plan->encoding == Encoding::kTerms) {
        fill_terms(bound, i, first, last, stripe, out.cols, work);
      } else {
        fill_numbers(bound[i], first, last, stripe + bound[i].plan->first_output, out.cols);
      }
    }
  }
}

// The storage of a column, a fixed number of bytes a row.
struct CellBytes {
  char* begin = nullptr;
  std::size_t size = 0;  // of one cell
};

template <class T>
CellBytes cell_bytes(std::vector<T>& cells) {
  return {reinterpret_cast<char*>(cells.data()), sizeof(T)};
}

CellBytes cell_bytes(Column& column) {
  if (column.is_numeric()) return cell_bytes(column.numbers().values);
  if (column.is_categorical()) return cell_bytes(column.categories().codes);
  if (column.is_times()) return cell_bytes(std::get<Times>(column.storage).micros);
  return {};  // texts: let go as a whole
}

void release_rows(Table& table, std::span<const std::size_t> positions, std::size_t begin, std::size_t end) {
  for (const std::size_t position : positions) {
    const CellBytes cells = cell_bytes(table.column(position));
    if (cells.begin != nullptr) release_pages(cells.begin + begin * cells.size, (end - begin) * cells.size);
  }
}

// Names, types and flags stay.
void empty_column(Column& column) {
  if (column.is_numeric()) {
    column.numbers().values = std::vector<double>();
  } else if (column.is_categorical()) {
    column.categories().codes = std::vector<std::uint32_t>();
  } else if (column.is_times()) {
    std::get<Times>(column.storage).micros = std::vector<std::int64_t>();
  } else {
    column.storage = Texts{};
  }
  column.validity = Validity();
}

DenseMatrix to_dense(const std::vector<BoundColumn>& bound, Table* release, std::span<const std::size_t> positions,
                     std::size_t rows, std::size_t cols, const Context& context, TransformCounts& counts) {
  DenseMatrix out;
  out.rows = rows;
  out.cols = cols;
  out.values.reserve(rows * cols);
  advise_large_pages(out.values.data(), rows * cols * sizeof(double));
  std::mutex mutex;
  // Band by band, so that the table can shrink while the matrix grows.
  const std::size_t band = release == nullptr ? rows : kBandRows;
  for (std::size_t from = 0; from < rows; from += band) {
    const std::size_t to = std::min(rows, from + band);
    out.values.resize(to * cols);
    for_blocks(context, to - from, kRowBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
      context.check_stop();
      RowWork work(bound);
      fill_dense(bound, from + begin, from + end, out, work);
      const std::lock_guard lock(mutex);
      counts.add(work.counts);
    });
    if (release != nullptr) release_rows(*release, positions, from, to);
  }
  return out;
}

struct SparseBlock {
  std::vector<std::uint64_t> ends;
  std::vector<std::uint32_t> columns;
  std::vector<double> values;
};

CsrMatrix to_sparse(const std::vector<BoundColumn>& bound, std::size_t rows, std::size_t cols, const Context& context,
                    TransformCounts& counts) {
  std::vector<SparseBlock> blocks(block_count(rows, kRowBlock));
  std::mutex mutex;
  for_blocks(context, rows, kRowBlock, [&](std::size_t number, std::size_t begin, std::size_t end) {
    context.check_stop();
    SparseBlock& block = blocks[number];
    RowWork work(bound);
    for (std::size_t row = begin; row < end; ++row) {
      for (std::size_t i = 0; i < bound.size(); ++i) append_sparse(bound, i, row, block.columns, block.values, work);
      block.ends.push_back(block.columns.size());
    }
    const std::lock_guard lock(mutex);
    counts.add(work.counts);
  });
  CsrMatrix out;
  out.rows = rows;
  out.cols = cols;
  std::vector<std::uint64_t> offsets;
  std::uint64_t total = 0;
  out.starts.reserve(rows + 1);
  for (const SparseBlock& block : blocks) {
    offsets.push_back(total);
    for (const std::uint64_t end : block.ends) out.starts.push_back(total + end);
    total += block.columns.size();
  }
  out.columns.resize(total);
  out.values.resize(total);
  for_blocks(context, blocks.size(), 1, [&](std::size_t number, std::size_t, std::size_t) {
    const auto at = static_cast<std::ptrdiff_t>(offsets[number]);
    std::copy(blocks[number].columns.begin(), blocks[number].columns.end(), out.columns.begin() + at);
    std::copy(blocks[number].values.begin(), blocks[number].values.end(), out.values.begin() + at);
    blocks[number] = {};
  });
  return out;
}

void check_cell(const ColumnPlan& plan, CellValue::Kind kind) {
  using Kind = CellValue::Kind;
  const Kind wanted = plan.encoding == Encoding::kNumber      ? Kind::kNumber
                      : plan.encoding == Encoding::kTimeParts ? Kind::kTime
                                                              : Kind::kText;
  if (kind == wanted) return;
  throw_wrong_type(plan, kind == Kind::kNumber ? "a number" : kind == Kind::kTime ? "a time" : "text");
}

// Calls emit(output, value) for the outputs of a row, rising; zeros of one-hot columns are not emitted.
template <class Emit>
std::size_t emit_row(const std::vector<ColumnPlan>& plans, std::span<const CellValue> cells,
                     Preprocess::Scratch& scratch, const Emit& emit) {
  std::size_t unknown = 0;
  for (std::size_t c = 0; c < plans.size(); ++c) {
    const ColumnPlan& plan = plans[c];
    const CellValue& cell = cells[c];
    const bool missing = cell.kind == CellValue::Kind::kMissing;
    if (!missing) check_cell(plan, cell.kind);
    if (plan.encoding == Encoding::kNumber) {
      const double x = missing ? plan.fill : cell.number;
      if (!std::isfinite(x)) throw_refused_missing(plan, 0);
      emit(plan.first_output, scaled(x, plan.center[0], plan.scale[0]));
    } else if (plan.encoding == Encoding::kTimeParts) {
      const DatetimeParts parts = split_datetime(missing ? plan.fill_micros : cell.micros);
      for (std::size_t i = 0; i < plan.parts.size(); ++i) {
        emit(plan.first_output + i, scaled(part_value(parts, plan.parts[i]), plan.center[i], plan.scale[i]));
      }
    } else if (plan.encoding == Encoding::kTerms) {
      if (missing) continue;
      if (scratch.tokenizers.size() != plans.size()) {
        scratch.tokenizers.clear();
        for (const ColumnPlan& other : plans) scratch.tokenizers.push_back(RowWork::make_tokenizer(other));
      }
      const TermVector& terms = scratch.vector;
      plan.text->encode(cell.text, scratch.tokenizers[c], scratch.vector);
      for (std::size_t i = 0; i < terms.terms.size(); ++i) emit(plan.first_output + terms.terms[i], terms.weights[i]);
    } else {
      const std::uint32_t output = missing ? output_of_missing(plan) : output_of_text(plan, cell.text);
      if (output == kUnknown) ++unknown;
      if (output < kUnknown) emit(output, 1.0);
    }
  }
  return unknown;
}

}  // namespace

Matrix Preprocess::transform_cells(const Table& table, Table* release, std::span<const std::size_t> positions,
                                   const Context& context, TransformCounts* counts) const {
  std::vector<BoundColumn> bound;
  bound.reserve(columns_.size());
  for (std::size_t i = 0; i < columns_.size(); ++i)
    bound.push_back(bind_column(columns_[i], table.column(positions[i])));
  check_refused(table, bound);
  TransformCounts seen = RowWork::no_counts(columns_.size());
  Matrix out = sparse_ ? Matrix(to_sparse(bound, table.rows(), outputs(), context, seen))
                       : Matrix(to_dense(bound, release, positions, table.rows(), outputs(), context, seen));
  if (counts != nullptr) {
    for (std::size_t i = 0; i < bound.size(); ++i) seen.filled[i] = bound[i].column->validity.missing_count();
    counts->add(seen);
  }
  return out;
}

Matrix Preprocess::transform(const Table& table, std::span<const std::size_t> positions, const Context& context,
                             TransformCounts* counts) const {
  return transform_cells(table, nullptr, positions, context, counts);
}

Matrix Preprocess::transform_and_release(Table& table, std::span<const std::size_t> positions,
                                         const Context& context) const {
  Matrix out = transform_cells(table, &table, positions, context, nullptr);
  for (const std::size_t position : positions) empty_column(table.column(position));
  return out;
}

std::size_t Preprocess::transform_row(std::span<const CellValue> cells, std::span<double> out, Scratch& scratch) const {
  std::fill(out.begin(), out.end(), 0.0);
  return emit_row(columns_, cells, scratch, [&](std::size_t output, double value) { out[output] = value; });
}

std::size_t Preprocess::transform_row(std::span<const CellValue> cells, std::span<double> out) const {
  Scratch scratch;
  return transform_row(cells, out, scratch);
}

std::size_t Preprocess::transform_sparse_row(std::span<const CellValue> cells, SparseRow& out) const {
  out.size = 0;
  return emit_row(columns_, cells, out.scratch, [&](std::size_t output, double value) {
    if (value == 0) return;
    if (out.size == out.columns.size()) {
      out.columns.resize(2 * out.size + 1);
      out.values.resize(2 * out.size + 1);
    }
    out.columns[out.size] = static_cast<std::uint32_t>(output);
    out.values[out.size++] = value;
  });
}

std::size_t Preprocess::most_entries() const {
  std::size_t entries = 0;
  for (const ColumnPlan& plan : columns_) {
    entries += plan.encoding == Encoding::kOneHot ? 1 : plan.encoding == Encoding::kTerms ? 0 : plan.outputs();
  }
  return entries;
}

}  // namespace mlkit
