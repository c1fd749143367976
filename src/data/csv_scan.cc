#include "mlkit/data/csv_scan.h"

#include <algorithm>
#include <cstdio>
#include <cstring>

#include "mlkit/base/text.h"

namespace mlkit {
namespace {

constexpr std::size_t kShownBytes = 40;

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

// Line ends in text[begin, end), CRLF as one. `end` is not between a CR and its LF.
std::uint64_t count_line_ends(std::string_view text, std::size_t begin, std::size_t end) {
  std::uint64_t count = 0;
  for (std::size_t i = begin; i < end; ++i) {
    if (text[i] == '\n') {
      ++count;
    } else if (text[i] == '\r' && (i + 1 >= text.size() || text[i + 1] != '\n')) {
      ++count;
    }
  }
  return count;
}

}  // namespace

void CsvRecordScanner::note(CsvRecord& record, CsvFault fault, std::size_t at, std::uint64_t line) {
  if (record.fault != CsvFault::kNone && fault_at_ <= at) return;
  fault_at_ = at;
  record.fault = fault;
  record.fault_line = line;
  record.fault_field = record.fields.size();
  record.fault_text = text_.substr(at, kShownBytes);
}

void CsvRecordScanner::skip_line_end() {
  if (position_ >= text_.size()) return;
  const bool cr = text_[position_] == '\r';
  ++position_;
  if (cr && position_ < text_.size() && text_[position_] == '\n') ++position_;
  ++line_;
}

void CsvRecordScanner::scan_unquoted(CsvRecord& record, std::string& field, bool after_quote) {
  const std::size_t begin = position_;
  while (position_ < text_.size() && text_[position_] != delimiter_ && !is_line_end(text_[position_])) {
    if (text_[position_] == quote_ && !after_quote) note(record, CsvFault::kBareQuote, position_, line_);
    ++position_;
  }
  field.append(text_, begin, position_ - begin);
}

void CsvRecordScanner::scan_quoted(CsvRecord& record, std::string& field) {
  const std::size_t opened = position_;
  const std::uint64_t opened_line = line_;
  ++position_;
  while (position_ < text_.size()) {
    const char c = text_[position_];
    if (c == quote_) {
      if (position_ + 1 >= text_.size() || text_[position_ + 1] != quote_) {
        ++position_;
        if (position_ < text_.size() && text_[position_] != delimiter_ && !is_line_end(text_[position_])) {
          note(record, CsvFault::kAfterQuote, position_, line_);
          scan_unquoted(record, field, true);
        }
        return;
      }
      ++position_;
    } else if (c == '\n' || (c == '\r' && (position_ + 1 >= text_.size() || text_[position_ + 1] != '\n'))) {
      ++line_;
    }
    field += c;
    ++position_;
  }
  note(record, CsvFault::kUnclosedQuote, opened, opened_line);
}

void CsvRecordScanner::scan_field(CsvRecord& record) {
  const std::size_t begin = position_;
  const std::uint64_t line = line_;
  record.fields.emplace_back();
  std::string& field = record.fields.back();
  if (position_ < text_.size() && text_[position_] == quote_) {
    scan_quoted(record, field);
  } else {
    scan_unquoted(record, field, false);
  }
  if (position_ - begin > kMaxCsvFieldBytes) {
    // Says more than that the quote, where there is one, was not closed so far.
    if (record.fault == CsvFault::kUnclosedQuote && fault_at_ == begin) record.fault = CsvFault::kNone;
    note(record, CsvFault::kFieldTooLong, begin, line);
  }
  if (record.fields.size() > kMaxCsvColumns) note(record, CsvFault::kTooManyColumns, begin, line);
  // NUL and UTF-8, in the bytes of this field.
  const std::string_view bytes = text_.substr(begin, position_ - begin);
  if (const std::size_t nul = bytes.find('\0'); nul != std::string_view::npos) {
    note(record, CsvFault::kNul, begin + nul, line + count_line_ends(text_, begin, begin + nul));
  }
  if (const std::size_t bad = find_invalid_utf8(bytes); bad != std::string_view::npos) {
    note(record, CsvFault::kNotUtf8, begin + bad, line + count_line_ends(text_, begin, begin + bad));
  }
}

bool CsvRecordScanner::next(CsvRecord& record) {
  while (position_ < text_.size() && is_line_end(text_[position_])) skip_line_end();
  if (position_ >= text_.size()) return false;
  record.begin = position_;
  record.line = line_;
  record.fields.clear();
  record.fault = CsvFault::kNone;
  for (;;) {
    scan_field(record);
    if (record.fault == CsvFault::kTooManyColumns) break;
    if (position_ >= text_.size() || text_[position_] != delimiter_) break;
    ++position_;
  }
  record.end = position_;
  skip_line_end();
  return true;
}

void append_csv_text(std::string& out, std::string_view text, char delimiter, char quote) {
  const bool plain = text.find(delimiter) == std::string_view::npos && text.find(quote) == std::string_view::npos &&
                     text.find_first_of("\r\n") == std::string_view::npos;
  if (plain) {
    out += text;
    return;
  }
  out += quote;
  for (const char c : text) {
    if (c == quote) out += quote;
    out += c;
  }
  out += quote;
}

}  // namespace mlkit
