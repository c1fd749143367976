#include "mlkit/io/display.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

namespace mlkit {
namespace {

using ::testing::ElementsAre;

TEST(Display, NumbersAreShortAndGrouped) {
  EXPECT_EQ(display_number(1234567), "1,234,567");
  EXPECT_EQ(display_number(-1234.5678), "-1,234.6");
  EXPECT_EQ(display_number(0.123456), "0.12346");
  EXPECT_EQ(display_number(0.00123456), "0.0012346");
  EXPECT_EQ(display_number(1e-7), "1e-07");
  EXPECT_EQ(display_number(-0.0), "0");
  EXPECT_EQ(display_number(99999.96), "100,000");
  EXPECT_EQ(display_number(1e20), "1e+20");
}

TEST(Display, PercentNeverClaimsNoneOrAll) {
  EXPECT_EQ(display_percent(0), "0 %");
  EXPECT_EQ(display_percent(1), "100 %");
  EXPECT_EQ(display_percent(0.0004), "< 0.1 %");
  EXPECT_EQ(display_percent(0.9999), "> 99.9 %");
  EXPECT_EQ(display_percent(0.1234), "12.3 %");
  EXPECT_EQ(display_percent(0.5), "50 %");
}

TEST(Display, WidthsCountColumnsNotBytes) {
  EXPECT_EQ(display_width("größe"), 5u);
  EXPECT_EQ(display_width("名前"), 4u);
  EXPECT_EQ(display_width("e\xCC\x81"), 1u) << "a letter and its combining accent";
  EXPECT_EQ(cut_display("名前の列", 6), "名前..");
  EXPECT_EQ(pad_display("名", 4), "名  ");
  EXPECT_EQ(pad_display("12", 4, true), "  12");
  EXPECT_EQ(cut_display("a\x1b[31m", 20), "a\\x1b[31m");
}

TEST(Display, WrapsAtBlanksAndCutsOnlyWordsLongerThanALine) {
  EXPECT_THAT(wrap_display("one two three", 8), ElementsAre("one two", "three"));
  EXPECT_THAT(wrap_display("abcdefghijkl", 5), ElementsAre("abcde", "fghij", "kl"));
  EXPECT_THAT(wrap_display("", 5), ElementsAre(""));
}

}  // namespace
}  // namespace mlkit
