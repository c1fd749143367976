#include "mlkit/workflow/table_hash.h"

#include <algorithm>
#include <bit>
#include <numeric>

#include "mlkit/base/binary.h"
#include "mlkit/base/sha256.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

constexpr std::size_t kBufferBytes = 1 << 16;

// Levels that occur, in their order, and the rank of each row's level among them.
void add_categories(const Column& column, Sha256& hash) {
  const Categories& categories = column.categories();
  std::vector<std::uint32_t> rank(categories.levels->size(), kNoLevel);
  for (const std::uint32_t code : categories.codes) {
    if (code != kNoLevel) rank[code] = 0;
  }
  BinaryWriter out;
  std::uint32_t next = 0;
  for (std::size_t i = 0; i < rank.size(); ++i) {
    if (rank[i] == kNoLevel) continue;
    rank[i] = next++;
    out.text((*categories.levels)[i]);
  }
  for (const std::uint32_t code : categories.codes) {
    out.u32(code == kNoLevel ? kNoLevel : rank[code]);
    if (out.data().size() >= kBufferBytes) hash.update(out.take());
  }
  hash.update(out.data());
}

// The bits of every number, little-endian, missing ones as one fixed NaN.
void add_numbers(const Column& column, Sha256& hash) {
  constexpr std::uint64_t kMissingBits = 0x7FF8000000000000ull;
  const std::vector<double>& values = column.numbers().values;
  std::vector<std::uint64_t> buffer;
  for (std::size_t begin = 0; begin < values.size(); begin += kBufferBytes / 8) {
    buffer.clear();
    for (std::size_t row = begin; row < std::min(values.size(), begin + kBufferBytes / 8); ++row) {
      std::uint64_t bits = values[row] == values[row] ? std::bit_cast<std::uint64_t>(values[row]) : kMissingBits;
      if constexpr (std::endian::native == std::endian::big) bits = __builtin_bswap64(bits);
      buffer.push_back(bits);
    }
    hash.update({reinterpret_cast<const char*>(buffer.data()), buffer.size() * 8});
  }
}

void add_cell(const Column& column, std::size_t row, BinaryWriter& out) {
  const bool missing = column.is_missing(row);
  out.boolean(!missing);
  if (missing) return;
  if (column.is_times()) out.i64(column.times().micros[row]);
  if (column.is_texts()) out.text(column.texts().at(row));
}

std::string column_digest(const Column& column) {
  Sha256 hash;
  BinaryWriter head;
  head.text(column.name);
  head.u8(static_cast<std::uint8_t>(column.type));
  head.u64(column.size());
  hash.update(head.data());
  if (column.is_categorical()) {
    add_categories(column, hash);
  } else if (column.is_numeric()) {
    add_numbers(column, hash);
  } else {
    BinaryWriter out;
    for (std::size_t row = 0; row < column.size(); ++row) {
      add_cell(column, row, out);
      if (out.data().size() >= kBufferBytes) hash.update(out.take());
    }
    hash.update(out.data());
  }
  const auto digest = hash.finish();
  return {reinterpret_cast<const char*>(digest.data()), digest.size()};
}

}  // namespace

std::string table_sha256(const Table& table, const Context& context) {
  std::vector<std::size_t> order(table.column_count());
  std::iota(order.begin(), order.end(), 0);
  std::sort(order.begin(), order.end(),
            [&](std::size_t a, std::size_t b) { return table.column(a).name < table.column(b).name; });
  std::vector<std::string> digests(order.size());
  for_blocks(context, order.size(), 1, [&](std::size_t i, std::size_t, std::size_t) {
    context.check_stop();
    digests[i] = column_digest(table.column(order[i]));
  });
  std::string all;
  for (const std::string& digest : digests) all += digest;
  return sha256_hex(all);
}

}  // namespace mlkit
