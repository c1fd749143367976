#include "mlkit/data/csv_index.h"

#include <algorithm>

#include "mlkit/base/text.h"
#include "mlkit/data/csv_scan.h"

namespace mlkit {

bool CsvIndex::build(std::string_view text, char delimiter, char quote, std::size_t columns) {
  if (text.size() + 64 > capacity_) {
    capacity_ = text.size() + text.size() / 8 + 64;
    ends_ = std::make_unique_for_overwrite<std::uint32_t[]>(capacity_);
    begins_ = std::make_unique_for_overwrite<std::uint32_t[]>(capacity_);
    breaks_ = std::make_unique_for_overwrite<std::uint32_t[]>(capacity_);
  }
  task_ = {};
  task_.bytes = text.data();
  task_.size = text.size();
  task_.delimiter = delimiter;
  task_.quote = quote;
  task_.columns = columns;
  task_.ends = ends_.get();
  task_.begins = begins_.get();
  task_.breaks = breaks_.get();
  csv_kernels().index(task_);
  if (!task_.right || task_.has_nul) return false;
  if (!task_.all_ascii && find_invalid_utf8(text) != std::string_view::npos) return false;
  if (text.size() <= kMaxCsvFieldBytes) return true;
  for (std::size_t i = 0; i < task_.records * columns; ++i) {
    const std::uint32_t begin = i % columns == 0 ? task_.begins[i / columns] : task_.ends[i - 1] + 1;
    if (task_.ends[i] - begin > kMaxCsvFieldBytes) return false;
  }
  return true;
}

RowLines CsvIndex::lines(std::uint64_t first_line) const {
  RowLines lines;
  const std::uint32_t* begin = task_.begins;
  const std::uint32_t* const end = begin + task_.records;
  for (std::size_t i = 0; i < task_.break_count; ++i) {
    // Records that begin behind this break stand one line further down.
    const std::uint32_t* const after = std::upper_bound(begin, end, task_.breaks[i]);
    lines.append_run(first_line, static_cast<std::size_t>(after - begin));
    first_line += static_cast<std::uint64_t>(after - begin) + 1;
    begin = after;
  }
  lines.append_run(first_line, static_cast<std::size_t>(end - begin));
  return lines;
}

CsvCells CsvIndex::cells(std::size_t column) const {
  CsvCells cells;
  cells.bytes = task_.bytes;
  cells.size = task_.records;
  cells.end_stride = task_.columns;
  cells.ends = task_.ends + column;
  if (column == 0) {
    cells.begins = task_.begins;
    cells.begin_stride = 1;
  } else {
    cells.begins = task_.ends + column - 1;
    cells.begin_stride = task_.columns;
    cells.begin_offset = 1;
  }
  return cells;
}

}  // namespace mlkit
