// How an input is cut into chunks of whole records. What is done to rows that are not right, where they may be
// repaired or left out, is in csv_chunks_repair.cc.
#include <algorithm>
#include <cstring>
#include <utility>

#include "csv_chunks_state.h"
#include "mlkit/base/error.h"
#include "mlkit/base/text.h"
#include "mlkit/data/csv_kernels.h"
#include "mlkit/data/csv_scan.h"

namespace mlkit {
namespace {

std::uint64_t count_lines(const char* text, std::size_t size) {
  const CsvKernels& kernels = csv_kernels();
  std::uint64_t lines = kernels.count_byte(text, size, '\n');
  if (std::memchr(text, '\r', size) == nullptr) return lines;
  for (std::size_t i = 0; i < size; ++i) {
    if (text[i] == '\r' && (i + 1 == size || text[i + 1] != '\n')) ++lines;
  }
  return lines;
}

}  // namespace

std::size_t last_record_end(std::string_view text, char quote, bool ends_inside) {
  bool inside = ends_inside;
  for (std::size_t i = text.size(); i-- > 0;) {
    const char c = text[i];
    if (c == quote) {
      inside = !inside;
    } else if (!inside && (c == '\n' || (c == '\r' && i + 1 < text.size()))) {
      return i + 1;  // a CR at the very end may be half of a CRLF
    }
  }
  return 0;
}

// Makes room for `bytes` in all, keeping what is there.
void CsvChunkReader::State::reserve(std::size_t bytes) {
  Buffer bigger;
  if (bytes <= kCsvChunkBytes) {
    bigger.storage = pool->take();
    bytes = kCsvChunkBytes;
  } else {
    bigger.storage = std::make_shared_for_overwrite<char[]>(bytes + 2 * kCsvPadding + 1);
  }
  bigger.begin = bigger.storage.get() + kCsvPadding;
  bigger.limit = bigger.begin + bytes;
  std::memset(bigger.storage.get(), ' ', kCsvPadding);
  if (buffer.size > 0) std::memcpy(bigger.begin, buffer.begin, buffer.size);
  bigger.size = buffer.size;
  buffer = std::move(bigger);
}

// Reads until the buffer is full or the input ends: chunks never depend on how bytes arrive.
void CsvChunkReader::State::fill() {
  if (!at_end && buffer.size == 0 && buffer.begin == buffer.limit) reserve(kCsvChunkBytes);
  while (!at_end && buffer.begin + buffer.size < buffer.limit) {
    char* const to = buffer.begin + buffer.size;
    const auto room = static_cast<std::size_t>(buffer.limit - to);
    std::size_t got = 0;
    if (file) {
      got = file->read(to, room);
    } else {
      got = std::min(room, memory.size() - memory_position);
      if (got > 0) std::memcpy(to, memory.data() + memory_position, got);
      memory_position += got;
    }
    at_end = got == 0;
    buffer.size += got;
    bytes_read += got;
    if (options.as_it_comes) return;
  }
}

bool CsvChunkReader::State::grow_for_more() {
  if (at_end) return false;
  check_growth();
  reserve(std::max(kCsvChunkBytes, buffer.size) * 2);
  fill();
  return true;
}

// A record that does not end: refuses it as soon as it is sure that it never will be right.
void CsvChunkReader::State::check_growth() {
  if (buffer.size <= kMaxCsvFieldBytes) return;
  CsvRecordScanner scanner(buffer.text(), delimiter, options.quote, line);
  CsvRecord record;
  while (scanner.next(record)) {
    const bool open = scanner.position() >= buffer.size;
    if (open && (record.fault == CsvFault::kNone || record.fault == CsvFault::kUnclosedQuote)) break;
    throw_record_error(std::move(record));
  }
  if (buffer.size >= kMaxCsvRecordBytes) throw_endless_record();
}

void CsvChunkReader::State::throw_endless_record() const {
  throw Error(
      ErrorCode::kData, "a record of more than 256 MiB",
      {.file = name, .line = line, .column = {}, .hint = "look for a quote that is not closed, or another line end"});
}

// Does nothing where the record is right.
void CsvChunkReader::State::throw_record_error(CsvRecord record) const {
  if (record.fault == CsvFault::kNone) {
    record.fault = CsvFault::kFieldCount;
    record.fault_line = record.line;
    record.fault_field = std::min(record.fields.size(), header.size()) + 1;
  }
  throw csv_fault_error(record, header, delimiter, name);
}

void CsvChunkReader::State::open() {
  if (options.delimiter == options.quote) throw_usage("the delimiter and the quote cannot be the same byte");
  buffer = {};
  at_end = false;
  line = 1;
  next_index = 0;
  bytes_read = 0;
  memory_position = 0;
  reserve(kCsvChunkBytes);
  fill();
  // A mark at the beginning may come byte by byte.
  while (options.as_it_comes && !at_end && buffer.size < kCsvPadding &&
         buffer.text().find_first_of("\r\n") == std::string_view::npos) {
    fill();
  }
  check_csv_kind(buffer.text(), name);
  if (buffer.text().starts_with("\xEF\xBB\xBF")) {
    buffer.begin += 3;
    buffer.size -= 3;
  }
  skip_preamble();
  if (buffer.size == 0 || is_line_end(buffer.begin[0])) skip_blank_lines();
  while (!at_end && buffer.text().find_first_of("\r\n") == std::string_view::npos && grow_for_more()) {
  }
  delimiter = options.delimiter != 0 ? options.delimiter : find_delimiter();
  if (delimiter == options.quote) {
    throw_usage(std::string("the quote \"") + options.quote + "\" (--quote) is the delimiter of this input as well",
                "another --quote, or the right --delimiter");
  }
  read_header();
}

// The lines above the header, whatever they hold. Their quotes mean nothing: lines are counted, not records.
void CsvChunkReader::State::skip_preamble() {
  for (std::uint64_t skipped = 0; skipped < options.skip_lines;) {
    const std::size_t at = buffer.text().find_first_of("\r\n");
    const bool pair_may_follow = at + 1 == buffer.size && buffer.begin[at] == '\r' && !at_end;
    if (at == std::string_view::npos || pair_may_follow) {
      if (grow_for_more()) continue;
      if (at == std::string_view::npos) {
        throw Error(ErrorCode::kData,
                    "--skip-lines " + std::to_string(options.skip_lines) + " skips the whole input, which has " +
                        with_thousands(skipped + (buffer.size > 0 ? 1 : 0)) + " lines",
                    {.file = name, .column = {}, .hint = "skip the lines above the header only"});
      }
    }
    const std::size_t used = at + (buffer.text().substr(at).starts_with("\r\n") ? 2 : 1);
    buffer.begin += used;
    buffer.size -= used;
    ++line;
    ++skipped;
    if (buffer.size == 0) fill();
  }
}

char CsvChunkReader::State::find_delimiter() const {
  if (!options.as_it_comes) return detect_csv_delimiter(buffer.text(), options.quote, at_end);
  const std::size_t first_line = buffer.text().find_first_of("\r\n");
  return detect_csv_delimiter(buffer.text().substr(0, first_line), options.quote, true);
}

bool CsvChunkReader::State::header_is_complete(const CsvRecordScanner& scanner) const {
  return at_end || scanner.position() < buffer.size;
}

void CsvChunkReader::State::read_header() {
  CsvRecord record;
  for (;;) {
    CsvRecordScanner scanner(buffer.text(), delimiter, options.quote, line);
    const bool found = scanner.next(record);
    if (record.fault == CsvFault::kTooManyColumns || record.fault == CsvFault::kFieldTooLong) {
      throw csv_fault_error(record, {}, delimiter, name);
    }
    if (header_is_complete(scanner)) {
      if (!found) {
        throw Error(ErrorCode::kData, "the input is empty: there is no header and no row",
                    {.file = name, .column = {}, .hint = "a header line with the column names is needed"});
      }
      const std::size_t used = options.header ? scanner.position() : record.begin;
      line = options.header ? scanner.line() : record.line;
      buffer.begin += used;
      buffer.size -= used;
      break;
    }
    if (!found) {  // blank lines so far
      buffer.size = 0;
      line = scanner.line();
      reserve(kCsvChunkBytes);
      fill();
    } else {
      grow_for_more();
    }
  }
  if (options.header) {
    header = check_csv_header(record, delimiter, name);
  } else {
    header.clear();
    for (std::size_t i = 0; i < record.fields.size(); ++i) header.push_back("column_" + std::to_string(i + 1));
  }
}

// The first `size` bytes of the buffer become a chunk; the rest stays.
CsvChunk CsvChunkReader::State::cut(std::size_t size) {
  CsvChunk chunk;
  chunk.storage = buffer.storage;
  chunk.begin = buffer.begin;
  chunk.size = size;
  chunk.first_line = line;
  chunk.index = next_index++;
  Buffer rest;
  rest.begin = buffer.begin + size;
  rest.size = buffer.size - size;
  const Buffer used = std::exchange(buffer, std::move(rest));
  if (buffer.size > 0 || !at_end) reserve(buffer.size + kCsvChunkBytes / 2);
  char* end = used.begin + size;
  if (!is_line_end(end[-1])) {  // the last line of the input
    *end++ = '\n';
    ++chunk.size;
  }
  std::memset(end, ' ', kCsvPadding);
  line += count_lines(chunk.begin, chunk.size);
  return chunk;
}

// Takes blank lines from the front, at the speed of counting them: a small compressed file may hold gigabytes.
void CsvChunkReader::State::skip_blank_lines() {
  for (;;) {
    fill();
    std::size_t blank = 0;
    while (blank < buffer.size && is_line_end(buffer.begin[blank])) ++blank;
    if (blank == 0) return;
    // A CR at the very end may be half of a CRLF.
    if (blank == buffer.size && !at_end && buffer.begin[blank - 1] == '\r' && --blank == 0) {
      reserve(kCsvChunkBytes);
      continue;
    }
    line += count_lines(buffer.begin, blank);
    buffer.begin += blank;
    buffer.size -= blank;
    if (buffer.size > 0 && !is_line_end(buffer.begin[0])) return;
    if (buffer.size == 0 && at_end) return;
    reserve(kCsvChunkBytes);
  }
}

// Whole records have come that nobody has had yet: with `as_it_comes` they go before anything is waited for.
bool CsvChunkReader::State::has_records_to_give() const {
  if (!options.as_it_comes || buffer.size == 0) return false;
  const bool ends_inside = csv_kernels().count_byte(buffer.begin, buffer.size, options.quote) % 2 == 1;
  return last_record_end(buffer.text(), options.quote, ends_inside) > 0;
}

std::optional<CsvChunk> CsvChunkReader::State::next_strict() {
  for (;;) {
    if (!has_records_to_give()) skip_blank_lines();
    if (buffer.size == 0) return std::nullopt;
    if (at_end) return cut(buffer.size);
    const bool ends_inside = csv_kernels().count_byte(buffer.begin, buffer.size, options.quote) % 2 == 1;
    const std::size_t end = last_record_end(buffer.text(), options.quote, ends_inside);
    if (end > 0) return cut(end);
    if (options.as_it_comes && !at_end && buffer.begin + buffer.size < buffer.limit)
      continue;  // there is room for more
    grow_for_more();
  }
}

CsvChunkReader::CsvChunkReader(const std::string& path, const CsvReadOptions& options)
    : state_(std::make_unique<State>()) {
  state_->options = options;
  state_->name = path;
  state_->file = std::make_unique<InputFile>(path);
  state_->open();
  if (!options.rejects_path.empty()) {
    check_output_is_not_input(options.rejects_path, path);
    state_->rejects = std::make_unique<OutputFile>(options.rejects_path);
  }
}

CsvChunkReader::CsvChunkReader(std::string_view bytes, const std::string& name, const CsvReadOptions& options)
    : state_(std::make_unique<State>()) {
  state_->options = options;
  state_->name = name;
  state_->memory = bytes;
  state_->open();
  if (!options.rejects_path.empty()) state_->rejects = std::make_unique<OutputFile>(options.rejects_path);
}

CsvChunkReader::~CsvChunkReader() = default;

const std::vector<std::string>& CsvChunkReader::header() const { return state_->header; }
const CsvReadOptions& CsvChunkReader::options() const { return state_->options; }
const std::string& CsvChunkReader::name() const { return state_->name; }
char CsvChunkReader::delimiter() const { return state_->delimiter; }
std::uint64_t CsvChunkReader::bytes_read() const { return state_->bytes_read; }
std::uint64_t CsvChunkReader::rows_skipped() const { return state_->rows_skipped; }
const std::vector<std::uint64_t>& CsvChunkReader::skipped_lines() const { return state_->skipped_lines; }
std::uint64_t CsvChunkReader::rows_padded() const { return state_->rows_padded; }
std::uint64_t CsvChunkReader::rows_of_other_length() const { return state_->rows_of_other_length; }

std::uint64_t CsvChunkReader::size_hint() const {
  return state_->file ? state_->file->size_hint() : state_->memory.size();
}

std::optional<CsvChunk> CsvChunkReader::next() {
  return state_->options.on_bad_row == BadRowAction::kError ? state_->next_strict() : state_->next_lenient();
}

bool CsvChunkReader::can_rewind() const { return !state_->file || state_->file->can_rewind(); }

bool CsvChunkReader::rewind() {
  if (state_->file && !state_->file->rewind()) return false;
  state_->replaying = true;
  state_->open();
  return true;
}

void CsvChunkReader::finish() {
  if (state_->rejects) state_->rejects->commit();
  state_->rejects.reset();
}

Error CsvChunkReader::first_error(const CsvChunk& chunk) const {
  CsvRecordScanner scanner(chunk.bytes(), state_->delimiter, state_->options.quote, chunk.first_line);
  CsvRecord record;
  while (scanner.next(record)) {
    if (record.fault == CsvFault::kNone && record.fields.size() == state_->header.size()) continue;
    try {
      state_->throw_record_error(std::move(record));
    } catch (const Error& error) {
      return error;
    }
  }
  return Error(ErrorCode::kData, "the form of the rows is not right", {.file = state_->name, .column = {}, .hint = {}});
}

}  // namespace mlkit
