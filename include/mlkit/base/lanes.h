// Eight doubles side by side, with the same result on every processor. A kernel is written once as a
// template over the width W of the machine's vectors (2: SSE2 and NEON, 4: AVX2) and works on Pack<W>, eight
// lanes made of 8 / W vectors; what happens in a lane, and the tree that adds lanes up, do not depend on W.
// Only + - * /, comparisons and integer operations: nothing here may be contracted to FMA (the build
// forbids it).
//
// A file with kernels offers them as
//   void kernel(...) { (have_avx2() ? kernel_avx2 : kernel_portable)(...); }
// where kernel_avx2 carries MLKIT_TARGET_AVX2 and both inline the template.
#pragma once

#include <cstddef>
#include <cstdint>

#if defined(__x86_64__) && defined(__GNUC__)
#define MLKIT_HAVE_AVX2_CLONES 1
#define MLKIT_TARGET_AVX2 __attribute__((target("avx2")))
#else
#define MLKIT_TARGET_AVX2
#endif
#define MLKIT_INLINE [[gnu::always_inline]] inline
// Before a loop over the parts of a Pack or of a tile of sums: unrolled, they stay in registers.
#define MLKIT_UNROLL _Pragma("GCC unroll 8")

namespace mlkit::lanes {

inline constexpr std::size_t kLanes = 8;

inline bool have_avx2() {
#ifdef MLKIT_HAVE_AVX2_CLONES
  static const bool have = __builtin_cpu_supports("avx2") != 0;
  return have;
#else
  return false;
#endif
}

template <int W>
struct Width {
  typedef double Vector __attribute__((vector_size(W * 8)));
  typedef double Unaligned __attribute__((vector_size(W * 8), aligned(8)));
  typedef std::int64_t Mask __attribute__((vector_size(W * 8)));
  typedef std::int32_t Half __attribute__((vector_size(W * 4)));
};
template <int W>
using Vector = typename Width<W>::Vector;
template <int W>
using Mask = typename Width<W>::Mask;

template <int W>
MLKIT_INLINE Vector<W> load(const double* from) {
  return *reinterpret_cast<const typename Width<W>::Unaligned*>(from);
}
template <int W>
MLKIT_INLINE void store(double* to, Vector<W> value) {
  *reinterpret_cast<typename Width<W>::Unaligned*>(to) = value;
}
template <int W>
MLKIT_INLINE Vector<W> broadcast(double value) {
  if constexpr (W == 2) {
    return Vector<2>{value, value};
  } else {
    return Vector<4>{value, value, value, value};
  }
}

// e^x as mlkit::exp, bit for bit, for x <= 709 that is not NaN (0 below -745.13).
template <int W>
MLKIT_INLINE Vector<W> exp(Vector<W> x) {
  using V = Vector<W>;
  const Mask<W> vanishes = x < -745.1332191019412;
  x = vanishes ? V{} : x;
  const V scaled = x * 1.44269504088896338700e+00;
  const V rounded = scaled + (scaled < 0 ? V{} - 0.5 : V{} + 0.5);
  const auto k32 = __builtin_convertvector(rounded, typename Width<W>::Half);  // truncates, as a cast does
  const V k = __builtin_convertvector(k32, V);
  const V high = x - k * 6.93147180369123816490e-01;
  const V low = k * 1.90821492927058770002e-10;
  const V r = high - low;
  V p = V{} + 1.0 / 6227020800.0;
  p = p * r + 1.0 / 479001600.0;
  p = p * r + 1.0 / 39916800.0;
  p = p * r + 1.0 / 3628800.0;
  p = p * r + 1.0 / 362880.0;
  p = p * r + 1.0 / 40320.0;
  p = p * r + 1.0 / 5040.0;
  p = p * r + 1.0 / 720.0;
  p = p * r + 1.0 / 120.0;
  p = p * r + 1.0 / 24.0;
  p = p * r + 1.0 / 6.0;
  p = p * r + 0.5;
  const V e = 1.0 + (high + (r * r * p - low));
  // 2^k in two factors, each a normal number: one rounding, where the product is subnormal.
  const Mask<W> k64 = __builtin_convertvector(k32, Mask<W>);
  const Mask<W> half = k64 >> 1;
  const Mask<W> first = (half + 1023) << 52;
  const Mask<W> second = (k64 - half + 1023) << 52;
  return vanishes ? V{} : e * reinterpret_cast<V>(first) * reinterpret_cast<V>(second);
}

// log(1 + x) as mlkit::log1p, bit for bit, for 0 <= x <= 1.
template <int W>
MLKIT_INLINE Vector<W> log1p_unit(Vector<W> x) {
  using V = Vector<W>;
  const Mask<W> large = x >= 0.41;
  const V u = 1.0 + x;
  const V lost = x - (u - 1.0);
  const Mask<W> halved = large & (u > 1.4142135623730951);
  const V k = halved ? V{} + 1.0 : V{};
  const V m = halved ? u * 0.5 : u;
  const V f = large ? m - 1.0 : x;
  const V s = f / (2.0 + f);
  const V z = s * s;
  V r = V{} + 2.0 / 23;
  r = r * z + 2.0 / 21;
  r = r * z + 2.0 / 19;
  r = r * z + 2.0 / 17;
  r = r * z + 2.0 / 15;
  r = r * z + 2.0 / 13;
  r = r * z + 2.0 / 11;
  r = r * z + 2.0 / 9;
  r = r * z + 2.0 / 7;
  r = r * z + 2.0 / 5;
  r = r * z + 2.0 / 3;
  r = r * z;
  const V half_square = 0.5 * f * f;
  const V low = s * (half_square + r) + k * 1.90821492927058770002e-10;
  const V reduced = k * 6.93147180369123816490e-01 - ((half_square - low) - f);
  return large ? reduced + lost / u : reduced;
}

// Eight running sums, lane = index % 8, and the one tree that adds them up.
template <int W>
struct Pack {
  Vector<W> part[kLanes / W] = {};

  MLKIT_INLINE double sum() const {
    if constexpr (W == 2) {
      const Vector<2> s = (part[0] + part[2]) + (part[1] + part[3]);
      return s[0] + s[1];
    } else {
      static_assert(W == 4);
      const Vector<4> s = part[0] + part[1];
      return (s[0] + s[2]) + (s[1] + s[3]);
    }
  }
};

// a . b: products summed in eight lanes by index, then along the tree.
template <int W>
MLKIT_INLINE double dot(const double* a, const double* b, std::size_t n) {
  Pack<W> sums;
  std::size_t i = 0;
  for (; i + kLanes <= n; i += kLanes) {
    MLKIT_UNROLL
    for (std::size_t v = 0; v < kLanes / W; ++v) {
      sums.part[v] += load<W>(a + i + v * W) * load<W>(b + i + v * W);
    }
  }
  if (i == n) return sums.sum();
  double rest_a[kLanes] = {};
  double rest_b[kLanes] = {};
  for (std::size_t j = 0; i + j < n; ++j) {
    rest_a[j] = a[i + j];
    rest_b[j] = b[i + j];
  }
  for (std::size_t v = 0; v < kLanes / W; ++v) sums.part[v] += load<W>(rest_a + v * W) * load<W>(rest_b + v * W);
  return sums.sum();
}

}  // namespace mlkit::lanes
