// The kernels for x86-64 with AVX2. Only reached where the processor has it.
#include "mlkit/data/csv_kernels.h"

#if defined(__x86_64__)
#include <immintrin.h>

#include <cstdint>

#define KERNEL __attribute__((target("avx2,bmi,popcnt")))

namespace mlkit {
namespace {

KERNEL inline std::uint32_t lowest_bit(std::uint64_t bits) { return static_cast<std::uint32_t>(_tzcnt_u64(bits)); }

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

// One cell without its sign: up to 15 digits with or without a point, as one 64-bit number of which
// `decimals` stand behind the point. `odd` is 1 where the text is anything else, or begins with a
// needless zero. No branches: what is in a cell cannot be predicted.
struct Plain {
  std::uint64_t digits;
  std::uint32_t decimals;
  std::uint32_t odd;
};

KERNEL inline Plain read_plain(const char* begin, const char* end) {
  const auto length = static_cast<std::size_t>(end - begin);
  const __m128i text = _mm_loadu_si128(reinterpret_cast<const __m128i*>(end - 16));
  const __m128i keep = _mm_loadu_si128(reinterpret_cast<const __m128i*>(kKeepLast + (length <= 16 ? length : 0)));
  const __m128i point = _mm_and_si128(_mm_cmpeq_epi8(text, _mm_set1_epi8('.')), keep);
  const auto points = static_cast<std::uint32_t>(_mm_movemask_epi8(point));
  const std::uint32_t dot = _tzcnt_u32(points | 0x10000u);
  __m128i digits = _mm_and_si128(_mm_xor_si128(text, _mm_set1_epi8('0')), keep);
  digits = _mm_shuffle_epi8(digits, _mm_load_si128(reinterpret_cast<const __m128i*>(kCloseGap.from[dot])));
  // Of more than one point one is left here.
  const __m128i above = _mm_subs_epu8(digits, _mm_set1_epi8(9));
  const auto foreign = static_cast<std::uint32_t>(1 - _mm_testz_si128(above, above));
  const __m128i pairs = _mm_maddubs_epi16(digits, _mm_set_epi8(1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10, 1, 10));
  const __m128i fours = _mm_madd_epi16(pairs, _mm_set_epi16(1, 100, 1, 100, 1, 100, 1, 100));
  const __m128i packed = _mm_packus_epi32(fours, fours);
  const __m128i eights = _mm_madd_epi16(packed, _mm_set_epi16(1, 10000, 1, 10000, 1, 10000, 1, 10000));
  const auto both = static_cast<std::uint64_t>(_mm_cvtsi128_si64(eights));
  const std::size_t has_point = points != 0 ? 1 : 0;
  const auto needless_zero = static_cast<std::uint32_t>(begin[0] == '0') & static_cast<std::uint32_t>(length > 1) &
                             static_cast<std::uint32_t>(begin[1] != '.');
  const auto misfit =
      static_cast<std::uint32_t>(length - has_point - 1 >= 15) | static_cast<std::uint32_t>(length - 1 >= 16);
  return {(both & 0xFFFFFFFFu) * 100'000'000u + (both >> 32), (16 - dot) - static_cast<std::uint32_t>(has_point),
          foreign | needless_zero | misfit};
}

KERNEL std::size_t plain_numbers(const CsvCells& cells, double* values, std::uint32_t* odd) {
  const char* const bytes = cells.bytes + cells.begin_offset;
  const std::uint32_t* begins = cells.begins;
  const std::uint32_t* ends = cells.ends;
  const std::size_t begin_stride = cells.begin_stride;
  const std::size_t end_stride = cells.end_stride;
  const std::size_t size = cells.size;
  const char* const text = cells.bytes;
  std::size_t odd_count = 0;
  for (std::size_t i = 0; i < size; ++i, begins += begin_stride, ends += end_stride) {
    const char* const begin = bytes + *begins;
    // The cell may be empty: then the byte is a separator, and the length below wraps around.
    const std::uint64_t negative = *begin == '-' ? 1 : 0;
    const Plain plain = read_plain(begin + negative, text + *ends);
    const double magnitude =
        static_cast<double>(static_cast<std::int64_t>(plain.digits)) / kPowersOfTen[plain.decimals];
    const __m128d sign = _mm_castsi128_pd(_mm_cvtsi64_si128(static_cast<std::int64_t>(negative << 63)));
    _mm_store_sd(values + i, _mm_xor_pd(_mm_set_sd(magnitude), sign));
    odd[odd_count] = static_cast<std::uint32_t>(i);
    odd_count += plain.odd;
  }
  return odd_count;
}

}  // namespace

namespace internal {
const CsvKernels kAvx2CsvKernels{index_text, plain_numbers, count_byte, "avx2"};
}  // namespace internal

}  // namespace mlkit
#endif
