#include "mlkit/data/numbers.h"

#include <gtest/gtest.h>

#include <bit>
#include <cmath>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>

#include "mlkit/base/random.h"

namespace mlkit {
namespace {

// glibc's strtod rounds correctly for every text; the oracle here, never used in the library.
void expect_like_strtod(const std::string& text) {
  double value = 0;
  const double expected = std::strtod(text.c_str(), nullptr);
  const NumberStatus status = parse_number(text, value);
  if (std::isinf(expected)) {
    EXPECT_EQ(status, NumberStatus::kNotFinite) << text;
  } else {
    ASSERT_EQ(status, NumberStatus::kNumber) << text;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(value), std::bit_cast<std::uint64_t>(expected)) << text;
  }
}

TEST(ParseNumber, AgreesWithStrtodOnRandomDecimals) {
  RandomStream random(1, RandomPurpose::kSample);
  for (int i = 0; i < 200000; ++i) {
    std::string text;
    if (random.below(3) == 0) text += '-';
    const auto digits = 1 + random.below(random.below(8) == 0 ? 40 : 20);
    const auto point = random.below(digits + 2);
    for (std::uint64_t k = 0; k < digits; ++k) {
      if (k == point) text += '.';
      text += static_cast<char>('0' + (random.below(4) == 0 ? 0 : random.below(10)));
    }
    if (random.below(3) == 0) text += 'e' + std::to_string(static_cast<int>(random.below(700)) - 350);
    expect_like_strtod(text);
  }
}

TEST(ParseNumber, SixteenToNineteenDigitsAreRoundedOnce) {
  // What programs write so that it reads back, on both sides of where 64-bit integers are enough (10^-27, 10^27).
  RandomStream random(2, RandomPurpose::kSample);
  for (int i = 0; i < 50000; ++i) {
    std::string text(1, static_cast<char>('1' + random.below(9)));
    for (std::uint64_t left = 15 + random.below(4); left > 0; --left) text += static_cast<char>('0' + random.below(10));
    expect_like_strtod(text + "e" + std::to_string(static_cast<int>(random.below(60)) - 30));
  }
  // (2 m + 1) / 2^k lies halfway between two doubles for m >= 2^52; one digit more or less does not.
  for (int i = 0; i < 3000; ++i) {
    std::uint64_t digits = 2 * ((std::uint64_t{1} << 52) + random.below(std::uint64_t{1} << 52)) + 1;
    for (int k = 0; k <= 3; ++k, digits *= 5) {
      for (const int last : {-1, 0, 1}) {
        expect_like_strtod(std::to_string(digits + static_cast<std::uint64_t>(last)) + "e-" + std::to_string(k));
      }
    }
  }
  for (const char* text : {"18446744073709551615", "9999999999999999999e27", "9999999999999999999e-27",
                           "7450580596923828125e27", "7450580596923828125e-27", "4503599627370496.5"}) {
    expect_like_strtod(text);
  }
}

TEST(ParseNumber, RoundsHalfwayCasesToEven) {
  // 2^53 + 1 and 2^53 + 3 lie halfway; a digit far behind the point decides.
  expect_like_strtod("9007199254740993");
  expect_like_strtod("9007199254740995");
  expect_like_strtod("9007199254740993.00000000000000000000000000000000000000000001");
  expect_like_strtod("9007199254740992.99999999999999999999999999999999999999999999");
  expect_like_strtod("2.2250738585072012e-308");
  expect_like_strtod("2.47032822920623272e-324");
  expect_like_strtod("1.7976931348623158e308");
  expect_like_strtod("1.7976931348623159e308");
  expect_like_strtod("0." + std::string(400, '0') + "1e401");
  expect_like_strtod("1" + std::string(400, '0') + "e-400");
}

TEST(FormatNumber, EveryBitPatternReadsBack) {
  for (std::uint64_t i = 0; i < 200000; ++i) {
    const auto value = std::bit_cast<double>(random_bits(2, RandomPurpose::kSample, i));
    if (!std::isfinite(value)) continue;
    const std::string text = format_number(value);
    ASSERT_LE(text.size(), kMaxNumberText);
    double back = 0;
    ASSERT_EQ(parse_number(text, back), NumberStatus::kNumber) << text;
    EXPECT_EQ(std::bit_cast<std::uint64_t>(back), std::bit_cast<std::uint64_t>(value)) << text;
  }
}

TEST(FormatNumber, IsReadable) {
  EXPECT_EQ(format_number(5.0), "5");
  EXPECT_EQ(format_number(-0.0), "-0");
  EXPECT_EQ(format_number(100000.0), "100000");
  EXPECT_EQ(format_number(0.0001), "0.0001");
  EXPECT_EQ(format_number(1e-5), "1e-05");
  EXPECT_EQ(format_number(1e16), "1e+16");
  EXPECT_EQ(format_number(123456789012345.5), "123456789012345.5");
  EXPECT_EQ(format_number(9007199254740991.0), "9007199254740991");
}

std::string plain(const std::string& text, const NumberForm& form) {
  std::string scratch;
  return std::string(to_plain_number(text, form, scratch).value_or("none"));
}

TEST(ToPlainNumber, ReadsOneFormAndNoOther) {
  const NumberForm german{.decimal = ',', .thousands = '.'};
  EXPECT_EQ(plain("1.234,5", german), "1234.5");
  EXPECT_EQ(plain("-12.345.678,25e-3", german), "-12345678.25e-3");
  EXPECT_EQ(plain("1234,5", german), "1234.5");
  EXPECT_EQ(plain("+7", german), "+7");
  EXPECT_EQ(plain(",5", german), ".5");
  for (const char* wrong : {"1.5", "12.34", "1.2345", "1234.567", ".123", "1..234", "1.234.", "1.234,5.6", "1,234.5"}) {
    EXPECT_EQ(plain(wrong, german), "none") << wrong;
  }
  const NumberForm american{.decimal = '.', .thousands = ','};
  EXPECT_EQ(plain("1,234,567.89", american), "1234567.89");
  EXPECT_EQ(plain("1,23", american), "none");
  EXPECT_EQ(plain("1.2.3", american), "none");
  const NumberForm french{.decimal = ',', .thousands = ' '};
  EXPECT_EQ(plain("1 234,5", french), "1234.5");
  EXPECT_EQ(plain("1\xC2\xA0"
                  "234\xE2\x80\xAF"
                  "567,5",
                  french),
            "1234567.5");
  EXPECT_EQ(plain("1 23", french), "none");
  const NumberForm comma{.decimal = ',', .thousands = 0};
  EXPECT_EQ(plain("1.5", comma), "none");
  EXPECT_EQ(plain("1 234", comma), "1 234") << "left for parse_number to refuse";
  double value = 0;
  EXPECT_EQ(parse_number("1 234", value), NumberStatus::kNotANumber);
}

// Every number written with separators by hand reads back to the bits of the plain one.
TEST(ToPlainNumber, AgreesWithThePlainFormOnRandomNumbers) {
  RandomStream random(5, RandomPurpose::kSample);
  const NumberForm german{.decimal = ',', .thousands = '.'};
  for (int i = 0; i < 2000; ++i) {
    const std::string whole = std::to_string(random.below(std::uint64_t{1} << random.below(50)));
    const std::string fraction = std::to_string(random.below(1000000));
    std::string grouped = whole;
    for (std::size_t at = grouped.size(); at > 3; at -= 3) grouped.insert(at - 3, ".");
    EXPECT_EQ(plain(grouped + "," + fraction, german), whole + "." + fraction);
  }
}

}  // namespace
}  // namespace mlkit
