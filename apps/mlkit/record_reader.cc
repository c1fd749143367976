#include "record_reader.h"

#include <algorithm>
#include <utility>

#include "mlkit/base/error.h"

namespace mlkit::app {
namespace {

constexpr std::size_t kReadBytes = std::size_t{256} << 10;
constexpr std::size_t kMostRecordBytes = std::size_t{64} << 20;

bool is_blank(const std::string& record) { return record == "\n" || record == "\r\n" || record == "\r"; }

}  // namespace

void RecordBatch::drop_first(std::size_t rows) {
  rows = std::min(rows, records.size());
  records.erase(records.begin(), records.begin() + static_cast<std::ptrdiff_t>(rows));
  std::vector<std::uint32_t> rest;
  for (std::size_t row = rows; row < table.rows(); ++row) rest.push_back(static_cast<std::uint32_t>(row));
  table = table.select_rows(rest);
}

RecordReader::RecordReader(const std::string& path, CsvReadOptions options)
    : path_(path), options_(std::move(options)), file_(path) {}

bool RecordReader::fill() {
  if (ended_) return false;
  buffer_.erase(0, taken_);
  scanned_ -= taken_;
  taken_ = 0;
  const std::size_t before = buffer_.size();
  if (before > kMostRecordBytes) {
    throw Error(ErrorCode::kData, "a record is longer than 64 MiB: is a quote never closed?",
                {.file = path_, .line = line_, .column = {}, .hint = {}});
  }
  buffer_.resize(before + kReadBytes);
  const std::size_t got = file_.read(buffer_.data() + before, kReadBytes);
  buffer_.resize(before + got);
  ended_ = got == 0;
  return !ended_;
}

// A line end is outside of quotes where an even number of quotes stands before it.
std::optional<std::string> RecordReader::take_record() {
  for (; scanned_ < buffer_.size(); ++scanned_) {
    const char c = buffer_[scanned_];
    if (c == options_.quote) quoted_ = !quoted_;
    if (c != '\n' || quoted_) continue;
    ++scanned_;
    std::string record = buffer_.substr(taken_, scanned_ - taken_);
    taken_ = scanned_;
    return record;
  }
  if (!ended_ || taken_ == buffer_.size()) return std::nullopt;
  std::string record = buffer_.substr(taken_);  // the last one, without a line end
  taken_ = scanned_ = buffer_.size();
  return record + "\n";
}

bool RecordReader::read_header() {
  for (;;) {
    while (auto record = take_record()) {
      line_ += static_cast<std::uint64_t>(std::count(record->begin(), record->end(), '\n'));
      if (is_blank(*record)) continue;
      header_record_ = std::move(*record);
      Context quiet(1);
      CsvReadReport report;
      CsvReadOptions options = options_;
      options.types.clear();
      header_ = read_csv_bytes(header_record_, options, quiet, path_, &report).schema().names();
      options_.delimiter = report.delimiter;
      return true;
    }
    if (!fill() && taken_ == buffer_.size()) return false;
  }
}

void RecordReader::set_types(std::map<std::string, DeclaredType> types) {
  options_.columns.emplace();
  for (const auto& [name, type] : types) options_.columns->push_back(name);
  options_.types = std::move(types);
}

Table RecordReader::parse(const std::vector<std::string>& records, Context& context) const {
  return parse_at(records, 0, context);
}

Table RecordReader::parse_at(const std::vector<std::string>& records, std::uint64_t first_line,
                             Context& context) const {
  std::string bytes = header_record_;
  const auto header_lines = static_cast<std::uint64_t>(std::count(bytes.begin(), bytes.end(), '\n'));
  for (const std::string& record : records) bytes += record;
  try {
    return read_csv_bytes(bytes, options_, context, path_);
  } catch (const Error& error) {
    ErrorPlace place = error.place();
    if (place.line > header_lines && first_line > 0) place.line = place.line - header_lines - 1 + first_line;
    throw Error(error.code(), error.message(), std::move(place));
  }
}

std::optional<RecordBatch> RecordReader::next(Context& context) {
  for (;;) {
    RecordBatch batch;
    const std::uint64_t first_line = line_;
    while (auto record = take_record()) {
      line_ += static_cast<std::uint64_t>(std::count(record->begin(), record->end(), '\n'));
      if (!is_blank(*record)) batch.records.push_back(std::move(*record));
    }
    if (!batch.records.empty()) {
      batch.table = parse_at(batch.records, first_line, context);
      return batch;
    }
    if (!fill() && taken_ == buffer_.size()) return std::nullopt;
  }
}

}  // namespace mlkit::app
