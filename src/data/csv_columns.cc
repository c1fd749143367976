#include "mlkit/data/csv_columns.h"

#include <algorithm>
#include <cstdint>
#include <memory>
#include <utility>

#include "mlkit/base/pages.h"
#include "mlkit/base/text.h"

namespace mlkit {
namespace {

// Grows by a quarter, so that what is not yet used stays small beside the table.
template <class T>
void make_room(std::vector<T>& values, std::size_t more) {
  const std::size_t needed = values.size() + more;
  if (needed > values.capacity()) values.reserve(std::max(needed, values.capacity() + values.capacity() / 4 + 1024));
}

template <class T>
void reserve_large(std::vector<T>& values, std::size_t rows) {
  values.reserve(rows);
  advise_large_pages(values.data(), rows * sizeof(T));
}

bool is_boolean_word(std::string_view text) {
  const std::string lower = text.size() <= 5 ? to_lower_ascii(text) : std::string();
  return lower == "true" || lower == "false";
}

ColumnType levels_type(const Levels& levels) {
  return !levels.empty() && std::all_of(levels.begin(), levels.end(), is_boolean_word) ? ColumnType::kBoolean
                                                                                       : ColumnType::kCategory;
}

struct LevelUse {
  std::string_view text;
  std::size_t worker;
  std::uint32_t code;
};

// Every level of the given dictionaries, by text.
std::vector<LevelUse> sorted_levels(const std::vector<const LevelDictionary*>& dictionaries) {
  std::vector<LevelUse> all;
  for (std::size_t worker = 0; worker < dictionaries.size(); ++worker) {
    const LevelDictionary& dictionary = *dictionaries[worker];
    for (std::size_t code = 0; code < dictionary.size(); ++code) {
      all.push_back({dictionary.text(static_cast<std::uint32_t>(code)), worker, static_cast<std::uint32_t>(code)});
    }
  }
  std::sort(all.begin(), all.end(), [](const LevelUse& a, const LevelUse& b) { return a.text < b.text; });
  return all;
}

}  // namespace

void CsvColumnBuilder::reserve(CsvReading reading, std::size_t rows, std::size_t text_bytes) {
  if (reading == CsvReading::kNumber) reserve_large(numbers_.values, rows);
  if (reading == CsvReading::kTime) reserve_large(times_.micros, rows);
  if (reading == CsvReading::kLevels) reserve_large(codes_, rows);
  if (reading == CsvReading::kText) {
    reserve_large(texts_.ends, rows);
    texts_.bytes.reserve(text_bytes);
    advise_large_pages(texts_.bytes.data(), text_bytes);
  }
}

void CsvColumnBuilder::append(const CsvPiece& piece, std::size_t worker, const RowLines& lines) {
  const std::size_t first_row = rows();
  if (!failed_) any_present_ = any_present_ || piece.any_present;
  if (piece.failed && !failed_) failed_ = piece.failed;
  if (failed_) return;
  switch (piece.reading) {
    case CsvReading::kSkip: return;
    case CsvReading::kNumber:
      make_room(numbers_.values, piece.rows);
      numbers_.values.insert(numbers_.values.end(), piece.values.begin(), piece.values.end());
      break;
    case CsvReading::kTime:
      make_room(times_.micros, piece.rows);
      times_.micros.insert(times_.micros.end(), piece.micros.begin(), piece.micros.end());
      break;
    case CsvReading::kLevels:
      make_room(codes_, piece.rows);
      codes_.insert(codes_.end(), piece.codes.begin(), piece.codes.end());
      break;
    case CsvReading::kText: {
      make_room(texts_.ends, piece.rows);
      const std::uint64_t base = texts_.bytes.size();
      const std::size_t needed = base + piece.texts.bytes.size();
      if (needed > texts_.bytes.capacity()) texts_.bytes.reserve(needed + needed / 4);
      texts_.bytes += piece.texts.bytes;
      for (const std::uint64_t end : piece.texts.ends) texts_.ends.push_back(base + end);
      break;
    }
  }
  if (piece.reading == CsvReading::kLevels || piece.reading == CsvReading::kText) {
    const bool text = piece.reading == CsvReading::kText;
    if (!runs_.empty() && runs_.back().text == text && (text || runs_.back().worker == worker)) {
      runs_.back().end_row += piece.rows;
    } else {
      runs_.push_back({first_row + piece.rows, worker, text});
    }
  }
  validity_.append_valid(piece.rows);
  for (const std::uint32_t row : piece.missing) validity_.set_missing(first_row + row);
  integer_ = integer_ && piece.integer;
  date_only_ = date_only_ && piece.date_only;
  if (piece.misfits.count > 0) {
    if (misfits_.count == 0) {
      misfits_ = piece.misfits;
      misfits_.row = first_row + piece.misfits.row;
      misfits_.line = lines.empty() ? 0 : lines[piece.misfits.row];
      misfits_.count = 0;
    }
    misfits_.count += piece.misfits.count;
  }
}

CsvReading CsvColumnBuilder::next_reading() const {
  if (any_present_) return CsvReading::kLevels;  // two kinds of cells: text
  if (failed_ == CsvCellKind::kNumber) return CsvReading::kNumber;
  if (failed_ == CsvCellKind::kTime) return CsvReading::kTime;
  return CsvReading::kLevels;
}

Column CsvColumnBuilder::finish(std::string name, const CsvColumnPlan& plan, const DeclaredType* declared,
                                const std::vector<const LevelDictionary*>& dictionaries) {
  Column column;
  column.name = std::move(name);
  if (declared != nullptr && declared->id) column.role = ColumnRole::kId;
  switch (plan.reading) {
    case CsvReading::kSkip: break;
    case CsvReading::kNumber:
      column.type = ColumnType::kNumeric;
      numbers_.integer = integer_ && validity_.missing_count() < rows();
      column.storage = std::move(numbers_);
      break;
    case CsvReading::kTime:
      column.type = ColumnType::kDatetime;
      times_.date_only = date_only_;
      column.storage = std::move(times_);
      break;
    case CsvReading::kLevels:
    case CsvReading::kText: {
      const bool all_codes = std::none_of(runs_.begin(), runs_.end(), [](const Run& run) { return run.text; });
      if (all_codes && plan.reading == CsvReading::kLevels) {
        finish_levels(column, declared, dictionaries);
      } else {
        if (!codes_.empty()) texts_ = texts_of_runs(dictionaries);
        finish_texts(column, declared);
      }
      break;
    }
  }
  column.validity = std::move(validity_);
  *this = CsvColumnBuilder();
  return column;
}

void CsvColumnBuilder::finish_levels(Column& column, const DeclaredType* declared,
                                     const std::vector<const LevelDictionary*>& dictionaries) {
  const std::vector<LevelUse> all = sorted_levels(dictionaries);
  std::vector<std::vector<std::uint32_t>> renumbered(dictionaries.size());
  for (std::size_t worker = 0; worker < dictionaries.size(); ++worker) {
    renumbered[worker].resize(dictionaries[worker]->size());
  }
  auto levels = std::make_shared<Levels>();
  for (std::size_t i = 0; i < all.size(); ++i) {
    if (i == 0 || all[i].text != all[i - 1].text) levels->emplace_back(all[i].text);
    renumbered[all[i].worker][all[i].code] = static_cast<std::uint32_t>(levels->size() - 1);
  }
  column.type = declared != nullptr ? declared->type : levels_type(*levels);
  const std::size_t present = rows() - validity_.missing_count();
  const bool categorical = declared != nullptr || column.type == ColumnType::kBoolean ||
                           (levels->size() <= kMaxLevels && levels->size() < present);
  if (!categorical) {
    texts_ = texts_of_runs(dictionaries);
    column.type = ColumnType::kText;
    column.storage = std::move(texts_);
    return;
  }
  std::size_t row = 0;
  for (const Run& run : runs_) {
    const std::vector<std::uint32_t>& numbers = renumbered[run.worker];
    for (; row < run.end_row; ++row) {
      if (codes_[row] != kNoLevel) codes_[row] = numbers[codes_[row]];
    }
  }
  column.storage = Categories{std::move(codes_), std::move(levels)};
}

// All rows as text, whether they came as codes or as texts.
Texts CsvColumnBuilder::texts_of_runs(const std::vector<const LevelDictionary*>& dictionaries) {
  Texts out;
  out.ends.reserve(rows());
  std::size_t row = 0;
  std::size_t next_code = 0;
  std::size_t next_text = 0;
  for (const Run& run : runs_) {
    for (; row < run.end_row; ++row) {
      if (run.text) {
        out.append(texts_.at(next_text++));
      } else {
        const std::uint32_t code = codes_[next_code++];
        out.append(code == kNoLevel ? std::string_view() : dictionaries[run.worker]->text(code));
      }
    }
  }
  codes_ = {};
  texts_ = {};
  return out;
}

void CsvColumnBuilder::finish_texts(Column& column, const DeclaredType* declared) {
  if (declared == nullptr && to_levels(column)) return;
  column.type = ColumnType::kText;
  column.storage = std::move(texts_);
}

// What was taken for text at first sight, but has few levels. False where it is text.
bool CsvColumnBuilder::to_levels(Column& column) const {
  LevelDictionary dictionary;
  std::vector<std::uint32_t> codes(rows(), kNoLevel);
  for (std::size_t row = 0; row < rows(); ++row) {
    if (validity_.is_missing(row)) continue;
    codes[row] = dictionary.code_of(texts_.at(row));
    if (dictionary.size() > kMaxLevels) return false;
  }
  std::vector<std::uint32_t> renumbered(dictionary.size());
  auto levels = std::make_shared<Levels>();
  for (const LevelUse& use : sorted_levels({&dictionary})) {
    renumbered[use.code] = static_cast<std::uint32_t>(levels->size());
    levels->emplace_back(use.text);
  }
  column.type = levels_type(*levels);
  if (column.type != ColumnType::kBoolean && levels->size() == rows() - validity_.missing_count()) return false;
  for (std::uint32_t& code : codes) {
    if (code != kNoLevel) code = renumbered[code];
  }
  column.storage = Categories{std::move(codes), std::move(levels)};
  return true;
}

}  // namespace mlkit
