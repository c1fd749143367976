#include "leak_rows.h"

#include <algorithm>
#include <cmath>

#include "mlkit/data/hash64.h"

namespace mlkit::internal {
namespace {

// Three significant digits, by hand: half a grid step away from where values like 0.5 or 120 stand, so that a copy that
// was jittered a little rarely falls on the other side of a border.
double rounded_number(double x) {
  if (x == 0) return 0;
  double scale = 1;
  for (double size = std::fabs(x); size >= 1000 && scale < 1e300; size /= 10) scale *= 10;
  for (double size = std::fabs(x); size < 100 && scale > 1e-290; size *= 10) scale /= 10;
  return std::round(x / scale) * scale;
}

std::uint64_t cell_hash(const Column& column, std::size_t row, bool as_text, bool rounded) {
  if (column.is_missing(row)) return 1;
  if (as_text) return hash_bytes(column.cell_text(row));
  if (column.is_numeric()) {
    const double x = column.numbers().values[row];
    return hash_number(rounded ? rounded_number(x) : x);
  }
  if (column.is_times()) return mix64(static_cast<std::uint64_t>(column.times().micros[row]));
  if (column.is_texts()) return hash_bytes(column.texts().at(row));
  return hash_bytes((*column.categories().levels)[column.categories().codes[row]]);
}

}  // namespace

std::vector<std::uint64_t> cell_hashes(const Column& column, std::size_t number, bool as_text, bool rounded) {
  std::vector<std::uint64_t> out(column.size());
  const std::uint64_t salt = mix64(number + 0x51ed270b7a3f42c1u);
  for (std::size_t row = 0; row < out.size(); ++row) {
    out[row] = mix64(cell_hash(column, row, as_text, rounded) ^ salt);
  }
  return out;
}

Coincidences count_coincidences(std::vector<std::uint64_t> first, const std::vector<std::uint64_t>& second) {
  Coincidences out;
  std::sort(first.begin(), first.end());
  for (std::size_t begin = 0; begin < first.size();) {
    std::size_t end = begin;
    while (end < first.size() && first[end] == first[begin]) ++end;
    const std::uint64_t times = end - begin;
    out.within += times * (times - 1) / 2;
    out.repeated += times - 1;
    if (times > 1) out.twins += times;
    begin = end;
  }
  for (const std::uint64_t hash : second) {
    const auto [low, high] = std::equal_range(first.begin(), first.end(), hash);
    out.across += static_cast<std::uint64_t>(high - low);
    out.test_rows += low != high ? 1 : 0;
  }
  return out;
}

double agreement(const std::vector<std::uint64_t>& hashes) {
  if (hashes.empty()) return 1;
  std::vector<std::uint64_t> sorted = hashes;
  std::sort(sorted.begin(), sorted.end());
  double squares = 0;
  for (std::size_t begin = 0; begin < sorted.size();) {
    std::size_t end = begin;
    while (end < sorted.size() && sorted[end] == sorted[begin]) ++end;
    const double share = static_cast<double>(end - begin) / static_cast<double>(sorted.size());
    squares += share * share;
    begin = end;
  }
  return squares;
}

}  // namespace mlkit::internal
