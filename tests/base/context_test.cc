#include "mlkit/base/context.h"

#include <gtest/gtest.h>

#include "mlkit/base/error.h"

namespace mlkit {
namespace {

TEST(Context, ZeroThreadsAreAllProcessors) {
  EXPECT_EQ(Context(3).threads(), 3);
  EXPECT_GE(Context(0).threads(), 1);
  EXPECT_GE(Context(-1).threads(), 1);
}

TEST(Context, WarningsAreTakenOnceInTheirOrder) {
  Context context(1);
  context.warn("first");
  context.warn("second");
  EXPECT_EQ(context.take_warnings(), (std::vector<std::string>{"first", "second"}));
  EXPECT_TRUE(context.take_warnings().empty());
}

TEST(Context, TheStopTokenInterrupts) {
  Context context(1);
  EXPECT_NO_THROW(context.check_stop());
  std::atomic<bool> stop = false;
  context.stop = &stop;
  EXPECT_NO_THROW(context.check_stop());
  stop = true;
  try {
    context.check_stop();
    ADD_FAILURE() << "went on";
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kInterrupted);
  }
}

}  // namespace
}  // namespace mlkit
