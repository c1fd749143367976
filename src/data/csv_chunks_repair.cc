// Rows that are not right, for `--on-bad-row skip` and `pad`: chunks that are right as a whole go through as they are;
// in others each record is repaired, or rejected and counted.
#include <algorithm>
#include <cstring>
#include <utility>

#include "csv_chunks_state.h"
#include "mlkit/base/text.h"
#include "mlkit/data/csv_kernels.h"

namespace mlkit {

bool CsvChunkReader::State::is_right(std::size_t size) {
  const std::string saved(buffer.begin + size, std::min(kCsvPadding, buffer.size - size));
  char* const end = buffer.begin + size;
  std::memset(end, ' ', kCsvPadding);
  bool right = is_line_end(end[-1]);
  if (right) right = index.build({buffer.begin, size}, delimiter, options.quote, header.size());
  std::memcpy(end, saved.data(), saved.size());
  return right;
}

std::optional<CsvChunk> CsvChunkReader::State::next_lenient() {
  for (bool more = false;; more = true) {  // the second time what is there was not enough
    if (more || !has_records_to_give()) skip_blank_lines();
    if (buffer.size == 0) return std::nullopt;
    const bool ends_inside = csv_kernels().count_byte(buffer.begin, buffer.size, options.quote) % 2 == 1;
    const std::size_t end = at_end && !ends_inside && is_line_end(buffer.text().back())
                                ? buffer.size
                                : last_record_end(buffer.text(), options.quote, ends_inside);
    if (end > 0 && is_right(end)) return cut(end);
    std::optional<CsvChunk> chunk = repair();
    if (chunk) return chunk;
    if (buffer.size >= kMaxCsvRecordBytes) throw_endless_record();
    if (buffer.size > 0 && !at_end) reserve(std::max(kCsvChunkBytes, buffer.size * 2));
  }
}

struct CsvChunkReader::State::Repair {
  std::string text;
  RowLines lines;
};

void CsvChunkReader::State::reject(std::string_view raw, std::uint64_t at_line) {
  if (replaying) return;
  if (skipped_lines.size() < kSkippedLinesShown) skipped_lines.push_back(at_line);
  ++rows_skipped;
  if (rejects) rejects->write(raw);
}

void CsvChunkReader::State::repair_record(const LenientRecord& record, Repair& out) {
  const std::string_view raw = buffer.text().substr(record.begin, record.end - record.begin);
  const std::string_view with_end = buffer.text().substr(record.begin, record.after - record.begin);
  const auto too_long = [](const std::string& field) { return field.size() > kMaxCsvFieldBytes; };
  const bool readable = !record.hopeless && raw.find('\0') == std::string_view::npos &&
                        find_invalid_utf8(raw) == std::string_view::npos && record.fields.size() <= kMaxCsvColumns &&
                        std::none_of(record.fields.begin(), record.fields.end(), too_long);
  if (readable && record.right && record.fields.size() == header.size()) {
    out.text += raw;
  } else if (options.on_bad_row == BadRowAction::kSkip || !readable) {
    return reject(with_end, record.line);
  } else {
    if (!replaying) {
      ++rows_padded;
      if (record.fields.size() != header.size()) ++rows_of_other_length;
      // What is dropped would be nowhere else; also the trailing delimiter's empty field, for one rule.
      if (rejects && record.fields.size() > header.size()) rejects->write(with_end);
    }
    for (std::size_t i = 0; i < header.size(); ++i) {
      if (i > 0) out.text += delimiter;
      const std::string_view field = i < record.fields.size() ? std::string_view(record.fields[i]) : std::string_view();
      if (field.empty() && header.size() == 1) {
        out.text.append(2, options.quote);  // the line must not look blank
      } else {
        append_csv_text(out.text, field, delimiter, options.quote);
      }
    }
  }
  out.text += '\n';
  out.lines.push_back(record.line);
}

// Reads the buffer record by record, repairs or rejects what is not right. nullopt = nothing whole in
// it (or all of it rejected); what was dealt with is taken from the buffer.
std::optional<CsvChunk> CsvChunkReader::State::repair() {
  Repair out;
  LenientRecord record;
  std::size_t done = 0;
  std::uint64_t done_line = line;
  // What is not closed within the longest field never will be.
  const bool complete = at_end || buffer.size > kMaxCsvFieldBytes;
  LenientScanner scanner(buffer.text(), complete, delimiter, options.quote, header.size(), line);
  while (scanner.next(record) == LenientScanner::Step::kRecord) {
    if (!at_end && record.after == buffer.size && buffer.text().back() != '\n') break;
    repair_record(record, out);
    done = record.after;
    done_line = scanner.line();
  }
  std::optional<CsvChunk> chunk;
  if (!out.text.empty()) chunk = repaired_chunk(out.text, std::move(out.lines));
  buffer.begin += done;
  buffer.size -= done;
  line = done_line;
  if (buffer.size > 0 || !at_end) reserve(buffer.size + kCsvChunkBytes / 2);
  return chunk;
}

CsvChunk CsvChunkReader::State::repaired_chunk(std::string_view text, RowLines lines) {
  CsvChunk chunk;
  chunk.storage = std::make_shared_for_overwrite<char[]>(text.size() + 2 * kCsvPadding);
  std::memset(chunk.storage.get(), ' ', text.size() + 2 * kCsvPadding);
  std::memcpy(chunk.storage.get() + kCsvPadding, text.data(), text.size());
  chunk.begin = chunk.storage.get() + kCsvPadding;
  chunk.size = text.size();
  chunk.first_line = line;
  chunk.index = next_index++;
  chunk.lines = std::move(lines);
  return chunk;
}

}  // namespace mlkit
