#include "mlkit/data/column.h"

#include <algorithm>
#include <cmath>
#include <numeric>
#include <unordered_map>
#include <utility>

#include "mlkit/data/datetime.h"
#include "mlkit/data/numbers.h"

namespace mlkit {
namespace {

constexpr std::size_t word_count(std::size_t bits) { return (bits + 63) / 64; }

}  // namespace

// Invariant: words_ is empty, or holds word_count(size_) words whose bits beyond size_ are 0.
void Validity::materialise() {
  if (!words_.empty() || size_ == 0) return;
  words_.assign(word_count(size_), ~std::uint64_t{0});
  if (size_ % 64 != 0) words_.back() = (std::uint64_t{1} << (size_ % 64)) - 1;
}

void Validity::set_missing(std::size_t row) {
  if (is_missing(row)) return;
  materialise();
  words_[row >> 6] &= ~(std::uint64_t{1} << (row & 63));
  ++missing_;
}

void Validity::set_valid(std::size_t row) {
  if (is_valid(row)) return;
  words_[row >> 6] |= std::uint64_t{1} << (row & 63);
  if (--missing_ == 0) words_.clear();
}

void Validity::append(bool valid) {
  if (valid) {
    append_valid(1);
    return;
  }
  materialise();
  if (words_.size() < word_count(size_ + 1)) words_.push_back(0);
  ++size_;
  ++missing_;
}

void Validity::append_valid(std::size_t count) {
  if (words_.empty()) {
    size_ += count;
    return;
  }
  words_.resize(word_count(size_ + count), 0);
  std::size_t row = size_;
  size_ += count;
  for (; row < size_ && row % 64 != 0; ++row) words_[row >> 6] |= std::uint64_t{1} << (row & 63);
  for (; row + 64 <= size_; row += 64) words_[row >> 6] = ~std::uint64_t{0};
  for (; row < size_; ++row) words_[row >> 6] |= std::uint64_t{1} << (row & 63);
}

void Validity::append(const Validity& other) {
  if (other.words_.empty()) {
    append_valid(other.size_);
    return;
  }
  materialise();
  const std::size_t shift = size_ % 64;
  words_.resize(word_count(size_), 0);
  for (const std::uint64_t word : other.words_) {
    if (shift == 0) {
      words_.push_back(word);
    } else {
      words_.back() |= word << shift;
      words_.push_back(word >> (64 - shift));
    }
  }
  size_ += other.size_;
  missing_ += other.missing_;
  words_.resize(word_count(size_));
}

Validity Validity::select(std::span<const std::uint32_t> rows) const {
  Validity out(rows.size());
  if (words_.empty()) return out;
  for (std::size_t i = 0; i < rows.size(); ++i) {
    if (is_missing(rows[i])) out.set_missing(i);
  }
  return out;
}

bool Validity::operator==(const Validity& other) const {
  // With nothing missing the words may or may not be there; otherwise both are materialised.
  return size_ == other.size_ && missing_ == other.missing_ && (missing_ == 0 || words_ == other.words_);
}

ColumnSpec Column::spec() const {
  return {.name = name, .type = type, .role = role, .integer = is_numeric() && numbers().integer};
}

std::string Column::cell_text(std::size_t row) const {
  if (is_missing(row)) return {};
  if (is_numeric()) return format_number(numbers().values[row]);
  if (is_categorical()) return (*categories().levels)[categories().codes[row]];
  if (is_texts()) return std::string(texts().at(row));
  return format_datetime(times().micros[row], times().date_only);
}

namespace {

template <class T>
std::vector<T> pick(const std::vector<T>& values, std::span<const std::uint32_t> rows) {
  std::vector<T> out(rows.size());
  for (std::size_t i = 0; i < rows.size(); ++i) out[i] = values[rows[i]];
  return out;
}

Numbers pick_rows(const Numbers& from, std::span<const std::uint32_t> rows) {
  return {.values = pick(from.values, rows), .integer = from.integer};
}

Categories pick_rows(const Categories& from, std::span<const std::uint32_t> rows) {
  return {.codes = pick(from.codes, rows), .levels = from.levels};
}

Texts pick_rows(const Texts& from, std::span<const std::uint32_t> rows) {
  std::size_t bytes = 0;
  for (const std::uint32_t row : rows) bytes += from.at(row).size();
  Texts out;
  out.ends.reserve(rows.size());
  out.bytes.reserve(bytes);
  for (const std::uint32_t row : rows) out.append(from.at(row));
  return out;
}

Times pick_rows(const Times& from, std::span<const std::uint32_t> rows) {
  return {.micros = pick(from.micros, rows), .date_only = from.date_only};
}

}  // namespace

Column Column::select(std::span<const std::uint32_t> rows) const {
  return {.name = name,
          .type = type,
          .role = role,
          .storage = std::visit([&](const auto& from) -> ColumnStorage { return pick_rows(from, rows); }, storage),
          .validity = validity.select(rows)};
}

namespace {

// Codes in order of first appearance, then renumbered so that levels rise in byte order.
Categories categories_of(std::size_t rows, const Validity& validity, const auto& text_of) {
  std::unordered_map<std::string, std::uint32_t> seen;
  std::vector<const std::string*> texts;
  Categories out;
  out.codes.assign(rows, kNoLevel);
  for (std::size_t row = 0; row < rows; ++row) {
    if (validity.is_missing(row)) continue;
    const auto [entry, fresh] = seen.try_emplace(text_of(row), static_cast<std::uint32_t>(texts.size()));
    if (fresh) texts.push_back(&entry->first);
    out.codes[row] = entry->second;
  }
  std::vector<std::uint32_t> order(texts.size());
  std::iota(order.begin(), order.end(), 0u);
  std::sort(order.begin(), order.end(), [&](std::uint32_t a, std::uint32_t b) { return *texts[a] < *texts[b]; });
  std::vector<std::uint32_t> rank(texts.size());
  Levels levels;
  levels.reserve(texts.size());
  for (const std::uint32_t code : order) {
    rank[code] = static_cast<std::uint32_t>(levels.size());
    levels.push_back(*texts[code]);
  }
  for (std::uint32_t& code : out.codes) {
    if (code != kNoLevel) code = rank[code];
  }
  out.levels = std::make_shared<const Levels>(std::move(levels));
  return out;
}

Validity validity_of(const std::vector<std::string>& cells, const std::string& missing) {
  Validity validity(cells.size());
  for (std::size_t i = 0; i < cells.size(); ++i) {
    if (cells[i] == missing) validity.set_missing(i);
  }
  return validity;
}

}  // namespace

Column make_numeric_column(std::string name, std::vector<double> values) {
  Column column{.name = std::move(name), .storage = Numbers{}, .validity = Validity(values.size())};
  bool integer = true;
  for (std::size_t i = 0; i < values.size(); ++i) {
    if (std::isnan(values[i])) {
      column.validity.set_missing(i);
    } else if (values[i] != std::floor(values[i])) {
      integer = false;
    }
  }
  column.numbers() = {.values = std::move(values), .integer = integer};
  return column;
}

Column make_text_column(std::string name, const std::vector<std::string>& cells, const std::string& missing) {
  Texts texts;
  for (const std::string& cell : cells) texts.append(cell == missing ? std::string_view() : cell);
  return {.name = std::move(name),
          .type = ColumnType::kText,
          .storage = std::move(texts),
          .validity = validity_of(cells, missing)};
}

Column make_category_column(std::string name, const std::vector<std::string>& cells, const std::string& missing) {
  Validity validity = validity_of(cells, missing);
  Categories categories = categories_of(cells.size(), validity, [&](std::size_t row) { return cells[row]; });
  return {.name = std::move(name),
          .type = ColumnType::kCategory,
          .storage = std::move(categories),
          .validity = std::move(validity)};
}

Column to_category_column(const Column& column) {
  if (column.is_categorical()) return column;
  const auto text_of = [&](std::size_t row) {
    // -0 and 0 are one number, so they are one class.
    if (column.is_numeric() && column.numbers().values[row] == 0) return std::string("0");
    return column.cell_text(row);
  };
  return {.name = column.name,
          .type = ColumnType::kCategory,
          .role = column.role,
          .storage = categories_of(column.size(), column.validity, text_of),
          .validity = column.validity};
}

}  // namespace mlkit
