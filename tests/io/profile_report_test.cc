#include "mlkit/io/profile_report.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstdio>
#include <fstream>
#include <string>

#include "mlkit/io/display.h"

namespace mlkit {
namespace {

using ::testing::HasSubstr;

TableProfile profile(const std::string& bytes, const std::string& target = "") {
  const std::string path = testing::TempDir() + "mlkit_profile_report_" +
                           testing::UnitTest::GetInstance()->current_test_info()->name() + ".csv";
  std::ofstream(path, std::ios::binary) << bytes;
  Context context;
  TableProfile table = profile_csv(path, {}, target, context);
  std::remove(path.c_str());
  return table;
}

const char* const kSmall = "x,when,color,none\n1,2024-01-01,red,\n2,2024-01-03,blue,\n4,2024-01-02,red,\n";

TEST(ProfileReport, JsonHasTheNamesThatScriptsRelyOn) {
  const TableProfile table = profile(kSmall);
  const Json json = profile_to_json(table, find_problems(table));
  EXPECT_EQ(json["rows"], 3);
  const Json& x = json["columns"][0];
  for (const char* name :
       {"name", "type", "missing", "distinct", "mean", "sd", "min", "q1", "median", "q3", "max", "top"}) {
    EXPECT_TRUE(x.contains(name)) << name;
  }
  EXPECT_EQ(x["median"], 2);
  EXPECT_EQ(json["columns"][1]["min"], "2024-01-01");
  EXPECT_FALSE(json["columns"][3].contains("mean")) << "a figure that is not defined is left out";
  EXPECT_NO_THROW(json_text(json));
}

TEST(ProfileReport, TextKeepsWithinEightyColumns) {
  const TableProfile table =
      profile("a_" + std::string(200, 'n') + ",b\n1e300," + std::string(300, 'w') + "\n-1.23456789e-300,x\n");
  const std::string text = render_profile_text(table, find_problems(table), false);
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    EXPECT_LE(display_width(text.substr(at, end - at)), 80u) << text.substr(at, end - at);
    at = end + 1;
  }
}

TEST(ProfileReport, PageShowsEveryColumnAndFinding) {
  const TableProfile table = profile(kSmall);
  const std::string html = render_report_html(profile_report(table, find_problems(table), "in.csv", "mlkit"));
  for (const char* part : {"Profile of in.csv", "color", "has no value at all", "Histogram of x"})
    EXPECT_THAT(html, HasSubstr(part));
}

// The page of a wide table of numbers is below 300 kB.
TEST(ProfileReport, PageOfManyColumnsStaysSmall) {
  std::string bytes;
  for (int c = 0; c < 120; ++c) bytes += (c > 0 ? ",column_" : "column_") + std::to_string(c);
  for (int r = 0; r < 60; ++r) {
    bytes += "\n";
    for (int c = 0; c < 120; ++c) bytes += (c > 0 ? "," : "") + std::to_string((r * 7919 + c * 104729) % 10007) + ".25";
  }
  const TableProfile table = profile(bytes + "\n");
  EXPECT_LT(render_report_html(profile_report(table, find_problems(table), "in.csv", "mlkit")).size(), 300'000u);
}

}  // namespace
}  // namespace mlkit
