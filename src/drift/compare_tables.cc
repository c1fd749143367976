#include "mlkit/drift/compare_tables.h"

#include <algorithm>
#include <utility>

#include "mlkit/base/text.h"
#include "mlkit/data/numbers.h"
#include "mlkit/data/sort_doubles.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

// The cells of a column, freed once they were taken.
NumberSample take_numbers(Column& column, std::vector<double>& scratch) {
  NumberSample out;
  out.rows = column.size();
  out.missing = column.validity.missing_count();
  if (column.is_numeric()) {
    out.sorted = std::move(column.numbers().values);
    if (out.missing > 0) std::erase_if(out.sorted, [](double v) { return v != v; });
  } else if (column.is_times()) {
    out.sorted.reserve(column.size() - out.missing);
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (!column.is_missing(row)) out.sorted.push_back(static_cast<double>(column.times().micros[row]));
    }
  } else {
    for (std::size_t row = 0; row < column.size(); ++row) {
      if (column.is_missing(row)) continue;
      double value = 0;
      const std::string text = column.cell_text(row);
      if (parse_number(trim_blanks(text), value) == NumberStatus::kNumber) {
        out.sorted.push_back(value);
      } else {
        ++out.words;
      }
    }
  }
  sort_doubles(out.sorted, scratch);
  return out;
}

LevelSample take_levels(Column& column) {
  const Column cells = column.is_categorical() ? std::move(column) : to_category_column(column);
  LevelSample out;
  out.rows = cells.size();
  out.missing = cells.validity.missing_count();
  out.levels = *cells.categories().levels;
  out.counts.resize(out.levels.size());
  for (const std::uint32_t code : cells.categories().codes) {
    if (code != kNoLevel) ++out.counts[code];
  }
  return out;
}

std::size_t levels_in_use(const LevelSample& sample) {
  return static_cast<std::size_t>(
      std::count_if(sample.counts.begin(), sample.counts.end(), [](std::uint64_t count) { return count > 0; }));
}

ColumnDrift count_only(const Column& reference, const Column& current, DriftKind kind, std::string note) {
  ColumnDrift out;
  out.kind = kind;
  out.tested = false;
  out.note = std::move(note);
  out.reference_rows = reference.size();
  out.current_rows = current.size();
  out.missing_reference = reference.validity.missing_count();
  out.missing_current = current.validity.missing_count();
  return out;
}

ColumnDrift compare_texts(Column& reference, Column& current, bool asked, const DriftOptions& options) {
  if (reference.is_texts() && !asked) {
    return count_only(reference, current, DriftKind::kCategory, "free text or identifiers: not compared");
  }
  const std::size_t present = reference.size() - reference.validity.missing_count();
  const bool as_text = reference.type == ColumnType::kText;
  const LevelSample levels = take_levels(reference);
  if (as_text && !asked && present > 1 && levels_in_use(levels) == present) {
    ColumnDrift out = count_only(current, current, DriftKind::kCategory, "another text in every row: not compared");
    out.reference_rows = levels.rows;
    out.missing_reference = levels.missing;
    return out;
  }
  return compare_levels(levels, take_levels(current), options);
}

ColumnDrift compare_columns(Column& reference, Column& current, bool asked, const DriftOptions& options,
                            std::vector<double>& scratch) {
  if (reference.is_numeric()) {
    const bool words = !current.is_numeric();
    const bool empty = reference.validity.missing_count() == reference.size();
    ColumnDrift out = compare_numbers(take_numbers(reference, scratch), take_numbers(current, scratch), options);
    if (words && out.unseen > 0) {
      out.note = empty ? "the reference has no value in this column"
                       : "the current rows hold texts where the reference holds numbers";
    }
    return out;
  }
  if (reference.is_times() && current.is_times()) {
    if (!asked) {
      return count_only(reference, current, DriftKind::kTime, "time stamps move by nature: not compared");
    }
    ColumnDrift out = compare_numbers(take_numbers(reference, scratch), take_numbers(current, scratch), options);
    out.kind = DriftKind::kTime;
    return out;
  }
  return compare_texts(reference, current, asked, options);
}

}  // namespace

std::vector<ColumnDrift> compare_tables(Table reference, Table current, const std::vector<std::string>& asked,
                                        const DriftOptions& options, const Context& context) {
  std::vector<std::pair<std::size_t, std::size_t>> shared;
  for (std::size_t i = 0; i < reference.column_count(); ++i) {
    if (const auto place = current.find(reference.column(i).name)) shared.emplace_back(i, *place);
  }
  std::vector<ColumnDrift> out(shared.size());
  for_blocks(context, shared.size(), 1, [&](std::size_t k, std::size_t, std::size_t) {
    context.check_stop();
    Column& a = reference.column(shared[k].first);
    Column& b = current.column(shared[k].second);
    const std::string name = a.name;
    const bool named = std::find(asked.begin(), asked.end(), name) != asked.end();
    std::vector<double> scratch;
    out[k] = compare_columns(a, b, named, options, scratch);
    out[k].name = name;
  });
  return out;
}

}  // namespace mlkit
