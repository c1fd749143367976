// The kernels for any processor: eight bytes at a time in a 64-bit word.
#include <bit>
#include <cstdint>
#include <cstring>
#include <string_view>

#include "mlkit/data/csv_kernels.h"
#include "mlkit/data/numbers.h"

#define KERNEL

namespace mlkit {
namespace {

constexpr std::uint64_t kOnes = 0x0101010101010101u;
constexpr std::uint64_t kLow7 = 0x7F7F7F7F7F7F7F7Fu;

std::uint64_t load_word(const char* p) {
  std::uint64_t word = 0;
  std::memcpy(&word, p, sizeof word);
  if constexpr (std::endian::native == std::endian::big) word = __builtin_bswap64(word);
  return word;
}

// Bit 7 of each byte that is zero, exactly (no carry from byte to byte).
std::uint64_t zero_bytes(std::uint64_t word) { return ~(((word & kLow7) + kLow7) | word | kLow7); }

// Bit 7 of the eight bytes as one byte, the first byte in bit 0.
std::uint64_t gather(std::uint64_t high_bits) { return (high_bits * 0x0002040810204081u) >> 56; }

std::uint32_t lowest_bit(std::uint64_t bits) {
  return bits == 0 ? 0 : static_cast<std::uint32_t>(__builtin_ctzll(bits));
}

struct Masks;

class Block64 {
 public:
  Block64(char delimiter, char quote)
      : delimiter_(kOnes * static_cast<unsigned char>(delimiter)), quote_(kOnes * static_cast<unsigned char>(quote)) {}
  Masks masks(const char* p);
  bool has_nul() const { return nul_ != 0; }
  bool has_high() const { return (high_ & ~kLow7) != 0; }

 private:
  std::uint64_t delimiter_;
  std::uint64_t quote_;
  std::uint64_t nul_ = 0;
  std::uint64_t high_ = 0;
};

#include "csv_index_loop.inc"

Masks Block64::masks(const char* p) {
  constexpr std::uint64_t kCr = kOnes * '\r';
  constexpr std::uint64_t kLf = kOnes * '\n';
  Masks masks{};
  for (int i = 0; i < 8; ++i) {
    const std::uint64_t word = load_word(p + 8 * i);
    nul_ |= zero_bytes(word);
    high_ |= word;
    masks.delimiter |= gather(zero_bytes(word ^ delimiter_)) << (8 * i);
    masks.quote |= gather(zero_bytes(word ^ quote_)) << (8 * i);
    masks.cr |= gather(zero_bytes(word ^ kCr)) << (8 * i);
    masks.lf |= gather(zero_bytes(word ^ kLf)) << (8 * i);
  }
  return masks;
}

std::size_t count_byte(const char* bytes, std::size_t size, char byte) {
  const std::uint64_t pattern = kOnes * static_cast<unsigned char>(byte);
  std::size_t count = 0;
  std::size_t i = 0;
  for (; i + 8 <= size; i += 8) {
    count += static_cast<std::size_t>(__builtin_popcountll(zero_bytes(load_word(bytes + i) ^ pattern)));
  }
  for (; i < size; ++i) count += bytes[i] == byte ? 1 : 0;
  return count;
}

bool is_digit(char c) { return static_cast<unsigned char>(c - '0') <= 9; }

bool is_plain_number(const char* begin, const char* end) {
  if (begin < end && *begin == '-') ++begin;
  if (end - begin > 1 && begin[0] == '0' && is_digit(begin[1])) return false;
  if (end - begin > 16) return false;
  int digits = 0;
  int points = 0;
  for (const char* p = begin; p < end; ++p) {
    if (is_digit(*p)) {
      ++digits;
    } else if (*p == '.') {
      ++points;
    } else {
      return false;
    }
  }
  return digits >= 1 && digits <= 15 && points <= 1;
}

std::size_t plain_numbers(const CsvCells& cells, double* values, std::uint32_t* odd) {
  std::size_t odd_count = 0;
  for (std::size_t i = 0; i < cells.size; ++i) {
    const char* const begin = cells.begin(i);
    const char* const end = cells.end(i);
    if (is_plain_number(begin, end)) {
      parse_number(std::string_view(begin, static_cast<std::size_t>(end - begin)), values[i]);
    } else {
      odd[odd_count++] = static_cast<std::uint32_t>(i);
    }
  }
  return odd_count;
}

}  // namespace

namespace internal {
const CsvKernels kPortableCsvKernels{index_text, plain_numbers, count_byte, "portable"};
}  // namespace internal

const CsvKernels* const* all_csv_kernels(std::size_t& count) {
#if defined(__x86_64__)
  static const CsvKernels* const kAll[] = {&internal::kPortableCsvKernels, &internal::kAvx2CsvKernels};
  count = __builtin_cpu_supports("avx2") && __builtin_cpu_supports("bmi") && __builtin_cpu_supports("popcnt") ? 2 : 1;
#else
  static const CsvKernels* const kAll[] = {&internal::kPortableCsvKernels};
  count = 1;
#endif
  return kAll;
}

const CsvKernels& csv_kernels() {
  std::size_t count = 0;
  const CsvKernels* const* all = all_csv_kernels(count);
  return *all[count - 1];
}

}  // namespace mlkit
