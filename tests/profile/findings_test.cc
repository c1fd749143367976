#include "mlkit/profile/findings.h"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <fstream>
#include <functional>
#include <string>
#include <vector>

namespace mlkit {
namespace {

using ::testing::Contains;
using ::testing::IsEmpty;
using ::testing::Not;

// 400 rows of one column "x" beside a harmless number.
std::vector<Finding> findings_of(const std::function<std::string(int)>& cell, const std::string& target = "",
                                 int rows = 400) {
  const std::string path =
      testing::TempDir() + "mlkit_findings_" + testing::UnitTest::GetInstance()->current_test_info()->name() + ".csv";
  std::ofstream file(path, std::ios::binary);
  file << "x,y\n";
  for (int i = 0; i < rows; ++i) file << cell(i) << "," << (i * 7919) % 1009 << "\n";
  file.close();
  Context context;
  const TableProfile table = profile_csv(path, {}, target, context);
  std::remove(path.c_str());
  return find_problems(table);
}

std::vector<std::string> kinds(const std::vector<Finding>& findings) {
  std::vector<std::string> out;
  for (const Finding& finding : findings) out.push_back(finding.kind);
  return out;
}

std::string number(int i) { return std::to_string((i * 37) % 101); }

TEST(Findings, OrdinaryColumnsHaveNone) { EXPECT_THAT(kinds(findings_of(number)), IsEmpty()); }

TEST(Findings, EveryPlantedTroubleIsFound) {
  struct Case {
    const char* kind;
    std::function<std::string(int)> cell;
  };
  const std::vector<Case> cases = {
      {"sentinel", [](int i) { return i % 20 == 0 ? std::string("99999999") : number(i); }},
      {"sentinel", [](int i) { return i % 20 == 0 ? std::string("-1") : number(i); }},
      {"mixed_types", [](int i) { return i % 50 == 0 ? std::string("unknown") : number(i); }},
      {"numbers_as_text", [](int i) { return "$" + number(i); }},
      {"ambiguous_dates",
       [](int i) { return "0" + std::to_string(i % 9 + 1) + "/0" + std::to_string(i % 7 + 1) + "/2024"; }},
      {"dates_as_text", [](int i) { return std::to_string(i % 28 + 1) + "/02/2024"; }},
      {"empty", [](int) { return std::string(); }},
      {"id_like", [](int i) { return "user" + std::to_string(i); }},
      {"id_like", [](int i) { return std::to_string(i + 1); }},
      {"constant", [](int) { return std::string("same"); }},
      {"mostly_missing", [](int i) { return i % 3 == 0 ? number(i) : std::string(); }},
      {"case_variants", [](int i) { return std::string(i % 2 == 0   ? "Red"
                                                       : i % 3 == 0 ? "red"
                                                                    : "blue"); }},
      {"blanks", [](int i) { return std::string(i % 2 == 0 ? "red " : "blue"); }},
      {"missing", [](int i) { return i % 8 == 0 ? std::string() : number(i); }},
      {"skewed", [](int i) { return std::to_string(i % 40 == 0 ? 5000 + i : i % 30); }},
      {"outliers", [](int i) { return std::to_string(i % 40 == 0 ? 5000 + i : i % 30); }},
      {"near_constant", [](int i) { return std::string(i == 5 ? "1" : "0"); }},
      {"codes", [](int i) { return "00" + std::to_string(i % 60); }},
  };
  for (const Case& one : cases) {
    const std::vector<Finding> findings = findings_of(one.cell);
    EXPECT_THAT(kinds(findings), Contains(one.kind)) << one.cell(1);
    for (const Finding& finding : findings) EXPECT_FALSE(finding.text.empty());
  }
}

TEST(Findings, TargetsAreLookedAtAsTargets) {
  const auto rare = [](int i) { return std::string(i % 100 == 0 ? "yes" : "no"); };
  const std::vector<std::string> found = kinds(findings_of(rare, "x"));
  EXPECT_THAT(found, Contains("imbalance"));
  EXPECT_THAT(found, Contains("rare_class"));
  EXPECT_THAT(found, Not(Contains("near_constant")));
}

TEST(Findings, AColumnThatIsTheTargetIsALeakSuspect) {
  const std::vector<Finding> findings = findings_of([](int i) { return std::to_string(((i * 7919) % 1009) * 2); }, "y");
  ASSERT_FALSE(findings.empty());
  EXPECT_EQ(findings[0].kind, "leak_suspect") << "the worst comes first";
  EXPECT_EQ(findings[0].severity, FindingSeverity::kProblem);
}

std::string remedy_of(const std::vector<Finding>& findings, const std::string& kind) {
  for (const Finding& finding : findings) {
    if (finding.kind == kind) return finding.remedy;
  }
  return "none";
}

TEST(Findings, ATableWithoutRowsIsAProblem) {
  const std::vector<Finding> findings = findings_of(number, "", 0);
  ASSERT_EQ(kinds(findings), std::vector<std::string>{"no_rows"});
  EXPECT_EQ(findings[0].severity, FindingSeverity::kProblem);
}

TEST(Findings, ManyLevelsAreEncodedByTheTargetWhereItIsKnownAndTheyComeAgain) {
  const auto often = [](int i) { return "k" + std::to_string(i % 150); };
  const auto once = [](int i) { return "k" + std::to_string(i % 390); };
  const auto dates = [](int i) { return std::to_string(i % 28 + 1) + "/" + std::to_string(i / 28 % 12 + 1) + "/2024"; };
  EXPECT_EQ(remedy_of(findings_of(often, "y"), "high_cardinality"),
            "mlkit features fit IN --target y --recipe features.json --encode 'x=target'");
  EXPECT_EQ(remedy_of(findings_of(often), "high_cardinality"),
            "mlkit features fit IN --recipe features.json --encode 'x=frequency'");
  EXPECT_EQ(remedy_of(findings_of(once, "y"), "near_unique"), "mlkit train IN --target y --exclude x -o model.mlkit");
  EXPECT_EQ(remedy_of(findings_of(dates, "y"), "high_cardinality"), "none");
}

TEST(Findings, EveryKindIsInTheList) {
  std::vector<std::string> names;
  for (const FindingKind& kind : finding_kinds()) names.emplace_back(kind.name);
  for (const char* kind : {"leak_suspect", "duplicates", "high_cardinality", "not_finite", "few_rows"}) {
    EXPECT_THAT(names, Contains(kind));
  }
  std::sort(names.begin(), names.end());
  EXPECT_EQ(std::adjacent_find(names.begin(), names.end()), names.end());
}

}  // namespace
}  // namespace mlkit
