// Little-endian bytes for model files. The reader trusts nothing: every read is checked against
// what is left, every count against the bytes that its elements would need, before memory is taken.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace mlkit {

class BinaryWriter {
 public:
  void u8(std::uint8_t value) { bytes_.push_back(static_cast<char>(value)); }
  void u32(std::uint32_t value);
  void u64(std::uint64_t value);
  void i64(std::int64_t value) { u64(static_cast<std::uint64_t>(value)); }
  void f64(double value);
  void boolean(bool value) { u8(value ? 1 : 0); }
  void text(std::string_view value);  // length (u64), bytes
  void texts(const std::vector<std::string>& values);
  void f64s(std::span<const double> values);
  void u32s(std::span<const std::uint32_t> values);
  void bytes(std::string_view raw) { bytes_ += raw; }

  const std::string& data() const { return bytes_; }
  std::string take() { return std::move(bytes_); }

 private:
  std::string bytes_;
};

// Throws Error(kModelFile) on any violation, with `what` (the section's name) in the message.
class BinaryReader {
 public:
  BinaryReader(std::string_view bytes, std::string what) : bytes_(bytes), what_(std::move(what)) {}

  std::uint8_t u8();
  std::uint32_t u32();
  std::uint64_t u64();
  std::int64_t i64() { return static_cast<std::int64_t>(u64()); }
  double f64();
  double finite_f64();  // refuses NaN and inf
  bool boolean();       // refuses anything but 0 and 1
  std::string text();   // must be UTF-8
  std::vector<std::string> texts();
  std::vector<double> f64s();
  std::vector<double> finite_f64s();
  std::vector<std::uint32_t> u32s();
  // A count of elements of at least `element_bytes` each, checked against what is left.
  std::uint64_t count(std::size_t element_bytes);

  std::size_t left() const { return bytes_.size() - position_; }
  void expect_end() const;
  [[noreturn]] void fail(const std::string& problem) const;

 private:
  const char* take(std::size_t size);
  std::string_view bytes_;
  std::size_t position_ = 0;
  std::string what_;
};

// CRC-32C (Castagnoli), the checksum of sections and files.
std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous = 0);

}  // namespace mlkit
