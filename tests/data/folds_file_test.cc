#include "mlkit/data/folds_file.h"

#include <filesystem>
#include <fstream>
#include <functional>

#include <gtest/gtest.h>

#include "mlkit/base/error.h"
#include "mlkit/data/split.h"

namespace mlkit {
namespace {

std::string temporary(const std::string& text) {
  const std::string path = (std::filesystem::temp_directory_path() /
                            ("mlkit_folds_" + std::to_string(::testing::UnitTest::GetInstance()->random_seed()) +
                             std::to_string(std::hash<std::string>()(text)) + ".csv"))
                               .string();
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string message_of(const std::string& text, std::size_t rows) {
  const std::string path = temporary(text);
  std::string message = "no error";
  try {
    read_folds(path, rows);
  } catch (const Error& error) {
    EXPECT_EQ(error.code(), ErrorCode::kData);
    message = error.what();
  }
  std::filesystem::remove(path);
  return message;
}

TEST(FoldsFile, ReadsBackWhatWasWritten) {
  const std::string path = temporary("");
  const std::vector<std::uint32_t> folds = folds_random(200001, 7, 42);
  OutputFile out(path);
  write_folds(folds, out);
  out.commit();
  EXPECT_EQ(read_folds(path, folds.size()), folds);
  std::filesystem::remove(path);
}

TEST(FoldsFile, RowsMayStandInAnyOrder) {
  const std::string path = temporary("fold,row\n2,3\n1,1\n2,2\n");
  EXPECT_EQ(read_folds(path, 3), (std::vector<std::uint32_t>{0, 1, 1}));
  std::filesystem::remove(path);
}

TEST(FoldsFile, EveryDefectIsNamedWithItsLine) {
  EXPECT_NE(message_of("row,fold\n1,1\n1,2\n", 2).find(":3 (row): row 1 is here a second time"), std::string::npos);
  EXPECT_NE(message_of("row,fold\n1,1\n0,2\n", 2).find(":3 (row): \"0\" is not a whole number of 1 to 2"),
            std::string::npos);
  EXPECT_NE(message_of("row,fold\n1,1\n3,2\n", 2).find("\"3\""), std::string::npos);
  EXPECT_NE(message_of("row,fold\n1,1\n2,x\n", 2).find(":3 (fold)"), std::string::npos);
  EXPECT_NE(message_of("row,fold\n1,1\n2,\n", 2).find(":3 (fold)"), std::string::npos);
  EXPECT_NE(message_of("row,fold\n1,1\n2,1\n", 2).find("at least 2 folds"), std::string::npos);
  EXPECT_NE(message_of("row,fold\n1,1\n2,3\n", 2).find("fold 2 has no row"), std::string::npos);
  EXPECT_NE(message_of("row,fold\n1,1\n", 2).find("row 2 has no fold"), std::string::npos);
  EXPECT_NE(message_of("row,fold\n1,1\n2,2", 2).find("no line end"), std::string::npos);
  EXPECT_NE(message_of("row,part\n1,1\n", 1).find("fold"), std::string::npos);
  EXPECT_NE(message_of("", 1).find("row,fold"), std::string::npos);
}

TEST(FoldsFile, DirectoryIsNoEmptyFile) { EXPECT_THROW(read_folds("/tmp", 3), Error); }

}  // namespace
}  // namespace mlkit
