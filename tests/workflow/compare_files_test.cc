#include "mlkit/workflow/compare_files.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>

#include "mlkit/base/error.h"
#include "mlkit/base/random.h"

namespace mlkit {
namespace {

std::string write(const std::string& name, const std::string& text) {
  // A name of this test's own: others run beside it.
  const std::string test = testing::UnitTest::GetInstance()->current_test_info()->name();
  const std::string path =
      (std::filesystem::path(testing::TempDir()) / ("compare_files_" + test + "_" + name)).string();
  std::ofstream(path, std::ios::binary) << text;
  return path;
}

std::string table(std::size_t rows, double shift, std::uint32_t sub) {
  RandomStream random(4, RandomPurpose::kSimulate, sub);
  std::string out = "a,b,c,d\n";
  for (std::size_t i = 0; i < rows; ++i) {
    out += std::to_string(random.normal() + shift) + "," + std::to_string(random.normal()) + "," +
           (random.uniform() < 0.3 ? "x" : "y") + "," + (random.uniform() < 0.1 ? "" : std::to_string(i % 7)) + "\n";
  }
  return out;
}

FileComparison compare(const std::string& a, const std::string& b, std::size_t group_bytes = std::size_t{1} << 30,
                       std::vector<std::string> columns = {}) {
  Context context(2);
  CompareFilesOptions options;
  options.reference = a;
  options.current = b;
  options.columns = std::move(columns);
  options.group_bytes = group_bytes;
  return compare_files(options, context);
}

TEST(CompareFiles, FindsTheShiftedColumnAndNoOther) {
  const FileComparison found = compare(write("a1", table(2000, 0, 1)), write("b1", table(1500, 0.4, 2)));
  EXPECT_TRUE(found.drift);
  EXPECT_EQ(found.reference_rows, 2000u);
  EXPECT_EQ(found.current_rows, 1500u);
  for (const ColumnDrift& column : found.columns) EXPECT_EQ(column.drift, column.name == "a") << column.name;
}

TEST(CompareFiles, GroupsOfColumnsGiveWhatOnePassGives) {
  const std::string a = write("a2", table(3000, 0, 3)), b = write("b2", table(3000, 0.1, 4));
  const FileComparison whole = compare(a, b), single = compare(a, b, 1);
  ASSERT_EQ(whole.columns.size(), single.columns.size());
  for (std::size_t i = 0; i < whole.columns.size(); ++i) {
    EXPECT_EQ(whole.columns[i].name, single.columns[i].name);
    EXPECT_EQ(whole.columns[i].p_adjusted, single.columns[i].p_adjusted);
    EXPECT_EQ(whole.columns[i].psi->value, single.columns[i].psi->value);
  }
}

TEST(CompareFiles, ColumnsOfOneSideAreNamedAndLeftOut) {
  Context context(1);
  CompareFilesOptions options;
  options.reference = write("a3", "a,b\n1,2\n2,3\n");
  options.current = write("b3", "c,b\n1,2\n2,3\n");
  const FileComparison found = compare_files(options, context);
  EXPECT_EQ(found.only_in_reference, (std::vector<std::string>{"a"}));
  EXPECT_EQ(found.only_in_current, (std::vector<std::string>{"c"}));
  EXPECT_EQ(context.take_warnings().size(), 2u);
  EXPECT_FALSE(found.drift);
}

TEST(CompareFiles, WhatCannotBeComparedIsAnErrorThatNamesTheFile) {
  const std::string a = write("a4", "a,b\n1,2\n"), empty = write("b4", "a,b\n"), other = write("c4", "z\n1\n");
  const auto code_and_file = [&](const std::string& x, const std::string& y, std::vector<std::string> columns = {}) {
    try {
      compare(x, y, 1000, std::move(columns));
    } catch (const Error& error) {
      EXPECT_EQ(error.code(), ErrorCode::kData);
      return error.place().file;
    }
    return std::string("no error");
  };
  EXPECT_EQ(code_and_file(a, empty), empty);
  EXPECT_EQ(code_and_file(empty, a), empty);
  EXPECT_EQ(code_and_file(a, other), other);
  EXPECT_EQ(code_and_file(a, a, {"q"}), a);
}

}  // namespace
}  // namespace mlkit
