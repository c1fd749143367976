#include "mlkit/clean/duplicates.h"

#include <bit>
#include <cstring>
#include <limits>
#include <numeric>
#include <string>
#include <string_view>

#include "mlkit/data/csv_records.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

constexpr std::uint32_t kEmpty = std::numeric_limits<std::uint32_t>::max();

// A 64-bit hash by multiplication and folding (after MurmurHash64A, Appleby). Equal hashes are
// always followed by a full comparison, so only speed depends on it.
class Hasher {
 public:
  void word(std::uint64_t w) {
    w *= kMultiplier;
    w ^= w >> 47;
    state_ = (state_ ^ (w * kMultiplier)) * kMultiplier;
  }
  void text(std::string_view text) {
    word(text.size());
    std::uint64_t w = 0;
    for (; text.size() >= 8; text.remove_prefix(8)) {
      std::memcpy(&w, text.data(), 8);
      word(w);
    }
    w = 0;
    if (!text.empty()) std::memcpy(&w, text.data(), text.size());
    word(w);
  }
  std::uint64_t finish() const {
    std::uint64_t h = state_ ^ (state_ >> 47);
    h *= kMultiplier;
    return h ^ (h >> 47);
  }

 private:
  static constexpr std::uint64_t kMultiplier = 0xc6a4a7935bd1e995u;
  std::uint64_t state_ = 0x9e3779b97f4a7c15u;
};

// Rows as the file has them. Without a quote anywhere the record's bytes are the cells' texts joined by
// the delimiter; with quotes the cells are unquoted and joined the same way for the hash, and compared
// one by one.
class TextRows {
 public:
  explicit TextRows(const Table& table) : table_(table), records_(*table.records) {}

  std::uint64_t hash(std::size_t row) const {
    const std::string_view raw = record(row);
    Hasher hasher;
    if (!has_quote(raw)) {
      hasher.text(raw);
      return hasher.finish();
    }
    hasher.text(joined_cells(raw));
    return hasher.finish();
  }

  bool equal(std::size_t a, std::size_t b) const {
    const std::string_view raw_a = record(a);
    const std::string_view raw_b = record(b);
    if (raw_a == raw_b) return true;
    if (!has_quote(raw_a) && !has_quote(raw_b)) return false;
    return cells(a) == cells(b);
  }

 private:
  std::size_t number(std::size_t row) const { return table_.record_of_row.empty() ? row : table_.record_of_row[row]; }
  std::string_view record(std::size_t row) const { return records_.record(number(row)); }
  bool has_quote(std::string_view raw) const { return raw.find(records_.quote()) != std::string_view::npos; }
  // The record without its quoting: doubled quotes are one, the others are left out.
  std::string joined_cells(std::string_view raw) const {
    const char quote = records_.quote();
    std::string out(raw.size(), '\0');
    char* to = out.data();
    bool quoted = false;
    for (std::size_t i = 0; i < raw.size(); ++i) {
      if (raw[i] != quote) {
        *to++ = raw[i];
      } else if (quoted && i + 1 < raw.size() && raw[i + 1] == quote) {
        *to++ = raw[i++];
      } else {
        quoted = !quoted;
      }
    }
    out.resize(static_cast<std::size_t>(to - out.data()));
    return out;
  }
  std::vector<std::string> cells(std::size_t row) const {
    std::vector<std::string_view> fields;
    records_.split(number(row), fields);
    std::vector<std::string> out;
    for (const std::string_view field : fields) out.push_back(unquote_csv_field(field, records_.quote()));
    return out;
  }

  const Table& table_;
  const CsvRecords& records_;
};

// Rows as values.
class ValueRows {
 public:
  ValueRows(const Table& table, std::span<const std::size_t> columns) {
    for (const std::size_t c : columns) columns_.push_back(&table.column(c));
  }

  std::uint64_t hash(std::size_t row) const {
    Hasher hasher;
    for (const Column* column : columns_) {
      if (column->is_missing(row)) {
        hasher.word(0x6d697373696e67u);
      } else if (column->is_numeric()) {
        hasher.word(std::bit_cast<std::uint64_t>(column->numbers().values[row] + 0.0));  // -0 is 0
      } else if (column->is_categorical()) {
        hasher.word(column->categories().codes[row]);
      } else if (column->is_texts()) {
        hasher.text(column->texts().at(row));
      } else {
        hasher.word(static_cast<std::uint64_t>(column->times().micros[row]));
      }
    }
    return hasher.finish();
  }

  bool equal(std::size_t a, std::size_t b) const {
    for (const Column* column : columns_) {
      if (column->is_missing(a) != column->is_missing(b)) return false;
      if (!column->is_missing(a) && !same_value(*column, a, b)) return false;
    }
    return true;
  }

 private:
  static bool same_value(const Column& column, std::size_t a, std::size_t b) {
    if (column.is_numeric()) return column.numbers().values[a] == column.numbers().values[b];
    if (column.is_categorical()) return column.categories().codes[a] == column.categories().codes[b];
    if (column.is_texts()) return column.texts().at(a) == column.texts().at(b);
    return column.times().micros[a] == column.times().micros[b];
  }

  std::vector<const Column*> columns_;
};

// Rows are parted by the top bits of their hash; each part has a small table of its own and walks its
// rows in order, so the first of equal rows is found without locks.
template <class Rows>
std::vector<std::uint32_t> find_first(std::size_t count, const Rows& rows, Context& context) {
  constexpr int kPartBits = 6;
  std::vector<std::uint64_t> hashes(count);
  for_blocks(context, count, kRowBlock, [&](std::size_t, std::size_t begin, std::size_t end) {
    for (std::size_t row = begin; row < end; ++row) hashes[row] = rows.hash(row);
  });
  std::vector<std::vector<std::uint32_t>> parts(std::size_t{1} << kPartBits);
  for (auto& part : parts) part.reserve(count / parts.size() + count / parts.size() / 8);
  for (std::uint32_t row = 0; row < count; ++row) parts[hashes[row] >> (64 - kPartBits)].push_back(row);

  std::vector<std::uint32_t> first(count);
  for_blocks(context, parts.size(), 1, [&](std::size_t p, std::size_t, std::size_t) {
    const std::size_t slots = std::bit_ceil(parts[p].size() * 2 + 1);
    std::vector<std::uint32_t> table(slots, kEmpty);
    for (const std::uint32_t row : parts[p]) {
      std::size_t slot = hashes[row] & (slots - 1);
      for (;; slot = (slot + 1) & (slots - 1)) {
        if (table[slot] == kEmpty) {
          table[slot] = row;
          first[row] = row;
          break;
        }
        if (hashes[table[slot]] == hashes[row] && rows.equal(table[slot], row)) {
          first[row] = table[slot];
          break;
        }
      }
    }
  });
  return first;
}

// The records belong to this table if they have as many fields as it has columns.
bool has_own_records(const Table& table) {
  if (!table.records || table.records->size() == 0) return false;
  std::vector<std::string_view> fields;
  table.records->split(0, fields);
  return fields.size() == table.column_count();
}

}  // namespace

std::vector<std::uint32_t> first_equal_rows(const Table& table, std::span<const std::size_t> columns,
                                            Context& context) {
  return find_first(table.rows(), ValueRows(table, columns), context);
}

std::vector<std::uint32_t> first_equal_rows(const Table& table, Context& context) {
  if (has_own_records(table)) return find_first(table.rows(), TextRows(table), context);
  std::vector<std::size_t> all(table.column_count());
  std::iota(all.begin(), all.end(), std::size_t{0});
  return first_equal_rows(table, all, context);
}

}  // namespace mlkit
