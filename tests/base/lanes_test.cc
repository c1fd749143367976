#include "mlkit/base/lanes.h"

#include <bit>
#include <cmath>
#include <vector>

#include <gtest/gtest.h>

#include "mlkit/base/math.h"
#include "mlkit/base/random.h"

namespace mlkit {
namespace {

template <int W>
void exp_of(const double* in, double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; i += W) lanes::store<W>(out + i, lanes::exp<W>(lanes::load<W>(in + i)));
}
template <int W>
void log1p_of(const double* in, double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; i += W) lanes::store<W>(out + i, lanes::log1p_unit<W>(lanes::load<W>(in + i)));
}
MLKIT_TARGET_AVX2 void exp_avx2(const double* in, double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; i += 4) lanes::store<4>(out + i, lanes::exp<4>(lanes::load<4>(in + i)));
}
MLKIT_TARGET_AVX2 void log1p_avx2(const double* in, double* out, std::size_t n) {
  for (std::size_t i = 0; i < n; i += 4) lanes::store<4>(out + i, lanes::log1p_unit<4>(lanes::load<4>(in + i)));
}

void expect_same_bits(const std::vector<double>& in, const std::vector<double>& got, double (*exact)(double)) {
  for (std::size_t i = 0; i < in.size(); ++i) {
    ASSERT_EQ(std::bit_cast<std::uint64_t>(got[i]), std::bit_cast<std::uint64_t>(exact(in[i]))) << in[i];
  }
}

TEST(Lanes, ExpHasTheBitsOfTheScalarOne) {
  std::vector<double> in{0.0, -0.0, -745.13, -745.1332191019412, -745.2, -708.4, -1e300, 709.0, -36.7,
                         0.5, -0.5, 1e-300};
  RandomStream random(1, RandomPurpose::kSample);
  while (in.size() < 100000) in.push_back((random.uniform() - 0.52) * 1450);
  std::vector<double> out(in.size());
  exp_of<2>(in.data(), out.data(), in.size());
  expect_same_bits(in, out, mlkit::exp);
  if (lanes::have_avx2()) {
    exp_avx2(in.data(), out.data(), in.size());
    expect_same_bits(in, out, mlkit::exp);
  }
}

TEST(Lanes, Log1pHasTheBitsOfTheScalarOne) {
  std::vector<double> in{0.0,    1.0,   0.41, std::nextafter(0.41, 0), 0.41421356237309515, 0.4142135623730949,
                         1e-300, 5e-324};
  RandomStream random(2, RandomPurpose::kSample);
  while (in.size() < 100000) in.push_back(in.size() % 2 == 0 ? random.uniform() : mlkit::exp(-800 * random.uniform()));
  std::vector<double> out(in.size());
  log1p_of<2>(in.data(), out.data(), in.size());
  expect_same_bits(in, out, mlkit::log1p);
  if (lanes::have_avx2()) {
    log1p_avx2(in.data(), out.data(), in.size());
    expect_same_bits(in, out, mlkit::log1p);
  }
}

MLKIT_TARGET_AVX2 double dot_avx2(const double* a, const double* b, std::size_t n) { return lanes::dot<4>(a, b, n); }

TEST(Lanes, DotIsEightLanesAndOneTreeWhateverTheWidth) {
  RandomStream random(3, RandomPurpose::kSample);
  std::vector<double> a(40), b(40);
  for (std::size_t i = 0; i < a.size(); ++i) a[i] = random.normal(), b[i] = random.normal();
  for (std::size_t n = 0; n <= a.size(); ++n) {
    double lane[8] = {};
    for (std::size_t i = 0; i < n; ++i) lane[i % 8] += a[i] * b[i];
    const double expected = ((lane[0] + lane[4]) + (lane[2] + lane[6])) + ((lane[1] + lane[5]) + (lane[3] + lane[7]));
    EXPECT_EQ(lanes::dot<2>(a.data(), b.data(), n), expected);
    if (lanes::have_avx2()) {
      EXPECT_EQ(dot_avx2(a.data(), b.data(), n), expected);
    }
  }
}

}  // namespace
}  // namespace mlkit
