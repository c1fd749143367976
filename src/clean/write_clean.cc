#include "mlkit/clean/write_clean.h"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "column_rules.h"
#include "mlkit/data/csv_records.h"
#include "mlkit/data/csv_write.h"
#include "mlkit/data/numbers.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

using internal::OutlierChange;

// What is written for a cell.
enum class Written : std::uint8_t { kUnchanged, kFill, kReplaced, kLow, kHigh, kMissing, kZero, kOne };

// One column of the output, with the texts it may need made once.
struct OutputColumn {
  enum class Source : std::uint8_t { kCell, kIndicator, kFlag };

  std::string name;
  Source source = Source::kCell;
  const Column* column = nullptr;
  std::size_t position = 0;           // of the column in the table
  const CleanColumn* rule = nullptr;  // null: always unchanged
  std::size_t rule_index = 0;         // where its cells are counted
  std::string fill;
  std::string replaced;
  std::string low;
  std::string high;

  bool may_change() const { return source != Source::kCell || rule != nullptr; }
};

OutputColumn plain_column(const Table& table, std::size_t position, std::string name) {
  OutputColumn out;
  out.name = std::move(name);
  out.column = &table.column(position);
  out.position = position;
  return out;
}

// The rule's work on this column, if it has any.
void set_rule(OutputColumn& out, const CleanColumn& rule, std::size_t index) {
  out.rule_index = index;
  if (rule.source.role != ColumnRole::kFeature) return;
  const bool numeric = rule.source.type == ColumnType::kNumeric && out.column->is_numeric();
  const bool texts = rule.source.type != ColumnType::kNumeric && !out.column->is_numeric();
  const bool fills = internal::fills(rule) && (numeric || texts);
  const bool fences = numeric && rule.outliers != OutlierAction::kNone;
  if (!fills && !fences) return;
  out.rule = &rule;
  if (fills && numeric) out.fill = format_number(rule.fill_number);
  if (fills && texts) append_csv_field(out.fill, rule.fill_text);
  if (!fences) return;
  out.replaced = format_number(rule.replacement);
  out.low = format_number(rule.low);
  out.high = format_number(rule.high);
}

std::vector<OutputColumn> output_columns(const CleanRecipe& recipe, const Table& table) {
  const internal::ColumnMatch match = internal::match_columns(recipe, table.schema());
  std::vector<OutputColumn> out;
  for (std::size_t c = 0; c < recipe.columns.size(); ++c) {
    if (match.source[c] == internal::kAbsent || recipe.columns[c].dropped) continue;
    out.push_back(plain_column(table, match.source[c], recipe.columns[c].name));
    set_rule(out.back(), recipe.columns[c], c);
  }
  for (std::size_t i = 0; i < match.extra.size(); ++i) {
    out.push_back(plain_column(table, match.extra[i], match.extra_names[i]));
    out.back().rule_index = recipe.columns.size();  // counted apart, and not reported
  }
  for (const internal::AddedColumn& added : internal::added_columns(recipe, match)) {
    OutputColumn column = plain_column(table, match.source[added.rule], added.name);
    column.source = added.indicator ? OutputColumn::Source::kIndicator : OutputColumn::Source::kFlag;
    column.rule = &recipe.columns[added.rule];
    column.rule_index = added.rule;
    out.push_back(std::move(column));
  }
  return out;
}

Written change_of_number(const CleanColumn& rule, const Column& column, std::size_t row, CleanColumnCounts& counts) {
  const internal::NumericCell before{column.is_missing(row), column.numbers().values[row]};
  const internal::NumericCell cell = internal::filled(rule, before);
  const bool was_filled = before.missing && !cell.missing;
  counts.filled += was_filled ? 1u : 0u;
  if (!cell.missing && internal::is_outlier(rule, cell.value)) {
    ++counts.outliers;
    switch (internal::change_of(rule, cell.value)) {
      case OutlierChange::kNone: break;
      case OutlierChange::kReplaced: return Written::kReplaced;
      case OutlierChange::kLow: return Written::kLow;
      case OutlierChange::kHigh: return Written::kHigh;
      case OutlierChange::kMissing: ++counts.left; return Written::kMissing;
    }
  }
  counts.left += cell.missing ? 1u : 0u;
  return was_filled ? Written::kFill : Written::kUnchanged;
}

Written change_of_cell(const OutputColumn& out, std::size_t row, CleanColumnCounts& counts) {
  const Column& column = *out.column;
  if (out.rule == nullptr) {
    counts.left += column.is_missing(row) ? 1u : 0u;
    return Written::kUnchanged;
  }
  const CleanColumn& rule = *out.rule;
  if (out.source == OutputColumn::Source::kIndicator) return column.is_missing(row) ? Written::kOne : Written::kZero;
  if (out.source == OutputColumn::Source::kFlag) {
    const auto cell = internal::filled(rule, {column.is_missing(row), column.numbers().values[row]});
    return !cell.missing && internal::is_outlier(rule, cell.value) ? Written::kOne : Written::kZero;
  }
  if (column.is_numeric()) return change_of_number(rule, column, row, counts);
  if (!column.is_missing(row)) return Written::kUnchanged;
  ++counts.filled;
  return Written::kFill;
}

// Formats blocks of rows; used by several threads at once.
class RowWriter {
 public:
  struct Block {
    std::string text;
    std::vector<CleanColumnCounts> counts;  // by rule
  };

  RowWriter(const Table& table, const std::vector<OutputColumn>& columns, std::size_t rules)
      : table_(table), columns_(columns), rules_(rules) {
    if (!table.records) return;
    same_dialect_ = table.records->delimiter() == ',' && table.records->quote() == '"';
    row_bytes_ = table.records->memory() / std::max<std::size_t>(1, table.records->size()) + 16;
    // Records can be patched where the columns are still those of the file.
    rewrite_numbers_ = !table.records->plain_numbers();
    whole_records_ = same_dialect_ && !rewrite_numbers_ && columns.size() == table.column_count();
    for (std::size_t i = 0; i < columns.size(); ++i) {
      whole_records_ = whole_records_ && columns[i].position == i && columns[i].source == OutputColumn::Source::kCell;
    }
  }

  Block format(std::span<const std::uint32_t> rows) const {
    Block block;
    block.counts.resize(rules_);
    std::vector<Written> changes(columns_.size());
    std::vector<std::string_view> fields;
    block.text.reserve(rows.size() * row_bytes_);
    for (const std::uint32_t row : rows) {
      std::size_t changed = 0;
      for (std::size_t i = 0; i < columns_.size(); ++i) {
        changes[i] = change_of_cell(columns_[i], row, block.counts[columns_[i].rule_index]);
        changed += changes[i] != Written::kUnchanged ? 1u : 0u;
      }
      const std::size_t start = block.text.size();
      if (whole_records_) {
        append_patched(block.text, table_.records->record(record_of(row)), changes, changed);
      } else {
        append_row(block.text, row, changes, fields);
      }
      if (block.text.size() == start) block.text += "\"\"";  // one empty cell: no blank line
      block.text += '\n';
    }
    return block;
  }

 private:
  std::size_t record_of(std::uint32_t row) const {
    return table_.record_of_row.empty() ? row : table_.record_of_row[row];
  }

  // A record of the usual dialect with `changed` of its fields replaced; what is between goes over as it stands.
  void append_patched(std::string& text, std::string_view record, std::span<const Written> changes,
                      std::size_t changed) const {
    const char* copied = record.data();
    const char* const end = copied + record.size();
    const char* field = copied;
    for (std::size_t i = 0; changed > 0; ++i) {
      const char* const field_end = end_of_field(field, end);
      if (changes[i] != Written::kUnchanged) {
        text.append(copied, static_cast<std::size_t>(field - copied));
        text += text_of(columns_[i], changes[i]);
        copied = field_end;
        --changed;
      }
      field = field_end + 1;
    }
    text.append(copied, static_cast<std::size_t>(end - copied));
  }

  // The reader has checked the form: in a quoted field every quote but the last is one of a pair.
  static const char* end_of_field(const char* p, const char* end) {
    if (p < end && *p == '"') {
      for (++p; p < end; ++p) {
        if (*p != '"') continue;
        if (p + 1 == end || p[1] != '"') return p + 1;
        ++p;
      }
    }
    while (p < end && *p != ',') ++p;
    return p;
  }

  static std::string_view text_of(const OutputColumn& column, Written change) {
    switch (change) {
      case Written::kFill: return column.fill;
      case Written::kReplaced: return column.replaced;
      case Written::kLow: return column.low;
      case Written::kHigh: return column.high;
      case Written::kZero: return "0";
      case Written::kOne: return "1";
      case Written::kUnchanged:
      case Written::kMissing: break;
    }
    return {};
  }

  void append_row(std::string& text, std::uint32_t row, std::span<const Written> changes,
                  std::vector<std::string_view>& fields) const {
    if (table_.records) table_.records->split(record_of(row), fields);
    for (std::size_t i = 0; i < columns_.size(); ++i) {
      if (i > 0) text += ',';
      if (changes[i] == Written::kUnchanged) {
        append_unchanged(text, columns_[i], row, fields);
      } else {
        text += text_of(columns_[i], changes[i]);
      }
    }
  }

  void append_unchanged(std::string& text, const OutputColumn& column, std::uint32_t row,
                        const std::vector<std::string_view>& fields) const {
    if (!table_.records || (rewrite_numbers_ && column.column->is_numeric() && !column.column->is_missing(row))) {
      append_csv_cell(text, *column.column, row);
    } else if (same_dialect_) {
      text += fields[column.position];
    } else {
      append_csv_field(text, unquote_csv_field(fields[column.position], table_.records->quote()));
    }
  }

  const Table& table_;
  const std::vector<OutputColumn>& columns_;
  std::size_t rules_;
  bool same_dialect_ = false;
  bool whole_records_ = false;
  bool rewrite_numbers_ = false;  // a decimal comma of the file becomes a point
  std::size_t row_bytes_ = 0;     // about
};

}  // namespace

void write_clean_csv(const CleanRecipe& recipe, const Table& table, std::span<const std::uint32_t> rows,
                     OutputFile& out, Context& context, CleanReport& report) {
  const std::vector<OutputColumn> columns = output_columns(recipe, table);
  report.columns_out = columns.size();
  // Rows dropped as outliers were counted when they were dropped.
  report.counts.resize(recipe.columns.size());
  std::string header;
  for (std::size_t i = 0; i < columns.size(); ++i) {
    if (i > 0) header += ',';
    append_csv_field(header, columns[i].name);
    const std::string& before = columns[i].column->name;
    if (columns[i].source == OutputColumn::Source::kCell && before != columns[i].name) {
      report.renamed.emplace_back(before, columns[i].name);
    }
  }
  out.write(header + "\n");
  const RowWriter writer(table, columns, recipe.columns.size() + 1);
  std::size_t next = 0;
  ordered_stream<std::span<const std::uint32_t>, RowWriter::Block>(
      context,
      [&]() -> std::optional<std::span<const std::uint32_t>> {
        if (next >= rows.size()) return std::nullopt;
        const std::size_t begin = next;
        next = std::min(rows.size(), begin + kRowBlock);
        return rows.subspan(begin, next - begin);
      },
      [&](std::span<const std::uint32_t> block) { return writer.format(block); },
      [&](const RowWriter::Block& block) {
        out.write(block.text);
        for (std::size_t c = 0; c < report.counts.size(); ++c) {
          report.counts[c].filled += block.counts[c].filled;
          report.counts[c].outliers += block.counts[c].outliers;
          report.counts[c].left += block.counts[c].left;
        }
      });
}

}  // namespace mlkit
