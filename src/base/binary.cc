#include "mlkit/base/binary.h"

#include <array>
#include <bit>
#include <cmath>

#include "mlkit/base/error.h"
#include "mlkit/base/text.h"

namespace mlkit {
namespace {

template <class T>
void put(std::string& out, T value) {
  for (std::size_t i = 0; i < sizeof(T); ++i) out.push_back(static_cast<char>((value >> (8 * i)) & 0xFF));
}

template <class T>
T get(const char* p) {
  T value = 0;
  for (std::size_t i = 0; i < sizeof(T); ++i) {
    value |= static_cast<T>(static_cast<unsigned char>(p[i])) << (8 * i);
  }
  return value;
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
  std::array<std::uint32_t, 256> table{};
  for (std::uint32_t i = 0; i < 256; ++i) {
    std::uint32_t c = i;
    for (int bit = 0; bit < 8; ++bit) c = (c & 1) ? (c >> 1) ^ 0x82F63B78u : c >> 1;
    table[i] = c;
  }
  return table;
}

}  // namespace

void BinaryWriter::u32(std::uint32_t value) { put(bytes_, value); }
void BinaryWriter::u64(std::uint64_t value) { put(bytes_, value); }
void BinaryWriter::f64(double value) { put(bytes_, std::bit_cast<std::uint64_t>(value)); }

void BinaryWriter::text(std::string_view value) {
  u64(value.size());
  bytes_ += value;
}

void BinaryWriter::texts(const std::vector<std::string>& values) {
  u64(values.size());
  for (const std::string& value : values) text(value);
}

void BinaryWriter::f64s(std::span<const double> values) {
  u64(values.size());
  for (const double value : values) f64(value);
}

void BinaryWriter::u32s(std::span<const std::uint32_t> values) {
  u64(values.size());
  for (const std::uint32_t value : values) u32(value);
}

void BinaryReader::fail(const std::string& problem) const {
  throw Error(ErrorCode::kModelFile, "section \"" + what_ + "\": " + problem,
              {.file = {}, .column = {}, .hint = "the file is damaged or was not written by mlkit"});
}

const char* BinaryReader::take(std::size_t size) {
  if (size > left()) fail("ends too early");
  const char* p = bytes_.data() + position_;
  position_ += size;
  return p;
}

std::uint8_t BinaryReader::u8() { return static_cast<std::uint8_t>(*take(1)); }
std::uint32_t BinaryReader::u32() { return get<std::uint32_t>(take(4)); }
std::uint64_t BinaryReader::u64() { return get<std::uint64_t>(take(8)); }
double BinaryReader::f64() { return std::bit_cast<double>(u64()); }

double BinaryReader::finite_f64() {
  const double value = f64();
  if (!std::isfinite(value)) fail("holds a number that is not finite");
  return value;
}

bool BinaryReader::boolean() {
  const std::uint8_t value = u8();
  if (value > 1) fail("holds a flag that is neither 0 nor 1");
  return value == 1;
}

std::uint64_t BinaryReader::count(std::size_t element_bytes) {
  const std::uint64_t n = u64();
  if (element_bytes > 0 && n > left() / element_bytes) fail("claims more elements than it has bytes");
  return n;
}

std::string BinaryReader::text() {
  const std::uint64_t size = count(1);
  std::string value(take(size), size);
  if (find_invalid_utf8(value) != std::string_view::npos) fail("holds a text that is not UTF-8");
  return value;
}

std::vector<std::string> BinaryReader::texts() {
  std::vector<std::string> values(count(8));
  for (std::string& value : values) value = text();
  return values;
}

std::vector<double> BinaryReader::f64s() {
  std::vector<double> values(count(8));
  for (double& value : values) value = f64();
  return values;
}

std::vector<double> BinaryReader::finite_f64s() {
  std::vector<double> values(count(8));
  for (double& value : values) value = finite_f64();
  return values;
}

std::vector<std::uint32_t> BinaryReader::u32s() {
  std::vector<std::uint32_t> values(count(4));
  for (std::uint32_t& value : values) value = u32();
  return values;
}

void BinaryReader::expect_end() const {
  if (left() != 0) fail("has bytes too many");
}

std::uint32_t crc32c(std::string_view bytes, std::uint32_t previous) {
  static constexpr std::array<std::uint32_t, 256> kTable = make_crc_table();
  std::uint32_t c = ~previous;
  for (const char byte : bytes) c = (c >> 8) ^ kTable[(c ^ static_cast<unsigned char>(byte)) & 0xFF];
  return ~c;
}

}  // namespace mlkit
