#include "profile_batch.h"

#include <algorithm>
#include <cmath>
#include <cstring>
#include <limits>
#include <utility>

#include "mlkit/base/text.h"
#include "mlkit/data/csv_parse.h"
#include "mlkit/data/datetime.h"
#include "mlkit/data/hash64.h"
#include "mlkit/data/numbers.h"

namespace mlkit::internal {
namespace {

constexpr std::uint64_t kTimeSalt = 0x74696d6574696d65u;  // a time stamp is not the number of its microseconds
constexpr std::size_t kLongestKept = 256;                 // of a text, among the frequent ones

std::string kept_text(std::string_view text) {
  std::size_t end = std::min(text.size(), kLongestKept);
  while (end < text.size() && end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
  return std::string(text.substr(0, end));
}

// A text that begins so is no number, no time stamp, not inf or nan: most words.
bool is_plainly_word(std::string_view text) {
  const auto c = static_cast<unsigned char>(text.empty() ? 0 : text[0] | 0x20);
  return c >= 'a' && c <= 'z' && c != 'i' && c != 'n';
}

// Different numbers of a sorted block to the sketch.
void note_distinct(const std::vector<double>& sorted, std::uint64_t salt, DistinctSketch& distinct) {
  for (std::size_t i = 0; i < sorted.size(); ++i) {
    if (i == 0 || sorted[i] != sorted[i - 1]) distinct.add(hash_number(sorted[i]) ^ salt);
  }
}

}  // namespace

ProfilePart ProfileWorker::observe(const std::vector<CsvChunk>& batch, std::uint64_t row_bound) {
  const std::size_t columns = plan_->columns.size();
  cells_.resize(columns);
  ProfilePart part;
  part.columns.assign(columns, ColumnAccumulator(plan_->limits));
  if (plan_->target) part.links.resize(columns);
  for (std::size_t c = 0; c < columns; ++c) {
    part.columns[c].distinct.forget_from((*plan_->distinct_bounds)[c].load(std::memory_order_relaxed));
  }
  first_row_ = 0;
  for (const CsvChunk& chunk : batch) {
    if (!index_.build(chunk.bytes(), plan_->chunks->delimiter(), plan_->rules->quote(), columns)) {
      throw plan_->chunks->first_error(chunk);
    }
    observe_rows(chunk, part.rows, row_bound);
    misfit_ = {};
    for (std::size_t c = 0; c < columns; ++c) observe_column(c, part);
    if (misfit_.count > 0) {
      const RowLines lines = chunk.lines.empty() ? index_.lines(chunk.first_line) : chunk.lines;
      misfit_.line = lines[misfit_.row];
      throw csv_misfit_error(misfit_, plan_->chunks->header(), misfit_column_, plan_->columns[misfit_column_], "",
                             plan_->chunks->name());
    }
    first_row_ += static_cast<std::uint32_t>(index_.records());
    part.row_count += index_.records();
    part.bytes += chunk.size;
  }
  if (plan_->target) finish_target(part);
  for (std::size_t c = 0; c < columns; ++c) finish_column(c, part);
  part.target.values.clear();
  part.target.classes.clear();
  return part;
}

// Rows by the texts of their cells: quotes that need not be there make no difference.
void ProfileWorker::observe_rows(const CsvChunk& chunk, RepeatSketch& rows, std::uint64_t bound) {
  const std::size_t columns = plan_->columns.size();
  if (columns == 0) return;
  const CsvCells last = index_.cells(columns - 1);
  const bool quotes = std::memchr(chunk.begin, plan_->rules->quote(), chunk.size) != nullptr;
  for (std::size_t r = 0; r < index_.records(); ++r) {
    const char* const begin = last.bytes + index_.begins()[r];
    std::string_view row(begin, static_cast<std::size_t>(last.end(r) - begin));
    if (quotes && row.find(plan_->rules->quote()) != std::string_view::npos) {
      row_text_.clear();
      for (std::size_t c = 0; c < columns; ++c) {
        const CsvCells cells = index_.cells(c);
        const std::string_view raw(cells.begin(r), static_cast<std::size_t>(cells.end(r) - cells.begin(r)));
        if (c > 0) row_text_ += plan_->chunks->delimiter();
        row_text_ += plan_->rules->unquoted(raw, scratch_);
      }
      row = row_text_;
    }
    const std::uint64_t hash = hash_bytes(row);
    if (hash <= bound) rows.add(hash);
  }
}

// The kind of the first present cell; kMissing where there is none.
CsvCellKind ProfileWorker::first_kind(const CsvCells& cells) {
  for (std::size_t i = 0; i < cells.size; ++i) {
    const std::string_view raw(cells.begin(i), static_cast<std::size_t>(cells.end(i) - cells.begin(i)));
    const std::string_view text = plan_->rules->unquoted(raw, scratch_);
    if (plan_->rules->is_missing(text)) continue;
    return is_plainly_word(text) ? CsvCellKind::kWord : plan_->rules->kind(text);
  }
  return CsvCellKind::kMissing;
}

// Which way a column's cells of this chunk go depends on these cells alone.
void ProfileWorker::observe_column(std::size_t c, ProfilePart& part) {
  const CsvCells cells = index_.cells(c);
  CsvColumnPlan plan = plan_->columns[c];
  Cells& store = cells_[c];
  ColumnAccumulator& column = part.columns[c];
  column.rows += cells.size;
  if (!plan.declared) {
    const CsvCellKind kind = first_kind(cells);
    plan.reading = kind == CsvCellKind::kNumber || kind == CsvCellKind::kMissing ? CsvReading::kNumber
                   : kind == CsvCellKind::kTime                                  ? CsvReading::kTime
                                                                                 : CsvReading::kLevels;
  }
  if (plan.reading == CsvReading::kNumber || plan.reading == CsvReading::kTime) {
    reader_.read(cells, plan, unused_, piece_);
    if (piece_.misfits.count > 0 && (misfit_.count == 0 || piece_.misfits.row < misfit_.row)) {
      misfit_ = piece_.misfits;
      misfit_column_ = c;
    }
    if (!piece_.failed) {
      column.missing += piece_.missing.size();
      plan.reading == CsvReading::kNumber ? take_numbers(store) : take_times(store, column);
      return;
    }
  }
  take_texts(cells, store, column);
}

void ProfileWorker::take_numbers(Cells& store) {
  for (std::size_t i = 0; i < piece_.rows; ++i) {
    const double x = piece_.values[i];
    if (x != x) continue;
    store.numbers.push_back(x);
    if (plan_->target) store.number_rows.push_back(first_row_ + static_cast<std::uint32_t>(i));
  }
}

void ProfileWorker::take_times(Cells& store, ColumnAccumulator& column) {
  std::size_t next = 0;
  for (std::size_t i = 0; i < piece_.rows; ++i) {
    if (next < piece_.missing.size() && piece_.missing[next] == i) {
      ++next;
    } else {
      store.times.push_back(static_cast<double>(piece_.micros[i]));
    }
  }
  column.date_only = column.date_only && piece_.date_only;
}

void ProfileWorker::take_texts(const CsvCells& cells, Cells& store, ColumnAccumulator& column) {
  store.mixed = true;
  for (std::size_t i = 0; i < cells.size; ++i) {
    const std::string_view raw(cells.begin(i), static_cast<std::size_t>(cells.end(i) - cells.begin(i)));
    const std::string_view text = plan_->rules->unquoted(raw, scratch_);
    if (plan_->rules->is_missing(text)) {
      ++column.missing;
      continue;
    }
    const std::uint32_t code = store.dictionary.code_of(text);
    if (code == store.counts.size()) store.counts.push_back(0);
    ++store.counts[code];
    if (plan_->target) {
      store.codes.push_back(code);
      store.code_rows.push_back(first_row_ + static_cast<std::uint32_t>(i));
    }
  }
}

void ProfileWorker::finish_column(std::size_t c, ProfilePart& part) {
  Cells& store = cells_[c];
  ColumnAccumulator& column = part.columns[c];
  const bool link = plan_->target && *plan_->target != c;
  if (link && !store.numbers.empty()) part.links[c].add_numbers(store.numbers, store.number_rows, part.target);
  if (store.mixed) finish_dictionary(c, part);
  column.numbers.add_block(store.numbers);
  if (store.mixed) column.numbers.rising = false;  // words stood between, or their order is not known
  note_distinct(store.numbers, 0, column.distinct);
  column.times.add_block(store.times);
  if (store.mixed) column.times.rising = false;
  note_distinct(store.times, kTimeSalt, column.distinct);
  store.numbers.clear();
  store.times.clear();
  store.number_rows.clear();
}

// The texts of the chunks that were not all numbers or all time stamps, each text once.
void ProfileWorker::finish_dictionary(std::size_t c, ProfilePart& part) {
  Cells& store = cells_[c];
  ColumnAccumulator& column = part.columns[c];
  const bool as_text = plan_->columns[c].declared;
  std::vector<FrequentValues<std::string>::Entry> counts;
  std::vector<std::uint64_t> heavy = store.counts;
  std::uint64_t least = 0;  // texts that came at most so often cannot stay among the frequent ones
  if (heavy.size() > plan_->limits.frequent) {
    const auto at = heavy.begin() + static_cast<std::ptrdiff_t>(plan_->limits.frequent);
    std::nth_element(heavy.begin(), at, heavy.end(), std::greater<>());
    least = *at;
  }
  std::uint64_t not_kept = 0;
  for (std::size_t code = 0; code < store.dictionary.size(); ++code) {
    const std::string_view text = store.dictionary.text(static_cast<std::uint32_t>(code));
    const std::uint64_t count = store.counts[code];
    const CsvCellKind kind = as_text || is_plainly_word(text) ? CsvCellKind::kWord : plan_->rules->kind(text);
    if (kind == CsvCellKind::kNumber) {
      double value = 0;
      parse_number(trim_blanks(text), value);
      store.numbers.insert(store.numbers.end(), count, value);
      continue;
    }
    if (kind == CsvCellKind::kTime) {
      std::int64_t micros = 0;
      bool date_only = false;
      parse_datetime(trim_blanks(text), micros, date_only);
      column.date_only = column.date_only && date_only;
      store.times.insert(store.times.end(), count, static_cast<double>(micros));
      continue;
    }
    bool ambiguous = false;
    const TextForm form = kind == CsvCellKind::kCode        ? TextForm::kCode
                          : kind == CsvCellKind::kNotFinite ? TextForm::kNotFinite
                                                            : text_form(text, ambiguous);
    column.texts.note(text, form, ambiguous, count);
    column.distinct.add(hash_bytes(text));
    if (count > least || least == 0) {
      counts.emplace_back(kept_text(text), count);
    } else {
      not_kept = std::max(not_kept, count);
    }
  }
  column.texts.frequent.add_counts(std::move(counts), not_kept);
  if (plan_->target && *plan_->target != c) {
    std::vector<std::string> names;
    if (store.dictionary.size() <= kMostLinkLevels) {
      for (std::size_t code = 0; code < store.dictionary.size(); ++code) {
        names.emplace_back(store.dictionary.text(static_cast<std::uint32_t>(code)));
      }
      part.links[c].add_levels(store.codes, store.code_rows, names, part.target);
    } else {
      part.links[c].too_many_levels = true;
    }
  }
  store.dictionary.clear();
  store.counts.clear();
  store.codes.clear();
  store.code_rows.clear();
  store.mixed = false;
}

// The target's cells by row, before any other column is finished. Classes are its texts, numbers by value.
void ProfileWorker::finish_target(ProfilePart& part) {
  const Cells& store = cells_[*plan_->target];
  TargetCells& target = part.target;
  target.values.assign(part.row_count, std::numeric_limits<double>::quiet_NaN());
  target.classes.assign(part.row_count, kNoClass);
  const auto class_of = [&](std::string name) {
    const auto at = std::find(target.names.begin(), target.names.end(), name);
    const auto code = static_cast<std::uint32_t>(at - target.names.begin());
    if (at == target.names.end()) target.names.push_back(std::move(name));
    return code;
  };
  std::vector<double> known;
  std::vector<std::uint32_t> known_class;
  for (std::size_t i = 0; i < store.numbers.size(); ++i) {
    const double y = store.numbers[i] + 0.0;
    target.values[store.number_rows[i]] = y;
    if (target.too_many) continue;
    const auto at = std::find(known.begin(), known.end(), y);
    if (at == known.end()) {
      known_class.push_back(class_of(format_number(y)));
      known.push_back(y);
      target.classes[store.number_rows[i]] = known_class.back();
    } else {
      target.classes[store.number_rows[i]] = known_class[static_cast<std::size_t>(at - known.begin())];
    }
    target.too_many = target.names.size() > kMostClasses;
  }
  const std::size_t texts = store.dictionary.size();
  if (texts + target.names.size() > kMostClasses * 2) target.too_many = true;
  std::vector<std::uint32_t> text_class(texts, kNoClass);
  std::vector<double> text_value(texts, std::numeric_limits<double>::quiet_NaN());
  for (std::size_t code = 0; code < texts && !target.too_many; ++code) {
    const std::string_view text = store.dictionary.text(static_cast<std::uint32_t>(code));
    const bool number = !plan_->columns[*plan_->target].declared && plan_->rules->kind(text) == CsvCellKind::kNumber;
    if (number) parse_number(trim_blanks(text), text_value[code]);
    text_class[code] = class_of(number ? format_number(text_value[code] + 0.0) : std::string(text));
    target.too_many = target.names.size() > kMostClasses;
  }
  for (std::size_t i = 0; i < store.codes.size(); ++i) {
    target.values[store.code_rows[i]] = text_value[store.codes[i]];
    target.classes[store.code_rows[i]] = text_class[store.codes[i]];
  }
  if (target.too_many) target.names.clear();
}

}  // namespace mlkit::internal
