#include "mlkit/data/csv_records.h"

#include <algorithm>
#include <cstring>
#include <utility>

namespace mlkit {

void CsvRecords::append_block(std::shared_ptr<const char[]> storage, const char* bytes, std::size_t size,
                              std::vector<std::uint32_t> begins) {
  if (begins.empty()) return;
  const std::size_t records = begins.size();
  memory_ += size + records * sizeof(std::uint32_t);
  blocks_.push_back({std::move(storage), bytes, size, std::move(begins), size_});
  size_ += records;
}

std::string_view CsvRecords::record(std::size_t r) const {
  const auto after = std::upper_bound(blocks_.begin(), blocks_.end(), r, [](std::size_t record, const Block& block) {
    return record < block.first_record;
  });
  const Block& block = *std::prev(after);
  const std::size_t i = r - block.first_record;
  const std::size_t begin = block.begins[i];
  std::size_t end = i + 1 < block.begins.size() ? block.begins[i + 1] : block.size;
  // Line ends: one at least but for the last record of a file, more where blank lines follow.
  while (end > begin && (block.bytes[end - 1] == '\n' || block.bytes[end - 1] == '\r')) --end;
  return {block.bytes + begin, end - begin};
}

std::string_view CsvRecords::line_end(std::size_t r) const {
  const std::string_view text = record(r);
  const char* const end = text.data() + text.size();
  const auto block = std::prev(std::upper_bound(
      blocks_.begin(), blocks_.end(), r, [](std::size_t record, const Block& b) { return record < b.first_record; }));
  const auto left = static_cast<std::size_t>(block->bytes + block->size - end);
  if (left == 0) return {};
  return {end, left >= 2 && end[0] == '\r' && end[1] == '\n' ? std::size_t{2} : std::size_t{1}};
}

void CsvRecords::split(std::size_t r, std::vector<std::string_view>& fields) const {
  fields.clear();
  const std::string_view text = record(r);
  const char* p = text.data();
  const char* const end = p + text.size();
  for (;;) {
    const char* const begin = p;
    if (p < end && *p == quote_) {
      // The reader has checked the form: every quote but the last of the field is one of a pair.
      for (++p; p < end; ++p) {
        if (*p != quote_) continue;
        if (p + 1 < end && p[1] == quote_) {
          ++p;
        } else {
          ++p;
          break;
        }
      }
    } else {
      while (p < end && *p != delimiter_) ++p;
    }
    fields.emplace_back(begin, static_cast<std::size_t>(p - begin));
    if (p >= end) return;
    ++p;
  }
}

std::string unquote_csv_field(std::string_view raw, char quote) {
  if (raw.size() < 2 || raw.front() != quote || raw.back() != quote) return std::string(raw);
  raw = raw.substr(1, raw.size() - 2);
  std::string out;
  out.reserve(raw.size());
  for (std::size_t i = 0; i < raw.size(); ++i) {
    out += raw[i];
    if (raw[i] == quote && i + 1 < raw.size() && raw[i + 1] == quote) ++i;
  }
  return out;
}

}  // namespace mlkit
