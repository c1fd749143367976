#include "mlkit/data/csv_lenient.h"

#include <algorithm>

#include "mlkit/data/csv_scan.h"

namespace mlkit {
namespace {

constexpr std::size_t kNowhere = std::string_view::npos;

bool is_line_end(char c) { return c == '\n' || c == '\r'; }

}  // namespace

// ---- Places. ----

bool LenientScanner::ends_field(std::size_t at) const {
  return at >= text_.size() || text_[at] == delimiter_ || is_line_end(text_[at]);
}

std::size_t LenientScanner::line_end(std::size_t at) const {
  while (at < text_.size() && !is_line_end(text_[at])) ++at;
  return at;
}

std::size_t LenientScanner::after_line_end(std::size_t at) const {
  if (at < text_.size() && text_[at] == '\r') ++at;  // one after the other: CRLF is one
  if (at < text_.size() && text_[at] == '\n') ++at;
  return at;
}

// The quote that ends the field which `opening` begins; doubled ones are passed over.
std::size_t LenientScanner::closing_quote(std::size_t opening) const {
  for (std::size_t at = opening + 1;;) {
    at = text_.find(quote_, at);
    if (at == kNowhere) return kNowhere;
    if (at + 1 >= text_.size() || text_[at + 1] != quote_) return at;
    at += 2;
  }
}

// ---- Records. ----

void LenientScanner::skip_blank_lines() {
  while (position_ < text_.size() && is_line_end(text_[position_])) {
    position_ = after_line_end(position_);
    ++line_;
  }
}

// Text up to the end of the field, quotes and all; returns where it ends.
std::size_t LenientScanner::take_text(std::size_t at, std::string& field) const {
  const std::size_t begin = at;
  while (!ends_field(at)) ++at;
  field.append(text_, begin, at - begin);
  return at;
}

// The record at position() by the rules of strict reading, up to the first field that breaks them.
LenientScanner::Strict LenientScanner::read_right(std::vector<std::string>& fields) const {
  Strict out;
  std::size_t at = position_;
  for (;;) {
    out.trouble_at = at;
    fields.emplace_back();
    if (at < text_.size() && text_[at] == quote_) {
      const std::size_t closing = closing_quote(at);
      out.more = !complete_ && (closing == kNowhere || closing + 1 == text_.size());
      if (closing == kNowhere || out.more || !ends_field(closing + 1)) return out;
      std::string& field = fields.back();
      for (std::size_t i = at + 1; i < closing; i += text_[i] == quote_ ? 2 : 1) field += text_[i];
      at = closing + 1;
    } else {
      at = take_text(at, fields.back());
      if (fields.back().find(quote_) != std::string::npos) return out;
    }
    if (at >= text_.size() || text_[at] != delimiter_) break;
    ++at;
  }
  out.end = at;
  out.right = true;
  return out;
}

// The inside of a quoted field that begins at `at`; returns where the field ends, kNowhere where that is not before
// `limit`.
std::size_t LenientScanner::read_quoted(Reading reading, std::size_t at, std::size_t limit, std::string& field) const {
  if (reading == Reading::kOpeningIsText) {
    const std::size_t closing = closing_quote(at);
    if (closing == kNowhere || closing >= limit || !ends_field(closing + 1)) return take_text(at, field);
  }
  for (++at; at < limit; ++at) {
    if (text_[at] != quote_) {
      field += text_[at];
      continue;
    }
    const bool pair = at + 1 < text_.size() && text_[at + 1] == quote_;
    if (pair) {
      field += quote_;
      ++at;
      if (reading == Reading::kPairBeforeEnd && ends_field(at + 1)) return at + 1;
    } else if (reading == Reading::kTextAfterQuote) {
      return take_text(at + 1, field);
    } else if (ends_field(at + 1)) {
      return at + 1;
    } else {
      field += quote_;
    }
  }
  return kNowhere;
}

// The whole record by one reading; kNowhere where it does not end before `limit` or has more than `most` fields.
std::size_t LenientScanner::read_as(Reading reading, std::size_t limit, std::size_t most,
                                    std::vector<std::string>& fields) const {
  fields.clear();
  std::size_t at = position_;
  for (;;) {
    if (fields.size() == most) return kNowhere;
    fields.emplace_back();
    const bool quoted = at < text_.size() && text_[at] == quote_;
    at = quoted ? read_quoted(reading, at, limit, fields.back()) : take_text(at, fields.back());
    if (at == kNowhere || at > limit) return kNowhere;
    if (at >= text_.size() || text_[at] != delimiter_) return at;
    ++at;
  }
}

// False where it depends on what follows the text.
bool LenientScanner::choose_reading(std::size_t trouble_at, LenientRecord& record) const {
  const std::size_t line_ends = line_end(trouble_at);
  const std::size_t reach = std::min(text_.size(), line_ends + kLenientReach);
  if (!complete_ && reach == text_.size()) return false;
  const struct {
    Reading reading;
    std::size_t limit;
  } candidates[] = {{Reading::kQuoteBeforeEnd, line_ends}, {Reading::kPairBeforeEnd, line_ends},
                    {Reading::kTextAfterQuote, reach},     {Reading::kOpeningIsText, line_ends},
                    {Reading::kQuoteBeforeEnd, reach},     {Reading::kPairBeforeEnd, reach}};
  for (const auto& candidate : candidates) {
    record.end = read_as(candidate.reading, candidate.limit, columns_, record.fields);
    if (record.end != kNowhere && record.fields.size() == columns_) return true;
  }
  record.end = read_as(Reading::kTextAfterQuote, reach, kMaxCsvColumns + 1, record.fields);
  if (record.end != kNowhere) return true;
  record.fields.clear();
  record.hopeless = true;
  record.end = line_ends;
  return true;
}

void LenientScanner::finish(LenientRecord& record) {
  record.after = after_line_end(record.end);
  for (std::size_t i = record.begin; i < record.after; ++i) {
    if (text_[i] == '\n' || (text_[i] == '\r' && (i + 1 >= text_.size() || text_[i + 1] != '\n'))) ++line_;
  }
  if (record.after == record.end) ++line_;  // the last line of the text
  position_ = record.after;
}

LenientScanner::Step LenientScanner::next(LenientRecord& record) {
  skip_blank_lines();
  if (position_ >= text_.size()) return Step::kEnd;
  record.begin = position_;
  record.line = line_;
  record.fields.clear();
  record.hopeless = false;
  const Strict strict = read_right(record.fields);
  record.right = strict.right;
  if (strict.more) return Step::kMore;
  if (strict.right) {
    record.end = strict.end;
  } else if (!choose_reading(strict.trouble_at, record)) {
    return Step::kMore;
  }
  // A carriage return at the very end may be half of a line end.
  const std::size_t after = after_line_end(record.end);
  if (!complete_ && after == text_.size() && text_.back() != '\n') return Step::kMore;
  finish(record);
  return Step::kRecord;
}

}  // namespace mlkit
