#include "mlkit/base/text.h"

#include <gtest/gtest.h>

namespace mlkit {
namespace {

TEST(FindInvalidUtf8, AcceptsEveryLengthAndRefusesOverlongSurrogateTruncated) {
  EXPECT_EQ(find_invalid_utf8("a\xC3\xA9\xE6\xB0\xB4\xF0\x9F\x98\x80"), std::string_view::npos);
  EXPECT_EQ(find_invalid_utf8("ab\xC0\x80"), 2u);
  EXPECT_EQ(find_invalid_utf8("\xE0\x80\x80"), 0u);
  EXPECT_EQ(find_invalid_utf8("\xED\xA0\x80"), 0u);
  EXPECT_EQ(find_invalid_utf8("x\xF4\x90\x80\x80"), 1u);
  EXPECT_EQ(find_invalid_utf8("x\xE6\xB0"), 1u);
}

TEST(EscapeControls, KeepsTextAndEscapesTerminalSequences) {
  EXPECT_EQ(escape_controls("caf\xC3\xA9"), "caf\xC3\xA9");
  EXPECT_EQ(escape_controls("\x1b[31m\n\xFF"), "\\x1b[31m\\n\\xff");
  EXPECT_EQ(escape_controls("\xC2\x9B"), "\\xc2\\x9b");
}

TEST(EscapeControls, ShowsMarksThatTurnTheDirectionOfText) {
  EXPECT_EQ(escape_controls("a\u202Egpj.csv"), "a\\xe2\\x80\\xaegpj.csv");
  EXPECT_EQ(escape_controls("\u2066x\u2069\u200F\u061C"), "\\xe2\\x81\\xa6x\\xe2\\x81\\xa9\\xe2\\x80\\x8f\\xd8\\x9c");
  EXPECT_EQ(escape_controls("\u05D0\u201C\u2026\u20AC\u0628"), "\u05D0\u201C\u2026\u20AC\u0628");
}

TEST(NearestName, FindsTyposAndIgnoresStrangers) {
  const std::vector<std::string> names{"train", "evaluate", "predict"};
  EXPECT_EQ(nearest_name("trian", names), "train");
  EXPECT_EQ(nearest_name("PREDICT", names), "predict");
  EXPECT_EQ(nearest_name("zebra", names), "");
}

TEST(SplitList, ReadsQuotedItems) {
  EXPECT_EQ(split_list("a,\"b,c\",\"d\"\"e\""), (std::vector<std::string>{"a", "b,c", "d\"e"}));
  EXPECT_TRUE(split_list("").empty());
  EXPECT_EQ(split_list("a,"), (std::vector<std::string>{"a", ""}));
}

TEST(WithThousands, GroupsByThree) {
  EXPECT_EQ(with_thousands(0), "0");
  EXPECT_EQ(with_thousands(1234567), "1,234,567");
}

}  // namespace
}  // namespace mlkit
