// The kernels for x86-64 with AVX2. Only reached where the processor has it.
#include "mlkit/data/csv_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>

#define KERNEL __attribute__((target("avx2,bmi,popcnt")))

namespace mlkit {
namespace {

struct Masks;

class Block64 {
 public:
  KERNEL Block64(char delimiter, char quote)
      : delimiter_(_mm256_set1_epi8(delimiter)),
        quote_(_mm256_set1_epi8(quote)),
        cr_(_mm256_set1_epi8('\r')),
        lf_(_mm256_set1_epi8('\n')),
        least_(_mm256_set1_epi8(1)),
        high_(_mm256_setzero_si256()) {}
  KERNEL inline Masks masks(const char* p);
  KERNEL bool has_nul() const { return bits(_mm256_cmpeq_epi8(least_, _mm256_setzero_si256())) != 0; }
  KERNEL bool has_high() const { return bits(high_) != 0; }

 private:
  KERNEL static std::uint64_t bits(__m256i bytes) { return static_cast<std::uint32_t>(_mm256_movemask_epi8(bytes)); }
  KERNEL static std::uint64_t equal(__m256i a, __m256i b, __m256i byte) {
    return bits(_mm256_cmpeq_epi8(a, byte)) | bits(_mm256_cmpeq_epi8(b, byte)) << 32;
  }
  __m256i delimiter_;
  __m256i quote_;
  __m256i cr_;
  __m256i lf_;
  __m256i least_;  // byte-wise minimum of all seen
  __m256i high_;   // or of all seen
};

#include "csv_index_loop.inc"

KERNEL inline Masks Block64::masks(const char* p) {
  const __m256i a = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p));
  const __m256i b = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(p + 32));
  least_ = _mm256_min_epu8(least_, _mm256_min_epu8(a, b));
  high_ = _mm256_or_si256(high_, _mm256_or_si256(a, b));
  return {equal(a, b, delimiter_), equal(a, b, quote_), equal(a, b, cr_), equal(a, b, lf_)};
}

KERNEL std::size_t count_byte(const char* bytes, std::size_t size, char byte) {
  const __m256i pattern = _mm256_set1_epi8(byte);
  std::size_t count = 0;
  std::size_t i = 0;
  for (; i + 32 <= size; i += 32) {
    const __m256i block = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(bytes + i));
    count += static_cast<std::size_t>(
        __builtin_popcount(static_cast<unsigned>(_mm256_movemask_epi8(_mm256_cmpeq_epi8(block, pattern)))));
  }
  for (; i < size; ++i) count += bytes[i] == byte ? 1 : 0;
  return count;
}

constexpr double kPowersOfTen[16] = {1e0, 1e1, 1e2,  1e3,  1e4,  1e5,  1e6,  1e7,
                                     1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15};

// The 16 bytes from n on: a mask of the last n.
constexpr unsigned char kKeepLast[32] = {0,   0,   0,   0,   0,   0,   0,   0,   0,   0,   0,
                                                     0,   0,   0,   0,   0,   255, 255, 255, 255, 255, 255,
                                                     255, 255, 255, 255, 255, 255, 255, 255, 255, 255};

// Shuffles that move the bytes before position `dot` one place up: the digits close the gap.
struct CloseGap {
  alignas(16) unsigned char from[17][16];
  constexpr CloseGap() : from() {
    for (int dot = 0; dot <= 16; ++dot) {
      for (int i = 0; i < 16; ++i) {
        const bool moved = dot < 16 && i <= dot;
        from[dot][i] = static_cast<unsigned char>(!moved ? i : i == 0 ? 0x80 : i - 1);
      }
    }
  }
};
constexpr CloseGap kCloseGap;

// One cell of 1 to 16 bytes, its sign taken off: up to 15 digits and a point, as one 64-bit number.
// `good` is false where the text is anything else (or begins with a needless zero).
struct Plain {
  std::uint64_t digits;
  unsigned decimals;
  bool good;
};

KERNEL inline Plain read_plain(const char* begin, const char* end) {
  const auto length = static_cast<std::size_t>(end - begin);
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(end - 16));
  const __m128i keep = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kKeepLast + (length <= 16 ? length : 0)));
  const __m128i point = _mm_and_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8('.')), keep);
  const auto points = static_cast<unsigned>(_mm_movemask_epi8(point));
  const auto dot = static_cast<unsigned>(__builtin_ctz(points | 0x10000u));
  __m128i digits = _mm_and_si128(_mm_xor_si128(text, _mm_set1_epi8('0')), keep);
  digits = _mm_shuffle_epi8(digits, _mm_load_si128(reinterpret_cast<const __m128i*>(kCloseGap.from[dot])));
  const __m128i nine = _mm_set1_epi8(9);
  const auto valid = _mm_movemask_epi8(_mm_cmpeq_epi8(_mm_max_epu8(digits, nine), nine));
  const __m128i pairs = _mm_maddubs_epi16(
      digits, _mm_set_epi8(1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10));
  const __m128i fours = _mm_madd_epi16(pairs, _mm_set_epi16(1, 100, 1, 100, 1, 100, 1, 100));
  const __m128i packed = _mm_packus_epi32(fours, fours);
  const __m128i eights = _mm_madd_epi16(packed, _mm_set_epi16(1, 10000, 1, 10000, 1, 10000, 1, 10000));
  const auto both = static_cast<std::uint64_t>(_mm_cvtsi128_si64(eights));
  const std::uint64_t high = both & 0xFFFFFFFFu;
  const std::uint64_t low = both >> 32;
  const bool needless_zero = begin[0] == '0' && length > 1 && begin[1] != '.';
  const std::size_t digit_count = length - (points != 0 ? 1 : 0);
  // More than one point leaves one in `digits`, which is then not valid.
  const bool good = valid == 0xFFFF && digit_count - 1 < 15 && length - 1 < 16 && !needless_zero;
  return {high * 100'000'000u + low, points != 0 ? 15 - dot : 0, good};
}

KERNEL std::size_t plain_numbers(const CsvCells& cells, double* values, std::uint32_t* odd) {
  std::size_t odd_count = 0;
  for (std::size_t i = 0; i < cells.size; ++i) {
    const char* begin = cells.begin(i);
    const char* const end = cells.end(i);
    const bool negative = *begin == '-' && begin < end;
    begin += negative ? 1 : 0;
    const Plain plain = read_plain(begin, end);
    const double magnitude = static_cast<double>(static_cast<std::int64_t>(plain.digits)) / kPowersOfTen[plain.decimals];
    values[i] = negative ? -magnitude : magnitude;
    odd[odd_count] = static_cast<std::uint32_t>(i);
    odd_count += plain.good ? 0 : 1;
  }
  return odd_count;
}

}  // namespace

namespace internal {
const CsvKernels kAvx2CsvKernels{index_text, plain_numbers, count_byte, "avx2"};
}  // namespace internal

}  // namespace mlkit
#endif
