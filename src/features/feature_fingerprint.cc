#include "mlkit/features/feature_fingerprint.h"

#include "mlkit/base/sha256.h"
#include "mlkit/data/csv_records.h"
#include "mlkit/features/text_index.h"

namespace mlkit {

void FeatureFingerprint::add_row(std::span<const std::string_view> raw_fields, char quote) {
  std::uint64_t hash = raw_fields.size();
  for (const std::string_view field : raw_fields) {
    const bool quoted = !field.empty() && field[0] == quote;
    const std::uint64_t one = quoted ? hash_term(unquote_csv_field(field, quote)) : hash_term(field);
    hash = (hash ^ one) * 0x9E3779B97F4A7C15u;
    hash ^= hash >> 29;
  }
  low_ += hash;
  high_ += (hash ^ hash >> 32) * 0xD6E8FEB86659FD93u ^ hash >> 7;
  ++rows_;
}

void FeatureFingerprint::add(const FeatureFingerprint& other) {
  low_ += other.low_;
  high_ += other.high_;
  rows_ += other.rows_;
}

std::string FeatureFingerprint::text() const {
  std::string bytes;
  for (const std::uint64_t word : {high_, low_}) {
    for (int shift = 56; shift >= 0; shift -= 8) bytes += static_cast<char>(word >> shift & 0xFF);
  }
  return hex_text(bytes);
}

}  // namespace mlkit
