#include "mlkit/drift/stream_detectors.h"

#include <gtest/gtest.h>

#include <cstdint>

namespace mlkit {
namespace {

// Errors of a linear congruential generator: a share of 0.1, from the 1001st on 0.3, then 0.05, then 0.6.
std::vector<double> error_stream(std::size_t n = 4000) {
  std::vector<double> out;
  std::uint64_t x = 12345;
  for (std::size_t k = 0; k < n; ++k) {
    x = (x * 1103515245 + 12345) % (std::uint64_t{1} << 31);
    const double p = k < 1000 ? 0.1 : k < 2000 ? 0.3 : k < 3000 ? 0.05 : 0.6;
    out.push_back(static_cast<double>(x) / 2147483648.0 < p ? 1.0 : 0.0);
  }
  return out;
}

std::vector<std::size_t> alarms(StreamDetector& detector, const std::vector<double>& numbers, std::size_t from = 0) {
  std::vector<std::size_t> out;
  for (std::size_t i = from; i < numbers.size(); ++i) {
    if (detector.add(numbers[i])) out.push_back(i + 1);
  }
  return out;
}

// The figures are those of a slow version in Python straight from the formulas: every bucket of ADWIN holds its
// numbers, every mean and variance is computed anew from them.
TEST(StreamDetectors, AlarmWhereTheFormulasDo) {
  const std::vector<double> errors = error_stream();
  Adwin adwin;
  EXPECT_EQ(alarms(adwin, errors), (std::vector<std::size_t>{1056, 1088, 2112, 2144, 2240, 3040, 3072, 3104}));
  EXPECT_EQ(adwin.width(), 1024);
  Ddm ddm;
  EXPECT_EQ(alarms(ddm, errors), (std::vector<std::size_t>{68, 1166, 3083}));
  PageHinkley page_hinkley;
  EXPECT_EQ(alarms(page_hinkley, errors), (std::vector<std::size_t>{1269, 3115}));
}

TEST(StreamDetectors, GoOnFromTheirStateAsIfNothingHadHappened) {
  const std::vector<double> errors = error_stream();
  for (const char* name : {"adwin", "ddm", "page-hinkley"}) {
    const auto whole = make_stream_detector(name);
    const std::vector<std::size_t> expected = alarms(*whole, errors);
    const auto first = make_stream_detector(name);
    std::vector<std::size_t> got = alarms(*first, {errors.begin(), errors.begin() + 1111});
    const auto second = make_stream_detector(name);
    ASSERT_TRUE(second->restore(first->state()));
    for (const std::size_t at : alarms(*second, errors, 1111)) got.push_back(at);
    EXPECT_EQ(got, expected) << name;
    EXPECT_EQ(second->state(), whole->state()) << name;
  }
}

TEST(StreamDetectors, RefuseStatesThatCannotBe) {
  for (const char* name : {"adwin", "ddm", "page_hinkley"}) {
    const auto detector = make_stream_detector(name);
    alarms(*detector, error_stream(200));
    std::vector<double> state = detector->state();
    const std::vector<double> before = state;
    state.push_back(1);
    EXPECT_FALSE(detector->restore(state)) << name;
    EXPECT_FALSE(detector->restore({})) << name;
    state = before;
    state[0] = -1;
    EXPECT_FALSE(detector->restore(state)) << name;
    EXPECT_EQ(detector->state(), before) << name;
  }
  EXPECT_EQ(make_stream_detector("cusum"), nullptr);
}

TEST(StreamDetectors, ConstantStreamsNeverAlarm) {
  for (const double x : {0.0, 1.0, 0.5}) {
    for (const char* name : {"adwin", "page_hinkley"}) {
      EXPECT_TRUE(alarms(*make_stream_detector(name), std::vector<double>(3000, x)).empty()) << name << " " << x;
    }
  }
  Ddm ddm;
  EXPECT_TRUE(alarms(ddm, std::vector<double>(3000, 0.0)).empty());
}

}  // namespace
}  // namespace mlkit
