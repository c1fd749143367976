#include "progress.h"

#include <gtest/gtest.h>

namespace mlkit::app {
namespace {

TEST(ProgressLine, SaysShareAndTimeLeft) {
  EXPECT_EQ(progress_line("reading", 25, 100, 10, 80), "reading  25 %  00:30 left");
  EXPECT_EQ(progress_line("reading", 1, 1000, 10, 80), "reading  0 %  02:46:30 left");
  EXPECT_EQ(progress_line("reading", 200, 100, 10, 80), "reading  100 %  00:00 left");
}

TEST(ProgressLine, WithoutATotalSaysTheTimeSoFar) {
  EXPECT_EQ(progress_line("fitting", 7, 0, 61.2, 80), "fitting  01:01");
}

TEST(ProgressLine, StaysOnOneLine) {
  EXPECT_EQ(progress_line("a\nb", 0, 0, 0, 80), "a\\nb  00:00");
  EXPECT_EQ(progress_line("reading a long name", 25, 100, 10, 12).size(), 11u);
}

}  // namespace
}  // namespace mlkit::app
