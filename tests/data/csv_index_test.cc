// The fast index against the byte-by-byte scanner, and the kernels against one another.
#include "mlkit/data/csv_index.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <string>
#include <vector>

#include "mlkit/base/random.h"
#include "mlkit/data/csv_kernels.h"
#include "mlkit/data/csv_scan.h"
#include "mlkit/data/numbers.h"

namespace mlkit {
namespace {

// A text with the room around it that the kernels want.
class Padded {
 public:
  explicit Padded(std::string_view text) : bytes_(text.size() + 2 * kCsvPadding, ' '), size_(text.size()) {
    std::memcpy(bytes_.data() + kCsvPadding, text.data(), text.size());
  }
  std::string_view text() const { return std::string_view(bytes_).substr(kCsvPadding, size_); }

 private:
  std::string bytes_;
  std::size_t size_;
};

struct Found {
  bool right = true;
  std::vector<std::vector<std::string>> rows;  // raw fields
  bool operator==(const Found&) const = default;
};

Found scan(const std::string& text, std::size_t columns) {
  Found found;
  CsvRecordScanner scanner(text, ',', '"');
  CsvRecord record;
  while (scanner.next(record)) {
    if (record.fault != CsvFault::kNone || record.fields.size() != columns) return {.right = false, .rows = {}};
    found.rows.push_back(record.fields);
  }
  return found;
}

std::string unquoted(std::string_view raw) {
  if (raw.empty() || raw[0] != '"') return std::string(raw);
  std::string out;
  for (std::size_t i = 1; i + 1 < raw.size(); ++i) {
    out += raw[i];
    if (raw[i] == '"') ++i;
  }
  return out;
}

Found index_with(const CsvKernels& kernels, const std::string& text, std::size_t columns) {
  const Padded padded(text);
  std::vector<std::uint32_t> ends(text.size() + 64);
  std::vector<std::uint32_t> begins(text.size() + 64);
  CsvIndexTask task;
  task.bytes = padded.text().data();
  task.size = text.size();
  task.columns = columns;
  task.ends = ends.data();
  task.begins = begins.data();
  std::vector<std::uint32_t> breaks(text.size() + 64);
  task.breaks = breaks.data();
  kernels.index(task);
  if (!task.right || task.has_nul) return {.right = false, .rows = {}};
  Found found;
  for (std::size_t r = 0; r < task.records; ++r) {
    auto& row = found.rows.emplace_back();
    for (std::size_t c = 0; c < columns; ++c) {
      const std::size_t begin = c == 0 ? begins[r] : ends[r * columns + c - 1] + 1;
      row.push_back(unquoted(std::string_view(text).substr(begin, ends[r * columns + c] - begin)));
    }
  }
  return found;
}

std::string random_text(RandomStream& random, std::size_t most) {
  constexpr std::string_view kBytes = "aaaaa,,,\"\"\"\n\n\r";
  std::string text;
  for (auto left = 1 + random.below(most); left > 0; --left) text += kBytes[random.below(kBytes.size())];
  if (text.back() != '\n' && text.back() != '\r') text += '\n';
  return text;
}

TEST(CsvIndex, AgreesWithTheScannerOnRandomTexts) {
  std::size_t count = 0;
  const CsvKernels* const* all = all_csv_kernels(count);
  RandomStream random(3, RandomPurpose::kSample);
  std::size_t right = 0;
  for (int i = 0; i < 60000; ++i) {
    const std::string text = random_text(random, i % 10 == 0 ? 300 : 12);
    const std::size_t columns = 1 + random.below(3);
    const Found expected = scan(text, columns);
    right += expected.right ? 1 : 0;
    for (std::size_t k = 0; k < count; ++k) {
      ASSERT_EQ(index_with(*all[k], text, columns), expected)
          << all[k]->name << " on " << ::testing::PrintToString(text);
    }
  }
  EXPECT_GT(right, 3000u);  // else the comparison would say little
}

TEST(CsvIndex, AgreesOnLongRowsWithQuotesAcrossBlocks) {
  std::size_t count = 0;
  const CsvKernels* const* all = all_csv_kernels(count);
  RandomStream random(4, RandomPurpose::kSample);
  for (int i = 0; i < 2000; ++i) {
    std::string text;
    for (int r = 0; r < 4; ++r) {
      for (int c = 0; c < 3; ++c) {
        if (c > 0) text += ',';
        const bool quoted = random.below(2) == 0;
        if (quoted) text += '"';
        for (auto n = random.below(90); n > 0; --n)
          text += quoted && random.below(9) == 0 ? "\"\"" : quoted && random.below(9) == 0 ? "\r\n," : "z";
        if (quoted) text += '"';
      }
      text += random.below(2) == 0 ? "\r\n" : "\n";
    }
    const Found expected = scan(text, 3);
    ASSERT_TRUE(expected.right);
    for (std::size_t k = 0; k < count; ++k) ASSERT_EQ(index_with(*all[k], text, 3), expected) << all[k]->name;
  }
}

TEST(CsvKernels, PlainNumbersAreExactAndOthersAreLeft) {
  std::size_t count = 0;
  const CsvKernels* const* all = all_csv_kernels(count);
  RandomStream random(5, RandomPurpose::kSample);
  constexpr std::string_view kBytes = "00112345678999..--+eE x";
  std::vector<std::string> cells = {"",
                                    "-",
                                    ".",
                                    "-.",
                                    "5.",
                                    "-0",
                                    "0",
                                    "0.0",
                                    "00",
                                    "007",
                                    "-07.5",
                                    "999999999999999",
                                    "1.2.3",
                                    "1000000000000000",
                                    "0.99999999999999",
                                    "123456789012345.6",
                                    ".123456789012345"};
  for (int i = 0; i < 30000; ++i) {
    std::string cell;
    const bool decimal = random.below(2) == 0;
    for (auto n = random.below(19); n > 0; --n)
      cell += decimal ? static_cast<char>('0' + random.below(10)) : kBytes[random.below(kBytes.size())];
    if (decimal && !cell.empty()) cell[random.below(cell.size())] = '.';
    cells.push_back(cell);
  }
  std::string text;
  std::vector<std::uint32_t> begins;
  std::vector<std::uint32_t> ends;
  for (const std::string& cell : cells) {
    begins.push_back(static_cast<std::uint32_t>(text.size()));
    text += cell;
    ends.push_back(static_cast<std::uint32_t>(text.size()));
    text += ',';
  }
  const Padded padded(text);
  const CsvCells view{padded.text().data(), begins.data(), 1, 0, ends.data(), 1, cells.size()};
  std::vector<std::uint32_t> first_odd;
  for (std::size_t k = 0; k < count; ++k) {
    std::vector<double> values(cells.size());
    std::vector<std::uint32_t> odd(cells.size() + 1);
    odd.resize(all[k]->plain_numbers(view, values.data(), odd.data()));
    if (k == 0) first_odd = odd;
    EXPECT_EQ(odd, first_odd) << all[k]->name;
    EXPECT_LT(odd.size(), cells.size() * 3 / 4);
    std::size_t next = 0;
    for (std::size_t i = 0; i < cells.size(); ++i) {
      if (next < odd.size() && odd[next] == i) {
        ++next;
        continue;
      }
      double expected = 0;
      ASSERT_EQ(parse_number(cells[i], expected), NumberStatus::kNumber) << all[k]->name << " took " << cells[i];
      ASSERT_EQ(std::bit_cast<std::uint64_t>(values[i]), std::bit_cast<std::uint64_t>(expected)) << cells[i];
    }
  }
}

TEST(CsvKernels, CountBytes) {
  std::size_t count = 0;
  const CsvKernels* const* all = all_csv_kernels(count);
  const std::string text = "a\"b\"\"" + std::string(100, '"') + "\xA2";
  for (std::size_t k = 0; k < count; ++k) EXPECT_EQ(all[k]->count_byte(text.data(), text.size(), '"'), 103u);
}

}  // namespace
}  // namespace mlkit
