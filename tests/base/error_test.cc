#include "mlkit/base/error.h"

#include <gtest/gtest.h>

#include <string>

namespace mlkit {
namespace {

ErrorPlace place_of(std::string file, std::uint64_t line, std::uint64_t field, std::string column, std::string hint) {
  return {.file = std::move(file), .line = line, .field = field, .column = std::move(column), .hint = std::move(hint)};
}

TEST(Error, TextIsPlaceMessageHintOfWhatIsKnown) {
  const auto text = [](ErrorPlace place) {
    return std::string(Error(ErrorCode::kData, "bad", std::move(place)).what());
  };
  EXPECT_EQ(text(place_of("in.csv", 3, 2, "age", "look there")), "in.csv:3:2 (age): bad; look there");
  EXPECT_EQ(text(place_of("in.csv", 3, 0, "", "")), "in.csv:3: bad");
  EXPECT_EQ(text(place_of("in.csv", 0, 0, "", "")), "in.csv: bad");
  EXPECT_EQ(text(place_of("", 3, 2, "age", "")), "line 3, field 2 (age): bad");
  EXPECT_EQ(text({}), "bad");
}

TEST(Error, ControlCharactersOfTheDataDoNotReachTheTerminal) {
  const Error error(ErrorCode::kData, "\x1b[2J", place_of("a\nb", 1, 1, "c\x07", "d\r"));
  EXPECT_EQ(std::string(error.what()).find_first_of("\x1b\n\r\x07"), std::string::npos) << error.what();
  EXPECT_EQ(error.message(), "\x1b[2J");  // verbatim for programs
}

TEST(Error, TheFileIsFilledInOnlyWhereItIsNotKnown) {
  const Error unknown(ErrorCode::kIo, "bad", place_of("", 4, 0, "", "hint"));
  const Error filled = unknown.with_file("x.csv");
  EXPECT_STREQ(filled.what(), "x.csv:4: bad; hint");
  EXPECT_EQ(filled.code(), ErrorCode::kIo);
  EXPECT_STREQ(filled.with_file("y.csv").what(), filled.what());
}

TEST(Error, CodesAreTheExitCodesThatArePromised) {
  EXPECT_EQ(static_cast<int>(ErrorCode::kFinding), 1);
  EXPECT_EQ(static_cast<int>(ErrorCode::kUsage), 2);
  EXPECT_EQ(static_cast<int>(ErrorCode::kData), 3);
  EXPECT_EQ(static_cast<int>(ErrorCode::kModelFile), 4);
  EXPECT_EQ(static_cast<int>(ErrorCode::kIo), 5);
  EXPECT_EQ(static_cast<int>(ErrorCode::kInterrupted), 130);
  EXPECT_EQ(error_code_name(ErrorCode::kModelFile), "model_file");
}

}  // namespace
}  // namespace mlkit
