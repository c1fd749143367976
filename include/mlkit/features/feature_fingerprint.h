// Which rows a target encoding was learned from, so that it can be kept off them: a 128-bit sum of hashes of the rows.
// The same rows have the same fingerprint in any order, quoting and line ends, whatever the number of threads.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace mlkit {

class FeatureFingerprint {
 public:
  // The fields of a row as they stand in the file, in the order of the recipe's columns (without the target).
  void add_row(std::span<const std::string_view> raw_fields, char quote);
  void add(const FeatureFingerprint& other);
  std::uint64_t rows() const { return rows_; }
  std::string text() const;  // 32 hexadecimal digits

 private:
  std::uint64_t low_ = 0;
  std::uint64_t high_ = 0;
  std::uint64_t rows_ = 0;
};

}  // namespace mlkit
