#include "mlkit/simulate/simulation.h"

#include <algorithm>
#include <charconv>
#include <optional>
#include <utility>

#include "mlkit/data/csv_write.h"
#include "mlkit/parallel/blocks.h"

namespace mlkit {
namespace {

constexpr double kMicro = 1e6;
constexpr std::uint64_t kMicros = 1000000;

std::uint64_t micros_of(double size) { return static_cast<std::uint64_t>(size * kMicro + 0.5); }

// A multiple of 10^-6 as the shortest decimal, which for such a number is its digits without trailing zeros: several
// times faster than the shortest text of any double.
char* format_micro(double value, char* out) {
  std::uint64_t micros = micros_of(value < 0 ? -value : value);
  if (value < 0 && micros > 0) *out++ = '-';
  out = std::to_chars(out, out + 24, micros / kMicros).ptr;
  micros %= kMicros;
  if (micros == 0) return out;
  *out = '.';
  char* end = out;
  for (int digit = 6; digit > 0; --digit) {
    out[digit] = static_cast<char>('0' + micros % 10);
    if (end == out && out[digit] != '0') end = out + digit;
    micros /= 10;
  }
  return end + 1;
}

std::string header_of(const Schema& schema) {
  std::string out;
  for (const ColumnSpec& column : schema) {
    if (!out.empty()) out += ',';
    append_csv_field(out, column.name);
  }
  return out + "\n";
}

std::string text_of(const Table& table) {
  constexpr std::size_t kMostNumber = 32;
  std::string out;
  out.reserve(table.rows() * table.column_count() * 10);
  for (std::size_t row = 0; row < table.rows(); ++row) {
    const std::size_t start = out.size();
    for (std::size_t c = 0; c < table.column_count(); ++c) {
      if (c > 0) out += ',';
      const Column& column = table.column(c);
      if (column.is_missing(row)) continue;
      if (column.is_numeric()) {
        char buffer[kMostNumber];
        out.append(buffer, static_cast<std::size_t>(format_micro(column.numbers().values[row], buffer) - buffer));
      } else {
        append_csv_cell(out, column, row);
      }
    }
    if (out.size() == start) out += "\"\"";  // a missing cell in a table of one column is no blank line
    out += '\n';
  }
  return out;
}

void add_groups(const std::vector<GroupTally>& block, std::vector<GroupTally>& groups) {
  for (std::size_t g = 0; g < block.size(); ++g) {
    groups[g].rows += block[g].rows;
    groups[g].flipped += block[g].flipped;
    groups[g].best_right += block[g].best_right;
    groups[g].first_right += block[g].first_right;
  }
}

struct Rendered {
  std::string text;
  SimulatedBlock block;
};

}  // namespace

double round_to_micro(double value) {
  const std::uint64_t micros = micros_of(value < 0 ? -value : value);
  const double size = static_cast<double>(micros) / kMicro;
  return value < 0 && micros > 0 ? -size : size;
}

SimulationTally write_simulation(const Simulation& simulation, std::uint64_t rows, OutputFile& out, Context& context) {
  SimulationTally tally;
  tally.groups.resize(simulation.groups());
  out.write(header_of(simulation.schema()));
  std::uint64_t next = 0;
  ordered_stream<std::uint64_t, Rendered>(
      context,
      [&]() -> std::optional<std::uint64_t> {
        if (next >= rows) return std::nullopt;
        return std::exchange(next, next + kRowBlock);
      },
      [&](std::uint64_t begin) {
        Rendered done;
        done.block = simulation.make_rows(begin, std::min<std::uint64_t>(begin + kRowBlock, rows));
        done.text = text_of(done.block.table);
        return done;
      },
      [&](const Rendered& done) {
        out.write(done.text);
        tally.rows += done.block.table.rows();
        add_groups(done.block.groups, tally.groups);
        tally.flipped.insert(tally.flipped.end(), done.block.flipped.begin(), done.block.flipped.end());
      });
  return tally;
}

Table make_table(const Simulation& simulation, std::uint64_t rows) { return simulation.make_rows(0, rows).table; }

}  // namespace mlkit
